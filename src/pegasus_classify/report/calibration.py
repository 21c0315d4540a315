"""What a fitted calibration is worth, as one page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pegasus_classify.report.filled import filled, template_text
from pegasus_classify.scoring.calibration import Calibration
from pegasus_classify.scoring.curve import DEFAULT_CURVE, Curve

__all__ = ["calibration_page"]

_SIZE = 360.0
_LOWEST_SCORE = 50.0


def calibration_page(calibration: Calibration, measured: Mapping[str, Any]) -> str:
    """Return a page with the curves, the shares at every threshold, and reliability plots.

    Args:
        calibration: What was fitted.
        measured: What was measured, as JSON.
    """
    scores = [each for each in measured["methods"] if each["name"] in ("default", "fitted")]
    chances = [each for each in measured["methods"] if each["name"] not in ("default", "fitted")]
    limits = sorted({each["min_video_score"] for each in measured["thresholds"]})
    return filled(
        "calibration.html.j2",
        {"interval": _interval},
        calibration=calibration,
        measured=measured,
        size=_SIZE,
        curves=[
            {"name": "default", "kind": "default", "line": _line(DEFAULT_CURVE)},
            *({"name": name, "kind": "class", "line": _line(curve)} for name, curve in calibration.classes.items()),
            {"name": "all classes", "kind": "fitted", "line": _line(calibration.whole)},
        ],
        score_dots=_dots(scores, _LOWEST_SCORE),
        chance_dots=_dots(chances, 0.0),
        score_lines=[(each, _place(each, _LOWEST_SCORE)) for each in limits if each >= _LOWEST_SCORE],
        score_ticks=[(each, _place(each, _LOWEST_SCORE)) for each in range(int(_LOWEST_SCORE), 101, 10)],
        chance_ticks=[(each, _place(each, 0.0)) for each in range(0, 101, 20)],
        styles=template_text("page.css"),
    )


def _place(value: float, lowest: float) -> float:
    return round(_SIZE * (value - lowest) / (100 - lowest), 1)


def _line(curve: Curve) -> str:
    return " ".join(f"{_place(each, 0.0)},{_SIZE - _place(curve.score(each), 0.0):.1f}" for each in range(101))


def _dots(methods: Sequence[Mapping[str, Any]], lowest: float) -> list[dict[str, Any]]:
    """Return the bins of some methods as circles; larger ones hold more pairs."""
    most = max((point["pairs"] for each in methods for point in each["points"]), default=1)
    return [
        {
            "kind": each["name"],
            "x": _place(point["said"], lowest),
            "y": round(_SIZE - _place(point["found"], lowest), 1),
            "r": round(3 + 9 * (point["pairs"] / most) ** 0.5, 1),
            "told": f"{each['name']}: {point['said']:.1f} said, {point['found']:.1f} found, {point['pairs']} pairs",
        }
        for each in methods
        for point in each["points"]
        if point["said"] >= lowest and point["found"] >= lowest
    ]


def _interval(measured: Mapping[str, float | None], times: float = 1, digits: int = 2) -> str:
    if measured["value"] is None:
        return "–"
    value, low, high = (times * (measured[name] or 0.0) for name in ("value", "low", "high"))
    return f"{value:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"
