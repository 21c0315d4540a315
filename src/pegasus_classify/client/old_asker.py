"""Sends the old side's questions from a few threads of its own."""

from __future__ import annotations

import queue
import threading
from concurrent.futures import Future, ThreadPoolExecutor

from pegasus_classify.contract.request import ClassifyRequest
from pegasus_classify.contract.result import ClassifyResult
from pegasus_classify.drivers.http import Endpoint, Sender
from pegasus_classify.errors import ClassifyError
from pegasus_classify.legacy.old_calls import old_answer
from pegasus_classify.legacy.spelling import Spelling
from pegasus_classify.rollout.policy import OldSide

__all__ = ["OldAsker"]


class OldAsker:
    """A Classify that still answers. Safe from several threads; close it when done."""

    def __init__(self, side: OldSide) -> None:
        """Open nothing yet."""
        self.side = side
        self._endpoint = Endpoint((side.url or "").rstrip("/"), "", side.timeout)
        self._idle: queue.SimpleQueue[Sender] = queue.SimpleQueue()
        self._made: list[Sender] = []
        self._lock = threading.Lock()
        self._closed = False
        self._threads = ThreadPoolExecutor(side.concurrency, "pegasus-classify-old")

    def ask(self, request: ClassifyRequest, spelling: Spelling, key: str) -> Future[ClassifyResult]:
        """Begin to ask; the future brings the answer or the error.

        Raises:
            ClassifyError: It was closed.
        """
        try:
            return self._threads.submit(self.answer, request, spelling, key)
        except RuntimeError:
            raise _closed() from None

    def close(self) -> None:
        """End what is under way and close the connections."""
        with self._lock:
            self._closed = True
        for sender in self._made:
            sender.abort()
        self._threads.shutdown(wait=True, cancel_futures=True)
        for sender in self._made:
            sender.close()

    def answer(self, request: ClassifyRequest, spelling: Spelling, key: str) -> ClassifyResult:
        """Ask in this thread, in nobody's way who has begun to ask.

        Raises:
            ClassifyError: There is no answer, or it was closed.
        """
        sender = self._sender()
        try:
            steps = old_answer(request, spelling, key, timeout=self.side.timeout)
            send = next(steps)
            while True:
                send = steps.send(sender.perform(send))
        except StopIteration as end:
            result: ClassifyResult = end.value
            return result
        finally:
            self._idle.put(sender)

    def _sender(self) -> Sender:
        try:
            return self._idle.get_nowait()
        except queue.Empty:
            with self._lock:
                if self._closed:
                    raise _closed() from None
                sender = Sender(self._endpoint)
                self._made.append(sender)
            return sender


def _closed() -> ClassifyError:
    return ClassifyError("the client was closed")
