"""What a shadow does: asks Pegasus about what the old side has answered, or compares what is known already."""

from __future__ import annotations

import logging
from collections.abc import Callable

from pegasus_classify.client.agreement import Pair, pairs_of
from pegasus_classify.client.in_force import InForce
from pegasus_classify.client.old_recording import OldRecording
from pegasus_classify.client.rollout_events import Event
from pegasus_classify.client.routed import is_failure
from pegasus_classify.client.shadow import LeftOut, ShadowTask
from pegasus_classify.client.side_accounts import SideAccounts
from pegasus_classify.contract.quantities import Seconds
from pegasus_classify.contract.result import ClassifyResult, Cost
from pegasus_classify.errors import ClassifyError
from pegasus_classify.settings import Settings

__all__ = ["Shadowing"]

_LOG = logging.getLogger("pegasus_classify.rollout")


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

    def work(self, task: ShadowTask) -> tuple[float, float]:
        """Do what is to be done; returns US dollars and video minutes used.

        Raises:
            LeftOut: Pegasus is left alone for a while, or the recording has nothing to compare with.
        """
        if task.new is not None:
            return self._compared(task, task.new)
        breaker = self._force.shadow_breaker
        began = self._steady()
        ticket = breaker.take(began)
        if ticket is None:
            raise LeftOut("left_alone")
        outcome = self._asked(task)
        ended = self._steady()
        ok = not is_failure(outcome)
        breaker.done(ticket, ok, ended)
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
        """Compare what Pegasus answered with what is recorded."""
        old = self._force.old
        if not isinstance(old, OldRecording):
            raise LeftOut("not_recorded")
        try:
            pairs = list(pairs_of(task.ask.request, old.answer(task.ask.request), new))
        except ClassifyError:
            pairs = []
        if not pairs:
            raise LeftOut("not_recorded")
        told = task.route, task.because, "pegasus", True, 0.0, False, len(pairs), Cost()
        self._tell(Event(*told, len(pairs), _differing(pairs), asks=False), pairs, task)
        return 0.0, 0.0


def _videos(task: ShadowTask) -> int:
    return len(task.ask.request.video_ids or ("",))


def _differing(pairs: list[Pair]) -> int:
    return sum(pair.differs for pair in pairs)
