"""Where a string of JSON-like text ends when its quotes cannot be trusted."""

from __future__ import annotations

import re
from typing import NamedTuple

from pegasus_classify.contract.evidence import Repair
from pegasus_classify.reading.keys import role_of

__all__ = ["PLAIN_MEMBERS", "QUOTES", "Quoted", "read_tolerant", "unescaped"]

QUOTES = {
    '"': '"\u201d\u201c\u201f\uff02',
    "\u201c": '\u201d\u201c"',
    "\u201d": '\u201d\u201c"',
    "\u201e": '\u201c\u201d"',
    "\u201f": '\u201d\u201c"',
    "\u00ab": "\u00bb",
    "\uff02": '\uff02"',
    "'": "'\u2019",
    "\u2018": "\u2019\u2018'",
    "\u2019": "\u2019\u2018'",
    "\uff07": "\uff07'",
    "`": "`\u00b4'",
    "\u300c": "\u300d",
}
"""Every mark that opens a string, with the marks that may close it, the expected one first."""

_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})(?:\\u([dD][c-fC-F][0-9a-fA-F]{2}))?|(.))", re.DOTALL)
_SHORT = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}

# Runs of white space are bounded in every look ahead, so that no text makes reading slower than linear.
_Q = "\"'`\u201c\u201d\u2018\u2019\u201e\uff02\uff07\u00ab\u00bb"
_COMMENT = r"(?:/\*[^*]{0,200}\*/\s{0,40})?"
_KEY = (
    rf"(?:\\?[{_Q}]{{1,2}}(?:[^{_Q}\\\n]|\\.|[{_Q}](?=\w)){{1,120}}\\?[{_Q}]{{1,2}}|[^\W\d][\w \-]{{0,60}})"
    rf"\s{{0,40}}{_COMMENT}(?::|=)"
)
# Without a comma before it only a quoted key or a single word is one: "until 0:42" goes on with the text.
_KEY_BEHIND_SPACE = (
    rf"(?:\\?[{_Q}]{{1,2}}(?:[^{_Q}\\\n]|\\.|[{_Q}](?=\w)){{1,120}}\\?[{_Q}]{{1,2}}|[^\W\d][\w\-]{{0,40}})"
    rf"\s{{0,40}}{_COMMENT}(?::|=)"
)
_CUT_KEY = rf"\\?[{_Q}]?[^{_Q}\n:=,{{}}\[\]]{{0,80}}\\?[{_Q}]?\s{{0,40}}\Z"
_REMARK = r"(?://|/\*|\#|<!--)"
_AFTER_KEY = re.compile(rf"\s{{0,40}}{_COMMENT}(?::|=|\Z)")
_AFTER_IN_OBJECT = re.compile(
    rf"\s{{0,40}}(?:[}}\])]|\Z|```|{_REMARK}|[,;]\s{{0,40}}(?:[,}}\])\[{{]|{_REMARK}|\.\.\.|{_KEY}|"
    rf"\"\w{{0,40}}\n\n|[{_Q}]\w{{1,30}}[{_Q}]\s{{1,40}}[\d\-\[{{\"]|{_CUT_KEY})|\s{{1,40}}{_KEY_BEHIND_SPACE})"
)
_AFTER_IN_LIST = re.compile(
    rf"\s{{0,40}}(?:[\])}}]|\Z|```|{_REMARK}|[,;]\s{{0,40}}(?:[{_Q}{{\[\])}}\-\d,]|{_REMARK}|\.\.\.|\\|\Z|"
    rf"[^\W\d]\w*\s{{0,40}}[,\](]))|\s{{0,40}}\n\s{{0,40}}[{_Q}{{\[]|\s{{1,40}}[{{\[]|\s{{0,40}}(?::|=>)"
)
_AFTER_KEY_WITHOUT_COLON = re.compile(r"\s{1,40}[\d\-\[{\"]")
_UNCLOSED_KEY = re.compile(rf"[{_Q}](\w{{1,30}})(?=\s?:\s?[\d\[{{\-{_Q}])")
_SWALLOWED = re.compile(rf"(?:,|\n)\s{{0,40}}\\?[{_Q}]?([\w \-]{{1,60}})$")
_WORD_BEFORE = re.compile(rf"[{_Q}](\w{{1,30}})$")
_TWIN = re.compile(rf"\s{{0,40}}[{_Q}]")


_STOPS = {opening: re.compile(rf"[\\{closers}]") for opening, closers in QUOTES.items()}


def _simple(opening: str, closers: str) -> dict[str, re.Pattern[str]]:
    """Return patterns of strings about which there is no doubt: nothing odd inside, the expected signs behind."""
    body = rf"{opening}([^{closers}\\\n]{{0,200}}){closers[0]}"
    behind = {
        "key": r"(?=\s?:)",
        "member": rf"(?=\s?[}}\]]|,\s{{0,8}}[{_Q}][\w ]{{1,30}}[{_Q}]\s?:)",
        "item": rf"(?=\s?\]|,\s{{0,8}}{opening}\w)",
    }
    return {place: re.compile(body + after) for place, after in behind.items()}


