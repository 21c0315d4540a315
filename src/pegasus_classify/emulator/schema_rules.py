"""Which JSON schemas the platform takes for `response_format`, from its description of structured output.

Law of this file: a table of keywords per type; a keyword that is not in it is refused with 422, a misplaced
timestamp or a misused `start_time`/`end_time` with 400.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .api_error import ApiError, invalid

__all__ = ["check_schema"]

# Accepted anywhere and ignored, so that no instruction belongs into them.
_NOTES = frozenset({"title", "description", "$comments"})
_COMPOSITION = frozenset({"anyOf", "$ref"})

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
_STRING_FORMATS = frozenset({"uuid", "date-time", "date", "time"})
_TIMESTAMP_FORMATS = frozenset({"seconds", "hh:mm:ss", "hh:mm:ss.fff"})
_LENGTHS = {"minLength": "String length", "maxLength": "String length", "maxItems": "Array length"}
_TIMESTAMP_PLACE = re.compile(r"properties\.[^.]+(?:\.items\.properties\.[^.]+)?")
_TIME_NAMES = frozenset({"start_time", "end_time"})
_TIME_TYPES = frozenset({"number", "integer", "string", "timestamp"})
_MAX_DEPTH = 32


def check_schema(schema: Any, where: str) -> None:
    """Check a schema and everything in it.

    Args:
        schema: What the request holds under `json_schema`.
        where: Path of the parameter, for the message.

    Raises:
        ApiError: 422 for a keyword or value the platform does not support, 400 for what is no schema at all, for a
            misplaced timestamp and for a `start_time` or `end_time` of a forbidden type.
    """
    if not isinstance(schema, Mapping) or not schema:
        raise invalid(where, "It must be a JSON schema object.")
    definitions = schema.get("$defs", {})
    if not isinstance(definitions, Mapping):
        raise invalid(f"{where}.$defs", "It must be an object.")
    checker = _Checker(where, definitions)
    for name, inner in definitions.items():
        checker.check(inner, ("$defs", name), name)
    checker.check({key: value for key, value in schema.items() if key != "$defs"}, (), "")


class _Checker:
    def __init__(self, where: str, definitions: Mapping[str, Any]) -> None:
        self._where = where
        self._definitions = definitions

    def check(self, node: Any, path: tuple[str, ...], name: str) -> None:
        """Check one node; `path` leads to it from the root, `name` is that of its property."""
        place = ".".join((self._where, *path))
        if not isinstance(node, Mapping) or len(path) > _MAX_DEPTH:
            raise invalid(place, "It must be a JSON schema object of moderate depth.")
        if _COMPOSITION & set(node):
            self._composition(node, path, place, name)
            return
        kind = node.get("type")
        if not isinstance(kind, str) or kind not in _KEYWORDS:
            raise _unsupported(place, f"The type {kind!r} is not supported.")
        for keyword in node:
            if keyword != "type" and keyword not in _NOTES and keyword not in _KEYWORDS[kind]:
                raise _unsupported(place, _reason(keyword, kind))
        self._time_name(node, kind, place, name)
        self._of_type(node, kind, path, place)

    def _composition(self, node: Mapping[str, Any], path: tuple[str, ...], place: str, name: str) -> None:
        extra = set(node) - _NOTES - _COMPOSITION
        if extra or len(_COMPOSITION & set(node)) > 1:
            raise _unsupported(place, f"Keywords beside anyOf or $ref are not supported ({', '.join(sorted(node))}).")
        if "$ref" in node:
            target = node["$ref"]
            known = isinstance(target, str) and target.startswith("#/$defs/") and target[8:] in self._definitions
            if not known:
                raise _unsupported(place, f"References must lead to $defs, {target!r} does not.")
            return
        branches = node["anyOf"]
        if not isinstance(branches, list) or not branches:
            raise invalid(place, "anyOf must be a list of schemas.")
        for number, branch in enumerate(branches):
            self.check(branch, (*path, "anyOf", str(number)), name)

    def _time_name(self, node: Mapping[str, Any], kind: str, place: str, name: str) -> None:
        if name not in _TIME_NAMES:
            return
        if kind not in _TIME_TYPES or (kind == "string" and "format" in node):
            raise invalid(place, f"A property named {name} must be a number, an integer or a string without format.")

    def _of_type(self, node: Mapping[str, Any], kind: str, path: tuple[str, ...], place: str) -> None:
        if kind == "object":
            self._object(node, path, place)
        elif kind == "array":
            if "minItems" in node and node["minItems"] not in (0, 1):
                raise _unsupported(place, "Array length constraints (minItems above 1) are not supported.")
            if "items" in node:
                self.check(node["items"], (*path, "items"), "")
        elif kind == "timestamp":
            if node.get("format") not in _TIMESTAMP_FORMATS:
                raise invalid(place, "A timestamp needs a format: seconds, hh:mm:ss or hh:mm:ss.fff.")
            if not _TIMESTAMP_PLACE.fullmatch(".".join(path)):
                raise invalid(place, "A timestamp must be a property of the root or of the items of a root array.")
        else:
            _check_values(node, kind, place)

    def _object(self, node: Mapping[str, Any], path: tuple[str, ...], place: str) -> None:
        properties = node.get("properties", {})
        if not isinstance(properties, Mapping):
            raise invalid(f"{place}.properties", "It must be an object.")
        required = node.get("required", [])
        if not isinstance(required, list) or any(key not in properties for key in required):
            raise invalid(f"{place}.required", "It must list properties of the object.")
        for key, inner in properties.items():
            self.check(inner, (*path, "properties", key), key)


def _check_values(node: Mapping[str, Any], kind: str, place: str) -> None:
    choices = node.get("enum", ["any"])
    if not isinstance(choices, list) or not choices:
        raise invalid(f"{place}.enum", "It must be a list with at least one value.")
    if kind == "string" and "format" in node and node["format"] not in _STRING_FORMATS:
        raise _unsupported(place, f"The string format {node['format']!r} is not supported.")
    if kind == "integer":
        for keyword in _KEYWORDS["integer"] & set(node):
            if isinstance(node[keyword], bool) or not isinstance(node[keyword], (int, float)):
                raise invalid(f"{place}.{keyword}", "It must be a number.")
    try:
        re.compile(node.get("pattern", ""))
    except (re.error, TypeError):
        raise invalid(f"{place}.pattern", "It must be a regular expression.") from None


def _reason(keyword: str, kind: str) -> str:
    if keyword in _LENGTHS:
        return f"{_LENGTHS[keyword]} constraints ({keyword}) are not supported."
    return f"The keyword {keyword} is not supported for the type {kind}."


def _unsupported(place: str, why: str) -> ApiError:
    return invalid(place, why, status=422)
