"""JSON that needs no mending: whole, or broken off somewhere; at the speed of the standard library."""

from __future__ import annotations

import json
import re

from pegasus_classify.reading.forms.json_text import Parsed
from pegasus_classify.reading.tree import Arr, Node, Obj

__all__ = ["parse_strict", "parse_whole"]

_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)|[\[\]{},]', re.DOTALL)
_MEMBER = re.compile(r'\s*"[^"\\]*(?:\\.[^"\\]*)*"\s*:\s*"[^"\\]*(?:\\.[^"\\]*)*"\s*', re.DOTALL)
_ITEM = re.compile(r'\s*"[^"\\]*(?:\\.[^"\\]*)*"\s*', re.DOTALL)
_EMBEDDED = re.compile(r'\s*"[^"\\]*(?:\\.[^"\\]*)*"\s*:\s*("\s*[{\[])', re.DOTALL)
_REST = re.compile(
    r'\s*(?:"[^"\\]*(?:\\.[^"\\]*)*(?:"\s*(?::\s*(?:"[^"\\]*(?:\\.[^"\\]*)*(?:"\s*|\\?\Z)|[-+.\w]*\s*))?|\\?\Z)|[-+.\w]*\s*)',
    re.DOTALL,
)
_HALF_ESCAPE = re.compile(r"(?<!\\)(?:\\\\)*\\(?:u[0-9a-fA-F]{0,3})?\Z")
_GOES_ON = re.compile(r'(?:[^"\[\]{}]|"[^"\\]*(?:\\.[^"\\]*)*")*[\[\]{}]', re.DOTALL)
"""A bracket outside of strings."""
_DEEPEST = 400
_LONGEST_WORD = 200


def parse_strict(text: str, start: int) -> Parsed | None:
    """Read the JSON value that begins at `start`; None when it is none or would need mending.

    A value broken off at the end of the text keeps every member that was complete: what the cut touches is left out,
    and whatever was still open is marked as not closed.
    """
    try:
        return _decoded(text, start)
    except json.JSONDecodeError as fault:
        if not _at_the_end(text, fault):
            return None
    except (ValueError, RecursionError):
        return None
    broken = _completed(text, start)
    if broken is None:
        return None
    body, depth = broken
    try:
        parsed = _decoded(body, 0, start)
    except (ValueError, RecursionError):
        return None
    return Parsed(_opened(parsed.value, depth, len(text)), len(text), (), cut=True)


def parse_whole(text: str, start: int) -> Parsed | None:
    """Read the JSON value that begins at `start` and ends with the text; None when it is none."""
    try:
        parsed = _decoded(text, start)
    except (ValueError, RecursionError):
        return None
    return None if text[parsed.end :].strip() else parsed


def _decoded(text: str, start: int, before: int = 0) -> Parsed:
    """Read a JSON value.

    Args:
        text: What it stands in.
        start: Where it begins.
        before: How many characters come before `text` in the text whose offsets its objects get.

    Raises:
        ValueError: It is none.
        RecursionError: It is nested too deep.
    """
    objects: list[Obj] = []

    def keep(pairs: list[tuple[str, Node]]) -> Obj:
        obj = Obj(pairs)
        objects.append(obj)
        return obj

    value, end = json.JSONDecoder(object_pairs_hook=keep, parse_constant=_refused).raw_decode(text, start)
    _locate(objects, text, start, end, before)
    return Parsed(value, end, (), cut=False)


def _at_the_end(text: str, fault: json.JSONDecodeError) -> bool:
    """Return whether a fault may come from a text that just ends: else there is something to mend."""
    if fault.msg.startswith("Unterminated"):
        return True
    end = len(text.rstrip())
    # Where a sign was expected and brackets follow, closing what is open cannot help.
    return end - fault.pos <= _LONGEST_WORD and not (
        fault.msg.startswith("Expecting") and _GOES_ON.match(text, fault.pos, end)
    )


def _refused(name: str) -> None:
    raise ValueError(name)


def _locate(objects: list[Obj], text: str, start: int, end: int, before: int) -> None:
    """Give each object its place, if no brace stands inside a string: then the order of closing tells all."""
    if not text.count("{", start, end) == len(objects) == text.count("}", start, end):
        return
    opened: list[int] = []
    find, at = text.find, start
    for obj in objects:
        closing = find("}", at, end)
        opening = find("{", at, closing)
        while opening >= 0:
            opened.append(opening + before)
            opening = find("{", opening + 1, closing)
        at = closing + 1
        obj.span = (opened.pop(), at + before)


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


def _opened(value: Node, depth: int, end: int) -> Node:
    """Mark the levels that were open when the text ended, at `end`: on the way along the last members."""
    root = value = _unclosed(value, end)
    for _ in range(depth - 1):
        if isinstance(value, Obj):
            key, inner = value.pairs[-1]
            value.pairs[-1] = (key, inner := _unclosed(inner, end))
        else:
            inner = value[-1] = _unclosed(value[-1], end)
        value = inner
    return root


def _unclosed(value: Node, end: int) -> Node:
    node = Arr(value) if isinstance(value, list) else value
    node.closed = False
    if node.span is not None:
        node.span = node.span[0], min(node.span[1], end)
    return node
