"""Everything one account has under way, as a state machine without thread, clock or lock.

A driver asks `todo`, performs the steps it gets, and says `done` for each. Between the two, equal asks of all runs
are joined, requests keep the account's pace, sleeps cost nothing, and each finished piece moves the run it belongs to.
"""

from __future__ import annotations

import heapq
import itertools
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

from pegasus_classify.carrying.budget import Budget, most_of
from pegasus_classify.carrying.pace import Load, Pace
from pegasus_classify.carrying.sharing import Sharing
from pegasus_classify.carrying.under_way import Job, Run, RunningExchange, RunningJob, Want
from pegasus_classify.contract.asks import Answer, Ask, ledger_key
from pegasus_classify.contract.quantities import Seconds
from pegasus_classify.pegasus.batches import MOST_ACTIVE
from pegasus_classify.steps import (
    STOP,
    Claim,
    Exchange,
    NoReply,
    Outcome,
    Reply,
    Send,
    Share,
    Shared,
    Sleep,
    Step,
    Stop,
    Stopped,
)

__all__ = ["MOST_EXCHANGES", "MOST_REFUSALS", "Batcher", "Carrier", "Job", "Run", "Schedule", "Want"]

Batcher: TypeAlias = Callable[[Sequence[Share]], Exchange[list["Answer | None"]]]
"""Turns asks that travel together into the exchange that carries them."""

Carrier: TypeAlias = Callable[[Ask, str, str], Exchange[Answer]]
"""Turns an ask, its ledger key and the name of the run that pays into the exchange that gets it answered."""

MOST_REFUSALS = 30
"""How often one exchange may be answered 429 before it is told so: others get through, so the reason is its own."""

MOST_EXCHANGES = 4096
"""How many exchanges may exist at once, sleeping ones (long tasks) included; keeps memory flat."""


