"""The same as `connections`, by way of a proxy: httpx's own transports know the kinds of proxies there are."""

from __future__ import annotations

import contextlib
import socket
import ssl
from typing import Any, Final

import httpx

from pegasus_classify.drivers.endpoint import tls_context

__all__ = ["AsyncProxiedConnection", "ProxiedConnection"]

_ONE_CONNECTION: Final = httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=30.0)
_CONNECTED: Final = frozenset({"connection.connect_tcp.complete", "connection.start_tls.complete"})


class ProxiedConnection(httpx.HTTPTransport):
    """Sends one request at a time through a proxy; see `Connection`."""

    def __init__(self, tls: ssl.SSLContext | None, proxy: str) -> None:
        """Connect with the first request.

        Args:
            tls: None for the usual one: a proxy may want it where the upstream does not.
            proxy: Its address.
        """
        super().__init__(verify=tls or tls_context(), limits=_ONE_CONNECTION, proxy=proxy)
        self._stream: Any = None
        self._aborted = False

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request and return its answer, whose body has arrived."""
        request.extensions["trace"] = self._watch
        response = super().handle_request(request)
        try:
            response.read()
        finally:
            response.close()
        return response

    def abort(self) -> None:
        """Make a request under way in another thread end at once."""
        self._aborted = True
        sock = None if self._stream is None else self._stream.get_extra_info("socket")
        if sock is not None:
            with contextlib.suppress(OSError):
                socket.socket.shutdown(sock, socket.SHUT_RDWR)

    def _watch(self, event: str, info: dict[str, Any]) -> None:
        if event in _CONNECTED:
            self._stream = info["return_value"]
            if self._aborted:
                self.abort()


class AsyncProxiedConnection(httpx.AsyncHTTPTransport):
    """Sends one request at a time through a proxy; see `AsyncConnection`."""

    def __init__(self, tls: ssl.SSLContext | None, proxy: str) -> None:
        """Connect with the first request; see `ProxiedConnection`."""
        super().__init__(verify=tls or tls_context(), limits=_ONE_CONNECTION, proxy=proxy)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request and return its answer, whose body has arrived."""
        response = await super().handle_async_request(request)
        try:
            await response.aread()
        finally:
            await response.aclose()
        return response
