"""`Send` performed with httpx: time-outs, key header, what can go wrong on the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

from pegasus_classify.drivers.endpoint import Endpoint
from pegasus_classify.drivers.quiet_keys import key_kept_out, watch_loggers
from pegasus_classify.steps import NoReply, Reply, Send

if TYPE_CHECKING:
    from pegasus_classify.drivers.connections import AsyncConnection, Connection
    from pegasus_classify.drivers.proxied import AsyncProxiedConnection, ProxiedConnection

__all__ = ["AsyncSender", "Endpoint", "Sender", "no_reply"]

_SHORTEST_KEY = 12
"""Anything shorter may be an ordinary word of a message."""


class Sender:
    """One slot of the blocking driver, with a single connection.

    One per slot, because a shared pool was measured to cost a multiple of the ideal time at many slots; and no client
    around it, because redirects, cookies, authentication and hooks, none of them used, cost as much as the sending.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        watch_loggers()
        self._endpoint = endpoint
        self._connection = _connection(endpoint)
        self._aborted = False

    def perform(self, send: Send) -> Reply | NoReply:
        """Send a request and return what came back; never raises for anything the network does."""
        if self._aborted:
            return NoReply("broken", "The connection was closed by us.")
        try:
            request = self._endpoint.request(send)
            with key_kept_out(self._endpoint.api_key):
                return _reply(request, self._connection.handle_request(request))
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return no_reply(error)

    def abort(self) -> None:
        """Make a request under way in another thread end at once."""
        self._aborted = True
        self._connection.abort()

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


class AsyncSender:
    """One slot of the asynchronous driver, with a single connection."""

    def __init__(self, endpoint: Endpoint) -> None:
        watch_loggers()
        self._endpoint = endpoint
        self._connection = _async_connection(endpoint)

    async def perform(self, send: Send) -> Reply | NoReply:
        """Send a request and return what came back; never raises for anything the network does."""
        try:
            request = self._endpoint.request(send)
            with key_kept_out(self._endpoint.api_key):
                return _reply(request, await self._connection.handle_async_request(request))
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return no_reply(error)

    async def close(self) -> None:
        """Close the connection."""
        await self._connection.aclose()


def _connection(endpoint: Endpoint) -> Connection | ProxiedConnection:
    # The engine of httpx is loaded with the first connection, as httpx does: it takes a tenth of a second.
    from pegasus_classify.drivers.connections import Connection  # noqa: PLC0415 - loaded late
    from pegasus_classify.drivers.proxied import ProxiedConnection  # noqa: PLC0415 - loaded late

    proxy = endpoint.proxy
    return Connection(endpoint.secure) if proxy is None else ProxiedConnection(endpoint.secure, proxy)


def _async_connection(endpoint: Endpoint) -> AsyncConnection | AsyncProxiedConnection:
    from pegasus_classify.drivers.connections import AsyncConnection  # noqa: PLC0415 - loaded late
    from pegasus_classify.drivers.proxied import AsyncProxiedConnection  # noqa: PLC0415 - loaded late

    proxy = endpoint.proxy
    return AsyncConnection(endpoint.secure) if proxy is None else AsyncProxiedConnection(endpoint.secure, proxy)


def _reply(request: httpx.Request, response: httpx.Response) -> Reply:
    headers: dict[str, str] = {}
    for raw_name, raw_value in response.headers.raw:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return Reply(response.status_code, headers, _without_key(request, response))


def _without_key(request: httpx.Request, response: httpx.Response) -> bytes:
    """Return a body; an error that repeats the key would otherwise be kept and shown with it."""
    if response.status_code < 400:
        return response.content
    key = request.headers.get("x-api-key", "")
    return response.content.replace(key.encode(), b"[removed]") if len(key) >= _SHORTEST_KEY else response.content


def no_reply(error: Exception) -> NoReply:
    """Name what happened on the wire, in words that hold neither the key nor the address's query."""
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.InvalidURL | httpx.UnsupportedProtocol):
        return NoReply("connect", f"The upstream cannot be reached ({type(error).__name__}).")
    if isinstance(error, httpx.TimeoutException):
        return NoReply("timeout", "The upstream did not answer in time.")
    return NoReply("broken", f"The connection to the upstream broke off ({type(error).__name__}).")
