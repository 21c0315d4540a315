"""What a driver drives, and what performs the steps that are no requests."""

from __future__ import annotations

from typing import Protocol

from pegasus_classify.contract.quantities import Seconds
from pegasus_classify.steps import Claim, Outcome, Record, Step

__all__ = ["Ledger", "Machine"]


class Machine(Protocol):
    """A state machine that says what to do now and when to wake it; only its driver's loop touches it."""

    def todo(self, now: Seconds) -> tuple[list[tuple[int, Step]], Seconds | None]:
        """Return steps with their tokens, and when to ask again at the latest (None: after the next outcome)."""

    def done(self, token: int, outcome: Outcome, now: Seconds) -> None:
        """Take the outcome of a step."""

    def stop(self) -> None:
        """End everything; `todo` still has steps until `idle`."""

    @property
    def idle(self) -> bool:
        """True when nothing is under way."""

    def broken(self, error: BaseException) -> None:
        """Learn that the loop ended because of an error nobody foresaw, so that nobody waits forever."""


class Ledger(Protocol):
    """Performs `Claim` and `Record`."""

    def perform(self, step: Claim | Record) -> Outcome:
        """Return `Claimed` for a claim, None for a record that is written."""
