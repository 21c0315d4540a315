"""The synchronous call, tasks and the retries under both."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playing import json_reply, play
from sample_asks import an_ask

from pegasus_classify.contract.asks import Window
from pegasus_classify.pegasus.analyze import analyze, request_body
from pegasus_classify.pegasus.replies import Problem
from pegasus_classify.pegasus.retrying import retried
from pegasus_classify.pegasus.segments import asks_for_segments, task_body
from pegasus_classify.pegasus.submitted import submission_name
from pegasus_classify.pegasus.tasks import OUTAGE, Submission, patience, task
from pegasus_classify.steps import STOP, NoReply, Record, Reply, Send, Sleep, Stopped

GOOD = json_reply(200, {"id": "1", "data": "text", "finish_reason": "stop", "usage": {"output_tokens": 9}})


def test_the_synchronous_call_names_the_model_and_asks_for_no_stream() -> None:
    answer, steps = play(analyze(an_ask(), 0), [GOOD])
    (send,) = steps
    assert isinstance(send, Send)
    assert (send.method, send.path, send.paid) == ("POST", "/v1.3/analyze", True)
    assert send.body["stream"] is False
    assert send.body["model_name"] == "pegasus1.5"
    assert send.body["video"] == {"type": "asset_id", "asset_id": "a" * 24}
    assert "video_id" not in send.body
    assert (answer.text, answer.output_tokens, answer.input_tokens, answer.billed_seconds) == ("text", 9, 0, 100.0)


def test_the_read_timeout_grows_with_the_video() -> None:
    _, steps = play(analyze(an_ask(duration=1000.0), 0), [GOOD])
    assert steps[0].read_timeout == 560.0  # type: ignore[union-attr]


def test_schema_and_window_are_sent_only_when_there_are_any() -> None:
    plain = request_body(an_ask())
    full = request_body(an_ask(response_format={"type": "json_schema"}, window=Window(3.0, 9.0)))
    assert not {"response_format", "start_time", "end_time"} & plain.keys()
    assert (full["response_format"], full["start_time"], full["end_time"]) == ({"type": "json_schema"}, 3.0, 9.0)


def test_a_warning_in_a_success_is_kept_beside_the_text() -> None:
    reply = json_reply(
        200, {"data": "cut te", "finish_reason": "length", "error": {"message": "max_tokens", "code": "x"}}
    )
    answer, _ = play(analyze(an_ask(), 0), [reply])
    assert (answer.text, answer.finish_reason, answer.warning) == ("cut te", "length", "max_tokens")


@pytest.mark.parametrize(("error", "warning"), [({"code": "c"}, "c"), ({}, "unnamed warning"), ("text", None)])
def test_a_warning_of_another_form_does_no_harm(error: object, warning: str | None) -> None:
    answer, _ = play(analyze(an_ask(), 0), [json_reply(200, {"data": "t", "error": error, "usage": 3})])
    assert (answer.text, answer.finish_reason, answer.warning) == ("t", None, warning)


def test_a_success_without_text_is_a_failure_of_this_ask() -> None:
    answer, _ = play(analyze(an_ask(), 0), [json_reply(200, {"data": {"not": "a string"}})])
    assert answer.failure is not None
    assert answer.failure.kind == "unavailable"


def test_transient_problems_are_tried_again_with_growing_pauses() -> None:
    outcomes = [Reply(503), None, NoReply("broken", "gone"), None, Reply(500), None, GOOD]
    answer, steps = play(analyze(an_ask(), 4), outcomes)
    assert [step.seconds for step in steps if isinstance(step, Sleep)] == [0.5, 1.0, 2.0]
    assert (answer.text, answer.attempts) == ("text", 4)


def test_a_permanent_problem_is_not_tried_again() -> None:
    answer, steps = play(analyze(an_ask(), 4), [json_reply(400, {"code": "parameter_invalid", "message": "No."})])
    assert len(steps) == 1
    assert answer.failure is not None
    assert (answer.failure.kind, answer.failure.message) == ("rejected", "No.")


def test_retries_end_and_the_last_problem_is_told() -> None:
    (result, (sent, _)), _ = play(retried(Send("GET", "/x"), 1), [Reply(503), None, Reply(502)])
    assert isinstance(result, Problem)
    assert (result.status, sent) == (502, 2)


def test_a_retry_after_longer_than_our_pause_is_obeyed_up_to_half_a_minute() -> None:
    outcomes = [Reply(503, {"retry-after": "12"}), None, Reply(503, {"retry-after": "9999"}), None, GOOD]
    _, steps = play(retried(Send("GET", "/x"), 5), outcomes)
    assert [step.seconds for step in steps if isinstance(step, Sleep)] == [12.0, 30.0]


@pytest.mark.parametrize("outcomes", [[STOP], [Reply(503), STOP]])
def test_a_stop_ends_the_retries_at_once(outcomes: list[object]) -> None:
    with pytest.raises(Stopped):
        play(retried(Send("GET", "/x"), 5), outcomes)  # type: ignore[arg-type]


TASKS = "/v1.3/analyze/tasks"
CREATED = json_reply(202, {"task_id": "t1", "status": "queued"})
PENDING = json_reply(200, {"task_id": "t1", "status": "processing"})


def ready(**changes: object) -> Reply:
    """A task that is done."""
    return json_reply(
        200, {"task_id": "t1", "status": "ready", "result": {"data": "text", "finish_reason": "stop"}, **changes}
    )


def by_a_task(key: str = "k", turn: int = 0, **more: Any) -> Submission:
    return Submission(an_ask(), key, submission_name(key, turn), more.pop("retries", 0), **more)


def test_a_task_is_recorded_before_it_is_looked_at() -> None:
    answer, steps = play(task(by_a_task("k" * 64)), [CREATED, None, None, PENDING, None, ready()])
    kinds = [type(step) for step in steps]
    assert kinds == [Send, Record, Sleep, Send, Sleep, Send]
    assert steps[1] == Record("k" * 64, "submitted", task_id="t1")
    assert answer.text == "text"
    create = steps[0]
    assert isinstance(create, Send)
    assert (create.body["custom_id"], create.headers) == ("k" * 64, (("Idempotency-Key", "k" * 64),))
    assert "stream" not in create.body


def test_a_task_submitted_before_is_looked_at_and_not_created_again() -> None:
    answer, steps = play(task(by_a_task(), "t1"), [None, ready()])
    assert [step.path for step in steps if isinstance(step, Send)] == ["/v1.3/analyze/tasks/t1"]
    assert answer.text == "text"


def test_looks_become_rarer() -> None:
    outcomes = [CREATED, None, *[each for _ in range(9) for each in (None, PENDING)], None, ready()]
    _, steps = play(task(by_a_task()), outcomes)
    pauses = [step.seconds for step in steps if isinstance(step, Sleep)]
    assert pauses[:3] == [2.0, 3.0, 4.5]
    assert pauses[-1] == 30.0


@pytest.mark.parametrize(
    ("outcomes", "kind", "message"),
    [
        ([json_reply(400, {"error": {"code": "c", "message": "No."}})], "rejected", "No."),
        ([json_reply(202, {"status": "queued"})], "unavailable", "without naming it"),
        ([CREATED, None, None, json_reply(404, {"error": {"message": "Gone."}})], "rejected", "Gone."),
        (
            [CREATED, None, None, json_reply(200, {"status": "failed", "error": {"code": "c", "message": "Bad."}})],
            "rejected",
            "Bad.",
        ),
        ([CREATED, None, None, json_reply(200, {"status": "canceled"})], "rejected", "ended as canceled"),
        ([CREATED, None, None, ready(result=None)], "unavailable", "holds no result"),
    ],
)
def test_a_task_that_brings_nothing_is_a_failure_that_says_why(outcomes: list[Reply], kind: str, message: str) -> None:
    answer, _ = play(task(by_a_task()), outcomes)
    assert answer.failure is not None
    assert answer.failure.kind == kind
    assert message in answer.failure.message


def test_a_warning_of_a_ready_task_is_kept() -> None:
    answer, _ = play(task(by_a_task()), [CREATED, None, None, ready(error={"message": "cut"})])
    assert answer.warning == "cut"
    inner = {"data": "t", "error": {"message": "inner"}}
    answer, _ = play(task(by_a_task()), [CREATED, None, None, ready(result=inner)])
    assert answer.warning == "inner"


def looking(state: Reply | NoReply) -> Callable[[object], Reply | NoReply | None]:
    """An upstream that takes a task and always answers the same to a look at it."""

    def outcome(step: object) -> Reply | NoReply | None:
        if not isinstance(step, Send):
            return None
        return CREATED if step.method == "POST" else state

    return outcome


@pytest.mark.parametrize(("longest", "least"), [(None, patience(an_ask())), (60.0, 60.0)])
def test_a_task_that_never_ends_is_left_running_and_said_to_be(longest: float | None, least: float) -> None:
    answer, steps = play(task(by_a_task(longest=longest)), looking(PENDING))
    waited = sum(step.seconds for step in steps if isinstance(step, Sleep))
    assert least <= waited < least + 31
    assert answer.unsettled
    assert answer.failure is not None
    assert answer.failure.kind == "unavailable"
    assert "was not done after" in answer.failure.message
    assert "(t1)" in answer.failure.message


def test_an_outage_is_waited_out_while_a_task_runs() -> None:
    looks = [Reply(503), NoReply("connect", "nobody"), Reply(429), NoReply("broken", "gone"), ready()]
    outcomes = [CREATED, None, *[each for look in looks for each in (None, look)]]
    answer, _ = play(task(by_a_task()), outcomes)
    assert answer.text == "text"


def test_a_task_nothing_is_heard_of_for_long_is_left_running() -> None:
    answer, steps = play(task(by_a_task()), looking(Reply(503)))
    waited = sum(step.seconds for step in steps if isinstance(step, Sleep))
    assert OUTAGE <= waited < OUTAGE + 31
    assert answer.unsettled


def test_a_key_that_is_refused_leaves_the_task_running_at_once() -> None:
    answer, _ = play(task(by_a_task()), [CREATED, None, None, Reply(401)])
    assert answer.unsettled
    assert answer.failure is not None
    assert answer.failure.kind == "key_rejected"


LOST = [
    NoReply("timeout", "late"),
    NoReply("broken", "gone"),
    Reply(202, {}, b"cut in the mi"),
    Reply(502),
    Reply(504),
]


@pytest.mark.parametrize("lost", LOST)
def test_a_task_whose_creation_was_not_answered_is_looked_for_before_another_is_made(lost: Reply | NoReply) -> None:
    listed = json_reply(200, {"data": [{"task_id": "t1", "custom_id": "k", "status": "processing"}]})
    answer, steps = play(task(by_a_task(retries=4)), [lost, None, listed, None, None, ready()])
    sends = [(step.method, step.path) for step in steps if isinstance(step, Send)]
    assert sends == [("POST", TASKS), ("GET", TASKS), ("GET", f"{TASKS}/t1")]
    assert Record("k", "submitted", task_id="t1") in steps
    assert answer.text == "text"


@pytest.mark.parametrize(
    ("outcomes", "lost"),
    [
        ([GOOD], 0),
        ([Reply(503), None, GOOD], 0),
        ([NoReply("connect", "nobody"), None, GOOD], 0),
        ([NoReply("timeout", "late"), None, GOOD], 1),
        ([Reply(200, {}, b"cut in"), None, NoReply("broken", "gone")], 2),
        ([json_reply(200, {"data": None})], 1),
        ([Reply(504), None, Reply(504)], 2),
    ],
)
def test_calls_that_brought_nothing_and_may_be_billed_are_counted(outcomes: list[Any], lost: int) -> None:
    answer, _ = play(analyze(an_ask(), 4), outcomes)
    assert answer.lost == lost


def test_a_task_that_was_not_created_is_created_again_under_the_same_name() -> None:
    nothing = json_reply(200, {"data": []})
    answer, steps = play(
        task(by_a_task(retries=4)), [NoReply("broken", "gone"), None, nothing, CREATED, None, None, ready()]
    )
    made = [step.headers for step in steps if isinstance(step, Send) and step.method == "POST"]
    assert made == [(("Idempotency-Key", "k"),)] * 2
    assert answer.text == "text"


def test_a_batch_that_has_the_video_is_not_taken_for_its_task() -> None:
    item = {"task_id": "t9", "batch_id": "b1", "custom_id": "k", "status": "processing"}
    outcomes = [NoReply("broken", "gone"), None, json_reply(200, {"data": [item]}), CREATED, None, None, ready()]
    assert play(task(by_a_task(retries=4)), outcomes)[0].text == "text"


def test_a_creation_that_stays_unanswered_may_have_made_a_task() -> None:
    nothing = json_reply(200, {"data": []})
    answer, _ = play(task(by_a_task(retries=4)), [NoReply("broken", "gone"), None, nothing, NoReply("timeout", "late")])
    assert answer.unsettled
    assert play(task(by_a_task()), [Reply(503)])[0].unsettled
    assert not play(task(by_a_task()), [NoReply("connect", "nobody")])[0].unsettled
    assert not play(task(by_a_task()), [Reply(400)])[0].unsettled


def test_an_ask_answered_before_has_another_name_the_next_time() -> None:
    names = [submission_name("k" * 64, turn) for turn in (0, 1, 2, 10**9)]
    assert names[0] == "k" * 64
    assert len(set(names)) == 4
    assert all(1 <= len(name) <= 64 for name in names)


def test_a_stop_between_two_looks_ends_the_watch() -> None:
    with pytest.raises(Stopped):
        play(task(by_a_task()), [CREATED, None, STOP])


def test_segment_definitions_go_without_a_prompt() -> None:
    form = {"type": "segment_definitions", "segment_definitions": []}
    body = task_body(an_ask(response_format=form))
    assert "prompt" not in body
    assert (body["analysis_mode"], body["response_format"]) == ("time_based_metadata", form)
    assert "analysis_mode" not in task_body(an_ask())
    assert asks_for_segments(an_ask(response_format=form))
    assert not asks_for_segments(an_ask(response_format={"type": "json_schema"}))


@pytest.mark.parametrize(
    "lost", [NoReply("timeout", "late"), NoReply("broken", "gone"), Reply(200, {}, b"cut in the mi")]
)
def test_a_paid_call_that_may_have_been_billed_is_tried_again_only_once(lost: Reply | NoReply) -> None:
    answer, steps = play(analyze(an_ask(), 4), lambda step: lost if isinstance(step, Send) else None)
    assert len([step for step in steps if isinstance(step, Send)]) == 2
    assert answer.failure is not None
    free = retried(Send("GET", "/x"), 4)
    (_, (sent, _)), _ = play(free, lambda step: lost if isinstance(step, Send) else None)
    assert sent == 5
