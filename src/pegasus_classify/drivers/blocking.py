"""The driver with threads: one loop thread that alone touches the machine, one thread per slot that sends.

A ledger that waits for a disk or a network has a thread too.
"""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from collections.abc import Callable
from typing import Any

from pegasus_classify.drivers.group_commit import GroupCommit, LedgerStep, Settled, settle
from pegasus_classify.drivers.http import Endpoint, Sender
from pegasus_classify.drivers.machine import Ledger, Machine
from pegasus_classify.errors import ClassifyError
from pegasus_classify.steps import NoReply, Outcome, Send

__all__ = ["BlockingDriver"]


class BlockingDriver:
    """Performs a machine's steps until it is closed. Threads are started when first needed, and end with it."""

    def __init__(self, machine: Machine, ledger: Ledger, endpoint: Endpoint, slots: int) -> None:
        """Start nothing yet.

        Args:
            machine: What to drive; touched by the loop thread only.
            ledger: Performs claims and records.
            endpoint: Where requests go.
            slots: Most requests at the same time, 1 or more.
        """
        self._machine = machine
        self._ledger = ledger
        self._commits = GroupCommit(ledger, self._settled)
        self._endpoint = endpoint
        self._slots = slots
        self._inbox: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._sends: queue.SimpleQueue[tuple[int, Send] | None] = queue.SimpleQueue()
        self._senders: list[Sender] = []
        self._threads: list[threading.Thread] = []
        self._idle_senders = 0
        self._lock = threading.Lock()
        self._loop: threading.Thread | None = None
        self._closing = False
        self._ended = False

    def call(self, function: Callable[[], None]) -> None:
        """Have a function run in the loop thread, where it may touch the machine.

        Raises:
            ClassifyError: The driver is closed.
        """
        with self._lock:
            if self._closing or self._ended:
                raise ClassifyError("this client is closed")
            if self._loop is None:
                self._loop = threading.Thread(target=self._run, name="pegasus-classify", daemon=True)
                self._loop.start()
        self._inbox.put(function)

    def close(self) -> None:
        """Stop what is under way, wake threads that wait for bytes, and wait until all have ended."""
        with self._lock:
            self._closing = True
            loop = self._loop
        if loop is None:
            return
        self._inbox.put(self._stop)
        loop.join()

    def _stop(self) -> None:
        self._machine.stop()
        for sender in self._senders:
            sender.abort()

    def _run(self) -> None:
        try:
            self._drive()
        except BaseException as error:  # noqa: BLE001 - whoever waits for a result must learn of it
            self._machine.broken(error)
        finally:
            with self._lock:
                self._ended = True
            for _ in self._threads:
                self._sends.put(None)
            for thread in self._threads:
                thread.join()
            self._commits.close()
            for sender in self._senders:
                sender.close()

    def _drive(self) -> None:
        while True:
            now = time.monotonic()
            steps, wake_at = self._machine.todo(now)
            for_ledger: list[LedgerStep] = []
            for token, step in steps:
                if isinstance(step, Send):
                    self._send(token, step)
                else:
                    for_ledger.append((token, step))  # type: ignore[arg-type]
            if for_ledger and self._ledger.inline:
                settle(self._ledger, for_ledger).tell(self._machine, time.monotonic())
                continue
            self._commits.put(for_ledger)
            if self._closing and self._machine.idle:
                return
            self._wait(None if wake_at is None else max(0.0, wake_at - now))

    def _wait(self, seconds: float | None) -> None:
        # One outcome at a time: answers come in bursts, and the slot that the first one frees is put to use before the
        # last one is read.
        with contextlib.suppress(queue.Empty):
            self._inbox.get(timeout=seconds)()

    def _settled(self, settled: Settled) -> None:
        self._inbox.put(lambda: settled.tell(self._machine, time.monotonic()))

    def _send(self, token: int, send: Send) -> None:
        self._ensure_sender()
        self._sends.put((token, send))

    def _ensure_sender(self) -> None:
        with self._lock:
            if self._idle_senders > self._sends.qsize() or len(self._threads) >= self._slots:
                return
            sender = Sender(self._endpoint)
            thread = threading.Thread(target=self._send_all, args=(sender,), name="pegasus-classify-send", daemon=True)
            self._senders.append(sender)
            self._threads.append(thread)
            self._idle_senders += 1
        thread.start()

    def _send_all(self, sender: Sender) -> None:
        while (item := self._sends.get()) is not None:
            token, send = item
            with self._lock:
                self._idle_senders -= 1
            outcome: Outcome = NoReply("broken", "The request could not be sent.")
            try:
                outcome = sender.perform(send)
            finally:
                with self._lock:
                    self._idle_senders += 1
                self._inbox.put(self._told(token, outcome))

    def _told(self, token: int, outcome: Any) -> Callable[[], None]:
        return lambda: self._machine.done(token, outcome, time.monotonic())
