"""Which parts of a JSON schema the platform refuses, known before anything is sent.

Source: the v1.3 specification of 30 July 2026 and the types of the official SDK 1.3.6, section on structured output.
A refused keyword costs a 422, a misplaced timestamp a 400.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

__all__ = ["Complaint", "accepted", "refused_keywords"]

_IGNORED = frozenset({"title", "description", "$comments"})
"""Accepted everywhere, and never seen by the model."""

_KEYWORDS: Mapping[str, frozenset[str]] = {
    "object": frozenset({"properties", "required"}),
    "array": frozenset({"items", "minItems"}),
    "string": frozenset({"pattern", "format", "enum", "const"}),
    "integer": frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"}),
    "number": frozenset({"enum", "const"}),
    "boolean": frozenset({"enum", "const"}),
    "null": frozenset({"enum", "const"}),
    "timestamp": frozenset({"format"}),
}

_STRING_FORMATS = ("uuid", "date-time", "date", "time")
_TIMESTAMP_FORMATS = ("seconds", "hh:mm:ss", "hh:mm:ss.fff")
_SPECIAL_NAMES = frozenset({"start_time", "end_time"})
_SPECIAL_TYPES = frozenset({"number", "integer", "string", "timestamp"})


@dataclass(frozen=True, slots=True)
class Complaint:
    """One part of a schema that the platform refuses.

    Attributes:
        path: Where the schema that holds it stands, such as `$.properties.classes.items`.
        keyword: The refused keyword; `type` when the kind of value itself is the fault.
        reason: One sentence.
    """

    path: str
    keyword: str
    reason: str


@dataclass(frozen=True, slots=True)
class _Place:
    """A schema inside a schema.

    Attributes:
        path: For people.
        route: Keywords on the way from the root: `p` a property, `i` items, `a` a branch of anyOf, `d` a definition.
        name: Name of the property it belongs to, empty outside properties.
        definitions: Names that `$ref` may use.
        kind: Its type; empty when it has none.
    """

    path: str
    route: str
    name: str
    definitions: frozenset[str]
    kind: str = ""


def refused_keywords(schema: Mapping[str, Any]) -> list[Complaint]:
    """Return everything in a schema that the platform refuses, in the schema's order; empty when it takes it all."""
    definitions = schema.get("$defs", {})
    names = frozenset(definitions) if isinstance(definitions, Mapping) else frozenset()
    root = _Place("$", "", "", names)
    rest = {key: value for key, value in schema.items() if key != "$defs"}
    found = list(_schema(rest, root))
    if isinstance(definitions, Mapping):
        for name, inner in definitions.items():
            found += _schema(inner, _Place(f"$.$defs.{name}", "d", "", names))
    else:
        found.append(Complaint("$", "$defs", "It must be an object of named schemas."))
    return found


