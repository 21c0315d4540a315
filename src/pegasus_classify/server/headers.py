"""Headers and bodies of answers: ours whole and with their length, the upstream's without what belonged to its line."""

from __future__ import annotations

import functools
import json
import time
from collections.abc import Mapping
from email.utils import formatdate
from typing import Any

from starlette.responses import Response

from pegasus_classify.drivers.forwarding import RawHeaders
from pegasus_classify.legacy.failures import failure_answer
from pegasus_classify.legacy.routes import WrongMethodError

__all__ = ["EXPOSED", "answer", "error_answer", "json_bytes", "onward_headers", "returned_headers"]

EXPOSED = (
    "Retry-After",
    "X-Classify-Coverage",
    "X-Classify-Failed",
    "X-Classify-Policy",
    "X-Classify-Source",
    "X-Ratelimit-Limit",
    "X-Ratelimit-Remaining",
    "X-Ratelimit-Reset",
    "X-Ratelimit-Used",
)
"""Headers that programs in a browser may read beside the usual ones."""

_OF_ONE_CONNECTION = frozenset(
    {
        b"connection",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    }
)


def json_bytes(value: Any) -> bytes:
    """Return JSON in UTF-8, with escapes only where a text is not Unicode."""
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":")).encode()


def answer(status: int, body: bytes, headers: Mapping[str, str] | None = None) -> Response:
    """Return an answer of ours: whole, so its length is always told, and kept by no cache between."""
    more = {
        "Content-Type": "application/json",
        "Cache-Control": "no-store",
        "Date": _date(int(time.time())),
        **(headers or {}),
    }
    return Response(body, status, more)


@functools.lru_cache(maxsize=2)
def _date(second: int) -> str:
    return formatdate(second, usegmt=True)


def error_answer(error: BaseException, headers: Mapping[str, str] | None = None) -> Response:
    """Return an error as the old API would have answered it."""
    told = failure_answer(error)
    more = {**told.headers, **(headers or {})}
    if isinstance(error, WrongMethodError):
        # The routes know the old API's methods; OPTIONS is the server's own.
        more["Allow"] += ", OPTIONS"
    return answer(told.status, json_bytes(told.body), more)


def onward_headers(headers: RawHeaders, own_key: str = "") -> list[tuple[bytes, bytes]]:
    """Return a request's headers as they go upstream; an own key takes the place of the caller's."""
    kept = _without_connection(headers, also=(b"host", b"expect"))
    if not own_key:
        return kept
    return [(b"x-api-key", own_key.encode()), *(pair for pair in kept if pair[0].lower() != b"x-api-key")]


def returned_headers(headers: RawHeaders) -> list[tuple[bytes, bytes]]:
    """Return the upstream's headers as they go to the caller."""
    return _without_connection(headers)


def _without_connection(headers: RawHeaders, also: tuple[bytes, ...] = ()) -> list[tuple[bytes, bytes]]:
    named = {
        name.strip().lower()
        for header, value in headers
        if header.lower() == b"connection"
        for name in value.split(b",")
    }
    # A Connection header that names the length would make a body of known length one of unknown length.
    left_out = (_OF_ONE_CONNECTION | named | set(also)) - {b"content-length"}
    return [(name, value) for name, value in headers if name.lower() not in left_out]
