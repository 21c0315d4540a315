"""A thread of a store that does its upkeep again and again while the process lives."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from pegasus_classify.contract.quantities import Seconds
from pegasus_classify.errors import ClassifyError

__all__ = ["CLOCK_JUMP", "ClockWatch", "Upkeep"]

CLOCK_JUMP: Seconds = 600.0
"""By how much two clocks must come apart between two looks for one to have been set."""

_LOG = logging.getLogger(__name__)


class ClockWatch:
    """Notices that the clock was set to another time."""

    def __init__(self, wall: Seconds, steady: Seconds) -> None:
        """Begin with what both clocks show: seconds since 1970, and monotonic seconds."""
        self._wall = wall
        self._steady = steady

    def jumped(self, wall: Seconds, steady: Seconds) -> bool:
        """Tell whether the wall clock went on by something else than what has passed since the last look."""
        apart = (wall - self._wall) - (steady - self._steady)
        self._wall, self._steady = wall, steady
        return abs(apart) > CLOCK_JUMP


class Upkeep:
    """Calls a function every so many seconds, from its first need on until it is closed."""

    def __init__(self, work: Callable[[], object], every: Seconds) -> None:
        """Start nothing yet."""
        self._work = work
        self._every = every
        self._closed = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def ensure(self) -> None:
        """Start the thread unless it runs or was closed."""
        if self._thread is not None or self._closed.is_set():
            return
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="pegasus-classify-store", daemon=True)
                self._thread.start()

    def close(self) -> None:
        """End the thread and wait for it."""
        self._closed.set()
        with self._lock:
            if self._thread is not None:
                self._thread.join()

    def _run(self) -> None:
        while not self._closed.wait(self._every):
            try:
                self._work()
            except ClassifyError as error:
                # Whoever uses the store meanwhile is told the same; here it is tried again at the next turn.
                _LOG.warning("%s", error)
