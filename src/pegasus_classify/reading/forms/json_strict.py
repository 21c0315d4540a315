"""JSON that needs no mending: whole, or broken off somewhere; at the speed of the standard library."""

from __future__ import annotations

import json
import re

from pegasus_classify.reading.forms.json_text import Parsed
from pegasus_classify.reading.tree import Arr, Node, Obj

__all__ = ["parse_strict"]

_BRACE = re.compile(r"\{[^{}]*\}|[{}]")
_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)|[\[\]{},]', re.DOTALL)
_MEMBER = re.compile(r'\s*"[^"\\]*(?:\\.[^"\\]*)*"\s*:\s*"[^"\\]*(?:\\.[^"\\]*)*"\s*', re.DOTALL)
_ITEM = re.compile(r'\s*"[^"\\]*(?:\\.[^"\\]*)*"\s*', re.DOTALL)
_EMBEDDED = re.compile(r'\s*"[^"\\]*(?:\\.[^"\\]*)*"\s*:\s*("\s*[{\[])', re.DOTALL)
_REST = re.compile(
    r'\s*(?:"[^"\\]*(?:\\.[^"\\]*)*(?:"\s*(?::\s*(?:"[^"\\]*(?:\\.[^"\\]*)*(?:"\s*|\\?\Z)|[-+.\w]*\s*))?|\\?\Z)|[-+.\w]*\s*)',
    re.DOTALL,
)
_HALF_ESCAPE = re.compile(r"(?<!\\)(?:\\\\)*\\(?:u[0-9a-fA-F]{0,3})?\Z")
_DEEPEST = 400
_LONGEST_WORD = 200


def parse_strict(text: str, start: int) -> Parsed | None:
    """Read the JSON value that begins at `start`; None when it is none or would need mending.

    A value broken off at the end of the text keeps every member that was complete: what the cut touches is left out,
    and whatever was still open is marked as not closed.
    """
    objects: list[Obj] = []

    def keep(pairs: list[tuple[str, Node]]) -> Obj:
        obj = Obj(pairs)
        objects.append(obj)
        return obj

    decoder = json.JSONDecoder(object_pairs_hook=keep, parse_constant=_refused)
    try:
        value, end = decoder.raw_decode(text, start)
        _locate(objects, text, start, end)
        return Parsed(value, end, (), cut=False)
    except json.JSONDecodeError as fault:
        if not _at_the_end(text, fault):
            return None
        objects.clear()
    except (ValueError, RecursionError):
        return None
    broken = _completed(text, start)
    if broken is None:
        return None
    body, depth = broken
    try:
        value = decoder.decode(body)
    except (ValueError, RecursionError):
        return None
    _locate(objects, body, 0, len(body))
    for obj in objects:
        if obj.span is not None:
            obj.span = (obj.span[0] + start, min(obj.span[1] + start, len(text)))
    return Parsed(_opened(value, depth), len(text), (), cut=True)


def _at_the_end(text: str, fault: json.JSONDecodeError) -> bool:
    """Return whether a fault may come from a text that just ends: else there is something to mend."""
    return fault.msg.startswith("Unterminated") or len(text.rstrip()) - fault.pos <= _LONGEST_WORD


def _refused(name: str) -> None:
    raise ValueError(name)


def _locate(objects: list[Obj], text: str, start: int, end: int) -> None:
    """Give each object its place, if no brace stands inside a string: then the order of closing tells all."""
    if not text.count("{", start, end) == len(objects) == text.count("}", start, end):
        return
    opened: list[int] = []
    closing = iter(objects)
    for match in _BRACE.finditer(text, start, end):
        first, last = match.span()
        if last - first > 1:
            next(closing).span = (first, last)
        elif text[first] == "{":
            opened.append(first)
        else:
            next(closing).span = (opened.pop(), last)


def _completed(text: str, start: int) -> tuple[str, int] | None:
    """Return a broken-off document closed behind its last complete member, and how many levels were open."""
    stack: list[str] = []
    last = start
    for match in _TOKEN.finditer(text, start):
        token = match.group()
        if token in "[{":
            stack.append("]" if token == "[" else "}")
            if len(stack) > _DEEPEST:
                return None
        elif token in "]}" and (not stack or stack.pop() != token or not stack):
            return None
        if len(token) == 1:
            last = match.end()
    if not stack:
        return None
    body = _trimmed(text, start, last, stack)
    return None if body is None else (body, len(stack))


def _trimmed(text: str, start: int, last: int, stack: list[str]) -> str | None:
    """Return the document without its half member, closed; None when what is left over is no half member."""
    tail = text[last:]
    if _REST.fullmatch(tail) is None:
        return None
    body = text[start:last]
    whole = (_MEMBER if stack[-1] == "}" else _ITEM).fullmatch(tail)
    embedded = _EMBEDDED.match(tail)
    if whole is not None:
        body += tail
    elif embedded is not None and stack[-1] == "}":
        # A string that is an answer itself is kept as far as it goes.
        body += _HALF_ESCAPE.sub("", tail) + '"'
    else:
        body = body.rstrip().removesuffix(",")
    return body + "".join(reversed(stack))


def _opened(value: Node, depth: int) -> Node:
    """Mark the levels that were open when the text ended: on the way along the last members."""
    root = value = _unclosed(value)
    for _ in range(depth - 1):
        if isinstance(value, Obj):
            key, inner = value.pairs[-1]
            value.pairs[-1] = (key, inner := _unclosed(inner))
        else:
            inner = value[-1] = _unclosed(value[-1])
        value = inner
    return root


def _unclosed(value: Node) -> Node:
    node = Arr(value) if isinstance(value, list) else value
    node.closed = False
    return node
