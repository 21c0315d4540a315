"""The guide of December 2022: three requests of the labels dialect, with `requests` and with axios."""

from __future__ import annotations

import json
from itertools import chain
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ASKED = json.loads((Path(__file__).parent / "scripts" / "guide_requests.json").read_text(encoding="utf-8"))
WORDS = ["extremely low", "low", "medium", "high"]


@pytest.fixture(scope="module", params=["requests", "axios"])
def said(request, old_sdk, javascript, shim):
    """What the program printed, in Python or in JavaScript."""
    if request.param == "axios":
        return javascript("guide_requests.js", shim)
    return old_sdk("0.3.2", "guide_requests.py", shim)


@pytest.mark.parametrize("number", range(3))
def test_each_request_is_answered_in_its_own_dialect(said, number):
    """Labels in the order asked, with confidence words, durations in seconds, and clips only where asked for."""
    answer, asked = said["answers"][number], ASKED[number]
    assert (answer["status"], answer["type"]) == (200, "application/json")
    names = [label["name"] for label in asked["labels"]]
    assert answer["body"]["data"]
    for video in answer["body"]["data"]:
        found = [label["name"] for label in video["labels"]]
        assert found == [name for name in names if name in found] != []
        for label in video["labels"]:
            assert label["confidence"] in WORDS
            assert label["duration"] > 0
            assert ("clips" in label) == asked.get("include_clips", False)


def test_the_high_threshold_keeps_what_is_high(said):
    """Only fragments of that confidence count."""
    labels = [label for video in said["answers"][1]["body"]["data"] for label in video["labels"]]
    assert {label["confidence"] for label in labels} == {"high"}


def test_clips_name_the_prompt_that_matched(said):
    """By start, each inside its label's scores."""
    for video in said["answers"][2]["body"]["data"]:
        for label in video["labels"]:
            starts = [clip["start"] for clip in label["clips"]]
            assert starts == sorted(starts)
            assert max(clip["score"] for clip in label["clips"]) == label["max_score"]
            assert {clip["prompt"] for clip in label["clips"]} <= set(ASKED[2]["labels"][0]["prompts"])


@pytest.mark.parametrize("key", ["next_token", "next_page_token"])
def test_the_pages_can_be_followed_under_either_name_of_the_token(said, key):
    """The guide's own, and that of the Python client of 2023."""
    first = [video["video_id"] for video in said["paged"]["data"]]
    everything = [*first, *chain.from_iterable(said["following"][key])]
    whole = [video["video_id"] for video in said["answers"][0]["body"]["data"]]
    assert len(first) == 2
    assert len(everything) == len(set(everything)) == said["paged"]["page_info"]["total_count"]
    assert everything[: len(whole)] == whole


@pytest.mark.parametrize(
    ("case", "status", "code"), [("no key", 401, "api_key_invalid"), ("bad", 400, "parameter_invalid")]
)
def test_errors_have_a_code_and_a_message(said, case, status, code):
    """As JSON, and said to be."""
    error = said[case]
    assert (error["status"], error["type"], error["body"]["code"]) == (status, "application/json", code)
    assert error["body"]["message"]


def test_json_under_another_content_type_is_read(said):
    """Programs forgot the header."""
    assert said["as text"]["status"] == 200
    assert said["as text"]["body"] == said["answers"][0]["body"]
