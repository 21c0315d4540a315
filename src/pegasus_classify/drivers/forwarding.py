"""Requests passed on as they are and answers passed back as they come, in constant memory both ways."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TypeAlias

import httpx

from pegasus_classify.contract.quantities import Seconds
from pegasus_classify.drivers.endpoint import CONNECT_TIMEOUT, WRITE_TIMEOUT, tls_context
from pegasus_classify.drivers.http import no_reply
from pegasus_classify.drivers.quiet_keys import key_kept_out, watch_loggers
from pegasus_classify.errors import APIConnectionError, InternalServerError

__all__ = ["LONGEST_SILENCE", "Forwarder", "Onward", "RawHeaders", "Returned"]

LONGEST_SILENCE: Seconds = 600.0
"""How long the upstream may send nothing: as long as the old clients wait."""

RawHeaders: TypeAlias = Sequence[tuple[bytes, bytes]]
"""Names and values as they stand on the wire, repeats and order kept."""


@dataclass(frozen=True)
class Onward:
    """A request to be passed on.

    Attributes:
        method: In capitals.
        target: Path and query as received, beginning with a slash; nothing in it is decoded or tidied up.
        headers: Without those that belong to one connection, and without `Host`.
        body: Its pieces; None for no body. What it raises reaches the caller of `Forwarder.send`.
    """

    method: str
    target: bytes
    headers: RawHeaders = field(repr=False)
    body: AsyncIterator[bytes] | None = None


class _Pieces(httpx.AsyncByteStream):
    """A body that is sent while it arrives."""

    def __init__(self, pieces: AsyncIterator[bytes]) -> None:
        self._pieces = pieces

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self._pieces:
            yield piece


class _Nothing(httpx.AsyncByteStream):
    """No body."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        return
        yield b""


class Returned:
    """The upstream's answer, whose body is still on its way; close it when done.

    Attributes:
        status: 200 to 599.
        headers: As the upstream sent them.
    """

    def __init__(self, response: httpx.Response) -> None:
        self._response = response
        self.status = response.status_code
        self.headers: RawHeaders = response.headers.raw

    async def pieces(self) -> AsyncIterator[bytes]:
        """Yield the body as it comes, still compressed where it was.

        Raises:
            APIConnectionError: It broke off.
        """
        try:
            async for piece in self._response.aiter_raw():
                yield piece
        except httpx.HTTPError as error:
            raise APIConnectionError(no_reply(error).message) from None

    async def close(self) -> None:
        """Let go of the connection; it is used again only when the body was read to its end."""
        await self._response.aclose()


class Forwarder:
    """Passes requests on to one upstream. Belongs to one event loop; close it when done."""

    def __init__(self, upstream: str) -> None:
        """Open no connection yet.

        Args:
            upstream: Address without a slash at the end.
        """
        watch_loggers()
        self._url = httpx.URL(upstream)
        # A jar that takes nothing: one caller's cookies must not reach another caller's requests.
        jar = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
        self._client = httpx.AsyncClient(
            cookies=jar,
            verify=tls_context(),
            timeout=httpx.Timeout(LONGEST_SILENCE, connect=CONNECT_TIMEOUT, write=WRITE_TIMEOUT, pool=None),
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=64, keepalive_expiry=30.0),
        )

    async def send(self, onward: Onward) -> Returned:
        """Send a request and return the answer as soon as its headers are there.

        Raises:
            InternalServerError: No answer came: 504 when it did not come in time, else 502.
        """
        request = httpx.Request(
            onward.method,
            self._url,
            headers=[(b"Host", self._url.netloc), *onward.headers],
            stream=_Nothing() if onward.body is None else _Pieces(onward.body),
            # Given as bytes, because a URL object would tidy up dots and escapes on the way.
            extensions={
                "target": self._url.raw_path.rstrip(b"/") + onward.target,
                "timeout": self._client.timeout.as_dict(),
            },
        )
        try:
            with key_kept_out(_key_in(onward.headers)):
                return Returned(await self._client.send(request, stream=True))
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            told = no_reply(error)
            late = told.kind == "timeout"
            raise InternalServerError(
                told.message, status_code=504 if late else 502, code="gateway_timeout" if late else "bad_gateway"
            ) from None

    async def close(self) -> None:
        """Close every connection."""
        await self._client.aclose()


def _key_in(headers: RawHeaders) -> str:
    return next((value.decode("latin-1") for name, value in headers if name.lower() == b"x-api-key"), "")
