"""From bytes to a body, and from a body to its dialect."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pegasus_classify.errors import BadRequestError, parameter_not_provided
from pegasus_classify.legacy.dialect import Dialect
from pegasus_classify.legacy.rules import conflicting
from pegasus_classify.legacy.spelling import DialectName
from pegasus_classify.legacy.v1_1 import LABELS
from pegasus_classify.legacy.v1_2 import CLASSES

__all__ = ["DEEPEST", "DIALECTS", "checked_body", "dialect_of", "parse_body"]

DIALECTS: Mapping[DialectName, Dialect] = {"classes": CLASSES, "labels": LABELS}
"""Every dialect there was."""

DEEPEST = 32
"""Most levels of nesting a body may have; the old API's own bodies have four."""


def parse_body(raw: bytes | str) -> dict[str, Any]:
    """Read the JSON body of a request. Of a key that occurs twice the last value counts.

    Args:
        raw: As received, UTF-8; a byte order mark is passed over.

    Raises:
        BadRequestError: `parameter_invalid`; the message says what is wrong with the body and where.
    """
    try:
        text = raw.decode("utf-8") if isinstance(raw, bytes) else raw
    except UnicodeDecodeError as error:
        raise _bad(f"It is not UTF-8: byte 0x{error.object[error.start]:02x} at position {error.start}.") from None
    text = text.removeprefix("\ufeff")
    if not text.strip():
        raise _bad("It is empty, a JSON object was expected.")
    return checked_body(_loaded(text))


def checked_body(body: object) -> dict[str, Any]:
    """Return a body that is already parsed, if it is an object that no later step can stumble over.

    Raises:
        BadRequestError: It is no object, has a key that is no text, or is nested too deep.
    """
    if not isinstance(body, Mapping):
        raise _bad(f"It must be a JSON object, not {_JSON_NAMES.get(type(body), type(body).__name__)}.")
    _refuse_depth(body)
    strange = next((key for key in body if not isinstance(key, str)), None)
    if strange is not None:
        raise _bad(f"The key {strange!r} is not a string.")
    return dict(body)


def dialect_of(body: Mapping[str, object]) -> DialectName:
    """Return the dialect of a request's body: what it calls the things to be found.

    Raises:
        BadRequestError: It has both words, or neither.
    """
    words = [name for name in DIALECTS if name in body]
    if len(words) > 1:
        raise conflicting(words)
    if not words:
        raise parameter_not_provided(["classes"])
    return words[0]


_JSON_NAMES: dict[type, str] = {
    list: "an array",
    tuple: "an array",
    str: "a string",
    int: "a number",
    float: "a number",
    bool: "a boolean",
    type(None): "null",
}


def _bad(what: str) -> BadRequestError:
    return BadRequestError(f"The request body is invalid. {what}")


def _loaded(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise _bad(f"It is not JSON: {error.msg} at line {error.lineno} column {error.colno}.") from None
    except RecursionError:
        raise _too_deep() from None
    except ValueError:
        # Python refuses integers of more than 4300 digits with a plain ValueError.
        raise _bad("It holds a number with too many digits.") from None


def _refuse_constant(word: str) -> None:
    raise _bad(f"It is not JSON: {word} is no JSON number.")


def _too_deep() -> BadRequestError:
    return _bad(f"It is nested more than {DEEPEST} levels deep.")


def _refuse_depth(body: object) -> None:
    level: list[object] = [body]
    for _ in range(DEEPEST):
        level = [inner for each in level for inner in _inside(each)]
        if not level:
            return
    raise _too_deep()


def _inside(value: object) -> list[object]:
    held = value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else ()
    return [each for each in held if isinstance(each, Mapping | list | tuple)]
