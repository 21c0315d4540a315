"""The old API's three calls."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Receive, Scope

from pegasus_classify.client.handle import HandledReply, handle, handle_page
from pegasus_classify.client.needs import EXPIRED, FetchPage, Need
from pegasus_classify.client.performing import perform_all_async
from pegasus_classify.client.rollout import Rollout
from pegasus_classify.client.routing import POLICY_HEADER, AsyncRoutedCall, caller_of
from pegasus_classify.contract.quantities import Seconds
from pegasus_classify.errors import APIStatusError, RateLimitError, error_of_status
from pegasus_classify.legacy.query import with_query
from pegasus_classify.legacy.routes import Call, allowed_methods, route
from pegasus_classify.server.accounts import Accounts, Tenant
from pegasus_classify.server.bodies import read_body
from pegasus_classify.server.caller_watch import CallerWatch
from pegasus_classify.server.callers import Caller, Callers
from pegasus_classify.server.headers import answer, error_answer, json_bytes
from pegasus_classify.server.metrics import Metrics
from pegasus_classify.server.page_bytes import PageBytes
from pegasus_classify.server.settings import ServeSettings
from pegasus_classify.stores.protocol import ExpiredPage, Store

__all__ = ["COME_BACK_AFTER", "ClassifyCalls", "is_classify"]

COME_BACK_AFTER: Seconds = 30.0
"""What a caller is told to wait whose answer takes too long."""

_ASKS_AGAIN_WITHIN: Seconds = 3600.0
"""How long after a caller went away it may come back with the same request."""

_LOOK_EVERY: Seconds = 0.25
"""How often a waiting call looks whether the account is held for longer than it may wait."""

_OURS = re.compile(r"(?:/p)?/v1\.[12]/classify(?:/.*)?", re.DOTALL)


def is_classify(path: str) -> bool:
    """Tell whether a path is the old API's, or below it and nobody's: such paths never reach the upstream."""
    return _OURS.fullmatch(_tidy(path)) is not None


def _tidy(path: str) -> str:
    """Take out doubled slashes: a base URL with a slash at its end makes them."""
    return re.sub("//+", "/", path) if "//" in path else path


@dataclass
class ClassifyCalls:
    """Answers Classify calls; everything that is wrong with one is answered too."""

    settings: ServeSettings
    callers: Callers
    accounts: Accounts
    store: Store
    metrics: Metrics
    rollout: Rollout | None = None
    _pages: PageBytes = field(default_factory=PageBytes)
    _running: set[asyncio.Task[HandledReply]] = field(default_factory=set)

    @property
    def under_way(self) -> int:
        """How many calls are being worked on, those included whose caller has gone."""
        return len(self._running)

    async def answer(self, scope: Scope, receive: Receive) -> Response:
        """Answer one call.

        Raises:
            CallerGone: There is nobody to answer.
        """
        began = time.perf_counter()
        method, path = scope["method"], _tidy(scope["path"])
        call: Call | None = None
        try:
            if method == "OPTIONS" and (allowed := allowed_methods(path)):
                return Response(status_code=204, headers={"Allow": ", ".join((*allowed, "OPTIONS"))})
            call = route(method, path)
            headers = Headers(scope=scope)
            caller = self.callers.admit(headers)
            if call is not None and call.token is not None:
                response = await self._page(caller, call.token)
            else:
                body = await read_body(receive, headers, self.settings.max_body, self.settings.body_within)
                asked = with_query(body, scope["query_string"])
                async with CallerWatch(receive, listens=self._keeps_little) as watch:
                    response = await self._classify(caller, path, asked, headers, watch)
        except APIStatusError as error:
            response = error_answer(error)
        if self.rollout is not None:
            response.headers.setdefault(POLICY_HEADER, self.rollout.header())
        kind = "none" if call is None else call.kind
        self.metrics.calls.add(kind, str(response.status_code))
        self.metrics.seconds.observe(time.perf_counter() - began, kind)
        return response

    async def close(self) -> None:
        """Give up what nobody waits for any more; what was sent is written down by the accounts."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _page(self, caller: Caller, token: str) -> Response:
        text = self.store.page_at_hand(caller.owner, token, time.time())
        if isinstance(text, str):
            ready = self._pages.of(token, text)
            return answer(200, ready.body, ready.headers)
        return _written(await perform_all_async(handle_page(token), partial(self._fetch, caller)))

    async def _fetch(self, caller: Caller, need: Need) -> Any:
        assert isinstance(need, FetchPage)
        now = time.time()
        if self.store.inline:
            page = self.store.fetch_page(caller.owner, need.token, now)
        else:
            page = await asyncio.to_thread(self.store.fetch_page, caller.owner, need.token, now)
        return EXPIRED if isinstance(page, ExpiredPage) else page

    @property
    def _keeps_little(self) -> bool:
        """True when an answer that nobody took could be too old for whoever asks again, and pay again."""
        return self.settings.settings.cache_ttl < _ASKS_AGAIN_WITHIN

    async def _classify(
        self, caller: Caller, path: str, body: bytes | dict[str, Any], headers: Headers, watch: CallerWatch
    ) -> Response:
        tenant = self.accounts.take(caller.upstream_key)
        routed = self._routed(tenant, caller, headers)
        own = partial(tenant.account.perform, owner=caller.owner, waited_for=watch.waits)
        perform = own if routed is None else routed.perform
        steps = handle("POST", path, body, settings=tenant.account.settings)
        # A task of its own: neither a caller that hangs up nor one that waited too long ends the work.
        task = asyncio.get_running_loop().create_task(perform_all_async(steps, perform))
        self._running.add(task)
        task.add_done_callback(partial(self._ended, tenant))
        try:
            reply = await self._within(task, tenant)
        except APIStatusError as error:
            return error_answer(error, tenant.limits.headers())
        return _written(reply if routed is None else routed.signed(reply), tenant.limits.headers())

    def _routed(self, tenant: Tenant, caller: Caller, headers: Headers) -> AsyncRoutedCall | None:
        if self.rollout is None:
            return None
        asking = replace(
            caller_of(headers.get("x-api-key", ""), headers.get("x-classify-route")), key=caller.upstream_key
        )
        return AsyncRoutedCall(self.rollout, asking, tenant.account, caller.owner)

    async def _within(self, task: asyncio.Task[HandledReply], tenant: Tenant) -> HandledReply:
        """Wait for an answer as long as callers may wait.

        Raises:
            RateLimitError: The upstream will take nothing for longer than that; the work was given up.
            APIStatusError: It takes longer; the work goes on (503).
        """
        loop = asyncio.get_running_loop()
        ends = loop.time() + self.settings.answer_within
        while (left := ends - loop.time()) > 0:
            done, _ = await asyncio.wait({task}, timeout=min(left, _LOOK_EVERY))
            if done:
                return task.result()
            held = tenant.account.held_for
            if held > left:
                task.cancel()
                raise RateLimitError("You have exceeded the rate limit. Please try again later.", retry_after=held)
        self.metrics.too_late.add()
        raise self._too_late()

    def _too_late(self) -> APIStatusError:
        return error_of_status(
            503,
            f"The answer takes longer than {self.settings.answer_within:g} seconds. The work goes on: send the same "
            f"request again in {COME_BACK_AFTER:g} seconds; what is answered by then is kept and not paid again.",
            code="service_unavailable",
            retry_after=COME_BACK_AFTER,
        )

    def _ended(self, tenant: Tenant, task: asyncio.Task[HandledReply]) -> None:
        self._running.discard(task)
        self.accounts.give_back(tenant)
        if task.cancelled() or task.exception() is not None:
            return
        notes = task.result().notes
        if task.result().result is not None:
            self.metrics.answers.add(notes.source)
        self.metrics.videos_failed.add(by=len(notes.failed))
        self.metrics.model_calls.add(by=notes.cost.calls)
        self.metrics.video_seconds.add(by=notes.cost.video_seconds)
        self.metrics.usd.add(by=notes.cost.usd)


def _written(reply: HandledReply, headers: Mapping[str, str] | None = None) -> Response:
    body = b"" if reply.body is None else json_bytes(reply.body)
    return answer(reply.status, body, {**(headers or {}), **reply.headers})
