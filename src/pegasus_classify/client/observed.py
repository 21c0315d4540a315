"""What is known about a call that two sides were asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, TypeAlias

from pegasus_classify.contract.quantities import Seconds

__all__ = ["IgnoreRule", "Observation", "Observed", "Outcome"]

Outcome: TypeAlias = Literal["same", "different", "ignored", "failed", "not_run"]


@dataclass(frozen=True, slots=True)
class Observation:
    """What one side did with a call.

    Attributes:
        answer: The legacy answer as JSON, when what it returned has such a form; else what it returned; None when it
            raised, was late, or was not asked.
        error: What it raised; None when it did not.
        seconds: How long it took; 0 when it was not asked.
        late: True when it was still at work when its time was up.
    """

    answer: Any = None
    error: Exception | None = None
    seconds: Seconds = 0.0
    late: bool = False


@dataclass(frozen=True, slots=True)
class IgnoreRule:
    """A difference that is known and accepted for a time.

    Attributes:
        applies: Given the body and both answers, tells whether the difference is this one.
        reason: Why it is accepted; not empty.
        until: The last day on which the rule holds.

    Raises:
        ValueError: There is no reason.
    """

    applies: Callable[[Mapping[str, Any], Any, Any], bool]
    reason: str
    until: date

    def __post_init__(self) -> None:
        if not self.reason.strip():
            raise ValueError("an ignore rule needs a reason")


@dataclass(frozen=True, slots=True)
class Observed:
    """One call, seen from both sides.

    Attributes:
        body: The legacy request.
        control: What the caller got.
        candidate: What the candidate did.
        outcome: `same`; `different`; `ignored` (different, and a rule accepts it); `failed` (one side has an answer and
            the other has none); `not_run` (over budget, or a late call still holds the candidate).
        because: The rule's reason with `ignored`; why it was not run with `not_run`.
        expired: Reasons of rules that would accept the difference and have run out.
    """

    body: Mapping[str, Any]
    control: Observation
    candidate: Observation
    outcome: Outcome
    because: str = ""
    expired: tuple[str, ...] = ()
