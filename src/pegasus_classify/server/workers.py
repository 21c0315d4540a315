"""Several processes behind one socket: when all of them can answer, and what keeps one from starting."""

from __future__ import annotations

import inspect
import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any, TypeAlias

import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.supervisors import Multiprocess

from pegasus_classify.contract.quantities import Seconds
from pegasus_classify.errors import ClassifyError, SettingsError
from pegasus_classify.server.app import create_app
from pegasus_classify.server.settings import ServeSettings

__all__ = ["Workers"]

_LOG = logging.getLogger("pegasus_classify.server")

_STAY: Seconds = 2.0
"""How long a process that cannot start waits to be told to end; also the pause before the next is tried."""

_Told: TypeAlias = "Connection[_FromWorker | None, Any]"


@dataclass(frozen=True, slots=True)
class _FromWorker:
    """What a process tells the one that started it.

    Attributes:
        process: Its number.
        problem: Why it cannot start; empty when it can answer.
        is_wrong_usage: Whether the problem is one of the settings.
    """

    process: int
    problem: str = ""
    is_wrong_usage: bool = False


class Workers:
    """Starts processes and keeps them alive.

    Args:
        settings: How the server behaves.
        count: How many, 2 or more.

    Attributes:
        app: Makes a process' application, in that process.
    """

    def __init__(self, settings: ServeSettings, count: int) -> None:
        self._count = count
        # Processes come and go, and each is told of this end when it starts: they are never forked.
        self._heard, self._telling = get_context("spawn").Pipe(duplex=False)
        self.app: Callable[[], ASGIApp] = partial(_worker_app, settings, self._telling)
        self._failure: ClassifyError | OSError | None = None

    def run(self, config: uvicorn.Config, listener: socket.socket, ready: Callable[[], None]) -> None:
        """Serve until a signal says to stop.

        Args:
            config: Of every process; its application is `app`, and a factory.
            listener: Takes the connections of all.
            ready: Called once, in a thread, when all processes can answer.

        Raises:
            ClassifyError: A process could not start before all could answer; a `SettingsError` where settings are why.
            OSError: What `ready` raised.
        """
        arguments: dict[str, Any] = {"sockets": [listener]}
        if "target" in inspect.signature(Multiprocess).parameters:
            arguments["target"] = uvicorn.Server(config).run
        many = Multiprocess(config, **arguments)
        thread = threading.Thread(target=self._listen, args=(many.should_exit.set, ready), daemon=True)
        thread.start()
        try:
            many.run()
        finally:
            self._telling.send(None)
            thread.join()
            self._telling.close()
            self._heard.close()
        if self._failure is not None:
            raise self._failure

    def _listen(self, stop: Callable[[], None], ready: Callable[[], None]) -> None:
        can_answer: set[int] = set()
        last = ""
        while (told := self._heard.recv()) is not None:
            if not told.problem:
                can_answer.add(told.process)
                if len(can_answer) == self._count:
                    self._say(ready, stop)
            elif len(can_answer) >= self._count:
                # The others answer, and it is tried again and again.
                if told.problem != last:
                    _LOG.error("a worker that ended cannot start again: %s", told.problem)
                last = told.problem
            elif self._failure is None:
                self._failure = (SettingsError if told.is_wrong_usage else ClassifyError)(told.problem)
                stop()

    def _say(self, ready: Callable[[], None], stop: Callable[[], None]) -> None:
        try:
            ready()
        except OSError as error:
            self._failure = error
            stop()


def _worker_app(settings: ServeSettings, telling: _Told) -> ASGIApp:
    """Return the application of one process; whoever started that learns what comes of it."""
    try:
        return _TellingApp(create_app(settings), telling)
    except ClassifyError as error:
        telling.send(_FromWorker(os.getpid(), str(error), isinstance(error, SettingsError)))
    except OSError as error:
        what = f"{error.filename or 'input/output'}: {error.strerror or error}"
        telling.send(_FromWorker(os.getpid(), what))
    except Exception:  # noqa: BLE001 - it is told
        _LOG.exception("a worker could not start")
        telling.send(_FromWorker(os.getpid(), "a worker could not start; its log says why"))
    # Until its end it answers whether it is well, and then it is gone at once: whoever asks a process that is just
    # ending waits long for the answer.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    time.sleep(_STAY)
    os._exit(1)


class _TellingApp:
    """An application that tells when its process can answer."""

    def __init__(self, app: ASGIApp, telling: _Told) -> None:
        self._app = app
        self._telling = telling

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a call, as the application does."""
        await self._app(scope, receive, partial(self._noticed, send) if scope["type"] == "lifespan" else send)

    async def _noticed(self, send: Send, message: Message) -> None:
        await send(message)
        if message["type"] == "lifespan.startup.complete":
            self._telling.send(_FromWorker(os.getpid()))
