"""Runs a stand-in on a real socket: blocking for a terminal, in a thread for tests and measurements."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.http.h11_impl import H11Protocol

from .app import create_app
from .core import Core
from .counters import EmulatorState
from .settings import EmulatorSettings

__all__ = ["RunningEmulator", "running_emulator", "serve_emulator"]

_START_SECONDS = 30.0
_STOP_SECONDS = 2.0


@dataclass(frozen=True)
class RunningEmulator:
    """A stand-in that runs in a thread.

    Attributes:
        base_url: `http://127.0.0.1:PORT`, without a version.
        core: Everything behind it.
    """

    base_url: str
    core: Core

    @property
    def state(self) -> EmulatorState:
        """What it was asked so far."""
        self.core.settle()
        return self.core.state

    def advance(self, seconds: float) -> None:
        """Move its time forward."""
        self.core.advance(seconds)

    def reset(self) -> None:
        """Forget tasks, batches, limits and counts."""
        self.core.reset()


@contextmanager
def running_emulator(settings: EmulatorSettings | None = None) -> Iterator[RunningEmulator]:
    """Run a stand-in on a free port of 127.0.0.1 while the block runs.

    Raises:
        RuntimeError: The server did not start.
    """
    app = create_app(settings)
    listener = _listen("127.0.0.1", 0)
    started = threading.Event()
    server = _Server(app, started.set)
    thread = threading.Thread(target=server.run, args=([listener],), name="pegasus-emulator", daemon=True)
    thread.start()
    try:
        if not started.wait(_START_SECONDS):
            raise RuntimeError("the stand-in did not start")
        yield RunningEmulator(_url(listener), app.state.core)
    finally:
        server.stop()
        thread.join()
        listener.close()


def serve_emulator(
    settings: EmulatorSettings | None = None,
    host: str = "127.0.0.1",
    port: int = 0,
    announce: Callable[[str], None] | None = None,
) -> None:
    """Run a stand-in until it is interrupted.

    Args:
        settings: How it behaves.
        host: Address to listen on.
        port: Port, 0 for a free one.
        announce: Called with the base URL once connections are accepted; None prints `listening on URL`.

    Raises:
        OSError: The address cannot be used.
    """
    listener = _listen(host, port)
    url = _url(listener)
    server = _Server(create_app(settings), lambda: (announce or _print)(url))
    try:
        server.run([listener])
    except KeyboardInterrupt:
        # The server has already stopped in good order; the interrupt is only passed on.
        pass
    finally:
        listener.close()


class _Protocol(H11Protocol):
    """Puts the transport into the scope, so that a fault can reset the connection."""

    def connection_made(self, transport: Any) -> None:
        """Note the transport of a new connection."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


class _Server(uvicorn.Server):
    """A silent server that tells when it accepts connections and ends hanging calls when it stops."""

    def __init__(self, app: Starlette, started: Callable[[], object]) -> None:
        config = uvicorn.Config(
            app,
            http=_Protocol,
            ws="none",
            loop="asyncio",
            lifespan="off",
            log_config=None,
            log_level="critical",
            access_log=False,
            timeout_keep_alive=75,
        )
        super().__init__(config)
        self._core: Core = app.state.core
        self._tell_started = started
        self._loop: asyncio.AbstractEventLoop | None = None

    def stop(self) -> None:
        """Ask the server to end, from any thread and without waiting for its next look at the clock."""
        self.should_exit = True
        if self._loop is not None:
            # The loop is closed already when the server failed to start.
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._core.closing.set)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to accept connections."""
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)
        self._tell_started()

    async def main_loop(self) -> None:
        """Wait for the end, with the parent's regular work ten times a second."""
        ticks = 0
        while not await self.on_tick(ticks):
            ticks += 1
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._core.closing.wait(), timeout=0.1)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop accepting connections, let the open ones end for a moment and cancel what is left."""
        self._core.closing.set()
        for listener in (*self.servers, *(sockets or ())):
            listener.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        deadline = time.monotonic() + _STOP_SECONDS
        while (self.server_state.connections or self.server_state.tasks) and time.monotonic() < deadline:
            await asyncio.sleep(0.005)
        for task in list(self.server_state.tasks):
            task.cancel()
        for server in self.servers:
            await server.wait_closed()


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named in full: asyncio switches the delay of small packets off only for sockets that say they are TCP.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(512)
    except OSError:
        listener.close()
        raise
    listener.setblocking(False)
    return listener


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _print(url: str) -> None:
    sys.stdout.write(f"listening on {url}\n")
    sys.stdout.flush()
