"""What a long run tells while it goes on."""

from __future__ import annotations

from dataclasses import dataclass

from pegasus_classify.contract.quantities import Seconds
from pegasus_classify.contract.result import Cost

__all__ = ["Progress"]


@dataclass(frozen=True, slots=True)
class Progress:
    """Where one request stands.

    Attributes:
        found: Videos known to belong to it so far.
        total: Videos it will have; None while the list is still being read.
        done: Videos answered or failed.
        failed: Videos failed.
        cost: What was used so far.
        held_for: Seconds the account still waits because of its rate limit; 0 when it does not.
    """

    found: int
    total: int | None
    done: int
    failed: int
    cost: Cost
    held_for: Seconds = 0.0
