"""Average precision of clips as ActivityNet's evaluation defines it.

The right side's clips are the detections, ordered by score, the left side's the ground truth. A detection takes the
ground truth of its video and option with the highest overlap that is still free and reaches the wanted overlap ratio;
otherwise it is false. Precision is interpolated: at each recall the best precision at that or any higher recall.
"""

from __future__ import annotations

import numpy as np

from pegasus_classify.compare.columns import Bools, Ints, Reals
from pegasus_classify.compare.grid import Clips
from pegasus_classify.compare.matching import Pairs

__all__ = ["AP_RATIOS", "average_precisions", "true_detections"]

AP_RATIOS = tuple(round(0.5 + 0.05 * step, 2) for step in range(10))
"""The overlap ratios over which the average precision is averaged."""


def true_detections(pairs: Pairs, right: Clips, true: Bools) -> None:
    """Mark the detections of a block of whole groups that are true, one row per overlap ratio.

    Args:
        pairs: All pairs of the block that share time.
        right: All detections; without a score they come last.
        true: Written to; ratios × detections.
    """
    near = np.flatnonzero(pairs.iou >= AP_RATIOS[0])
    left, detection, iou = pairs.left[near], pairs.right[near], pairs.iou[near]
    for row, ratio in enumerate(AP_RATIOS):
        enough = iou >= ratio
        _mark(left[enough], detection[enough], iou[enough], right, true[row])


def _mark(
    left: Ints,
    detection: Ints,
    iou: Reals,
    right: Clips,
    true: Bools,
) -> None:
    _, which_left, wanted_by = np.unique(left, return_inverse=True, return_counts=True)
    true[detection[wanted_by[which_left] == 1]] = True
    contested = np.flatnonzero(wanted_by[which_left] > 1)
    if not len(contested):
        return
    # Whoever touches a contested ground truth is decided in the order of scores, also for its other candidates; those
    # are its own alone, so nobody else is drawn in.
    involved = np.isin(detection, detection[contested])
    true[detection[involved]] = False
    score = np.nan_to_num(right.score[detection], nan=-np.inf)
    order = np.lexsort((left, -iou, detection, -score))
    order = order[involved[order]]
    _greedy(left[order].tolist(), detection[order].tolist(), true)


def _greedy(lefts: list[int], detections: list[int], true: Bools) -> None:
    taken: set[int] = set()
    done: set[int] = set()
    for left, detection in zip(lefts, detections, strict=True):
        if detection not in done and left not in taken:
            taken.add(left)
            done.add(detection)
            true[detection] = True


def average_precisions(labels: Ints, scores: Reals, true: Bools, truths: Ints) -> Reals:
    """Return the average precision per class and overlap ratio; NaN for a class without ground truth.

    Args:
        labels: Class of each detection. Equal scores keep the order of the detections.
        scores: Of each detection; NaN comes last.
        true: Ratios × detections.
        truths: How many ground truths each class has.
    """
    out = np.full((len(truths), len(AP_RATIOS)), np.nan)
    order = np.argsort(-np.nan_to_num(scores, nan=-np.inf), kind="stable")
    order = order[np.argsort(labels[order], kind="stable")]
    borders = np.searchsorted(labels[order], np.arange(len(truths) + 1))
    for label, count in enumerate(truths):
        if count:
            mine = order[borders[label] : borders[label + 1]]
            for row in range(len(AP_RATIOS)):
                out[label, row] = _area(true[row, mine], int(count))
    return out


def _area(true: Bools, truths: int) -> float:
    if not len(true):
        return 0.0
    hits = np.cumsum(true)
    precision = hits / np.arange(1, len(true) + 1)
    best_from_here = np.maximum.accumulate(precision[::-1])[::-1]
    # Recall grows by one ground truth at every true detection and stands still at every other.
    return float(best_from_here[true].sum() / truths)
