"""Answers that were paid for and could not be written, kept in the process until the store works again."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence

from pegasus_classify.steps import Claim, Record

__all__ = ["MOST_LATE", "LateRecords"]

MOST_LATE = 1000
"""How many are kept; the oldest goes first."""


class LateRecords:
    """What cost something and is not in the store yet; safe from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._records: deque[Record] = deque(maxlen=MOST_LATE)

    def keep(self, steps: Sequence[Claim | Record]) -> None:
        """Keep those of some steps that failed that tell of something paid: an answer, or a task under way."""
        paid = [step for step in steps if isinstance(step, Record) and step.state in {"answered", "submitted"}]
        with self._lock:
            self._records.extend(paid)

    def take(self) -> list[Record]:
        """Hand out what is kept, in its order; keep it again when it cannot be written."""
        with self._lock:
            records = list(self._records)
            self._records.clear()
        return records
