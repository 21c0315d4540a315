"""A text made plain for reading, with the way back to the offsets of the text as it came."""

from __future__ import annotations

import html
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import unquote

from pegasus_classify.contract.evidence import Repair
from pegasus_classify.reading.event_streams import pieces_of

__all__ = ["Source", "rewritten", "shortened", "source_of"]

_ODD = re.compile("[\\r\u00ad\u200b-\u200f\u2028-\u202f\u2060\ufeff\u00a0\u2000-\u200a\u205f\u3000\uff01-\uff5e]")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff]")
_SPACES = {
    ord(space): " " for space in "\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f"
}
_SPACES |= {0x205F: " ", 0x3000: " ", 0x2028: "\n", 0x2029: "\n"}
# Full-width quotes stay: whether one is a delimiter is for the reader of strings to decide.
_WIDE = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F) if code not in (0xFF02, 0xFF07)}
_ENTITY = re.compile(r"&(?:quot|apos|amp|lt|gt|nbsp|#\d{1,6}|#x[0-9a-fA-F]{1,5});")
_SIGN_ENTITY = re.compile(r"&(?:[nm]dash|hellip|rarr|middot|bull|times|check|cross|thinsp|ensp|emsp|#821[12]);")
_HALVES = re.compile("\x00|\\A[\u00ff\u00fe]{2}")
_PERCENT = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_STRUCK = re.compile(r"~~(?!~)[^~\n]{1,400}~~(?!~)")
_COLOUR = re.compile("\x1b\\[[0-9;]{0,20}[A-Za-z]")
_SYMBOL_KEY = re.compile(r"(?<=[{,\s]):\w{1,40}\s{0,4}=>")
_LATEX_ROW = re.compile(r"(?m)^[^\n&]{0,300}&[^\n]{0,600}\\\\")
_ESCAPED_KEY = re.compile(r"[{\[,]\s{0,20}&(?:quot|#34|#x22);")
_MARKED_DOWN = re.compile(r"\\[{\[]")
_MARKDOWN_ESCAPE = re.compile(r"\\[{}\[\]_*#-]")
_OTHER_EVENT = re.compile(r"(?m)^\s*(?:data:\s*)?\{\s*\"event_type\"\s*:\s*\"stream_(?:start|end)\"[^\n]*(?:\n|\Z)")
_PIECE = re.compile(
    r"(?:\"\s*\}[ \t]*\n\s*)?(?:data:\s*)?\{\s*\"event_type\"\s*:\s*\"text_generation\"\s*,\s*\"text\"\s*:\s*\""
)
_BROKEN_EVENT = re.compile(r"\"\s*\}\s*\n(?:data:\s*)?\{\s*\"?[a-z_]{0,12}\"?(?:\s*:\s*\"?[a-z_]{0,16})?\Z")
_LAST_PIECE = re.compile(r"\"\s*\}\s*\Z")
_STREAM_ESCAPE = re.compile(r"\\[\"\\nt/]")
_BLOCK = re.compile(r"(?m)^[ \t]{0,8}(?:class|label|category)[ \t]\"[^\"\n]{1,200}\"[ \t]{0,4}\{")
_BLOCK_HEADS = ('class "', 'label "', 'category "', 'class\t"', 'label\t"', 'category\t"')
_SQUARE_TAG = re.compile(r"\[/?[A-Za-z_]{2,20}\]")
_SPANNING = re.compile(r"\\multicolumn\{\d{1,2}\}\{[^{}]{0,20}\}\{([^{}]{0,100})\}")
_DIGITS = re.compile("[\u0660-\u0669\u06f0-\u06f9\u0966-\u096f\u066a]")
_LIST_COMMA = re.compile('(?<=["}\\]\\d])\u3001(?=\\s{0,40}["{\\[\\d])')
_BRANCH = re.compile("[\u2502\u251c\u2514\u2500]+")
_GRID = re.compile("[\u253c\u250c\u252c]")
_DECOMPOSED = re.compile("[^\\W\\d_][\u0300-\u036f]{1,3}")
# Second bytes of UTF-8 as Windows-1252 shows them; quotes, dashes and dots may also end a word in one of the letters.
_BYTE = (
    "\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2020-\u2022\u2030"
    "\u2039\u203a\u20ac\u2122"
)
_MARK_BYTE = _BYTE + "\u2013\u2014\u2018-\u201e\u2026"
_MISREAD = re.compile(f"[\u00c2\u00c3][{_BYTE}]|\u00e2[{_MARK_BYTE}]{{2}}|(?:[\u00d0\u00d1][{_MARK_BYTE}]){{2,40}}")
_FOLDED = re.compile(
    r"(?m)(?<=:)[ \t]{1,4}[>|][-+]?[ \t]{0,8}\n(?P<deep>[ \t]{1,40})\S[^\n]{0,400}"
    r"(?:\n(?P=deep)[^\s:-][^\n:]{0,400}){0,8}$"
)
_FRAMES = re.compile(
    r"\bframes? \d{1,7}\s?(?:-|\u2013|\u2014|to|and|until|"
    r"through)\s?(?:frame )?\d{1,7}\b",
    re.IGNORECASE,
)
_RATE = re.compile(r"\b(\d{1,3}(?:\.\d{1,3})?) ?(?:fps\b|frames (?:per|a|each) second)", re.IGNORECASE)
_PHP_ARRAY = re.compile(r"\barray\(")
_LUA_KEY = re.compile(r"\[\"[A-Za-z_]\w{0,40}\"\]\s{0,4}=(?!=)")
_NAMED_BLOCK = re.compile(r"\s{0,20}[a-z_]{1,30} \{\n")
_BLOCK_NAME = re.compile(r"(?<![\w\"'])[a-z_]{1,30} \{")
_BOXED = re.compile(r"\\boxed\{[^{}\n]{1,200}\}")
_TURNS = re.compile(
    r"\A\s{0,20}(?:user|human)\s?:.{0,20000}\n\s{0,20}(?:assistant|model|ai|bot)\s?:", re.IGNORECASE | re.DOTALL
)
"""The question, when a text repeats the whole conversation up to its own turn."""
_DOUBLED = re.compile(r'""')
_TAIL = re.compile(r'(?<!\\)\\+"[}\]\s]+')
_RUNAWAY = re.compile(r'(?:\\+"[}\]]{2,}\s*){2}[\\"}\]]*\Z')
_LEADER = re.compile(
    r"(?<=[^\W\d_])[ \t]?\.{5,}[ \t]?(?=[(\[\d\u2713\u2714\u2717\u2718\u2705\u274c]|yes\b|no\b)", re.IGNORECASE
)
_QUOTED_LINE = re.compile(r"(?m)^[ \t]*>[ \t]?")


