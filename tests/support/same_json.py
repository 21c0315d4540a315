"""Equality of JSON values: numbers by value (1 and 1.0 are one number), everything else by type and value."""

from __future__ import annotations

from typing import Any

__all__ = ["fractions_without_need", "same_json"]


def same_json(left: Any, right: Any) -> bool:
    """Whether two parsed JSON documents hold the same values; order of keys does not matter, `true` is not 1."""
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same_json(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(same_json(a, b) for a, b in zip(left, right, strict=True))
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, (int, float)) and isinstance(right, (int, float)):
        return left == right
    return type(left) is type(right) and left == right


def fractions_without_need(value: Any) -> list[float]:
    """Return every float that JSON would show with `.0`."""
    if isinstance(value, dict):
        return [each for inner in value.values() for each in fractions_without_need(inner)]
    if isinstance(value, list):
        return [each for inner in value for each in fractions_without_need(inner)]
    return [value] if isinstance(value, float) and value.is_integer() else []
