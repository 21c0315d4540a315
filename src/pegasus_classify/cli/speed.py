"""How fast a run goes and how long it still takes, by what it did lately."""

from __future__ import annotations

from collections import deque

from pegasus_classify.contract.quantities import Seconds

__all__ = ["LATELY", "Speed", "in_words"]

LATELY: Seconds = 120.0
"""What was done longer ago does not count: kept answers come all at once, and a rate limit changes everything."""

_ENOUGH: Seconds = 1.0
"""Before that nothing can be said."""


class Speed:
    """Videos per second over the last two minutes."""

    def __init__(self) -> None:
        """Begin with nothing done."""
        self._seen: deque[tuple[Seconds, int]] = deque()

    def see(self, done: int, now: Seconds) -> None:
        """Note how many videos are done; times are monotonic seconds."""
        # A look a second is enough, however many videos that is.
        if not self._seen or now - self._seen[-1][0] >= _ENOUGH / 2:
            self._seen.append((now, done))
        while now - self._seen[0][0] > LATELY and len(self._seen) > 2:
            self._seen.popleft()

    @property
    def per_second(self) -> float | None:
        """Videos per second; None as long as too little was seen."""
        (began, before), (now, done) = (self._seen[0], self._seen[-1]) if self._seen else ((0.0, 0), (0.0, 0))
        return (done - before) / (now - began) if now - began >= _ENOUGH and done > before else None

    def words(self, done: int, total: int | None) -> list[str]:
        """Return rate and time left for people, as far as they are known.

        Args:
            done: Videos done.
            total: Videos there are; None when nobody knows yet.
        """
        rate = self.per_second
        if rate is None:
            return []
        told = [f"{rate:.1f} videos/s" if rate >= 1 else f"{60 * rate:.1f} videos/min"]
        if total is not None and done < total:
            told.append(f"{in_words((total - done) / rate)} left")
        return told


def in_words(seconds: Seconds) -> str:
    """Return a time to wait, in the unit people would use."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 90 * 60:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"
