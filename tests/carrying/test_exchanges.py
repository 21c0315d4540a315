"""One ask from claim to record."""

from __future__ import annotations

from dataclasses import replace

import pytest
from playing import json_reply, play
from sample_asks import an_ask

from pegasus_classify.carrying.exchanges import LONGEST_LOOK, carry
from pegasus_classify.contract.asks import Answer
from pegasus_classify.steps import STOP, AskNote, Claim, Claimed, NoReply, Record, Reply, Send, Sleep

GOOD = json_reply(200, {"data": "text", "finish_reason": "stop"})
MINE = Claimed("mine")


def test_an_ask_is_claimed_before_it_is_sent_and_recorded_before_it_is_told() -> None:
    answer, steps = play(carry(an_ask(), "k", "", retries=0), [MINE, GOOD, None])
    assert [type(step) for step in steps] == [Claim, Send, Record]
    assert steps[0] == Claim("k")
    assert steps[2] == Record("k", "answered", answer=answer)
    assert (answer.text, answer.origin) == ("text", "asked")


def test_a_kept_answer_is_told_without_any_request() -> None:
    answer, steps = play(
        carry(an_ask(), "k", "", retries=0), [Claimed("kept", answer=Answer("old", billed_seconds=100.0))]
    )
    assert steps == [Claim("k")]
    assert (answer.text, answer.origin, answer.attempts) == ("old", "kept", 0)


def test_an_ask_that_somebody_else_has_is_claimed_again_later() -> None:
    outcomes = [Claimed("elsewhere", wait=3.0), None, Claimed("kept", answer=Answer("theirs"))]
    answer, steps = play(carry(an_ask(), "k", "", retries=0), outcomes)
    assert steps == [Claim("k"), Sleep(3.0), Claim("k")]
    assert answer.text == "theirs"


def test_a_failure_is_recorded_as_such() -> None:
    answer, steps = play(carry(an_ask(), "k", "", retries=0), [MINE, Reply(400), None])
    assert steps[-1] == Record("k", "failed", answer=answer)
    assert answer.failure is not None


def test_a_long_video_goes_by_a_task() -> None:
    created = json_reply(202, {"task_id": "t", "status": "queued"})
    done = json_reply(200, {"status": "ready", "result": {"data": "text"}})
    answer, steps = play(carry(an_ask(duration=1300.0), "k", "", retries=0), [MINE, created, None, None, done, None])
    assert [step.path for step in steps if isinstance(step, Send)] == [
        "/v1.3/analyze/tasks",
        "/v1.3/analyze/tasks/t",
    ]
    assert answer.text == "text"


def test_a_submitted_task_is_picked_up() -> None:
    done = json_reply(200, {"status": "ready", "result": {"data": "text"}})
    _, steps = play(carry(an_ask(), "k", "", retries=0), [Claimed("submitted", task_id="t9"), None, done, None])
    assert [step.path for step in steps if isinstance(step, Send)] == ["/v1.3/analyze/tasks/t9"]


def test_a_stop_gives_the_claim_back() -> None:
    answer, steps = play(carry(an_ask(), "k", "", retries=0), [MINE, STOP, None])
    assert steps[-1] == Record("k", "released")
    assert answer.failure is not None
    assert answer.failure.kind == "stopped"


def test_a_stop_before_the_claim_leaves_nothing_to_give_back() -> None:
    for outcomes in ([STOP], [Claimed("elsewhere", wait=1.0), STOP]):
        answer, steps = play(carry(an_ask(), "k", "", retries=0), outcomes)
        assert answer.failure is not None
        assert not [step for step in steps if isinstance(step, Record)]


def test_segments_are_asked_by_a_task_however_short_the_video() -> None:
    created = json_reply(202, {"task_id": "t", "status": "queued"})
    done = json_reply(200, {"status": "ready", "result": {"data": "{}"}})
    form = {"type": "segment_definitions", "segment_definitions": []}
    _, steps = play(carry(an_ask(response_format=form), "k", "", retries=0), [MINE, created, None, None, done, None])
    assert next(step.path for step in steps if isinstance(step, Send)) == "/v1.3/analyze/tasks"


def test_a_stop_while_travelling_together_gives_the_claim_back() -> None:
    _, steps = play(carry(replace(an_ask(), batch=True), "k", "", retries=0), [MINE, STOP, None])
    assert steps[-1] == Record("k", "released", unsure=True)


