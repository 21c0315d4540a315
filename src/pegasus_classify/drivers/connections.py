"""Transports of httpx with a single connection each, made again when it has ended.

httpx's own transports keep a pool, whose book-keeping, and whose way into an event loop, were measured to cost more
than HTTP itself: 1.25 ms of processor time per asynchronous request against 0.5 ms. What speaks HTTP here is the same
engine, `httpcore.HTTP11Connection`; only the bytes are carried by a stream of ours.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpcore
import httpx

from pegasus_classify.contract.quantities import Seconds
from pegasus_classify.drivers.streams import LoopStream, SocketStream

__all__ = ["AsyncConnection", "Connection"]

_KEEP: Seconds = 30.0
"""How long an idle connection is used again."""


class Connection(httpx.BaseTransport):
    """Sends one request at a time; not for several threads, but for `abort`."""

    def __init__(self, tls: ssl.SSLContext | None) -> None:
        """Connect with the first request.

        Args:
            tls: None to speak in the clear.
        """
        self._tls = tls
        self._stream: SocketStream | None = None
        self._http: httpcore.HTTP11Connection | None = None
        self._aborted = False

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request and return its answer, whose body has arrived.

        Raises:
            httpx.TransportError: What went wrong on the wire.
        """
        with _as_httpx_says():
            http = self._connected(request)
            answer = http.handle_request(_engines(request))
            try:
                body = answer.read()
            finally:
                answer.close()
        return _arrived(answer, body)

    def abort(self) -> None:
        """Make a request under way in another thread end at once, and every later one fail."""
        self._aborted = True
        if self._stream is not None:
            self._stream.shut_down()

    def close(self) -> None:
        """Close the connection."""
        if self._http is not None:
            self._http.close()

    def _connected(self, request: httpx.Request) -> httpcore.HTTP11Connection:
        if self._http is not None:
            if self._http.is_available() and not self._http.has_expired():
                return self._http
            self._http.close()
            self._http = None
        host, port = _place(request)
        self._stream = SocketStream(host, port, request.extensions["timeout"]["connect"])
        if self._aborted:
            # The abort came while the connection was being made and found nothing to shut down.
            self._stream.shut_down()
        if self._tls is not None:
            try:
                self._stream.secure(self._tls, host)
            except BaseException:
                self._stream.close()
                raise
        self._http = httpcore.HTTP11Connection(_engines(request).url.origin, self._stream, _KEEP)
        return self._http


class AsyncConnection(httpx.AsyncBaseTransport):
    """Sends one request at a time; cancelling it closes the connection."""

    def __init__(self, tls: ssl.SSLContext | None) -> None:
        """Connect with the first request; see `Connection`."""
        self._tls = tls
        self._http: httpcore.AsyncHTTP11Connection | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request and return its answer; see `Connection.handle_request`."""
        with _as_httpx_says():
            http = await self._connected(request)
            answer = await http.handle_async_request(_engines(request))
            try:
                body = await answer.aread()
            finally:
                await answer.aclose()
        return _arrived(answer, body)

    async def aclose(self) -> None:
        """Close the connection."""
        if self._http is not None:
            await self._http.aclose()

    async def _connected(self, request: httpx.Request) -> httpcore.AsyncHTTP11Connection:
        if self._http is not None:
            if self._http.is_available() and not self._http.has_expired():
                return self._http
            await self._http.aclose()
            self._http = None
        host, port = _place(request)
        stream = await LoopStream.connect(host, port, self._tls, request.extensions["timeout"]["connect"])
        self._http = httpcore.AsyncHTTP11Connection(_engines(request).url.origin, stream, _KEEP)
        return self._http


def _place(request: httpx.Request) -> tuple[str, int]:
    url = request.url
    if url.scheme not in {"http", "https"}:
        raise httpx.UnsupportedProtocol(f"{url.scheme or 'no scheme'} is neither http nor https")
    return url.raw_host.decode("ascii"), url.port or (443 if url.scheme == "https" else 80)


def _engines(request: httpx.Request) -> httpcore.Request:
    """Return a request as the engine of httpx takes it."""
    url = request.url
    return httpcore.Request(
        request.method,
        httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
        headers=request.headers.raw,
        content=request.stream,
        extensions=request.extensions,
    )


def _arrived(answer: httpcore.Response, body: bytes) -> httpx.Response:
    response = httpx.Response(answer.status, headers=answer.headers, stream=httpx.ByteStream(body))
    response.read()
    return response


_OF_THE_ENGINE: tuple[type[Exception], ...] = (
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.UnsupportedProtocol,
)


@contextmanager
def _as_httpx_says() -> Iterator[None]:
    try:
        yield
    except _OF_THE_ENGINE as error:
        # httpx names its errors as its engine does.
        kind: Any = getattr(httpx, type(error).__name__)
        raise kind(str(error)) from error
