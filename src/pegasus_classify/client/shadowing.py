"""What a shadow does: asks one side about what the other has answered, or compares what is known already."""

from __future__ import annotations

import threading
from collections.abc import Callable

from pegasus_classify.client.agreement import Pair, pairs_of
from pegasus_classify.client.in_force import InForce, OldAnswers
from pegasus_classify.client.old_asker import OldAsker
from pegasus_classify.client.old_recording import OldRecording
from pegasus_classify.client.rollout_events import Event
from pegasus_classify.client.routed import is_failure
from pegasus_classify.client.shadow import LeftOut, ShadowTask
from pegasus_classify.client.side_accounts import SideAccounts
from pegasus_classify.contract.quantities import Seconds
from pegasus_classify.contract.result import ClassifyResult, Cost
from pegasus_classify.errors import APIStatusError, ClassifyError
from pegasus_classify.rollout.breaker import Breaker
from pegasus_classify.settings import Settings

__all__ = ["Shadowing"]

_LEAVE_ALONE = frozenset({404, 405, 410, 429})
"""How a host answers whose Classify is gone, or is asked too much."""


class Shadowing:
    """Does shadows' work in whatever thread.

    Args:
        force: The policy in force.
        settings: How Pegasus is asked.
        accounts: Through which.
        steady: Seconds that only grow.
        tell: Told of each event, the pairs it brought, and the task.
    """

    def __init__(
        self,
        force: InForce,
        settings: Settings,
        accounts: SideAccounts,
        steady: Callable[[], Seconds],
        tell: Callable[[Event, list[Pair], ShadowTask], object],
    ) -> None:
        self._force = force
        self._settings = settings
        self._accounts = accounts
        self._steady = steady
        self._tell = tell
        self._lock = threading.Lock()

    def work(self, task: ShadowTask) -> tuple[float, float]:
        """Do what is to be done; returns US dollars and video minutes used.

        Raises:
            LeftOut: A side is left alone for a while or does not answer, or the recording has nothing to compare with.
        """
        if task.new is not None:
            return self._compared(task, task.new)
        breaker = self._force.shadow_breakers["pegasus"]
        began = self._steady()
        ticket = self._take(breaker)
        if ticket is None:
            raise LeftOut("left_alone")
        outcome = self._asked(task)
        ended = self._steady()
        ok = not is_failure(outcome)
        self._done(breaker, ticket, ok)
        seconds = max(0.0, ended - began)
        slow = seconds > self._force.policy.ladder.slow_after
        told = task.route, task.because, "shadow", ok, seconds, slow, _videos(task)
        if isinstance(outcome, ClassifyError):
            self._tell(Event(*told), [], task)
            return 0.0, 0.0
        assert task.old is not None
        pairs = list(pairs_of(task.ask.request, task.old, outcome))
        self._tell(Event(*told, outcome.cost, len(pairs), _differing(pairs)), pairs, task)
        return outcome.cost.usd, outcome.cost.video_seconds / 60

    def _asked(self, task: ShadowTask) -> ClassifyResult | ClassifyError:
        own = self._settings.api_key
        key = own.get_secret_value() if own else task.caller.key
        try:
            with self._accounts.use(key, task.ask.choice, self._force.policy.shadow.concurrency) as account:
                return account.start(task.ask.request).result()
        except ClassifyError as error:
            return error

    def _compared(self, task: ShadowTask, new: ClassifyResult) -> tuple[float, float]:
        """Compare what Pegasus answered with what the old side says or once said."""
        old = self._force.old
        if isinstance(old, OldAsker):
            answer, otherwise = self._old_asked(old, task), "old_silent"
        else:
            answer, otherwise = _recorded(old, task), "not_recorded"
        pairs = [] if answer is None else list(pairs_of(task.ask.request, answer, new))
        if not pairs:
            raise LeftOut(otherwise)
        told = task.route, task.because, "pegasus", True, 0.0, False, len(pairs), Cost()
        self._tell(Event(*told, len(pairs), _differing(pairs), asks=False), pairs, task)
        return 0.0, 0.0

    def _old_asked(self, old: OldAsker, task: ShadowTask) -> ClassifyResult | None:
        """Ask the old side; None when it does not answer, which is what becomes of it in the end and no failure."""
        breaker = self._force.shadow_breakers["legacy"]
        ticket = self._take(breaker)
        if ticket is None:
            return None
        try:
            answer = old.answer(task.ask.request, task.ask.spelling, task.caller.key)
        except ClassifyError as error:
            status = error.status_code if isinstance(error, APIStatusError) else None
            self._done(breaker, ticket, not is_failure(error) and status not in _LEAVE_ALONE)
            return None
        self._done(breaker, ticket, True)
        return answer

    def _take(self, breaker: Breaker) -> int | None:
        with self._lock:
            return breaker.take(self._steady())

    def _done(self, breaker: Breaker, ticket: int, ok: bool) -> None:
        with self._lock:
            breaker.done(ticket, ok, self._steady())


def _recorded(old: OldAnswers | None, task: ShadowTask) -> ClassifyResult | None:
    try:
        return old.answer(task.ask.request) if isinstance(old, OldRecording) else None
    except ClassifyError:
        return None


def _videos(task: ShadowTask) -> int:
    return len(task.ask.request.video_ids or ("",))


def _differing(pairs: list[Pair]) -> int:
    return sum(pair.differs for pair in pairs)
