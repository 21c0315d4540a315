"""How a migration stands, as one page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

from pegasus_classify.report import words
from pegasus_classify.report.filled import Filters, filled, template_text
from pegasus_classify.report.rollout_drawing import drawing_of, rows_of, ticks_of

__all__ = ["rollout_page"]


def rollout_page(told: Mapping[str, Any]) -> str:
    """Return a page with where traffic goes, agreement and its trend, the last differences, the log and the cost.

    Args:
        told: What `client.rollout_status.status_of` returns.
    """
    filters: Filters = {"when": _when, "share": _share, "usd": _usd, "plain": _plain}
    filters |= {"number": words.number, "percent": words.percent, "clock": words.clock}
    return filled(
        "rollout.html.j2",
        filters,
        told=told,
        headline=_headline(told),
        tone=_tone(told),
        figures=_figures(told),
        ladder=_ladder(told),
        drawing=drawing_of(told),
        routes=[_route(each) for each in told["routes"]],
        most=max((each["videos"] for each in told["traffic"]), default=0),
        flips=[_flip(each) for each in reversed(told["flips"])],
        changes=[{**each, "evidence": _evidence(each["evidence"])} for each in reversed(told["changes"])],
        styles=template_text("page.css") + template_text("rollout.css"),
    )


def _when(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%d %H:%M")


def _share(value: float) -> str:
    return f"{value:g} %"


def _usd(value: float) -> str:
    return f"${value:,.2f}"


def _plain(text: str) -> str:
    return text.replace("_", " ")


def _headline(told: Mapping[str, Any]) -> str:
    if told["stopped"]:
        side = "the old side" if told["kill"]["to"] == "legacy" else "Pegasus"
        return f"Stopped: everything goes to {side}."
    if not told["climbs"]:
        return "Traffic goes where the routes say; nothing climbs by itself."
    if not told["percent"]:
        back = any(each["act"] == "rolled_back" for each in told["changes"])
        return "Everything was moved back." if back else "Watching: nothing has moved yet."
    if told["percent"] >= 100:
        return "All traffic of the climbing route is answered by Pegasus."
    return f"{told['percent']:g} % of the climbing route’s traffic is answered by Pegasus."


def _tone(told: Mapping[str, Any]) -> str:
    if told["stopped"] or told["complaints"]:
        return "different"
    return "same" if told["percent"] >= 100 or not told["climbs"] else "cannot_tell"


def _figures(told: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Return name, number and a few words for each of the key figures."""
    compared, differing, calls, failed = (
        sum(each[name] for each in told["days"])
        for name in ("compared", "differing", "pegasus_calls", "pegasus_failed")
    )
    known, cost = told["evidence"], told["cost"]
    agreement = (compared - differing) / compared if compared else None
    since = f"{known['compared']:,} compared since the last move" if told["climbs"] else "no ladder"
    verdict = known.get("verdict", "none yet").replace("_", " ") if told["climbs"] else words.number(None)
    paid = f"{_usd(cost['shadows_usd'])} of it shadows; {cost['video_minutes']:,.0f} video minutes"
    return [
        ("Moved", f"{told['percent']:g} %" if told["climbs"] else words.number(None), _next(told)),
        ("Agreement", words.percent(agreement), f"of {compared:,} videos" if compared else "Nothing compared yet"),
        ("Verdict", verdict, since),
        ("Pegasus failed", words.percent(failed / calls if calls else None), f"of {calls:,} calls"),
        ("Cost so far", _usd(cost["usd"]), paid),
    ]


def _next(told: Mapping[str, Any]) -> str:
    if not told["climbs"]:
        return "by fixed rules"
    held = "; held" if told["held"] else ""
    if told["next"] is None:
        return f"every step is taken{held}"
    return f"next {told['next']:g} %{held}"


def _ladder(told: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the steps with the share that has moved among them."""
    if not told["climbs"]:
        return []
    shares = sorted({0.0, *told["steps"], told["percent"]})
    return [
        {"share": each, "taken": each <= told["percent"] and each > 0, "now": each == told["percent"]}
        for each in shares
    ]


def _route(route: Mapping[str, Any]) -> dict[str, str]:
    conditions = {name: value for name, value in route.items() if name not in ("name", "to")}
    chosen = {name: conditions.pop(name) for name in ("model", "prompt", "calibration") if name in conditions}
    told = [_condition(name, value) for name, value in conditions.items() if name != "by"]
    if conditions.get("by"):
        told.append(f"by {conditions['by']}")
    return {
        "name": route["name"],
        "to": route["to"],
        "when": "; ".join(told) or "always",
        "with": ", ".join(str(each) for each in chosen.values()),
    }


def _condition(name: str, value: object) -> str:
    if name == "ladder":
        return "as far as the ladder has climbed"
    if name == "percent":
        return f"{value:g} %"
    if name == "keys" and isinstance(value, Sequence):
        return "key " + ", ".join(f"{each[:8]}…" for each in value)
    return f"{name} {', '.join(value) if isinstance(value, list) else value}"


def _flip(flip: Mapping[str, Any]) -> dict[str, Any]:
    """Return a video that differs, with the clips of each class."""
    ends = [end for side in ("old", "new") for spans in flip[side].values() for _, end in spans]
    length = max([flip["length"] or 0.0, *ends]) or 1.0
    rows = rows_of(flip, length)
    placed = bool(ends)
    return {
        "video": flip["video"],
        "at": flip["at"],
        "length": length if placed else None,
        "rows": rows,
        "flips": [row for row in rows if row.way != "both"],
        "ticks": ticks_of(length) if placed else [],
    }


def _evidence(evidence: Mapping[str, Any]) -> str:
    """Return what a change rests on in a few words; what is not known is left out."""
    told = []
    if evidence.get("verdict"):
        told.append(f"verdict {str(evidence['verdict']).replace('_', ' ')}")
    if evidence.get("compared"):
        told.append(f"{evidence['compared']:,} compared, {evidence.get('differences', 0):,} differ")
    if evidence.get("calls"):
        told.append(
            f"{evidence['calls']:,} calls, {evidence.get('failures', 0):,} failed, {evidence.get('slow', 0):,} slow"
        )
    return "; ".join(told)
