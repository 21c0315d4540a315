"""The corpus of ugly answers: its cases, what each asked for, and what counts as read exactly."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from pegasus_classify.contract.evidence import Evidence
from pegasus_classify.contract.request import ClassDefinition, ClassifyRequest, effective_classes
from pegasus_classify.contract.vocabulary import Vocabulary

__all__ = ["Key", "cases", "cases_by_file", "key_of", "keys_of", "request_of", "vocabulary_of_case", "wanted_keys"]

Key = tuple[Any, ...]
"""Class, prompt, option, start, end, confidence: what two readings of one text are compared by."""

_FOLDER = Path(__file__).resolve().parents[1] / "reading" / "cases"


@cache
def _requests() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((_FOLDER / "requests.json").read_text(encoding="utf-8"))
    return found


def cases_by_file(part: str) -> dict[str, list[dict[str, Any]]]:
    """Return the cases of `seen` or `unseen` by the name of their file."""
    return {
        path.stem: [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]
        for path in sorted((_FOLDER / part).glob("*.jsonl"))
    }


def cases(part: str) -> list[dict[str, Any]]:
    """Return the cases of `seen` or `unseen`, in the order of their files."""
    return [case for part_of_it in cases_by_file(part).values() for case in part_of_it]


def request_of(case: dict[str, Any]) -> dict[str, Any]:
    """Return the request a case belongs to, its own or the one it names."""
    found: dict[str, Any] = case.get("request") or _requests()[case["request_ref"]]
    return found


def vocabulary_of_case(case: dict[str, Any]) -> Vocabulary:
    """Return what the question of a case asked for, with its ids."""
    body = request_of(case)
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


def key_of(name: str, prompt: str | None, option: str | None, *numbers: float | None) -> Key:
    """Return one entry in the form that is compared: numbers to three decimals."""
    return (name, prompt, option, *map(_rounded, numbers))


def keys_of(evidence: Iterable[Evidence]) -> list[Key]:
    """Return what was read, in a fixed order."""
    found = [key_of(e.class_name, e.prompt, e.option, e.start, e.end, e.confidence) for e in evidence]
    return sorted(found, key=str)


def wanted_keys(case: dict[str, Any]) -> list[Key]:
    """Return what a careful person reads from a case's text, in a fixed order."""
    names = ("class", "prompt", "option", "start", "end", "confidence")
    return sorted((key_of(*(each[name] for name in names)) for each in case["expect"]), key=str)
