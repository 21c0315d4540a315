"""How much two sides agree, in the numbers people know."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from scipy import stats

from pegasus_classify.compare.average_precision import average_precisions
from pegasus_classify.compare.columns import Reals
from pegasus_classify.compare.grid import Grid
from pegasus_classify.compare.tally import COLUMNS, Tally
from pegasus_classify.contract.verdicts import Estimate

__all__ = ["QUANTILES", "RATE_NAMES", "Measures", "class_measures", "mean_precision", "overall_measures", "rates_of"]

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
"""The shares below which quantiles are told."""

_TOP = 10


@dataclass(frozen=True)
class Measures:
    """The measures of one class, or of all classes together. None where nothing was there to measure.

    Those of type `Estimate` have a bootstrap interval over the videos. Differences are right − left.

    Attributes:
        compared: Decisions compared (a video and a class).
        both_kept: Decisions in which both sides keep the class.
        left_only: Flips away: only the left side keeps the class.
        right_only: Flips towards: only the right side does.
        agreement: Share of equal decisions, 0 to 1.
        kappa: Cohen's kappa of the decisions, −1 to 1; None when both sides always decide one way.
        flips: Share of unequal decisions, 0 to 1.
        score_bias: Mean score difference where both keep the class, points.
        score_mae: Mean absolute score difference, points.
        ratio_bias: Mean difference of the duration ratios.
        ratio_mae: Mean absolute difference of the duration ratios.
        precision_30: Share of the right side's clips that find a partner at an overlap ratio of 0.3 …
        recall_30: … and of the left side's.
        f1_30: Their harmonic mean.
        precision_50: At 0.5.
        recall_50: At 0.5.
        f1_50: At 0.5.
        precision_70: At 0.7.
        recall_70: At 0.7.
        f1_70: At 0.7.
        start_bias: Mean difference of the starts of matched clips, seconds.
        end_bias: Mean difference of their ends, seconds.
        start_mae: Mean absolute difference of starts, seconds.
        end_mae: Mean absolute difference of ends, seconds.
        spearman: Rank correlation of the scores, −1 to 1.
        kendall: Agreement of the order of videos by score (tau-b), −1 to 1.
        top_ten: Share of the left side's ten best videos among the right side's ten best; of as many as there are.
        mean_ap: Average precision over the overlap ratios 0.5 to 0.95, left as truth; overall the mean of the classes.
        left_quantiles: Scores below which 5, 25, 50, 75 and 95 % of the left side's kept cells lie.
        right_quantiles: The right side's.
    """

    compared: int
    both_kept: int
    left_only: int
    right_only: int
    agreement: Estimate
    kappa: Estimate
    flips: Estimate
    score_bias: Estimate
    score_mae: Estimate
    ratio_bias: Estimate
    ratio_mae: Estimate
    precision_30: Estimate
    recall_30: Estimate
    f1_30: Estimate
    precision_50: Estimate
    recall_50: Estimate
    f1_50: Estimate
    precision_70: Estimate
    recall_70: Estimate
    f1_70: Estimate
    start_bias: Estimate
    end_bias: Estimate
    start_mae: Estimate
    end_mae: Estimate
    spearman: float | None
    kendall: float | None
    top_ten: float | None
    mean_ap: float | None
    left_quantiles: tuple[float, ...] | None
    right_quantiles: tuple[float, ...] | None


RATE_NAMES = tuple(each.name for each in fields(Measures) if each.type == "Estimate")
"""The measures that are functions of sums alone."""

_COUNTS = ("compared", "both", "left_only", "right_only")


def rates_of(sums: Reals) -> Reals:
    """Compute the measures that are functions of sums.

    Args:
        sums: Any shape, the last axis being `COLUMNS`.

    Returns:
        The same shape, the last axis being `RATE_NAMES`; NaN where nothing was there to measure.
    """
    of = {name: sums[..., index] for index, name in enumerate(COLUMNS)}
    out = {
        "agreement": _share(of["compared"] - of["left_only"] - of["right_only"], of["compared"]),
        "flips": _share(of["left_only"] + of["right_only"], of["compared"]),
        "kappa": _kappa(of["compared"], of["both"], of["left_only"], of["right_only"]),
        "score_bias": _share(of["score_difference"], of["scored"]),
        "score_mae": _share(of["score_distance"], of["scored"]),
        "ratio_bias": _share(of["ratio_difference"], of["ratio_known"]),
        "ratio_mae": _share(of["ratio_distance"], of["ratio_known"]),
        "start_bias": _share(of["start_difference"], of["matched"]),
        "end_bias": _share(of["end_difference"], of["matched"]),
        "start_mae": _share(of["start_distance"], of["matched"]),
        "end_mae": _share(of["end_distance"], of["matched"]),
    }
    for ratio in ("30", "50", "70"):
        near = of[f"near_{ratio}"]
        out[f"precision_{ratio}"] = _share(near, of["right_clips"])
        out[f"recall_{ratio}"] = _share(near, of["left_clips"])
        out[f"f1_{ratio}"] = _share(2 * near, of["left_clips"] + of["right_clips"])
    return np.stack([out[name] for name in RATE_NAMES], axis=-1)


def _share(part: Reals, whole: Reals) -> Reals:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(whole > 0, part / whole, np.nan)


def _kappa(
    compared: Reals,
    both: Reals,
    left_only: Reals,
    right_only: Reals,
) -> Reals:
    left, right = _share(both + left_only, compared), _share(both + right_only, compared)
    observed = _share(compared - left_only - right_only, compared)
    by_chance = left * right + (1 - left) * (1 - right)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(1 - by_chance > 1e-12, (observed - by_chance) / (1 - by_chance), np.nan)


def class_measures(grid: Grid, tally: Tally, intervals: Reals) -> tuple[Measures, ...]:
    """Return the measures of every class.

    Args:
        grid: Both sides.
        tally: Their sums.
        intervals: Low and high × classes × `RATE_NAMES`.
    """
    sums = tally.sums.sum(axis=0)
    precision = mean_precision(grid, tally)
    return tuple(
        _measures(grid, sums[label], intervals[:, label], slice(label, label + 1), _maybe(precision[label]))
        for label in range(len(grid.classes))
    )


def overall_measures(grid: Grid, tally: Tally, intervals: Reals) -> Measures:
    """Return the measures of all classes together; every decision and every clip counts the same."""
    precision = mean_precision(grid, tally)
    known = precision[np.isfinite(precision)]
    mean_ap = float(known.mean()) if len(known) else None
    return _measures(grid, tally.sums.sum(axis=(0, 1)), intervals, slice(None), mean_ap)


def mean_precision(grid: Grid, tally: Tally) -> Reals:
    """Return each class's average precision, averaged over the overlap ratios; NaN without ground truth."""
    shown, clips, count = tally.clips.comparable.ravel(), grid.right.clips, len(grid.classes)
    truths = tally.column("left_clips").sum(axis=0).astype(np.int64)
    used = shown[clips.cell] if len(clips) else np.zeros(0, dtype=np.bool_)
    labels = clips.cell[used] % max(count, 1)
    precisions = average_precisions(labels, clips.score[used], tally.clips.true[:, used], truths)
    return np.asarray(precisions.mean(axis=1))


