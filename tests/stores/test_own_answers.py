"""What a run has paid for is its own however old it is, under a name that is never used for two things."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import inspect, text

from pegasus_classify.contract.asks import Answer, AskFailure
from pegasus_classify.errors import InternalServerError
from pegasus_classify.steps import Claim, Claimed, Record
from pegasus_classify.stores.databases import open_database
from pegasus_classify.stores.late_records import MOST_LATE, LateRecords
from pegasus_classify.stores.memory import MOST_ANSWERS, MemoryStore
from pegasus_classify.stores.protocol import Store
from pegasus_classify.stores.run_notes import RunNote
from pegasus_classify.stores.sql import SqlStore
from pegasus_classify.stores.upkeep import ClockWatch

Opened = Callable[..., SqlStore]

NOW = 1_700_000_000.0
DAY = 86_400.0
NOTE = RunNote("account", "abc1", "process", "{}", "pegasus1.5", "classify.v1", NOW, NOW)
ANSWER = Answer("text", finish_reason="stop", billed_seconds=60.0)
FAILED = Answer(failure=AskFailure("rejected", "No.", 400))


def by(run: str) -> Claim:
    return Claim("k", run=run)


def claimed(store: Store, step: Claim, now: float, keep_for: float) -> Claimed:
    (outcome,) = store.perform_all([step], now, keep_for)
    assert isinstance(outcome, Claimed)
    return outcome


def test_an_answer_is_used_again_by_the_run_that_paid_and_while_it_is_young_by_all(store: Store) -> None:
    claimed(store, by("one"), NOW, DAY)
    store.record(Record("k", "answered", answer=ANSWER, run="one"), NOW)
    assert claimed(store, by("one"), NOW + 9 * DAY, 0.0).state == "kept"
    assert claimed(store, by("another"), NOW + 5, 10.0).state == "kept"
    assert claimed(store, by("another"), NOW + 5, 0.0).state == "mine"


def test_asking_anew_does_not_make_an_older_answer_ones_own(store: Store) -> None:
    store.record(Record("k", "answered", answer=ANSWER, run="one"), NOW)
    assert claimed(store, by("another"), NOW + 5, 0.0).state == "mine"
    store.record(Record("k", "released"), NOW + 6)
    assert claimed(store, by("another"), NOW + 7, 0.0).state == "mine"


def test_an_answer_nobody_paid_for_by_name_is_nobodys_own(store: Store) -> None:
    store.record(Record("k", "answered", answer=ANSWER), NOW)
    assert claimed(store, by(""), NOW + 5, 0.0).state == "mine"


def test_every_end_of_an_ask_is_a_turn_and_a_claim_given_back_is_none(store: Store) -> None:
    turns = []
    for end in ("failed", "released", "answered", "released", "released", "failed"):
        outcome = claimed(store, Claim("k"), NOW, 0.0)
        turns.append(outcome.turn)
        store.record(Record("k", end, answer=FAILED if end == "failed" else ANSWER), NOW)  # type: ignore[arg-type]
    assert turns == [0, 1, 1, 2, 2, 2]
    claimed(store, Claim("k"), NOW, 0.0)
    store.record(Record("k", "submitted", task_id="t"), NOW)
    store.cancelled(["k"], NOW)
    assert claimed(store, Claim("k"), NOW, 0.0).turn == 4


def test_a_task_is_handed_on_with_its_turn(opened: Opened) -> None:
    first, second = opened(), opened()
    first.claim("k", NOW, DAY)
    first.record(Record("k", "failed", answer=FAILED), NOW)
    first.claim("k", NOW, DAY)
    first.record(Record("k", "submitted", task_id="t"), NOW)
    assert second.claim("k", NOW + 60, DAY).turn == 1


def test_a_process_forgets_turns_it_has_no_room_for() -> None:
    store = MemoryStore()
    for number in range(MOST_ANSWERS + 1):
        store.record(Record(f"k{number}", "failed", answer=FAILED), NOW)
    assert store.claim("k0", NOW, DAY).turn == 0
    assert store.claim("k1", NOW, DAY).turn == 1


def test_a_store_of_the_first_version_is_brought_to_this_one_and_keeps_its_answers(
    opened: Opened, address: str
) -> None:
    store = opened()
    store.record(Record("k", "answered", answer=ANSWER), NOW)
    store.close()
    engine = open_database(address).engine
    with engine.begin() as connection:
        for table, column in (
            ("classify_asks", "turn"),
            ("classify_asks", "paid_by"),
            ("classify_runs", "round"),
            ("classify_runs", "closed"),
        ):
            connection.execute(text(f"ALTER TABLE {table} DROP COLUMN {column}"))
        connection.execute(text("UPDATE classify_schema SET version = 1"))
    again = opened()
    assert again.claim("k", NOW, DAY) == Claimed("kept", answer=ANSWER)
    assert claimed(again, by("one"), NOW, 0.0).state == "mine"
    assert opened().claim("k", NOW, DAY).state == "kept"
    with engine.connect() as connection:
        assert connection.execute(text("SELECT version FROM classify_schema")).scalar_one() == 2
        assert "closed" in {column["name"] for column in inspect(connection).get_columns("classify_runs")}
    engine.dispose()


def moved(address: str, name: str, to: str) -> None:
    """Take the table of asks away, or bring it back."""
    engine = open_database(address).engine
    with engine.begin() as connection:
        connection.execute(text(f"ALTER TABLE {name} RENAME TO {to}"))
    engine.dispose()


@pytest.mark.parametrize("by_closing", [False, True])
def test_an_answer_that_could_not_be_written_is_written_when_the_store_works_again(
    opened: Opened, address: str, by_closing: bool
) -> None:
    # An hour's lease is renewed every twenty minutes: then only closing writes what is late.
    store, other = opened(lease=3600.0 if by_closing else 0.6), opened()
    now = time.time()
    store.perform_all([Claim("k"), Claim("task"), Claim("given back")], now, DAY)
    moved(address, "classify_asks", "asks_elsewhere")
    steps = [
        Record("k", "answered", answer=ANSWER),
        Record("task", "submitted", task_id="t9"),
        Record("given back", "released"),
    ]
    with pytest.raises(InternalServerError):
        store.perform_all(steps, now, DAY)
    time.sleep(0.5)
    moved(address, "asks_elsewhere", "classify_asks")
    if by_closing:
        store.close()
    ends = time.monotonic() + 10
    while other.claim("k", now, DAY).state != "kept":
        assert time.monotonic() < ends
        time.sleep(0.05)
    assert other.submitted(["task", "given back"]) == {"task": "t9"}


def test_only_what_was_paid_for_is_kept_to_be_written_later_and_not_without_end() -> None:
    late = LateRecords()
    late.keep([Claim("k"), Record("k", "released"), Record("k", "failed", answer=FAILED)])
    assert late.take() == []
    late.keep([Record(f"k{number}", "answered", answer=ANSWER) for number in range(MOST_LATE + 5)])
    assert [record.key for record in late.take()][::999] == ["k5", "k1004"]
    assert late.take() == []


def test_the_round_of_a_run_is_told_until_it_is_forgotten(store: Store) -> None:
    assert store.runs.round_of("account", "abc1") is None
    store.runs.begin(NOTE)
    assert store.runs.round_of("account", "abc1") == (0, False)
    store.runs.go_on(replace(NOTE, closed=True, state="done"))
    assert store.runs.round_of("account", "abc1") == (0, True)
    store.runs.reopen("account", "abc1")
    store.runs.reopen("account", "unknown")
    assert store.runs.round_of("account", "abc1") == (0, False)
    store.runs.begin(replace(NOTE, round=4))
    assert store.runs.round_of("account", "abc1") == (4, False)
    assert store.runs.round_of("another", "abc1") is None


def test_a_clock_that_is_set_is_noticed_once_and_one_that_drifts_is_not() -> None:
    watch = ClockWatch(NOW, 100.0)
    assert not watch.jumped(NOW + 10, 110.0)
    assert watch.jumped(NOW + 400 * DAY, 120.0)
    assert not watch.jumped(NOW + 400 * DAY + 11, 130.0)
    assert watch.jumped(NOW, 140.0)
    # A machine that slept: neither clock is wrong by itself.
    assert watch.jumped(NOW + 3600, 141.0)
