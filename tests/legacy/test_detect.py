"""From bytes to a body, and from a body to its dialect."""

from __future__ import annotations

import pytest

from pegasus_classify.errors import BadRequestError
from pegasus_classify.legacy.detect import DEEPEST, checked_body, dialect_of, parse_body


def test_the_last_of_equal_keys_counts() -> None:
    assert parse_body('{"page_limit": 1, "page_limit": 2}') == {"page_limit": 2}


def test_a_byte_order_mark_is_passed_over() -> None:
    assert parse_body(b"\xef\xbb\xbf{}") == {}


def test_the_deepest_allowed_nesting_is_read() -> None:
    inner = DEEPEST - 1
    assert parse_body('{"a":' + "[" * inner + "]" * inner + "}")


def test_a_parsed_body_is_checked_like_a_text() -> None:
    assert checked_body({"a": ({},)}) == {"a": ({},)}
    with pytest.raises(BadRequestError, match="an array"):
        checked_body(())
    with pytest.raises(BadRequestError, match="not object"):
        checked_body(object())
    with pytest.raises(BadRequestError, match="key 1 is not a string"):
        checked_body({1: 2})


def test_a_body_that_holds_itself_is_nested_too_deep() -> None:
    body: dict[str, object] = {}
    body["again"] = body
    with pytest.raises(BadRequestError, match="nested"):
        checked_body(body)


def test_the_body_tells_its_dialect() -> None:
    assert dialect_of({"labels": None}) == "labels"
    assert dialect_of({"classes": None}) == "classes"


def test_a_body_without_either_word_lacks_its_classes() -> None:
    with pytest.raises(BadRequestError, match="The classes parameter is required") as caught:
        dialect_of({"video_ids": []})
    assert caught.value.code == "parameter_not_provided"
