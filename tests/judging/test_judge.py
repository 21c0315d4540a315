"""The result of one video."""

from __future__ import annotations

from typing import Any

import pytest

from pegasus_classify.contract.asks import Video, VideoSource
from pegasus_classify.contract.evidence import Evidence, Reading
from pegasus_classify.contract.request import ClassDefinition, ClassifyRequest, Thresholds
from pegasus_classify.contract.result import Clip, Cost, Dropped, VideoResult
from pegasus_classify.judging.judge import Judge, judge
from pegasus_classify.scoring.class_scores import class_score
from pegasus_classify.scoring.curve import DEFAULT_CURVE

VIDEO = Video("v", VideoSource("asset_id", "a"), 100.0)
PETS = ClassDefinition(name="Pets", prompts=("cat", "dog"))
CARS = ClassDefinition(name="Cars", prompts=("truck",), options=("visual", "text_in_video"))


def _request(**fields: Any) -> ClassifyRequest:
    return ClassifyRequest(**{"classes": (PETS, CARS), "include_clips": True, **fields})


def _seen(name: str, prompt: str | None, start: float | None, end: float | None, **fields: Any) -> Evidence:
    return Evidence(name, prompt, start=start, end=end, **{"option": "visual", "confidence": 80, **fields})


def _judge(request: ClassifyRequest, *evidence: Evidence, **fields: Any) -> VideoResult:
    return judge(request, VIDEO, [Reading(evidence, "found", **fields)], DEFAULT_CURVE)


def test_a_class_has_all_its_numbers_and_clips() -> None:
    found = _judge(
        _request(), _seen("Pets", "cat", 0, 60), _seen("Pets", "dog", 50, 80, option="conversation", confidence=100)
    )
    assert (found.dropped, found.repairs) == ((), ())
    (pets,) = found.classes
    assert pets.name == "Pets"
    assert (pets.score, pets.duration_ratio) == (class_score(89, 0.8), 0.8)
    assert (pets.max_score, pets.avg_score, pets.normalized_score, pets.duration) == (89, 86, 100, 80)
    assert pets.confidence is None
    assert pets.clips == (Clip(50, 80, 89, "dog", "conversation"), Clip(0, 60, 83, "cat", "visual"))


def test_clips_are_listed_only_when_asked_for() -> None:
    assert _judge(_request(include_clips=False), _seen("Pets", "cat", 0, 60)).classes[0].clips is None


def test_classes_stand_by_score_and_share_the_normalized_score() -> None:
    found = _judge(_request(), _seen("Pets", "cat", 0, 80), _seen("Cars", "truck", 0, 100, confidence=100))
    assert [each.name for each in found.classes] == ["Cars", "Pets"]
    assert sum(each.normalized_score or 0 for each in found.classes) == pytest.approx(100)


def test_labels_stand_as_asked_with_words_and_clips_by_start() -> None:
    request = _request(order="as_asked", thresholds=Thresholds(video_score=0, clip_score=40, duration_ratio=0))
    found = _judge(
        request,
        _seen("Cars", "truck", 5, 6, confidence=100),
        _seen("Pets", "dog", 30, 40, confidence=70),
        _seen("Pets", "cat", 10, 20, confidence=50),
    )
    assert [(each.name, each.confidence) for each in found.classes] == [("Pets", "medium"), ("Cars", "high")]
    assert [(clip.start, clip.confidence) for clip in found.classes[0].clips or ()] == [(10, "low"), (30, "medium")]


def test_what_several_readings_report_is_one_clip() -> None:
    readings = [
        Reading((_seen("Pets", "cat", 0, 60, confidence=70),), "found"),
        Reading((_seen("Pets", "cat", 55, 90, confidence=90), _seen("Pets", "cat", 0, 60, confidence=70)), "found"),
    ]
    (pets,) = judge(_request(), VIDEO, readings, DEFAULT_CURVE).classes
    assert pets.clips == (Clip(0, 90, 86, "cat", "visual"),)


