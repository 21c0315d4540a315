"""What a value may hold: entries, an answer in a string, entries written as columns."""

from __future__ import annotations

from collections.abc import Sequence

from pegasus_classify.reading.keys import role_of
from pegasus_classify.reading.timecodes import stretch_of
from pegasus_classify.reading.tree import Node, Obj

__all__ = ["are_entries", "embedded_in", "unzipped"]

_FIELDS = frozenset({"class", "start", "end", "time", "confidence", "prompt", "option"})
_HEADS = frozenset({"columns", "header", "headers"})


def are_entries(value: Node) -> bool:
    """Return whether a value is an object, or a list of nothing but objects."""
    return isinstance(value, Obj) or (isinstance(value, list) and all(isinstance(each, Obj) for each in value))


def embedded_in(text: str) -> bool:
    """Return whether a string looks like an answer of its own."""
    return text.lstrip()[:1] in ("{", "[") and stretch_of(text) is None


def unzipped(obj: Obj) -> list[Obj]:
    """Return the entries an object holds as columns; empty when it holds none.

    `{"class": ["Rain", "Fog"], "start": [0, 40], "end": [12, 52]}`, and
    `{"columns": ["start", "end", "label"], "rows": [[0, 12, "Rain"]]}`. An object that was broken off holds none.
    """
    lists = [
        (key, [each for _, each in value.pairs] if _is_numbered(value) else value)
        for key, value in obj.pairs
        if isinstance(value, list) or _is_numbered(value)
    ]
    if len(lists) < 2 or not obj.closed:
        return []
    head = next((value for key, value in lists if key.casefold() in _HEADS and _plain(value)), None)
    if head is not None:
        others = [value for _, value in lists if value is not head]
        rows = next((value for value in others if value and isinstance(value[0], list)), others[0])
        return _entries(head, rows, [], obj)
    columns = [(column, value) for key, value in lists if (column := _column(key)) is not None]
    length = len(columns[0][1]) if columns else 0
    if not all(len(value) == length and (_plain(value) or _pairs(column, value)) for column, value in columns):
        return []
    if not {column for column, _ in columns} >= {"start", "end"} and not _ranges_by_class(columns):
        return []
    rest = [(key, value) for key, value in obj.pairs if not (isinstance(value, list) or _is_numbered(value))]
    rows = [list(row) for row in zip(*(value for _, value in columns), strict=True)]
    return _entries([column for column, _ in columns], rows, rest, obj)


def _is_numbered(value: Node) -> bool:
    """Return whether an object is a column with the numbers of its rows as keys: `{"0": "Rain", "1": "Fog"}`."""
    return isinstance(value, Obj) and bool(value.pairs) and all(key.isdigit() for key, _ in value.pairs)


def _column(key: str) -> str | None:
    """Return the field a column holds; None when it holds none."""
    role = role_of(key)
    if role == "names":
        return "class"
    if role == "clips":
        return "time"
    if key.casefold() == "prompts":
        return "prompt"
    return role if role in _FIELDS else None


def _ranges_by_class(columns: list[tuple[str, list[Node]]]) -> bool:
    """Return whether columns give a class and a range in each row."""
    ranges = next((value for column, value in columns if column == "time"), [])
    texts = all(isinstance(each, str) and (times := stretch_of(each)) and times.end for each in ranges)
    return bool(ranges) and (texts or _pairs("time", ranges)) and any(column == "class" for column, _ in columns)


def _pairs(column: str, values: list[Node]) -> bool:
    """Return whether a column of times holds a pair of them in each row."""
    return column == "time" and all(isinstance(each, list) and len(each) == 2 and _plain(each) for each in values)


def _plain(values: list[Node]) -> bool:
    return all(each is None or isinstance(each, (str, int, float)) for each in values)


def _entries(keys: Sequence[Node], rows: list[Node], rest: list[tuple[str, Node]], obj: Obj) -> list[Obj]:
    return [
        Obj([*rest, *zip(map(str, keys), row, strict=True)], obj.span)
        for row in rows
        if isinstance(row, list) and len(row) == len(keys)
    ]
