"""The driver inside an event loop: one task that alone touches the machine, and one task per request.

A ledger that waits for a disk or a network has a thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Callable

from pegasus_classify.drivers.group_commit import GroupCommit, LedgerStep, Settled, settle
from pegasus_classify.drivers.http import AsyncSender, Endpoint
from pegasus_classify.drivers.machine import Ledger, Machine
from pegasus_classify.errors import ClassifyError
from pegasus_classify.steps import NoReply, Outcome, Send

__all__ = ["AsyncDriver"]


class AsyncDriver:
    """Performs a machine's steps inside the event loop in which it is first called, until it is closed."""

    def __init__(self, machine: Machine, ledger: Ledger, endpoint: Endpoint) -> None:
        """Start nothing yet; see `BlockingDriver` for the arguments."""
        self._machine = machine
        self._ledger = ledger
        self._endpoint = endpoint
        self._idle_senders: list[AsyncSender] = []
        self._senders: list[AsyncSender] = []
        self._sending: set[asyncio.Task[Outcome]] = set()
        self._told: deque[Settled] = deque()
        self._commits = GroupCommit(ledger, self._settled)
        self._event_loop: asyncio.AbstractEventLoop | None = None
        self._awake: asyncio.Event | None = None
        self._loop: asyncio.Task[None] | None = None
        self._closing = False

    def call(self, function: Callable[[], None]) -> None:
        """Run a function that touches the machine, then have the loop look at it.

        Raises:
            ClassifyError: The driver is closed, or belongs to another event loop.
        """
        if self._event_loop is not None and self._event_loop is not asyncio.get_running_loop():
            raise ClassifyError(
                "this client belongs to the event loop of its first call; make one in each loop, in each asyncio.run"
            )
        if self.ended:
            raise ClassifyError("this client is closed")
        if self._loop is None:
            self._awake = asyncio.Event()
            self._event_loop = asyncio.get_running_loop()
            self._loop = self._event_loop.create_task(self._run())
        function()
        self._wake()

    @property
    def ended(self) -> bool:
        """True when it is closed, or its loop ended by an error nobody foresaw."""
        return self._closing or (self._loop is not None and self._loop.done())

    async def close(self) -> None:
        """Stop what is under way, await what was cancelled, and close every connection."""
        self._closing = True
        if self._loop is None:
            return
        self._machine.stop()
        for task in self._sending:
            task.cancel()
        self._wake()
        await self._loop

    def _wake(self) -> None:
        if self._awake is not None:
            self._awake.set()

    async def _run(self) -> None:
        try:
            await self._drive()
        except Exception as error:  # noqa: BLE001 - whoever waits for a result must learn of it
            self._machine.broken(error)
        finally:
            for task in self._sending:
                task.cancel()
            await asyncio.gather(*self._sending, return_exceptions=True)
            for sender in self._senders:
                await sender.close()
            await asyncio.to_thread(self._commits.close)

    async def _drive(self) -> None:
        awake = self._awake
        assert awake is not None
        while True:
            awake.clear()
            if self._told:
                # One outcome at a time, see the blocking driver; the event loop sends in between.
                self._told.popleft().tell(self._machine, time.monotonic())
            now = time.monotonic()
            steps, wake_at = self._machine.todo(now)
            for_ledger: list[LedgerStep] = []
            for token, step in steps:
                if isinstance(step, Send):
                    self._start(token, step)
                else:
                    for_ledger.append((token, step))  # type: ignore[arg-type]
            if for_ledger and self._ledger.inline:
                settle(self._ledger, for_ledger).tell(self._machine, time.monotonic())
                continue
            self._commits.put(for_ledger)
            if self._closing and self._machine.idle:
                return
            if self._told:
                await asyncio.sleep(0)
                continue
            await self._rest(awake, None if wake_at is None else max(0.0, wake_at - now))

    @staticmethod
    async def _rest(awake: asyncio.Event, seconds: float | None) -> None:
        # A timer that sets the event costs a fraction of `wait_for`, which makes a task for every rest.
        timer = None if seconds is None else asyncio.get_running_loop().call_later(seconds, awake.set)
        await awake.wait()
        if timer is not None:
            timer.cancel()

    def _settled(self, settled: Settled) -> None:
        assert self._event_loop is not None
        # A loop that is gone has nobody left to tell; what was recorded is recorded.
        with contextlib.suppress(RuntimeError):
            self._event_loop.call_soon_threadsafe(self._hear, settled)

    def _hear(self, told: Settled) -> None:
        self._told.append(told)
        self._wake()

    def _start(self, token: int, send: Send) -> None:
        task = asyncio.get_running_loop().create_task(self._send(send))
        self._sending.add(task)
        task.add_done_callback(lambda ended: self._sent(token, ended))

    async def _send(self, send: Send) -> Outcome:
        sender = self._idle_senders.pop() if self._idle_senders else self._new_sender()
        # A cancelled sender is not handed back: its connection is in an unknown state.
        outcome = await sender.perform(send)
        self._idle_senders.append(sender)
        return outcome

    def _sent(self, token: int, ended: asyncio.Task[Outcome]) -> None:
        self._sending.discard(ended)
        outcome: Outcome = NoReply("broken", "The request was cancelled.")
        if not ended.cancelled():
            error = ended.exception()
            outcome = (
                ended.result() if error is None else NoReply("broken", f"Sending failed ({type(error).__name__}).")
            )
        self._hear(Settled([(token, outcome)]))

    def _new_sender(self) -> AsyncSender:
        sender = AsyncSender(self._endpoint)
        self._senders.append(sender)
        return sender
