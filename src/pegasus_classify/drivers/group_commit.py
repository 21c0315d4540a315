"""Ledger steps of many asks performed together, so that a disk is waited for once and never by a driver's loop."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from pegasus_classify.drivers.machine import Ledger, Machine
from pegasus_classify.errors import ClassifyError
from pegasus_classify.steps import STOP, Claim, Outcome, Record

__all__ = ["GroupCommit", "LedgerStep", "Settled", "settle"]

LedgerStep = tuple[int, Claim | Record]
"""A step and its token."""

_MOST: Final = 512
"""Most steps in one transaction."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of some ledger steps.

    Attributes:
        outcomes: By token; `STOP` for every step when the ledger failed.
        failed: Why the ledger failed, to be told to everybody who waits; None when it did not.
        broken: An error nobody foresaw, which ends the loop; None for none.
    """

    outcomes: Sequence[tuple[int, Outcome]]
    failed: ClassifyError | None = None
    broken: Exception | None = None

    def tell(self, machine: Machine, now: float) -> None:
        """Tell a machine, in its loop.

        Raises:
            Exception: The error nobody foresaw.
        """
        if self.broken is not None:
            raise self.broken
        if self.failed is not None:
            # First those who wait learn why; then the steps end, and nobody hears of an answer that is not written.
            machine.give_up(self.failed)
        for token, outcome in self.outcomes:
            machine.done(token, outcome, now)


def settle(ledger: Ledger, steps: Sequence[LedgerStep]) -> Settled:
    """Perform ledger steps and return what became of them; raises nothing."""
    try:
        outcomes = ledger.perform_all([step for _, step in steps])
    except ClassifyError as error:
        return Settled([(token, STOP) for token, _ in steps], failed=error)
    except Exception as error:  # noqa: BLE001 - raised again in the loop, which tells whoever waits
        return Settled([], broken=error)
    return Settled([(token, outcome) for (token, _), outcome in zip(steps, outcomes, strict=True)])


class GroupCommit:
    """A thread that performs what has gathered while it performed what came before.

    Nothing waits for company: alone, a step is a transaction of its own; the more there are, the more share one.
    """

    def __init__(self, ledger: Ledger, tell: Callable[[Settled], None]) -> None:
        """Start nothing yet; `tell` is called in the thread."""
        self._ledger = ledger
        self._tell = tell
        self._waiting: queue.SimpleQueue[LedgerStep | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def put(self, steps: Sequence[LedgerStep]) -> None:
        """Have steps performed, in their order; to be called by one thread only."""
        if steps and self._thread is None:
            self._thread = threading.Thread(target=self._run, name="pegasus-classify-ledger", daemon=True)
            self._thread.start()
        for step in steps:
            self._waiting.put(step)

    def close(self) -> None:
        """End the thread after what it was given, and wait for it."""
        if self._thread is not None:
            self._waiting.put(None)
            self._thread.join()

    def _run(self) -> None:
        going_on = True
        while going_on:
            steps = [self._waiting.get()]
            while len(steps) < _MOST and not self._waiting.empty():
                steps.append(self._waiting.get())
            given = [step for step in steps if step is not None]
            going_on = len(given) == len(steps)
            if given:
                self._tell(settle(self._ledger, given))
