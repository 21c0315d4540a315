"""A Classify that still answers is asked in its own words, page by page, and what is wrong is told as it was."""

from __future__ import annotations

import json
from typing import Any

import pytest
from legacy_samples import samples

from pegasus_classify.contract.pages import Page, PageInfo
from pegasus_classify.contract.result import ClassifyResult
from pegasus_classify.errors import APIConnectionError, APIStatusError, APITimeoutError
from pegasus_classify.legacy.answers import write_answer, write_video
from pegasus_classify.legacy.old_calls import OLD_MODEL, old_answer
from pegasus_classify.legacy.wire import read_request
from pegasus_classify.steps import NoReply, Reply, Send

BODY = {"video_ids": ["a", "b"], "options": ["visual"], "classes": [{"name": "Dog", "prompts": ["dog"]}]}
WHOLE = [each for each in samples() if each.status == 200 and isinstance(each.request, dict) and not each.uncut]


def asked(body: dict[str, Any], *replies: Any, **more: Any) -> tuple[list[Send], ClassifyResult]:
    """Ask with these replies, in order."""
    request, spelling = read_request(body)
    steps = old_answer(request, spelling, "tlk_key", **more)
    sent = [next(steps)]
    try:
        for reply in replies:
            sent.append(steps.send(reply))
    except StopIteration as end:
        return sent, end.value
    raise AssertionError("it asks on")


def page(*videos: str, token: str = "", status: int = 200) -> Reply:
    """An answer's page with a class found in each video."""
    data = [{"video_id": each, "classes": [{"name": "Dog", "score": 90, "duration_ratio": 1}]} for each in videos]
    return Reply(status, {}, json.dumps({"data": data, "page_info": {"next_page_token": token}}).encode())


def test_every_page_is_read():
    """Each with the caller's key; a video on no page was answered with nothing."""
    sent, result = asked(BODY, page("a", token="t/1"), page(), timeout=7.0)
    assert [(each.method, each.path) for each in sent] == [
        ("POST", "/v1.2/classify"),
        ("GET", "/v1.2/classify/t%2F1"),
    ]
    assert all(dict(each.headers) == {"x-api-key": "tlk_key"} and each.read_timeout == 7.0 for each in sent)
    assert [each.video_id for each in result.videos] == ["a"]
    assert (result.answered, result.model) == (2, OLD_MODEL)


def test_an_index_is_asked_about_at_its_own_address():
    """Bulk calls go to bulk, in the version that is told."""
    body = {"index_id": "i", **{name: BODY[name] for name in ("options", "classes")}}
    sent, result = asked(body, page("a", "b"), version="v1.1")
    assert sent[0].path == "/v1.1/classify/bulk"
    assert sent[0].body == body
    assert result.answered == 2


def test_videos_of_an_index_are_named():
    """A part of a request for an index is a request for videos."""
    request, spelling = read_request({"index_id": "i", "options": ["visual"], "classes": BODY["classes"]})
    part = request.model_copy(update={"index_id": None, "video_ids": ("a",)})
    assert next(old_answer(part, spelling, "k")).body == {**BODY, "video_ids": ["a"]}


def test_a_single_video_of_the_oldest_form_stays_one():
    """Its answer names the video nowhere; the request does."""
    body = {"video_id": "a", "options": ["visual"], "labels": [{"name": "Dog", "prompts": ["dog"]}]}
    reply = Reply(200, {}, json.dumps({"labels": [{"name": "Dog", "score": 90}]}).encode())
    sent, result = asked(body, reply)
    assert sent[0].body == body
    assert [each.video_id for each in result.videos] == ["a"]


@pytest.mark.parametrize("sample", WHOLE, ids=[each.name for each in WHOLE])
def test_what_was_read_is_written_again_as_it_was(sample):
    """A caller cannot see that an old answer passed through us."""
    _, spelling = read_request(sample.request)
    body = {**sample.response}
    if "page_info" in body:
        info = body["page_info"]
        body["page_info"] = {name: "" if name.startswith("next") else value for name, value in info.items()}
    _, result = asked(sample.request, Reply(200, {}, json.dumps(body).encode()))
    if "data" in sample.response:
        listed = [each for each in sample.response["data"] if each.get("classes") or each.get("labels")]
        assert [write_video(each, spelling) for each in result.videos] == listed
    elif result.videos:
        assert write_answer(Page(result.videos, PageInfo()), spelling)["labels"] == sample.response["labels"]


@pytest.mark.parametrize(
    ("replies", "kind", "message"),
    [
        ([NoReply("timeout", "too late")], APITimeoutError, "The old side: too late"),
        ([NoReply("connect", "gone")], APIConnectionError, "The old side: gone"),
        ([Reply(200, {}, b"<html>")], APIStatusError, "status 200 without a JSON object"),
        ([Reply(204, {}, b"{}")], APIStatusError, "status 204"),
        ([Reply(200, {}, b'{"data": 5}')], APIStatusError, "gave no Classify answer"),
        ([page("a", token="t"), page("b", token="t")], APIStatusError, "its pages do not end"),
    ],
)
def test_what_is_no_answer_is_an_error(replies, kind, message):
    """Nothing is taken for an empty answer that is none, and no page is read for ever."""
    with pytest.raises(kind, match=message):
        asked(BODY, *replies)


@pytest.mark.parametrize(
    ("headers", "wait"), [({"retry-after": "7"}, 7.0), ({}, None), ({"retry-after": "soon"}, None)]
)
def test_a_refusal_keeps_its_own_words(headers, wait):
    """Status, code, message and the time to wait are the old API's."""
    body = json.dumps({"code": "too_many_requests", "message": "Slow down."}).encode()
    with pytest.raises(APIStatusError) as caught:
        asked(BODY, Reply(429, headers, body))
    error = caught.value
    assert (error.status_code, error.code, str(error), error.retry_after) == (
        429,
        "too_many_requests",
        "Slow down.",
        wait,
    )
