"""Every wrong request gets the old API's status and code, and a message that names field and value."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from legacy_samples import schema_errors

from pegasus_classify.errors import BadRequestError, parameter_invalid
from pegasus_classify.legacy.detect import parse_body
from pegasus_classify.legacy.failures import failure_answer
from pegasus_classify.legacy.wire import read_request

ROWS = json.loads((Path(__file__).parent / "bad_requests.json").read_text(encoding="utf-8"))
# Two bodies too long to stand in a table.
LONG = {"NESTED": '{"a":' + "[" * 200_000 + "]" * 200_000 + "}", "DIGITS": '{"a": ' + "9" * 5000 + "}"}


def text_of(row: dict[str, Any]) -> str:
    return LONG.get(row["raw"], row["raw"]) if "raw" in row else json.dumps(row["body"])


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["name"])
def test_a_wrong_request_is_refused_with_field_and_value(row: dict[str, Any]) -> None:
    with pytest.raises(BadRequestError) as caught:
        read_request(parse_body(text_of(row)), row["call"])
    reply = failure_answer(caught.value)
    assert (reply.status, reply.body["code"]) == (row["status"], row["code"])
    assert [words for words in row["says"] if words not in reply.body["message"]] == [], reply.body["message"]
    assert schema_errors("error", reply.body) == []
    json.dumps(reply.body, ensure_ascii=False).encode("utf-8")


def test_row_names_are_unique() -> None:
    names = [row["name"] for row in ROWS]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    "raw",
    [
        b'{"video_ids": ["\xff"]}',
        '{"video_ids": []}'.encode("utf-16"),
    ],
    ids=["a stray byte", "another encoding"],
)
def test_a_body_that_is_not_utf8_is_refused_with_the_byte(raw: bytes) -> None:
    with pytest.raises(BadRequestError, match=r"not UTF-8: byte 0xff at position \d+"):
        parse_body(raw)


def test_nan_from_a_python_caller_is_out_of_range() -> None:
    body = {"index_id": "i", "options": ["visual"], "classes": [{"name": "a", "prompts": ["b"]}]}
    with pytest.raises(BadRequestError, match=r"threshold\.min_clip_score .* NaN"):
        read_request({**body, "threshold": {"min_clip_score": float("nan")}}, "bulk")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "null"),
        (True, "true"),
        ("a\r\nb", r'"a\r\nb"'),
        ("caf\u00e9", '"caf\u00e9"'),
        ("\u202ea", r'"\u202ea"'),
        ("\ud800", r'"\ud800"'),
        ({"a": [1, 2.5]}, '{"a": [1, 2.5]}'),
        ("x" * 200, '"' + "x" * 76 + "..."),
    ],
)
def test_a_value_is_shown_as_its_sender_spells_it(value: object, shown: str) -> None:
    """Programs in any language see JSON, with nothing in it that a terminal or a header would take for its own."""
    assert f"Received: {shown}." in str(parameter_invalid("x", value))


def test_a_value_without_a_spelling_in_json_is_shown_as_python_does() -> None:
    circle: list[object] = []
    circle.append(circle)
    for value, shown in ((circle, "[[...]]"), ({1, 2}, "{1, 2}")):
        assert f"Received: {shown}." in str(parameter_invalid("x", value))
