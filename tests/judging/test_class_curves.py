"""Classes may have curves of their own, and a result keeps what the model said without showing it."""

from __future__ import annotations

from pegasus_classify.contract.asks import Video, VideoSource
from pegasus_classify.contract.evidence import Evidence, Reading
from pegasus_classify.contract.pages import Page, PageInfo
from pegasus_classify.contract.request import ClassDefinition, ClassifyRequest, Thresholds
from pegasus_classify.judging.judge import Judge
from pegasus_classify.legacy.answers import write_answer
from pegasus_classify.legacy.spelling import Spelling
from pegasus_classify.scoring.curve import Curve

VIDEO = Video("v1", VideoSource("asset_id", "a1"), 10.0)
SAID = tuple(Evidence(name, name, "visual", 0.0, 10.0, 50) for name in ("Cars", "Pets"))
REQUEST = ClassifyRequest(
    classes=tuple(ClassDefinition(name=name, prompts=(name,)) for name in ("Cars", "Pets")),
    options=("visual",),
    include_clips=True,
    thresholds=Thresholds(video_score=0, clip_score=0, duration_ratio=0),
)


def test_a_class_with_a_curve_of_its_own_is_scored_by_it() -> None:
    judge = Judge(REQUEST, Curve(((0, 40), (100, 40))), {"Cars": Curve(((0, 80), (100, 80)))})
    result = judge.judge(VIDEO, [Reading(SAID, "found")])
    assert {each.name: each.max_score for each in result.classes} == {"Cars": 80, "Pets": 40}


def test_a_result_keeps_what_was_said_and_no_answer_shows_it() -> None:
    result = Judge(REQUEST, Curve(((0, 40), (100, 41)))).judge(VIDEO, [Reading(SAID, "found")])
    assert result.evidence == SAID
    assert result.length == 10.0
    shown = str(write_answer(Page((result,), PageInfo()), Spelling()))
    assert "confidence" not in shown
    assert "evidence" not in shown
    assert "length" not in shown
