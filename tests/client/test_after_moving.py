"""All has moved and the old side still answers: it is asked beside Pegasus, so that a change of either is noticed."""

from __future__ import annotations

import json
import logging
import threading
from pathlib import Path
from typing import Any

import httpx
import pytest
from tiny_server import Call, tiny_server

from pegasus_classify import Classifier, serve_in_thread
from pegasus_classify.client.rollout import Rollout

emulator = pytest.importorskip("pegasus_classify.emulator")

KEY = "tlk_AFTER0MOVING0SECRET"
VIDEOS = ["63996203ce36463e0199c8c2", "63996232ce36463e0199c8c3", "63a09373ce36463e0199c8de"]
BODY: dict[str, Any] = {
    "video_ids": VIDEOS,
    "options": ["visual"],
    "classes": [{"name": "Cars", "prompts": ["Cars", "SUV"]}],
    "threshold": {"min_video_score": 1, "min_duration_ratio": 0.01},
}
NOTHING = json.dumps({"data": [], "page_info": {"limit_per_page": 10, "total_results": 0}}).encode()


def moved(old: str, **more: Any) -> dict[str, Any]:
    """A policy whose share is everything."""
    return {"old": {"url": old}, "otherwise": "shadow", "routes": [{"to": "pegasus", "percent": 100}], **more}


def rollout_after(client: Classifier, times: int = 1) -> Rollout:
    """Ask so often, let every shadow end, and return what was seen."""
    rollout = client._rollout
    assert rollout is not None
    for _ in range(times):
        reply = client.reply("POST", "/v1.2/classify", BODY)
        assert reply.status == 200, reply.body
        assert "pegasus=3" in reply.headers["X-Classify-Policy"]
        assert rollout.shadow.settle(30)
    return rollout


def test_a_live_old_side_goes_on_being_compared(stand_in):
    """Its answers cost nothing, and no caller is counted twice."""
    with (
        serve_in_thread(base_url=stand_in.base_url) as old,
        Classifier(KEY, stand_in.base_url, policy=moved(old)) as client,
    ):
        rollout = rollout_after(client)
        seen = rollout.evidence()
        assert (seen["calls"], seen["failures"], seen["compared"], seen["differences"]) == (1, 0, 3, 0)
        assert rollout.shadow.counts == {"run": 1}
        assert (rollout.shadow.usd, rollout.shadow.minutes) == (0, 0)


@pytest.mark.parametrize("more", [{"shadow": {"share": 0}}, {"otherwise": "legacy"}], ids=["no share", "no shadow"])
def test_an_old_side_is_not_asked_where_nothing_was_to_be_compared(stand_in, more):
    """A share of nothing is nothing; and a policy that never compared does not begin to."""
    calls = []
    with (
        tiny_server(lambda call: calls.append(call.path)) as old,
        Classifier(KEY, stand_in.base_url, policy=moved(old.url, **more)) as client,
    ):
        assert not rollout_after(client, 3).shadow.counts
    assert calls == []


def test_a_drift_after_the_last_step_takes_traffic_back(stand_in, tmp_path: Path):
    """The old side finds nothing any more: within a few calls all goes where it went before, and the log says why."""
    pytest.importorskip("scipy")
    path = tmp_path / "rollout.toml"
    with tiny_server(lambda call: call.reply(200, NOTHING)) as old:
        path.write_text(
            f'otherwise = "shadow"\nlog = "changes.jsonl"\n[old]\nurl = "{old.url}"\n'
            '[[route]]\nto = "pegasus"\nladder = true\n[ladder]\nsteps = [100]\n',
            encoding="utf-8",
        )
        with Classifier(KEY, stand_in.base_url, policy=path) as client:
            rollout = client._rollout
            assert rollout is not None
            rollout.act("promoted", "ann", "all looks well")
            for _ in range(9):
                client.handle("POST", "/v1.2/classify", BODY)
                assert rollout.shadow.settle(30)
                if not rollout.percent:
                    break
    written = (tmp_path / "changes.jsonl").read_text(encoding="utf-8")
    last = json.loads(written.splitlines()[-1])
    assert (last["act"], last["before"], last["percent"]) == ("rolled_back", 100, 0)
    assert last["why"] == "differing videos pass the 10% that is allowed"
    assert KEY not in written


SWITCHED_OFF = {"gone": 410, "another API answers there": 404, "broken": 503, "asked too much": 429}


@pytest.mark.parametrize("status", SWITCHED_OFF.values(), ids=list(SWITCHED_OFF))
def test_an_old_side_that_is_switched_off_is_left_alone_and_nothing_is_said_to_fail(stand_in, caplog, status):
    """After a few tries nothing is asked; callers, evidence, budget and log know nothing of it."""
    calls = []

    def refuse(call: Call) -> None:
        calls.append(call.path)
        call.reply(status, b'{"code": "gone", "message": "no more"}')

    rules = {"breaker": {"failures": 2, "of": 2, "open_for": 600}}
    with (
        caplog.at_level(logging.DEBUG),
        tiny_server(refuse) as old,
        Classifier(KEY, stand_in.base_url, policy=moved(old.url, **rules), retries=0) as client,
    ):
        rollout = rollout_after(client, 5)
        assert rollout.shadow.counts == {"old_silent": 5}
        assert (rollout.evidence()["compared"], rollout.evidence()["failures"], rollout.complaints) == (0, 0, [])
        assert rollout.take("legacy", rollout.steady()) is not None
    assert len(calls) == 2
    assert [each for each in caplog.records if each.levelno >= logging.WARNING] == []
    assert KEY not in caplog.text


def test_an_old_side_that_does_not_know_a_video_is_asked_about_the_others(stand_in):
    """A request it refuses says nothing about it."""
    refusal = b'{"code": "parameter_invalid", "message": "The video does not exist."}'
    rules = {"breaker": {"failures": 1, "of": 1, "open_for": 600}}
    calls = []

    def answer(call: Call) -> None:
        calls.append(call.path)
        call.reply(*((400, refusal) if len(calls) == 1 else (200, NOTHING)))

    with (
        tiny_server(answer) as old,
        Classifier(KEY, stand_in.base_url, policy=moved(old.url, **rules)) as client,
    ):
        assert rollout_after(client, 2).shadow.counts == {"old_silent": 1, "run": 1}


def test_an_old_side_that_hangs_holds_up_nobody(stand_in):
    """Neither the caller of Pegasus nor, with one call at a time, a caller who is answered by the old side."""
    release, reached = threading.Event(), threading.Event()

    def hang_once(call: Call) -> None:
        if not reached.is_set():
            reached.set()
            release.wait(30)
        call.reply(200, NOTHING)

    with tiny_server(hang_once) as old:
        policy = moved(old.url, kill={"header": True}, shadow={"concurrency": 1})
        policy["old"]["concurrency"] = 1
        with (
            serve_in_thread(base_url=stand_in.base_url, policy=policy) as url,
            httpx.Client(base_url=url, headers={"x-api-key": KEY}, timeout=20) as client,
        ):
            assert "pegasus=3" in client.post("/v1.2/classify", json=BODY).headers["x-classify-policy"]
            assert reached.wait(20)
            stopped = client.post("/v1.2/classify", json=BODY, headers={"X-Classify-Route": "stop"})
            assert "legacy=3" in stopped.headers["x-classify-policy"]
            release.set()
