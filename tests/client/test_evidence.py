"""What is seen is counted at once, kept in the store, shared, and never counted twice, whatever the store does."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pegasus_classify.client.agreement import MOST_PAIRS, Pair, pair_text
from pegasus_classify.client.evidence import Evidence
from pegasus_classify.client.sight import Sight
from pegasus_classify.contract.request import ClassDefinition, ClassifyRequest
from pegasus_classify.contract.result import ClassResult, VideoResult
from pegasus_classify.errors import InternalServerError
from pegasus_classify.rollout.policy import LadderRules
from pegasus_classify.rollout.watch import Seen
from pegasus_classify.stores.memory import MemoryStore
from pegasus_classify.stores.opening import open_store
from pegasus_classify.stores.protocol import Store
from pegasus_classify.stores.rollout_notes import Amounts, Kept, Note, Scope

SCOPE = Scope("spring", "epoch", "about")
LATER = replace(SCOPE, epoch="later")
RULES = LadderRules(videos=4)
CALL = Sight([Seen(failed=False, slow=False)], {("2026-01-31", "r", "b", "pegasus"): Amounts(calls=1)})
FAILURE = Sight([Seen(failed=True, slow=False)])
REQUEST = ClassifyRequest(classes=(ClassDefinition(name="Dog", prompts=("dog",)),), video_ids=("v",))


def pair(number: int, *, differs: bool = False) -> Sight:
    """A video that was compared."""
    old = VideoResult(f"v{number}", (ClassResult("Dog", 90.0, 0.8),))
    new = VideoResult(f"v{number}") if differs else old
    return Sight([Seen(differs=differs)], pairs={f"v{number}": pair_text(Pair(REQUEST, old, new))})


class Flaky:
    """A store whose book fails as long as it is told to; it may have written all the same."""

    inline = False

    def __init__(self) -> None:
        self.book = MemoryStore().rollouts
        self.fails = self.writes_before_it_fails = False

    @property
    def rollouts(self) -> Any:
        return self

    def note(self, note: Note) -> Kept:
        kept = self.book.note(note) if self.writes_before_it_fails or not self.fails else Kept()
        return self._unless_it_fails(kept)

    def read(self, scope: Scope, now: float) -> Kept:
        return self._unless_it_fails(self.book.read(scope, now))

    def pairs(self, scope: Scope, most: int) -> Any:
        return self.book.pairs(scope, most)

    def _unless_it_fails(self, kept: Kept) -> Kept:
        if self.fails:
            raise InternalServerError("The store is gone.", status_code=503)
        return kept


def watching(store: Any, changed: Callable[[], object] = lambda: None) -> Evidence:
    """A process that watches."""
    return Evidence(store, SCOPE, RULES, time.time, changed)


def until(holds: Callable[[], bool], within: float = 20.0) -> None:
    """Wait until something holds."""
    ends = time.monotonic() + within
    while not holds():
        assert time.monotonic() < ends, "it never came to hold"
        time.sleep(0.01)


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A store that two processes share."""
    opened = open_store("memory:" if request.param == "memory" else f"sqlite:///{tmp_path}/store.db")
    yield opened
    opened.close()


def test_what_one_process_saw_the_next_one_knows(store):
    """A restart in the middle of a step loses nothing and counts nothing twice."""
    for number in range(5):
        process = watching(store)
        assert process.known.watch.calls == number * 2
        process.see(CALL)
        process.see(FAILURE)
        assert process.known.watch.calls == number * 2 + 2
        process.close()
    known = watching(store).known
    assert (known.watch.calls, known.watch.failures) == (10, 5)
    assert store.rollouts.counts("spring")[0].amounts.calls == 5


def test_two_processes_together_know_what_either_saw(store):
    """Each learns of the other's with its own next writing."""
    one, other = watching(store), watching(store)
    for _ in range(3):
        one.see(FAILURE)
        other.see(FAILURE)
    until(lambda: one.write() and other.write() and one.unwritten + other.unwritten == 0)
    one.see(FAILURE)
    until(lambda: one.known.watch.failures == 7)
    one.close()
    other.close()
    assert watching(store).known.watch.failures == 7


def test_enough_videos_are_judged_by_one_process_and_known_to_all(store):
    """Whoever brought the last one; the other reads the judgement."""
    told: list[str] = []
    one = watching(store)
    other = watching(store, lambda: told.append("changed"))
    for number in range(4):
        (one, other)[number % 2].see(pair(number))
        until(lambda: one.write() and other.write() and one.unwritten + other.unwritten == 0)
    until(lambda: None not in (store.rollouts.read(SCOPE, 0.0).known, other.known.verdict))
    one.see(FAILURE)
    until(lambda: one.known.verdict is not None)
    assert one.known.verdict == other.known.verdict
    assert (one.known.looks, one.pairs) == (1, 4)
    assert told
    one.close()
    other.close()


