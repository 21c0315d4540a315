"""One API key's traffic: schedule, pace, store and driver, shared by all requests made with it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import queue
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from typing import Any

from pegasus_classify.carrying.exchanges import carry
from pegasus_classify.carrying.pace import Pace
from pegasus_classify.carrying.schedule import Schedule
from pegasus_classify.client.account_parts import StoreLedger, account_hash, allowance_of, can_be_sent
from pegasus_classify.client.asking import Asker
from pegasus_classify.client.cancelling import Cancelled, cancel_submitted
from pegasus_classify.client.known_videos import KnownVideos
from pegasus_classify.client.needs import EXPIRED, Classify, FetchPage, KeepPages, Need, Now, RandomBytes
from pegasus_classify.client.rounds import Rounds
from pegasus_classify.client.run_log import RunLog, run_id_of
from pegasus_classify.client.traffic import Listener, OnHeard, OnProgress, Told, Traffic
from pegasus_classify.contract.asks import AskFailure, Video, ledger_key
from pegasus_classify.contract.quantities import Seconds
from pegasus_classify.contract.request import ClassifyRequest
from pegasus_classify.contract.result import ClassifyResult, Failure, VideoResult
from pegasus_classify.drivers.asynchronous import AsyncDriver
from pegasus_classify.drivers.blocking import BlockingDriver
from pegasus_classify.drivers.http import Endpoint
from pegasus_classify.errors import ClassifyError, SettingsError, api_key_invalid
from pegasus_classify.legacy.spelling import Spelling
from pegasus_classify.pegasus.batches import batch
from pegasus_classify.runs.request_run import RequestRun
from pegasus_classify.settings import Settings
from pegasus_classify.stores.opening import open_store
from pegasus_classify.stores.protocol import ExpiredPage, Store

__all__ = ["Account", "AsyncAccount", "AsyncWork", "Work", "account_hash"]

_PLAIN = Spelling()


_A_DAY: Seconds = 86_400.0

_LOOK_UP: Seconds = 0.25
"""How long a waiting thread sleeps at a time: Ctrl-C that comes just before a wait begins is seen only after it."""


class _AccountParts:
    """What the blocking and the asynchronous account have in common."""

    def __init__(
        self,
        settings: Settings,
        *,
        on_progress: OnProgress | None,
        store: Store | None,
        on_heard: OnHeard | None = None,
    ) -> None:
        self.settings = settings
        key = settings.api_key.get_secret_value() if settings.api_key else ""
        upstream = settings.upstream.rstrip("/")
        self._has_key = can_be_sent(key)
        self.account = account_hash(upstream, key)
        self._owns_store = store is None
        self._store = open_store(settings.store, keep_texts=settings.keep_texts) if store is None else store
        self._known = KnownVideos(self._store, self.account, settings.video_map)
        # What ends with the process needs no notes to go on from.
        self._log = None if self._store.inline else RunLog(self._store.runs, self.account, settings)
        # While every answer is young enough for everybody, nobody need know whose it is.
        short = settings.cache_ttl < _A_DAY or not self._store.inline
        self._rounds = Rounds(self._store.runs, self.account) if short else None
        try:
            self.asker = Asker(settings, self._known)
        except SettingsError:
            self._close_store()
            raise
        self._ledger = StoreLedger(self._store, settings.cache_ttl)
        self._endpoint = Endpoint(upstream, key, settings.timeout)
        schedule = Schedule(
            self.account,
            partial(carry, retries=settings.retries, longest_task=settings.task_timeout),
            Pace(settings.concurrency, allowance_of(settings)),
            partial(batch, retries=settings.retries),
        )
        self._traffic = Traffic(schedule, on_progress, on_heard)

    def _run_of(self, request: ClassifyRequest, *, only_locate: bool = False) -> RequestRun:
        if not self._has_key:
            raise api_key_invalid()
        return self.asker.run_of(request, only_locate=only_locate)

    def _perform_at_once(self, need: Need, owner: str) -> Any:
        """Perform every need but `Classify`; pages are the owner's."""
        if isinstance(need, KeepPages):
            return self._store.keep_pages(owner, need.pages, time.time())
        if isinstance(need, FetchPage):
            page = self._store.fetch_page(owner, need.token, time.time())
            return EXPIRED if isinstance(page, ExpiredPage) else page
        assert isinstance(need, Now | RandomBytes)
        return time.time() if isinstance(need, Now) else os.urandom(need.count)

    def _waits_for_store(self, need: Need, owner: str) -> bool:
        """Tell whether a need may wait for a disk or a network."""
        if self._store.inline or not isinstance(need, KeepPages | FetchPage):
            return False
        at_hand = isinstance(need, FetchPage) and self._store.page_at_hand(owner, need.token, time.time())
        return not at_hand

    def _remember(self, run: RequestRun) -> None:
        """Learn from the store where a run's videos are, and whether it goes on with what was broken off."""
        self._known.exchange(run.request.video_ids or (), time.time())
        self._enter_round(run)

    def _enter_round(self, run: RequestRun) -> None:
        if self._rounds is not None:
            run.round = self._rounds.enter(run_id_of(self.account, run.request, run.plan))

    def _note(self, run: RequestRun, spelling: Spelling) -> None:
        if self._log is not None:
            self._log.begin(run, spelling)

    def _note_stop(self, run: RequestRun) -> None:
        if self._log is not None:
            self._log.stop(run)

    def _stop_noting(self) -> None:
        if self._log is not None:
            self._log.stop_all()

    def _close_store(self) -> None:
        if self._log is not None:
            self._log.close()
        with contextlib.suppress(ClassifyError):
            self._known.exchange((), time.time())
        if self._owns_store:
            self._store.close()


