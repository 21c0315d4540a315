"""Sides drawn straight into columns, for simulations that need thousands of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pegasus_classify.compare.side import Layer, Side

__all__ = ["Model", "joined"]


@dataclass(frozen=True)
class Model:
    """A model that answers about the same videos again and again.

    Attributes:
        seed: Equal seeds are equal truths.
        videos: How many.
        classes: How many.
        doubt: Most doubtful share of decisions: each cell has a chance of its own to be decided by a coin.
        wander: Points by which scores wander.
        slip: Seconds by which clips wander.
    """

    seed: int
    videos: int = 120
    classes: int = 3
    doubt: float = 0.1
    wander: float = 1.5
    slip: float = 1.0

    def layer(self, random: np.random.Generator, first: int = 0, flips: float = 0.0) -> Layer:
        """Draw one answer about all videos.

        Args:
            random: Whence chance comes.
            first: Number of the first video, so that later looks have other videos.
            flips: Share of videos in which the decision about the first class is turned round for good.
        """
        truth = np.random.default_rng((self.seed, first, 7))
        shape = (self.videos, self.classes)
        kept, doubt = truth.random(shape) < 0.5, truth.random(shape) * self.doubt
        turned = np.random.default_rng((self.seed, first, 1)).random(self.videos) < flips
        kept[turned, 0] ^= True
        kept = np.where(random.random(shape) < doubt, random.random(shape) < 0.5, kept)
        score = np.clip(truth.uniform(75, 97, shape) + random.normal(0, self.wander, shape), 0, 100)
        ratio = np.clip(truth.uniform(0.1, 0.9, shape) + random.normal(0, 0.02, shape), 0, 1)
        count = np.where(kept, 2, 0).ravel()
        # Every cell has two clips of its own in truth; only those of kept cells are shown.
        start = np.sort(truth.uniform(10, 500, (*shape, 2)), axis=2) + np.array([0.0, 50.0])
        end = start + truth.uniform(5, 40, (*shape, 2))
        shown = np.repeat(kept.ravel(), 2)
        size = int(shown.sum())
        blank = np.where(kept, 0.0, np.nan)
        return Layer(
            np.repeat(np.arange(self.videos), self.classes) + first,
            np.tile(np.arange(self.classes), self.videos),
            kept.ravel(),
            (score + blank).ravel(),
            (score + blank).ravel(),
            (ratio + blank).ravel(),
            count,
            start.ravel()[shown] + random.normal(0, self.slip, size),
            end.ravel()[shown] + random.normal(0, self.slip, size),
            np.full(size, 80.0),
            np.ones(size, dtype=np.int64),
            np.full(size, -1),
        )

    def side(self, *layers: Layer, videos: int | None = None) -> Side:
        """Make a side of an answer and its repeats."""
        count = self.videos if videos is None else videos
        names = tuple(f"c{each}" for each in range(self.classes))
        return Side("side", tuple(f"v{each}" for each in range(count)), names, (), layers)


def joined(*layers: Layer) -> Layer:
    """Put answers about different videos together."""
    return Layer(*(np.concatenate([getattr(each, name) for each in layers]) for name in Layer.__slots__))
