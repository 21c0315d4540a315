"""What of a result a request asked to see."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from pegasus_classify.contract.request import ClassifyRequest
from pegasus_classify.contract.result import ClassifyResult, ClassResult, VideoResult

__all__ = ["shown"]

_R = TypeVar("_R", VideoResult, ClassifyResult)


def shown(result: _R, request: ClassifyRequest) -> _R:
    """Return a result without what the request did not ask for.

    Clips are kept with `include_clips`, mean and normalized score with `show_detailed_score`. The maximum stays: the
    labels dialect always shows it, and the classes dialect shows it only beside the other two.

    Args:
        result: Of one video or of the whole request; it is not changed.
        request: With both flags resolved.
    """
    if request.include_clips and request.show_detailed_score:
        return result
    if isinstance(result, VideoResult):
        return replace(result, classes=tuple(_shown_class(each, request) for each in result.classes))
    return replace(result, videos=tuple(shown(video, request) for video in result.videos))


def _shown_class(result: ClassResult, request: ClassifyRequest) -> ClassResult:
    detailed = request.show_detailed_score
    return replace(
        result,
        clips=result.clips if request.include_clips else None,
        avg_score=result.avg_score if detailed else None,
        normalized_score=result.normalized_score if detailed else None,
        duration_weighted_score=result.duration_weighted_score if detailed else None,
    )
