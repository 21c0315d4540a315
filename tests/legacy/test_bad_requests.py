"""Every wrong request gets the old API's status and code, and a message that names field and value."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from legacy_samples import schema_errors

from pegasus_classify.errors import BadRequestError
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
    with pytest.raises(BadRequestError, match=r"threshold\.min_clip_score .* nan"):
        read_request({**body, "threshold": {"min_clip_score": float("nan")}}, "bulk")