def test_another_scope_begins_with_what_it_already_holds(store):
    """What is seen late about a scope that has ended is no evidence; its amounts count all the same."""
    process = watching(store)
    process.see(FAILURE)
    process.begin(LATER, RULES)
    assert process.known.watch.calls == 0
    process.see(Sight(FAILURE.seen, CALL.counts), SCOPE)
    process.see(CALL)
    process.begin(SCOPE, RULES)
    until(lambda: process.write() and process.known.watch.calls == 1)
    process.begin(LATER, RULES, ended=True)
    process.close()
    assert store.rollouts.read(SCOPE, 0.0) == Kept()
    again = Evidence(store, LATER, RULES, time.time, lambda: None)
    assert (again.known.watch.calls, again.known.watch.failures) == (1, 0)
    assert store.rollouts.counts("spring")[0].amounts.calls == 2
    again.close()


def test_what_is_bad_is_forgotten_where_nothing_can_move_back(store):
    """By all processes, and only if it still is bad: another may have begun anew already."""
    one, other = watching(store), watching(store)
    for _ in range(20):
        one.see(FAILURE)
    one.see(pair(1))
    until(lambda: one.write() and one.unwritten == 0)
    one.begin_anew()
    assert one.known.watch.calls == 0
    until(lambda: one.write() and one.pairs == 0)
    one.see(CALL)
    assert one.write()
    other.begin_anew()
    until(lambda: other.write() and other.unwritten == 0 and other.known.watch.calls == 1)
    one.close()
    other.close()


def test_a_store_that_is_gone_delays_nothing_and_loses_nothing(caplog):
    """It is counted in the process, told loudly once, and written when the store is back."""
    flaky = Flaky()
    process = watching(flaky)
    flaky.fails = True
    for _ in range(5):
        process.see(FAILURE)
    assert process.known.watch.failures == 5
    until(lambda: process.complaint != "")
    assert not process.write()
    assert process.unwritten == 5
    assert len([each for each in caplog.records if "cannot be kept" in each.message]) == 1
    flaky.fails = False
    until(lambda: process.complaint == "")
    assert process.unwritten == 0
    assert process.known.watch.failures == 5
    process.close()
    assert watching(flaky).known.watch.failures == 5


def test_what_was_written_before_the_answer_was_lost_counts_once():
    """The store had it, and said that it had failed."""
    flaky = Flaky()
    process = watching(flaky)
    flaky.fails = flaky.writes_before_it_fails = True
    process.see(FAILURE)
    until(lambda: process.complaint != "")
    process.see(FAILURE)
    flaky.fails = False
    until(lambda: process.unwritten == 0)
    process.close()
    assert watching(flaky).known.watch.failures == 2


def test_a_store_that_is_gone_at_the_start_is_read_when_it_is_back(caplog):
    """Until then the process knows what it saw itself."""
    flaky = Flaky()
    before = watching(flaky)
    before.see(FAILURE)
    before.close()
    flaky.fails = True
    process = watching(flaky)
    assert "cannot be read" in caplog.text
    process.see(FAILURE)
    assert process.known.watch.failures == 1
    flaky.fails = False
    until(lambda: process.known.watch.failures == 2)
    process.close()


def test_an_end_with_the_store_gone_does_not_wait_for_it():
    """Closing gives up after one try."""
    flaky = Flaky()
    process = watching(flaky)
    flaky.fails = True
    process.see(FAILURE)
    process.close()
    process.see(FAILURE)
    assert process.known.watch.failures == 2


def test_no_more_pairs_are_kept_than_a_judgement_looks_at():
    """The differences go on being counted."""
    store = MemoryStore()
    many = {f"v{number}": "text" for number in range(MOST_PAIRS)}
    store.rollouts.note(Note("w", 1, 0.0, SCOPE, lambda *_: "{}", many))
    process = Evidence(store, SCOPE, LadderRules(videos=MOST_PAIRS * 2), time.time, lambda: None)
    process.see(pair(MOST_PAIRS + 1, differs=True))
    assert process.pairs == MOST_PAIRS
    assert process.known.watch.differences == 1
    process.close()


def test_what_cannot_be_compared_is_told_and_harms_nobody(caplog):
    """Pairs of a broken store are passed over; without any there is nothing to compare."""
    store = MemoryStore()
    process = watching(store)
    process.see(Sight(pairs={f"v{number}": "no pair" for number in range(4)}))
    assert process.known.looks == 1
    process.see(CALL)
    assert process.known.watch.calls == 1
    process.close()
