"""What is counted about each video and class, so that every measure is a function of sums.

A measure computed from sums can be computed again from any weighting of the videos, which is all a bootstrap needs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from pegasus_classify.compare.average_precision import AP_RATIOS, true_detections
from pegasus_classify.compare.columns import Bools, Ints, Reals
from pegasus_classify.compare.grid import Grid, Party
from pegasus_classify.compare.matching import best_matching, overlapping

__all__ = ["CLIP_RATIOS", "COLUMNS", "ClipTally", "Tally", "noticeable", "tally_clips", "tally_of"]

CLIP_RATIOS = (0.3, 0.5, 0.7)
"""Overlap ratios at which precision and recall are told."""

COLUMNS: Final = (
    "compared", "both", "left_only", "right_only",
    "scored", "score_difference", "score_distance",
    "ratio_known", "ratio_difference", "ratio_distance",
    "left_clips", "right_clips", "matched", "near_30", "near_50", "near_70",
    "start_difference", "end_difference", "start_distance", "end_distance",
    "noticed",
)  # fmt: skip
"""Names of what is summed."""

_COLUMN = {name: index for index, name in enumerate(COLUMNS)}


@dataclass(frozen=True)
class ClipTally:
    """What became of the clips of two parties. Arrays of videos × classes unless said otherwise.

    Attributes:
        comparable: Whether both parties show the cell's clips.
        left: How many clips the left party has.
        right: How many the right party has.
        distance: 1 − 2·Σ overlap ratio / number of clips of both, 0 (alike) to 1; NaN when there is no clip.
        matched: How many pairs were matched.
        near: Overlap ratios of `CLIP_RATIOS` × videos × classes: pairs that reach it.
        shifts: Sums over the pairs: start difference, end difference, and both without sign; seconds, right − left.
        pairs_left: Per matched pair, the index of the left clip.
        pairs_right: Per matched pair, the index of the right clip.
        true: Ratios of `AP_RATIOS` × right clips: whether the clip is a true detection.
    """

    comparable: Bools
    left: Ints
    right: Ints
    distance: Reals
    matched: Ints
    near: Ints
    shifts: Reals
    pairs_left: Ints
    pairs_right: Ints
    true: Bools


@dataclass(frozen=True)
class Tally:
    """All sums of a comparison.

    Attributes:
        sums: Videos × classes × `COLUMNS`.
        clips: What became of the clips.
    """

    sums: Reals
    clips: ClipTally

    def column(self, name: str) -> Reals:
        """Return one column, videos × classes."""
        return self.sums[:, :, _COLUMN[name]]


def tally_clips(left: Party, right: Party, *, detections: bool = False) -> ClipTally:
    """Match the clips of two parties.

    Args:
        left: One party.
        right: The other.
        detections: Whether to find the true detections as well.
    """
    shape = left.kept.shape
    size = shape[0] * shape[1]
    one, other = left.clips, right.clips
    true = np.zeros((len(AP_RATIOS), len(other) if detections else 0), dtype=np.bool_)
    matched = []
    for pairs in overlapping(one, other):
        matched.append(best_matching(pairs))
        if detections:
            true_detections(pairs, other, true)
    lefts = np.concatenate([each.left for each in matched]) if matched else np.zeros(0, dtype=np.int64)
    rights = np.concatenate([each.right for each in matched]) if matched else np.zeros(0, dtype=np.int64)
    iou = np.concatenate([each.iou for each in matched]) if matched else np.zeros(0)
    cell = one.cell[lefts]
    start, end = other.start[rights] - one.start[lefts], other.end[rights] - one.end[lefts]

    def summed(weights: Reals | None, where: Ints = cell) -> Reals:
        return np.bincount(where, weights=weights, minlength=size).astype(np.float64).reshape(shape)

    counts = [summed(None, one.cell), summed(None, other.cell)]
    both = counts[0] + counts[1]
    return ClipTally(
        left.covered & right.covered & left.shows_clips & right.shows_clips,
        counts[0].astype(np.int64),
        counts[1].astype(np.int64),
        np.where(both > 0, 1 - 2 * summed(iou) / np.where(both > 0, both, 1), np.nan),
        summed(None).astype(np.int64),
        np.stack([summed((iou >= ratio).astype(np.float64)) for ratio in CLIP_RATIOS]).astype(np.int64),
        np.stack([summed(each) for each in (start, end, np.abs(start), np.abs(end))]),
        lefts,
        rights,
        true,
    )


def noticeable(left: Party, right: Party, clips: ClipTally, score_points: float) -> Bools:
    """Return the cells in which a reader of the answers would notice a difference.

    The decision flips, or the scores are more than `score_points` apart, or fewer than half of the clips find a
    partner at an overlap ratio of one half.
    """
    flipped = left.kept != right.kept
    apart = np.abs(left.score - right.score) > score_points
    count = clips.left + clips.right
    elsewhere = clips.comparable & left.kept & right.kept & (4 * clips.near[1] < count)
    noticed: Bools = (left.covered & right.covered) & (flipped | apart | elsewhere)
    return noticed


def tally_of(grid: Grid, score_points: float) -> Tally:
    """Count everything about two sides; cells that one side does not cover count nowhere."""
    left, right, compared = grid.left, grid.right, grid.compared
    clips = tally_clips(left, right, detections=True)
    both = compared & left.kept & right.kept
    difference = np.where(both, right.score - left.score, np.nan)
    ratio = np.where(both, right.ratio - left.ratio, np.nan)
    shown = clips.comparable
    columns = {
        "compared": compared,
        "both": both,
        "left_only": compared & left.kept & ~right.kept,
        "right_only": compared & ~left.kept & right.kept,
        "scored": np.isfinite(difference),
        "score_difference": np.nan_to_num(difference),
        "score_distance": np.nan_to_num(np.abs(difference)),
        "ratio_known": np.isfinite(ratio),
        "ratio_difference": np.nan_to_num(ratio),
        "ratio_distance": np.nan_to_num(np.abs(ratio)),
        "left_clips": np.where(shown, clips.left, 0),
        "right_clips": np.where(shown, clips.right, 0),
        "matched": np.where(shown, clips.matched, 0),
        "near_30": np.where(shown, clips.near[0], 0),
        "near_50": np.where(shown, clips.near[1], 0),
        "near_70": np.where(shown, clips.near[2], 0),
        "start_difference": np.where(shown, clips.shifts[0], 0),
        "end_difference": np.where(shown, clips.shifts[1], 0),
        "start_distance": np.where(shown, clips.shifts[2], 0),
        "end_distance": np.where(shown, clips.shifts[3], 0),
        "noticed": noticeable(left, right, clips, score_points),
    }
    return Tally(np.stack([columns[name].astype(np.float64) for name in COLUMNS], axis=-1), clips)
