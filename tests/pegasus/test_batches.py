"""Many asks in one request."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playing import json_reply, play
from sample_asks import an_ask

from pegasus_classify.contract.asks import Window
from pegasus_classify.pegasus.batches import OUTAGE, PATIENCE, batch, kin
from pegasus_classify.pegasus.submitted import batch_id_of
from pegasus_classify.steps import STOP, NoReply, Record, Reply, Send, Share, Sleep, Stopped

CREATED = json_reply(201, {"batch_id": "b1", "status": "pending"})
DONE = json_reply(200, {"batch_id": "b1", "status": "completed"})


def members(count: int, batch_id: str | None = None) -> list[Share]:
    return [Share(f"key{n}", an_ask(f"asset{n}"), batch_id) for n in range(count)]


def lines(*items: dict[str, Any] | str) -> Reply:
    """Results as JSON Lines; a text is a line as it stands."""
    text = "\n".join(item if isinstance(item, str) else json.dumps(item) for item in items)
    return Reply(200, {"content-type": "application/jsonl"}, text.encode())


def ready(number: int, text: str) -> dict[str, Any]:
    return {"custom_id": f"key{number}", "status": "ready", "data": {"data": text, "finish_reason": "stop"}}


def test_a_batch_is_recorded_before_it_is_looked_at_and_read_by_custom_id() -> None:
    outcomes = [CREATED, None, None, None, DONE, lines(ready(1, "one"), ready(0, "zero"))]
    answers, steps = play(batch(members(2), 0), outcomes)
    assert [answer.text for answer in answers] == ["zero", "one"]
    assert [type(step) for step in steps] == [Send, Record, Record, Sleep, Send, Send]
    assert steps[1] == Record("key0", "submitted", task_id="batch:b1")


def test_the_words_are_sent_once_and_each_video_with_its_own_length_of_answer() -> None:
    asks = [an_ask("a0", response_format={"type": "json_schema"}), an_ask("a1", window=Window(0.0, 50.0))]
    shares = [Share("k0", asks[0]), Share("k1", asks[1])]
    _, steps = play(batch(shares, 0), [Reply(400)])
    body = steps[0].body  # type: ignore[union-attr]
    assert body["defaults"]["prompt"] == {"input_text": "What is there?"}
    assert body["defaults"]["response_format"] == {"type": "json_schema"}
    assert body["requests"][0] == {
        "video": {"type": "asset_id", "asset_id": "a0"},
        "custom_id": "k0",
        "max_tokens": 4096,
    }
    assert (body["requests"][1]["start_time"], body["requests"][1]["end_time"]) == (0.0, 50.0)


def test_segment_definitions_go_in_batches_of_their_own_mode_without_a_prompt() -> None:
    form = {"type": "segment_definitions", "segment_definitions": []}
    _, steps = play(batch([Share("k0", an_ask("a0", response_format=form))], 0), [Reply(400)])
    body = steps[0].body  # type: ignore[union-attr]
    assert body["analysis_mode"] == "time_based_metadata"
    assert body["defaults"] == {"temperature": 0.0, "response_format": form}


def test_no_schema_is_sent_where_there_is_none() -> None:
    _, steps = play(batch(members(1), 0), [Reply(400)])
    assert "response_format" not in steps[0].body["defaults"]  # type: ignore[union-attr]


def test_what_the_batch_does_not_answer_must_be_asked_alone() -> None:
    results = lines(
        ready(0, "zero"),
        {"custom_id": "key1", "status": "failed", "error": {"code": "asset_unavailable"}},
        {"custom_id": "key2", "status": "processing"},
        "[1]",
        {"status": "ready"},
    )
    answers, _ = play(batch(members(4), 0), [CREATED, *[None] * 4, None, DONE, results])
    assert [answer and answer.text for answer in answers] == ["zero", None, None, None]


@pytest.mark.parametrize("data", [{"no": "text"}, "text", None])
def test_an_item_that_is_ready_without_a_text_was_billed_and_is_not_asked_again(data: Any) -> None:
    results = lines({"custom_id": "key0", "status": "ready", "data": data})
    (answer,), _ = play(batch(members(1), 0), [CREATED, None, None, DONE, results])
    assert "no generated text" in answer.failure.message
    assert not answer.unsettled


def test_results_that_came_in_part_are_read_again() -> None:
    cut = lines(ready(0, "zero"), '{"custom_id": "key1", "status": "rea')
    whole = lines(ready(0, "zero"), ready(1, "one"))
    answers, _ = play(batch(members(2, "b1"), 0), [None, DONE, cut, None, NoReply("broken", "gone"), None, whole])
    assert [answer.text for answer in answers] == ["zero", "one"]


def test_what_is_not_in_results_that_always_come_in_part_may_still_be_had() -> None:
    cut = lines(ready(0, "zero"), '{"custom_id": "key1", "status": "rea')
    answers, _ = play(batch(members(2, "b1"), 0), [None, DONE, *[cut, None] * 3, cut])
    assert answers[0].text == "zero"
    assert answers[1].unsettled
    assert "in part" in answers[1].failure.message


def test_a_batch_whose_creation_was_not_answered_is_looked_for_before_another_is_made() -> None:
    item = {"task_id": "t1", "batch_id": "b1", "custom_id": "key0", "status": "queued"}
    listed = json_reply(200, {"data": [item]})
    outcomes = [NoReply("timeout", "late"), None, listed, None, None, None, DONE, lines(ready(0, "0"), ready(1, "1"))]
    answers, steps = play(batch(members(2), 4), outcomes)
    assert [answer.text for answer in answers] == ["0", "1"]
    assert len([step for step in steps if isinstance(step, Send) and step.method == "POST"]) == 1


def test_a_batch_that_was_not_created_is_created_again_and_what_is_unsure_is_left_to_be_found() -> None:
    nothing = json_reply(200, {"data": []})
    outcomes = [NoReply("timeout", "late"), None, nothing, CREATED, None, None, DONE, lines(ready(0, "zero"))]
    answers, _ = play(batch(members(1), 4), outcomes)
    assert answers[0].text == "zero"
    answers, _ = play(batch(members(2), 1), [NoReply("timeout", "late"), None, nothing, NoReply("broken", "gone")])
    assert [answer.unsettled for answer in answers] == [True, True]
    answers, _ = play(batch(members(1), 0), [json_reply(201, {"no": "id"})])
    assert answers[0].unsettled


def test_members_are_known_by_the_name_they_travel_under() -> None:
    share = Share("key", an_ask(), name="another")
    result = {"custom_id": "another", "status": "ready", "data": {"data": "text"}}
    (answer,), steps = play(batch([share], 0), [CREATED, None, None, DONE, lines(result)])
    assert steps[0].body["requests"][0]["custom_id"] == "another"  # type: ignore[union-attr]
    assert steps[1] == Record("key", "submitted", task_id="batch:b1")
    assert answer.text == "text"


def test_what_was_cancelled_under_our_eyes_is_not_asked_alone() -> None:
    done = json_reply(200, {"status": "canceled"})
    results = lines(ready(0, "zero"), {"custom_id": "key1", "status": "canceled"})
    answers, _ = play(batch(members(2), 0), [CREATED, None, None, None, done, results])
    assert answers[0].text == "zero"
    assert answers[1].failure.kind == "stopped"
    answers, _ = play(batch(members(2, "b1"), 0), [None, done, results])
    assert answers[1] is None


def test_a_batch_made_before_is_only_waited_for() -> None:
    answers, steps = play(batch(members(1, "b7"), 0), [None, DONE, lines(ready(0, "zero"))])
    paths = [step.path for step in steps if isinstance(step, Send)]
    assert paths == ["/v1.3/analyze/batches/b7", "/v1.3/analyze/batches/b7/results"]
    assert answers[0].text == "zero"


@pytest.mark.parametrize("refusal", [Reply(400), Reply(404), Reply(409), Reply(429)])
def test_a_refused_batch_leaves_every_ask_to_be_asked_alone(refusal: Reply) -> None:
    answers, steps = play(batch(members(3), 0), [refusal])
    assert answers == [None] * 3
    assert len(steps) == 1


def test_a_batch_the_platform_could_not_take_in_time_is_made_again_in_halves() -> None:
    def outcome(step: object) -> Any:
        if not isinstance(step, Send):
            return None
        if step.method == "POST":
            return Reply(504) if len(step.body["requests"]) > 1 else CREATED
        return DONE if step.path.endswith("b1") else lines(ready(0, "zero"), ready(1, "one"), ready(2, "two"))

    answers, steps = play(batch(members(3), 0), outcome)
    assert [answer.text for answer in answers] == ["zero", "one", "two"]
    made = [len(step.body["requests"]) for step in steps if isinstance(step, Send) and step.method == "POST"]
    assert made == [3, 1, 2, 1, 1]


def test_a_single_ask_that_cannot_be_taken_in_time_is_asked_alone() -> None:
    answers, _ = play(batch(members(1), 0), [Reply(504)])
    assert answers == [None]


@pytest.mark.parametrize("status", ["canceled", "expired", "completed"])
def test_every_final_state_is_the_end_and_what_is_ready_is_taken(status: str) -> None:
    done = json_reply(200, {"status": status})
    answers, _ = play(batch(members(1), 0), [CREATED, None, None, done, lines(ready(0, "zero"))])
    assert answers[0].text == "zero"


def test_a_batch_that_is_gone_answers_nothing() -> None:
    answers, _ = play(batch(members(1, "b1"), 0), [None, Reply(404)])
    assert answers == [None]


@pytest.mark.parametrize(
    ("look", "least"), [(json_reply(200, {"status": "processing"}), PATIENCE), (Reply(503), OUTAGE)]
)
def test_a_batch_that_never_ends_or_cannot_be_seen_is_left_running(look: Reply, least: float) -> None:
    answers, steps = play(batch(members(2, "b1"), 0), lambda step: look if isinstance(step, Send) else None)
    assert [answer.unsettled for answer in answers] == [True, True]
    assert least <= sum(step.seconds for step in steps if isinstance(step, Sleep)) < least + 121


def test_an_outage_is_waited_out_while_a_batch_runs() -> None:
    looks = [Reply(503), NoReply("connect", "nobody"), Reply(429), DONE]
    outcomes = [*[each for look in looks for each in (None, look)], lines(ready(0, "zero"))]
    answers, _ = play(batch(members(1, "b1"), 0), outcomes)
    assert answers[0].text == "zero"


def test_results_that_cannot_be_read_at_first_are_read_again_and_then_left_to_be_read() -> None:
    answers, _ = play(batch(members(1, "b1"), 0), [None, DONE, Reply(503), None, lines(ready(0, "zero"))])
    assert answers[0].text == "zero"
    bad = [Reply(503), None, Reply(502), None, NoReply("broken", "gone"), None, Reply(500)]
    answers, _ = play(batch(members(1, "b1"), 0), [None, DONE, *bad])
    assert answers[0].unsettled
    assert answers[0].failure.status_code == 500
    answers, _ = play(batch(members(1, "b1"), 0), [None, DONE, Reply(404)])
    assert answers == [None]


@pytest.mark.parametrize("outcomes", [[STOP], [None, DONE, STOP], [None, DONE, Reply(503), STOP]])
def test_a_stop_leaves_the_batch_to_be_picked_up(outcomes: list[Any]) -> None:
    with pytest.raises(Stopped):
        play(batch(members(1, "b1"), 0), outcomes)


def test_kin_share_words_model_and_temperature_or_a_batch() -> None:
    one, other = Share("k1", an_ask("a1")), Share("k2", an_ask("a2", duration=5.0))
    assert kin(one) == kin(other)
    assert kin(one) != kin(Share("k3", an_ask("a3", prompt="Something else?")))
    assert kin(Share("k4", an_ask(), "b1")) == kin(Share("k5", an_ask(prompt="x"), "b1"))


@pytest.mark.parametrize(("task_id", "batch_id"), [(None, None), ("t1", None), ("batch:b1", "b1")])
def test_the_ledger_tells_batches_from_tasks(task_id: str | None, batch_id: str | None) -> None:
    assert batch_id_of(task_id) == batch_id
