"""How fast an account may go: slots that shrink and grow, holds after a 429, spacing by the stated limit."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Literal, TypeAlias

from pegasus_classify.contract.quantities import Seconds
from pegasus_classify.pegasus.replies import header_seconds, quota_is_used_up, remaining
from pegasus_classify.steps import NoReply, Reply

__all__ = [
    "FIRST_HOLD",
    "LONGEST_HOLD",
    "NO_LOAD",
    "PATIENCE",
    "SLACK",
    "SLOW_SPELL",
    "Allowance",
    "Hearing",
    "Load",
    "Pace",
    "wait_told",
]

Hearing: TypeAlias = Literal["deliver", "again"]
"""Whether an outcome goes to the one who asked, or the same request is sent again later."""

FIRST_HOLD: Seconds = 1.0
"""How long an account is held after a 429 that names no time; doubled with each further one."""

LONGEST_HOLD: Seconds = 60.0

PATIENCE: Seconds = 600.0
"""After so long with nothing but 429 answers, they are delivered as failures."""


SLOW_SPELL: Seconds = 10.0
"""The window is halved for slow answers at most once in this time: those that were out together tell one thing."""

SLACK = 1.02
"""How much slower than a stated limit is sent: at the very limit, the smallest jitter earns the next refusal."""

_SLOW_STATUSES = frozenset({408, 503, 504})


@dataclass(frozen=True, slots=True)
class Load:
    """What one paid request weighs: tokens of prompt and answer at most, and seconds of video."""

    tokens: int = 0
    video_seconds: Seconds = 0.0


NO_LOAD = Load()


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a user allows an account per minute; None for no limit of ours.

    Attributes:
        requests: Paid requests.
        tokens: Tokens of prompts and answers, counted at their most.
        video_minutes: Minutes of video.
    """

    requests: float | None = None
    tokens: float | None = None
    video_minutes: float | None = None

    def spacing(self, load: Load, stated: float | None) -> Seconds:
        """Return how long after a request the next may go out, seconds.

        Args:
            load: What the request weighs.
            stated: Requests per minute that the platform states; None when it does not.
        """
        weights = (
            (1.0, self.requests),
            (SLACK, stated),
            (float(load.tokens), self.tokens),
            (load.video_seconds / 60, self.video_minutes),
        )
        return max((60 * weight / limit for weight, limit in weights if limit), default=0.0)


