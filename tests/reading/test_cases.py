"""The texts of the corpus that may be looked at are read exactly as a careful person reads them.

Those in `not_yet_read.txt` are not: each is expected to be misread, and one that begins to be read must leave the list.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from corpus import cases_by_file, keys_of, vocabulary_of_case, wanted_keys

from pegasus_classify.reading.read import read

_NOT_YET = frozenset((Path(__file__).parent / "not_yet_read.txt").read_text(encoding="utf-8").split())
_FILES = cases_by_file("seen")


def _misread(case: dict[str, Any]) -> str | None:
    """Return what a reading got wrong, for people; None when it is what a careful person reads."""
    reading = read(case["text"], vocabulary_of_case(case), case["duration"], case["finish_reason"])
    found, wanted = keys_of(reading.evidence), wanted_keys(case)
    if found == wanted and case["verdict"] in (None, reading.verdict):
        return None
    return f"{case['id']} ({case['why']}): read {reading.verdict} {found}, not {case['verdict']} {wanted}"


@pytest.mark.parametrize("name", sorted(_FILES))
def test_every_text_of_a_file_is_read_exactly_but_those_listed(name: str) -> None:
    misread = {case["id"]: _misread(case) for case in _FILES[name]}
    assert [why for identity, why in misread.items() if why is not None and identity not in _NOT_YET] == []
    assert [identity for identity, why in misread.items() if why is None and identity in _NOT_YET] == []


def test_every_listed_text_is_in_the_corpus() -> None:
    assert {case["id"] for part in _FILES.values() for case in part} >= _NOT_YET
