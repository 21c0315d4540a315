"""Tokens that name a page of a snapshot.

A token is `{uuid}-{number}` with the first page 0, as the old guide and specification print it. Callers treat it as
opaque; it stands in a path without escaping and can never be the word `bulk`. It lives 300 seconds: the recorded
answers show exactly that between being built and `page_expired_at`.
"""

from __future__ import annotations

import re
from datetime import datetime, timezone

from pegasus_classify.contract.quantities import Seconds
from pegasus_classify.errors import BadRequestError

__all__ = [
    "TOKEN_LIFETIME",
    "expires_at",
    "is_well_formed",
    "new_snapshot_id",
    "page_token_expired",
    "page_token_invalid",
    "token",
]

TOKEN_LIFETIME: Seconds = 300.0

_SNAPSHOT = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_TOKEN = re.compile(rf"{_SNAPSHOT}-(?:0|[1-9][0-9]{{0,8}})")
_LONGEST_SHOWN = 80


def new_snapshot_id(random_bytes: bytes) -> str:
    """Return the name of a new snapshot: a random UUID (version 4) made from 16 bytes.

    Args:
        random_bytes: Unpredictable, since knowing a token is what opens its page.

    Raises:
        ValueError: There are not exactly 16 bytes.
    """
    if len(random_bytes) != 16:
        raise ValueError(f"a snapshot id needs 16 random bytes, not {len(random_bytes)}")
    marked = bytearray(random_bytes)
    marked[6] = marked[6] & 0x0F | 0x40
    marked[8] = marked[8] & 0x3F | 0x80
    text = marked.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def token(snapshot: str, number: int) -> str:
    """Return the token of a page of a snapshot; `number` counts from 0."""
    return f"{snapshot}-{number}"


def is_well_formed(text: str) -> bool:
    """Tell whether a text could be one of our tokens, so that nothing else is ever looked up."""
    return _TOKEN.fullmatch(text) is not None


def expires_at(now: float) -> str:
    """Return when a token built at `now` (seconds since 1970, UTC) stops working: RFC 3339, whole seconds, `Z`."""
    moment = datetime.fromtimestamp(int(now + TOKEN_LIFETIME), tz=timezone.utc)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def page_token_invalid(text: str) -> BadRequestError:
    """Return the complaint about a token that names no page: malformed, unknown, or made for another key."""
    return _refusal("classify_page_token_invalid", text)


def page_token_expired(text: str) -> BadRequestError:
    """Return the complaint about a token whose 300 seconds are over."""
    return _refusal("classify_page_token_expired", text)


def _refusal(code: str, text: str) -> BadRequestError:
    """Build the error; only its search twin was printed, whose sentence it repeats with the other call's name."""
    shown = text if len(text) <= _LONGEST_SHOWN else f"{text[: _LONGEST_SHOWN - 3]}..."
    return BadRequestError(
        "The token that identifies the page to be retrieved is expired or invalid. "
        f"You must make a new classify request. Token: {shown}.",
        code=code,
    )
