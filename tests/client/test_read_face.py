"""The reader alone takes a legacy body or a request, and returns evidence."""

from __future__ import annotations

import json

import pytest

from pegasus_classify import BadRequestError, ClassifyRequest, Evidence, read_answer
from pegasus_classify.contract.request import ClassDefinition

CLASSES = [{"name": "Dog", "prompts": ["a dog"]}]
TEXT = '{"classes": [{"class": "Dog", "clips": [{"start": 1, "end": 9, "prompt": "a dog", "confidence": 80}]}]}'
REQUESTS = {
    "classes": {"video_ids": ["a"], "options": ["visual"], "classes": CLASSES},
    "labels": {"index_id": "i", "options": ["visual"], "labels": CLASSES},
    "only the classes": {"classes": CLASSES},
    "text": json.dumps({"classes": CLASSES, "options": ["visual"]}),
    "bytes": json.dumps({"classes": CLASSES, "options": ["visual"]}).encode(),
    "canonical": ClassifyRequest(classes=(ClassDefinition(name="Dog", prompts=("a dog",)),)),
}


@pytest.mark.parametrize("request_", REQUESTS.values(), ids=list(REQUESTS))
def test_a_request_may_be_given_in_any_form(request_):
    """The evidence is the same."""
    (found,) = read_answer(TEXT, request_, duration=12.5, finish_reason="stop")
    assert isinstance(found, Evidence)
    assert (found.class_name, found.prompt, found.start, found.end, found.confidence) == ("Dog", "a dog", 1, 9, 80)


def test_nothing_is_an_empty_list():
    """Also when the text is no answer at all."""
    assert read_answer('{"classes": []}', REQUESTS["classes"]) == []
    assert read_answer("", REQUESTS["classes"]) == []


def test_a_wrong_request_is_the_callers_mistake():
    """The old API's complaint."""
    with pytest.raises(BadRequestError):
        read_answer(TEXT, {"classes": []})
