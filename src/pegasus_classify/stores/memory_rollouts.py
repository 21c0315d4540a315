"""What is known about migrations in a store that ends with its process."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from pegasus_classify.contract.quantities import Seconds
from pegasus_classify.stores.rollout_notes import MOST_FLIPS, Amounts, CountName, DayCount, Kept, Note, Scope
from pegasus_classify.stores.rollout_rows import day_of

__all__ = ["MOST_DAYS", "MemoryRollouts"]

MOST_DAYS = 400
"""How many days' amounts are kept of a migration."""


@dataclass
class _Evidence:
    known: str = ""
    pairs: dict[str, str] = field(default_factory=dict)
    updated: Seconds = 0.0


class MemoryRollouts:
    """Migrations in the process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._written: dict[str, int] = {}
        self._evidence: dict[Scope, _Evidence] = {}
        self._counts: dict[str, dict[CountName, Amounts]] = {}
        self._flips: dict[str, deque[str]] = {}

    def note(self, note: Note) -> Kept:
        """Add a note."""
        with self._lock:
            if self._written.get(note.writer, 0) < note.number:
                evidence = self._evidence.get(note.scope) or _Evidence()
                new = {video: text for video, text in note.pairs.items() if video not in evidence.pairs}
                known = note.revise(evidence.known, len(evidence.pairs) + len(new))
                self._written[note.writer] = note.number
                self._add(note)
                if known:
                    evidence.known, evidence.updated = known, note.at
                    evidence.pairs |= new
                    self._evidence[note.scope] = evidence
                else:
                    self._evidence.pop(note.scope, None)
            return self._kept(note.scope, note.at)

    def read(self, scope: Scope, now: Seconds) -> Kept:
        """Return what is kept of a scope."""
        with self._lock:
            return self._kept(scope, now)

    def latest(self, migration: str, epoch: str, now: Seconds) -> Kept:
        """Return what is kept of the scope of a migration's epoch that was noted last."""
        with self._lock:
            scopes = [each for each in self._evidence if (each.migration, each.epoch) == (migration, epoch)]
            last = max(scopes, key=lambda each: self._evidence[each].updated, default=Scope(migration, epoch, ""))
            return self._kept(last, now)

    def pairs(self, scope: Scope, most: int) -> Sequence[str]:
        """Return the compared videos' texts."""
        with self._lock:
            evidence = self._evidence.get(scope)
            return [] if evidence is None else list(evidence.pairs.values())[:most]

    def counts(self, migration: str) -> Sequence[DayCount]:
        """Return the days' amounts."""
        with self._lock:
            return [DayCount(*name, amounts) for name, amounts in sorted(self._counts.get(migration, {}).items())]

    def flips(self, migration: str) -> Sequence[str]:
        """Return the latest differing videos' texts."""
        with self._lock:
            return list(self._flips.get(migration, ()))

    def forget(self, scope: Scope) -> None:
        """Forget the evidence of a scope."""
        with self._lock:
            self._evidence.pop(scope, None)

    def _add(self, note: Note) -> None:
        counts = self._counts.setdefault(note.scope.migration, {})
        for name, amounts in note.counts.items():
            counts[name] = counts.get(name, Amounts()) + amounts
        days = sorted({name[0] for name in counts})
        for name in [name for name in counts if name[0] in days[:-MOST_DAYS]]:
            del counts[name]
        self._flips.setdefault(note.scope.migration, deque(maxlen=MOST_FLIPS)).extend(note.flips)

    def _kept(self, scope: Scope, now: Seconds) -> Kept:
        evidence = self._evidence.get(scope) or _Evidence()
        day, today = day_of(now), Amounts()
        for name, amounts in self._counts.get(scope.migration, {}).items():
            if name[0] == day and name[3] == "shadow":
                today += amounts
        return Kept(evidence.known, len(evidence.pairs), today)
