"""The old API's three calls as an OpenAPI document, made from the tables that read and write them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pegasus_classify.contract.request import CONFIDENCE_WORDS
from pegasus_classify.legacy.detect import DIALECTS
from pegasus_classify.legacy.dialect import Column, ColumnForm, Dialect
from pegasus_classify.legacy.spelling import Kind
from pegasus_classify.legacy.wire import field_rules, required_fields

__all__ = ["openapi_document"]


def openapi_document() -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of the old Classify API, both dialects, as JSON values."""
    bulk = _answers(_any_of([_paged(each) for each in DIALECTS.values()]))
    videos = _answers(_any_of([_paged(DIALECTS["classes"]), _single(DIALECTS["labels"])]))
    page = _operation("page", "Fetch another page of an answer", bulk)
    page["parameters"] = [
        {
            "name": "page_token",
            "in": "path",
            "required": True,
            "description": "As an answer's page_info names it; it lives five minutes. `bulk` is never one.",
            "schema": {"type": "string", "minLength": 1, "not": {"const": "bulk"}},
        }
    ]
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Classify",
            "version": "1.2",
            "description": "The deprecated Classify API, answered with the help of the Pegasus model.",
        },
        "servers": [_SERVERS],
        "security": [{"key": []}],
        "paths": {
            "/classify": {"post": {**_operation("videos", "Classify videos", videos), **_body("videos")}},
            "/classify/bulk": {"post": {**_operation("bulk", "Classify an index", bulk), **_body("bulk")}},
            "/classify/{page_token}": {"get": page},
        },
        "components": {
            "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "x-api-key"}},
            "schemas": {"Error": _ERROR},
        },
    }


_SERVERS = {
    "url": "/{prefix}",
    "variables": {"prefix": {"enum": ["v1.2", "v1.1", "p/v1.2", "p/v1.1"], "default": "v1.2"}},
}

_ERROR = {
    "type": "object",
    "properties": {
        "code": {"type": "string"},
        "message": {"type": "string"},
        "docs_url": {"type": "string"},
    },
    "required": ["code", "message"],
}

_FAILURES = {
    "400": "The request is wrong; nothing was asked.",
    "401": "The key is missing or wrong.",
    "403": "The key may not do this.",
    "404": "The address does not exist.",
    "405": "The address does not take this method.",
    "408": "The body did not arrive in time.",
    "413": "The body is too large.",
    "429": "Too many requests, or an allowance is used up.",
    "500": "An unexpected error.",
    "502": "The platform behind this API failed.",
    "503": "The platform behind this API is not available, or the answer took too long.",
    "504": "The platform behind this API did not answer in time.",
}

_FORMS: Mapping[ColumnForm, dict[str, Any]] = {
    "text": {"type": "string"},
    "option": {"type": "string", "enum": list(DIALECTS["labels"].options)},
    "word": {"type": "string", "enum": [word for _, word in CONFIDENCE_WORDS]},
    "cut": {"type": "number", "minimum": 0, "maximum": 100},
    "exact": {"type": "number", "minimum": 0},
    "count": {"type": "integer", "minimum": 0},
}

_NARROWER: dict[str, dict[str, Any]] = {
    "duration_ratio": {"type": "number", "minimum": 0, "maximum": 1},
    "normalized_score": {"type": "number", "minimum": 0, "maximum": 100},
}

_MAY_BE_MISSING = ("thumbnail_url", "duration_weighted_score", "next_page_token", "prev_page_token")


def _operation(name: str, summary: str, answers: dict[str, Any]) -> dict[str, Any]:
    return {"operationId": name, "summary": summary, "responses": answers}


def _body(kind: Kind) -> dict[str, Any]:
    schemas = [schema for dialect in DIALECTS.values() for schema in _requests(dialect, kind)]
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": _any_of(schemas)}}}}


def _any_of(schemas: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {"anyOf": list(schemas)}


def _requests(dialect: Dialect, kind: Kind) -> list[dict[str, Any]]:
    """One schema per field that may name what is classified: exactly one of them is sent."""
    rules = {name: dict(rule.schema) for name, rule in field_rules(dialect, kind).items()}
    rules["threshold"] = dict(dialect.threshold.schema)
    targets = dialect.targets[kind]
    return [
        {
            "title": f"{dialect.list_field} with {target}",
            "type": "object",
            "properties": {name: schema for name, schema in rules.items() if name == target or name not in targets},
            "required": [target, *required_fields(dialect, kind)],
            "additionalProperties": False,
        }
        for target in targets
    ]


def _answers(schema: dict[str, Any]) -> dict[str, Any]:
    error = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    failures = {status: {"description": text, "content": error} for status, text in _FAILURES.items()}
    return {"200": {"description": "The answer.", "content": {"application/json": {"schema": schema}}}, **failures}


def _columns(columns: Sequence[Column]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {each.key: _NARROWER.get(each.key, _FORMS[each.form]) for each in columns},
        "required": [each.key for each in columns if each.key not in _MAY_BE_MISSING],
    }


def _items(dialect: Dialect) -> dict[str, Any]:
    item = _columns(dialect.item)
    item["properties"]["clips"] = {"type": "array", "items": _columns(dialect.clip)}
    if dialect.detail:
        item["properties"]["detailed_scores"] = _columns(dialect.detail)
    return {"type": "array", "items": item}


def _single(dialect: Dialect) -> dict[str, Any]:
    return {
        "title": f"{dialect.list_field} of one video",
        "type": "object",
        "properties": {"video_id": {"type": "string"}, dialect.list_field: _items(dialect)},
        "required": ["video_id", dialect.list_field],
    }


def _paged(dialect: Dialect) -> dict[str, Any]:
    info = _columns(dialect.page_info)
    if dialect.name == "labels":
        # Empty when everything stands on one page.
        info = _any_of([{"type": "object", "maxProperties": 0}, info])
    return {
        "title": f"{dialect.list_field} of many videos",
        "type": "object",
        "properties": {"data": {"type": "array", "items": _single(dialect)}, "page_info": info},
        "required": ["data", "page_info"],
    }
