"""Which entry a line adds to: entries that are open, by indentation and by headings."""

from __future__ import annotations

from dataclasses import dataclass

from pegasus_classify.reading.forms.json_text import parse
from pegasus_classify.reading.forms.line_signs import FIELDS, key_in
from pegasus_classify.reading.keys import role_of
from pegasus_classify.reading.tree import Node, Obj

__all__ = ["NAME_LINE", "Scope", "Scopes"]


NAME_LINE = 98
"""Rank of a line that is a name and nothing else: it may head what follows at the same indentation."""
_MOST_RECENT = 64


@dataclass(slots=True)
class Scope:
    """An entry that following lines may add to: those indented at least as far as `indent`; `rank` is a heading's.

    `column` is that of the bullet which is such a heading.
    """

    obj: Obj
    indent: float
    rank: int = 99
    name: str | None = None
    column: int | None = None


class Scopes:
    """The entries that are open while lines are read, outermost first.

    Attributes:
        text: The whole text.
        root: The tree that is built.
        stack: Open entries; the first is the root and stays.
        done: Offset up to which the text was read already, by a value that reaches over several lines.
        added: Entries of their own, each with the object that holds it.
        recent: Clips of the line before, each with its class; empty behind an empty line.
        previous: Column, entry and parent of the bullet before.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.root = Obj([], None)
        self.stack = [Scope(self.root, -1.0, 0)]
        self.done = 0
        self.added: list[tuple[Obj, Obj]] = []
        self.recent: list[tuple[Obj, str]] = []
        self.previous: tuple[int, Obj | None, Obj] | None = None

    def pop(self, indent: float) -> None:
        """Close the entries of lines indented deeper than `indent`; headings stay."""
        while len(self.stack) > 1 and self.stack[-1].indent > indent and self.stack[-1].rank >= NAME_LINE:
            self.stack.pop()

    def item(self, indent: int, at: int, body: str) -> None:
        """Begin the entry of a bullet, or go on with that of the bullet before when this one holds its next field."""
        match = key_in(body)
        role = role_of(match.group("key").strip()) if match is not None and body[match.end() :].strip() else "other"
        before = self._open_before(indent)
        if before is not None and role in FIELDS and role not in {role_of(key) for key, _ in before.pairs}:
            self.stack.append(Scope(before, float(indent), name=self.stack[-1].name))
            return
        obj = Obj([], (at, at + len(body)))
        self.previous = (indent, obj if role in FIELDS or role in ("class", "weak") else None, self.stack[-1].obj)
        self.stack[-1].obj.pairs.append(("", obj))
        self.stack.append(Scope(obj, float(indent), name=self.stack[-1].name))

    def _open_before(self, indent: int) -> Obj | None:
        """Return the entry that the bullet before this one began, if a bullet of one field may still add to it."""
        if self.previous is None:
            return None
        column, obj, parent = self.previous
        if column != indent or obj is None or parent is not self.stack[-1].obj:
            return None
        return None if any(key == "" for key, _ in obj.pairs) else obj

    def flow(self, at: int) -> Node:
        """Read brackets that are a value of these lines; the lines they reach over are done with them."""
        parsed = parse(self.text, at)
        self.done = parsed.end
        return parsed.value

    def add(self, key: str, value: Node) -> None:
        """Put a value into the innermost entry."""
        inner = self.stack[-1].obj
        inner.pairs.append((key, value))
        if isinstance(value, Obj) and not key:
            self.added.append((inner, value))
            fields = dict(value.pairs)
            if "time" in fields:
                name = str(fields.get("class", self.owner() or ""))
                if any(owner != name for _, owner in self.recent) and self.recent[-1][0].span != value.span:
                    self.recent = []
                self.remember(value, name)

    def open_unasked(
        self, name: str, span: tuple[int, int], indent: float, rank: int, column: int | None = None
    ) -> None:
        """Open the entry of a name that was not asked: what stands below is its own, save what names a class."""
        obj = Obj([("class", name)], span)
        self.add("", obj)
        self.stack.append(Scope(obj, indent, rank, column=column))

    def remember(self, entry: Obj, name: str) -> None:
        """Keep a clip as one of the line before, so many of them that going through them costs little."""
        self.recent.append((entry, name))
        del self.recent[:-_MOST_RECENT]

    def owner(self) -> str | None:
        """Return the class of the innermost entry that has one."""
        return next((scope.name for scope in reversed(self.stack) if scope.name), None)
