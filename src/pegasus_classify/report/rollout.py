"""How a migration stands, as one page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined

from pegasus_classify.package_files import read_package_file

__all__ = ["rollout_page"]

_WIDTH, _HEIGHT = 640.0, 120.0


def rollout_page(told: Mapping[str, Any]) -> str:
    """Return a page with where traffic goes, agreement and its trend, the last differences, the log and the cost.

    Args:
        told: What `client.rollout_status.status_of` returns.
    """
    environment = Environment(
        loader=FunctionLoader(lambda name: read_package_file("report", "templates", name)),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(when=_when)
    videos = sum(each["videos"] for each in told["days"])
    differing = sum(each["differing"] for each in told["days"])
    return environment.get_template("rollout.html.j2").render(
        told=told,
        videos=videos,
        agreement=(videos - differing) / videos if videos else None,
        trend=_trend(told["days"]),
        width=_WIDTH,
        height=_HEIGHT,
        flips=[_flip(each) for each in reversed(told["flips"])],
        styles=read_package_file("report", "templates", "page.css"),
    )


def _when(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%d %H:%M UTC")


def _trend(days: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return a dot per day: the share of compared videos in which both sides name the same classes."""
    known = [each for each in days if each["videos"]]
    step = _WIDTH / max(1, len(known) - 1)
    return [
        {
            "x": round(place * step, 1),
            "y": round(_HEIGHT * each["differing"] / each["videos"], 1),
            "told": f"{each['day']}: {each['videos']} videos, {each['differing']} differ",
        }
        for place, each in enumerate(known)
    ]


def _flip(flip: Mapping[str, Any]) -> dict[str, Any]:
    """Return a video that differs, with the clips of each class as bars of a shared scale."""
    ends = [end for side in ("old", "new") for spans in flip[side].values() for _, end in spans]
    length = max(ends, default=0.0) or 1.0
    names = sorted({*flip["old"], *flip["new"]})
    return {
        "video": flip["video"],
        "at": flip["at"],
        "length": round(length, 1),
        "classes": [
            {
                "name": name,
                "way": "both" if name in flip["old"] and name in flip["new"] else _way(name, flip),
                "sides": [
                    {"side": side, "there": name in flip[side], "bars": _bars(flip[side].get(name, ()), length)}
                    for side in ("old", "new")
                ],
            }
            for name in names
        ],
    }


def _way(name: str, flip: Mapping[str, Any]) -> str:
    return "lost" if name in flip["old"] else "gained"


def _bars(spans: Sequence[Sequence[float]], length: float) -> list[dict[str, float]]:
    return [
        {"x": round(_WIDTH * start / length, 1), "width": round(max(1.0, _WIDTH * (end - start) / length), 1)}
        for start, end in spans
    ]
