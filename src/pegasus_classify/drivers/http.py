"""`Send` performed with httpx: time-outs, key header, what can go wrong on the wire."""

from __future__ import annotations

import functools
import json
import socket
import ssl
from dataclasses import dataclass, field
from typing import Any

import httpx

from pegasus_classify.contract.quantities import Seconds
from pegasus_classify.drivers.quiet_keys import key_kept_out, watch_loggers
from pegasus_classify.steps import NoReply, Reply, Send

__all__ = ["AsyncSender", "Endpoint", "Sender", "no_reply", "tls_context"]

CONNECT_TIMEOUT: Seconds = 10.0
WRITE_TIMEOUT: Seconds = 60.0

_SHORTEST_KEY = 12
"""Anything shorter may be an ordinary word of a message."""


@functools.cache
def tls_context() -> ssl.SSLContext:
    """Return the context of all connections; making one takes longer than everything else about an account."""
    return httpx.create_ssl_context()


@dataclass(frozen=True)
class Endpoint:
    """Where requests go and who sends them.

    Attributes:
        upstream: Address without the version path and without a slash at the end.
        api_key: Sent as `x-api-key`; kept out of every repr.
        longest_wait: Most seconds to wait for an answer, where a request would wait longer; None for no such limit.
        tls: One context for all connections.
    """

    upstream: str
    api_key: str = field(repr=False)
    longest_wait: Seconds | None = None
    tls: ssl.SSLContext = field(default_factory=tls_context, repr=False)

    def headers(self) -> dict[str, str]:
        """Return the headers every request has."""
        return {"x-api-key": self.api_key, "accept": "application/json", "user-agent": "pegasus-classify"}


_ONE_CONNECTION = httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=30.0)


class Sender:
    """One slot of the blocking driver: a client with a single connection.

    One client per slot, because a shared pool was measured to cost a multiple of the ideal time at many slots.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        watch_loggers()
        self._key = endpoint.api_key
        self._client = httpx.Client(
            base_url=endpoint.upstream, headers=endpoint.headers(), verify=endpoint.tls, limits=_ONE_CONNECTION
        )
        self._longest_wait = endpoint.longest_wait
        self._stream: Any = None
        self._aborted = False

    def perform(self, send: Send) -> Reply | NoReply:
        """Send a request and return what came back; never raises for anything the network does."""
        if self._aborted:
            return NoReply("broken", "The connection was closed by us.")
        try:
            request = _request(self._client, send, self._longest_wait)
            request.extensions["trace"] = self._watch
            with key_kept_out(self._key):
                return _reply(self._client.send(request))
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return no_reply(error)

    def abort(self) -> None:
        """Make a request under way in another thread end at once.

        Closing the client does not wake a thread that waits for bytes; shutting its socket down does.
        """
        self._aborted = True
        sock = self._stream.get_extra_info("socket") if self._stream is not None else None
        if sock is not None:
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                self._stream = None

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def _watch(self, event: str, info: dict[str, Any]) -> None:
        if event in {"connection.connect_tcp.complete", "connection.start_tls.complete"}:
            self._stream = info["return_value"]
            if self._aborted:
                # The abort came while the connection was being made and found nothing to shut down.
                self.abort()


class AsyncSender:
    """One slot of the asynchronous driver: a client with a single connection."""

    def __init__(self, endpoint: Endpoint) -> None:
        watch_loggers()
        self._key = endpoint.api_key
        self._client = httpx.AsyncClient(
            base_url=endpoint.upstream, headers=endpoint.headers(), verify=endpoint.tls, limits=_ONE_CONNECTION
        )
        self._longest_wait = endpoint.longest_wait

    async def perform(self, send: Send) -> Reply | NoReply:
        """Send a request and return what came back; never raises for anything the network does."""
        try:
            with key_kept_out(self._key):
                return _reply(await self._client.send(_request(self._client, send, self._longest_wait)))
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return no_reply(error)

    async def close(self) -> None:
        """Close the connection."""
        await self._client.aclose()


def _request(client: httpx.Client | httpx.AsyncClient, send: Send, longest: Seconds | None) -> httpx.Request:
    content = None
    headers = dict(send.headers)
    if send.body is not None:
        # Half a surrogate pair in a label cannot be encoded; JSON's own escape carries it unharmed.
        content = json.dumps(send.body, ensure_ascii=not _encodable(send.body)).encode()
        headers["content-type"] = "application/json"
    return client.build_request(
        send.method,
        send.path,
        params=send.query or None,
        content=content,
        headers=headers,
        timeout=_timeout(send.read_timeout, longest),
    )


def _timeout(read: Seconds, longest: Seconds | None) -> httpx.Timeout:
    limit = float("inf") if longest is None else longest
    return httpx.Timeout(min(read, limit), connect=min(CONNECT_TIMEOUT, limit), write=min(WRITE_TIMEOUT, limit))


def _encodable(body: Any) -> bool:
    try:
        json.dumps(body, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _reply(response: httpx.Response) -> Reply:
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Reply(response.status_code, headers, _without_key(response))


def _without_key(response: httpx.Response) -> bytes:
    """Return a body; an error that repeats the key would otherwise be kept and shown with it."""
    key = response.request.headers.get("x-api-key", "")
    if response.status_code < 400 or len(key) < _SHORTEST_KEY:
        return response.content
    return response.content.replace(key.encode(), b"[removed]")


def no_reply(error: Exception) -> NoReply:
    """Name what happened on the wire, in words that hold neither the key nor the address's query."""
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.InvalidURL | httpx.UnsupportedProtocol):
        return NoReply("connect", f"The upstream cannot be reached ({type(error).__name__}).")
    if isinstance(error, httpx.TimeoutException):
        return NoReply("timeout", "The upstream did not answer in time.")
    return NoReply("broken", f"The connection to the upstream broke off ({type(error).__name__}).")
