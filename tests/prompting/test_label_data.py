"""Text of a request as JSON in a prompt."""

from __future__ import annotations

import json

import pytest

from pegasus_classify.prompting.label_data import LabelText, as_json, labelled


def test_letters_stay_as_they_are() -> None:
    assert as_json("R&B <b> 'it' 猫 🐈") == "\"R&B <b> 'it' 猫 🐈\""


@pytest.mark.parametrize(
    "text", ['"', "\\", "\n", "\r", "\t", "\0", "\x7f", "\x85", "\u2028", "\u2029", "\ud83d", "\udc00x"]
)
def test_nothing_ends_its_line_or_its_quotes_and_all_comes_back(text: str) -> None:
    written = as_json({"name": f"a{text}b"})
    assert len(written.splitlines()) == 1
    assert written.encode("utf-8")
    assert json.loads(written) == {"name": f"a{text}b"}


def test_a_list_of_objects_has_one_line_for_each() -> None:
    assert as_json([{"a": 1}, {"b": [1, 2]}]) == '[\n{"a": 1},\n{"b": [1, 2]}\n]'
    assert as_json([1, 2]) == "[1, 2]"
    assert as_json([]) == "[]"


def test_every_string_of_a_value_is_marked_and_nothing_else_changes() -> None:
    marked = labelled({"a": ["x", 1, None], "b": ({"c": "y"},)})
    assert marked == {"a": ["x", 1, None], "b": [{"c": "y"}]}
    assert isinstance(marked["a"][0], LabelText)
    assert isinstance(marked["b"][0]["c"], LabelText)
