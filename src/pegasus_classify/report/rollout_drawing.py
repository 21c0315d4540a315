"""Where things stand in the drawings of a migration: numbers for the template, in percent of a drawing's size.

Shares of the width keep their place whatever the width is, so that the page needs no script.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Any

__all__ = ["Day", "Drawing", "Mark", "Row", "drawing_of", "rows_of", "ticks_of"]

_MOST_DAYS = 92
_MOVES = ("promoted", "rolled_back")


@dataclass(frozen=True, slots=True)
class Day:
    """One UTC day.

    Attributes:
        name: Such as `2026-01-31`.
        x: Its middle.
        legacy: Height of what the old side answered.
        pegasus: Height of what Pegasus answered.
        callers: Height of what callers' answers cost.
        shadows: Height of what shadows cost.
        agreement: Height of the share of compared videos in which both sides name the same classes; None without any.
        told: Numbers in words.
    """

    name: str
    x: float
    legacy: float
    pegasus: float
    callers: float
    shadows: float
    agreement: float | None
    told: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Mark:
    """A move of traffic: where it stands, which way it went, and the share after it."""

    x: float
    act: str
    percent: float


@dataclass(frozen=True, slots=True)
class Drawing:
    """Three drawings over the same days.

    Attributes:
        days: At most 92, the latest.
        marks: Moves in these days.
        most_videos: What the top of the first stands for.
        most_usd: What the top of the last stands for.
        floor: Agreement at the foot of the second, 0 to 1.
        allowed: Height of the agreement that is allowed; None when it is below the foot.
        lines: Points of the agreement, one list for each stretch of days that have any.
        ticks: Days that are named, with their place.
    """

    days: tuple[Day, ...]
    marks: tuple[Mark, ...]
    most_videos: int
    most_usd: float
    floor: float
    allowed: float | None
    lines: tuple[tuple[tuple[float, float], ...], ...]
    ticks: tuple[tuple[float, str], ...]


def drawing_of(told: Mapping[str, Any]) -> Drawing | None:
    """Return the drawings of what `status_of` tells; None when nothing has happened yet."""
    known = {each["day"]: each for each in told["days"]}
    if not known:
        return None
    names = _calendar(min(known), max(known))
    days = [known.get(name) for name in names]
    shares = [None if each is None else _agreement(each) for each in days]
    seen = [each for each in shares if each is not None]
    floor = next(each for each in (0.9, 0.8, 0.5, 0.0) if min(seen, default=1.0) >= each)
    most_videos = max((each["legacy"] + each["pegasus"] for each in days if each), default=0)
    most_usd = max((each["callers_usd"] + each["shadows_usd"] for each in days if each), default=0.0)
    xs = [round(100 * (number + 0.5) / len(names), 3) for number in range(len(names))]
    heights = [None if share is None else round(100 * (share - floor) / (1 - floor), 2) for share in shares]
    drawn = tuple(
        Day(name, x, *_bars(each, most_videos, most_usd), height, _words(each))
        for name, x, each, height in zip(names, xs, days, heights, strict=True)
    )
    allowed = 1 - told["rules"]["differences"]
    return Drawing(
        drawn,
        tuple(_marks(told["changes"], names)),
        most_videos,
        most_usd,
        floor,
        round(100 * (allowed - floor) / (1 - floor), 2) if allowed > floor else None,
        _stretches(drawn),
        tuple((x, _short(name)) for x, name in _named(xs, names)),
    )


def _calendar(first: str, last: str) -> list[str]:
    """Return every day from the first to the last, those included in which nothing happened."""
    end = date.fromisoformat(last)
    count = min(_MOST_DAYS, (end - date.fromisoformat(first)).days + 1)
    return [(end - timedelta(days=before)).isoformat() for before in range(count - 1, -1, -1)]


def _agreement(day: Mapping[str, Any]) -> float | None:
    return 1 - day["differing"] / day["compared"] if day["compared"] else None


def _bars(day: Mapping[str, Any] | None, videos: int, usd: float) -> tuple[float, float, float, float]:
    if day is None:
        return 0.0, 0.0, 0.0, 0.0
    sides = [round(100 * day[name] / videos, 2) if videos else 0.0 for name in ("legacy", "pegasus")]
    costs = [round(100 * day[name] / usd, 2) if usd else 0.0 for name in ("callers_usd", "shadows_usd")]
    return sides[0], sides[1], costs[0], costs[1]


def _words(day: Mapping[str, Any] | None) -> dict[str, str]:
    if day is None:
        return dict.fromkeys(("traffic", "agreement", "cost"), "nothing")
    share = _agreement(day)
    return {
        "traffic": f"{day['legacy']:,} videos by the old side, {day['pegasus']:,} by Pegasus",
        "agreement": "none compared"
        if share is None
        else f"{100 * share:.1f} % of {day['compared']:,} videos agree, {day['differing']:,} differ",
        "cost": f"${day['callers_usd']:,.2f} for callers, ${day['shadows_usd']:,.2f} for shadows",
    }


def _marks(changes: Sequence[Mapping[str, Any]], names: Sequence[str]) -> list[Mark]:
    began = datetime.fromisoformat(names[0]).replace(tzinfo=timezone.utc).timestamp()
    marks = []
    for each in changes:
        place = (each["at"] - began) / 86_400 / len(names)
        if each["act"] in _MOVES and 0 <= place <= 1:
            marks.append(Mark(round(100 * place, 2), each["act"], each["percent"]))
    return marks


def _stretches(days: Sequence[Day]) -> tuple[tuple[tuple[float, float], ...], ...]:
    lines: list[list[tuple[float, float]]] = [[]]
    for each in days:
        if each.agreement is not None:
            lines[-1].append((each.x, each.agreement))
        elif lines[-1]:
            lines.append([])
    return tuple(tuple(each) for each in lines if each)


def _named(xs: Sequence[float], names: Sequence[str]) -> list[tuple[float, str]]:
    """Return the days that are named: all of a week, else five of them at most."""
    every = 1 if len(names) <= 7 else -(-len(names) // 5)
    return [(x, name) for number, (x, name) in enumerate(zip(xs, names, strict=True)) if number % every == 0]


def _short(name: str) -> str:
    day = date.fromisoformat(name)
    return f"{day.day} {day:%b}"


@dataclass(frozen=True, slots=True)
class Row:
    """One class of a video that differs.

    Attributes:
        name: Of the class.
        way: `both`, `lost` (only the old side names it) or `gained`.
        lanes: Per side that names it: which side, its clips as place, width and words, and whether it tells any.
    """

    name: str
    way: str
    lanes: tuple[tuple[str, tuple[tuple[float, float, str], ...]], ...]


def rows_of(flip: Mapping[str, Any], length: float) -> list[Row]:
    """Return the classes of a video that differs, those that differ first.

    Args:
        flip: From the status.
        length: Seconds that the drawing spans, above 0.
    """
    rows = []
    for name in dict.fromkeys((*flip["old"], *flip["new"])):
        there = [side for side in ("old", "new") if name in flip[side]]
        way = "both" if len(there) == 2 else "lost" if there == ["old"] else "gained"
        lanes = tuple((side, tuple(_clip(each, length) for each in flip[side][name])) for side in there)
        rows.append(Row(name, way, lanes))
    return sorted(rows, key=lambda row: row.way == "both")


def _clip(span: Sequence[float], length: float) -> tuple[float, float, str]:
    start, end = span
    return (
        round(100 * start / length, 2),
        round(max(0.2, 100 * (end - start) / length), 2),
        f"{start:.1f} to {end:.1f} s",
    )


def ticks_of(length: float) -> list[tuple[float, float]]:
    """Return five places of a time axis and the seconds that stand there."""
    return [(quarter * 25.0, length * quarter / 4) for quarter in range(5)]