def accepted(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema as it is when the platform takes it.

    Raises:
        ValueError: It holds something refused; the message names the first place, keyword and reason.
    """
    for complaint in refused_keywords(schema):
        raise ValueError(f"the platform refuses {complaint.keyword} at {complaint.path}: {complaint.reason}")
    return schema


def _schema(schema: Any, place: _Place) -> Iterator[Complaint]:
    if not isinstance(schema, Mapping):
        yield Complaint(place.path, "type", "A schema must be an object.")
        return
    composed = "anyOf" in schema or "$ref" in schema
    kind = schema.get("type")
    if kind is None and not composed:
        yield Complaint(place.path, "type", "A type is needed where there is neither anyOf nor $ref.")
        return
    if kind is not None and (not isinstance(kind, str) or kind not in _KEYWORDS):
        yield Complaint(place.path, "type", f"It must be one of {', '.join(_KEYWORDS)}; several types need anyOf.")
        return
    if kind is not None:
        yield from _special_name(kind, schema, place)
        yield from _timestamp(kind, schema, place)
    allowed = _KEYWORDS.get(kind or "", frozenset()) | _IGNORED | {"type", "anyOf", "$ref"}
    for keyword, value in schema.items():
        if keyword not in allowed:
            yield Complaint(
                place.path, keyword, f"It is not among the keywords taken for {kind or 'a composed schema'}."
            )
        elif keyword in _CHECKS:
            yield from _CHECKS[keyword](value, replace(place, kind=kind or ""))


def _special_name(kind: str, schema: Mapping[str, Any], place: _Place) -> Iterator[Complaint]:
    if place.name not in _SPECIAL_NAMES:
        return
    if kind not in _SPECIAL_TYPES:
        yield Complaint(place.path, "type", f"A property called {place.name} must be a number, string or timestamp.")
    elif kind == "string" and "format" in schema:
        yield Complaint(place.path, "format", f"A string called {place.name} must have no format.")


def _timestamp(kind: str, schema: Mapping[str, Any], place: _Place) -> Iterator[Complaint]:
    if kind != "timestamp":
        return
    if place.route not in {"p", "pip"}:
        yield Complaint(place.path, "type", "A timestamp may stand at properties.X or properties.A.items.properties.X.")
    if "format" not in schema:
        yield Complaint(place.path, "format", f"A timestamp needs one of {', '.join(_TIMESTAMP_FORMATS)}.")


def _check_properties(value: Any, place: _Place) -> Iterator[Complaint]:
    if not isinstance(value, Mapping):
        yield Complaint(place.path, "properties", "It must be an object of named schemas.")
        return
    for name, inner in value.items():
        there = replace(place, path=f"{place.path}.properties.{name}", route=f"{place.route}p", name=name)
        yield from _schema(inner, there)


def _check_items(value: Any, place: _Place) -> Iterator[Complaint]:
    yield from _schema(value, replace(place, path=f"{place.path}.items", route=f"{place.route}i", name=""))


def _check_any_of(value: Any, place: _Place) -> Iterator[Complaint]:
    if not isinstance(value, list) or not value:
        yield Complaint(place.path, "anyOf", "It must be a list of schemas.")
        return
    for number, inner in enumerate(value):
        # The name stays: a branch is a value of the same property.
        yield from _schema(inner, replace(place, path=f"{place.path}.anyOf[{number}]", route=f"{place.route}a"))


def _check_ref(value: Any, place: _Place) -> Iterator[Complaint]:
    prefix, _, name = str(value).rpartition("/")
    if prefix != "#/$defs" or name not in place.definitions:
        yield Complaint(place.path, "$ref", "It must name an entry of the root's $defs.")


def _check_required(value: Any, place: _Place) -> Iterator[Complaint]:
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        yield Complaint(place.path, "required", "It must be a list of property names.")


def _check_min_items(value: Any, place: _Place) -> Iterator[Complaint]:
    if isinstance(value, bool) or value not in (0, 1):
        yield Complaint(place.path, "minItems", "It may be 0 or 1.")


def _check_format(value: Any, place: _Place) -> Iterator[Complaint]:
    formats = _TIMESTAMP_FORMATS if place.kind == "timestamp" else _STRING_FORMATS
    if value not in formats:
        yield Complaint(place.path, "format", f"It must be one of {', '.join(formats)}.")


def _check_enum(value: Any, place: _Place) -> Iterator[Complaint]:
    if not isinstance(value, list) or not value:
        yield Complaint(place.path, "enum", "It must be a list of at least one value.")


def _bound_check(keyword: str) -> _Check:
    def check(value: Any, place: _Place) -> Iterator[Complaint]:
        if isinstance(value, bool) or not isinstance(value, int):
            yield Complaint(place.path, keyword, "A bound must be an integer.")

    return check


_Check = Callable[[Any, _Place], Iterator[Complaint]]

_CHECKS: Mapping[str, _Check] = {
    "properties": _check_properties,
    "required": _check_required,
    "items": _check_items,
    "minItems": _check_min_items,
    "format": _check_format,
    "enum": _check_enum,
    "anyOf": _check_any_of,
    "$ref": _check_ref,
    **{keyword: _bound_check(keyword) for keyword in _KEYWORDS["integer"]},
}
