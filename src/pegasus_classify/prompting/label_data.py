"""Text of a request on its way into a prompt: data that can only be written as JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

__all__ = ["LabelText", "as_json", "labelled"]

_UNSAFE = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff]")
"""What JSON may hold bare but a prompt should not: further line ends and controls, and halves of a character, which
cannot be sent at all."""


class LabelText(str):
    """A string of the request; a template that prints it without the `json` filter is refused."""

    __slots__ = ()


def labelled(value: Any) -> Any:
    """Return a JSON value with every string in it, keys excepted, marked as text of the request."""
    if isinstance(value, str):
        return LabelText(value)
    if isinstance(value, Mapping):
        return {key: labelled(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [labelled(item) for item in value]
    return value


def as_json(value: Any) -> str:
    """Write a value as JSON, keeping letters as they are ("R&B" stays "R&B"); a list has one line per item.

    Jinja's own `tojson` escapes for HTML and would show the model other words than the request's. Quotes,
    backslashes, line ends and controls are escaped, so no string can end its line or its quotes.
    """
    if isinstance(value, (list, tuple)) and value and isinstance(value[0], Mapping):
        return "[\n" + ",\n".join(_one_line(item) for item in value) + "\n]"
    return _one_line(value)


def _one_line(value: Any) -> str:
    return _UNSAFE.sub(lambda match: f"\\u{ord(match.group()):04x}", json.dumps(value, ensure_ascii=False))
