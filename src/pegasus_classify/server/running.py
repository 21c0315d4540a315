"""The server on a socket: until it is told to stop, or while a block of a program runs."""

from __future__ import annotations

import inspect
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

import uvicorn
from starlette.applications import Starlette

from pegasus_classify.client.policy_file import policy_of
from pegasus_classify.contract.quantities import Seconds
from pegasus_classify.errors import SettingsError
from pegasus_classify.server.app import create_app
from pegasus_classify.server.connections import PatientProtocol
from pegasus_classify.server.json_log import logging_config
from pegasus_classify.server.settings import ServeSettings, check_door
from pegasus_classify.server.workers import Workers
from pegasus_classify.stores.opening import open_store

__all__ = [
    "KEEP_ALIVE",
    "NotifyingServer",
    "base_url_of",
    "listening",
    "serve_until_stopped",
    "server_of",
    "stop_signals",
]

KEEP_ALIVE = 75
"""Seconds an unused connection stays open: longer than the pools of the old clients keep one, so that they never send
a request into a connection that is just being closed."""

_LARGEST_HEAD = 65_536

_START_WITHIN = 30
"""Seconds after which a process that says nothing is taken for hung and is replaced: on a busy machine one may need
longer than the usual 5 only to load."""


class NotifyingServer(uvicorn.Server):
    """A server that tells when it accepts connections."""

    def __init__(self, config: uvicorn.Config, started: Callable[[], object]) -> None:
        """Start nothing yet."""
        super().__init__(config)
        self._tell_started = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to accept connections."""
        await super().startup(sockets)
        self._tell_started()


def server_of(app: Starlette, started: Callable[[], object], stop_within: Seconds) -> NotifyingServer:
    """Return a server for an application, to be run on a socket; it logs through whatever the program has set up.

    Args:
        app: The application.
        started: Called in the server's loop once it accepts connections.
        stop_within: How long requests under way may take to finish once it is told to stop.
    """
    return NotifyingServer(_config(app, stop_within), started)


def _config(app: Any, stop_within: Seconds, **more: Any) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=PatientProtocol,
        ws="none",
        lifespan="on",
        log_level="warning",
        access_log=False,
        server_header=False,
        # Ours are dated where they are made; what is passed through keeps the date it came with.
        date_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=max(1, round(stop_within)),
        h11_max_incomplete_event_size=_LARGEST_HEAD,
        **{"log_config": None, **more},
    )


def listening(host: str, port: int) -> socket.socket:
    """Return a socket that takes connections.

    Args:
        host: An address or name.
        port: 0 for a free one.

    Raises:
        OSError: The address cannot be used.
    """
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP, flags=socket.AI_PASSIVE
    )[0]
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(2048)
    except OSError:
        listener.close()
        raise
    listener.setblocking(False)
    listener.set_inheritable(True)
    return listener


def base_url_of(listener: socket.socket) -> str:
    """Return the address of a socket as programs write it, without a slash at its end."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def serve_until_stopped(
    settings: ServeSettings, host: str, port: int, workers: int, announce: Callable[[str], None]
) -> None:
    """Run the server until SIGTERM or SIGINT; requests under way are finished before this returns.

    Args:
        settings: How it behaves.
        host: Address to listen on.
        port: Port, 0 for a free one.
        workers: Number of processes, 1 or more.
        announce: Called with the base URL once every process can answer.

    Raises:
        SettingsError: The settings do not fit together, or the store cannot be used.
        ClassifyError: A process could not start.
        OSError: The address cannot be used.
    """
    check_door(settings, host)
    if workers > 1 and settings.settings.store == "memory:":
        raise SettingsError(
            "with --workers each process would have a memory of its own and not know the others' pages: choose a "
            "store they share, --store sqlite:///path or postgresql://…"
        )
    if workers > 1:
        _check_log(settings)
    stop_within = settings.answer_within + 60
    run = _run_one if workers == 1 else partial(_run_many, workers)
    with listening(host, port) as listener, stop_signals():
        run(settings, stop_within, listener, announce)


def _check_log(settings: ServeSettings) -> None:
    policy = None if settings.settings.policy is None else policy_of(settings.settings.policy)
    if policy is not None and policy.log is None and any(route.ladder for route in policy.routes):
        raise SettingsError(
            "with --workers each process would climb by itself and traffic would be elsewhere in each: give the policy "
            'a log they share, log = "rollout.jsonl"'
        )


def _run_one(
    settings: ServeSettings, stop_within: Seconds, listener: socket.socket, announce: Callable[[str], None]
) -> None:
    config = _config(create_app(settings), stop_within, log_config=logging_config(settings.log))
    NotifyingServer(config, partial(announce, base_url_of(listener))).run([listener])


def _run_many(
    workers: int,
    settings: ServeSettings,
    stop_within: Seconds,
    listener: socket.socket,
    announce: Callable[[str], None],
) -> None:
    # Opened once here, so that what is wrong with the store is told once, and its tables are made by one process.
    open_store(settings.settings.store).close()
    many = Workers(settings, workers)
    more: dict[str, Any] = {"log_config": logging_config(settings.log), "factory": True, "workers": workers}
    if "timeout_worker_healthcheck" in inspect.signature(uvicorn.Config).parameters:
        more["timeout_worker_healthcheck"] = _START_WITHIN
    many.run(_config(many.app, stop_within, **more), listener, partial(announce, base_url_of(listener)))


@contextmanager
def stop_signals() -> Iterator[None]:
    """Let the signals that stop the server end in a normal return: uvicorn sends them once more when it is done."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, lambda _signal, _frame: None)
    try:
        with suppress(KeyboardInterrupt):
            yield
    finally:
        signal.signal(signal.SIGTERM, before)
