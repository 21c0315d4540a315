"""What a request means once every default is resolved."""

from __future__ import annotations

from typing import Any

import pytest

from pegasus_classify.contract.request import Thresholds
from pegasus_classify.legacy.spelling import Spelling, ThresholdForm
from pegasus_classify.legacy.wire import read_request, write_request

CLASSES: dict[str, Any] = {"index_id": "i", "options": ["visual"], "classes": [{"name": "a", "prompts": ["p"]}]}
LABELS: dict[str, Any] = {"index_id": "i", "options": ["logo"], "labels": [{"name": "a", "prompts": ["p", "p"]}]}


def test_defaults_of_the_classes_dialect() -> None:
    request, spelling = read_request(CLASSES, "bulk")
    assert (request.page_limit, request.include_clips, request.show_detailed_score) == (10, False, False)
    assert request.conversation_option == "semantic"
    assert request.order == "by_score"
    assert request.thresholds == Thresholds(video_score=75, clip_score=73, duration_ratio=0.5)
    assert spelling == Spelling("classes", "index_id", ThresholdForm("absent"), ("options",))


@pytest.mark.parametrize(
    ("sent", "effective"),
    [
        ({}, (75, 73, 0.5)),
        ({"min_video_score": 80}, (80, 73, 0.5)),
        ({"min_clip_score": 30}, (75, 30, 0.5)),
        ({"min_duration_ratio": 0.01}, (75, 73, 0.01)),
        ({"min_video_score": 1, "min_clip_score": 100, "min_duration_ratio": 1}, (1, 100, 1)),
        (0, (0, 73, 0.5)),
        (60.0, (60, 73, 0.5)),
    ],
)
def test_thresholds_of_the_classes_dialect_default_field_by_field(sent: Any, effective: tuple[float, ...]) -> None:
    thresholds = read_request({**CLASSES, "threshold": sent}, "bulk")[0].thresholds
    assert (thresholds.video_score, thresholds.clip_score, thresholds.duration_ratio) == effective


@pytest.mark.parametrize(("word", "floor"), [(None, 40), ("none", 0), ("low", 40), ("medium", 73), ("high", 83)])
def test_the_labels_dialect_only_has_a_clip_floor(word: str | None, floor: float) -> None:
    body = LABELS if word is None else {**LABELS, "threshold": word}
    request, spelling = read_request(body, "bulk")
    assert request.thresholds == Thresholds(video_score=0, clip_score=floor, duration_ratio=0)
    assert request.order == "as_asked"
    assert spelling.threshold == (ThresholdForm() if word is None else ThresholdForm("word", word=word))
    assert write_request(request, spelling) == body


def test_a_repeated_prompt_stays() -> None:
    assert read_request(LABELS, "bulk")[0].classes[0].prompts == ("p", "p")


def test_one_video_is_a_list_of_one() -> None:
    body = {**LABELS, "video_id": "v"}
    del body["index_id"]
    request, spelling = read_request(body, "videos")
    assert request.video_ids == ("v",)
    assert spelling.single


def test_one_video_in_the_classes_dialect_is_answered_in_pages() -> None:
    body = {**CLASSES, "video_id": "v"}
    del body["index_id"]
    assert not read_request(body, "videos")[1].single


def test_words_alone_are_a_request_when_no_call_is_meant() -> None:
    body = {"classes": [{"name": "a", "prompts": ["p"]}]}
    request, spelling = read_request(body)
    assert request.video_ids is None
    assert request.index_id is None
    assert spelling.id_field is None
    assert write_request(request, spelling) == body


def test_whole_floats_are_integers() -> None:
    assert read_request({**CLASSES, "page_limit": 10.0}, "bulk")[0].page_limit == 10


def test_tuples_are_arrays() -> None:
    assert read_request({**CLASSES, "options": ("visual",)}, "bulk")[0].options == ("visual",)


def test_what_left_its_default_is_written_though_it_was_not_sent() -> None:
    request, spelling = read_request(CLASSES, "bulk")
    changed = request.model_copy(
        update={"page_limit": 20, "thresholds": Thresholds(video_score=75, clip_score=30, duration_ratio=0.5)}
    )
    assert write_request(changed, spelling) == {**CLASSES, "page_limit": 20, "threshold": {"min_clip_score": 30}}


def test_a_call_always_has_its_options() -> None:
    request = read_request(CLASSES, "bulk")[0].model_copy(update={"options": ("visual", "conversation")})
    assert write_request(request, Spelling(id_field="index_id"))["options"] == ["visual", "conversation"]


def test_changed_thresholds_of_the_labels_dialect_take_the_strictest_word_that_loses_nothing() -> None:
    request, spelling = read_request(LABELS, "bulk")
    changed = request.model_copy(update={"thresholds": Thresholds(video_score=0, clip_score=80, duration_ratio=0)})
    assert write_request(changed, spelling)["threshold"] == "medium"
