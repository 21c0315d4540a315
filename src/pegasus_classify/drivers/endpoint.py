"""Where requests go, and what all of them have in common, made ready once."""

from __future__ import annotations

import functools
import json
import ssl
from dataclasses import dataclass, field
from typing import Any
from urllib.request import getproxies, proxy_bypass

import httpx

from pegasus_classify.contract.quantities import Seconds
from pegasus_classify.steps import Send

__all__ = ["CONNECT_TIMEOUT", "WRITE_TIMEOUT", "Endpoint", "tls_context"]

CONNECT_TIMEOUT: Seconds = 10.0
WRITE_TIMEOUT: Seconds = 60.0


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
        tls: For addresses that begin with https, in place of `tls_context`.
    """

    upstream: str
    api_key: str = field(repr=False)
    longest_wait: Seconds | None = None
    tls: ssl.SSLContext | None = field(default=None, repr=False)

    @property
    def secure(self) -> ssl.SSLContext | None:
        """The context of every connection; None where no TLS is spoken, so that it need not be made."""
        return (self.tls or tls_context()) if self.upstream.lower().startswith("https:") else None

    @functools.cached_property
    def proxy(self) -> str | None:
        """Address of the proxy that the environment names for this upstream; None for none."""
        try:
            url = httpx.URL(self.upstream)
        except httpx.InvalidURL:
            # Whoever sends there is told.
            return None
        named = getproxies()
        proxy = named.get(url.scheme) or named.get("all")
        if not proxy or proxy_bypass(url.host):
            return None
        return proxy if "://" in proxy else f"http://{proxy}"

    def request(self, send: Send) -> httpx.Request:
        """Return what goes over the wire for a step.

        Built without a client, whose merging of addresses, headers and cookies takes as long as sending.

        Raises:
            InvalidURL: The address is none.
        """
        url = self._plain_url(send.path) if not send.query else httpx.URL(self.upstream + send.path, params=send.query)
        headers = self._headers | {name.lower(): value for name, value in send.headers}
        content = b""
        if send.body is not None:
            content = _encoded(send.body)
            headers["content-type"] = "application/json"
        if content or send.method not in _USUALLY_EMPTY:
            headers["content-length"] = str(len(content))
        return httpx.Request(
            send.method,
            url,
            headers=[(b"Host", url.netloc), *((name.encode(), value.encode()) for name, value in headers.items())],
            stream=httpx.ByteStream(content),
            extensions={"timeout": self._timeouts(send.read_timeout)},
        )

    @functools.cached_property
    def _headers(self) -> dict[str, str]:
        return {
            "x-api-key": self.api_key,
            "accept": "application/json",
            # What httpx can always undo.
            "accept-encoding": "gzip, deflate",
            "user-agent": "pegasus-classify",
        }

    @functools.cached_property
    def _urls(self) -> dict[str, httpx.URL]:
        return {}

    def _plain_url(self, path: str) -> httpx.URL:
        """Parse an address without a query; the few that are asked again and again only once."""
        url = self._urls.get(path)
        if url is None:
            url = httpx.URL(self.upstream + path)
            if len(self._urls) < _MOST_URLS:
                self._urls[path] = url
        return url

    def _timeouts(self, read: Seconds) -> dict[str, Seconds]:
        limit = float("inf") if self.longest_wait is None else self.longest_wait
        connect = min(CONNECT_TIMEOUT, limit)
        # `pool`: a sender has its connection to itself and never waits for one.
        return {
            "connect": connect,
            "read": min(read, limit),
            "write": min(WRITE_TIMEOUT, limit),
            "pool": connect,
        }


_USUALLY_EMPTY = frozenset({"GET", "DELETE", "HEAD"})

_MOST_URLS = 64


def _encoded(body: Any) -> bytes:
    try:
        return json.dumps(body, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        # Half a surrogate pair in a label cannot be encoded; JSON's own escape carries it unharmed.
        return json.dumps(body).encode()
