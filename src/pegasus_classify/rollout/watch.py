"""Noticing that a share is passed, soon and without crying wolf.

Each watched share has a running sum (Page's CUSUM) of the logarithm of how much likelier what happened is with the
share of a regression than with the share that is allowed; it never falls below zero. From any one call on, the sum
passes `ln(horizon / chance)` with a probability of at most `chance / horizon` as long as the share is kept (Ville's
inequality), so among `horizon` calls at most with `chance`: half of `false_alarm`, divided among the three shares.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

from pegasus_classify.contract.quantities import Ratio
from pegasus_classify.rollout.policy import LadderRules

__all__ = ["Seen", "Watch", "Watched", "noticed_within", "watched"]

Watched: TypeAlias = Literal["errors", "slow", "differences"]

_ALL: tuple[Watched, ...] = ("errors", "slow", "differences")


@dataclass(frozen=True, slots=True)
class Seen:
    """What one call of Pegasus showed; None where it showed nothing.

    Attributes:
        failed: It brought no answer.
        slow: It took longer than allowed.
        differs: It named other classes than the old side.
    """

    failed: bool | None = None
    slow: bool | None = None
    differs: bool | None = None


@dataclass(frozen=True, slots=True)
class Watch:
    """The sums, and what they were made of.

    Attributes:
        calls: Calls watched.
        compared: Videos compared.
        failures: Calls without an answer.
        slow: Calls that took too long.
        differences: Videos that differ.
        sums: One per watched share, 0 or more.
    """

    calls: int = 0
    compared: int = 0
    failures: int = 0
    slow: int = 0
    differences: int = 0
    sums: tuple[float, float, float] = (0.0, 0.0, 0.0)

    def passed(self, rules: LadderRules) -> Watched | None:
        """Return the share that is passed; None while all are kept."""
        limit = _limit(rules)
        return next((name for name, each in zip(_ALL, self.sums, strict=True) if each >= limit), None)


def watched(watch: Watch, seen: Seen, rules: LadderRules) -> Watch:
    """Return the watch with one more call."""
    events = (seen.failed, seen.slow, seen.differs)
    allowed = (rules.errors, rules.slow, rules.differences)
    first, second, third = (
        total if event is None else max(0.0, total + _gains(share)[event])
        for total, event, share in zip(watch.sums, events, allowed, strict=True)
    )
    return Watch(
        watch.calls + (seen.failed is not None),
        watch.compared + (seen.differs is not None),
        watch.failures + (seen.failed is True),
        watch.slow + (seen.slow is True),
        watch.differences + (seen.differs is True),
        (first, second, third),
    )


def noticed_within(rate: Ratio, share: Watched, rules: LadderRules, chance: Ratio = 0.99) -> int | None:
    """Return within how many calls a regression is noticed.

    Args:
        rate: The share it brings about, 0 to 1.
        share: Which share it passes.
        rules: What is allowed.
        chance: With what chance, 0 to 1.

    Returns:
        Calls; None when more than the horizon would be needed.
    """
    calm, alarming = _gains(getattr(rules, share))
    limit = _limit(rules)
    for calls in range(1, rules.horizon + 1):
        needed = math.ceil((limit - calls * calm) / (alarming - calm) - 1e-9)
        if needed <= calls and _at_least(needed, calls, rate) >= chance:
            return calls
    return None


def _limit(rules: LadderRules) -> float:
    # The other half of the chance is the comparison's.
    return math.log(rules.horizon * len(_ALL) / (rules.false_alarm / 2))


@functools.lru_cache(maxsize=64)
def _gains(allowed: Ratio) -> tuple[float, float]:
    """Return what a good and a bad call add: a regression is three times the share, and ten points more at least."""
    regressed = min(0.95, max(3 * allowed, allowed + 0.10))
    return math.log((1 - regressed) / (1 - allowed)), math.log(regressed / allowed)


def _at_least(needed: int, calls: int, rate: Ratio) -> Ratio:
    """Return the chance of so many events or more."""
    if rate >= 1:
        return 1.0
    if rate <= 0:
        return float(needed <= 0)
    below = 0.0
    for events in range(max(0, needed)):
        logarithm = (
            math.lgamma(calls + 1)
            - math.lgamma(events + 1)
            - math.lgamma(calls - events + 1)
            + events * math.log(rate)
            + (calls - events) * math.log1p(-rate)
        )
        below += math.exp(logarithm)
    return 1 - below
