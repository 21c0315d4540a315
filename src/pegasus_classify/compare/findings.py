"""Differences that have a name: a threshold moved, a class renamed, clips shifted, scores lowered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from pegasus_classify.compare.columns import Bools, Reals
from pegasus_classify.compare.grid import Grid, Party
from pegasus_classify.compare.side import AskedClass, Layer, Side
from pegasus_classify.compare.tally import Tally
from pegasus_classify.contract.verdicts import SideVerdict

__all__ = ["Finding", "FindingKind", "findings_of"]

FindingKind: TypeAlias = Literal[
    "threshold_moved", "scores_moved", "clips_moved", "class_renamed", "class_case", "asked_differently", "class_alone"
]

_ENOUGH = 5
"""Fewer videos than this name nothing."""

_WELL_PARTED = 1.75
"""Share of what is missing below a border, plus share of what both have above it: 1 by chance, 2 when perfect."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One named difference.

    Attributes:
        kind: What sort.
        class_name: The left side's class; None when it concerns several classes, named in the message.
        message: One sentence.
        amount: How much, right − left: points, seconds, or a threshold's shift; None where there is none.
        classes: All classes it concerns.
    """

    kind: FindingKind
    class_name: str | None
    message: str
    amount: float | None = None
    classes: tuple[str, ...] = ()


def findings_of(
    left: Side, right: Side, grid: Grid, tally: Tally, verdicts: Sequence[SideVerdict]
) -> tuple[Finding, ...]:
    """Name what can be named; a shift is named only in a class that is different.

    Args:
        left: The side compared with.
        right: The side judged.
        grid: Both on one grid.
        tally: Their sums.
        verdicts: Of the grid's classes.
    """
    found = [*_names(left, right, grid), *_asked(left, right, grid)]
    for label, verdict in enumerate(verdicts):
        if verdict.word == "different":
            found.extend(_moved(grid, tally, label))
    return tuple(_gathered(found, grid))


def _gathered(found: Sequence[Finding], grid: Grid) -> Iterator[Finding]:
    """Put findings that are alike in at least half of all classes into one."""
    left = list(found)
    for kind in ("asked_differently", "threshold_moved", "scores_moved", "clips_moved"):
        alike = [each for each in found if each.kind == kind]
        if len(alike) < 3 or 2 * len(alike) < len(grid.classes) or not _equal(alike):
            continue
        middle = None if alike[0].amount is None else float(np.median([each.amount or 0.0 for each in alike]))
        first = min(alike, key=lambda each: abs((each.amount or 0.0) - (middle or 0.0)))
        names = tuple(each.class_name or "" for each in alike)
        yield Finding(first.kind, None, f"{first.message} (alike in {len(names)} classes)", middle, names)
        left = [each for each in left if each.kind != kind]
    yield from left


def _equal(found: Sequence[Finding]) -> bool:
    if any(each.amount is None for each in found):
        return len({each.message.removeprefix(each.class_name or "") for each in found}) == 1
    return bool(np.ptp([each.amount or 0.0 for each in found]) <= 1)


# --- shifts


def _moved(grid: Grid, tally: Tally, label: int) -> Iterator[Finding]:
    scores, clips = _scores_moved(grid, tally, label), _clips_moved(grid, tally, label)
    yield from (each for each in (scores, clips) if each is not None)
    if scores is None:
        threshold = _threshold_moved(grid, label)
        if threshold is not None:
            yield threshold


def _scores_moved(grid: Grid, tally: Tally, label: int) -> Finding | None:
    known = tally.column("scored")[:, label] > 0
    middle = _steady(tally.column("score_difference")[known, label], least=1.0)
    if middle is None:
        return None
    name, way = grid.classes[label], "lower" if middle < 0 else "higher"
    return Finding(
        "scores_moved", name, f"scores of {name} are {way} by about {abs(middle):.1f} points", middle, (name,)
    )


def _clips_moved(grid: Grid, tally: Tally, label: int) -> Finding | None:
    cell = grid.left.clips.cell[tally.clips.pairs_left]
    mine = (cell % max(len(grid.classes), 1)) == label
    ones, others = tally.clips.pairs_left[mine], tally.clips.pairs_right[mine]
    start = _steady(grid.right.clips.start[others] - grid.left.clips.start[ones], least=0.5)
    end = _steady(grid.right.clips.end[others] - grid.left.clips.end[ones], least=0.5)
    if start is None or end is None or abs(start - end) > 0.5 * abs(start + end) / 2:
        return None
    name, shift = grid.classes[label], (start + end) / 2
    way = "earlier" if shift < 0 else "later"
    return Finding("clips_moved", name, f"clips of {name} are {way} by about {abs(shift):.1f} s", shift, (name,))


def _steady(differences: Reals, least: float) -> float | None:
    """Return the median when it is no less than `least` and most differences lie around it on the same side of zero."""
    if len(differences) < _ENOUGH:
        return None
    low, middle, high = np.quantile(differences, (0.15, 0.5, 0.85))
    if abs(middle) < least or low * high <= 0:
        return None
    return float(middle)


def _threshold_moved(grid: Grid, label: int) -> Finding | None:
    compared = grid.compared[:, label]
    one, other = grid.left, grid.right
    lost = compared & one.kept[:, label] & ~other.kept[:, label]
    gained = compared & ~one.kept[:, label] & other.kept[:, label]
    both = compared & one.kept[:, label] & other.kept[:, label]
    for showing, missing, opposite, sign in ((one, lost, gained, 1), (other, gained, lost, -1)):
        if missing.sum() < _ENOUGH or opposite.sum() * 10 > missing.sum():
            continue
        for column, what in (("score", "score"), ("ratio", "duration ratio")):
            border = _border(_column(showing, column)[:, label], missing, both)
            if border is not None:
                return _threshold_finding(grid.classes[label], what, border, sign)
    return None


def _column(party: Party, name: str) -> Reals:
    return party.score if name == "score" else party.ratio


def _border(values: Reals, missing: Bools, both: Bools) -> tuple[float, float] | None:
    """Return the lowest value shown and the value that parts what the other side misses from what both have."""
    low, high = np.sort(values[missing & np.isfinite(values)]), np.sort(values[both & np.isfinite(values)])
    if len(low) < _ENOUGH or len(high) < _ENOUGH:
        return None
    parted = np.searchsorted(low, high, side="left") / len(low) + 1 - np.arange(len(high)) / len(high)
    best = int(np.argmax(parted))
    return (float(low[0]), float(high[best])) if parted[best] >= _WELL_PARTED else None


def _threshold_finding(name: str, what: str, border: tuple[float, float], sign: int) -> Finding:
    sides = ("right", "left") if sign > 0 else ("left", "right")
    digits = 1 if what == "score" else 2
    message = (
        f"a threshold for {name} is higher on the {sides[0]} side: what it leaves out has a {what} below about "
        f"{border[1]:.{digits}f}, while the {sides[1]} side goes down to {border[0]:.{digits}f}"
    )
    return Finding("threshold_moved", name, message, sign * (border[1] - border[0]), (name,))


# --- names and questions


def _names(left: Side, right: Side, grid: Grid) -> Iterator[Finding]:
    here, there = _lonely(left, right), _lonely(right, left)
    paired: set[str] = set()
    for one in here:
        other = _same_but_for_case(one, there) or _renamed(
            left, right, one, [each for each in there if each not in paired]
        )
        if other is None:
            continue
        paired |= {one, other}
        if one.casefold() == other.casefold():
            yield Finding(
                "class_case", one, f"{one} and {other} differ in case only and are two classes", None, (one, other)
            )
        else:
            message = f"{one} looks renamed to {other}: it is found in the same videos"
            yield Finding("class_renamed", one, message, None, (one, other))
    for name in grid.only_left.classes:
        if name not in paired:
            yield Finding("class_alone", name, f"only the left side knows the class {name}", None, (name,))
    for name in grid.only_right.classes:
        if name not in paired:
            yield Finding("class_alone", name, f"only the right side knows the class {name}", None, (name,))


def _lonely(side: Side, other: Side) -> list[str]:
    """Return classes that the other side never finds, although perhaps it was asked about them."""
    found = _kept_in(other)
    return [name for name in side.classes if name not in found and name in _kept_in(side)]


def _kept_in(side: Side) -> dict[str, set[str]]:
    layer: Layer = side.layers[0]
    found: dict[str, set[str]] = {}
    for video, label in zip(layer.video[layer.kept].tolist(), layer.label[layer.kept].tolist(), strict=True):
        found.setdefault(side.classes[label], set()).add(side.videos[video])
    return found


def _same_but_for_case(name: str, candidates: Sequence[str]) -> str | None:
    return next((each for each in candidates if each != name and each.casefold() == name.casefold()), None)


def _renamed(left: Side, right: Side, name: str, candidates: Sequence[str]) -> str | None:
    mine, theirs = _kept_in(left).get(name, set()), _kept_in(right)
    likeness = {
        each: len(mine & theirs[each]) / len(mine | theirs[each]) for each in candidates if len(mine & theirs[each])
    }
    best = max(likeness, key=lambda each: likeness[each], default=None)
    return best if best is not None and len(mine) >= _ENOUGH and likeness[best] >= 0.7 else None


def _asked(left: Side, right: Side, grid: Grid) -> Iterator[Finding]:
    for name in grid.classes:
        one, other = left.asked.get(name), right.asked.get(name)
        if one is None or other is None:
            continue
        differing = [what for what, differs in _differences(one, other) if differs]
        if differing:
            yield Finding(
                "asked_differently", name, f"{name} was asked with other {' and '.join(differing)}", None, (name,)
            )


def _differences(one: AskedClass, other: AskedClass) -> Iterator[tuple[str, bool]]:
    yield "prompts", set(one.definition.prompts) != set(other.definition.prompts)
    yield "options", one.definition.options != other.definition.options
    yield "thresholds", one.thresholds != other.thresholds
    yield "clips shown", one.include_clips != other.include_clips
