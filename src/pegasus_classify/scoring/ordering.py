"""The order of clips, classes and videos in an answer.

`by_score`, as in every recorded answer with `classes`: high to low, equal clip scores by start (63 of 63 lists).
`as_asked`, as in the illustrations with `labels`: classes and videos as asked, clips by start. Scores count as they
are shown, cut to two decimals; otherwise two clips shown as equal could stand in the wrong order of time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pegasus_classify.contract.quantities import cut2
from pegasus_classify.contract.request import Order
from pegasus_classify.contract.result import ClassResult, VideoResult
from pegasus_classify.scoring.clip_scores import ScoredClip

__all__ = ["ordered_classes", "ordered_clips", "ordered_videos", "places_of"]


def ordered_clips(clips: Iterable[ScoredClip], order: Order) -> list[ScoredClip]:
    """Return the clips of one class as they are listed; ties end by what was asked first."""
    by_start = sorted(clips)
    return by_start if order == "as_asked" else sorted(by_start, key=lambda clip: -cut2(clip.score))


def ordered_classes(classes: Iterable[ClassResult], order: Order) -> list[ClassResult]:
    """Return the classes of one video as they are listed.

    Args:
        classes: In the order asked; equal scores keep it.
        order: How they are to stand.
    """
    return list(classes) if order == "as_asked" else sorted(classes, key=_shown_score, reverse=True)


def ordered_videos(videos: Iterable[VideoResult], order: Order, asked: Sequence[str]) -> list[VideoResult]:
    """Return videos as they are listed: by their best class, or as asked.

    Args:
        videos: In any order.
        order: How they are to stand.
        asked: Video ids in the order of the request, or of the index; it settles ties. Ids not in it come last.
    """
    places = places_of(asked)
    as_asked = sorted(videos, key=lambda video: places.get(video.video_id, len(asked)))
    return as_asked if order == "as_asked" else sorted(as_asked, key=_best_score, reverse=True)


def places_of(asked: Sequence[str]) -> dict[str, int]:
    """Return where each video id stands in the request; one that is named twice, where it stands first."""
    return {video_id: place for place, video_id in reversed(list(enumerate(asked)))}


def _shown_score(result: ClassResult) -> float:
    return cut2(result.score or 0.0)


def _best_score(video: VideoResult) -> float:
    return max((_shown_score(result) for result in video.classes), default=-1.0)
