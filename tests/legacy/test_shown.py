"""An answer shows only what was asked for."""

from __future__ import annotations

import pytest

from pegasus_classify.contract.request import ClassDefinition, ClassifyRequest
from pegasus_classify.contract.result import ClassifyResult, ClassResult, Clip, VideoResult
from pegasus_classify.legacy.shown import shown

VIDEO = VideoResult(
    "v",
    (ClassResult("Dog", 80, 1, 82, 81, 100, 4, clips=(Clip(0, 4, 82),), duration_weighted_score=9),),
)


@pytest.mark.parametrize("clips", [True, False])
@pytest.mark.parametrize("detail", [True, False])
def test_clips_and_details_are_shown_on_demand(clips: bool, detail: bool) -> None:
    request = ClassifyRequest(
        classes=(ClassDefinition(name="Dog", prompts=("a dog",)),), include_clips=clips, show_detailed_score=detail
    )
    (result,) = shown(VIDEO, request).classes
    assert (result.clips is not None) is clips
    assert (result.avg_score, result.normalized_score) == ((81, 100) if detail else (None, None))
    assert (result.duration_weighted_score is not None) is detail
    assert (result.score, result.duration_ratio, result.max_score, result.duration) == (80, 1, 82, 4)
    assert shown(ClassifyResult(videos=(VIDEO,)), request).videos == (shown(VIDEO, request),)
