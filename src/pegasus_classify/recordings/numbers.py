"""JSON whose numbers are numbers: NaN and infinities are found and taken out with what they belong to."""

from __future__ import annotations

import json
import math
import re
from typing import Any

__all__ = ["UnreadableJson", "parsed", "without_no_numbers"]

_SUSPECT = re.compile(r"NaN|Infinity|\d[eE]\+?\d{3}")
"""What a text must hold for one of its numbers to be none: looking is much cheaper than walking through."""


class UnreadableJson(ValueError):
    """A text is no JSON; the message says where it stops being some."""


def parsed(text: str) -> tuple[Any, tuple[str, ...]]:
    """Parse a JSON text.

    Returns:
        The value, and the places of what was no number: `without_no_numbers` has been applied.

    Raises:
        UnreadableJson: It is no JSON, or cannot be taken in.
    """
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        cut = " (cut off?)" if error.pos >= len(text.rstrip()) or "Unterminated" in error.msg else ""
        raise UnreadableJson(f"is no JSON: {error.msg} at column {error.colno}{cut}") from None
    except RecursionError:
        raise UnreadableJson("is nested too deep") from None
    except ValueError:
        # Python refuses integers of more than 4300 digits with a plain ValueError.
        raise UnreadableJson("holds a number with too many digits") from None
    return without_no_numbers(value) if _SUSPECT.search(text) else (value, ())


def without_no_numbers(value: Any) -> tuple[Any, tuple[str, ...]]:
    """Return a JSON value without NaN and infinities, and their places.

    The nearest entry of a list around such a value goes with it; outside any list only the value itself, which
    becomes None.
    """
    places: list[str] = []
    kept = _kept(value, (), in_list=False, places=places)
    return (None if kept is _GONE else kept), tuple(places)


_GONE = object()


def _kept(value: Any, place: tuple[str, ...], *, in_list: bool, places: list[str]) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        places.append(".".join(place))
        return _GONE
    if isinstance(value, list | tuple):
        entries = [_kept(each, (*place, str(index)), in_list=True, places=places) for index, each in enumerate(value)]
        return [each for each in entries if each is not _GONE]
    if not isinstance(value, dict):
        return value
    fields = {name: _kept(each, (*place, name), in_list=in_list, places=places) for name, each in value.items()}
    if not any(each is _GONE for each in fields.values()):
        return fields
    return _GONE if in_list else {name: None if each is _GONE else each for name, each in fields.items()}
