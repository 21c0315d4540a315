"""Performs routed calls: what goes to the old side, to Pegasus, to both; for blocking and asynchronous callers."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from typing import Any, TypeAlias

from pegasus_classify.client.account import Account, AsyncAccount
from pegasus_classify.client.handle import HandledReply
from pegasus_classify.client.needs import Classify, Need, Now
from pegasus_classify.client.performing import perform_all, perform_all_async
from pegasus_classify.client.rollout import Rollout
from pegasus_classify.client.rollout_needs import AskNew, AskOld, Choice, ListVideos, Several
from pegasus_classify.client.routed import Caller, Told, routed
from pegasus_classify.contract.request import ClassifyRequest
from pegasus_classify.contract.result import ClassifyResult
from pegasus_classify.errors import ClassifyError

__all__ = ["POLICY_HEADER", "AsyncRoutedCall", "RoutedCall", "caller_of", "own_caller"]

POLICY_HEADER = "X-Classify-Policy"

_Outcome: TypeAlias = "ClassifyResult | ClassifyError"


class _CallParts:
    """What one routed call has in common for both kinds of callers.

    Attributes:
        told: Who answered; None before the answer, and where nothing was asked.
    """

    def __init__(self, rollout: Rollout, caller: Caller) -> None:
        self.rollout = rollout
        self.caller = caller
        self.told: Told | None = None
        rollout.refresh()

    def _take(self, told: Told) -> ClassifyResult:
        self.told = told
        return told.result

    def signed(self, reply: HandledReply) -> HandledReply:
        """Return a reply that says which policy decided."""
        return replace(reply, headers={**reply.headers, POLICY_HEADER: self.rollout.header(self.told)})

    def _old(self, ask: AskOld) -> Future[ClassifyResult]:
        return self.rollout.old.ask(ask.request, ask.spelling, self.caller.key)

    def _chosen(self, ask: AskNew) -> ClassifyResult:
        with self.rollout.accounts.use(self._new_key, ask.choice) as account:
            return account.start(ask.request).result()

    def _listed(self, request: ClassifyRequest) -> list[str]:
        with self.rollout.accounts.use(self._new_key, Choice()) as account:
            return [each.video_id for each in account.locate(request)]

    @property
    def _new_key(self) -> str:
        own = self.rollout.settings.api_key
        return own.get_secret_value() if own else self.caller.key


class RoutedCall(_CallParts):
    """One call of a thread."""

    def __init__(self, rollout: Rollout, caller: Caller, account: Account) -> None:
        super().__init__(rollout, caller)
        self._account = account

    def perform(self, need: Need) -> Any:
        """Perform what the answering of a legacy call needs; what is asked goes where the policy says."""
        if not isinstance(need, Classify):
            return self._account.perform(need)
        return self._take(perform_all(routed(need.request, need.spelling, self.caller, self.rollout), self._routed))

    def _routed(self, need: Any) -> Any:
        if isinstance(need, Now):
            # Two moments are compared, so no clock that can be set.
            return self.rollout.steady()
        if isinstance(need, ListVideos):
            return self._listed(need.request)
        assert isinstance(need, Several)
        # All begin before the first is waited for.
        return [_settled(end) for end in [self._begun(ask) for ask in need.asks]]

    def _begun(self, ask: AskNew | AskOld) -> Callable[[], ClassifyResult]:
        try:
            if isinstance(ask, AskOld):
                return self._old(ask).result
            if ask.choice == Choice():
                return self._account.start(ask.request, ask.spelling).result
        except ClassifyError as error:
            return _raising(error)
        return lambda: self._chosen(ask)


class AsyncRoutedCall(_CallParts):
    """One call of a coroutine."""

    def __init__(self, rollout: Rollout, caller: Caller, account: AsyncAccount, owner: str | None = None) -> None:
        super().__init__(rollout, caller)
        self._account = account
        self._owner = owner

    async def perform(self, need: Need) -> Any:
        """Do the same as `RoutedCall.perform`."""
        if not isinstance(need, Classify):
            return await self._account.perform(need, owner=self._owner)
        steps = routed(need.request, need.spelling, self.caller, self.rollout)
        return self._take(await perform_all_async(steps, self._routed))

    async def _routed(self, need: Any) -> Any:
        if isinstance(need, Now):
            # Two moments are compared, so no clock that can be set.
            return self.rollout.steady()
        if isinstance(need, ListVideos):
            return await asyncio.to_thread(self._listed, need.request)
        assert isinstance(need, Several)
        return await asyncio.gather(*(self._asked(ask) for ask in need.asks))

    async def _asked(self, ask: AskNew | AskOld) -> _Outcome:
        try:
            if isinstance(ask, AskOld):
                return await asyncio.wrap_future(self._old(ask))
            if ask.choice == Choice():
                return await (await self._account.start(ask.request, ask.spelling)).result()
            return await asyncio.to_thread(self._chosen, ask)
        except ClassifyError as error:
            return error


def caller_of(key: str, header: str | None = None) -> Caller:
    """Return who asks, by key and `X-Classify-Route`."""
    return Caller(key, hashlib.sha256(key.encode()).hexdigest(), header)


def own_caller(rollout: Rollout) -> Caller:
    """Return the one whose key is the account's own."""
    key = rollout.settings.api_key
    return caller_of(key.get_secret_value() if key else "")


def _settled(end: Callable[[], ClassifyResult]) -> _Outcome:
    try:
        return end()
    except ClassifyError as error:
        return error


def _raising(error: ClassifyError) -> Callable[[], ClassifyResult]:
    def end() -> ClassifyResult:
        raise error

    return end
