"""What the ledger on disk costs per ask: 32 asks in flight, each claimed and then answered, nothing else."""

from __future__ import annotations

import queue
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from measures import Row

from pegasus_classify.contract.asks import Answer
from pegasus_classify.drivers.group_commit import GroupCommit, LedgerStep, Settled
from pegasus_classify.steps import AskNote, Claim, Outcome, Record
from pegasus_classify.stores.opening import open_store
from pegasus_classify.stores.protocol import Store

sys.path.append(str(Path(__file__).parents[1] / "support"))
from postgres_cluster import programs_folder, running_cluster

__all__ = ["ledger_rows"]

_ANSWER = Answer("x" * 1500, finish_reason="stop", output_tokens=500, billed_seconds=600.0)
_NOTE = AskNote("analyze", "pegasus1.5", "0" * 64)


def ledger_rows(asks: int = 6000, slots: int = 32) -> Iterator[Row]:
    """Measure both databases; PostgreSQL only where it is installed."""
    with tempfile.TemporaryDirectory() as folder:
        yield _row("SQLite", f"sqlite:///{folder}/store.db", asks, slots, aim=0.5)
    programs = programs_folder()
    if programs is not None:
        with running_cluster(programs) as cluster:
            yield _row("PostgreSQL", cluster.address(), asks, slots, aim=3.0)


def _row(name: str, address: str, asks: int, slots: int, aim: float) -> Row:
    with _open(address) as store:
        _seconds(store, "warm", slots * 4, slots)
        milliseconds = 1000 * _seconds(store, "ask", asks, slots) / asks
    what = f"ledger per ask, {name}, {slots} slots"
    return Row(what, f"{milliseconds:.3f} ms", milliseconds / aim, f"{aim} ms", 1.0)


@contextmanager
def _open(address: str) -> Iterator[Store]:
    store = open_store(address)
    yield store
    store.close()


class _Ledger:
    inline = False

    def __init__(self, store: Store) -> None:
        self._store = store

    def perform_all(self, steps: Sequence[Claim | Record]) -> list[Outcome]:
        return self._store.perform_all(steps, time.time(), 86_400.0)


def _seconds(store: Store, prefix: str, asks: int, slots: int) -> float:
    """Keep as many asks in flight as there are slots, each claimed, then at once answered."""
    told: queue.SimpleQueue[Settled] = queue.SimpleQueue()
    commits = GroupCommit(_Ledger(store), told.put)
    before = time.perf_counter()
    started, answered, claimed = min(slots, asks), 0, set(range(min(slots, asks)))
    commits.put([(number, Claim(f"{prefix}-{number}", _NOTE)) for number in claimed])
    while answered < asks:
        following: list[LedgerStep] = []
        for number, _ in told.get().outcomes:
            if number in claimed:
                claimed.remove(number)
                following.append((number, Record(f"{prefix}-{number}", "answered", answer=_ANSWER)))
                continue
            answered += 1
            if started < asks:
                following.append((started, Claim(f"{prefix}-{started}", _NOTE)))
                claimed.add(started)
                started += 1
        commits.put(following)
    seconds = time.perf_counter() - before
    commits.close()
    return seconds
