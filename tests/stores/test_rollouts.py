"""What stores of every kind keep about migrations: together, once, and for the next process."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from pegasus_classify.stores.memory_rollouts import MOST_DAYS, MemoryRollouts
from pegasus_classify.stores.protocol import Store
from pegasus_classify.stores.rollout_notes import MOST_FLIPS, Amounts, DayCount, Kept, Note, Scope

NOW = 1_700_000_000.0
DAY = 86_400.0
SCOPE = Scope("spring", "epoch", "about")
SHADOW = ("2023-11-14", "route", "always", "shadow")
CALLER = ("2023-11-14", "route", "always", "pegasus")


def adding(text: str) -> Callable[[str, int], str]:
    """Put some text after what is known."""
    return lambda known, _: known + text


def note(number: int, text: str = "x", *, writer: str = "w", scope: Scope = SCOPE, **more: object) -> Note:
    """A note that adds some text."""
    return Note(writer, number, NOW, scope, adding(text), **more)  # type: ignore[arg-type]


def test_everybody_revises_what_everybody_before_has_put_there(store: Store) -> None:
    book = store.rollouts
    assert book.read(SCOPE, NOW) == Kept()
    assert book.note(note(1, "a")).known == "a"
    assert book.note(note(1, "b", writer="another")).known == "ab"
    assert book.note(note(2, "\ud83dc")).known == "ab\ud83dc"
    assert book.read(SCOPE, NOW).known == "ab\ud83dc"
    assert book.read(replace(SCOPE, epoch="later"), NOW) == Kept()


def test_a_note_written_twice_counts_once(store: Store) -> None:
    twice = note(1, pairs={"v1": "first"}, counts={SHADOW: Amounts(calls=1, usd=0.5)}, flips=["f"])
    assert store.rollouts.note(twice) == store.rollouts.note(twice)
    assert store.rollouts.read(SCOPE, NOW) == Kept("x", 1, Amounts(calls=1, usd=0.5))
    assert list(store.rollouts.flips("spring")) == ["f"]


def test_of_each_video_the_first_pair_is_kept_in_the_order_they_came(store: Store) -> None:
    counted: list[int] = []

    def count(known: str, videos: int) -> str:
        counted.append(videos)
        return "known"

    store.rollouts.note(replace(note(1, pairs={"b": "b1", "a": "a1"}), revise=count))
    store.rollouts.note(replace(note(2, pairs={"c": "c1", "a": "a2"}), revise=count))
    assert counted == [2, 3]
    assert list(store.rollouts.pairs(SCOPE, 10)) == ["b1", "a1", "c1"]
    assert list(store.rollouts.pairs(SCOPE, 2)) == ["b1", "a1"]
    assert list(store.rollouts.pairs(replace(SCOPE, about="other"), 2)) == []


def test_an_empty_text_makes_a_scope_forgotten_and_leaves_the_days(store: Store) -> None:
    store.rollouts.note(note(1, pairs={"v": "p"}, counts={CALLER: Amounts(calls=2)}, flips=["f"]))
    kept = store.rollouts.note(replace(note(2, pairs={"w": "p"}), revise=lambda *_: ""))
    assert kept == store.rollouts.read(SCOPE, NOW) == Kept()
    assert list(store.rollouts.pairs(SCOPE, 5)) == []
    assert list(store.rollouts.counts("spring")) == [DayCount(*CALLER, Amounts(calls=2))]
    store.rollouts.note(note(3))
    store.rollouts.forget(SCOPE)
    assert store.rollouts.read(SCOPE, NOW) == Kept()


def test_amounts_of_days_add_up_and_todays_shadows_are_told(store: Store) -> None:
    once = Amounts(1, 2, 1, 1, 0.5, 0.25, 60.0, 2, 1)
    yesterday = ("2023-11-13", *SHADOW[1:])
    for number in (1, 2):
        counts = {SHADOW: once, CALLER: once, yesterday: once}
        kept = store.rollouts.note(note(number, counts=counts))
    assert kept.today == once + once
    assert [(each.day, each.asked) for each in store.rollouts.counts("spring")] == [
        ("2023-11-13", "shadow"),
        ("2023-11-14", "pegasus"),
        ("2023-11-14", "shadow"),
    ]
    assert {each.amounts for each in store.rollouts.counts("spring")} == {once + once}
    assert store.rollouts.read(SCOPE, NOW + DAY).today == Amounts()
    assert list(store.rollouts.counts("autumn")) == []


def test_the_scope_noted_last_is_found_by_its_migration_and_epoch(store: Store) -> None:
    store.rollouts.note(replace(note(1, "old"), at=NOW - 5))
    store.rollouts.note(note(2, "new", scope=replace(SCOPE, about="other")))
    store.rollouts.note(replace(note(3, "else", scope=replace(SCOPE, epoch="later")), at=NOW + 5))
    assert store.rollouts.latest("spring", "epoch", NOW).known == "new"
    assert store.rollouts.latest("spring", "never", NOW) == Kept()


def test_only_the_latest_differing_videos_are_kept(store: Store) -> None:
    for number in range(4):
        store.rollouts.note(note(number + 1, flips=[f"{number}-{each}" for each in range(20)]))
    kept: Sequence[str] = store.rollouts.flips("spring")
    assert len(kept) == MOST_FLIPS
    assert (kept[0], kept[-1]) == ("1-10", "3-19")


def test_many_threads_lose_nothing(store: Store) -> None:
    def write(writer: str) -> None:
        for number in range(1, 11):
            pairs = {f"{writer}-{number}": "p"}
            store.rollouts.note(note(number, "x", writer=writer, pairs=pairs, counts={CALLER: Amounts(calls=1)}))

    threads = [threading.Thread(target=write, args=(f"w{each}",)) for each in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert store.rollouts.read(SCOPE, NOW) == Kept("x" * 40, 40)
    assert store.rollouts.counts("spring")[0].amounts.calls == 40


def test_what_is_known_outlives_the_process(opened) -> None:
    first, second = opened(), opened()
    first.rollouts.note(note(1, "a", pairs={"v": "p"}))
    second.rollouts.note(note(1, "b", writer="another"))
    first.close()
    assert opened().rollouts.read(SCOPE, NOW) == Kept("ab", 1)


def test_a_store_made_before_there_were_migrations_gets_their_tables(opened) -> None:
    store = opened()
    with store._database.engine.begin() as connection:
        for table in ("known", "pairs", "days", "flips", "writers"):
            connection.exec_driver_sql(f"DROP TABLE classify_rollout_{table}")
    assert opened().rollouts.note(note(1, "a")).known == "a"


def test_old_evidence_is_pruned_and_days_stay_for_a_year(opened) -> None:
    store = opened()
    store.rollouts.note(note(1, pairs={"v": "p"}, counts={CALLER: Amounts(calls=1)}, flips=["f"]))
    fresh = replace(SCOPE, epoch="fresh")
    store.rollouts.note(replace(note(2, scope=fresh, pairs={"v": "p"}), at=NOW + 40 * DAY))
    store.prune(30 * DAY, NOW + 41 * DAY)
    assert store.rollouts.read(SCOPE, NOW) == Kept()
    assert store.rollouts.read(fresh, NOW) == Kept("x", 1)
    assert list(store.rollouts.pairs(SCOPE, 5)) == []
    assert len(store.rollouts.counts("spring")) == 1
    store.prune(30 * DAY, NOW + 500 * DAY)
    assert list(store.rollouts.counts("spring")) == []


def test_a_process_keeps_a_limited_number_of_days() -> None:
    book = MemoryRollouts()
    for number in range(MOST_DAYS + 3):
        day = f"{2000 + number // 300}-{number % 300:03}"
        book.note(note(number + 1, counts={(day, "r", "b", "legacy"): Amounts(calls=1)}))
    days = [each.day for each in book.counts("spring")]
    assert len(days) == MOST_DAYS
    assert days[0] == "2000-003"


def test_a_revision_that_raises_leaves_everything_as_it_was(store: Store) -> None:
    def broken(known: str, videos: int) -> str:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        store.rollouts.note(replace(note(1, pairs={"v": "p"}, counts={CALLER: Amounts(calls=1)}), revise=broken))
    assert store.rollouts.read(SCOPE, NOW) == Kept()
    assert list(store.rollouts.counts("spring")) == []
    assert store.rollouts.note(note(1, "a")).known == "a"
