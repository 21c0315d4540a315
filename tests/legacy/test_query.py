"""What stands in the address although it belongs into the body."""

from __future__ import annotations

from typing import Any

import pytest

from pegasus_classify.errors import BadRequestError
from pegasus_classify.legacy.query import with_query


@pytest.mark.parametrize(
    ("body", "query", "limit"),
    [
        (b"{}", b"page_limit=3", 3),
        (b'{"page_limit": 5}', b"page_limit=3", 5),
        (b'{"page_limit": null}', b"page_limit=3", 3),
        (b"{}", b"page_limit=x", "x"),
        (b"{}", b"page_limit=%FF", "\ufffd"),
        (b'{"labels": [], "video_id": "a"}', b"page_limit=3", None),
    ],
)
def test_a_page_limit_in_the_address(body: bytes, query: bytes, limit: Any):
    """It is added where the body has none and the call knows pages."""
    fields = with_query(body, query)
    assert isinstance(fields, dict)
    assert fields.get("page_limit") == limit


def test_an_address_without_a_page_limit_leaves_the_body_alone():
    """Not even read; with one, it must be JSON."""
    assert with_query(b"{", b"other=1") == b"{"
    with pytest.raises(BadRequestError):
        with_query(b"{", b"page_limit=1")
