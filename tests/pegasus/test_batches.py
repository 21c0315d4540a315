"""Many asks in one request."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playing import json_reply, play
from sample_asks import an_ask

from pegasus_classify.contract.asks import Window
from pegasus_classify.pegasus.batches import PATIENCE, batch, batch_id_of, kin
from pegasus_classify.steps import STOP, Record, Reply, Send, Share, Sleep, Stopped

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


def test_no_schema_is_sent_where_there_is_none() -> None:
    _, steps = play(batch(members(1), 0), [Reply(400)])
    assert "response_format" not in steps[0].body["defaults"]  # type: ignore[union-attr]


def test_what_the_batch_does_not_answer_must_be_asked_alone() -> None:
    results = lines(
        ready(0, "zero"),
        {"custom_id": "key1", "status": "failed", "error": {"code": "asset_unavailable"}},
        {"custom_id": "key2", "status": "processing"},
        {"custom_id": "key3", "status": "ready", "data": {"no": "text"}},
        {"custom_id": "key4", "status": "ready", "data": "text"},
        '{"custom_id": "key5", "status": "rea',
        "[1]",
        {"status": "ready"},
    )
    answers, _ = play(batch(members(7), 0), [CREATED, *[None] * 7, None, DONE, results])
    assert [answer and answer.text for answer in answers] == ["zero", None, None, None, None, None, None]


def test_a_batch_made_before_is_only_waited_for() -> None:
    answers, steps = play(batch(members(1, "b7"), 0), [None, DONE, lines(ready(0, "zero"))])
    paths = [step.path for step in steps if isinstance(step, Send)]
    assert paths == ["/v1.3/analyze/batches/b7", "/v1.3/analyze/batches/b7/results"]
    assert answers[0].text == "zero"


@pytest.mark.parametrize("refusal", [Reply(400), Reply(404), Reply(409), Reply(429), json_reply(201, {"no": "id"})])
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


def test_a_batch_that_is_gone_or_never_ends_answers_nothing() -> None:
    answers, _ = play(batch(members(1, "b1"), 0), [None, Reply(404)])
    assert answers == [None]

    def never(step: object) -> Any:
        return json_reply(200, {"status": "processing"}) if isinstance(step, Send) else None

    answers, steps = play(batch(members(1, "b1"), 0), never)
    assert answers == [None]
    assert sum(step.seconds for step in steps if isinstance(step, Sleep)) >= PATIENCE


def test_results_that_cannot_be_read_at_first_are_read_again_and_then_given_up() -> None:
    answers, _ = play(batch(members(1, "b1"), 0), [None, DONE, Reply(503), None, lines(ready(0, "zero"))])
    assert answers[0].text == "zero"
    answers, _ = play(batch(members(1, "b1"), 0), [None, DONE, Reply(503), None, Reply(502), None, Reply(500)])
    assert answers == [None]
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
