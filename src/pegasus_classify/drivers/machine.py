"""What a driver drives, and what performs the steps that are no requests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from pegasus_classify.contract.quantities import Seconds
from pegasus_classify.errors import ClassifyError
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

    def give_up(self, error: ClassifyError) -> None:
        """End every request under way with this error and go on: the ledger failed, and may work again later."""

    def broken(self, error: BaseException) -> None:
        """Learn that the loop ended because of an error nobody foresaw, so that nobody waits forever."""


class Ledger(Protocol):
    """Performs `Claim` and `Record`."""

    @property
    def inline(self) -> bool:
        """True when it never waits for a disk or a network, so that a loop may call it itself."""

    def perform_all(self, steps: Sequence[Claim | Record]) -> list[Outcome]:
        """Return `Claimed` for each claim, None for each record, all of them done when it returns.

        Raises:
            ClassifyError: The ledger failed; nothing was done.
        """