def _measures(grid: Grid, sums: Reals, interval: Reals, labels: slice, mean_ap: float | None) -> Measures:
    rates = rates_of(sums)
    estimates = {
        name: Estimate(_maybe(rates[index]), _maybe(interval[0, index]), _maybe(interval[1, index]))
        for index, name in enumerate(RATE_NAMES)
    }
    compared, both, left_only, right_only = (int(sums[COLUMNS.index(name)]) for name in _COUNTS)
    left, right = (
        np.where(grid.compared & party.kept, party.score, np.nan)[:, labels] for party in (grid.left, grid.right)
    )
    common = np.isfinite(left) & np.isfinite(right)
    return Measures(
        compared=compared,
        both_kept=both,
        left_only=left_only,
        right_only=right_only,
        **estimates,
        spearman=_correlation(stats.spearmanr, left[common], right[common]),
        kendall=_correlation(stats.kendalltau, left[common], right[common]),
        top_ten=_top_ten(left, right),
        mean_ap=mean_ap,
        left_quantiles=_quantiles(left),
        right_quantiles=_quantiles(right),
    )


def _maybe(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _correlation(measure: object, left: Reals, right: Reals) -> float | None:
    if len(left) < 3 or np.ptp(left) == 0 or np.ptp(right) == 0:
        return None
    return float(measure(left, right).statistic)  # type: ignore[operator]


def _top_ten(left: Reals, right: Reals) -> float | None:
    best = [np.nanmax(np.where(np.isfinite(each), each, -np.inf), axis=1, initial=-np.inf) for each in (left, right)]
    count = min(_TOP, *(int(np.isfinite(each).sum()) for each in best))
    if not count:
        return None
    first, second = (set(np.argsort(-each, kind="stable")[:count].tolist()) for each in best)
    return len(first & second) / count


def _quantiles(scores: Reals) -> tuple[float, ...] | None:
    known = scores[np.isfinite(scores)]
    return tuple(float(each) for each in np.quantile(known, QUANTILES)) if len(known) else None