class Source(NamedTuple):
    """A text and where its characters stood in the text it was made from.

    Attributes:
        text: What the stages read.
        repairs: What had to be done to the text as it came.
        marks: Ascending offsets into `text`; from each on, another shift holds. Empty when nothing moved.
        shifts: One more than `marks`: how far behind the parent's offset is, before the first mark and from each on.
        parent: The text this one was made from; None for the text as it came (offsets are then final).
    """

    text: str
    repairs: tuple[Repair, ...] = ()
    marks: tuple[int, ...] = ()
    shifts: tuple[int, ...] = (0,)
    parent: Source | None = None

    def original(self, at: int) -> int:
        """Return the offset in the text as it came that belongs to an offset in `text`."""
        step: Source | None = self
        while step is not None:
            at += step.shifts[bisect_right(step.marks, at)]
            step = step.parent
        return at

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return a half-open stretch of `text` in offsets of the text as it came."""
        if self.parent is None:
            return start, end
        return self.original(start), self.original(end - 1) + 1


def rewritten(source: Source, pattern: re.Pattern[str], repair: Repair, by: Callable[[str], str]) -> Source:
    """Return the source with every match of a pattern replaced, named as a repair; itself when nothing matches."""
    pieces: list[str] = []
    marks: list[int] = []
    shifts = [0]
    length = last = 0
    for match in pattern.finditer(source.text):
        new = by(match.group())
        pieces += [source.text[last : match.start()], new]
        length += match.start() - last + len(new)
        last = match.end()
        marks.append(length)
        shifts.append(last - length)
    if not marks:
        return source
    pieces.append(source.text[last:])
    return Source("".join(pieces), (*source.repairs, repair), tuple(marks), tuple(shifts), source)


def source_of(text: str) -> Source:
    """Return a text without what only disturbs reading: marks of encoding, wide forms, text escaped as a whole.

    Entities are decoded here only when they stand for the delimiters themselves; inside names they are decoded when
    names are compared.
    """
    source = _put_together(_decoded(text))
    text = source.text
    if "\\" in text and _MARKED_DOWN.search(text) and '\\"' not in text:
        source = rewritten(source, _MARKDOWN_ESCAPE, "over_escaped", lambda escape: escape[1:])
    if "&" in text:
        source = _without_entities(source)
    source = _in_plain_form(source)
    if "ser:" in text or "uman:" in text:
        source = rewritten(source, _TURNS, "echo", lambda _: "")
    if "~~" in text:
        source = rewritten(source, _STRUCK, "aside", lambda _: " ")
    if "\x1b" in text:
        source = rewritten(source, _COLOUR, "invisible_characters", lambda _: "")
    source = _without_runaway(source)
    if ">" in text and _all_quoted(source.text):
        source = rewritten(source, _QUOTED_LINE, "block_quote", lambda _: "")
    return source


def _decoded(text: str) -> Source:
    """Return a text in plain characters, whatever encoding it was read in."""
    source = Source(text)
    if text.count("\x00") * 3 > len(text):
        source = rewritten(source, _HALVES, "encoding", lambda _: "")
    if "%22" in text or "%20" in text:
        source = rewritten(source, _PERCENT, "encoding", lambda signs: unquote(signs, errors="replace"))
    text = source.text
    if (not text.isascii() or "\r" in text) and _ODD.search(text):
        source = _plain_characters(source)
    if not text.isascii():
        source = rewritten(source, _DECOMPOSED, "decomposed", lambda signs: unicodedata.normalize("NFC", signs))
        source = rewritten(source, _MISREAD, "encoding", _reread)
        if _DIGITS.search(text):
            source = rewritten(source, _DIGITS, "full_width", lambda digit: str(unicodedata.digit(digit, "%")))
    return source


def _put_together(source: Source) -> Source:
    """Return the text of a raw stream of events; any other text as it is."""
    if '"text_generation"' in source.text:
        source = _joined_stream(source)
    if "data:" in source.text and source.text.lstrip().startswith(("data:", "event:", "id:", ":")):
        source = _joined_events(source)
    return source


def _without_entities(source: Source) -> Source:
    source = rewritten(source, _SIGN_ENTITY, "html_entities", html.unescape)
    return rewritten(source, _ENTITY, "html_entities", html.unescape) if _escaped_as_a_whole(source.text) else source


def _in_plain_form(source: Source) -> Source:
    """Return a text with the marks of rarer forms written as those of frequent ones."""
    text = source.text
    if "....." in text:
        source = rewritten(source, _LEADER, "separator", lambda _: ": ")
    if "\\begin{tabular" in text:
        source = rewritten(source, _LATEX_ROW, "markup", _latex_cells)
    if _may_hold_blocks(text) and _BLOCK.search(source.text):
        source = rewritten(source, _BLOCK, "separator", lambda head: '{"class": "' + head.split('"')[1] + '",')
    if "array(" in text and "=>" in text:
        source = rewritten(source, _PHP_ARRAY, "separator", lambda _: "[")
    if '["' in text and "] =" in text:
        source = rewritten(source, _LUA_KEY, "separator", lambda key: f'"{key.split(chr(34))[1]}" =')
    if " {\n" in text and _NAMED_BLOCK.match(text):
        source = rewritten(source, _BLOCK_NAME, "separator", lambda name: f'"{name.split()[0]}": {{')
    if "\\boxed{" in text:
        source = rewritten(source, _BOXED, "markup", lambda box: box[7:-1])
    if "[/" in text:
        source = rewritten(source, _SQUARE_TAG, "markup", lambda tag: f"<{tag[1:-1]}>")
    if "=>" in text:
        source = rewritten(source, _SYMBOL_KEY, "separator", lambda key: f'"{key.lstrip(":").rstrip("=> ")}":')
    if "\u3001" in text:
        source = rewritten(source, _LIST_COMMA, "full_width", lambda _: ",")
    if '""' in text and re.search(r'[{\[,:]\s*""\w[\w ]*""\s*:', source.text):
        source = rewritten(source, _DOUBLED, "doubled_quotes", lambda _: '"')
    if ("\u251c\u2500" in text or "\u2514\u2500" in text) and not _GRID.search(text):
        source = rewritten(source, _BRANCH, "separator", lambda branch: " " * len(branch))
    if (": >" in text or ": |" in text) and _FOLDED.search(source.text):
        source = rewritten(source, _FOLDED, "folded", _unfolded)
    rate = _RATE.search(source.text) if "rame" in text and _FRAMES.search(source.text) else None
    if rate is not None:
        source = rewritten(source, _FRAMES, "frames", lambda frames: _in_seconds(frames, float(rate.group(1))))
    return source


def _may_hold_blocks(text: str) -> bool:
    """Return whether a line may begin with the head of a block; a single line that begins with a brace does not."""
    return (text[:1] != "{" or "\n" in text) and any(head in text for head in _BLOCK_HEADS)


def _plain_characters(source: Source) -> Source:
    text = source.text.replace("\r\n", " \n").replace("\r", "\n").translate(_SPACES)
    wide = text.translate(_WIDE)
    repairs = ("full_width",) if wide != text else ()
    source = Source(wide, repairs)
    if wide.startswith("\ufeff"):
        source = rewritten(source, re.compile("^\ufeff"), "byte_order_mark", lambda _: "")
    return rewritten(source, _INVISIBLE, "invisible_characters", lambda _: "")


def _unfolded(value: str) -> str:
    """Return a YAML value written below its key, in several lines, as one line."""
    return " " + " ".join(value.split("\n", 1)[1].split())


def _in_seconds(frames: str, rate: float) -> str:
    """Return a range of frames in seconds."""
    first, last = re.findall(r"\d+", frames)
    return f"{round(int(first) / rate, 3)} s to {round(int(last) / rate, 3)} s" if rate else frames


def _reread(signs: str) -> str:
    """Return signs of UTF-8 that was read as Windows-1252 as they were meant, others as they are."""
    for encoding in ("cp1252", "latin-1"):
        try:
            return signs.encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
    return signs


def _latex_cells(row: str) -> str:
    cells = _SPANNING.sub(r"\1", row.rstrip("\\")).replace("\\%", "%").replace("&", "|")
    return f"| {cells} |"


def _joined_events(source: Source) -> Source:
    """Return the text of a raw stream of any service's events with the pieces put together."""
    pieces = pieces_of(source.text)
    if not pieces:
        return source
    marks: list[int] = []
    shifts = [pieces[0][0]]
    length = 0
    for at, piece in pieces:
        if length:
            marks.append(length)
            shifts.append(at - length)
        length += len(piece)
    text = "".join(piece for _, piece in pieces)
    return Source(text, (*source.repairs, "event_stream"), tuple(marks), tuple(shifts), source)