@pytest.mark.parametrize(("duration", "way"), [(100.0, "analyze"), (1300.0, "tasks")])
def test_a_claim_notes_how_the_model_is_reached(duration: float, way: str) -> None:
    _, (claim,) = play(carry(an_ask(duration=duration), "k", "", retries=0), [Claimed("kept", answer=Answer("old"))])
    assert isinstance(claim, Claim)
    assert claim.note == AskNote(way, "pegasus1.5", "0" * 64)


def test_a_task_that_cannot_be_looked_at_stays_in_the_ledger() -> None:
    long = an_ask(duration=1300.0)
    created = json_reply(202, {"task_id": "t", "status": "queued"})
    answer, steps = play(carry(long, "k", "", retries=0), [MINE, created, None, None, Reply(403), None])
    assert steps[-1] == Record("k", "released", unsure=True)
    assert answer.failure is not None
    gone = [MINE, created, None, None, Reply(404), None]
    answer, steps = play(carry(long, "k", "", retries=0), gone)
    assert steps[-1] == Record("k", "failed", answer=answer)


def test_a_task_that_may_have_been_made_is_left_to_be_looked_for() -> None:
    answer, steps = play(carry(an_ask(duration=1300.0), "k", "", retries=0), [MINE, NoReply("timeout", "late"), None])
    assert steps[-1] == Record("k", "released", unsure=True)
    assert answer.unsettled


def test_an_ask_settled_before_is_submitted_under_another_name() -> None:
    _, steps = play(carry(an_ask(duration=1300.0), "k", "", retries=0), [Claimed("mine", turn=2), Reply(400), None])
    create = steps[1]
    assert isinstance(create, Send)
    assert create.headers == (("Idempotency-Key", "k-2"),)


def test_an_ask_that_somebody_else_has_for_long_is_looked_at_more_seldom() -> None:
    looks = [each for _ in range(200) for each in (Claimed("elsewhere", wait=1.5), None)]
    _, steps = play(carry(an_ask(), "k", "", retries=0), [*looks, Claimed("kept", answer=Answer("theirs"))])
    pauses = [step.seconds for step in steps if isinstance(step, Sleep)]
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (1.5, LONGEST_LOOK)


def test_a_claim_names_the_run_that_pays() -> None:
    _, (claim,) = play(carry(an_ask(), "k", "run", retries=0), [Claimed("kept", answer=Answer("old"))])
    assert isinstance(claim, Claim)
    assert claim.run == "run"


def test_a_task_that_somebody_submitted_and_did_not_note_is_found_and_noted() -> None:
    listed = json_reply(200, {"data": [{"task_id": "t7", "custom_id": "k", "status": "processing"}]})
    done = json_reply(200, {"status": "ready", "result": {"data": "text"}})
    stale = Claimed("mine", stale=True)
    answer, steps = play(carry(an_ask(duration=1300.0), "k", "", retries=0), [stale, listed, None, None, done, None])
    assert Record("k", "submitted", task_id="t7") in steps
    assert [step.path for step in steps if isinstance(step, Send)] == [
        "/v1.3/analyze/tasks",
        "/v1.3/analyze/tasks/t7",
    ]
    assert answer.text == "text"


def test_what_cannot_be_found_counts_as_in_flight_and_is_asked_anew() -> None:
    created = json_reply(202, {"task_id": "t", "status": "queued"})
    done = json_reply(200, {"status": "ready", "result": {"data": "text"}})
    outcomes = [Claimed("mine", stale=True), json_reply(200, {"data": []}), created, None, None, done, None]
    _, steps = play(carry(an_ask(duration=1300.0), "k", "", retries=0), outcomes)
    assert [step.method for step in steps if isinstance(step, Send)] == ["GET", "POST", "GET"]


def test_a_synchronous_call_leaves_nothing_to_be_found() -> None:
    answer, steps = play(carry(an_ask(), "k", "", retries=0), [Claimed("mine", stale=True), GOOD, None])
    assert [type(step) for step in steps] == [Claim, Send, Record]
    assert answer.text == "text"


def test_a_stop_while_a_task_is_created_leaves_word_that_there_may_be_one() -> None:
    _, steps = play(carry(an_ask(duration=1300.0), "k", "", retries=0), [MINE, STOP, None])
    assert steps[-1] == Record("k", "released", unsure=True)


def test_the_end_of_a_run_is_told_by_its_name() -> None:
    assert repr(STOP) == "STOP"
