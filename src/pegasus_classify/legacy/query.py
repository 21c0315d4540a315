"""What programs put into the address of a call although it belongs into the body."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from pegasus_classify.legacy.detect import parse_body

__all__ = ["with_query"]


def with_query(body: bytes, query: bytes) -> bytes | dict[str, Any]:
    """Return a body with the `page_limit` that stands in the address, where it has none of its own.

    The v1.2 specification has it in the body; programs put it there and here. A call that knows no pages (a single
    video by its labels) is not given one.

    Args:
        body: As received.
        query: What follows the question mark, still escaped.

    Raises:
        BadRequestError: There is something to add, and the body is not a JSON object.
    """
    wanted = next((value for name, value in parse_qsl(query.decode("latin-1")) if name == "page_limit"), None)
    if wanted is None:
        return body
    fields = parse_body(body)
    if fields.get("page_limit") is None and not ("labels" in fields and "video_id" in fields):
        fields["page_limit"] = int(wanted) if wanted.isdecimal() and len(wanted) < 10 else wanted
    return fields
