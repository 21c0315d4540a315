"""Lines that are a key and its value: YAML, fields, and the name of a class with what is said of it."""

from __future__ import annotations

import re
from typing import NamedTuple

from pegasus_classify.reading.forms.line_scopes import NAME_LINE, Scope
from pegasus_classify.reading.forms.line_signs import field_pairs, scalar
from pegasus_classify.reading.forms.line_words import CORRECTION, FINAL, FOUND, NEGATIVE, NUMBERED_TIME, is_aside
from pegasus_classify.reading.forms.sentence_lines import SentenceLines
from pegasus_classify.reading.forms.statements import Statements
from pegasus_classify.reading.keys import option_heading, option_of, role_of, truth_of
from pegasus_classify.reading.names import Hit
from pegasus_classify.reading.places import DESCRIBING
from pegasus_classify.reading.spotted import times_in
from pegasus_classify.reading.sureness import confidences_in
from pegasus_classify.reading.timecodes import Stretch, stretch_of
from pegasus_classify.reading.tree import Arr, Node, Obj

__all__ = ["Keyed", "KeyedLines"]

_FIRST_WORD = re.compile(r"[^\W\d]{2,20}(?![\w/-])")
_YAML_REMARK = re.compile(r"\s+#\s.*\Z")
_REMARK = re.compile(r"\A#\s.*")
_IN_BRACKETS = re.compile(r"[(\[]([^()\[\]]{1,40})[)\]]")
_NEVER = re.compile(r"(?:not|never|nothing|nobody|no one)\b", re.IGNORECASE)
_SUMMING_UP = re.compile(r"(?:in )?(?:summary|short|brief|conclusion|overview|assessment|tl;?dr)", re.IGNORECASE)
_QUOTED = re.compile(r"[\"\u201c][^\"\u201c\u201d\n]{1,400}[\"\u201d]\s*")
_HEAD_FIELDS = frozenset({"time", "confidence", "option", "present"})
_NEXT_LINE = re.compile(r"[ \t]{0,40}\n[ \t]{1,60}([^\s:-][^\n:]{0,200}?)[ \t]*(?=\n|\Z)")
_LONGEST_VALUE = 400
_ROLE_BEHIND = (" label", " class", " category", " answer", " tag", " topic")


class Keyed(NamedTuple):
    """A line that is a key and its value.

    Attributes:
        key, role, value: The key, what it means, and what stands behind it.
        body: The whole line.
        at, start: Where the line and the value begin.
        indent: Column of the line.
    """

    key: str
    role: str
    value: str
    body: str
    at: int
    start: int
    indent: int


