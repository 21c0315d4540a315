"""The old SDK's arguments become the old body."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

import pytest
from pydantic import BaseModel

from pegasus_classify.client.request_body import address_of, call_body


class OldParams:
    """A class like the old SDK's own, which could not even be serialised."""

    def __init__(self, name: str, prompts: list[str], options: list[str] | None = None) -> None:
        self.name = name
        self.prompts = prompts
        self.options = options


class Params(BaseModel):
    name: str
    prompts: list[str]
    options: list[str] | None = None


@dataclass
class PlainParams:
    name: str
    prompts: list[str]


class Word(str, Enum):
    VISUAL = "visual"


WANTED = {"name": "Dog", "prompts": ["a dog"]}


def body(**given: Any) -> dict[str, Any]:
    """A body with two videos and one option."""
    classes = given.pop("classes", [WANTED])
    return call_body({"video_ids": ["a", "b"]}, given.pop("options", ["visual"]), classes, given)


@pytest.mark.parametrize(
    "item",
    [WANTED, Params(**WANTED), PlainParams(**WANTED), OldParams(**WANTED)],
    ids=["dict", "pydantic", "dataclass", "object"],
)
def test_a_class_may_be_written_in_any_way(item: Any):
    """What is not set is not sent."""
    assert body(classes=[item])["classes"] == [WANTED]


def test_what_is_none_is_not_sent_but_the_conversation_option_is():
    """The old SDK always sent `semantic`."""
    assert body(page_limit=None, threshold=None, include_clips=None) == {
        "video_ids": ["a", "b"],
        "options": ["visual"],
        "classes": [WANTED],
        "conversation_option": "semantic",
    }


def test_every_option_is_sent():
    """All five keyword arguments of the old SDK."""
    sent = body(
        conversation_option="exact_match",
        page_limit=5,
        include_clips=False,
        threshold={"min_video_score": 80},
        show_detailed_score=True,
    )
    assert sent["conversation_option"] == "exact_match"
    assert (sent["page_limit"], sent["include_clips"], sent["show_detailed_score"]) == (5, False, True)
    assert sent["threshold"] == {"min_video_score": 80}


def test_words_may_be_enumerations_and_lists_tuples():
    """JSON knows neither."""
    sent = call_body({"video_ids": ("a",)}, (Word.VISUAL,), [{**WANTED, "name": Word.VISUAL}], {})
    assert sent["video_ids"] == ["a"]
    assert sent["options"] == ["visual"]
    assert type(sent["options"][0]) is str


def test_a_threshold_may_be_an_object():
    """Like a class."""

    class Threshold:
        min_video_score = 80

    assert body(threshold=Threshold())["threshold"] == {"min_video_score": 80}
    assert body(threshold=80)["threshold"] == 80
    assert body(threshold="high")["threshold"] == "high"


def test_a_text_where_a_list_belongs_is_passed_on():
    """So that the complaint shows what was given, and not its letters."""
    assert body(options="visual")["options"] == "visual"
    assert body(classes="Dog")["classes"] == "Dog"


def test_transport_arguments_of_the_old_sdk_are_taken_and_not_sent():
    """`timeout` and `headers` went to httpx."""
    assert "timeout" not in body(timeout=10, headers={"a": "b"})


def test_an_argument_the_old_sdk_did_not_know_is_an_error():
    """A misspelled name never goes unnoticed."""
    with pytest.raises(TypeError, match="include_clip"):
        body(include_clip=True)


def test_labels_take_the_place_of_classes():
    """And the address follows."""
    sent = body(classes=None, labels=[Params(**WANTED)])
    assert sent["labels"] == [WANTED]
    assert "classes" not in sent


@pytest.mark.parametrize(
    ("sent", "path"),
    [
        ({"video_ids": [], "classes": []}, "/v1.2/classify"),
        ({"index_id": "", "classes": []}, "/v1.2/classify/bulk"),
        ({"video_id": "", "labels": []}, "/v1.1/classify"),
        ({"index_id": "", "labels": []}, "/v1.1/classify/bulk"),
        ([], "/v1.2/classify"),
        (None, "/v1.2/classify"),
    ],
)
def test_a_body_tells_its_own_address(sent: Any, path: str):
    """Version and endpoint."""
    assert address_of(sent) == path
