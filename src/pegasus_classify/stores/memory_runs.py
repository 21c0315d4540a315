"""The runs of a store that ends with its process."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace

from pegasus_classify.contract.quantities import Seconds
from pegasus_classify.stores.run_notes import RunNote, RunState

__all__ = ["MOST_RUNS", "MemoryRuns"]

MOST_RUNS = 1000
"""How many runs are kept; the one begun first goes first."""


class MemoryRuns:
    """Runs in the process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._notes: OrderedDict[tuple[str, str], RunNote] = OrderedDict()

    def begin(self, note: RunNote) -> None:
        """Keep a run that starts."""
        with self._lock:
            self._notes[note.account, note.run_id] = note
            self._notes.move_to_end((note.account, note.run_id))
            while len(self._notes) > MOST_RUNS:
                self._notes.popitem(last=False)

    def go_on(self, note: RunNote) -> None:
        """Keep where a run stands, while it is running and its starter's own."""
        with self._lock:
            known = self._notes.get((note.account, note.run_id))
            if known is not None and known.owner == note.owner and known.state in {"running", note.state}:
                self._notes[note.account, note.run_id] = replace(
                    note, asked=known.asked, started=known.started, round=known.round
                )

    def mark(self, account: str, run_id: str, state: RunState, now: Seconds) -> None:
        """Set a run's state."""
        with self._lock:
            known = self._notes.get((account, run_id))
            if known is not None:
                self._notes[account, run_id] = replace(known, state=state, updated=now)

    def round_of(self, account: str, run_id: str) -> tuple[int, bool] | None:
        """Return a run's round and whether it is closed."""
        with self._lock:
            known = self._notes.get((account, run_id))
        return None if known is None else (known.round, known.closed)

    def reopen(self, account: str, run_id: str) -> None:
        """Let a closed round go on."""
        with self._lock:
            known = self._notes.get((account, run_id))
            if known is not None:
                self._notes[account, run_id] = replace(known, closed=False)

    def newest(self, account: str, most: int) -> Sequence[RunNote]:
        """Return the runs of an account without what they asked."""
        with self._lock:
            own = [replace(note, asked="") for note in self._notes.values() if note.account == account]
        return sorted(own, key=lambda note: -note.updated)[:most]

    def find(self, account: str, beginning: str) -> Sequence[RunNote]:
        """Return the runs of an account whose id begins so, at most two."""
        with self._lock:
            own = [note for note in self._notes.values() if note.account == account]
        return [note for note in own if note.run_id.startswith(beginning)][:2]

    def forget(self, before: Seconds) -> None:
        """Forget runs noted last before a moment."""
        with self._lock:
            for name in [name for name, note in self._notes.items() if note.updated < before]:
                del self._notes[name]