class KeyedLines(SentenceLines):
    """Reads keys and their values.

    Attributes:
        skip_deeper: Lines indented deeper belong to an aside; None when none is open.
        ends: True when some entry told its end under a key of its own.
        by_key: True when a line named a class as its key.
    """

    def __init__(self, text: str, statements: Statements, trusted: int | None) -> None:
        super().__init__(text, statements, trusted)
        self.skip_deeper: int | None = None
        self.ends = False
        self.by_key = False

    def keyed(self, match: re.Match[str], body: str, indent: int, at: int) -> bool:
        """Read `key: value`; False when it is no such line."""
        key = match.group("key").strip()
        value = _YAML_REMARK.sub("", _REMARK.sub("", body[match.end() :].strip()))
        line = Keyed(key, self.role(key), value, body, at, at + match.end(), indent)
        if line.role == "option" and option_of(value) is None and times_in(value[:_LONGEST_VALUE], bare=True):
            line = line._replace(role="time")  # "Where: 0:12 - 0:31"
        if self.owner() is not None and option_heading(key) is not None and times_in(value[:_LONGEST_VALUE]):
            return False  # "On-screen text: 2:33 - 2:36" under the name of a class.
        if not value and self.owner() is None and option_heading(key) is not None:
            return self.open_key(line._replace(role="option"))
        if self.passed_over(line):
            return True
        if line.role == "other" or (line.role == "weak" and not value) or line.role == "option":
            named = self.named(line)
            if named is not None:
                return named
        if value and self.announced(line):
            return True
        if line.role in ("other", "echo") and value:
            return False
        if _SUMMING_UP.fullmatch(key) and value:
            return self.free(value, line.start, indent)
        if value and self.in_words(line):
            return True
        if not value:
            return self.open_key(line)
        self.field(key, line.role, value, line.start)
        return True

    def role(self, key: str) -> str:
        """Return what the key of a line means."""
        role: str = "other" if key in self.names.names else role_of(key)
        if role == "other" and NUMBERED_TIME.fullmatch(key):
            return "time"
        if role == "other" and key.casefold().endswith(_ROLE_BEHIND):
            return role_of(key.rsplit(" ", 1)[1])
        return role

    def passed_over(self, line: Keyed) -> bool:
        """Pass over a line whose key says that it is no answer: reasoning, a draft, words on a screen."""
        if _SUMMING_UP.fullmatch(line.key) and times_in(line.value) and self.statements.mentions.find(line.value):
            return False
        if line.role != "text" and not (
            line.role == "other"
            and is_aside(line.key)
            and not FINAL.search(line.key)
            and self.names.class_of(line.key) is None
            and self.head_of(line.key) is None
            and not self.statements.mentions.find(line.key)
        ):
            return False
        owner = self.owner()
        if owner is not None and line.key.casefold() in DESCRIBING and self.names.prompt_of(line.value, owner):
            self.add("prompt", line.value)
            return True
        quoted = _QUOTED.match(line.value)
        if quoted is not None and line.value[quoted.end() :].strip():
            return self.free(line.value[quoted.end() :], line.start + quoted.end(), line.indent)
        self.aside(line.value, line.indent)
        return True

    def announced(self, line: Keyed) -> bool:
        """Read a line whose key announces its value: a correction, the question's own list, what was found."""
        key, role, value = line.key, line.role, line.value
        if role == "other" and CORRECTION.fullmatch(key):
            self.correct(value, line.start, line.indent)
            return True
        hits = self.names.all_in(value) if role in ("other", "class", "names") else []
        if self.are_all(hits):
            self.whole += [Obj([("class", hit.name)], (line.at, line.at + len(line.body))) for hit in hits]
            return True
        if role == "other" and FOUND.search(key) and not self.statements.mentions.find(key):
            if not NEGATIVE.search(key):
                self.free(value, line.start, line.indent)
            return True
        return False

    def in_words(self, line: Keyed) -> bool:
        """Read a value that is words where a plain field could stand: an answer, a sentence about a class."""
        named = self.names.classes_in(str(scalar(line.value))) if line.role == "class" else []
        whole = line.role != "class" or self.names.class_of(str(scalar(line.value))) is not None
        timed = not whole and bool(times_in(line.value[:_LONGEST_VALUE]))
        worded = line.role in ("present", "confidence") or timed or (line.role == "class" and not named)
        if line.role == "answer" or timed:
            if FINAL.search(line.key) and self.statements.mentions.find(line.value):
                self.root.pairs.clear()
                del self.stack[1:]
            if self.doubted:
                self.root.pairs.clear()
                self.doubted = False
        elif not (worded and self.statements.mentions.find(line.value)):
            return False
        self.free(line.value, line.start, line.indent)
        return True

    def aside(self, value: str, indent: int) -> None:
        """Pass over words that are no evidence, and the lines below that belong to them."""
        self.skip_deeper = indent
        if not value:
            self.stack.append(Scope(Obj([], None), indent + 0.5))

    def open_key(self, line: Keyed) -> bool:
        """Open the entry of a key without a value, which lines below it fill."""
        key, role = line.key, line.role
        obj = Obj([("option", key)] if role == "option" else [], (line.at, line.at + len(line.body)))
        title = role == "other"
        aside = title and not FINAL.search(key) and (NEGATIVE.search(key) or is_aside(key))
        if not aside and role not in ("text", "absent"):
            if (title or role == "answer") and FINAL.search(key):
                self.root.pairs.clear()
            self.add(key if role in ("names", "other", "inner") and not title else "", obj)
        self.stack.append(Scope(obj, line.indent + 0.5, name=self.stack[-1].name))
        return True

    def named(self, line: Keyed) -> bool | None:
        """Read a line whose key is a class or a prompt of the class around it; None when it is neither."""
        key, value = line.key, line.value
        owner = self.owner()
        prompt = self.names.prompt_of(key, owner) if owner else None
        hit = self.names.class_of(key) if prompt is None else None
        inner = self.head_of(key) if hit is None and prompt is None and "(" in key else None
        if not value and key.endswith(")") and "(" in key and (inner is not None or _is_range(key)):
            return self.open_head(line, inner)
        if inner is not None:
            return self.free(line.body, line.at, line.indent)
        if prompt is None and hit is None:
            return None
        if any(
            each.hit and each.hit.prompt is None and each.hit.name != (hit.name if hit else owner)
            for each in self.statements.mentions.find(self.statements.unquoted(value))
        ):
            return self.free(line.body, line.at, line.indent)
        self.by_key = True
        name = hit.name if hit else owner or ""
        obj = Obj(_said_by_key(key, hit, prompt), (line.at, line.at + len(line.body)))
        self.add("", obj)
        # Lines that stand deeper belong to it, whatever is told beside its name: "Rain: yes", "Rain: 80".
        self.stack.append(Scope(obj, line.indent + 0.5, name=name))
        if not value:
            return True
        if value == "~" or truth_of(value) is False or value in ("[]", "{}"):
            obj.pairs.append(("present", False))
            return True
        self.behind(obj, name, value, line.start)
        return True

    def open_head(self, line: Keyed, hit: Hit | None) -> bool:
        """Open the entry of a name that is followed by more in brackets: `Spill (0:10 - 0:20):`.

        What stands below a name that was not asked belongs to it, and is dropped with it.
        """
        while self.stack[-1].rank == NAME_LINE and self.stack[-1].indent >= line.indent:
            self.stack.pop()
        if hit is None:
            self.open_unasked(line.key, (line.at, line.at + len(line.body)), float(line.indent), NAME_LINE)
            return True
        obj = Obj([("class", hit.name), ("prompt", hit.prompt)], (line.at, line.at + len(line.body)))
        for entry in self.statements.read(line.key, line.at, known=hit.name):
            fields = dict(entry.pairs)
            inner = fields.get("fields", entry)
            obj.pairs += [pair for pair in inner.pairs if pair[0] in _HEAD_FIELDS and pair[1] is not None]
        self.add("", obj)
        self.stack.append(Scope(obj, float(line.indent), NAME_LINE, hit.name))
        return True

    def behind(self, obj: Obj, name: str, value: str, start: int) -> None:
        """Read what stands behind the name of a class on its line."""
        if value[:2] == "[[" or (value[0] in "[{" and value[-1] in "]}," and not times_in(value[:200])):
            inner = self.flow(start)
            if isinstance(inner, Obj):
                obj.pairs += inner.pairs
                obj.closed = inner.closed
            else:
                obj.pairs.append(("clips", inner))
            return
        trusted = None if self.trusted is None else self.trusted - start
        first = _FIRST_WORD.match(value)
        never = _NEVER.match(value) is not None and not times_in(value[:_LONGEST_VALUE])
        if never or (first is not None and truth_of(first.group()) is False):
            obj.pairs.append(("present", False))
            return
        fields_told = field_pairs(value) if trusted is None else []
        if fields_told:
            obj.pairs += [(key, scalar(told)) for key, told in fields_told]
            return
        number = re.fullmatch(r"\d{1,3}(?:\.\d+)?", value)
        if number is not None and (trusted is None or len(value) < trusted):
            obj.pairs.append(("confidence", value))
            if float(value) == 0:
                obj.pairs.append(("present", False))
            return
        self.behind_in_words(obj, name, value, start)

    def behind_in_words(self, obj: Obj, name: str, value: str, start: int) -> None:
        """Read words behind the name of a class into its entry."""
        trusted = None if self.trusted is None else self.trusted - start
        before = len(obj.pairs)
        for entry in self.statements.read(value, start, known=name, trusted=trusted):
            fields = dict(entry.pairs)
            if "fields" in fields:
                obj.pairs += fields["fields"].pairs
            elif "present" in fields:
                obj.pairs += [] if "prompt" in fields else [("present", False)]
            elif "time" in fields:
                prompt = dict(obj.pairs).get("prompt")
                entry.pairs += [("prompt", prompt)] if prompt is not None and "prompt" not in fields else []
                obj.pairs.append(("", entry))
                self.remember(entry, name)
            else:
                obj.pairs.append(("", Obj([("class", name), *entry.pairs], entry.span)))
        yes = truth_of(re.split(r"[\s(,;]", value, maxsplit=1)[0])
        if len(obj.pairs) == before and yes is not True and truth_of(value) is not True:
            if trusted is not None:
                obj.closed = False
            else:
                obj.pairs.append(("clips", []))
        elif yes is True and len(obj.pairs) == before:
            obj.pairs.append(("present", True))

    def field(self, key: str, role: str, value: str, start: int) -> None:
        """Put a plain value under its key into the entry that is open."""
        if self.trusted is not None and start + len(value) >= self.trusted:
            for scope in self.stack:
                scope.obj.closed = False
            return
        if value[0] in "[{" and stretch_of(value) is None:
            self.add(key, self.flow(start))
            return
        self.ends = self.ends or role == "end"
        if role == "class":
            value = self.unwrapped(value, start)
            hits = self.names.classes_in(str(scalar(value)))
            self.stack[-1].name = hits[0].name if len(hits) == 1 else None
        word = _FIRST_WORD.match(value) if role == "present" else None
        if word is not None and truth_of(word.group()) is not None:
            self.add("present", truth_of(word.group()))
            return
        if role == "time":
            times = self.statements.read(value, start, known=self.owner() or (self.names.classes[0].name))
            entries = [entry for entry in times if "time" in dict(entry.pairs)]
            if len(entries) > 1:
                self.add("clips", Arr(entries))
                return
        self.add(key if role_of(key) == role else role, scalar(value))

    def unwrapped(self, value: str, start: int) -> str:
        """Return the name of a class with its rest from the next line, where a long one was broken in two."""
        if self.names.classes_in(str(scalar(value))):
            return value
        following = _NEXT_LINE.match(self.text, start + len(value))
        whole = f"{value} {following.group(1)}" if following is not None else ""
        if not self.names.classes_in(str(scalar(whole))):
            return value
        assert following is not None
        self.done = following.end()
        return whole

    def correct(self, value: str, start: int, indent: int) -> None:
        """Read a correction: it replaces what was said of its classes, all of it when those were not spoken of."""
        before = {str(dict(entry.pairs).get("class")) for _, entry in self.added}
        entries = self.statements.read(value, start)
        if (FINAL.search(value) and value.endswith(":")) or before.isdisjoint(
            str(dict(entry.pairs).get("class")) for entry in entries
        ):
            self.root.pairs.clear()
        else:
            self.take_back(entries)
        self.free(value, start, indent)

    def head_of(self, title: str) -> Hit | None:
        """Return the class a heading names before its parentheses or numbers."""
        match = re.match(r"(.+?)\s*(?:[(\[:\u2013\u2014]|\s-\s).*", title)
        return self.names.class_of(match.group(1)) if match is not None else None


def _is_range(key: str) -> bool:
    times = [each.value for each in times_in(key)]
    return bool(times) and all(isinstance(each, Stretch) and each.end is not None for each in times)


def _said_by_key(key: str, hit: Hit | None, prompt: str | None) -> list[tuple[str, Node]]:
    """Return the fields that a key tells: its class and prompt, and in brackets an option or a confidence."""
    pairs: list[tuple[str, Node]] = [("class", hit.name)] if hit else []
    known = prompt or (hit.prompt if hit else None)
    pairs += [("prompt", known)] if known else []
    bracket = _IN_BRACKETS.search(key)
    if bracket is None:
        return pairs
    option = option_of(bracket.group(1))
    sure = confidences_in(key)
    pairs += [("option", option)] if option is not None else []
    return [*pairs, *([("confidence", sure[0].value)] if sure else [])]
