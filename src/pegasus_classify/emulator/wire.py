"""Answers as they go over the wire, the broken ones included.

Law of this file: it knows HTTP and nothing of videos.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import struct
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from .api_error import ApiError

__all__ = ["CutResponse", "GoneResponse", "broken", "error_response", "hang", "json_response", "stream_response"]

_CUT_STREAM = (
    b'{"event_type":"stream_start","metadata":{}}\n{"event_type":"text_generation","text":"{\\"classes\\":["}\n'
)
_PAGE = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"


def json_response(body: Any, status: int = 200) -> Response:
    """Return a JSON answer."""
    content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(content, status, media_type="application/json")


def error_response(error: ApiError, *, nested: bool) -> Response:
    """Return a refusal; one without a code has an empty body."""
    if not error.code:
        return Response(b"", error.status, headers=error.headers)
    response = json_response(error.body(nested=nested), error.status)
    response.headers.update(error.headers)
    return response


def stream_response(events: Iterator[Mapping[str, Any]]) -> Response:
    """Return events as newline-delimited JSON, each in a chunk of its own."""

    async def lines() -> AsyncIterator[str]:
        for event in events:
            yield json.dumps(event, ensure_ascii=False, separators=(",", ":")) + "\n"

    return StreamingResponse(lines(), media_type="application/x-ndjson")


def broken(kind: str, whole: Response) -> Response:
    """Return what a caller gets instead of an answer.

    Args:
        kind: `500`, `503`, `reset`, `cut`, `content_type` or `empty_body`.
        whole: The answer that would have been right.
    """
    if kind in ("500", "503"):
        message = "Something went wrong. Please try again later."
        return error_response(ApiError(int(kind), "internal_server_error", message), nested=False)
    if kind == "reset":
        return GoneResponse()
    if kind == "cut":
        return CutResponse(whole)
    if kind == "content_type":
        return Response(_PAGE, 200, media_type="text/html")
    return Response(b"", 200, media_type="application/json")


async def hang(request: Request, closing: asyncio.Event, seconds: float) -> None:
    """Wait until the caller goes away, the server stops or the time is over."""
    waits = [asyncio.ensure_future(closing.wait()), asyncio.ensure_future(request.receive())]
    _, pending = await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
    await asyncio.gather(*pending, return_exceptions=True)


class CutResponse(Response):
    """Announces an answer in full, sends half of it and closes the connection."""

    def __init__(self, whole: Response) -> None:
        super().__init__(media_type=whole.media_type)
        content = bytes(getattr(whole, "body", _CUT_STREAM))
        self._half = content[: len(content) // 2]
        self.headers["content-length"] = str(len(content))

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        """Send the half; the server closes the connection because the rest never comes."""
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": self._half, "more_body": True})


class GoneResponse(Response):
    """Resets the connection without a word."""

    async def __call__(self, scope: Scope, receive: Receive, _send: Send) -> None:
        """Abort the transport that the server put into the scope, then let it notice."""
        transport = scope.get("state", {}).get("transport")
        if transport is None:
            raise ConnectionResetError("the stand-in was asked to drop this connection")
        connection = transport.get_extra_info("socket")
        with contextlib.suppress(OSError):
            # Lingering for zero seconds turns the close into a reset.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
        await receive()