class Pace:
    """The speed of one account, as a function of what was heard; times are monotonic seconds given by the caller.

    Attributes:
        cap: Most requests in flight.
        window: How many are allowed now, 1 to `cap`; halved by a 429 and by answers that come too late, grown by one
            per round of good answers.
        in_flight: How many are under way.
        limit: The rate limit the platform last stated together with a 429, or when little was left of it, requests
            per minute; None before that.
    """

    def __init__(self, cap: int, allowance: Allowance = Allowance()) -> None:
        self.cap = cap
        self._allowance = allowance
        self._slow_until = -math.inf
        self.window = float(cap)
        self.in_flight = 0
        self.limit: float | None = None
        self._held_until = -math.inf
        self._holds = 0
        self._only_429_since: float | None = None
        self._next_paid = -math.inf
        self._used_up: tuple[float, Reply] | None = None

    def held_until(self, now: Seconds) -> Seconds | None:
        """Return when sending goes on; None when it is not held."""
        return self._held_until if self._held_until > now else None

    def used_up(self, now: Seconds) -> Reply | None:
        """Return the answer that told that the quota is used up, while that holds; None otherwise."""
        if self._used_up is not None and now < self._used_up[0]:
            return self._used_up[1]
        return None

    def may_send(self, now: Seconds, *, paid: bool) -> bool:
        """Tell whether a request may go out now."""
        if now < self._held_until or self.in_flight >= math.floor(self.window):
            return False
        return not paid or now >= self._next_paid

    def wake_at(self, now: Seconds, *, paid: bool) -> Seconds | None:
        """Return when to look again; None when only the end of a request in flight can change anything."""
        times = [self._held_until] if self._held_until > now else []
        if paid and self.in_flight < math.floor(self.window) and self._next_paid > now:
            times.append(self._next_paid)
        return max(times, default=None)

    def sent(self, now: Seconds, *, paid: bool, load: Load = NO_LOAD) -> None:
        """Count a request that goes out."""
        self.in_flight += 1
        spacing = self._allowance.spacing(load, self.limit) if paid else 0.0
        if spacing:
            # Never catch up after a pause: a burst is what the limit forbids.
            self._next_paid = max(now, self._next_paid) + spacing

    def heard(self, outcome: Reply | NoReply, now: Seconds, *, paid: bool = True) -> Hearing:
        """Take an outcome into account and say what happens with it.

        A 429 is sent again after a hold of the whole account, however often, until `PATIENCE` is over; one that says
        that the day is used up is delivered, and from then on stands for every paid request until its time is over.
        """
        self.in_flight -= 1
        if isinstance(outcome, Reply) and outcome.status == 429:
            return self._too_many(outcome, now)
        if _came_too_late(outcome):
            self._slow_down(now)
        elif isinstance(outcome, Reply):
            self._well_heard(now)
            if paid:
                self._mind_what_remains(outcome.headers, now)
        return "deliver"

    def _mind_what_remains(self, headers: Mapping[str, str], now: Seconds) -> None:
        """Keep to the stated limit as soon as what is left of it would not fill the slots, not only once refused."""
        left = remaining(headers)
        if left is None or left >= self.cap:
            return
        stated = header_seconds(headers, "x-ratelimit-limit")
        if stated and self.limit is None:
            self._next_paid = max(self._next_paid, now + self._allowance.spacing(NO_LOAD, stated))
        self.limit = stated or self.limit

    def _slow_down(self, now: Seconds) -> None:
        if now >= self._slow_until:
            self.window = max(1.0, self.window / 2)
            self._slow_until = now + SLOW_SPELL

    def _well_heard(self, now: Seconds) -> None:
        self._only_429_since = None
        if now >= self._held_until:
            self._holds = 0
        self.window = min(float(self.cap), self.window + 1 / self.window)

    def _too_many(self, reply: Reply, now: Seconds) -> Hearing:
        wait = wait_told(reply.headers)
        if quota_is_used_up(reply.headers):
            self._used_up = (now + (wait or 0.0), reply)
            return "deliver"
        self._only_429_since = now if self._only_429_since is None else self._only_429_since
        if now - self._only_429_since > PATIENCE:
            return "deliver"
        self.limit = header_seconds(reply.headers, "x-ratelimit-limit") or self.limit
        if now >= self._held_until:
            # One storm halves once: the requests that were already out tell nothing new.
            self.window = max(1.0, self.window / 2)
            self._holds += 1
        pause = wait if wait is not None else min(LONGEST_HOLD, FIRST_HOLD * 2 ** (self._holds - 1))
        self._held_until = max(self._held_until, now + pause)
        return "again"


def _came_too_late(outcome: Reply | NoReply) -> bool:
    if isinstance(outcome, Reply):
        return outcome.status in _SLOW_STATUSES
    return outcome.kind == "timeout"


def wait_told(headers: Mapping[str, str]) -> Seconds | None:
    """Return how long the platform asks to wait, seconds: the longer of `Retry-After` and `X-Ratelimit-Reset`.

    The reset has been documented as epoch seconds; fractions, milliseconds and plain differences are understood too.
    An epoch is measured against the answer's own `Date`, so a wrong local clock changes nothing; without `Date` it
    is left out of account.
    """
    waits = [header_seconds(headers, "retry-after"), _until_reset(headers)]
    known = [wait for wait in waits if wait is not None]
    return max(known, default=None)


_YEAR: Seconds = 365 * 86_400.0


def _until_reset(headers: Mapping[str, str]) -> Seconds | None:
    reset = header_seconds(headers, "x-ratelimit-reset")
    if reset is None or reset < _YEAR:
        return reset
    seconds = reset / 1000 if reset > 1000 * _YEAR else reset
    try:
        sent_at = parsedate_to_datetime(headers["date"]).timestamp()
    except (KeyError, ValueError, TypeError):
        return None
    return max(0.0, seconds - sent_at)
