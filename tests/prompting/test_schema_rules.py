"""What the platform refuses in a schema."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pegasus_classify.prompting.schema_rules import accepted, refused_keywords

CASES = json.loads((Path(__file__).parent / "schemas.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=[case["why"] for case in CASES])
def test_exactly_the_refused_parts_are_named(case: dict[str, Any]) -> None:
    found = refused_keywords(case["schema"])
    assert [[complaint.path, complaint.keyword] for complaint in found] == case["refused"]
    assert all(complaint.reason.endswith(".") for complaint in found)


def test_a_schema_that_is_taken_comes_back_and_another_is_an_error() -> None:
    good = {"type": "object", "properties": {}}
    assert accepted(good) is good
    with pytest.raises(ValueError, match=r"refuses minLength at \$: It is not among"):
        accepted({"type": "string", "minLength": 1})
