"""Who may ask, when several stores work on the same database."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from ledger_process import claiming_process
from sqlalchemy import select, update

from pegasus_classify.contract.asks import Answer, AskFailure, Video, VideoSource
from pegasus_classify.errors import SettingsError
from pegasus_classify.steps import AskNote, Claim, Claimed, Record
from pegasus_classify.stores.ask_rows import Moment, claimed
from pegasus_classify.stores.databases import open_database
from pegasus_classify.stores.protocol import ExpiredPage
from pegasus_classify.stores.sql import LEASE, SqlStore
from pegasus_classify.stores.tables import ASKS, PAGES, SCHEMA

Opened = Callable[..., SqlStore]

NOW = 1_700_000_000.0
DAY = 86_400.0
ANSWER = Answer("text", finish_reason="stop", billed_seconds=60.0)


def rows(address: str, *columns: Any) -> list[Any]:
    """What stands in a table, read past the store."""
    engine = open_database(address).engine
    with engine.connect() as connection:
        found = list(connection.execute(select(*columns)))
    engine.dispose()
    return found


def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds, for at most ten seconds."""
    for _ in range(500):
        if holds():
            return
        time.sleep(0.02)
    raise AssertionError("it never came to hold")


def test_an_ask_that_another_process_has_is_looked_at_again_soon(opened: Opened) -> None:
    first, second = opened(), opened()
    assert first.claim("k", NOW, DAY) == Claimed("mine")
    for store in (second, first):
        claimed = store.claim("k", NOW, DAY)
        assert claimed.state == "elsewhere"
        assert 0.1 <= claimed.wait <= 2.0


def test_an_answer_of_one_process_is_kept_for_all(opened: Opened) -> None:
    first, second = opened(), opened()
    first.claim("k", NOW, DAY)
    first.record(Record("k", "answered", answer=ANSWER), NOW)
    assert second.claim("k", NOW, DAY) == Claimed("kept", answer=ANSWER)


def test_the_lease_of_a_process_that_is_gone_ends(opened: Opened) -> None:
    first, second = opened(), opened()
    first.claim("k", NOW, DAY)
    assert second.claim("k", NOW + LEASE - 0.01, DAY).state == "elsewhere"
    assert second.claim("k", NOW + LEASE, DAY) == Claimed("mine", stale=True)
    assert first.claim("k", NOW + LEASE, DAY).state == "elsewhere"


def test_a_task_goes_to_the_next_process_with_its_id(opened: Opened) -> None:
    first, second = opened(), opened()
    first.claim("k", NOW, DAY)
    first.record(Record("k", "submitted", task_id="task-1"), NOW)
    assert second.claim("k", NOW, DAY).state == "elsewhere"
    assert second.claim("k", NOW + LEASE, DAY) == Claimed("submitted", task_id="task-1")
    assert first.claim("k", NOW + LEASE, DAY).state == "elsewhere"


def test_an_answer_is_written_also_when_the_lease_was_lost(opened: Opened) -> None:
    first, second = opened(), opened()
    first.claim("k", NOW, DAY)
    second.claim("k", NOW + LEASE, DAY)
    first.record(Record("k", "answered", answer=ANSWER), NOW + LEASE)
    assert second.claim("k", NOW + LEASE, DAY) == Claimed("kept", answer=ANSWER)
    second.record(Record("unknown", "answered", answer=ANSWER), NOW)
    assert first.claim("unknown", NOW, DAY).state == "kept"


@pytest.mark.parametrize("state", ["submitted", "failed", "released"])
def test_nothing_else_is_written_by_who_lost_the_lease(opened: Opened, state: Any) -> None:
    first, second = opened(), opened()
    first.claim("k", NOW, DAY)
    second.claim("k", NOW + LEASE, DAY)
    answer = Answer(failure=AskFailure("unavailable", "down")) if state == "failed" else None
    first.record(Record("k", state, task_id="lost", answer=answer), NOW + LEASE)
    assert first.claim("k", NOW + LEASE, DAY).state == "elsewhere"
    first.record(Record("unknown", state, task_id="lost", answer=answer), NOW)
    assert first.claim("unknown", NOW, DAY) == Claimed("mine")