def test_classes_of_one_name_are_judged_as_one() -> None:
    request = _request(classes=(PETS, ClassDefinition(name="Pets", prompts=("bird",))))
    (pets,) = _judge(request, _seen("Pets", "cat", 0, 40), _seen("Pets", "bird", 40, 80)).classes
    assert [clip.prompt for clip in pets.clips or ()] == ["cat", "bird"]


def test_clips_under_the_floor_count_for_nothing_and_are_reported() -> None:
    found = _judge(
        _request(),
        _seen("Pets", "cat", 0, 60),
        _seen("Pets", "cat", 50, 100, confidence=50),
        _seen("Pets", "dog", 0, 9, confidence=40),
    )
    (pets,) = found.classes
    assert (pets.avg_score, pets.duration_ratio, pets.clips) == (83, 0.6, (Clip(0, 60, 83, "cat", "visual"),))
    assert found.dropped == (Dropped("v", "Pets", "min_clip_score", 59.5, 73, clips=2),)


@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        (_seen("Pets", "cat", None, None), Dropped("v", "Pets", "not_localised")),
        (_seen("Pets", "cat", 0, 90, confidence=40), Dropped("v", "Pets", "min_clip_score", 46, 73)),
        (_seen("Pets", "cat", 0, 2, confidence=60), Dropped("v", "Pets", "min_video_score", 64.88, 75)),
        (_seen("Pets", "cat", 0, 49, confidence=100), Dropped("v", "Pets", "min_duration_ratio", 0.49, 0.5)),
    ],
)
def test_a_class_that_is_left_out_is_reported_with_the_reason(evidence: Evidence, expected: Dropped) -> None:
    found = _judge(_request(), evidence)
    assert found.classes == ()
    assert found.dropped == (expected,)


def test_a_class_that_was_dropped_takes_no_part_in_the_normalized_score() -> None:
    found = _judge(_request(), _seen("Pets", "cat", 0, 80), _seen("Cars", "truck", 0, 10))
    assert [(each.name, each.normalized_score) for each in found.classes] == [("Pets", 100)]


def test_times_said_elsewhere_localise_a_class() -> None:
    found = _judge(_request(), _seen("Pets", None, None, None), _seen("Pets", "cat", 0, 80))
    assert [each.name for each in found.classes] == ["Pets"]
    assert found.dropped == ()


def test_repairs_of_the_text_of_its_clips_and_of_scoring_are_gathered_once() -> None:
    found = _judge(
        _request(),
        _seen("Pets", None, 0, 80, repairs=("reversed_times", "code_fence")),
        _seen("Pets", None, 0, 80, confidence=None),
        repairs=("code_fence",),
    )
    assert found.repairs == ("code_fence", "confidence_unknown", "prompt_assumed", "reversed_times")


def test_a_class_that_was_not_asked_is_not_answered() -> None:
    assert _judge(_request(), _seen("Boats", "ferry", 0, 80)) == VideoResult("v")


@pytest.mark.parametrize("readings", [[], [Reading((), "none")]])
def test_nothing_read_is_an_empty_result(readings: list[Reading]) -> None:
    assert judge(_request(), VIDEO, readings, DEFAULT_CURVE) == VideoResult("v")


def test_the_cost_is_passed_on() -> None:
    cost = Cost(calls=1, video_seconds=100)
    assert Judge(_request(), DEFAULT_CURVE).judge(VIDEO, [], cost=cost).cost == cost


def test_a_judge_keeps_nothing_between_videos() -> None:
    prepared = Judge(_request(), DEFAULT_CURVE)
    first = prepared.judge(VIDEO, [Reading((_seen("Pets", None, 0, 80),), "found")])
    prepared.judge(VIDEO, [Reading((_seen("Cars", None, 0, 10),), "found")])
    assert prepared.judge(VIDEO, [Reading((_seen("Pets", None, 0, 80),), "found")]) == first
