"""A driver in simulated time: performs a schedule's steps against functions, and logs what happened when."""

from __future__ import annotations

import heapq
import itertools
from collections import deque
from collections.abc import Callable, Generator, Hashable, Iterable
from dataclasses import dataclass, field
from typing import Any

from pegasus_classify.carrying.schedule import Schedule
from pegasus_classify.steps import Claim, NoReply, Outcome, Record, Reply, Send, Step
from pegasus_classify.stores.memory import MemoryStore

__all__ = ["ListedRun", "SimulatedDriver"]

Upstream = Callable[[Send, float], tuple[Reply | NoReply, float]]


@dataclass
class SimulatedDriver:
    """Runs a schedule until it is idle.

    Attributes:
        schedule: What to drive.
        upstream: From a request and the time to its outcome and the seconds it takes.
        store: Performs claims and records.
        keep_for: How long answers count, seconds.
        now: Simulated monotonic seconds.
        log: Every step with the time it was performed at.
        most_at_once: Most requests that were in flight together.
    """

    schedule: Schedule
    upstream: Upstream
    store: MemoryStore = field(default_factory=MemoryStore)
    keep_for: float = 86_400.0
    now: float = 0.0
    log: list[tuple[float, Step]] = field(default_factory=list)
    most_at_once: int = 0
    _numbers: Any = field(default_factory=itertools.count)
    _flying: list[tuple[float, int, int, Outcome]] = field(default_factory=list)

    @property
    def sends(self) -> list[tuple[float, Send]]:
        """The requests that went out, with their times."""
        return [(at, step) for at, step in self.log if isinstance(step, Send)]

    def run(self, until: float = 1e9) -> None:
        """Go on until nothing is under way, or the time is reached."""
        while not self.schedule.idle and self.now < until:
            steps, wake_at = self.schedule.todo(self.now)
            for token, step in steps:
                self._perform(token, step)
            if any(not isinstance(step, Send) for _, step in steps):
                continue
            times = [each for each in (wake_at, self._flying[0][0] if self._flying else None) if each is not None]
            if not times:
                assert self.schedule.idle, "the schedule waits for something that can never happen"
                return
            if min(times) > until:
                self.now = until
                return
            self.now = max(self.now, min(times))
            while self._flying and self._flying[0][0] <= self.now:
                _, _, token, outcome = heapq.heappop(self._flying)
                self.schedule.done(token, outcome, self.now)

    def _perform(self, token: int, step: Step) -> None:
        self.log.append((self.now, step))
        if isinstance(step, Send):
            outcome, seconds = self.upstream(step, self.now)
            heapq.heappush(self._flying, (self.now + seconds, next(self._numbers), token, outcome))
            self.most_at_once = max(self.most_at_once, len(self._flying))
        elif isinstance(step, Claim):
            self.schedule.done(token, self.store.claim(step.key, self.now, self.keep_for), self.now)
        else:
            assert isinstance(step, Record)
            self.store.record(step, self.now)
            self.schedule.done(token, None, self.now)


class ListedRun:
    """A run whose jobs are given beforehand."""

    def __init__(self, jobs: Iterable[tuple[Hashable, Generator[Any, Any, Any]]]) -> None:
        self.name = ""
        self._jobs = deque(jobs)
        self._open = len(self._jobs)
        self.finished = not self._jobs
        self.results: dict[Hashable, Any] = {}

    def next_job(self) -> tuple[Hashable, Generator[Any, Any, Any]] | None:
        """Return the next job."""
        return self._jobs.popleft() if self._jobs else None

    def job_done(self, name: Hashable, value: Any) -> None:
        """Keep the result."""
        self.results[name] = value
        self._open -= 1
        self.finished = self._open == 0