def test_a_row_says_all_that_is_known_about_an_ask(opened: Opened, address: str) -> None:
    store = opened()
    store.perform_all([Claim("k", AskNote("tasks", "pegasus1.5", "hash"))], NOW, DAY)
    failure = AskFailure("rate_limited", "Too many.", 429, "too_many_requests")
    store.record(Record("k", "failed", answer=Answer(failure=failure, attempts=4)), NOW + 5)
    (row,) = [each._asdict() for each in rows(address, ASKS)]
    expected = {
        "key": "k",
        "state": "failed",
        "owner": None,
        "way": "tasks",
        "model": "pegasus1.5",
        "prompt_hash": "hash",
        "attempts": 4,
        "failure_kind": "rate_limited",
        "failure_message": "Too many.",
        "failure_status": 429,
        "failure_code": "too_many_requests",
        "created": NOW,
        "updated": NOW + 5,
    }
    assert {name: row[name] for name in expected} == expected
    store.claim("k", NOW + 6, DAY)
    store.record(Record("k", "answered", answer=ANSWER), NOW + 7)
    (row,) = [each._asdict() for each in rows(address, ASKS)]
    assert (row["state"], row["failure_kind"], row["answered"]) == ("answered", None, NOW + 7)


def test_a_released_ask_leaves_no_row(opened: Opened, address: str) -> None:
    store = opened()
    store.claim("k", NOW, DAY)
    store.record(Record("k", "released"), NOW)
    assert rows(address, ASKS.c.key) == []


def test_leases_are_renewed_while_the_process_lives_and_the_ask_is_in_flight(opened: Opened, address: str) -> None:
    store = opened(lease=0.3)
    start = time.time()
    store.perform_all([Claim("held"), Claim("task"), Claim("done")], start, DAY)
    store.record(Record("task", "submitted", task_id="t"), start)
    store.record(Record("done", "answered", answer=ANSWER), start)

    def until_when() -> dict[str, float | None]:
        return dict(tuple(row) for row in rows(address, ASKS.c.key, ASKS.c.lease_until))

    until(lambda: all((until_when()[key] or 0) > start + 0.9 for key in ("held", "task")))
    assert until_when()["done"] is None


def test_a_lease_that_another_took_over_is_not_renewed(opened: Opened, address: str) -> None:
    slow, quick = opened(lease=0.3), opened()
    now = time.time()
    slow.claim("k", now, DAY)
    quick.claim("k", now + 0.5, DAY)
    slow.claim("mark", now, DAY)
    until(lambda: max(row[0] for row in rows(address, ASKS.c.lease_until) if row[0] < now + 20) > now + 0.6)
    assert (now + 30.5,) in rows(address, ASKS.c.lease_until)


def test_closing_gives_back_what_is_held(opened: Opened) -> None:
    first, second = opened(), opened()
    now = time.time()
    first.claim("k", now, DAY)
    first.close()
    assert second.claim("k", time.time(), DAY) == Claimed("mine", stale=True)


def test_old_texts_are_deleted_without_anybody_asking_for_it(opened: Opened, address: str) -> None:
    store = opened(lease=0.15, keep_texts=60.0)
    now = time.time()
    store.record(Record("old", "answered", answer=ANSWER), now - 100)
    store.record(Record("young", "answered", answer=ANSWER), now)
    until(lambda: len(rows(address, ASKS.c.key)) < 2)
    assert rows(address, ASKS.c.key) == [("young",)]


def test_pages_are_read_by_other_processes_and_after_a_restart(opened: Opened) -> None:
    first = opened()
    first.keep_pages("owner", {"t": "one"}, NOW)
    first.close()
    second = opened()
    assert second.page_at_hand("owner", "t", NOW) is None
    assert second.fetch_page("owner", "t", NOW + 299) == "one"
    assert second.page_at_hand("owner", "t", NOW) == "one"
    assert second.fetch_page("somebody else", "t", NOW) is None
    third = opened()
    assert isinstance(third.fetch_page("owner", "t", NOW + 301), ExpiredPage)
    assert opened().fetch_page("owner", "t", NOW + 901) is None


def test_pages_long_expired_are_deleted_once_a_minute_at_most(opened: Opened, address: str) -> None:
    store = opened()
    store.keep_pages("owner", {"t1": "one"}, NOW)
    store.keep_pages("owner", {"t2": "two"}, NOW + 899)
    assert sorted(rows(address, PAGES.c.token)) == [("t1",), ("t2",)]
    store.keep_pages("owner", {"t3": "three"}, NOW + 930)
    assert len(rows(address, PAGES.c.token)) == 3
    store.keep_pages("owner", {"t4": "four"}, NOW + 960)
    assert sorted(rows(address, PAGES.c.token)) == [("t2",), ("t3",), ("t4",)]


