"""JSON that needs mending: one pass, an explicit stack, and a name for everything mended."""

from __future__ import annotations

import re

from pegasus_classify.contract.evidence import Repair
from pegasus_classify.reading.forms.json_strings import PLAIN_MEMBERS, QUOTES, Quoted, read_tolerant
from pegasus_classify.reading.keys import role_of
from pegasus_classify.reading.tree import Arr, Node, Obj

__all__ = ["DEEPEST", "Parsed", "parse"]

DEEPEST = 200
"""Levels kept; what is nested deeper is passed over, its brackets still counted."""

_SPACE = re.compile(r"[\s,;]*")
_COMMENT = re.compile(r"//[^\n]*|/\*.*?(?:\*/|\Z)|#[^\n]*|<!--.*?(?:-->|\Z)", re.DOTALL)
_REMARKS = ("/", "#", "<")
_NESTED = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{}]', re.DOTALL)
_BARE_KEY = re.compile(
    r"[^\W\d][\w .\-]{0,80}?(?=[\"']?\s{0,40}(?:=>|[:=]))|[\w.\-]{1,80}(?=[\"']?\s{0,40}(?:=>|[:=]))"
)
_VALUE = re.compile(r"\s{1,40}[\d\-\[{\"]")
_COLON = re.compile(r"\s{0,40}(?:/\*[^*]{0,200}\*/\s{0,40})?(?:=>|[:=])")
_CALL = re.compile(r"[^\W\d][\w.]{0,60}\(\s{0,40}(?=[^\W\d]\w{0,60}\s{0,40}=|\))")
_ENUM_MEMBER = re.compile(r"<[\w.]{1,60}: '([^'\n]{0,200})'>")
_RESTART = re.compile(r"[A-Z][^\W\d]*(?:[ ,']{1,2}\w+){3,30}[.:!]?\s*\n\s{0,40}(?:```\w*\s*)?[{\[]")
"""Words between a broken answer and the next try."""
_TUPLE = re.compile(r"\(\s{0,40}[-\d\"'.]")
_WORD = re.compile(r"[^\s,;:={}\[\]\"]+|.", re.DOTALL)
_BARE_VALUE = re.compile(r"(?:(?!\s{1,40}[^\W\d]\w{0,30}\s?:(?!\d))[^,;}\])\n\"{\[])*")
_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,300})(?:\.\d{1,300})?(?:[eE][+-]?\d{1,3})?(?=[\s,}\])]|\Z|/[/*]|<!--)")
_STRAY_QUOTE = re.compile(r"[\"'\u201d\u2019](?=\s{0,20}[,}\]])")
_FAR = 80
"""Signs of white space behind which a line is still seen to begin."""
_DECIMALS = re.compile(r",(\d{1,6})(?=\s{0,20}[,}\]])")
_WORDS: dict[str, Node] = {
    "true": True,
    "false": False,
    "yes": True,
    "no": False,
    "null": None,
    "none": None,
    "nil": None,
    "nan": None,
    "undefined": None,
    "infinity": None,
    "-infinity": None,
    "inf": None,
    "n/a": None,
    "...": None,
    "\u2026": None,
    "": None,
}
_CLOSERS = {"}": "{", "]": "[", ")": "("}


def _number(digits: str) -> Node:
    return int(digits) if digits.lstrip("-").isdigit() else float(digits)


class Parsed:
    """What one bracketed stretch of text holds.

    Attributes:
        value: The tree.
        end: Offset behind it.
        repairs: What was mended, each name once.
        cut: True when the text ended inside it.
    """

    __slots__ = ("cut", "end", "repairs", "value")

    def __init__(self, value: Node, end: int, repairs: tuple[Repair, ...], *, cut: bool) -> None:
        self.value = value
        self.end = end
        self.repairs = repairs
        self.cut = cut


class _Open:
    """A bracket that is still open: its node, the key that waits for its value, the bracket itself."""

    __slots__ = ("implied", "key", "kind", "node", "start")

    def __init__(self, node: Obj | Arr, kind: str, start: int, *, implied: bool = False) -> None:
        self.start = start
        self.node = node
        self.kind = kind
        self.implied = implied
        self.key: str | None = None


def parse(text: str, start: int, *, implied: bool = False) -> Parsed:
    """Read the bracketed stretch that begins at `start`, mending what must be mended.

    Args:
        text: The whole text.
        start: Offset of the first bracket, or of the first key when its brace is missing.
        implied: True when the opening brace is missing.
    """
    return _Reader(text).run(start, implied=implied)


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.stack: list[_Open] = []
        self.repairs: dict[Repair, None] = {}
        self.root: Node = None

    def run(self, start: int, *, implied: bool) -> Parsed:
        self.at = start
        if implied:
            self.push("{", implied=True)
            self.mend("missing_bracket")
        else:
            self.open_here()
        while self.stack:
            self.skip()
            char = self.text[self.at : self.at + 1]
            if not char or (char == "`" and self.text.startswith("```", self.at)):
                break
            if "A" <= char <= "Z" and self.stack[-1].kind == "{" and _RESTART.match(self.text, self.at):
                break
            self.step(char)
        return self.finish()

    def finish(self) -> Parsed:
        cut = bool(self.stack) and not (len(self.stack) == 1 and self.stack[0].implied and self.stack[0].key is None)
        for level in self.stack:
            level.node.closed = not cut
            level.node.span = (level.start, self.at)
        return Parsed(self.root, self.at, tuple(self.repairs), cut=cut)

    def mend(self, repair: Repair) -> None:
        self.repairs[repair] = None
        node = self.stack[-1].node
        if repair not in node.repairs:
            node.repairs += (repair,)

    # -- what stands between values -------------------------------------------------------------------------------

    def skip(self) -> None:
        """Pass over space, commas and remarks."""
        while True:
            self.at = _SPACE.match(self.text, self.at).end()  # type: ignore[union-attr]
            if self.text[self.at : self.at + 1] not in _REMARKS:
                return
            comment = _COMMENT.match(self.text, self.at)
            if comment is None:
                return
            self.mend("comment")
            self.at = comment.end()

    def step(self, char: str) -> None:
        level = self.stack[-1]
        if char in _CLOSERS:
            self.close(char)
        elif level.kind in "[t":
            self.item(char)
        elif level.key is not None:
            self.member(char)
        elif char not in QUOTES or not self.plain_members(char):
            self.read_key(char)

    # -- brackets -------------------------------------------------------------------------------------------------

    def open_here(self) -> bool:
        char = self.text[self.at]
        if char in "{[":
            if len(self.stack) >= DEEPEST:
                self.pass_over()
                return True
            self.push(char)
            self.at += 1
            return True
        if char == "(" and _TUPLE.match(self.text, self.at):
            self.push("t")
            self.at += 1
            return True
        call = _CALL.match(self.text, self.at)
        if call is None:
            return False
        self.push("(")
        self.mend("printed_objects")
        self.at = call.end()
        return True

    def pass_over(self) -> None:
        """Pass over what is nested too deep to mean anything, counting its brackets."""
        depth = 0
        for match in _NESTED.finditer(self.text, self.at):
            depth += 1 if match.group() in "{[" else -1 if match.group() in "}]" else 0
            if depth <= 0:
                self.at = match.end()
                return
        self.at = len(self.text)

    def push(self, kind: str, *, implied: bool = False) -> None:
        node: Obj | Arr = Arr() if kind in "[t" else Obj([])
        if self.stack:
            self.add(node)
        else:
            self.root = node
        self.stack.append(_Open(node, kind, self.at, implied=implied))

    def add(self, value: Node) -> None:
        """Put a value where it belongs: behind the key that waits for it, or into the list."""
        level = self.stack[-1]
        if isinstance(level.node, Arr):
            level.node.append(value)
        else:
            level.node.pairs.append((level.key or "", value))
            level.key = None

    def close(self, char: str) -> None:
        """Close the innermost bracket, or as many as a closer that does not fit shows to be forgotten."""
        wanted = "t" if char == ")" and self.stack[-1].kind == "t" else _CLOSERS[char]
        if self.stack[-1].implied and len(self.stack) > 1:
            self.pop()
        if self.stack[-1].kind != wanted:
            self.mend("missing_bracket")
            if any(level.kind == wanted for level in self.stack[-4:]):
                while self.stack[-1].kind != wanted:
                    self.pop()
        self.at += 1
        self.pop()

    def filled(self) -> bool:
        node = self.stack[-1].node
        return bool(node if isinstance(node, Arr) else node.pairs)

    def pop(self) -> None:
        level = self.stack.pop()
        if level.key is not None and isinstance(level.node, Obj):
            level.node.pairs.append((level.key, None))
        level.node.span = (level.start, self.at)

    # -- members --------------------------------------------------------------------------------------------------

    def plain_members(self, char: str) -> bool:
        """Read the members about which there is no doubt, as far as they go; return whether there was one."""
        node = self.stack[-1].node
        assert isinstance(node, Obj)
        pattern, before = PLAIN_MEMBERS[char], self.at
        while (match := pattern.match(self.text, self.at)) is not None:
            key, number, text = match.groups()
            node.pairs.append((key, text if number is None else _number(number)))
            self.at = match.end()
        if self.at > before and char != '"':
            self.mend("quotes")
        return self.at > before

    def read_key(self, char: str) -> None:
        level = self.stack[-1]
        if char in "{[":
            self.mend("missing_bracket")
            if len(self.stack) == 1 and self.filled() and char == "{" and self.at_new_line():
                self.pop()  # The next of several documents, one on each line.
                return
            if len(self.stack) > 1 and self.filled() and self.stack[-2].kind == "[" and char == "{":
                self.pop()
            self.open_here()
            return
        if char in QUOTES:
            quoted = self.string("key")
            key, found = quoted.value, quoted.complete
        else:
            match = _BARE_KEY.match(self.text, self.at)
            found = match is not None
            key = match.group() if match else ""
            self.mend("unquoted")
            self.at = (match or _WORD.match(self.text, self.at)).end()  # type: ignore[union-attr]
            if found and self.text[self.at : self.at + 1] in ("'", '"'):
                self.mend("missing_quote")
                self.at += 1
        colon = _COLON.match(self.text, self.at) if found else None
        if colon is None and found and role_of(key) != "other" and _VALUE.match(self.text, self.at):
            self.mend("separator")
            level.key = key
        elif colon is not None:
            if colon.group().strip() != ":":
                self.mend("separator")
            self.at = colon.end()
            level.key = key
        elif self.at < len(self.text):
            self.mend("stray_text")

    def at_new_line(self) -> bool:
        return self.text[max(0, self.at - _FAR) : self.at].rstrip(" \t").endswith("\n")

    def member(self, char: str) -> None:
        if self.open_here():
            return
        level = self.stack[-1]
        quoted = None
        if char in QUOTES:
            quoted = self.string("member")
            value, complete = quoted.value, quoted.complete
        else:
            value, complete = self.bare()
        if complete or (isinstance(value, str) and value.lstrip()[:1] in ("{", "[")):
            # A string that is an answer itself is read as far as it goes.
            self.add(value)
        else:
            level.key = None

    def item(self, char: str) -> None:
        if self.open_here():
            return
        if char in QUOTES:
            start = self.at
            quoted = self.string("item")
            colon = _COLON.match(self.text, self.at)
            if colon is not None:
                # A key in a list: the brace before it is missing.
                self.mend("missing_bracket")
                self.at = start
                self.push("{", implied=True)
                self.read_key(char)
            elif quoted.complete:
                self.add(quoted.value)
            return
        value, complete = self.bare()
        if complete and value is not None:
            self.add(value)

    def string(self, place: str) -> Quoted:
        quoted = read_tolerant(self.text, self.at, place)
        for repair in quoted.repairs:
            self.mend(repair)
        self.at = quoted.end
        return quoted

    def bare(self) -> tuple[Node, bool]:
        """Read a value without quotes; the second is False when it touches the end of the text."""
        number = _NUMBER.match(self.text, self.at)
        if number is not None:
            self.at = number.end()
            value = _number(number.group())
            decimals = _DECIMALS.match(self.text, self.at) if self.stack[-1].kind == "{" else None
            if decimals is not None and isinstance(value, int):
                # In an object a comma is followed by a key: these are the decimals of a number written with a comma.
                self.mend("separator")
                self.at = decimals.end()
                value = float(f"{value}.{decimals.group(1)}")
            return value, self.at < len(self.text)
        member = _ENUM_MEMBER.match(self.text, self.at)
        if member is not None:
            self.mend("printed_objects")
            self.at = member.end()
            return member.group(1), self.at < len(self.text)
        match = _BARE_VALUE.match(self.text, self.at)
        assert match is not None
        raw = match.group().strip()
        self.at = max(match.end(), self.at + 1)
        stray = _STRAY_QUOTE.match(self.text, self.at)
        if stray is not None and re.fullmatch(r"-?\d{1,9}(?:\.\d{1,9})?", raw):
            self.mend("quotes")
            self.at = stray.end()
            return (float(raw) if "." in raw else int(raw)), self.at < len(self.text)
        word = raw.casefold()
        self.mend("unquoted" if word not in _WORDS else "foreign_word")
        return _WORDS.get(word, raw), self.at < len(self.text)
