"""The stretches of a text that may be an answer, as trees."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pegasus_classify.contract.evidence import Repair
from pegasus_classify.reading.forms.json_strict import parse_strict, parse_whole
from pegasus_classify.reading.forms.json_text import parse
from pegasus_classify.reading.forms.lines import read_lines
from pegasus_classify.reading.forms.statements import Statements
from pegasus_classify.reading.forms.tables import Table, tables_in
from pegasus_classify.reading.forms.tags import read_tags
from pegasus_classify.reading.keys import role_of
from pegasus_classify.reading.names import Names
from pegasus_classify.reading.source import Source, rewritten
from pegasus_classify.reading.tree import Node

__all__ = ["Document", "clean_json", "documents", "others", "without"]


class Document(NamedTuple):
    """One stretch of text that was read as a tree.

    Attributes:
        value: The tree; its spans are offsets into `source.text`.
        start, end: Where it stands in `source.text`.
        source: The text it stands in.
        form: `json`, `elements`, `table` or `lines`.
        repairs: What was mended in it.
        cut: True when the text ended inside it.
    """

    value: Node
    start: int
    end: int
    source: Source
    form: str = "json"
    repairs: tuple[Repair, ...] = ()
    cut: bool = False


_STRICT_TRIES = 4
"""How often a strict reading may fail in one text: each failure may have looked at all that is left."""

_WIDE_TRIES = 50
"""Values that may be looked for beyond their line in one text; each look reads at most `_LONGEST_VALUE` characters."""
_LONGEST_VALUE = 4000

_OPENING = re.compile(
    r"\{(?!\{)|"
    r"\[(?![ xX]?\][ \t]{1,9}\w)(?!\[?[^\[\]\n,{}:]{1,80}\]{1,2}[ \t]{0,9}\n\s{0,20}[\w\"]{1,40} ?=)"
    r"(?=\s{0,40}(?:[\[{\"'\u201c\u2018`\]]|\\+\"|//|/\*|\#|\u00ab|"
    r"dict\(|\Z|[A-Z]\w{0,40}\(\s{0,40}\w{1,40}\s{0,40}=))"
    r"|(?:(?<=\n)|\A)[ \t]{0,40}(?P<key>[\"\u201c][\w ]{1,40}[\"\u201d]\s{0,40}:(?=\s{0,40}[\[{\"\d]))"
    r"|(?<![#\w.])\b[A-Za-z_]\w{0,40}\((?=\s{0,40}[a-z_]\w{0,40}\s{0,40}=)"
)
_LINE_HEAD = re.compile(
    r"[ \t]*(?P<bullet>[-*+][ \t]+)?(?:[\"'*]{0,2}(?P<key>[^\W\d][^\n:{}\[\]\"]{0,100}?)[\"'*]{0,2}[ \t]*"
    r"(?:[:=]|=>)[ \t]+)?"
)
_NEXT_KEY = re.compile(r"[\]}][ \t]*[,;][ \t]*(?P<key>[^\n:=,;{}\[\]\"]{1,100})(?::|=>?)[ \t]*[\[{]")
_COMMENTED = re.compile(r"(?:^|\n)[ \t]*(?:#|//|--)[^\n]*$")
_MOST = 3000
"""Documents read in one text: more than one per clip of any answer."""

_LISTING = re.compile(
    r"(?m)^[ \t]*(?:[-*] )?(?:clips|segments|classes|labels|moments|occurrences|results|events|"
    r"klassen|abschnitte|momente|extraits|segmentos)[ \t]*:[ \t]*$"
)
_ESCAPED = re.compile(r"[{\[]\s{0,40}(?:[{\[]\s{0,40})?\\+(?:\"|u0022)")
_ESCAPES = re.compile(r"\\+(?:[\"n\\t]|u0022)")


def clean_json(source: Source) -> Document | None:
    """Return the whole text as one JSON document, or None; by far the quickest way, and the one of most answers."""
    text = source.text
    start = len(text) - len(text.lstrip())
    if text[start : start + 1] not in ("{", "[", '"'):
        return None
    parsed = parse_whole(text, start)
    return None if parsed is None else Document(parsed.value, start, parsed.end, source)


def documents(source: Source, names: Names) -> Iterator[Document]:
    """Give every bracketed stretch of a text, in its order, but those that are values of lines."""
    first = _OPENING.search(source.text)
    if first is not None and _ESCAPED.match(source.text, first.start()) is not None:
        source = rewritten(source, _ESCAPES, "over_escaped", _unescaped)
    text = source.text
    at = 0
    listed: int | None = None
    tries = _STRICT_TRIES
    left = _MOST
    wide = _WIDE_TRIES
    while left and (match := _OPENING.search(text, at)) is not None:
        implied = match.group("key") is not None
        start = match.start("key") if implied else match.start()
        inside = not implied and start > 0 and text[start - 1] != "\n"
        if inside and listed is None:
            listing = _LISTING.search(text)
            listed = len(text) if listing is None else listing.end()
        key_at = _first_of_several(text, start, names) if inside else None
        if key_at is not None and key_at >= at:
            implied, start = True, key_at
        elif text[start] not in "{[" and not implied and _COMMENTED.search(text[max(0, start - 80) : start]):
            at = match.end()
            continue
        elif inside and _in_a_line(text, start, names, listed=listed is not None and start >= listed):
            at, over = _behind_value(text, start, _LONGEST_VALUE if wide else 0)
            wide -= over
            continue
        parsed = parse_strict(text, start) if not implied and tries > 0 else None
        if parsed is None:
            tries -= 1
            parsed = parse(text, start, implied=implied)
        yield Document(parsed.value, start, parsed.end, source, "json", parsed.repairs, parsed.cut)
        at = max(parsed.end, start + 1)
        left -= 1


def _first_of_several(text: str, start: int, names: Names) -> int | None:
    """Return where an object without its braces begins, all on one line: `Rain: [3-9], Fog: []`; None if none does.

    Args:
        text: The whole text.
        start: Offset of the bracket of one of its values.
        names: What was asked.
    """
    first = max(0, start - 200)
    line_at = max(first, text.rfind("\n", first, start) + 1)
    match = _LINE_HEAD.match(text, line_at)
    if match is None or match.group("key") is None or text[match.end() : match.end() + 1] not in ("[", "{"):
        return None
    line_end = text.find("\n", start, start + 400)
    following = _NEXT_KEY.search(text, match.end(), start + 400 if line_end < 0 else line_end)
    both = following is not None and names.class_of(match.group("key")) and names.class_of(following.group("key"))
    return match.start("key") if both else None


def _behind_value(text: str, start: int, longest: int) -> tuple[int, bool]:
    """Return where to look on behind the bracket of a value, and whether lines below were looked at for its end.

    Args:
        text: The whole text.
        start: Offset of the bracket.
        longest: How far below its line it may end, characters.
    """
    line_end = text.find("\n", start)
    line = text[start : len(text) if line_end < 0 else line_end]
    parsed = parse(line, 0)
    over = parsed.cut and longest > 0 and line.rstrip()[-1] in "[{,"
    if over:
        parsed = parse(text[start : start + longest], 0)
    return start + (1 if parsed.cut else max(1, parsed.end)), over


def _in_a_line(text: str, start: int, names: Names, *, listed: bool) -> bool:
    """Return whether brackets are the value of a key or a bullet, so that the line around them has a meaning.

    Args:
        text: The whole text.
        start: Offset of the bracket.
        names: What was asked.
        listed: True when a line before it announces a list.
    """
    first = max(0, start - 200)
    line = text[max(first, text.rfind("\n", first, start) + 1) : start]
    match = _LINE_HEAD.fullmatch(line)
    if match is None:
        return False
    key = match.group("key")
    if key is None:
        return match.group("bullet") is not None and (text[start] == "[" or listed)
    role = role_of(key)
    return role in ("clips", "time", "names", "prompt", "option", "inner") or names.class_of(key) is not None


def others(source: Source, statements: Statements, *, cut: bool) -> Iterator[Document]:
    """Give what stands in a text in any form but JSON: elements, tables, lines."""
    text = source.text
    trusted = len(text.rstrip()) if cut else None
    tree = read_tags(text)
    if tree is not None:
        yield Document(tree, 0, len(text), source, "elements")
    tables = tables_in(text, statements, trusted=trusted)
    yield from (Document(table.value, table.start, table.end, source, "table") for table in tables)
    text = _without(text, tables)
    yield Document(read_lines(text, statements, trusted=trusted), 0, len(text), source, "lines", cut=cut)


def without(source: Source, documents: list[Document]) -> Source:
    """Return a text with the documents found in it hidden, offsets unchanged."""
    return Source(_without(source.text, documents), source.repairs, source.marks, source.shifts, source.parent)


def _without(text: str, stretches: Sequence[Document | Table]) -> str:
    pieces, at = [], 0
    for each in stretches:
        pieces += [text[at : each.start], re.sub(r"[^\n]", " ", text[each.start : each.end])]
        at = each.end
    return "".join([*pieces, text[at:]])


def _unescaped(text: str) -> str:
    return {'"': '"', "2": '"', "n": "\n", "t": "\t", "\\": "\\"}[text[-1]]