def test_a_store_of_a_newer_version_is_refused(opened: Opened, address: str) -> None:
    opened().close()
    engine = open_database(address).engine
    with engine.begin() as connection:
        connection.execute(update(SCHEMA).values(version=99))
    engine.dispose()
    with pytest.raises(SettingsError, match=r"newer version .* version 99, this one knows 2"):
        opened()


@pytest.mark.slow
def test_of_two_processes_exactly_one_gets_each_ask(opened: Opened, address: str) -> None:
    with claiming_process(address, seed=1, count=300) as first, claiming_process(address, seed=2, count=300) as second:
        for process in (first, second):
            process.wait_until_ready()
        for process in (first, second):
            process.begin()
        ones, others = first.claimed(), second.claimed()
    assert sorted([*ones, *others]) == sorted(f"ask-{number}" for number in range(300))


@pytest.mark.slow
def test_what_a_killed_process_held_goes_to_another(opened: Opened, address: str) -> None:
    with claiming_process(address, count=5, lease=2.0) as other:
        other.wait_until_ready()
        other.begin()
        assert len(other.claimed()) == 5
        store = opened(lease=2.0)
        assert store.claim("ask-3", time.time(), DAY).state == "elsewhere"
        other.process.send_signal(signal.SIGKILL)
        other.process.wait()
        until(lambda: store.claim("ask-3", time.time(), DAY) == Claimed("mine", stale=True))


@pytest.mark.slow
def test_several_processes_may_open_an_empty_store_at_once(address: str) -> None:
    others = [claiming_process(address, seed=seed, count=3) for seed in range(3)]
    with others[0] as first, others[1] as second, others[2] as third:
        for process in (first, second, third):
            process.wait_until_ready()
            process.begin()
        assert len(first.claimed() + second.claimed() + third.claimed()) == 3


def test_a_claim_that_got_through_is_recognised_when_it_is_tried_again() -> None:
    moment = Moment("me", 7, NOW, LEASE, DAY)
    row, first = claimed(None, Claim("k"), moment)
    _, again = claimed(row, Claim("k"), moment)
    _, by_another_call = claimed(row, Claim("k"), replace(moment, claim=8))
    assert [each.state for each in (first, again, by_another_call)] == ["mine", "mine", "elsewhere"]


def test_where_videos_are_is_kept_for_one_account(opened: Opened) -> None:
    first, second = opened(), opened()
    long, linked = (
        Video("v1", VideoSource("asset_id", "a1"), 60.5, "one.mp4"),
        Video("v2", VideoSource("url", "https://example.com/\ud83d"), 2.0),
    )
    first.keep_videos("account", {"v1": long, "v2": linked, "never there": None}, NOW)
    assert second.known_videos("account", ["v1", "v2", "v3", "odd \x00 \ud83d"]) == {"v1": long, "v2": linked}
    assert second.known_videos("another", ["v1"]) == {}
    longer = replace(long, duration=61.0)
    second.keep_videos("account", {"v1": longer, "v2": None}, NOW + 10)
    assert first.known_videos("account", ["v1", "v2"]) == {"v1": longer}
    first.prune(5 * DAY, NOW + 6 * DAY)
    assert first.known_videos("account", ["v1"]) == {}


def test_a_claim_given_back_unsurely_is_free_at_once_and_looked_for_by_the_next(opened: Opened) -> None:
    first, second = opened(), opened()
    for store in (first, second, first):
        claimed = store.claim("k", NOW, DAY)
        assert claimed == Claimed("mine", stale=claimed.stale)
        store.record(Record("k", "released", unsure=True), NOW)
    assert second.claim("k", NOW, DAY) == Claimed("mine", stale=True)
    assert first.claim("new", NOW, DAY) == Claimed("mine")


def test_a_clock_that_was_an_hour_ahead_keeps_nobody_waiting(opened: Opened) -> None:
    first, second = opened(), opened()
    first.claim("k", NOW + 3600, DAY)
    assert second.claim("k", NOW, DAY) == Claimed("mine", stale=True)


def test_a_clock_that_is_a_little_behind_takes_nothing_away(opened: Opened) -> None:
    first, second = opened(), opened()
    first.claim("k", NOW, DAY)
    assert second.claim("k", NOW - LEASE + 1, DAY).state == "elsewhere"


def test_an_answer_of_the_future_is_an_answer(opened: Opened) -> None:
    store = opened()
    store.claim("k", NOW + 3600, DAY)
    store.record(Record("k", "answered", answer=ANSWER), NOW + 3600)
    assert store.claim("k", NOW, DAY).state == "kept"
