"""What stores of every kind keep about runs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pegasus_classify.contract.asks import Answer
from pegasus_classify.steps import Claim, Claimed, Record
from pegasus_classify.stores.memory_runs import MOST_RUNS, MemoryRuns
from pegasus_classify.stores.protocol import Store
from pegasus_classify.stores.run_notes import RunNote, state_seen

NOW = 1_700_000_000.0
DAY = 86_400.0
NOTE = RunNote("account", "abc1", "process", '{"half a pair": "\ud83d"}', "pegasus1.5", "classify.v1", NOW, NOW)


def test_a_run_is_kept_whole_and_found_by_the_beginning_of_its_id(store: Store) -> None:
    store.runs.begin(NOTE)
    store.runs.begin(replace(NOTE, run_id="abd2"))
    store.runs.begin(replace(NOTE, account="another", run_id="xyz3"))
    assert list(store.runs.find("account", "abc")) == [NOTE]
    assert len(store.runs.find("account", "ab")) == 2
    assert not store.runs.find("account", "xyz")
    assert not store.runs.find("account", "%")


def test_runs_are_listed_latest_first_without_their_requests(store: Store) -> None:
    for number in range(3):
        store.runs.begin(replace(NOTE, run_id=f"run{number}", updated=NOW + number))
    listed = store.runs.newest("account", 2)
    assert [note.run_id for note in listed] == ["run2", "run1"]
    assert {note.asked for note in listed} == {""}
    assert not store.runs.newest("another", 2)


def test_a_run_goes_on_until_it_ends(store: Store) -> None:
    store.runs.begin(NOTE)
    further = replace(NOTE, updated=NOW + 2, found=9, total=None, done=4, failed=1, calls=3, usd=0.5, video_seconds=60)
    store.runs.go_on(further)
    assert list(store.runs.find("account", "abc1")) == [further]
    ended = replace(further, state="stopped", total=9, reason="no quota")
    store.runs.go_on(ended)
    store.runs.go_on(replace(ended, state="done", updated=NOW + 9))
    assert list(store.runs.find("account", "abc1")) == [ended]


def test_a_run_started_anew_belongs_to_its_new_process(store: Store) -> None:
    store.runs.begin(NOTE)
    again = replace(NOTE, owner="another process", started=NOW + 50, updated=NOW + 50)
    store.runs.begin(again)
    store.runs.go_on(replace(NOTE, state="done", updated=NOW + 60))
    assert list(store.runs.find("account", "abc1")) == [again]


def test_a_run_can_be_marked_by_anybody_and_stays_so(store: Store) -> None:
    store.runs.begin(NOTE)
    store.runs.mark("account", "abc1", "cancelled", NOW + 5)
    store.runs.mark("account", "unknown", "cancelled", NOW + 5)
    store.runs.go_on(replace(NOTE, state="done", updated=NOW + 9))
    assert list(store.runs.find("account", "abc1")) == [replace(NOTE, state="cancelled", updated=NOW + 5)]


def test_a_run_that_was_not_heard_of_for_a_minute_counts_as_interrupted() -> None:
    assert state_seen(NOTE, NOW + 60) == "running"
    assert state_seen(NOTE, NOW + 61) == "interrupted"
    assert state_seen(replace(NOTE, state="done"), NOW + 1000) == "done"


def test_old_runs_are_forgotten_with_the_texts(store: Store) -> None:
    store.runs.begin(NOTE)
    store.runs.begin(replace(NOTE, run_id="young", updated=NOW + 8))
    store.prune(5.0, NOW + 10)
    assert [note.run_id for note in store.runs.newest("account", 9)] == ["young"]


def test_a_process_remembers_a_limited_number_of_runs() -> None:
    runs = MemoryRuns()
    for number in range(MOST_RUNS + 2):
        runs.begin(replace(NOTE, run_id=str(number)))
    assert len(runs.newest("account", MOST_RUNS + 9)) == MOST_RUNS
    assert not [note for note in runs.newest("account", MOST_RUNS) if note.run_id in {"0", "1"}]


def test_what_was_submitted_is_told_and_can_be_given_up(store: Store) -> None:
    keys = ["task", "batch", "leased", "answered"]
    store.perform_all([Claim(key) for key in keys], NOW, DAY)
    store.record(Record("task", "submitted", task_id="t1"), NOW)
    store.record(Record("batch", "submitted", task_id="batch:b1"), NOW)
    store.record(Record("answered", "answered", answer=Answer("text")), NOW)
    assert store.submitted([*keys, "unknown"]) == {"task": "t1", "batch": "batch:b1"}
    store.cancelled(["task", "answered"], NOW)
    assert store.submitted(keys) == {"batch": "batch:b1"}
    assert store.claim("task", NOW, DAY) == Claimed("mine")
    assert store.claim("answered", NOW, DAY).state == "kept"


@pytest.mark.parametrize("many", [1200])
def test_any_number_of_asks_can_be_looked_through(store: Store, many: int) -> None:
    keys = [f"key-{number}" for number in range(many)]
    store.perform_all([Claim(key) for key in keys], NOW, DAY)
    store.perform_all([Record(key, "submitted", task_id=f"t-{key}") for key in keys], NOW, DAY)
    assert len(store.submitted(keys)) == many
    store.cancelled(keys, NOW)
    assert not store.submitted(keys)
