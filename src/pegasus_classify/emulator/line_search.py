"""Mentions in the plain lines of a prompt: lists, tables, headings, tags, YAML.

Law of this file: an id belongs to the words beside it on its line, else a line of its own belongs to the next line,
else a list item belongs to the nearest line above it that is less indented.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from .mentions import ID_SHAPE, Mention, Vocabulary, class_of_id, stated_modalities

__all__ = ["mentions_in_lines"]

_BULLET = re.compile(r"^\s*(?:[-*•+]|\d{1,3}[.)])\s+")
_HEADING = re.compile(r"^\s*#{1,6}\s+")
_LEAD = re.compile(
    r"^\s*(?:(?:[-*•+]|\d{1,3}[.)])\s+)?[`\"'\[(*]*([A-Za-z][\w.\-]{0,11})[`\"'\])*]*\s*(?::|=|->|→|\|)\s+(?=\S)"
)
_CARRIER_WORDS = re.compile(r"(?:\b(?:id|key|code|ref|class|prompt|phrase|label)\b|[\W_])+", re.IGNORECASE)
_FIELD_WORDS = frozenset({"id", "key", "name", "text", "label", "title", "prompt", "phrase", "class", "words"})
_SENTENCE_WORDS = frozenset({"note", "example", "answer", "hint", "important", "output", "video"})
# "Labels:" introduces a list, "Pets:" names what is in it.
_INTRODUCES = re.compile(
    r"[.,;]|(?<!\w)(?:labels?|class(?:es)?|categor(?:y|ies)|prompts?|phrases?|list|follow\w*|look|find|search)(?!\w)",
    re.IGNORECASE,
)


@dataclass
class _Line:
    text: str
    indent: int
    listed: bool
    ids: list[tuple[int, str]]
    words: list[re.Match[str]]
    modalities: frozenset[str] | None
    title: str = ""


@dataclass
class _Scan:
    """Lines above the current one that may own it."""

    owners: list[_Line] = field(default_factory=list)
    carrier: _Line | None = None
    parents: set[str | None] = field(default_factory=set)


def mentions_in_lines(text: str, vocabulary: Vocabulary, *, any_id: bool = False) -> list[Mention]:
    """Return the mentions in the lines of a text, in their order.

    Args:
        text: The prompt, with spaces where JSON was.
        vocabulary: What can be found.
        any_id: Whether a plain word before a colon may be an id (`alpha: SUV`), as long as no token of the text
            has the shape of one.
    """
    scan = _Scan()
    any_id = any_id and not ID_SHAPE.search(text)
    found: list[Mention] = []
    for raw in text.splitlines():
        if not raw.strip():
            continue
        line = _read(raw, vocabulary, any_id)
        while scan.owners and scan.owners[-1].indent >= line.indent:
            scan.owners.pop()
        scan.parents |= {class_of_id(identifier) for _, identifier in line.ids}
        if line.ids and line.listed and scan.owners and scan.owners[-1].ids:
            scan.parents.add(scan.owners[-1].ids[-1][1])
        found += _mentions(line, scan)
        residue = "".join(part for part in re.split(ID_SHAPE, line.text) if part)
        carries = bool(line.ids) and not line.words and _CARRIER_WORDS.fullmatch(residue) is not None
        scan.carrier = line if carries else None
        if line.ids or line.title:
            scan.owners.append(line)
    return [replace(item, own=not _names_parent(item, scan.parents)) for item in found]


def _names_parent(mention: Mention, parents: set[str | None]) -> bool:
    # `- c1: Truck` above `- c1.p1: Pickup Truck` is a heading; `- c1: SUV, Sedan` lists two phrases of c1.
    return mention.class_id in parents and mention.prompt_id is None and mention.class_id is not None


def _read(raw: str, vocabulary: Vocabulary, any_id: bool) -> _Line:
    words = vocabulary.matches(raw)
    inside = [(match.start(), match.end()) for match in words]
    ids = [
        (match.start(), match.group())
        for match in ID_SHAPE.finditer(raw)
        if not any(start <= match.start() < end for start, end in inside)
    ]
    heading = _HEADING.match(raw) is not None
    bullet = _BULLET.match(raw)
    rest = "".join(part if index % 2 == 0 else " " for index, part in enumerate(_around(raw, inside)))
    title = _title(raw) if heading or raw.rstrip(" *_").endswith(":") else ""
    if any_id and words and not ids:
        ids = _leading_word(raw, words[0])
    # A title stands above list items of its own indentation, a heading above everything.
    indent = -2 if heading else 2 * (len(raw) - len(raw.lstrip())) - (bool(title) and not bullet)
    listed = bullet is not None or raw[:1].isspace()
    return _Line(raw, indent, listed, ids, words, stated_modalities(rest), title)


def _leading_word(raw: str, word: re.Match[str]) -> list[tuple[int, str]]:
    lead = _LEAD.match(raw)
    if lead is None or word.start() != lead.end() or lead.group(1).lower() in _FIELD_WORDS | _SENTENCE_WORDS:
        return []
    return [(lead.start(1), lead.group(1))]


def _around(raw: str, spans: list[tuple[int, int]]) -> list[str]:
    pieces: list[str] = []
    position = 0
    for start, end in spans:
        pieces += [raw[position:start], raw[start:end]]
        position = end
    return [*pieces, raw[position:]]


def _title(raw: str) -> str:
    stripped = _HEADING.sub("", _BULLET.sub("", raw))
    return ID_SHAPE.sub("", stripped).strip(" *_:#()[]\t-–")


def _mentions(line: _Line, scan: _Scan) -> list[Mention]:
    if not line.words:
        return []
    owner = scan.owners[-1] if scan.owners and line.listed else None
    stated = line.modalities or (scan.carrier.modalities if scan.carrier else None)
    modalities = stated or (owner.modalities if owner else None)
    given = [_id_beside(line, word) for word in line.words]
    if scan.carrier is not None and not line.ids:
        given = [scan.carrier.ids[-1][1]] * len(line.words)
    shared = {identifier for identifier in given if identifier and given.count(identifier) > 1}
    found = []
    for word, identifier in zip(line.words, given, strict=True):
        phrase = frozenset({" ".join(word.group().lower().split())})
        class_id, prompt_id = _ids(identifier, identifier in shared, owner)
        class_words = _class_words(line, word, owner, class_id)
        found.append(Mention(class_id, class_words, prompt_id, word.group(), phrase, modalities))
    return found


def _id_beside(line: _Line, word: re.Match[str]) -> str | None:
    if not line.ids:
        return None
    leading = line.ids[0][0] < line.words[0].start()
    if leading:
        return [identifier for position, identifier in line.ids if position < word.start()][-1]
    after = [identifier for position, identifier in line.ids if position >= word.end()]
    return after[0] if after else None


def _ids(identifier: str | None, shared: bool, owner: _Line | None) -> tuple[str | None, str | None]:
    owner_id = owner.ids[-1][1] if owner and owner.ids else None
    if identifier is None:
        return owner_id, None
    if shared:
        # `c1: SUV, Sedan`: one id before several phrases names their class.
        return identifier, None
    head = class_of_id(identifier)
    if head is not None:
        return head, identifier
    return (owner_id, identifier) if owner_id else (identifier, None)


def _class_words(line: _Line, word: re.Match[str], owner: _Line | None, class_id: str | None) -> str | None:
    before = line.text[: word.start()]
    if ":" in before and not class_id:
        lead = _title(before.split(":")[0])
        if lead and lead.lower() not in _FIELD_WORDS and len(lead.split()) <= 4 and not _INTRODUCES.search(lead):
            return lead
    if owner is None:
        return None
    title = _title(owner.text)
    return title if title and len(title.split()) <= 6 and (class_id or not _INTRODUCES.search(title)) else None