class Schedule:
    """The machine of one account."""

    def __init__(self, account: str, carrier: Carrier, pace: Pace, batcher: Batcher | None = None) -> None:
        """Start empty.

        Args:
            account: Hash of upstream and key; part of every ledger key.
            carrier: How an ask becomes an exchange.
            pace: The account's speed; owned by this schedule from now on.
            batcher: How asks that may travel together do; None: each alone.
        """
        self._account = account
        self._carrier = carrier
        self._pace = pace
        self._batcher = batcher
        self._runs: list[tuple[Run, Budget | None]] = []
        self._exchanges: set[RunningExchange] = set()
        self._by_key: dict[str, RunningExchange] = {}
        self._free: deque[tuple[RunningExchange, Send]] = deque()
        self._paid: deque[tuple[RunningExchange, Send]] = deque()
        self._sleeping: list[tuple[float, int, RunningExchange]] = []
        self._sharing: Sharing[RunningExchange] = Sharing()
        self._batches = 0
        self._performing: dict[int, tuple[RunningExchange, Step]] = {}
        self._outbox: list[tuple[int, Step]] = []
        self._numbers = itertools.count()
        self._touched: dict[int, Run] = {}
        self._stopping = False
        self._now = 0.0

    @property
    def idle(self) -> bool:
        """True when nothing is under way."""
        return not self._exchanges and not self._runs

    @property
    def pace(self) -> Pace:
        """The account's speed, for showing it."""
        return self._pace

    def add(self, run: Run, budget: Budget | None = None) -> None:
        """Take a run on; its jobs are started as there is room.

        Args:
            run: What to carry out.
            budget: What it may use; None for no limit. An ask wanted by several runs is paid by the first.
        """
        self._runs.append((run, budget))

    def abandon(self, run: Run) -> None:
        """Forget a run: what waits to be sent for it alone is given up, what is out goes on into the ledger."""
        self._runs = [pair for pair in self._runs if pair[0] is not run]
        for exchange in self._exchanges:
            exchange.waiting = [pair for pair in exchange.waiting if pair[0].run is not run]
        self._drop_unwanted()

    def stop(self) -> None:
        """End everything: every exchange is sent `STOP` as soon as it can be; nothing new is started."""
        self._stopping = True
        self._runs.clear()
        asleep = [exchange for _, _, exchange in self._sleeping]
        self._sleeping.clear()
        for exchange in [entry[0] for entry in (*self._free, *self._paid)]:
            self._withdraw(exchange)
        for exchange in [*asleep, *self._sharing.take_out(lambda _: True)]:
            self._advance(exchange, STOP)

    def take_touched(self) -> list[Run]:
        """Return the runs that got a result since the last call, each once."""
        touched, self._touched = list(self._touched.values()), {}
        return touched

    def todo(self, now: Seconds) -> tuple[list[tuple[int, Step]], Seconds | None]:
        """Return the steps to perform now, each with its token, and when to ask again at the latest.

        Args:
            now: Monotonic seconds.

        Returns:
            The second part is None when only a performed step can change anything.
        """
        self._now = now
        while self._sleeping and self._sleeping[0][0] <= now:
            self._advance(heapq.heappop(self._sleeping)[2], None)
        self._start_jobs()
        self._start_batches()
        wake_at = self._launch()
        # What was launched left room: claim the next asks now, so that a freed slot finds one ready.
        self._start_jobs()
        if self._sleeping:
            wake_at = self._sleeping[0][0] if wake_at is None else min(wake_at, self._sleeping[0][0])
        steps, self._outbox = self._outbox, []
        return steps, wake_at

    def done(self, token: int, outcome: Outcome, now: Seconds) -> None:
        """Take the outcome of a step."""
        self._now = now
        exchange, step = self._performing.pop(token)
        if isinstance(step, Send) and isinstance(outcome, Reply | NoReply):
            hearing = self._pace.heard(outcome, now, paid=step.paid)
            if exchange.payer is not None and step.paid:
                exchange.payer.heard(exchange.most, outcome)
            exchange.refusals += hearing == "again"
            if hearing == "again" and exchange.refusals <= MOST_REFUSALS and not self._stopping:
                (self._paid if step.paid else self._free).appendleft((exchange, step))
                return
        # What was answered before the stop came through was paid for and is still written down.
        lost = self._stopping and isinstance(step, Send) and not _is_good(outcome)
        self._advance(exchange, STOP if lost else outcome)
        if isinstance(step, Claim) and not exchange.waiting:
            # Whoever wanted it went away while the ledger was asked.
            self._drop_unwanted()

    def _start_jobs(self) -> None:
        starting = True
        while starting and self._has_room():
            starting = False
            for run, budget in list(self._runs):
                job = run.next_job() if self._has_room() else None
                if job is not None:
                    starting = True
                    self._step_job(RunningJob(run, budget, *job), None)
        self._runs = [pair for pair in self._runs if not pair[0].finished]

    def _has_room(self) -> bool:
        in_ledger = len(self._performing) - self._pace.in_flight
        waiting = len(self._free) + len(self._paid) + in_ledger
        return waiting < self._pace.cap and len(self._exchanges) < MOST_EXCHANGES and not self._stopping

    def _launch(self) -> Seconds | None:
        """Put requests on their way as far as the pace allows; return when the rest can be looked at again."""
        used_up = self._pace.used_up(self._now)
        while used_up is not None and self._paid:
            self._advance(self._paid.popleft()[0], used_up)
        wake_at: Seconds | None = None
        for queue, paid in ((self._free, False), (self._paid, True)):
            while queue and self._pace.may_send(self._now, paid=paid):
                exchange, step = queue.popleft()
                if paid and not exchange.waiting:
                    # Nobody wants it any more: what did not come at the first call is not paid for a second time.
                    self._advance(exchange, STOP)
                    continue
                if paid and not self._affordable(exchange):
                    continue
                self._pace.sent(self._now, paid=paid, load=exchange.load)
                self._perform(exchange, step)
            if queue:
                later = self._pace.wake_at(self._now, paid=paid)
                wake_at = later if wake_at is None else min(wake_at, later or wake_at)
        return wake_at

    def _affordable(self, exchange: RunningExchange) -> bool:
        """Set aside what a call can cost; where that would pass the limit, say so to whoever wants it."""
        if self._set_aside(exchange) or exchange.payer is None:
            return True
        refusal, exchange.payer = exchange.payer.refusal(), None
        self._advance(exchange, refusal)
        return False

    @staticmethod
    def _set_aside(exchange: RunningExchange) -> bool:
        """Let the first of those who want an answer pay for it that can; what it costs is told to that one alone."""
        for place, (job, _) in enumerate(exchange.waiting):
            exchange.payer = job.budget
            if job.budget is None or job.budget.take(exchange.most):
                exchange.waiting.insert(0, exchange.waiting.pop(place))
                return True
        return False

    def _perform(self, exchange: RunningExchange, step: Step) -> None:
        token = next(self._numbers)
        self._performing[token] = (exchange, step)
        self._outbox.append((token, step))

    def _step_job(self, job: RunningJob, value: Any) -> None:
        if self._stopping:
            job.work.close()
            return
        try:
            want = job.work.send(value)
        except StopIteration as end:
            job.run.job_done(job.name, end.value)
            self._touched[id(job.run)] = job.run
            return
        job.results, job.missing = [None] * len(want), len(want)
        if isinstance(want, tuple):
            for place, ask in enumerate(want):
                self._ask(job, place, ask)
        else:
            for place, exchange in enumerate(want):
                self._begin(RunningExchange(exchange, [(job, place)]))

    def _ask(self, job: RunningJob, place: int, ask: Ask) -> None:
        key = ledger_key(self._account, ask)
        same = self._by_key.get(key)
        if same is not None:
            same.waiting.append((job, place))
            return
        work = self._carrier(ask, key, job.run.name)
        exchange = RunningExchange(work, [(job, place)], key, most_of(ask), _load_of(ask))
        self._by_key[key] = exchange
        self._begin(exchange)

    def _begin(self, exchange: RunningExchange) -> None:
        self._exchanges.add(exchange)
        self._advance(exchange, None)

    def _drop_unwanted(self) -> None:
        for queue in (self._free, self._paid):
            for exchange, _ in [entry for entry in queue if not entry[0].waiting and not entry[0].members]:
                self._withdraw(exchange)
        for exchange in self._sharing.take_out(lambda exchange: not exchange.waiting):
            self._advance(exchange, STOP)

    def _withdraw(self, exchange: RunningExchange) -> None:
        for queue in (self._free, self._paid):
            for entry in [entry for entry in queue if entry[0] is exchange]:
                queue.remove(entry)
        self._advance(exchange, STOP)

    def _advance(self, exchange: RunningExchange, outcome: Outcome) -> None:
        if isinstance(outcome, Stop):
            # It ends without an answer: who asks the same from now on asks anew.
            self._close_to_others(exchange)
        try:
            step = exchange.work.send(outcome)
        except StopIteration as end:
            self._finish(exchange, end.value)
        except Stopped:
            self._finish(exchange, None)
        else:
            self._place(exchange, step, stopped=isinstance(outcome, Stop))

    def _place(self, exchange: RunningExchange, step: Step, *, stopped: bool) -> None:
        if isinstance(step, Sleep | Send | Share) and (stopped or self._stopping):
            # Whoever is told to stop may still write to the ledger, but neither waits nor asks any more.
            self._advance(exchange, STOP)
        elif isinstance(step, Sleep):
            heapq.heappush(self._sleeping, (self._now + step.seconds, next(self._numbers), exchange))
        elif isinstance(step, Share):
            self._share(exchange, step)
        elif isinstance(step, Send):
            (self._paid if step.paid else self._free).append((exchange, step))
        else:
            self._perform(exchange, step)

    def _share(self, exchange: RunningExchange, share: Share) -> None:
        if self._batcher is not None and (share.batch_id is not None or self._set_aside(exchange)):
            self._sharing.put(exchange, share)
        else:
            # Asked alone, or refused there for its price.
            self._advance(exchange, Shared(None))

    def _start_batches(self) -> None:
        """Send off what travels together once it is full, or once nothing more is coming that could join it."""
        if not self._sharing:
            return
        coming = any(
            isinstance(step, Claim) or (isinstance(step, Send) and not step.paid)
            for _, step in self._performing.values()
        )
        while self._batcher is not None and self._batches < MOST_ACTIVE:
            members = self._sharing.take(full_only=coming)
            if not members:
                return
            self._batches += 1
            work = self._batcher([share for _, share in members])
            self._begin(RunningExchange(work, [], members=[exchange for exchange, _ in members]))

    def _end_batch(self, exchange: RunningExchange, answers: list[Answer | None] | None) -> None:
        self._batches -= 1
        for member, answer in zip(exchange.members, answers or [None] * len(exchange.members), strict=True):
            if answers is not None and answer is None and member.payer is not None:
                member.payer.give_back(member.most)
                member.payer = None
            self._advance(member, STOP if answers is None else Shared(answer))

    def _close_to_others(self, exchange: RunningExchange) -> None:
        if exchange.key is not None and self._by_key.get(exchange.key) is exchange:
            del self._by_key[exchange.key]

    def _finish(self, exchange: RunningExchange, value: Any) -> None:
        self._exchanges.discard(exchange)
        if exchange.members:
            self._end_batch(exchange, value)
            return
        self._close_to_others(exchange)
        if exchange.payer is not None:
            exchange.payer.answered(exchange.most, value)
        for number, (job, place) in enumerate(exchange.waiting):
            job.results[place] = _joined(value) if number else value
            job.missing -= 1
            if job.missing == 0:
                self._step_job(job, tuple(job.results))


def _is_good(outcome: Outcome) -> bool:
    return isinstance(outcome, Reply) and outcome.status < 300


def _load_of(ask: Ask) -> Load:
    # A token of the prompt is taken to have four characters; the answer is counted at its most.
    return Load(len(ask.question.prompt) // 4 + ask.max_tokens, ask.duration * ask.definitions)


def _joined(answer: Answer) -> Answer:
    """Tell every asker but the first that the answer was somebody else's to pay."""
    return replace(answer, origin="joined") if answer.origin == "asked" else answer
