"""What chance alone explains: counts whose distribution is known exactly when both sides answer alike.

Two facts hold whenever the left answer is just another answer of the right side, whatever the model's noise looks
like. *Direction*: swapping two answers turns every difference round, so differences one way and the other are equally
likely. *Odd one out*: with repeats of the right side at hand, the left answer is the one farthest from all others no
more often than any of them, that is once in as many answers as there are. The second needs repeats and sees changes
that go both ways; the first needs none. The videos are independent, so the counts are binomial.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from pegasus_classify.compare.columns import Bools, Reals
from pegasus_classify.compare.grid import Grid
from pegasus_classify.compare.tally import ClipTally, Tally, noticeable, tally_clips

__all__ = ["Count", "Noticed", "Tolerances", "counts_of", "noticed_of"]

_EQUAL = 1e-9


@dataclass(frozen=True, slots=True)
class Tolerances:
    """Differences too small to matter to anybody.

    Attributes:
        score_points: Scores farther apart than this are a noticeable difference.
        negligible_points: Score differences up to this are none.
        negligible_seconds: Shifts of clips up to this are none.
        negligible_ratio: Differences of the duration ratio up to this are none.
    """

    score_points: float = 5.0
    negligible_points: float = 0.5
    negligible_seconds: float = 0.25
    negligible_ratio: float = 0.01


@dataclass(frozen=True, slots=True)
class Count:
    """A count of videos that is binomial when both sides answer alike.

    Attributes:
        name: `flips`, `scores`, `times`, `extent` (direction), `flips_odd`, `scores_odd`, `clips_odd`, `noise`.
        hits: Videos that speak for a difference; with a direction those in which the right side has more.
        of: Videos that speak at all.
        chance: Share of hits when both sides answer alike.
        both_ways: Whether too few hits speak for a difference as well.
    """

    name: str
    hits: int
    of: int
    chance: float
    both_ways: bool = True


@dataclass(frozen=True, slots=True)
class Noticed:
    """Videos in which a reader would notice a difference.

    Attributes:
        videos: How many were looked at; with repeats, those that have one.
        between: Noticed between the sides and not between the right side's own answers (or no repeat is known).
        within: Noticed only between the right side's own answers.
        total: Noticed between the sides.
        floor: Noticed between the right side's own answers; None without repeats.
    """

    videos: int
    between: int
    within: int
    total: int
    floor: int | None


def counts_of(grid: Grid, tally: Tally, tolerances: Tolerances) -> tuple[tuple[Count, ...], ...]:
    """Return all counts: first those of all classes together, then those of each class."""
    scopes: list[list[Count]] = [[] for _ in range(len(grid.classes) + 1)]
    for name, difference in _directions(tally):
        together = _Directed(difference, _least(name, tolerances))
        for scope, values in zip(scopes, together.scopes(), strict=True):
            more, less = int((values > together.least).sum()), int((values < -together.least).sum())
            scope.append(Count(name, more, more + less, 0.5))
    if grid.repeats:
        for name, distances in _distances(grid, tally.clips):
            parties = distances.shape[0]
            for scope, values in zip(scopes, _scopes(distances), strict=True):
                hits, of = _odd(values)
                scope.append(Count(name, hits, of, 1 / parties, both_ways=False))
    return tuple(tuple(scope) for scope in scopes)


@dataclass(frozen=True)
class _Directed:
    """Sums and how many they are of, videos × classes each; a video's difference is its mean."""

    parts: tuple[Reals, Reals]
    least: float

    def scopes(self) -> Iterator[Reals]:
        summed, count = self.parts
        yield _mean(summed.sum(axis=1), count.sum(axis=1))
        for label in range(summed.shape[1]):
            yield _mean(summed[:, label], count[:, label])


def _mean(summed: Reals, count: Reals) -> Reals:
    return np.where(count > 0, summed / np.where(count > 0, count, 1), 0.0)


