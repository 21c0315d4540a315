"""What a field of a request may hold: one rule reads it, writes it and describes it.

The messages are the old API's; each names the field with its place and shows the value. A null is a value of the
wrong type, as it was.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pegasus_classify.contract.quantities import whole
from pegasus_classify.errors import BadRequestError, parameter_invalid, parameter_unknown

__all__ = [
    "FLAG",
    "TEXT",
    "Rule",
    "conflicting",
    "entries",
    "integer",
    "list_of",
    "members",
    "number",
    "one_of",
    "refuse_unknown",
]


def _same(value: Any) -> Any:
    return value


@dataclass(frozen=True, slots=True)
class Rule:
    """What one field may hold.

    Attributes:
        schema: The same as JSON Schema (2020-12).
        read: Takes the wire value and the field's place; returns the value of the contract or raises
            `BadRequestError`.
        write: The way back.
    """

    schema: Mapping[str, Any]
    read: Callable[[object, str], Any]
    write: Callable[[Any], Any] = _same


def _text(value: object, place: str) -> str:
    if not isinstance(value, str):
        raise parameter_invalid(place, value, "It must be a string.")
    if not value:
        raise parameter_invalid(place, value, "It must not be empty.")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        # Half a surrogate pair cannot be sent on to anyone, so it is refused before anything is paid.
        raise parameter_invalid(place, value, "It must be valid Unicode.") from None
    return value


def _flag(value: object, place: str) -> bool:
    if not isinstance(value, bool):
        raise parameter_invalid(place, value, "It must be true or false.")
    return value


TEXT = Rule({"type": "string", "minLength": 1}, _text)
"""A text that is not empty."""

FLAG = Rule({"type": "boolean"}, _flag)
"""True or false, nothing that only looks like it."""


def number(low: float, high: float) -> Rule:
    """Return the rule for a number from `low` to `high`, both included; a boolean is none."""

    def read(value: object, place: str) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise parameter_invalid(place, value, f"It must be a number from {low} to {high}.")
        # Written so that NaN, which a Python caller can send, is out of range too.
        if not low <= value <= high:
            raise parameter_invalid(place, value, f"It must be between {low} and {high}.")
        return float(value)

    return Rule({"type": "number", "minimum": low, "maximum": high}, read, whole)


def integer(low: int, high: int) -> Rule:
    """Return the rule for a whole number from `low` to `high`, both included; `10.0` is one, as in JSON Schema."""

    def read(value: object, place: str) -> int:
        if isinstance(value, bool) or not isinstance(value, int | float) or not _is_whole(value):
            raise parameter_invalid(place, value, f"It must be an integer from {low} to {high}.")
        if not low <= value <= high:
            raise parameter_invalid(place, value, f"It must be between {low} and {high}.")
        return int(value)

    return Rule({"type": "integer", "minimum": low, "maximum": high}, read)


def _is_whole(value: float) -> bool:
    return isinstance(value, int) or (math.isfinite(value) and value.is_integer())


def one_of(words: Sequence[str]) -> Rule:
    """Return the rule for one of some words, spelled exactly so."""
    hint = f"You should use one of the following values: {', '.join(words)}."

    def read(value: object, place: str) -> str:
        if not isinstance(value, str) or value not in words:
            raise parameter_invalid(place, value, hint)
        return words[words.index(value)]

    return Rule({"type": "string", "enum": list(words)}, read)


def entries(value: object, place: str) -> Sequence[object]:
    """Return a list that holds at least one entry.

    Raises:
        BadRequestError: It is no list, or empty.
    """
    if not isinstance(value, list | tuple):
        raise parameter_invalid(place, value, "It must be an array.")
    if not value:
        raise parameter_invalid(place, value, "It must have at least one entry.")
    return value


def list_of(rule: Rule) -> Rule:
    """Return the rule for a list with at least one entry, each of which obeys `rule`; repeats are allowed."""

    def read(value: object, place: str) -> tuple[Any, ...]:
        return tuple(rule.read(each, f"{place}[{index}]") for index, each in enumerate(entries(value, place)))

    def write(value: Iterable[Any]) -> list[Any]:
        return [rule.write(each) for each in value]

    return Rule({"type": "array", "minItems": 1, "items": dict(rule.schema)}, read, write)


def members(value: object, place: str, known: Iterable[str]) -> Mapping[str, object]:
    """Return an object that has no member besides the known ones.

    Raises:
        BadRequestError: It is no object, or has an unknown member.
    """
    if not isinstance(value, Mapping):
        raise parameter_invalid(place, value, "It must be an object.")
    refuse_unknown(value, known, f"{place}.")
    return value


def refuse_unknown(body: Mapping[str, object], known: Iterable[str], prefix: str = "") -> None:
    """Check that a body has known fields only.

    Raises:
        BadRequestError: `parameter_unknown`, naming all that are not known.
    """
    allowed = set(known)
    strangers = [name for name in body if name not in allowed]
    if strangers:
        raise parameter_unknown([prefix + _printable(name) for name in strangers[:10]])


def _printable(name: object) -> str:
    text = str(name).encode("utf-8", "backslashreplace").decode("utf-8")
    return text if len(text) <= 80 else f"{text[:77]}..."


def conflicting(names: Sequence[str]) -> BadRequestError:
    """Return the old API's complaint about several fields of which one must go."""
    return BadRequestError(
        f"The following parameters are invalid: {', '.join(names)}. Send one of them, not more than one."
    )
