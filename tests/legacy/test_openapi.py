"""The published description says what the reader takes and what the writer gives."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from legacy_samples import Sample, samples

from pegasus_classify.legacy.openapi import openapi_document

DOCUMENT = openapi_document()
PATHS = {"videos": "/classify", "bulk": "/classify/bulk"}
ROWS = json.loads((Path(__file__).parent / "bad_requests.json").read_text(encoding="utf-8"))
# What JSON Schema cannot say: a sum over all classes, valid Unicode.
BEYOND_SCHEMA = ("101 prompts", "surrogate")


def request_schema(kind: str) -> Any:
    return DOCUMENT["paths"][PATHS[kind]]["post"]["requestBody"]["content"]["application/json"]["schema"]


def answer_schema(sample: Sample) -> Any:
    paths = DOCUMENT["paths"]
    operation = paths["/classify/{page_token}"]["get"] if sample.request is None else paths[PATHS[sample.kind]]["post"]
    schema = operation["responses"][str(sample.status)]["content"]["application/json"]["schema"]
    return DOCUMENT["components"]["schemas"]["Error"] if "$ref" in schema else schema


def valid(schema: Any, value: Any) -> bool:
    return bool(jsonschema.Draft202012Validator(schema).is_valid(value))


def test_the_document_is_json_and_names_the_three_operations() -> None:
    assert json.loads(json.dumps(DOCUMENT)) == DOCUMENT
    names = [operation["operationId"] for path in DOCUMENT["paths"].values() for operation in path.values()]
    assert names == ["videos", "bulk", "page"]


@pytest.mark.parametrize("kind", PATHS)
def test_every_schema_is_one(kind: str) -> None:
    jsonschema.Draft202012Validator.check_schema(request_schema(kind))
    operation = DOCUMENT["paths"][PATHS[kind]]["post"]
    jsonschema.Draft202012Validator.check_schema(operation["responses"]["200"]["content"]["application/json"]["schema"])


@pytest.mark.parametrize("sample", samples(), ids=lambda sample: sample.name)
def test_samples_obey_the_description(sample: Sample) -> None:
    assert valid(answer_schema(sample), sample.response)
    if sample.request is not None:
        assert valid(request_schema(sample.kind), sample.request) is (sample.status != 400)


@pytest.mark.parametrize(
    "row",
    [row for row in ROWS if "body" in row and not any(word in row["name"] for word in BEYOND_SCHEMA)],
    ids=lambda row: row["name"],
)
def test_wrong_requests_break_the_description(row: dict[str, Any]) -> None:
    assert not valid(request_schema(row["call"]), row["body"])
