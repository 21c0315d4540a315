"""A thread of a store that does its upkeep again and again while the process lives."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from pegasus_classify.contract.quantities import Seconds
from pegasus_classify.errors import ClassifyError

__all__ = ["Upkeep"]

_LOG = logging.getLogger(__name__)


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