def _ignored(run: RequestRun) -> None:
    """Do nothing about a run that is given up."""


class Work:
    """One request under way, for a thread that waits for it."""

    def __init__(
        self,
        run: RequestRun,
        driver: BlockingDriver,
        traffic: Traffic,
        on_cancel: Callable[[RequestRun], None] = _ignored,
    ) -> None:
        self._run = run
        self._on_cancel = on_cancel
        self._driver = driver
        self._traffic = traffic
        self._told: queue.SimpleQueue[Told] = queue.SimpleQueue()
        self._accepted = threading.Event()
        listener = Listener(run, self._told.put, self._accepted.set)
        driver.call(lambda: traffic.add(listener))

    def wait_until_accepted(self) -> None:
        """Wait until the videos are found and the limits are known to hold.

        Raises:
            ClassifyError: The request as a whole is not possible.
        """
        while not self._accepted.wait(_LOOK_UP):
            pass
        if self._run.error is not None:
            raise self._run.error

    def __iter__(self) -> Iterator[VideoResult | Failure]:
        """Yield each video's outcome as it is finished, in no particular order; can be done once.

        A caller that stops early cancels what is not yet sent.

        Raises:
            ClassifyError: The request as a whole failed.
        """
        ended = False
        try:
            while (told := self._next()) is not None:
                yield told
            ended = True
            self._run.taken()
        finally:
            if not ended:
                self.cancel()
        if self._run.error is not None:
            raise self._run.error

    def _next(self) -> Told:
        while True:
            with contextlib.suppress(queue.Empty):
                return self._told.get(timeout=_LOOK_UP)

    def result(self) -> ClassifyResult:
        """Wait for all videos and return the whole answer; can be done once, and not after iterating."""
        return self._run.result(list(self))

    def cancel(self) -> None:
        """Give up what is not yet sent; what is under way goes on into the ledger."""
        self._on_cancel(self._run)
        self._driver.call(lambda: self._traffic.abandon(self._run))


class Account(_AccountParts):
    """An account whose requests are waited for by threads. Safe from several threads; close it when done."""

    def __init__(
        self, settings: Settings, *, on_progress: OnProgress | None = None, store: Store | None = None
    ) -> None:
        """Open the store; threads and connections begin with the first request.

        Args:
            settings: Everything that can be set; the key among them.
            on_progress: Called after each finished piece, in a thread of the account.
            store: Used instead of the one the settings name, and left open.
        """
        super().__init__(settings, on_progress=on_progress, store=store)
        self._driver = BlockingDriver(self._traffic, self._ledger, self._endpoint, settings.concurrency)

    def start(self, request: ClassifyRequest, spelling: Spelling = _PLAIN) -> Work:
        """Begin a request and wait until it is known to be possible.

        Args:
            request: What is asked.
            spelling: How it was asked, noted beside the run.

        Raises:
            AuthenticationError: There is no key, or it holds what no key holds.
            BadRequestError: A video or index is unknown, or a limit would be passed; nothing was paid.
            APIStatusError: The platform's lists cannot be read.
        """
        run = self._run_of(request)
        self._remember(run)
        self._note(run, spelling)
        work = Work(run, self._driver, self._traffic, self._note_stop)
        work.wait_until_accepted()
        return work

    def locate(self, request: ClassifyRequest) -> list[Video | Failure]:
        """Find the videos of a request without asking about any; raises as `start` does.

        Returns:
            The videos that can be asked about, then those that cannot.
        """
        run = self._run_of(request, only_locate=True)
        failures = [told for told in Work(run, self._driver, self._traffic) if isinstance(told, Failure)]
        return [*run.located, *failures]

    def cancel(self, request: ClassifyRequest) -> Cancelled:
        """Cancel upstream what was submitted for a request, by whatever process; raises as `start` does.

        Follow-up questions are sent by calls that cannot be cancelled, or end soon.
        """
        plan = self.asker.plan_of(request)
        planned = [plan.asks(video) for video in self.locate(request) if isinstance(video, Video)]
        asks = [ask for each in planned if not isinstance(each, AskFailure) for _, ask in each]
        keys = [ledger_key(self.account, ask) for ask in asks]
        return cancel_submitted(keys, self._store, self._endpoint, self.settings.retries)

    def perform(self, need: Need) -> Any:
        """Perform what the answering of a legacy call needs."""
        if isinstance(need, Classify):
            return self.start(need.request, need.spelling).result()
        return self._perform_at_once(need, self.account)

    def close(self) -> None:
        """Stop what is under way and let go of threads, connections and the store."""
        self._stop_noting()
        self._driver.close()
        self._close_store()