def _least(name: str, tolerances: Tolerances) -> float:
    return {
        "flips": 0.0,
        "scores": tolerances.negligible_points,
        "times": tolerances.negligible_seconds,
        "extent": tolerances.negligible_ratio,
    }[name]


_Sums = tuple[Reals, Reals]


def _directions(tally: Tally) -> Iterator[tuple[str, _Sums]]:
    yield "flips", (tally.column("right_only") - tally.column("left_only"), tally.column("compared"))
    yield "scores", (tally.column("score_difference"), tally.column("scored"))
    middle = (tally.column("start_difference") + tally.column("end_difference")) / 2
    yield "times", (middle, tally.column("matched"))
    yield "extent", (tally.column("ratio_difference"), tally.column("ratio_known"))


def _distances(grid: Grid, between: ClipTally) -> Iterator[tuple[str, Reals]]:
    """Give, per measure, distances between all answers: answers × answers × videos × classes, 0 where unknown."""
    parties = (grid.left, grid.right, *grid.repeats)
    covered = np.logical_and.reduce([party.covered for party in parties])
    scored = covered & np.logical_and.reduce([party.kept & np.isfinite(party.score) for party in parties])
    shown = covered & np.logical_and.reduce([party.shows_clips for party in parties])

    def flipped(one: int, other: int) -> Reals:
        return np.asarray(parties[one].kept != parties[other].kept, dtype=np.float64)

    def apart(one: int, other: int) -> Reals:
        return np.asarray(np.abs(parties[one].score - parties[other].score))

    def elsewhere(one: int, other: int) -> Reals:
        found = between if (one, other) == (0, 1) else tally_clips(parties[one], parties[other])
        return np.asarray(np.nan_to_num(found.distance))

    yield "flips_odd", _table(len(parties), flipped, covered)
    yield "scores_odd", _table(len(parties), apart, scored)
    if shown.any():
        yield "clips_odd", _table(len(parties), elsewhere, shown)


def _table(parties: int, distance: Callable[[int, int], Reals], known: Bools) -> Reals:
    table = np.zeros((parties, parties, *known.shape))
    for one, other in combinations(range(parties), 2):
        table[one, other] = table[other, one] = np.where(known, distance(one, other), 0.0)
    return table


def _scopes(distances: Reals) -> Iterator[Reals]:
    yield distances.sum(axis=3)
    for label in range(distances.shape[3]):
        yield distances[:, :, :, label]


def _odd(distances: Reals) -> tuple[int, int]:
    """Return in how many videos the left answer is the farthest from all others, and in how many any single one is."""
    reach = distances.sum(axis=1)
    ordered = np.sort(reach, axis=0)
    decided = ordered[-1] > ordered[-2] + _EQUAL
    return int((decided & (reach[0] >= ordered[-1])).sum()), int(decided.sum())


def noticed_of(grid: Grid, tally: Tally, tolerances: Tolerances) -> tuple[Noticed, ...]:
    """Return who noticed what: first in any class, then in each class."""
    between = tally.column("noticed") > 0
    known = grid.compared
    own: Bools | None = None
    if grid.repeats:
        repeat = grid.repeats[0]
        clips = tally_clips(grid.right, repeat)
        known = known & repeat.covered
        own = noticeable(grid.right, repeat, clips, tolerances.score_points) & known
        between = between & known
    whole = _noticed(known.any(axis=1), between.any(axis=1), None if own is None else own.any(axis=1))
    alone = [
        _noticed(known[:, label], between[:, label], None if own is None else own[:, label])
        for label in range(len(grid.classes))
    ]
    return (whole, *alone)


def _noticed(known: Any, between: Any, own: Any) -> Noticed:
    nothing = np.zeros_like(between) if own is None else own
    return Noticed(
        int(known.sum()),
        int((between & ~nothing).sum()),
        int((nothing & ~between).sum()),
        int(between.sum()),
        None if own is None else int(own.sum()),
    )
