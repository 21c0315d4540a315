"""A schedule with listeners: what its runs bring is told to whoever waits for them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeAlias

from pegasus_classify.carrying.budget import Budget, Use
from pegasus_classify.carrying.progress import Progress
from pegasus_classify.carrying.schedule import Schedule
from pegasus_classify.contract.quantities import Seconds
from pegasus_classify.contract.result import Failure, VideoResult
from pegasus_classify.errors import ClassifyError
from pegasus_classify.runs.request_run import RequestRun
from pegasus_classify.steps import NoReply, Outcome, Reply, Step

__all__ = ["Listener", "OnHeard", "OnProgress", "Told", "Traffic"]

_LOG = logging.getLogger(__name__)

OnProgress: TypeAlias = Callable[[Progress], None]
OnHeard: TypeAlias = Callable[["Reply | NoReply"], None]
"""Told of everything the platform answered, refusals and silence included."""

Told: TypeAlias = "VideoResult | Failure | None"
"""What a waiting caller is told: an outcome, or None when the run has ended."""


class Listener:
    """Who waits for a run; fed in the driver's loop."""

    def __init__(self, run: RequestRun, tell: Callable[[Told], None], accepted: Callable[[], None]) -> None:
        self.run = run
        self._tell = tell
        self._accepted = accepted

    def feed(self) -> None:
        """Tell everything that is new."""
        while self.run.outcomes:
            self._tell(self.run.outcomes.popleft())
        if self.run.accepted or self.run.finished:
            self._accepted()
        if self.run.finished:
            self._tell(None)


class Traffic:
    """A schedule whose runs have listeners: the machine that a driver drives."""

    def __init__(self, schedule: Schedule, on_progress: OnProgress | None, on_heard: OnHeard | None = None) -> None:
        self._schedule = schedule
        self._on_progress = on_progress
        self._on_heard = on_heard
        self._listeners: dict[int, Listener] = {}

    @property
    def idle(self) -> bool:
        """True when nothing is under way."""
        return self._schedule.idle

    def add(self, listener: Listener) -> None:
        """Take on the run that a listener waits for."""
        self._listeners[id(listener.run)] = listener
        self._schedule.add(listener.run, _budget(listener.run))

    def abandon(self, run: RequestRun) -> None:
        """Forget a run and whoever waits for it; see `Schedule.abandon`."""
        self._listeners.pop(id(run), None)
        self._schedule.abandon(run)

    def todo(self, now: Seconds) -> tuple[list[tuple[int, Step]], Seconds | None]:
        """Return what to do now and when to ask again; see `Schedule.todo`."""
        todo = self._schedule.todo(now)
        self._feed(now)
        return todo

    def held_for(self, now: Seconds) -> Seconds:
        """Return how long nothing will be sent because the platform's limit is reached; 0 when it is not."""
        until = self._schedule.pace.held_until(now)
        return 0.0 if until is None else until - now

    def done(self, token: int, outcome: Outcome, now: Seconds) -> None:
        """Take the outcome of a step."""
        if self._on_heard is not None and isinstance(outcome, Reply | NoReply):
            self._on_heard(outcome)
        self._schedule.done(token, outcome, now)
        self._feed(now)

    def stop(self) -> None:
        """End everything; whoever waits is told."""
        self._schedule.stop()
        self.broken(ClassifyError("the client was closed while this request was under way"))

    def give_up(self, error: ClassifyError) -> None:
        """End every run with an error; what is already sent goes on, and is written down if that works again."""
        runs = [listener.run for listener in self._listeners.values()]
        self.broken(error)
        for run in runs:
            self._schedule.abandon(run)

    def broken(self, error: BaseException) -> None:
        """End every run with an error."""
        reason = error if isinstance(error, ClassifyError) else ClassifyError(f"internal error: {error!r}")
        for listener in self._listeners.values():
            listener.run.error = listener.run.error or reason
            listener.run.finished = True
            listener.feed()
        self._listeners.clear()

    def _feed(self, now: Seconds) -> None:
        for run in self._schedule.take_touched():
            listener = self._listeners.get(id(run))
            if listener is None:
                continue
            listener.feed()
            self._tell_progress(listener.run, now)
            if run.finished:
                del self._listeners[id(run)]

    def _tell_progress(self, run: RequestRun, now: Seconds) -> None:
        if self._on_progress is None:
            return
        try:
            self._on_progress(_progress(run, self.held_for(now)))
        except Exception:  # noqa: BLE001 - whatever it raises
            # What somebody shows of a run must not end it: answers that are paid for are on their way.
            _LOG.exception("on_progress failed; it is not called any more")
            self._on_progress = None


def _budget(run: RequestRun) -> Budget:
    limits = run.limits
    return Budget(Use(limits.hours * 3600, float("inf") if limits.usd is None else limits.usd))


def _progress(run: RequestRun, held: Seconds) -> Progress:
    return Progress(run.found, run.total, run.done, run.failed, run.cost, held)
