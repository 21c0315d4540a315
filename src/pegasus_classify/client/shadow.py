"""Pegasus asked beside the old side: never in the caller's way, within a day's budget, dropping what is too much."""

from __future__ import annotations

import queue
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from pegasus_classify.client.rollout_needs import AskNew
from pegasus_classify.client.routed import Caller
from pegasus_classify.contract.quantities import Seconds
from pegasus_classify.contract.result import ClassifyResult
from pegasus_classify.rollout.policy import ShadowRules

__all__ = ["Shadow", "ShadowTask"]

_DAY: Seconds = 86_400.0


@dataclass(frozen=True, slots=True)
class ShadowTask:
    """A request that the old side has answered.

    Attributes:
        caller: Whose key pays.
        ask: What Pegasus is asked.
        answer: The old side's answer.
    """

    caller: Caller
    ask: AskNew
    answer: ClassifyResult


class Shadow:
    """Runs shadows in threads of its own. Safe from several threads; close it when done.

    Args:
        rules: What it may use; can be replaced at any time, the number of threads grows and does not shrink.
        work: Called with each task, in a thread; returns what it cost. What it raises is counted.

    Attributes:
        counts: `run`, `failed`, `dropped` (too many waited), `over_budget`.
        usd: Used in the current UTC day, US dollars.
        minutes: Likewise, video minutes.
    """

    def __init__(self, rules: ShadowRules, work: Callable[[ShadowTask], tuple[float, float]]) -> None:
        self.rules = rules
        self.counts: Counter[str] = Counter()
        self.usd = self.minutes = 0.0
        self._day = 0
        self._work = work
        self._tasks: queue.SimpleQueue[ShadowTask | None] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._waiting = self._running = 0
        self._closed = False
        self._changed = threading.Condition()

    def offer(self, task: ShadowTask, now: Seconds) -> bool:
        """Take a task if there is room and budget; never waits for anything that takes time.

        Args:
            task: What is to be done.
            now: Seconds since 1970; tells the day.
        """
        with self._changed:
            # A clock set back does not open yesterday's budget again.
            if (day := int(now // _DAY)) > self._day:
                self._day, self.usd, self.minutes = day, 0.0, 0.0
            refusal = self._refusal()
            if refusal:
                self.counts[refusal] += 1
                return False
            self._waiting += 1
            if len(self._threads) < self.rules.concurrency and self._waiting + self._running > len(self._threads):
                self._begin_thread()
        self._tasks.put(task)
        return True

    def settle(self, timeout: Seconds | None = None) -> bool:
        """Wait until nothing waits or runs; False when the time (seconds) was up first."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._waiting and not self._running, timeout)

    def close(self) -> None:
        """Take nothing more, leave what waits undone, let what runs end by itself."""
        with self._changed:
            self._closed = True
            threads = list(self._threads)
        for _ in threads:
            self._tasks.put(None)

    def _refusal(self) -> str:
        if self._closed:
            return "dropped"
        if self.usd >= self.rules.usd_per_day or self.minutes >= self.rules.minutes_per_day:
            return "over_budget"
        busy = self._waiting + self._running
        return "dropped" if busy >= self.rules.waiting + self.rules.concurrency else ""

    def _begin_thread(self) -> None:
        thread = threading.Thread(target=self._run, name="pegasus-classify-shadow", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _run(self) -> None:
        while (task := self._tasks.get()) is not None:
            with self._changed:
                self._waiting -= 1
                self._running += 1
                stopped = self._closed
            what, used = "dropped", (0.0, 0.0)
            if not stopped:
                try:
                    what, used = "run", self._work(task)
                except Exception:  # noqa: BLE001 - a shadow reaches nobody
                    what = "failed"
            with self._changed:
                self.counts[what] += 1
                self.usd += used[0]
                self.minutes += used[1]
                self._running -= 1
                self._changed.notify_all()
