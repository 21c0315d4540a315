"""Bootstrap intervals: the videos are drawn again and again, with everything found in them."""

from __future__ import annotations

import numpy as np

from pegasus_classify.compare.columns import Reals
from pegasus_classify.compare.measures import rates_of

__all__ = ["bootstrap"]

_AT_ONCE = 50


def bootstrap(sums: Reals, seed: int, draws: int, share: float = 0.95) -> tuple[Reals, Reals]:
    """Return percentile intervals of every measure, per class and overall.

    Args:
        sums: Videos × classes × `COLUMNS`.
        seed: Equal seeds give equal intervals.
        draws: How many resamples; 0 gives no intervals (NaN).
        share: How much the interval holds, 0 to 1.

    Returns:
        Low and high × classes × `RATE_NAMES`, and low and high × `RATE_NAMES`.
    """
    videos, classes, columns = sums.shape
    measured = rates_of(sums.sum(axis=0)).shape[-1]
    if not draws or not videos:
        return np.full((2, classes, measured), np.nan), np.full((2, measured), np.nan)
    random = np.random.default_rng(seed)
    flat = np.ascontiguousarray(sums.reshape(videos, classes * columns))
    drawn = []
    for begin in range(0, draws, _AT_ONCE):
        count = min(_AT_ONCE, draws - begin)
        picks = random.integers(0, videos, size=(count, videos)) + videos * np.arange(count)[:, None]
        weights = np.bincount(picks.ravel(), minlength=count * videos).reshape(count, videos).astype(np.float64)
        drawn.append((weights @ flat).reshape(count, classes, columns))
    resampled = np.concatenate(drawn)
    return _interval(rates_of(resampled), share), _interval(rates_of(resampled.sum(axis=1)), share)


def _interval(rates: Reals, share: float) -> Reals:
    ends = ((1 - share) / 2, (1 + share) / 2)
    known = np.isfinite(rates).any(axis=0)
    out = np.full((2, *rates.shape[1:]), np.nan)
    out[:, known] = np.nanquantile(rates[:, known], ends, axis=0)
    return out
