"""Objects whose keys are paths, as tools for tables write nested data: `{"classes.0.clips.1.start": 40}`."""

from __future__ import annotations

import re

from pegasus_classify.reading.tree import Arr, Node, Obj

__all__ = ["nested"]

_PATH = re.compile(r"[A-Za-z_]\w{0,40}(?:\.\w{1,40}|\[\d{1,4}\]){1,8}")
_STEP = re.compile(r"\w+")
_FEWEST = 3
"""Keys that must be paths."""
_MOST = 2000
_NEAR = 64
"""Members before it among which the beginning of a path is looked for."""


def nested(obj: Obj) -> Obj | None:
    """Return an object with its keys taken apart at their dots and brackets; None when they are no paths.

    Args:
        obj: At least three of its keys must be paths, and one must hold a number: dots alone also stand in names.
    """
    if not _FEWEST <= len(obj.pairs) <= _MOST or not any("." in key or "[" in key for key, _ in obj.pairs):
        return None
    paths = [_STEP.findall(key) if _PATH.fullmatch(key) else [key] for key, _ in obj.pairs]
    deep = [path for path in paths if len(path) > 1]
    if len(deep) < _FEWEST or not any(step.isdigit() for path in deep for step in path):
        return None
    root = Obj([], obj.span)
    root.closed = obj.closed
    for path, (_, value) in zip(paths, obj.pairs, strict=True):
        _put(root, path, value, obj.span)
    return root


def _put(root: Obj, path: list[str], value: Node, span: tuple[int, int] | None) -> None:
    """Put a value under its path; numbers are places in lists, counted by when they first come."""
    at: Node = root
    for number, step in enumerate(path):
        last = number + 1 == len(path)
        inner: Node = value if last else Arr() if path[number + 1].isdigit() else Obj([], span)
        if isinstance(at, Obj):
            near = reversed(at.pairs[-_NEAR:])
            known = None if last else next((each for key, each in near if key == step), None)
            if not isinstance(known, (Obj, Arr)):
                at.pairs.append((step, inner))
                known = inner
        else:
            assert isinstance(at, Arr)
            place = int(step) if step.isdigit() else len(at)
            if last or place >= len(at):
                at.append(inner)
            known = at[min(place, len(at) - 1)]
        at = known
        if not last and not isinstance(at, (Obj, Arr)):
            return
