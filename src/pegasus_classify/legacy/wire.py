"""Requests, read from and written to the old API's JSON: one reader and one writer for every generation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pegasus_classify.contract.request import ClassDefinition, ClassifyRequest
from pegasus_classify.errors import BadRequestError, parameter_not_provided
from pegasus_classify.legacy.detect import DIALECTS, dialect_of
from pegasus_classify.legacy.dialect import Dialect
from pegasus_classify.legacy.rules import (
    FLAG,
    TEXT,
    Rule,
    conflicting,
    entries,
    integer,
    list_of,
    members,
    one_of,
    refuse_unknown,
)
from pegasus_classify.legacy.spelling import IdField, Kind, Spelling, ThresholdForm

__all__ = ["MOST_PROMPTS", "field_rules", "item_rules", "read_request", "required_fields", "write_request"]

MOST_PROMPTS = 100
"""All prompts of a request together (v1.2 specification)."""

_CONVERSATION = one_of(("semantic", "exact_match"))
_TEXTS = list_of(TEXT)

_FIXED_RULES: dict[str, Rule] = {
    "video_ids": _TEXTS,
    "video_id": TEXT,
    "index_id": TEXT,
    "conversation_option": _CONVERSATION,
    "page_limit": integer(1, 50),
    "include_clips": FLAG,
    "show_detailed_score": FLAG,
}

_DEFAULTS = ClassifyRequest(classes=(ClassDefinition(name="-", prompts=("-",)),))


def item_rules(dialect: Dialect) -> dict[str, Rule]:
    """Return the fields an entry of `classes` or `labels` may have, in the order of the specification."""
    optional = {"options": list_of(one_of(dialect.options)), "conversation_option": _CONVERSATION}
    return {"name": TEXT, "prompts": _TEXTS, **{name: optional[name] for name in dialect.item_optional}}


def field_rules(dialect: Dialect, kind: Kind | None) -> dict[str, Rule]:
    """Return the fields a body may have, in the order of the specification, threshold apart.

    Args:
        dialect: Whose body.
        kind: Which call; None when it is not known, which allows the fields of both.
    """
    kinds: tuple[Kind, ...] = ("videos", "bulk") if kind is None else (kind,)
    targets = [name for each in kinds for name in dialect.targets[each]]
    optional = [name for each in kinds for name in dialect.optional[each]]
    return {
        **{name: _FIXED_RULES[name] for name in targets},
        "options": list_of(one_of(dialect.options)),
        dialect.list_field: _item_list(dialect),
        **{name: _FIXED_RULES[name] for name in optional},
    }


def required_fields(dialect: Dialect, kind: Kind | None) -> tuple[str, ...]:
    """Return the fields a body must have besides its target; without a known call only the list is asked for."""
    return (dialect.list_field,) if kind is None else ("options", dialect.list_field)


def read_request(body: Mapping[str, Any], kind: Kind | None = None) -> tuple[ClassifyRequest, Spelling]:
    """Read a legacy request of any generation.

    Args:
        body: The JSON object as sent; nothing in it is changed.
        kind: The call it was sent to. None when only the words matter and no call was made: then the field that names
            videos or index, and `options`, may be missing.

    Returns:
        The request with every default resolved, and how it was spelled.

    Raises:
        BadRequestError: With the old API's code; the message names the field with its place, and the value.
    """
    dialect = DIALECTS["classes"] if _has_no_list(body) else DIALECTS[dialect_of(body)]
    rules = _RULES[dialect.name, kind]
    refuse_unknown(body, (*rules, "threshold"))
    target = _target(body, dialect, kind)
    values = {name: rule.read(body[name], name) for name, rule in rules.items() if name in body}
    thresholds, form = dialect.threshold.default, ThresholdForm()
    if "threshold" in body:
        thresholds, form = dialect.threshold.read(body["threshold"], "threshold")
    spelling = Spelling(dialect.name, target, form, tuple(name for name in _OPTIONAL if name in values))
    if "video_id" in values:
        values["video_ids"] = (values.pop("video_id"),)
    values["classes"] = values.pop(dialect.list_field)
    return ClassifyRequest(thresholds=thresholds, order=dialect.order, **values), spelling


def write_request(request: ClassifyRequest, spelling: Spelling) -> dict[str, Any]:
    """Write a request as it was spelled; a field that was not sent is written only when it left its default.

    Args:
        request: What is asked.
        spelling: How; with the one that `read_request` returned, the body comes back equal as JSON.
    """
    dialect = DIALECTS[spelling.dialect]
    rules = _RULES[spelling.dialect, None]
    body: dict[str, Any] = {}
    if spelling.id_field is not None:
        value = request.video_ids[0] if spelling.id_field == "video_id" and request.video_ids else None
        body[spelling.id_field] = rules[spelling.id_field].write(value or getattr(request, spelling.id_field))
    required = spelling.given if spelling.id_field is None else ("options", *spelling.given)
    for name in _OPTIONAL:
        if name in required or (name in rules and getattr(request, name) != getattr(_DEFAULTS, name)):
            body[name] = rules[name].write(getattr(request, name))
    body[dialect.list_field] = rules[dialect.list_field].write(request.classes)
    threshold = dialect.threshold.write(request.thresholds, spelling.threshold)
    if threshold is not None:
        body["threshold"] = threshold
    return body


_OPTIONAL = ("options", "conversation_option", "page_limit", "include_clips", "show_detailed_score")


def _has_no_list(body: Mapping[str, Any]) -> bool:
    return not any(name in body for name in DIALECTS)


def _target(body: Mapping[str, Any], dialect: Dialect, kind: Kind | None) -> IdField | None:
    fields: list[IdField] = [name for each, names in dialect.targets.items() if kind in (None, each) for name in names]
    named = [name for name in fields if name in body]
    if len(named) > 1:
        raise conflicting(named)
    wanted = [fields[0]] if kind is not None and not named else []
    missing = [*wanted, *(name for name in required_fields(dialect, kind) if name not in body)]
    if missing:
        raise parameter_not_provided(missing)
    return named[0] if named else None


def _item_list(dialect: Dialect) -> Rule:
    rules = item_rules(dialect)

    def read_item(value: object, place: str) -> ClassDefinition:
        given = members(value, place, rules)
        missing = [f"{place}.{name}" for name in ("name", "prompts") if name not in given]
        if missing:
            raise parameter_not_provided(missing)
        fields = {name: rule.read(given[name], f"{place}.{name}") for name, rule in rules.items() if name in given}
        return ClassDefinition(**fields)

    def read(value: object, place: str) -> tuple[ClassDefinition, ...]:
        items = tuple(read_item(each, f"{place}[{index}]") for index, each in enumerate(entries(value, place)))
        prompts = sum(len(item.prompts) for item in items)
        if prompts > MOST_PROMPTS:
            raise _too_many(place, prompts)
        return items

    def write_item(item: ClassDefinition) -> dict[str, Any]:
        return {
            name: rule.write(getattr(item, name)) for name, rule in rules.items() if getattr(item, name) is not None
        }

    def write(items: tuple[ClassDefinition, ...]) -> list[dict[str, Any]]:
        return [write_item(item) for item in items]

    schema = {
        "type": "object",
        "properties": {name: dict(rule.schema) for name, rule in rules.items()},
        "required": ["name", "prompts"],
        "additionalProperties": False,
    }
    return Rule({"type": "array", "minItems": 1, "items": schema}, read, write)


def _too_many(place: str, prompts: int) -> BadRequestError:
    return BadRequestError(
        f"The {place} parameter is invalid. The total number of prompts {prompts} exceeds the limit of "
        f"{MOST_PROMPTS}; prompts of all {place} are counted together.",
        code="classify_prompts_limit_exceeded",
    )


_RULES: dict[tuple[str, Kind | None], dict[str, Rule]] = {
    (dialect.name, kind): field_rules(dialect, kind)
    for dialect in DIALECTS.values()
    for kind in ("videos", "bulk", None)
}
