"""What a schedule has under way: runs, their jobs, and the exchanges that jobs wait for."""

from __future__ import annotations

from collections.abc import Generator, Hashable
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

from pegasus_classify.carrying.budget import Budget, Use
from pegasus_classify.carrying.pace import NO_LOAD, Load
from pegasus_classify.contract.asks import Ask
from pegasus_classify.steps import Exchange

__all__ = ["Job", "Run", "RunningExchange", "RunningJob", "Want"]

Want: TypeAlias = "tuple[Ask, ...] | list[Exchange[Any]]"
"""What a job waits for: answers to some asks, or the results of some exchanges; at least one of them."""

Job: TypeAlias = Generator[Want, Any, Any]
"""A generator of wants that is sent what it wanted: a tuple of answers or of results, in the order wanted."""


class Run(Protocol):
    """One request under way, as the schedule sees it.

    Attributes:
        finished: True when nothing is left to be done.
    """

    finished: bool

    @property
    def name(self) -> str:
        """Under which the ledger notes what it pays for; empty for none."""
        ...

    def next_job(self) -> tuple[Hashable, Job] | None:
        """Return a job to start and its name; None when nothing can be started at the moment."""
        ...

    def job_done(self, name: Hashable, value: Any) -> None:
        """Take the result of a job."""
        ...


@dataclass(eq=False, slots=True)
class RunningJob:
    """A job with the results it has so far.

    Attributes:
        run: Whose it is.
        budget: What the run may use; None for no limit.
        name: Its name in the run.
        work: The generator.
        results: What it waits for, in the order wanted.
        missing: How many of them are not there yet.
    """

    run: Run
    budget: Budget | None
    name: Hashable
    work: Job
    results: list[Any] = field(default_factory=list)
    missing: int = 0


@dataclass(eq=False, slots=True)
class RunningExchange:
    """An exchange with those who wait for it.

    Attributes:
        work: The generator.
        waiting: Jobs, each with the place of the result among its wants; the first pays.
        key: Of an ask, its name in the ledger.
        most: What one call can cost.
        load: What one call weighs.
        payer: Whose budget the last call was set aside in; None for nobody's.
        refusals: How often it was answered 429.
        members: Of a batch, the exchanges whose asks travel in it.
    """

    work: Exchange[Any]
    waiting: list[tuple[RunningJob, int]]
    key: str | None = None
    most: Use = field(default_factory=Use)
    load: Load = NO_LOAD
    payer: Budget | None = None
    refusals: int = 0
    members: list[RunningExchange] = field(default_factory=list)
