"""The recorded-style traffic under tests/samples, and the JSON Schemas of the old API's answers."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import jsonschema

__all__ = ["Sample", "cut_scores", "recorded", "samples", "schema_errors"]

_TESTS = Path(__file__).resolve().parents[1]
_SCHEMAS = {
    path.stem: jsonschema.Draft202012Validator(json.loads(path.read_text(encoding="utf-8")))
    for path in (_TESTS / "schemas").glob("*.json")
}
_CUT = ("score", "max_score", "avg_score", "duration_ratio", "duration_weighted_score")


@dataclass(frozen=True)
class Sample:
    """One call and its answer."""

    name: str
    path: str
    request: Any
    status: int
    response: Any
    uncut: bool = False

    @property
    def kind(self) -> Literal["videos", "bulk"]:
        return "bulk" if self.path.endswith("/bulk") else "videos"


def samples() -> list[Sample]:
    """Every sample of our own and of the old guide."""
    return [
        Sample(f"{path.parent.name}/{path.stem}", told["path"], told["request"], int(path.stem), told["response"],
               told.get("uncut", False))
        for path in sorted((_TESTS / "samples").glob("*/*/*.json"))
        for told in [json.loads(path.read_text(encoding="utf-8"))]
    ]  # fmt: skip


def recorded(shared: Path) -> list[Sample]:
    """The real recorded answers; the last three are illustrations whose scores are not cut."""
    found = []
    for path in sorted((shared / "legacy" / "recorded").glob("*.json")):
        told = json.loads(path.read_text(encoding="utf-8"))
        uncut = path.name[:3] in ("017", "018", "019")
        found.append(Sample(path.name, told["path"], told["request"], told["status"], told["response"], uncut))
    return found


def cut_scores(value: Any, key: str = "") -> Any:
    """The same answer with its scores and ratios cut to two decimals, through their decimal digits."""
    if isinstance(value, dict):
        return {name: cut_scores(inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [cut_scores(inner) for inner in value]
    return math.floor(round(value * 100, 6)) / 100 if key in _CUT else value


def schema_errors(name: str, answer: Any) -> list[str]:
    """What a schema of the old API has against an answer; empty when it is valid."""
    return [f"{error.json_path}: {error.message}" for error in _SCHEMAS[name].iter_errors(answer)]
