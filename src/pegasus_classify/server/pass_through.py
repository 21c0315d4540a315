"""Calls that are not Classify: to the upstream and back as they are."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from pegasus_classify.drivers.forwarding import Forwarder, Onward, Returned
from pegasus_classify.errors import APIConnectionError, APIStatusError, BadRequestError, NotFoundError
from pegasus_classify.server.bodies import CallerGone
from pegasus_classify.server.callers import Callers
from pegasus_classify.server.headers import error_answer, onward_headers, returned_headers
from pegasus_classify.server.metrics import Metrics
from pegasus_classify.server.settings import ServeSettings

__all__ = ["PassThrough"]


@dataclass
class PassThrough:
    """Passes calls through, if the settings allow it."""

    settings: ServeSettings
    callers: Callers
    forwarder: Forwarder
    metrics: Metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call."""
        try:
            returned = await self.forwarder.send(self._onward(scope, receive))
        except APIStatusError as error:
            response = error_answer(error)
            self.metrics.passed.add(f"{response.status_code // 100}xx")
            await response(scope, receive, send)
            return
        self.metrics.passed.add(f"{returned.status // 100}xx")
        try:
            await _relayed(returned, scope, receive, send)
        finally:
            await returned.close()

    def _onward(self, scope: Scope, receive: Receive) -> Onward:
        if not self.settings.passes_through:
            raise NotFoundError(f"The endpoint {scope['path'][:200]} does not exist.", code="endpoint_not_exists")
        target: bytes = scope.get("raw_path") or scope["path"].encode()
        if not target.startswith(b"/"):
            raise BadRequestError("The address of a request must begin with a slash.")
        if scope["query_string"]:
            target += b"?" + scope["query_string"]
        headers = Headers(scope=scope)
        own_key = self.settings.own_key
        if own_key or self.settings.allow_keys is not None:
            self.callers.admit(headers)
        has_body = headers.get("content-length", "0") != "0" or "transfer-encoding" in headers
        onward = onward_headers(headers.raw, own_key)
        if has_body and "content-length" not in headers:
            onward.append((b"Transfer-Encoding", b"chunked"))
        return Onward(scope["method"], target, onward, _pieces(receive) if has_body else None)


async def _pieces(receive: Receive) -> AsyncIterator[bytes]:
    """Yield a request's body as it comes; a caller that hangs up must not leave a body that looks whole."""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise CallerGone
        if piece := message.get("body", b""):
            yield piece
        if not message.get("more_body", False):
            return


async def _relayed(returned: Returned, scope: Scope, receive: Receive, send: Send) -> None:
    """Pass an answer back until it ends, breaks off, or nobody wants it any more."""
    copying = asyncio.ensure_future(_copied(returned, send))
    leaving = asyncio.ensure_future(_gone(receive))
    try:
        await asyncio.wait({copying, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if copying.done():
            copying.result()
    except APIConnectionError:
        # Ending here without the last piece makes the server close the connection: with a length or in chunks the
        # answer is then seen to be cut. For an old client that knows neither it must break.
        if abort := scope.get("state", {}).get("abort"):
            abort()
            await asyncio.sleep(0)
    finally:
        for task in (copying, leaving):
            task.cancel()
        await asyncio.gather(copying, leaving, return_exceptions=True)


async def _copied(returned: Returned, send: Send) -> None:
    await send(
        {"type": "http.response.start", "status": returned.status, "headers": returned_headers(returned.headers)}
    )
    async for piece in returned.pieces():
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
