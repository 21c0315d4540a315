"""What was submitted and not noted is found again; what nobody wants any more is cancelled."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from playing import json_reply, play
from sample_asks import an_ask

from pegasus_classify.contract.asks import VideoSource
from pegasus_classify.pegasus.replies import Problem
from pegasus_classify.pegasus.submitted import MOST_PAGES, cancel, submitted_before
from pegasus_classify.steps import Reply, Send

KEY = "k" * 64


def listed(**more: Any) -> dict[str, Any]:
    return {"task_id": "t1", "custom_id": KEY, "status": "processing", **more}


@pytest.mark.parametrize(
    ("items", "found"),
    [
        ([listed()], "t1"),
        ([listed(custom_id="another"), listed(task_id="t2", status="ready")], "t2"),
        ([listed(batch_id="b1")], "batch:b1"),
        ([listed(status="failed"), listed(status="canceled")], None),
        ([listed(task_id=7)], None),
        (["no object"], None),
        ([], None),
    ],
)
def test_a_task_is_found_by_the_video_and_the_name_made_from_its_key(items: list[Any], found: str | None) -> None:
    came, (send,) = play(submitted_before(an_ask(), KEY, 0), [json_reply(200, {"data": items})])
    assert came == found
    assert isinstance(send, Send)
    assert (send.method, send.path, send.paid) == ("GET", "/v1.3/analyze/tasks", False)
    assert send.query == (("asset_id", "a" * 24), ("page", "1"), ("page_limit", "50"))


def test_a_video_named_by_its_link_is_looked_up_by_that() -> None:
    ask = replace(an_ask(), source=VideoSource("url", "https://example.com/v.mp4"))
    _, (send,) = play(submitted_before(ask, KEY, 0), [json_reply(200, {"data": []})])
    assert isinstance(send, Send)
    assert send.query[0] == ("video_url", "https://example.com/v.mp4")


def test_further_pages_are_read_while_there_are_any_but_not_forever() -> None:
    full = json_reply(200, {"data": [listed(custom_id="another")] * 50})
    came, steps = play(submitted_before(an_ask(), KEY, 0), [full, json_reply(200, {"data": [listed()]})])
    assert (came, len(steps)) == ("t1", 2)
    came, steps = play(submitted_before(an_ask(), KEY, 0), [full] * MOST_PAGES)
    assert (came, len(steps)) == (None, MOST_PAGES)


@pytest.mark.parametrize("reply", [Reply(403), json_reply(200, {"data": "no list"})])
def test_a_list_that_cannot_be_read_finds_nothing(reply: Reply) -> None:
    assert play(submitted_before(an_ask(), KEY, 0), [reply])[0] is None


@pytest.mark.parametrize(
    ("task_id", "path"), [("t1", "tasks/t1/cancel"), ("batch:b1", "batches/b1/cancel")], ids=["task", "batch"]
)
@pytest.mark.parametrize(
    ("reply", "came"), [(json_reply(200, {"status": "canceled"}), "cancelled"), (Reply(404), "cancelled"),
                        (Reply(409), "over")]
)  # fmt: skip
def test_tasks_and_batches_are_cancelled(task_id: str, path: str, reply: Reply, came: str) -> None:
    told, (send,) = play(cancel(task_id, 0), [reply])
    assert told == came
    assert isinstance(send, Send)
    assert (send.method, send.path, send.paid) == ("POST", f"/v1.3/analyze/{path}", False)


def test_what_cannot_be_cancelled_is_a_problem_with_the_platforms_words() -> None:
    told, _ = play(cancel("t1", 0), [json_reply(403, {"code": "x", "message": "not yours"})])
    assert isinstance(told, Problem)
    assert told.message == "not yours"
