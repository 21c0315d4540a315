"""Curves under which the old thresholds select as large a share as they did.

First the model's claims are laid on the old clip scores by rank (the best tenth on the best tenth), then the curve is
moved, near each threshold that the requests really used, until the share of classes let through is the old one. A class
has a curve of its own as far as it has pairs to fit it from; the rest of it is the curve of all classes together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pegasus_classify.calibrate.field import GRID, Field, Floats, on_grid
from pegasus_classify.calibrate.pairs import Pair
from pegasus_classify.contract.quantities import Percent, Ratio
from pegasus_classify.contract.request import Thresholds
from pegasus_classify.scoring.class_scores import class_score
from pegasus_classify.scoring.curve import DEFAULT_CURVE, Curve

__all__ = [
    "LEAST_KEPT",
    "LEAST_OF_CLASS",
    "LEAST_PAIRS",
    "SHRINKAGE",
    "Curves",
    "Jump",
    "TooLittle",
    "fit_curves",
    "jump",
]

LEAST_PAIRS = 50
"""Fewest pairs of class and video that a curve is fitted from."""

LEAST_KEPT = 10
"""Fewest of them that the old side kept, and fewest that it left out."""

LEAST_OF_CLASS = 20
"""Fewest pairs of one class for a curve of its own."""

SHRINKAGE = 40
"""So many pairs of its own weigh as much in a class's curve as the curve of all classes."""

_MOST_LIMITS = 5
_LEAST_AT_LIMIT = 10
_SWEEPS = 4
_HALVINGS = 26
_FARTHEST = 100.0
_CLEAR = 0.5


class TooLittle(ValueError):
    """There is not enough to fit from; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class Curves:
    """Fitted curves: one for all classes, and those of their own that classes have."""

    whole: Curve
    classes: Mapping[str, Curve]

    def of(self, name: str) -> Curve:
        """Return the curve of a class."""
        return self.classes.get(name, self.whole)


@dataclass(frozen=True, slots=True)
class _Aim:
    """Thresholds, the pairs that were asked with them, and how large a share the old side kept."""

    limits: Thresholds
    rows: NDArray[np.bool_]
    share: Ratio


def fit_curves(pairs: Sequence[Pair]) -> Curves:
    """Fit curves.

    Args:
        pairs: At least `LEAST_PAIRS`, at least `LEAST_KEPT` of them kept by the old side and as many left out.

    Raises:
        TooLittle: There are fewer, or the model claims nothing of any of them.
    """
    field = Field(pairs)
    _check(field)
    names = np.array([pair.asked.name for pair in pairs])
    aims = _aims(field)
    one = np.zeros(len(pairs), dtype=np.intp)
    whole = _moved(_by_rank(field, np.ones(len(pairs), dtype=bool))[None, :], field, one, aims)[0]
    own = [name for name, count in sorted(Counter(names.tolist()).items()) if count >= LEAST_OF_CLASS]
    curves = np.array([whole, *(_of_class(whole, field, names == name) for name in own)])
    places = {name: place for place, name in enumerate(own, 1)}
    rows = np.array([places.get(name, 0) for name in names.tolist()], dtype=np.intp)
    # Shrinking moved every class a little; together they must keep the share again.
    curves = _moved(curves, field, rows, aims)
    return Curves(_as_curve(curves[0]), {name: _as_curve(curves[place]) for name, place in places.items()})


@dataclass(frozen=True, slots=True)
class Jump:
    """The two neighbouring shares around a wanted one, when the default curve is moved up and down.

    Attributes:
        below: The largest share not above the wanted one that can be had.
        above: The smallest share not below it; less than the wanted one when that is out of reach.
        together: The pairs that make the difference: they are let through together or not at all.
    """

    below: Ratio
    above: Ratio
    together: NDArray[np.bool_]


def jump(field: Field, limits: Thresholds, wanted: Ratio) -> Jump:
    """Tell which shares around a wanted one no curve can do better than.

    Args:
        field: Pairs asked with these thresholds.
        limits: The thresholds.
        wanted: 0 to 1.
    """
    start, rows = on_grid(DEFAULT_CURVE), np.zeros(len(field), dtype=np.intp)

    def chosen(shift: float) -> NDArray[np.bool_]:
        moved = np.clip(start + shift, 0.0, 100.0)
        return field.chosen(field.values(moved[None, :], rows), limits)

    edge = _first(lambda shift: float(chosen(shift).mean()), wanted)
    above, below = chosen(edge), chosen(edge - 1e-4)
    return Jump(float(below.mean()), float(above.mean()), above & ~below)


def _check(field: Field) -> None:
    kept = int(field.kept.sum())
    needs = (
        (len(field), LEAST_PAIRS, "pairs of class and video known on both sides"),
        (kept, LEAST_KEPT, "of them kept by the old side"),
        (len(field) - kept, LEAST_KEPT, "of them left out by the old side"),
        (int((field.best >= 0).sum()), LEAST_KEPT, "of them reported by the model"),
    )
    short = [f"{have} of at least {least} {what}" for have, least, what in needs if have < least]
    if short:
        raise TooLittle(f"too little to fit from: {'; '.join(short)}")


def _aims(field: Field) -> list[_Aim]:
    """Return the thresholds that were used most."""
    used = Counter(pair.limits for pair in field.pairs)
    aims = []
    for limits, count in used.most_common(_MOST_LIMITS):
        if count >= _LEAST_AT_LIMIT or len(used) == 1:
            rows = np.array([pair.limits == limits for pair in field.pairs], dtype=bool)
            aims.append(_Aim(limits, rows, float(field.kept[rows].mean())))
    return aims


def _of_class(whole: Floats, field: Field, mine: NDArray[np.bool_]) -> Floats:
    """Return a class's own curve, drawn to the whole by how little it was fitted from."""
    part = Field([pair for pair, own in zip(field.pairs, mine, strict=True) if own])
    weight = len(part) / (len(part) + SHRINKAGE)
    start = weight * _by_rank(part, np.ones(len(part), dtype=bool)) + (1 - weight) * whole
    own = _moved(start[None, :], part, np.zeros(len(part), dtype=np.intp), _aims(part))[0]
    return np.asarray(weight * own + (1 - weight) * whole)


