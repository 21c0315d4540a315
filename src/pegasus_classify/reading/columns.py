"""What a value may hold: entries, an answer in a string, entries written as columns."""

from __future__ import annotations

from pegasus_classify.reading.keys import role_of
from pegasus_classify.reading.tree import Node, Obj

__all__ = ["are_entries", "embedded_in", "unzipped"]

_HEADS = frozenset({"columns", "header", "headers"})


def are_entries(value: Node) -> bool:
    """Return whether a value is an object, or a list of nothing but objects."""
    return isinstance(value, Obj) or (isinstance(value, list) and all(isinstance(each, Obj) for each in value))


def embedded_in(text: str) -> bool:
    """Return whether a string looks like an answer of its own."""
    return text.lstrip()[:1] in ("{", "[")


def unzipped(obj: Obj) -> list[Obj]:
    """Return the entries an object holds as columns; empty when it holds none.

    `{"class": ["Rain", "Fog"], "start": [0, 40], "end": [12, 52]}`, and
    `{"columns": ["start", "end", "label"], "rows": [[0, 12, "Rain"]]}`. An object that was broken off holds none.
    """
    lists = [(key, value) for key, value in obj.pairs if isinstance(value, list)]
    if len(lists) < 2 or not obj.closed:
        return []
    head = next((value for key, value in lists if key.casefold() in _HEADS and _plain(value)), None)
    if head is not None:
        rows = next((value for _, value in lists if value is not head), [])
        return _entries(head, rows, [], obj)
    columns = [(key, value) for key, value in lists if role_of(key) in ("class", "start", "end", "confidence")]
    length = len(columns[0][1]) if columns else 0
    if not all(len(value) == length and _plain(value) for _, value in columns):
        return []
    if not {role_of(key) for key, _ in columns} >= {"start", "end"}:
        return []
    rest = [(key, value) for key, value in obj.pairs if not isinstance(value, list)]
    rows = [list(row) for row in zip(*(value for _, value in columns), strict=True)]
    return _entries([key for key, _ in columns], rows, rest, obj)


def _plain(values: list[Node]) -> bool:
    return all(isinstance(each, (str, int, float)) for each in values)


def _entries(keys: list[Node], rows: list[Node], rest: list[tuple[str, Node]], obj: Obj) -> list[Obj]:
    return [
        Obj([*rest, *zip(map(str, keys), row, strict=True)], obj.span)
        for row in rows
        if isinstance(row, list) and len(row) == len(keys)
    ]
