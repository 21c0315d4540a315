"""What a fit is worth: measured on videos that took no part in it.

The videos are cut into folds; each fold is scored with curves fitted from all others. Intervals are those of the
bootstrap, in which whole videos are drawn, because the classes of one video are not independent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

import numpy as np

from pegasus_classify.calibrate.field import Chosen, Field, Floats
from pegasus_classify.calibrate.fit import TooLittle, fit_curves, jump
from pegasus_classify.calibrate.pairs import Pair
from pegasus_classify.calibrate.probability import METHODS
from pegasus_classify.contract.quantities import Percent, Ratio
from pegasus_classify.contract.request import Thresholds
from pegasus_classify.scoring.curve import DEFAULT_CURVE

__all__ = ["AIM", "FOLDS", "AtThreshold", "Measured", "Method", "Point", "Tie", "Worth", "measure"]

FOLDS = 5
AIM: Ratio = 0.02
"""How far the share let through may move at a threshold: two points of a hundred."""

_DRAWS = 400


@dataclass(frozen=True, slots=True)
class Measured:
    """A number with the interval that holds it in 95 of 100 draws of the videos; None where it has no value."""

    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Tie:
    """Why no curve can meet a share: all these pairs stand or fall together.

    Attributes:
        confidence: What the model claims of them; None: it reports too little for the share, whatever the curve.
        pairs: How many claim exactly this.
        share: Which part of all pairs at the threshold they are.
    """

    confidence: Percent | None
    pairs: int
    share: Ratio


@dataclass(frozen=True, slots=True)
class AtThreshold:
    """Shares let through by one set of thresholds that requests used.

    Attributes:
        limits: The thresholds.
        pairs: Pairs of class and video asked with them.
        old: Share the old side kept.
        before: Share with the default curve.
        after: Share with fitted curves.
        drift_before: `before` less `old`.
        drift_after: `after` less `old`.
        tie: What prevents a drift of at most `AIM`, whatever the curve; None when nothing does.
    """

    limits: Thresholds
    pairs: int
    old: Ratio
    before: Ratio
    after: Ratio
    drift_before: Measured
    drift_after: Measured
    tie: Tie | None


@dataclass(frozen=True, slots=True)
class Point:
    """One bin of a reliability plot: the mean said, the mean found, and how many pairs are in it."""

    said: float
    found: float
    pairs: int


@dataclass(frozen=True, slots=True)
class Method:
    """One way from claims to decisions.

    Attributes:
        name: `default`, `fitted`, `platt` or `isotonic`.
        kappa: Cohen's kappa of its decisions with those of the old side.
        error: Expected calibration error in points: of class scores against old class scores for curves, of the
            probability to be kept, times 100, for the others.
        drift: Share it lets through, less the old one.
        points: Its reliability, in the units of `error`.
    """

    name: str
    kappa: Measured
    error: Measured
    drift: Measured
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Worth:
    """Everything measured about a fit."""

    pairs: int
    videos: int
    classes: int
    kept: int
    thresholds: tuple[AtThreshold, ...]
    methods: tuple[Method, ...]


def measure(pairs: Sequence[Pair], *, seed: int = 0) -> Worth:
    """Measure what fitting from pairs is worth.

    Args:
        pairs: Enough for `fit_curves`, also when a fold is left out.
        seed: Decides the folds and the draws.

    Raises:
        TooLittle: There are fewer.
    """
    field, random = Field(pairs), Random(seed)
    videos = sorted({pair.video_id for pair in pairs})
    random.shuffle(videos)
    if len(videos) < FOLDS:
        raise TooLittle(f"too little to measure on: {len(videos)} of at least {FOLDS} videos")
    fold_of = {video: place % FOLDS for place, video in enumerate(videos)}
    folds = np.array([fold_of[pair.video_id] for pair in pairs])
    drawn = _Draws([pair.video_id for pair in pairs], seed)
    default = field.values_of([DEFAULT_CURVE] * len(pairs))
    fitted = np.zeros_like(default)
    chances = {name: np.zeros(len(pairs)) for name in METHODS}
    for fold in range(FOLDS):
        rest = [pair for pair, number in zip(pairs, folds, strict=True) if number != fold]
        held = folds == fold
        curves = fit_curves(rest)
        fitted[held] = field.values_of([curves.of(pair.asked.name) for pair in pairs])[held]
        for name, method in METHODS.items():
            chances[name][held] = method(field.best[~held], field.kept[~held], field.best[held])
    ways = {"default": _decided(field, default), "fitted": _decided(field, fitted)}
    limits = [each for each, _ in Counter(pair.limits for pair in pairs).most_common()]
    return Worth(
        pairs=len(pairs),
        videos=len(videos),
        classes=len({pair.asked.name for pair in pairs}),
        kept=int(field.kept.sum()),
        thresholds=tuple(_at(field, each, ways, drawn) for each in limits),
        methods=(
            *(_by_score(name, field, way, drawn) for name, way in ways.items()),
            *(_by_chance(name, field, chance, drawn) for name, chance in chances.items()),
        ),
    )


@dataclass(frozen=True, slots=True)
class _Way:
    chosen: Chosen
    score: Floats


def _decided(field: Field, values: Floats) -> _Way:
    chosen, score = np.zeros(len(field), dtype=bool), np.zeros(len(field))
    for limits in {pair.limits for pair in field.pairs}:
        mine = np.array([pair.limits == limits for pair in field.pairs])
        chosen[mine] = field.chosen(values, limits)[mine]
        score[mine] = field.scores(values, limits.clip_score)[0][mine]
    return _Way(chosen, score)


class _Draws:
    """The same draws of videos for every number."""

    def __init__(self, videos: Sequence[str], seed: int) -> None:
        self._places = np.unique(videos, return_inverse=True)[1]
        count = int(self._places.max()) + 1
        self._weights = np.random.default_rng(seed).multinomial(count, np.full(count, 1 / count), size=_DRAWS)

    def measured(self, parts: Floats, number: Callable[[Floats], Floats]) -> Measured:
        """Measure a number that is a function of sums over pairs.

        Args:
            parts: What each pair adds, one row per pair.
            number: From sums, one row per draw, to numbers; NaN where there is none.
        """
        sums = np.zeros((self._weights.shape[1], parts.shape[1]))
        np.add.at(sums, self._places, parts)
        with np.errstate(invalid="ignore", divide="ignore"):
            value = float(number(sums.sum(axis=0, keepdims=True))[0])
            drawn = number(self._weights @ sums)
        drawn = drawn[np.isfinite(drawn)]
        if not np.isfinite(value) or not len(drawn):
            return Measured(None)
        low, high = np.quantile(drawn, (0.025, 0.975))
        return Measured(value, float(low), float(high))


def _at(field: Field, limits: Thresholds, ways: dict[str, _Way], drawn: _Draws) -> AtThreshold:
    mine = np.array([pair.limits == limits for pair in field.pairs])
    shares = {name: float(way.chosen[mine].mean()) for name, way in ways.items()}
    drifts = {name: _drift(field.kept, way.chosen, mine, drawn) for name, way in ways.items()}
    old = float(field.kept[mine].mean())
    return AtThreshold(
        limits=limits,
        pairs=int(mine.sum()),
        old=old,
        before=shares["default"],
        after=shares["fitted"],
        drift_before=drifts["default"],
        drift_after=drifts["fitted"],
        tie=_tie(field, limits, mine, old),
    )


def _drift(kept: Chosen, chosen: Chosen, mine: Chosen, drawn: _Draws) -> Measured:
    parts = np.column_stack([chosen & mine, kept & mine, mine]).astype(float)
    return drawn.measured(parts, lambda sums: (sums[:, 0] - sums[:, 1]) / sums[:, 2])


def _tie(field: Field, limits: Thresholds, mine: Chosen, old: Ratio) -> Tie | None:
    """Find the claim that so many pairs share that curves can only take or leave them together."""
    part = Field([pair for pair, own in zip(field.pairs, mine, strict=True) if own])
    near = jump(part, limits, old)
    if min(abs(near.above - old), abs(old - near.below)) <= AIM:
        return None
    if near.above < old:
        return Tie(None, round(near.above * len(part)), near.above)
    claims, counts = np.unique(part.best[near.together], return_counts=True)
    most = int(np.argmax(counts))
    return Tie(float(claims[most]), int(counts[most]), float(counts[most] / len(part)))


def _by_score(name: str, field: Field, way: _Way, drawn: _Draws) -> Method:
    known = np.array([pair.score is not None for pair in field.pairs]) & (way.score >= 0)
    old = np.array([pair.score or 0.0 for pair in field.pairs])
    bins = np.clip((way.score // 5).astype(np.intp), 0, 19)
    return _method(name, field, way.chosen, drawn, _Binned(way.score, old, bins, known, 20))


def _by_chance(name: str, field: Field, chance: Floats, drawn: _Draws) -> Method:
    bins = np.clip((chance * 10).astype(np.intp), 0, 9)
    everyone = np.ones(len(field), dtype=bool)
    return _method(
        name,
        field,
        chance >= 0.5,
        drawn,
        _Binned(100 * chance, 100.0 * field.kept.astype(np.float64), bins, everyone, 10),
    )


@dataclass(frozen=True, slots=True)
class _Binned:
    said: Floats
    found: Floats
    bins: np.ndarray[tuple[int], np.dtype[np.intp]]
    known: Chosen
    count: int

    def parts(self) -> Floats:
        """Return what each pair adds to each bin: what was said, what was found, and one."""
        inside = (np.arange(self.count) == self.bins[:, None]) & self.known[:, None]
        return np.concatenate([inside * self.said[:, None], inside * self.found[:, None], inside], axis=1)

    def error(self, sums: Floats) -> Floats:
        """Return the mean distance between said and found, each bin weighing as many pairs as it has."""
        said, found, counts = np.split(sums, 3, axis=1)
        return np.asarray(np.abs(said - found).sum(axis=1) / counts.sum(axis=1))

    def points(self) -> tuple[Point, ...]:
        """Return the bins that hold anything."""
        said, found, counts = np.split(self.parts().sum(axis=0), 3)
        return tuple(
            Point(float(said[place] / counts[place]), float(found[place] / counts[place]), int(counts[place]))
            for place in np.flatnonzero(counts)
        )


def _method(name: str, field: Field, chosen: Chosen, drawn: _Draws, binned: _Binned) -> Method:
    kept = field.kept
    everyone = np.ones(len(kept), dtype=bool)
    both = np.column_stack([chosen & kept, chosen, kept, everyone]).astype(float)
    return Method(
        name,
        drawn.measured(both, _kappa),
        drawn.measured(binned.parts(), binned.error),
        _drift(kept, chosen, everyone, drawn),
        binned.points(),
    )


def _kappa(sums: Floats) -> Floats:
    both, new, old, count = (sums[:, place] for place in range(4))
    agreed = (count - new - old + 2 * both) / count
    by_chance = (new * old + (count - new) * (count - old)) / count**2
    return np.asarray((agreed - by_chance) / (1 - by_chance))
