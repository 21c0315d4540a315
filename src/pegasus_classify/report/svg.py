"""Where things stand in the drawings: numbers for the templates, which write the SVG."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from pegasus_classify.compare.comparison import ClassComparison, Comparison
from pegasus_classify.compare.rows import score_points

__all__ = ["Balance", "Dot", "Quantiles", "Scatter", "Tick", "balance_of", "quantiles_of", "scatter_of"]

_MOST_DOTS = 2500
_SIZE = 420.0
_GUTTER = 34.0


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis: where, and what is written there."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Dot:
    """One class in one video: its place, which class it is, and how it is kept: `both`, `lost` or `gained`."""

    x: float
    y: float
    label: int
    kind: str
    title: str


@dataclass(frozen=True, slots=True)
class Scatter:
    """Scores of both sides. What only one side keeps stands in a gutter outside the other side's axis.

    Attributes:
        size: Length of both axes.
        gutter: Width of the strips for what one side does not keep.
        ticks: On both axes.
        dots: At most 2,500, evenly chosen.
        left_thresholds: On the left side's axis.
        right_thresholds: On the right side's axis.
        shown: How many dots of how many there are would be told apart by `dots`.
        score_name: Which score.
    """

    size: float
    gutter: float
    ticks: tuple[Tick, ...]
    dots: tuple[Dot, ...]
    left_thresholds: tuple[Tick, ...]
    right_thresholds: tuple[Tick, ...]
    shown: int
    score_name: str


@dataclass(frozen=True, slots=True)
class Balance:
    """Widths of a class's decisions, together 100: kept by both, lost, gained, kept by neither."""

    both: float
    lost: float
    gained: float
    neither: float


@dataclass(frozen=True, slots=True)
class Quantiles:
    """Where a side's scores lie, 0 to 100 of the drawing's width: 5, 25, 50, 75 and 95 %."""

    ends: tuple[float, float, float, float, float]


def scatter_of(comparison: Comparison) -> Scatter | None:
    """Return the scatter of scores; None when there is nothing to draw."""
    points = [each for each in score_points(comparison, _MOST_DOTS) if (each.left, each.right) != (None, None)]
    if not points:
        return None
    known = [score for each in points for score in (each.left, each.right) if score is not None]
    thresholds = [_thresholds(comparison, which) for which in (0, 1)]
    low, high = _range([*known, *thresholds[0], *thresholds[1]])
    place = {name: index for index, name in enumerate(comparison.grid.classes)}

    def along(score: float) -> float:
        return round((score - low) / (high - low) * _SIZE, 2)

    dots = tuple(
        Dot(
            -_GUTTER / 2 if each.left is None else along(each.left),
            _SIZE + _GUTTER / 2 if each.right is None else _SIZE - along(each.right),
            place[each.class_name],
            "gained" if each.left is None else "lost" if each.right is None else "both",
            f"{each.video_id}, {each.class_name}: {_score(each.left)} and {_score(each.right)}",
        )
        for each in points
    )
    step = 5 if high - low > 12 else 1
    first = math.ceil(low / step) * step
    ticks = tuple(Tick(along(score), f"{score:g}") for score in range(first, math.floor(high) + 1, step))
    lines = [tuple(Tick(along(each), f"{each:g}") for each in several) for several in thresholds]
    return Scatter(_SIZE, _GUTTER, ticks, dots, lines[0], lines[1], len(dots), comparison.grid.score_name)


def _thresholds(comparison: Comparison, which: int) -> list[float]:
    side = (comparison.left, comparison.right)[which]
    asked = [side.asked[name] for name in comparison.grid.classes if name in side.asked]
    return sorted({each.thresholds.video_score for each in asked if each.thresholds.video_score > 0})


def _range(values: Sequence[float]) -> tuple[float, float]:
    low, high = math.floor(min(values)) - 1, math.ceil(max(values)) + 1
    return max(0, low), min(101, max(high, low + 4))


def _score(score: float | None) -> str:
    return "not kept" if score is None else f"{score:.2f}"


def balance_of(row: ClassComparison) -> Balance | None:
    """Return how a class's decisions divide; None when none was compared."""
    measures = row.measures
    if not measures.compared:
        return None
    both, lost, gained = (
        round(100 * count / measures.compared, 3)
        for count in (measures.both_kept, measures.left_only, measures.right_only)
    )
    return Balance(both, lost, gained, round(100 - both - lost - gained, 3))


def quantiles_of(comparison: Comparison) -> tuple[tuple[Quantiles | None, Quantiles | None], ...]:
    """Return, per class, where the scores of the left and of the right side lie, all on one scale."""
    pairs = [(each.measures.left_quantiles, each.measures.right_quantiles) for each in comparison.classes]
    known = [end for pair in pairs for ends in pair if ends is not None for end in ends]
    if not known:
        return tuple((None, None) for _ in pairs)
    low, high = _range(known)

    def scaled(ends: tuple[float, ...] | None) -> Quantiles | None:
        if ends is None:
            return None
        at = [round(100 * (end - low) / (high - low), 2) for end in ends]
        return Quantiles((at[0], at[1], at[2], at[3], at[4]))

    return tuple((scaled(left), scaled(right)) for left, right in pairs)
