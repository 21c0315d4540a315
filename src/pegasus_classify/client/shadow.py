"""One side asked beside the other: never in the caller's way, within a day's budget, dropping what is too much."""

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
from pegasus_classify.stores.rollout_notes import Scope

__all__ = ["LeftOut", "Shadow", "ShadowTask"]

_DAY: Seconds = 86_400.0


class LeftOut(Exception):
    """Raised by the work of a shadow that is not done; its text is what is counted."""


@dataclass(frozen=True, slots=True)
class ShadowTask:
    """A request that one side has answered and the other is compared with.

    Attributes:
        caller: Whose key pays.
        ask: What Pegasus is asked, or was.
        route: Which route sent the request.
        because: Why.
        scope: What the comparison is evidence of.
        old: The old side's answer; None: it is found in a recording, or the old side is asked.
        new: Pegasus' answer; None: Pegasus is asked.
    """

    caller: Caller
    ask: AskNew
    route: str
    because: str
    scope: Scope
    old: ClassifyResult | None = None
    new: ClassifyResult | None = None


class Shadow:
    """Runs shadows in threads of its own. Safe from several threads; close it when done.

    Args:
        rules: What it may use; can be replaced at any time, the number of threads grows and does not shrink.
        work: Called with each task, in a thread; returns what it cost. What it raises is counted.

    Attributes:
        counts: `run`, `failed`, `dropped` (too many waited), `over_budget`, and what `LeftOut` tells.
        usd: Used in the current UTC day, US dollars; by other processes too, as far as they told.
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
            self._begin_day(now)
            refusal = self._refusal(task)
            if refusal:
                self.counts[refusal] += 1
                return False
            self._waiting += 1
            if len(self._threads) < self.rules.concurrency and self._waiting + self._running > len(self._threads):
                self._begin_thread()
        self._tasks.put(task)
        return True

    def used(self, usd: float, minutes: float, now: Seconds) -> None:
        """Learn what all processes together used today, as far as it is written down.

        Args:
            usd: US dollars, by the price list.
            minutes: Video minutes.
            now: When that was read, seconds since 1970; tells the day.
        """
        with self._changed:
            if int(now // _DAY) < self._day:
                return
            self._begin_day(now)
            self.usd, self.minutes = max(self.usd, usd), max(self.minutes, minutes)

    def _begin_day(self, now: Seconds) -> None:
        # A clock set back does not open yesterday's budget again.
        if (day := int(now // _DAY)) > self._day:
            self._day, self.usd, self.minutes = day, 0.0, 0.0

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

    @property
    def _is_over_budget(self) -> bool:
        return self.usd >= self.rules.usd_per_day or self.minutes >= self.rules.minutes_per_day

    def _refusal(self, task: ShadowTask) -> str:
        if self._closed:
            return "dropped"
        # What Pegasus has answered already costs nothing to compare.
        if task.new is None and self._is_over_budget:
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
                # The budget may have been used up while it waited.
                what = "dropped" if self._closed else "over_budget" if task.new is None and self._is_over_budget else ""
            used = 0.0, 0.0
            if not what:
                try:
                    what, used = "run", self._work(task)
                except LeftOut as reason:
                    what = str(reason)
                except Exception:  # noqa: BLE001 - a shadow reaches nobody
                    what = "failed"
            with self._changed:
                self.counts[what] += 1
                self.usd += used[0]
                self.minutes += used[1]
                self._running -= 1
                self._changed.notify_all()
