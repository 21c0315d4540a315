"""Fills a requested JSON schema with what was found, guessing each property's meaning from its name.

Law of this file: it knows no schema. A property is a class, a phrase, a time, a modality or a certainty by its name;
anything else is filled with the emptiest value its type allows, as real answers do with optional fields.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from .findings import FoundClass, FoundClip

__all__ = ["canonical", "clock", "fill"]

_ROLES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("start", re.compile(r"start|begin|from", re.IGNORECASE)),
    ("end", re.compile(r"end|until|stop|finish", re.IGNORECASE)),
    ("certainty", re.compile(r"confiden|certain|score|sure|probab", re.IGNORECASE)),
    ("option", re.compile(r"option|modalit|evidence|channel|how", re.IGNORECASE)),
    ("prompt", re.compile(r"prompt|phrase|sub", re.IGNORECASE)),
    ("class", re.compile(r"class|label|categor|group|topic|name|^id$", re.IGNORECASE)),
    ("found", re.compile(r"found|present|relevant|match", re.IGNORECASE)),
)

Values = Mapping[str, Any]


def canonical(classes: Sequence[FoundClass]) -> dict[str, Any]:
    """Return the answer in the form used when no schema asks for another."""
    return {
        "classes": [
            {
                "class": found.name,
                "confidence": found.certainty,
                "clips": [
                    {
                        "start": clip.start,
                        "end": clip.end,
                        "prompt": clip.prompt,
                        "option": clip.option,
                        "confidence": clip.certainty,
                    }
                    for clip in found.clips
                ],
            }
            for found in classes
        ]
    }


def fill(schema: Mapping[str, Any], classes: Sequence[FoundClass]) -> Any:
    """Return a value of the schema's form that holds what was found.

    Args:
        schema: A schema the platform accepts.
        classes: What was found, in the prompt's order.
    """
    return _Filler(schema.get("$defs", {})).value(schema, "", classes, {})


class _Filler:
    def __init__(self, definitions: Mapping[str, Any]) -> None:
        self._definitions = definitions

    def value(self, schema: Mapping[str, Any], name: str, classes: Sequence[FoundClass], values: Values) -> Any:
        schema = self._resolved(schema)
        kind = schema.get("type")
        if kind == "object":
            return self._object(schema, classes, values)
        if kind == "array":
            return self._array(schema, name, classes, values)
        return _scalar(schema, name, values)

    def _resolved(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        while "$ref" in schema or "anyOf" in schema:
            reference = schema.get("$ref")
            schema = schema["anyOf"][0] if reference is None else self._definitions[reference.rsplit("/", 1)[-1]]
        return schema

    def _object(self, schema: Mapping[str, Any], classes: Sequence[FoundClass], values: Values) -> dict[str, Any]:
        by_name = {found.name: found for found in classes}
        filled = {}
        for name, inner in schema.get("properties", {}).items():
            if name in by_name:
                filled[name] = self.value(inner, name, [by_name[name]], _class_values(by_name[name]))
            else:
                filled[name] = self.value(inner, name, classes, values)
        return filled

    def _array(self, schema: Mapping[str, Any], name: str, classes: Sequence[FoundClass], values: Values) -> list[Any]:
        items = self._resolved(schema.get("items", {"type": "string"}))
        if items.get("type") != "object":
            filled = [_scalar(items, name, {**values, **_class_values(found)}) for found in classes]
            return list(dict.fromkeys(filled))
        if self._holds_objects(items):
            return self._rows(items, [([found], _class_values(found)) for found in classes])
        # A list of plain objects: clips where they have times, classes where they have none.
        if any(_role(key) == "start" for key in items.get("properties", {})):
            return self._rows(
                items, [([found], _clip_values(found, clip)) for found in classes for clip in found.clips]
            )
        return self._rows(items, [([found], _class_values(found)) for found in classes])

    def _rows(
        self, items: Mapping[str, Any], scopes: list[tuple[list[FoundClass], dict[str, Any]]]
    ) -> list[dict[str, Any]]:
        return [self._object(items, classes, values) for classes, values in scopes if self._allowed(items, values)]

    def _allowed(self, items: Mapping[str, Any], values: Values) -> bool:
        """Tell whether a row can be written: an enum without its class or phrase leaves the row out."""
        for name, inner in items.get("properties", {}).items():
            choices = self._resolved(inner).get("enum")
            if choices is not None and _role(name) in {"class", "prompt"} and values[_role(name)] not in choices:
                return False
        return True

    def _holds_objects(self, items: Mapping[str, Any]) -> bool:
        inner = (self._resolved(schema) for schema in items.get("properties", {}).values())
        return any(
            schema.get("type") == "array" and self._resolved(schema.get("items", {})).get("type") == "object"
            for schema in inner
        )


def _class_values(found: FoundClass) -> dict[str, Any]:
    first = found.clips[0]
    return {
        "class": found.name,
        "prompt": first.prompt,
        "option": first.option,
        "certainty": found.certainty,
        "start": first.start,
        "end": first.end,
        "found": True,
    }


def _clip_values(found: FoundClass, clip: FoundClip) -> dict[str, Any]:
    return {
        "class": found.name,
        "prompt": clip.prompt,
        "option": clip.option,
        "certainty": clip.certainty,
        "start": clip.start,
        "end": clip.end,
        "found": True,
    }


@lru_cache(maxsize=1_024)
def _role(name: str) -> str:
    return next((role for role, pattern in _ROLES if pattern.search(name)), "")


def _scalar(schema: Mapping[str, Any], name: str, values: Values) -> Any:
    if "const" in schema:
        return schema["const"]
    kind = str(schema.get("type", "string"))
    value = values.get(_role(name))
    choices = schema.get("enum")
    if choices is not None:
        return value if value in choices else choices[0]
    return _WRITERS[kind](value, schema, name)


def _string(value: Any, _schema: Mapping[str, Any], name: str) -> str:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return clock(float(value), "hh:mm:ss.fff") if name in {"start_time", "end_time"} else str(value)
    return "" if value is None else str(value)


def _integer(value: Any, schema: Mapping[str, Any], _name: str) -> int:
    number = round(value) if isinstance(value, (int, float)) else 0
    low = schema.get("minimum", schema.get("exclusiveMinimum", number - 1) + 1)
    high = schema.get("maximum", schema.get("exclusiveMaximum", max(number, low) + 1) - 1)
    return int(min(max(number, low), high))


def _number(value: Any, _schema: Mapping[str, Any], _name: str) -> float:
    return value if isinstance(value, (int, float)) else 0


def _boolean(value: Any, _schema: Mapping[str, Any], _name: str) -> bool:
    return value is not None and bool(value)


def _null(_value: Any, _schema: Mapping[str, Any], _name: str) -> None:
    return None


def _timestamp(value: Any, schema: Mapping[str, Any], _name: str) -> Any:
    seconds = float(value) if isinstance(value, (int, float)) else 0.0
    return clock(seconds, str(schema.get("format")))


def clock(seconds: float, form: str) -> Any:
    """Write a time as `seconds` (a number), `hh:mm:ss` (rounded) or `hh:mm:ss.fff`."""
    if form == "seconds":
        return seconds
    thousandths = round(seconds * 1_000)
    if form == "hh:mm:ss":
        thousandths = round(seconds) * 1_000
    whole, rest = divmod(thousandths, 1_000)
    text = f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}"
    return text if form == "hh:mm:ss" else f"{text}.{rest:03d}"


_WRITERS: Mapping[str, Callable[[Any, Mapping[str, Any], str], Any]] = {
    "string": _string,
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "null": _null,
    "timestamp": _timestamp,
}
