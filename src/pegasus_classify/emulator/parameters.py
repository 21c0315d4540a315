"""Small checks of request members that name the member in the refusal.

Law of this file: a check returns the value in its type or raises `ApiError`; it knows no endpoint.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from typing import Any

from .api_error import invalid, not_provided, unknown

__all__ = ["integer", "known", "member", "number", "objects", "record", "text", "word"]


def known(body: Mapping[str, Any], names: Collection[str], where: str = "") -> None:
    """Refuse members whose names are not in `names`."""
    for name in body:
        if name not in names:
            raise unknown(where + name)


def member(body: Mapping[str, Any], name: str, where: str = "") -> Any:
    """Return a required member; JSON null counts as missing."""
    value = body.get(name)
    if value is None:
        raise not_provided(where + name)
    return value


def record(value: Any, path: str) -> Mapping[str, Any]:
    """Return a JSON object."""
    if not isinstance(value, Mapping):
        raise invalid(path, "It must be an object.")
    return value


def objects(value: Any, path: str, low: int, high: int) -> list[Mapping[str, Any]]:
    """Return a list of `low` to `high` JSON objects."""
    if not isinstance(value, list) or not low <= len(value) <= high:
        raise invalid(path, f"It must be an array of {low} to {high} items.")
    return [record(item, f"{path}[{number}]") for number, item in enumerate(value)]


def text(value: Any, path: str) -> str:
    """Return a string that is not blank."""
    if not isinstance(value, str) or not value.strip():
        raise invalid(path, "It must be a non-empty string.")
    return value


def word(value: Any, path: str, allowed: Collection[str]) -> str:
    """Return a string out of a fixed set."""
    if not isinstance(value, str) or value not in allowed:
        raise invalid(path, f"You should use one of the following values: {', '.join(allowed)}.")
    return value


def number(value: Any, path: str, low: float, high: float = math.inf) -> float:
    """Return a finite number from `low` to `high`."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise invalid(path, "It must be a number.")
    if not low <= value <= high:
        raise invalid(path, f"It must be between {low:g} and {high:g}.")
    return float(value)


def integer(value: Any, path: str, low: int, high: int) -> int:
    """Return a whole number from `low` to `high`."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise invalid(path, "It must be an integer.")
    if not low <= value <= high:
        raise invalid(path, f"It must be between {low} and {high}.")
    return value
