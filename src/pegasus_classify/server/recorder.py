"""A proxy that writes down every Classify call it passes on."""

from __future__ import annotations

import json
import threading
import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any, TypeAlias
from urllib.parse import unquote

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pegasus_classify.contract.quantities import Seconds
from pegasus_classify.drivers.forwarding import Forwarder
from pegasus_classify.legacy.routes import allowed_methods
from pegasus_classify.recordings.format import RecordedCall
from pegasus_classify.server.bodies import CallerGone
from pegasus_classify.server.callers import Callers
from pegasus_classify.server.metrics import Metrics
from pegasus_classify.server.pass_through import PassThrough
from pegasus_classify.server.running import base_url_of, listening, server_of, stop_signals
from pegasus_classify.server.settings import ServeSettings
from pegasus_classify.settings import Settings

__all__ = ["Keep", "create_recorder", "record_until_stopped", "recording_in_thread"]

Keep: TypeAlias = Callable[[RecordedCall, tuple[str, ...]], None]
"""Takes a call, and the texts in its headers that must not be written."""

_LARGEST = 64 * 1024 * 1024
_STOP_WITHIN: Seconds = 60.0
_SECRET_HEADERS = ("x-api-key", "authorization", "cookie", "proxy-authorization")
_FORMS = {
    "": None,
    "identity": None,
    "gzip": 16 + zlib.MAX_WBITS,
    "x-gzip": 16 + zlib.MAX_WBITS,
    "deflate": zlib.MAX_WBITS,
}


def create_recorder(upstream: str, keep: Keep) -> Starlette:
    """Return a proxy as an ASGI application.

    Every call goes on with the caller's own key, and comes back unchanged. Classify calls that were answered whole
    are given to `keep` as soon as the caller has the answer.

    Args:
        upstream: Address of a Classify that answers, without a slash at its end.
        keep: Called in the server's loop.
    """
    settings = ServeSettings(settings=Settings(upstream=upstream), pass_through=True)
    forwarder = Forwarder(upstream.rstrip("/"))

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        try:
            yield
        finally:
            await forwarder.close()

    app = Starlette(lifespan=lifespan)
    app.router.redirect_slashes = False
    app.router.default = _Recorded(PassThrough(settings, Callers(settings), forwarder, Metrics()), keep)
    return app


def record_until_stopped(upstream: str, keep: Keep, host: str, port: int, announce: Callable[[str], None]) -> None:
    """Run the proxy on a socket until SIGTERM or SIGINT.

    Args:
        upstream: See `create_recorder`.
        keep: See `create_recorder`.
        host: Address to listen on.
        port: Port, 0 for a free one.
        announce: Called with the base URL once connections are accepted.

    Raises:
        OSError: The address cannot be used.
    """
    with listening(host, port) as listener, stop_signals():
        server = server_of(create_recorder(upstream, keep), lambda: announce(base_url_of(listener)), _STOP_WITHIN)
        server.run([listener])


@contextmanager
def recording_in_thread(upstream: str, keep: Keep) -> Iterator[str]:
    """Run the proxy on a free port of this machine while the block runs.

    Yields:
        Its base URL.
    """
    with listening("127.0.0.1", 0) as listener:
        told = threading.Event()
        server = server_of(create_recorder(upstream, keep), told.set, _STOP_WITHIN)
        thread = threading.Thread(target=server.run, args=([listener],), name="pegasus-classify-record", daemon=True)
        thread.start()
        try:
            told.wait()
            yield base_url_of(listener)
        finally:
            server.should_exit = True
            thread.join()


@dataclass
class _Exchange:
    """One call while it passes."""

    sent: bytearray = field(default_factory=bytearray)
    got: bytearray = field(default_factory=bytearray)
    status: int = 0
    headers: Headers = field(default_factory=Headers)
    whole: bool = False

    def take(self, body: bytearray, piece: bytes) -> None:
        if len(body) <= _LARGEST:
            body += piece

    @property
    def usable(self) -> bool:
        return self.whole and max(len(self.sent), len(self.got)) <= _LARGEST


class _Recorded:
    """Listens to the Classify calls of another application."""

    def __init__(self, app: ASGIApp, keep: Keep) -> None:
        self._app = app
        self._keep = keep

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await send({"type": "websocket.close"})
            return
        exchange = _Exchange()

        async def received() -> Message:
            message = await receive()
            exchange.take(exchange.sent, message.get("body", b""))
            return message

        async def passed(message: Message) -> None:
            if message["type"] == "http.response.start":
                exchange.status = message["status"]
                exchange.headers = Headers(raw=[(name.lower(), value) for name, value in message["headers"]])
            else:
                exchange.take(exchange.got, message.get("body", b""))
                exchange.whole = not message.get("more_body", False)
            await send(message)

        try:
            await self._app(_readable(scope), received, passed)
        except CallerGone:
            return
        if exchange.usable and scope["method"] in allowed_methods(scope["path"]) and scope["method"] != "HEAD":
            self._keep(_call(scope, exchange), _secrets(Headers(scope=scope)))


def _readable(scope: Scope) -> Scope:
    """Ask the upstream for an answer that can be read: only compressed in ways that are undone here."""
    kept = [(name, value) for name, value in scope["headers"] if name.lower() != b"accept-encoding"]
    return {**scope, "headers": [*kept, (b"accept-encoding", b"gzip, deflate")]}


def _call(scope: Scope, exchange: _Exchange) -> RecordedCall:
    request = _json(bytes(exchange.sent))
    return RecordedCall(
        path=unquote(scope["path"]),
        status=exchange.status,
        request=request if isinstance(request, dict) else None,
        response=_json(_unpacked(bytes(exchange.got), exchange.headers.get("content-encoding", ""))),
        recorded_at=datetime.now(timezone.utc).isoformat(timespec="seconds").replace("+00:00", "Z"),
    )


def _unpacked(body: bytes, form: str) -> bytes:
    bits = _FORMS.get(form.strip().lower())
    if bits is None:
        return body
    try:
        return zlib.decompress(body, bits)
    except zlib.error:
        return body


def _json(body: bytes) -> Any:
    """Return what a body says: JSON, else its text, else None for an empty one."""
    text = body.decode("utf-8", "replace")
    try:
        return json.loads(text) if text.strip() else None
    except (ValueError, RecursionError):
        return text


def _secrets(headers: Headers) -> tuple[str, ...]:
    values = [value for name in _SECRET_HEADERS for value in headers.getlist(name)]
    return tuple(part for value in values for part in (value, value.rpartition(" ")[2]))
