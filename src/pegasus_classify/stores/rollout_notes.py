"""What a store keeps about migrations, so that several processes know the same and a new one knows it too."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from pegasus_classify.contract.quantities import Seconds

__all__ = ["MOST_FLIPS", "Amounts", "CountName", "DayCount", "Kept", "Note", "RolloutBook", "Scope"]

MOST_FLIPS = 50
"""How many differing videos of a migration are kept."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What a piece of evidence belongs to.

    Attributes:
        migration: Name of the migration.
        epoch: Name of the time since traffic moved last.
        about: Hash of everything else the evidence depends on.
    """

    migration: str
    epoch: str
    about: str

    @property
    def name(self) -> str:
        """One text for all of it."""
        return f"{self.epoch} {self.about} {self.migration}"


CountName: TypeAlias = tuple[str, str, str, str]
"""UTC day (`2026-01-31`), route, reason, and who was asked: `legacy`, `pegasus` or `shadow`."""


@dataclass(frozen=True, slots=True)
class Amounts:
    """Numbers of one day that only grow; they add up with `+`.

    Attributes:
        calls: Asks that ended.
        videos: Videos asked about; 1 for an index.
        failed: Asks without an answer.
        slow: Asks that took longer than the policy calls slow.
        seconds: How long they took, together.
        usd: Their price, US dollars.
        video_seconds: Seconds of video billed.
        compared: Videos of which both sides' answers were compared.
        differing: Of these, those that name other classes.
    """

    calls: int = 0
    videos: int = 0
    failed: int = 0
    slow: int = 0
    seconds: Seconds = 0.0
    usd: float = 0.0
    video_seconds: Seconds = 0.0
    compared: int = 0
    differing: int = 0

    def __add__(self, other: Amounts) -> Amounts:
        """Add two amounts field by field."""
        return Amounts(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))


@dataclass(frozen=True, slots=True)
class DayCount:
    """Amounts and what they are of."""

    day: str
    route: str
    reason: str
    asked: str
    amounts: Amounts


@dataclass(frozen=True)
class Note:
    """What one process adds at once. Written twice it counts once.

    Attributes:
        writer: Name of the process.
        number: 1, 2, 3 … of the writer's notes.
        at: Seconds since 1970.
        scope: What the evidence belongs to.
        revise: Given what was known so far (empty text: nothing) and how many pairs there are now, returns what is
            known from now on. An empty text makes everything of the scope forgotten. May be called several times.
        pairs: Video → text, of compared videos; of each video the first is kept.
        counts: To be added to the days' amounts.
        flips: Videos that differ, as text, the latest last; the latest of them are kept.
    """

    writer: str
    number: int
    at: Seconds
    scope: Scope
    revise: Callable[[str, int], str]
    pairs: Mapping[str, str] = field(default_factory=dict)
    counts: Mapping[CountName, Amounts] = field(default_factory=dict)
    flips: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Kept:
    """What the store has after a note, or when it is read.

    Attributes:
        known: What is known; empty when nothing is.
        pairs: How many videos were compared.
        today: What shadows used on the day of the note, by all processes.
    """

    known: str = ""
    pairs: int = 0
    today: Amounts = Amounts()


class RolloutBook(Protocol):
    """What is kept about migrations; safe from several threads and processes, raises as the store does."""

    def note(self, note: Note) -> Kept:
        """Add a note: all of it or, when the store fails, nothing."""

    def read(self, scope: Scope, now: Seconds) -> Kept:
        """Return what is kept of a scope."""

    def latest(self, migration: str, epoch: str, now: Seconds) -> Kept:
        """Return what is kept of the scope of a migration's epoch that was noted last."""

    def pairs(self, scope: Scope, most: int) -> Sequence[str]:
        """Return the compared videos' texts in the order in which they came."""

    def counts(self, migration: str) -> Sequence[DayCount]:
        """Return the days' amounts of a migration, by day."""

    def flips(self, migration: str) -> Sequence[str]:
        """Return the latest differing videos' texts, the latest last."""

    def forget(self, scope: Scope) -> None:
        """Forget the evidence of a scope; the days' amounts and the differing videos stay."""