_SIMPLE = {opening: _simple(opening, closers) for opening, closers in QUOTES.items()}


def _plain_member(opening: str, closers: str) -> re.Pattern[str]:
    """Return a pattern of a member about which there is no doubt: its key, and a number or a string as its value."""
    key = rf"{opening}([^{closers}\\\n]{{0,80}}){closers[0]}\s?:\s?"
    number = r"(-?(?:0|[1-9]\d{0,8})(?:\.\d{1,9})?)(?=\s?[,}\]])(?!,\d)"
    return re.compile(rf"[\s,;]*{key}(?:{number}|{_SIMPLE[opening]['member'].pattern})")


PLAIN_MEMBERS = {opening: _plain_member(opening, closers) for opening, closers in QUOTES.items()}
"""By the mark that opens its key, the pattern of a member that is read at once: key, number, string."""


class Quoted(NamedTuple):
    """A string that was read.

    Attributes:
        value: Unescaped.
        end: Offset behind its closing mark, or where reading goes on.
        complete: False when the text ended inside it.
        repairs: What had to be mended.
    """

    value: str
    end: int
    complete: bool = True
    repairs: tuple[Repair, ...] = ()


def unescaped(raw: str) -> str:
    """Return a string's content with its escapes resolved; a wrong escape stands for the character itself."""
    if "\\" not in raw:
        return raw
    # Lone surrogates cannot be encoded by whoever prints them later.
    return _ESCAPE.sub(_escape, raw).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _escape(match: re.Match[str]) -> str:
    first, second, other = match.groups()
    if first is None:
        return _SHORT.get(other, other)
    text = chr(int(first, 16))
    return text + chr(int(second, 16)) if second else text


def read_tolerant(text: str, at: int, place: str) -> Quoted:
    r"""Read a string that begins at `at` with any quote, and ends where what follows fits.

    Args:
        text: The whole text.
        at: Offset of the opening mark.
        place: `key`, `member` (a value in an object) or `item` (of a list).

    A mark inside is a mark inside when what follows it cannot follow a string: `"the word "TAXI" on it"`. A value that
    ran into the next key lost its own closing mark: it ends before that key.
    """
    opening = text[at]
    if place == "key":
        unclosed = _UNCLOSED_KEY.match(text, at)
        if unclosed is not None and role_of(unclosed.group(1)) != "other":
            return Quoted(unclosed.group(1), unclosed.end(), repairs=("missing_quote",))
    simple = _SIMPLE[opening][place].match(text, at)
    if simple is not None:
        return Quoted(simple.group(1), simple.end(), repairs=() if opening == '"' else ("quotes",))
    closers = QUOTES[opening]
    repairs: list[Repair] = [] if opening == '"' else ["quotes"]
    stop = _STOPS[opening]
    position = at + 1
    while (match := stop.search(text, position)) is not None:
        where = match.start()
        if place == "key" and (blank := text.find("\n\n", at, where)) >= 0:
            return Quoted(text[at + 1 : blank], blank, complete=False, repairs=(*repairs, "missing_quote"))
        if match.group() == "\\":
            position = where + 2
            continue
        if _may_end(text, where, place, closers, native=match.group() in closers[:1] or opening != '"'):
            value = unescaped(text[at + 1 : where])
            if stop.search(value) and "\\" not in text[at:where]:
                repairs.append("inner_quotes")
            if "\n" in value and "\\" not in text[at:where]:
                repairs.append("bare_newline")
            return Quoted(value, where + 1, repairs=tuple(repairs))
        if place != "key" and _AFTER_KEY.match(text, where + 1) and where + 1 < len(text):
            # Only the last stretch before the key's closing mark can hold the key.
            swallowed = _SWALLOWED.search(text, max(at + 1, where - 80), where)
            if swallowed is not None:
                value = unescaped(text[at + 1 : swallowed.start()])
                return Quoted(value, swallowed.start(), repairs=(*repairs, "missing_quote"))
        position = where + 1
    return Quoted(unescaped(text[at + 1 :]), len(text), complete=False, repairs=tuple(repairs))


def _known_key(text: str, where: int) -> bool:
    """Return whether the word before an offset is a key of answers."""
    word = _WORD_BEFORE.search(text, max(0, where - 40), where)
    return word is not None and role_of(word.group(1)) != "other"


def _may_end(text: str, where: int, place: str, closers: str, *, native: bool) -> bool:
    after = where + 1
    if place == "key":
        return (
            _AFTER_KEY.match(text, after) is not None
            or text[after : after + 1] in ("}", "]", ",")
            or (_AFTER_KEY_WITHOUT_COLON.match(text, after) is not None and _known_key(text, where))
        )
    twin = _TWIN.match(text, after)
    if twin is not None and text[twin.end() - 1] in closers and twin.end() - after == 1:
        # Two marks in a row: the first is inside when the second fits as the end.
        pattern = _AFTER_IN_OBJECT if place == "member" else _AFTER_IN_LIST
        if pattern.match(text, twin.end()):
            return False
    fits = (_AFTER_IN_OBJECT if place == "member" else _AFTER_IN_LIST).match(text, after)
    return fits is not None and (native or text[after : after + 1] in ("}", "]", ","))
