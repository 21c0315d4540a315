"""Reading the body of a Classify call: not too much of it, and not forever."""

from __future__ import annotations

import asyncio

from starlette.datastructures import Headers
from starlette.types import Receive

from pegasus_classify.contract.quantities import Seconds
from pegasus_classify.errors import APIStatusError, error_of_status

__all__ = ["CallerGone", "read_body"]


class CallerGone(Exception):
    """The caller has hung up; there is nobody to answer."""


async def read_body(receive: Receive, headers: Headers, most: int, within: Seconds) -> bytes:
    """Return a request's body.

    Args:
        receive: Gives its pieces.
        headers: The request's.
        most: Most bytes it may have.
        within: Seconds until all of it must have arrived.

    Raises:
        APIStatusError: It is too large (413) or too slow (408).
        CallerGone: The caller hung up.
    """
    told = headers.get("content-length", "")
    if told.isdecimal() and int(told) > most:
        raise _too_large(most)
    try:
        return await asyncio.wait_for(_pieces(receive, most), within)
    except asyncio.TimeoutError:
        raise error_of_status(
            408, f"The body of the request did not arrive within {within:g} seconds.", code="request_timeout"
        ) from None


async def _pieces(receive: Receive, most: int) -> bytes:
    pieces = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise CallerGone
        pieces += message.get("body", b"")
        if len(pieces) > most:
            raise _too_large(most)
        if not message.get("more_body", False):
            return bytes(pieces)


def _too_large(most: int) -> APIStatusError:
    return error_of_status(
        413, f"The body of the request is larger than {most} bytes.", code="request_entity_too_large"
    )