def _by_rank(field: Field, rows: NDArray[np.bool_]) -> Floats:
    """Lay claims on old clip scores by rank; below the last old score known, the default curve, scaled to meet it."""
    default = on_grid(DEFAULT_CURVE)
    old = sorted((best for best in map(_old_best, field.pairs) if best is not None), reverse=True)
    claims = np.sort(field.best[rows & (field.best >= 0)])[::-1]
    count = min(len(old), len(claims))
    if not count:
        return default
    levels, places = np.unique(claims[:count], return_inverse=True)
    scores = np.bincount(places, weights=np.array(old[:count])) / np.bincount(places)
    matched = np.interp(GRID, levels, np.maximum.accumulate(scores))
    below = np.interp(levels[0], GRID, default)
    scaled = default * min(1.0, scores[0] / below) if below > 0 else matched
    return np.maximum.accumulate(np.where(levels[0] > GRID, np.minimum(scaled, scores[0]), matched))


def _old_best(pair: Pair) -> Percent | None:
    """Return the best old clip score: as shown, else what the class score says it must have been."""
    if pair.best is not None or pair.score is None or pair.ratio is None:
        return pair.best
    of_ratio = class_score(0.0, pair.ratio)
    return min(90.0, max(0.0, (pair.score - of_ratio) * 90 / 80))


def _moved(curves: Floats, field: Field, rows: NDArray[np.intp], aims: Sequence[_Aim]) -> Floats:
    """Move all curves alike, near the claims where each threshold cuts, until its share is the old one."""
    if not aims:
        return curves
    anchors = _anchors(field, aims)
    order = np.argsort(anchors)
    shifts = np.zeros(len(aims))

    def shifted() -> Floats:
        moved = curves + np.interp(GRID, anchors[order], shifts[order])
        return np.asarray(np.maximum.accumulate(np.clip(moved, 0.0, 100.0), axis=1))

    for _ in range(_SWEEPS if len(aims) > 1 else 1):
        for place, aim in enumerate(aims):

            def share(shift: float, place: int = place, aim: _Aim = aim) -> float:
                shifts[place] = shift
                return float(field.chosen(field.values(shifted(), rows), aim.limits)[aim.rows].mean())

            shifts[place] = _nearest(share, aim.share)
    return shifted()


def _anchors(field: Field, aims: Sequence[_Aim]) -> Floats:
    """Return for each aim the claim around which its thresholds cut, no two alike."""
    cuts = [float(np.clip(np.quantile(field.best[aim.rows], 1 - aim.share), 0, 100)) for aim in aims]
    order = np.argsort(cuts, kind="stable")
    anchors = np.empty(len(aims))
    last = -1.0
    for place in order:
        last = max(cuts[place], last + 1.0)
        anchors[place] = last
    return anchors


def _nearest(share: Callable[[float], float], wanted: float) -> float:
    """Return a shift whose share is nearest to the wanted one, as far from both neighbouring shares as it can be."""
    above = _first(share, wanted)
    high, low = share(above), share(above - 1e-4)
    aim = high if abs(high - wanted) <= abs(wanted - low) else low
    begin, end = _first(share, aim), _first(share, aim + 1e-9)
    # At the largest and smallest share that can be reached there is no neighbour to keep away from.
    if end >= _FARTHEST - 1e-3:
        return min(begin + _CLEAR, _FARTHEST)
    return max(end - _CLEAR, -_FARTHEST) if begin <= 1e-3 - _FARTHEST else (begin + end) / 2


def _first(share: Callable[[float], float], wanted: float) -> float:
    """Return the lowest shift, -100 to 100, at which a share is reached."""
    low, high = -_FARTHEST, _FARTHEST
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if share(middle) >= wanted:
            high = middle
        else:
            low = middle
    return high


def _as_curve(scores: Floats) -> Curve:
    """Return a curve through the fewest knots that give the same scores."""
    points = [(float(x), round(float(y), 4)) for x, y in zip(GRID, scores, strict=True)]
    knots = points[:1]
    for left, point, right in zip(points, points[1:], points[2:], strict=False):
        if abs((right[1] - point[1]) - (point[1] - left[1])) > 2e-4:
            knots.append(point)
    return Curve((*knots, points[-1]))