def _joined_stream(source: Source) -> Source:
    """Return the text of a raw stream of events with the pieces put together."""
    source = rewritten(source, _OTHER_EVENT, "event_stream", lambda _: "")
    source = rewritten(source, _BROKEN_EVENT, "event_stream", lambda _: "")
    source = rewritten(source, _PIECE, "event_stream", lambda _: "")
    source = rewritten(source, _LAST_PIECE, "event_stream", lambda _: "")
    return rewritten(
        source, _STREAM_ESCAPE, "event_stream", lambda escape: {"n": "\n", "t": "\t"}.get(escape[1], escape[1])
    )


def _escaped_as_a_whole(text: str) -> bool:
    quotes = "&quot;" in text or "&#34;" in text or "&#x22;" in text
    if quotes and _ESCAPED_KEY.search(text):
        return True
    return (quotes and '"' not in text) or ("&lt;" in text and "<" not in text)


def _all_quoted(text: str) -> bool:
    lines = [line.lstrip() for line in text.split("\n")]
    return all(line.startswith(">") for line in lines if line)


def _without_runaway(source: Source) -> Source:
    """Return a text whose end repeats an escaped quote and closing brackets with one such end, not escaped."""
    last = source.text.rstrip()
    if '\\"' not in last[-60:] or _RUNAWAY.search(last[-60:]) is None:
        return source
    start = stop = -1
    for match in _TAIL.finditer(last):
        start, stop = (start if match.start() == stop else match.start()), match.end()
    unit = _TAIL.match(last, start)
    assert unit is not None
    text = last[:start] + unit.group().lstrip("\\")
    shift = len(last) - len(text)
    return Source(text, (*source.repairs, "runaway_tail"), (len(text),), (0, shift), source)


def shortened(source: Source, length: int) -> Source:
    """Return the first `length` characters of a source."""
    return source._replace(text=source.text[:length], repairs=(*source.repairs, "too_long"))
