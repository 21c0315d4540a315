"""Many pairs at once: which of them curves let through their thresholds. Equal to judging each of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from pegasus_classify.calibrate.pairs import Pair
from pegasus_classify.contract.intervals import covered
from pegasus_classify.contract.quantities import Percent, Ratio
from pegasus_classify.contract.request import Thresholds
from pegasus_classify.scoring.clip_scores import AskedClass, scored
from pegasus_classify.scoring.curve import ON_SCREEN_TEXT, Curve

__all__ = ["GRID", "Chosen", "Field", "Floats", "on_grid"]

Floats: TypeAlias = NDArray[np.float64]
Chosen: TypeAlias = NDArray[np.bool_]

GRID: Floats = np.arange(101.0)
"""The claimed confidences at which a curve is held while it is fitted."""

_AS_CLAIMED = Curve(((0.0, 0.0), (100.0, 100.0)))


def on_grid(curve: Curve) -> Floats:
    """Return a curve's scores at the whole confidences 0 to 100."""
    return np.array([curve.score(confidence) for confidence in GRID])


class Field:
    """Pairs prepared so that curves are tried on all of them in one go.

    Attributes:
        pairs: As given.
        best: What the model claims of the best clip of each pair that a curve scores, 0 to 100; -1 without one.
        kept: What the old side kept.
    """

    def __init__(self, pairs: Sequence[Pair]) -> None:
        self.pairs = pairs
        steps = [_steps(pair) for pair in pairs]
        width = max((len(claims) for claims, _, _ in steps), default=0)
        shape = (len(pairs), width)
        self._claims: Floats = np.full((shape[0], max(1, width)), -1.0)
        self._covered: Floats = np.full((2, shape[0], width + 1), -1.0)
        self._has_text = np.zeros(len(pairs), dtype=bool)
        for row, (claims, plain, with_text) in enumerate(steps):
            self._claims[row, : len(claims)] = claims
            self._covered[0, row, : len(plain)] = plain
            self._covered[1, row, : len(with_text)] = with_text
            self._has_text[row] = with_text[0] >= 0
        self.best: Floats = self._claims[:, 0]
        self.kept: Chosen = np.array([pair.kept for pair in pairs], dtype=bool)
        self._low = np.clip(np.floor(self._claims), 0, 99).astype(np.intp)
        self._part = np.clip(self._claims - self._low, 0.0, 1.0)

    def __len__(self) -> int:
        """Return the number of pairs."""
        return len(self.pairs)

    def values(self, curves: Floats, rows: NDArray[np.intp]) -> Floats:
        """Return what curves make of every claim.

        Args:
            curves: One row of `GRID` scores for each curve.
            rows: Which curve each pair has.
        """
        row = rows[:, None]
        low, high = curves[row, self._low], curves[row, self._low + 1]
        return np.asarray(np.minimum(high, low + (high - low) * self._part))

    def values_of(self, curves: Sequence[Curve]) -> Floats:
        """Return the same with one curve for each pair, exactly as judging applies it."""
        flat = [
            [curve.score(claim) if claim >= 0 else 0.0 for claim in claims]
            for curve, claims in zip(curves, self._claims, strict=True)
        ]
        return np.array(flat).reshape(self._claims.shape)

    def scores(self, values: Floats, floor: Percent) -> tuple[Floats, Floats]:
        """Return class score and covered share of every pair; both -1 where no clip reaches the floor.

        Args:
            values: From `values` or `values_of`.
            floor: The clip score that counts, 0 to 100.
        """
        reached = ((self._claims >= 0) & (_cut2(values) >= floor)).sum(axis=1)
        text = self._has_text & (floor <= ON_SCREEN_TEXT)
        ratio = self._covered[text.astype(np.intp), np.arange(len(self)), reached]
        best = np.maximum(np.where(reached > 0, values[:, 0], 0.0), np.where(text, ON_SCREEN_TEXT, 0.0))
        missing = np.clip((0.97 - ratio) / 0.68, 0.0, 1.0)
        score = np.minimum(100.0, 80 * np.minimum(1.0, best / 90) + 20 * (1 - missing**2))
        return np.where(ratio >= 0, score, -1.0), ratio

    def chosen(self, values: Floats, limits: Thresholds) -> Chosen:
        """Return which pairs pass thresholds."""
        score, ratio = self.scores(values, limits.clip_score)
        passed = (_cut2(score) >= limits.video_score) & (_cut2(ratio) >= limits.duration_ratio)
        return np.asarray(passed & (ratio >= 0))


def _cut2(values: Floats) -> Floats:
    """Cut to two decimals as answers do; see `contract.quantities.cut2`."""
    return np.asarray(np.floor(100 * values + 1e-9) / 100)


def _steps(pair: Pair) -> tuple[list[Percent], list[Ratio], list[Ratio]]:
    """Return the claims of a pair's clips, high to low, and the share covered once the first 0, 1, 2 … of them count.

    The second list of shares counts on-screen text as well, whose score is no matter of claims. -1: nothing counts.
    """
    asked = AskedClass.prepared(pair.asked)
    clips = scored(pair.evidence, asked, _AS_CLAIMED, pair.length).clips
    text = [(clip.start, clip.end) for clip in clips if asked.options[clip.option] == "text_in_video"]
    other = [clip for clip in clips if asked.options[clip.option] != "text_in_video"]
    claims = sorted({clip.score for clip in other}, reverse=True)
    plain, with_text = [], []
    for lowest in (101.0, *claims):
        counting = [(clip.start, clip.end) for clip in other if clip.score >= lowest]
        plain.append(_share(counting, pair.length))
        with_text.append(_share([*counting, *text], pair.length) if text else -1.0)
    return claims, plain, with_text


def _share(bounds: Sequence[tuple[float, float]], length: float) -> Ratio:
    return min(length, covered(bounds)) / length if bounds else -1.0