class AsyncWork:
    """One request under way, for a coroutine that waits for it."""

    def __init__(
        self, run: RequestRun, driver: AsyncDriver, traffic: Traffic, on_cancel: Callable[[RequestRun], None] = _ignored
    ) -> None:
        self._run = run
        self._on_cancel = on_cancel
        self._driver = driver
        self._traffic = traffic
        self._told: asyncio.Queue[Told] = asyncio.Queue()
        self._accepted = asyncio.Event()
        listener = Listener(run, self._told.put_nowait, self._accepted.set)
        driver.call(lambda: traffic.add(listener))

    async def wait_until_accepted(self) -> None:
        """Wait until the videos are found and the limits are known to hold; raises as `Work` does."""
        await self._accepted.wait()
        if self._run.error is not None:
            raise self._run.error

    async def __aiter__(self) -> AsyncIterator[VideoResult | Failure]:
        """Yield each video's outcome as it is finished; see `Work.__iter__`."""
        ended = False
        try:
            while (told := await self._told.get()) is not None:
                yield told
            ended = True
            self._run.taken()
        finally:
            if not ended:
                self.cancel()
        if self._run.error is not None:
            raise self._run.error

    async def result(self) -> ClassifyResult:
        """Wait for all videos and return the whole answer; can be done once, and not after iterating."""
        return self._run.result([outcome async for outcome in self])

    def cancel(self) -> None:
        """Give up what is not yet sent; what is under way goes on into the ledger."""
        self._on_cancel(self._run)
        self._driver.call(lambda: self._traffic.abandon(self._run))


class AsyncAccount(_AccountParts):
    """An account whose requests are awaited, all in the event loop of the first; close it when done."""

    def __init__(
        self,
        settings: Settings,
        *,
        on_progress: OnProgress | None = None,
        store: Store | None = None,
        on_heard: OnHeard | None = None,
    ) -> None:
        """See `Account`; `on_heard` is called, in the event loop, with everything the platform answers."""
        super().__init__(settings, on_progress=on_progress, store=store, on_heard=on_heard)
        self._driver = AsyncDriver(self._traffic, self._ledger, self._endpoint)

    @property
    def held_for(self) -> Seconds:
        """How long nothing will be sent because the platform's rate limit is reached; 0 when it is not."""
        return self._traffic.held_for(time.monotonic())

    @property
    def ended(self) -> bool:
        """True when it takes no more requests: it was closed, or its loop ended by an error nobody foresaw."""
        return self._driver.ended

    async def start(
        self, request: ClassifyRequest, spelling: Spelling = _PLAIN, waited_for: Callable[[], bool] | None = None
    ) -> AsyncWork:
        """Begin a request and wait until it is known to be possible; arguments and errors are `Account.start`'s.

        Args:
            request: What is asked.
            spelling: How it was asked.
            waited_for: Tells in the end whether somebody still waits for the whole answer; None: somebody does.
        """
        run = self._run_of(request)
        if self._store.inline:
            self._enter_round(run)
        else:
            await asyncio.to_thread(self._remember, run)
        run.waited_for = waited_for or run.waited_for
        self._note(run, spelling)
        work = AsyncWork(run, self._driver, self._traffic, self._note_stop)
        try:
            await work.wait_until_accepted()
        except asyncio.CancelledError:
            work.cancel()
            raise
        return work

    async def perform(
        self, need: Need, *, owner: str | None = None, waited_for: Callable[[], bool] | None = None
    ) -> Any:
        """Perform what the answering of a legacy call needs.

        Args:
            need: What is needed.
            owner: Whose pages are kept and fetched, a hash; None for the account itself. Several callers may share
                an account and must not read each other's pages.
            waited_for: See `start`.
        """
        if isinstance(need, Classify):
            return await (await self.start(need.request, need.spelling, waited_for)).result()
        whose = owner or self.account
        if not self._waits_for_store(need, whose):
            return self._perform_at_once(need, whose)
        return await asyncio.to_thread(self._perform_at_once, need, whose)

    async def aclose(self) -> None:
        """Stop what is under way and let go of connections and the store."""
        self._stop_noting()
        await self._driver.close()
        await asyncio.to_thread(self._close_store)
