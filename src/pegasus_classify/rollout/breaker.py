"""A side that fails is left alone for a while, then tried carefully."""

from __future__ import annotations

from collections import deque
from typing import Literal, TypeAlias

from pegasus_classify.contract.quantities import Seconds
from pegasus_classify.rollout.policy import BreakerRules

__all__ = ["Breaker", "BreakerState"]

BreakerState: TypeAlias = Literal["closed", "open", "half_open"]


class Breaker:
    """Counts one side's failures.

    A call that began before the breaker changed its state says nothing about the state after it. A time that runs
    backwards counts as standing still.
    """

    def __init__(self, rules: BreakerRules) -> None:
        self._rules = rules
        self._last: deque[bool] = deque(maxlen=rules.of)
        self._opened: Seconds | None = None
        self._epoch = 0
        self._good = 0
        self._trials: list[Seconds] = []
        self._now: Seconds = float("-inf")

    def state(self, now: Seconds) -> BreakerState:
        """Return how it stands."""
        self._now = max(self._now, now)
        if self._opened is None:
            return "closed"
        return "half_open" if self._now - self._opened >= self._rules.open_for else "open"

    def take(self, now: Seconds) -> int | None:
        """Begin a call.

        Returns:
            A ticket for `done`; None when the side is to be left alone. While half open only as many calls run as
            trials are still needed; one that never ends counts as gone after the time the breaker stays open.
        """
        state = self.state(now)
        if state == "open":
            return None
        if state == "half_open":
            self._trials = [each for each in self._trials if self._now - each < self._rules.open_for]
            if len(self._trials) + self._good >= self._rules.trials:
                return None
            self._trials.append(self._now)
        return self._epoch

    def done(self, ticket: int, ok: bool, now: Seconds) -> None:
        """End a call.

        Args:
            ticket: From `take`.
            ok: Whether the side answered.
            now: Seconds, from any clock.
        """
        state = self.state(now)
        if ticket != self._epoch or state == "open":
            return
        if state == "half_open":
            self._tried(ok)
            return
        self._last.append(ok)
        if self._last.count(False) >= self._rules.failures:
            self._open()

    def _tried(self, ok: bool) -> None:
        if self._trials:
            self._trials.pop(0)
        if not ok:
            self._open()
            return
        self._good += 1
        if self._good >= self._rules.trials:
            self._opened = None
            self._change()

    def _open(self) -> None:
        self._opened = self._now
        self._change()

    def _change(self) -> None:
        self._epoch += 1
        self._good = 0
        self._trials.clear()
        self._last.clear()
