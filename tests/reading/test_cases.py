"""The texts of the corpus that may be looked at are read exactly as a careful person reads them.

Those in `not_yet_read.txt` are not: each is expected to fail, and one that begins to be read must leave the list.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pegasus_classify.contract.request import ClassDefinition, ClassifyRequest, effective_classes
from pegasus_classify.contract.vocabulary import Vocabulary
from pegasus_classify.reading.read import read

_CASES = Path(__file__).parent / "cases"
_REQUESTS = json.loads((_CASES / "requests.json").read_text(encoding="utf-8"))
_NOT_YET = frozenset((Path(__file__).parent / "not_yet_read.txt").read_text(encoding="utf-8").split())


def _cases() -> list[Any]:
    found = []
    for path in sorted((_CASES / "seen").glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            case = json.loads(line)
            marks = [pytest.mark.xfail(reason="listed in not_yet_read.txt")] if case["id"] in _NOT_YET else []
            found.append(pytest.param(case, id=case["id"], marks=marks))
    return found


def _vocabulary(case: dict[str, Any]) -> Vocabulary:
    body = case.get("request") or _REQUESTS[case["request_ref"]]
    request = ClassifyRequest(
        classes=tuple(ClassDefinition(name=each["name"], prompts=tuple(each["prompts"])) for each in body["classes"]),
        options=tuple(body["options"]),
    )
    ids = case.get("ids") or {}
    return Vocabulary(
        effective_classes(request),
        {short: name for short, name in ids.items() if isinstance(name, str)},
        {short: (pair[0], pair[1]) for short, pair in ids.items() if not isinstance(pair, str)},
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


@pytest.mark.parametrize("case", _cases())
def test_case_is_read_exactly(case: dict[str, Any]) -> None:
    reading = read(case["text"], _vocabulary(case), case["duration"], case["finish_reason"])
    got = [
        (each.class_name, each.prompt, each.option, _rounded(each.start), _rounded(each.end), _rounded(each.confidence))
        for each in reading.evidence
    ]
    wanted = [
        (
            each["class"],
            each["prompt"],
            each["option"],
            _rounded(each["start"]),
            _rounded(each["end"]),
            _rounded(each["confidence"]),
        )
        for each in case["expect"]
    ]
    assert sorted(got, key=str) == sorted(wanted, key=str), case["why"]
    assert case["verdict"] in (None, reading.verdict), case["why"]
