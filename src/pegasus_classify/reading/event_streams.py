"""The pieces of an answer in a raw stream of server-sent events, one JSON object on each `data:` line."""

from __future__ import annotations

import json
from typing import Any

__all__ = ["pieces_of"]

_PATHS = (
    ("choices", 0, "delta", "content"),
    ("choices", 0, "message", "content"),
    ("choices", 0, "text"),
    ("delta", "text"),
    ("delta", "content"),
    ("token", "text"),
    ("text",),
    ("content",),
    ("response",),
    ("completion",),
    ("generation",),
    ("outputText",),
)
"""Where the services around us put the text of one event."""
_FEWEST = 2


def pieces_of(text: str) -> list[tuple[int, str]]:
    """Return the pieces of a stream, each with the offset where it begins; empty when a text is no such stream.

    Args:
        text: Lines, of which those that begin with `data:` hold one event each.
    """
    found: list[tuple[int, str]] = []
    at = 0
    for line in text.split("\n"):
        body = line.strip()
        if body.startswith("data:"):
            event = _event(body[5:].strip())
            piece = next((told for path in _PATHS if (told := _at(event, path)) is not None), None)
            if piece is not None:
                found.append((at + max(0, line.find(json.dumps(piece, ensure_ascii=False)[1:-1])), piece))
        elif body and not body.startswith(("event:", "id:", "retry:", ":")):
            return []
        at += len(line) + 1
    return found if len(found) >= _FEWEST else []


def _event(raw: str) -> Any:
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return None


def _at(event: Any, path: tuple[str | int, ...]) -> str | None:
    for step in path:
        if isinstance(step, int):
            event = event[step] if isinstance(event, list) and len(event) > step else None
        else:
            event = event.get(step) if isinstance(event, dict) else None
    return event if isinstance(event, str) else None
