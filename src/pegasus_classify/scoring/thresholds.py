"""What the thresholds remove, and by how much.

Numbers are compared as they are shown, cut to two decimals: an answer never shows a number under its own threshold,
and never leaves out a class that would have been shown with a number that reaches it. First clips under the clip
floor go, and count for nothing from then on; then the class score is looked at, then the covered share. A class is
reported under the first rule that removes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pegasus_classify.contract.quantities import Percent, cut2
from pegasus_classify.contract.request import Thresholds
from pegasus_classify.contract.result import Dropped
from pegasus_classify.scoring.class_scores import ClassScores
from pegasus_classify.scoring.clip_scores import ScoredClip

__all__ = ["dropped_class", "dropped_clips", "not_localised", "split_at"]


def split_at(clips: Iterable[ScoredClip], floor: Percent) -> tuple[list[ScoredClip], list[ScoredClip]]:
    """Return the clips whose score reaches the floor (0 to 100), and those below it, each in the given order."""
    kept: list[ScoredClip] = []
    below: list[ScoredClip] = []
    for clip in clips:
        (kept if cut2(clip.score) >= floor else below).append(clip)
    return kept, below


def dropped_clips(
    video_id: str, class_name: str, below: Sequence[ScoredClip], floor: Percent, *, whole_class: bool
) -> Dropped:
    """Report the clips of one class under the floor; the value is the best of their scores.

    Args:
        video_id: As asked.
        class_name: As asked.
        below: At least one clip.
        floor: What they had to reach, 0 to 100.
        whole_class: True when no clip is left, so that the class itself is gone; the report then counts no clips.
    """
    best = max(clip.score for clip in below)
    return Dropped(video_id, class_name, "min_clip_score", cut2(best), floor, 0 if whole_class else len(below))


def dropped_class(video_id: str, class_name: str, scores: ClassScores, limits: Thresholds) -> Dropped | None:
    """Report the first threshold a class stays under; None when it reaches all."""
    score, ratio = cut2(scores.score), cut2(scores.ratio)
    if score < limits.video_score:
        return Dropped(video_id, class_name, "min_video_score", score, limits.video_score)
    if ratio < limits.duration_ratio:
        return Dropped(video_id, class_name, "min_duration_ratio", ratio, limits.duration_ratio)
    return None


def not_localised(video_id: str, class_name: str) -> Dropped:
    """Report a class that the model says is present without a single usable time."""
    return Dropped(video_id, class_name, "not_localised")
