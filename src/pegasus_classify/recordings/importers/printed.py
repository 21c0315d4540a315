"""Values that a program printed: JSON, or Python's own spelling as `print` and `pprint` write it."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from typing import Any

__all__ = ["Printed", "values_printed"]

_OPENING = re.compile(r"[{\[]")
_STATUS = re.compile(r"status(?:[ _]?code)?\W{0,3}(\d{3})\b", re.IGNORECASE)
_PIECE = re.compile(r"'(?:[^'\\\n]|\\.)*'|\"(?:[^\"\\\n]|\\.)*\"|[{}\[\]()]", re.DOTALL)
_DECODER = json.JSONDecoder()


class Printed:
    """One value of an output, and the status that was printed before it; no value: the output ends inside one."""

    def __init__(self, value: Any, status: int | None, *, cut: bool = False) -> None:
        self.value = value
        self.status = status
        self.cut = cut


def values_printed(text: str) -> Iterator[Printed]:
    """Yield the objects and lists of an output, in order; nothing in it is run."""
    position = spoken = 0
    while (found := _OPENING.search(text, position)) is not None:
        start = found.start()
        value, end = _value_at(text, start)
        told = _STATUS.findall(text[spoken:start])
        status = int(told[-1]) if told else None
        if end is None:
            yield Printed(None, status, cut=True)
            return
        if value is not None:
            yield Printed(value, status)
            spoken = end
        position = end


def _value_at(text: str, start: int) -> tuple[Any, int | None]:
    """Return the value that begins at a bracket and where it ends; no end: the text stops inside it."""
    try:
        return _DECODER.raw_decode(text, start)
    except (ValueError, RecursionError):
        end = _closing(text, start)
    if end is None:
        return None, None
    try:
        return _as_json(ast.literal_eval(text[start:end])), end
    except (ValueError, SyntaxError, RecursionError, MemoryError, TypeError):
        return None, start + 1


def _closing(text: str, start: int) -> int | None:
    depth = 0
    for piece in _PIECE.finditer(text, start):
        if piece[0] in "{[(":
            depth += 1
        elif piece[0] in "}])":
            depth -= 1
            if depth == 0:
                return piece.end()
    return None


def _as_json(value: Any) -> Any:
    """Return a Python value as JSON would hold it; tuples become lists."""
    if isinstance(value, dict):
        return {str(name): _as_json(each) for name, each in value.items()}
    if isinstance(value, list | tuple | set):
        return [_as_json(each) for each in value]
    return value if isinstance(value, str | int | float | bool) or value is None else str(value)
