"""Which round of its run a request belongs to: one that was broken off and goes on, or a new one."""

from __future__ import annotations

import threading
from collections import OrderedDict

from pegasus_classify.runs.request_run import Round
from pegasus_classify.stores.run_notes import RunBook

__all__ = ["MOST_ROUNDS", "Rounds"]

MOST_ROUNDS = 10_000
"""How many runs are remembered; the one not asked for longest goes first, and is looked up in the store again."""


class Rounds:
    """The latest round of each run of an account; safe from several threads.

    Rounds are numbered, so that a process killed before its round stood in the store has the same one the next time.
    """

    def __init__(self, book: RunBook, account: str) -> None:
        """Begin with none.

        Args:
            book: Where other processes, and this one before a restart, have noted theirs.
            account: Whose runs they are.
        """
        self._book = book
        self._account = account
        self._latest: OrderedDict[str, Round] = OrderedDict()
        self._lock = threading.Lock()

    def enter(self, run_id: str) -> Round:
        """Return the open round of a run, or begin the next.

        Raises:
            APIStatusError: The store failed (503).
        """
        with self._lock:
            latest = self._latest.get(run_id)
        if latest is None:
            latest = Round(run_id, *(self._book.round_of(self._account, run_id) or ()))
        with self._lock:
            latest = self._latest.get(run_id, latest)
            if latest.closed:
                latest = Round(run_id, latest.number + 1)
            self._latest[run_id] = latest
            self._latest.move_to_end(run_id)
            while len(self._latest) > MOST_ROUNDS:
                self._latest.popitem(last=False)
        return latest
