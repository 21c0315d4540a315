"""Lines: headings, bullets, captions, keys, sentences; indentation tells what belongs where."""

from __future__ import annotations

import re

from pegasus_classify.reading.forms.headless import columns_of
from pegasus_classify.reading.forms.keyed_lines import Keyed, KeyedLines
from pegasus_classify.reading.forms.line_scopes import Scope
from pegasus_classify.reading.forms.line_signs import (
    BULLET,
    CUE,
    HASHTAGS,
    OUTLINE,
    RULE,
    TABLE_HEAD,
    TICKED,
    UNDERLINE,
    UNTICKED,
    heading_in,
    inline_pairs,
    key_in,
    scalar,
)
from pegasus_classify.reading.forms.line_words import (
    ABSENT_TITLE,
    ANSWER,
    LOOKED_IN_VAIN,
    NEGATIVE,
    NUMBERED_ENTRY,
    QUESTION,
    is_aside,
)
from pegasus_classify.reading.forms.sentence_signs import NO_AFTER
from pegasus_classify.reading.forms.statements import Statements
from pegasus_classify.reading.keys import option_heading, role_of
from pegasus_classify.reading.names import Hit
from pegasus_classify.reading.spotted import blanked, times_in
from pegasus_classify.reading.sureness import confidences_in
from pegasus_classify.reading.timecodes import Stretch, stretch_of
from pegasus_classify.reading.tree import Obj

__all__ = ["read_lines"]

_ENDS = frozenset({"end", "to", "stop", "end_time", "time", "duration", "length"})
_TABLE_RANK = 20
_BOLD_RANK = 6
_LONGEST_TITLE = 80
_RAGGED = 2
"""Signs by which a line and the rule below it may differ in length."""
_TITLE_HEAD = re.compile(r"(.+?)(?=\s*[(:\u2013\u2014]|\s-\s)")
_SOME_TIME = 9
_EMPTY_BRACKETS = re.compile("[(\\[]\x00+[)\\]]")
_DEEPEST = 6
"""Bullets read at the beginning of one line."""
_TICKS = "\u2705\u2714\u2713\u274c\u274e\u2717\u2718\u2611"


class _Lines(KeyedLines):
    def __init__(self, text: str, statements: Statements, trusted: int | None) -> None:
        super().__init__(text, statements, trusted)
        self.cue: Stretch | None = None
        self.captions: list[Obj] = []
        self.column: int | None = None
        self.question: str | None = None

    def line(self, raw: str, offset: int) -> None:
        lead = len(raw) - len(raw.lstrip(" \t"))
        indent = len(raw[:lead].expandtabs(4))
        body = raw.strip()
        if not body or (RULE.fullmatch(body) and not self.cue):
            self.cue = None if not body else self.cue
            self.recent = []
            return
        if self.skip_deeper is not None:
            if indent > self.skip_deeper:
                return
            self.skip_deeper = None
        cue = CUE.fullmatch(body)
        if cue is not None:
            times = stretch_of(f"{cue.group(1)} --> {cue.group(2)}")
            self.pop(-0.5)
            self.captions = []
            self.cue = times if self.trusted is None or offset + len(raw) < self.trusted else None
            return
        self.bulleted(body, indent, offset + lead)

    def bulleted(self, body: str, indent: int, at: int) -> None:
        """Take the bullets off a line, each of which begins an entry; ticks stay, they say yes or no."""
        outline = OUTLINE.match(body)
        if outline is not None and self.names.class_of(body[outline.end() :]) is not None:
            level = outline.group().count(".") + 1
            heading = heading_in(f"{'#' * level} {body[outline.end() :]}")
            assert heading is not None
            self.heading(heading, at + outline.end() - level - 1)
            return
        bullet = BULLET.match(body)
        self.column = None
        nested = 0
        while bullet is not None and nested < _DEEPEST:
            nested += 1
            self.pop(indent + 0.5)
            ticked = bullet.group().strip() if bullet.group().strip() in _TICKS else ""
            indent += bullet.end()
            body = ticked + body[bullet.end() :]
            at += bullet.end() - len(ticked)
            self.item(indent, at, body)
            self.column = indent
            bullet = BULLET.match(body) if not ticked and body.startswith("- ") else None
        if bullet is None and self.stack[-1].indent != indent and not self.is_lazy(body, at):
            self.pop(float(indent))
        self.content(body, indent, at)

    def content(self, body: str, indent: int, at: int) -> None:
        """Read what a line holds behind its bullets."""
        unchecked = self.checked(body, at)
        if unchecked is None:
            return
        body, at = unchecked
        if not body or (not self.is_underlined(body, at) and self.opens(body, indent, at)) or self.data(body, at):
            return
        if self.tagged(body, at):
            return
        heading = heading_in(f"## {body}" if self.is_underlined(body, at) else body)
        if heading is not None and self.heading(heading, at):
            return
        if self.cue is not None:
            self.captioned(body, at)
            return
        if self.answered(body, indent, at):
            return
        match = key_in(body)
        if match is not None and self.keyed(match, body, indent, at):
            return
        self.free(body, at, indent)

    def tagged(self, body: str, at: int) -> bool:
        """Read a line of hashtags: `#Rain #LowVisibility #fyp`; those that were not asked are dropped."""
        if HASHTAGS.fullmatch(body) is None:
            return False
        found = {
            hit.name: hit for tag in body.split("#")[1:] if (hit := self.names.class_of(tag.strip(" ,"))) is not None
        }
        for hit in found.values():
            self.add("", Obj([("class", hit.name), ("prompt", hit.prompt)], (at, at + len(body))))
        return bool(found)

    def answered(self, body: str, indent: int, at: int) -> bool:
        """Read the answer to a question about one class, on its line or on the next: "Is Rain shown? Yes, 0:10"."""
        asked, self.question = self.question, None
        match = QUESTION.fullmatch(body)
        if match is None:
            answer = ANSWER.fullmatch(body) if asked is not None else None
            return answer is not None and bool(self.named(self.about_class(asked or "", answer, body, indent, at)))
        found = {each.hit.name for each in self.statements.mentions.find(match.group("question")) if each.hit}
        if len(found) != 1:
            return False
        name = found.pop()
        if match.group("answer") is None:
            self.question = name
            return False
        return bool(self.named(self.about_class(name, match, body, indent, at)))

    def about_class(self, name: str, match: re.Match[str], body: str, indent: int, at: int) -> Keyed:
        """Return an answer as what stands behind the name of its class."""
        return Keyed(name, "other", match.group("answer"), body, at, at + match.start("answer"), indent)

    def checked(self, body: str, at: int) -> tuple[str, int] | None:
        """Read a box that is ticked or not; return what is left of the line, None when nothing is."""
        ticked = TICKED.match(body)
        mark = ticked or UNTICKED.match(body)
        if mark is None:
            return body, at
        body, at = body[mark.end() :], at + mark.end()
        hits = self.names.all_in(body if ticked is not None else body.split(":")[0])
        for hit in hits:
            self.add("", Obj([("class", hit.name), ("present", ticked is not None)], (at, at + len(body))))
        if hits or ticked is None:
            return None
        bullet = BULLET.match(body)
        return (body, at) if bullet is None else (body[bullet.end() :], at + bullet.end())

    def opens(self, body: str, indent: int, at: int) -> bool:
        """Read a line that only opens what follows: things not found, a numbered entry, a head in brackets."""
        if body[0] == "#":
            return False
        if self.owner() is None and self.is_absent_title(body):
            if body[:2] == "**":
                # Headings that follow it close it: what it heads belongs to nothing.
                self.stack.append(Scope(Obj([], None), -0.5, _BOLD_RANK))
                return True
            # Under a bullet the lines that belong to it stand as far in as its own words.
            self.aside("", indent - 1 if self.stack[-1].indent == indent else indent)
            return True
        if NUMBERED_ENTRY.fullmatch(body):
            obj = Obj([], (at, at + len(body)))
            self.add("", obj)
            self.stack.append(Scope(obj, indent + 0.5, name=self.stack[-1].name))
            return True
        table = TABLE_HEAD.fullmatch(body) if self.cue is None else None
        if table is not None:
            self.table(table, at)
        return table is not None

    def is_underlined(self, body: str, at: int) -> bool:
        """Return whether a line is a heading because the next one underlines it."""
        rule = UNDERLINE.match(self.text, at + len(body)) if len(body) <= _LONGEST_TITLE and body[0].isalpha() else None
        return rule is not None and abs(len(rule.group(1)) - len(body)) <= _RAGGED and key_in(body) is None

    def is_absent_title(self, body: str) -> bool:
        """Return whether a line heads what was not found: "Not detected", "**Checked, but not detected**"."""
        title = body.strip("*_#: ")
        if ABSENT_TITLE.fullmatch(title):
            return True
        emphasised = body[-1] == ":" or (body[:2] == body[-2:] == "**")
        return (
            emphasised
            and len(title) <= _LONGEST_TITLE
            and LOOKED_IN_VAIN.search(title) is not None
            and not times_in(title)
            and not self.statements.mentions.find(title)
        )

    def data(self, body: str, at: int) -> bool:
        """Read a line that is data on its own: brackets, or fields one behind the other."""
        if body[0] == "{" or (body[0] == "[" and body[1:2] in ("[", "{", '"')):
            self.add("", self.flow(at))
            return True
        pairs = inline_pairs(body)
        if not pairs or self.trusted is not None:
            return False
        self.add("", Obj([(key, scalar(value)) for key, value in pairs], (at, at + len(body))))
        return True

    def table(self, match: re.Match[str], at: int) -> None:
        """Open the entry that a head in brackets begins, as in TOML: `[[classes.clips]]`."""
        parts = match.group("path").split(".")
        rank = _TABLE_RANK + len(parts)
        while len(self.stack) > 1 and self.stack[-1].rank >= rank:
            self.stack.pop()
        title = parts[-1].strip("\"' ")
        hit = self.names.class_of(title) if role_of(title) == "other" else None
        obj = Obj(
            [("class", hit.name), ("prompt", hit.prompt)] if hit is not None else [], (at, at + len(match.group()))
        )
        self.add("", obj)
        self.stack.append(Scope(obj, -0.5, rank, hit.name if hit is not None else self.stack[-1].name))

    def heading(self, match: re.Match[str], at: int) -> bool:
        """Open the entry of a heading; False when a line in bold is none, since it names no class."""
        rank = len(match.group(1)) if match.group(1) else 7
        title = match.group(2) if match.group(1) else match.group(4)
        note = "" if match.group(1) else match.group(5) or ""
        title = title.strip().strip("*_").rstrip(":")
        if rank == 1 and self.by_key and key_in(title) is not None and times_in(title):
            return True  # A line of YAML that is commented out.
        hit = self.names.class_of(title) or self.head_of(title)
        option = option_heading(title) if hit is None else None
        if hit is None and option is None and not match.group(1):
            return self.beside_classes(title, (at, at + len(match.group())))
        while len(self.stack) > 1 and self.stack[-1].rank >= rank:
            self.stack.pop()
        obj = Obj([("option", option)] if option is not None else [], (at, at + len(match.group())))
        if hit is not None:
            self.fill_heading(obj, hit, title, note, at)
        times = stretch_of(title) if hit is None and title[:1].isdigit() else None
        if times is not None and times.end is not None:
            self.stack[-1].obj.pairs.append((title, obj))
        elif (
            hit is not None
            or option is not None
            or (rank == 1 and not NEGATIVE.search(title))
            or not (NEGATIVE.search(title) or is_aside(title))
        ):
            self.add("", obj)
        self.stack.append(Scope(obj, -0.5, rank, hit.name if hit else None, self.column))
        return True

    def beside_classes(self, title: str, span: tuple[int, int]) -> bool:
        """Close the class of a bullet in bold when the next one names none that was asked; False if it is none."""
        same = [number for number, scope in enumerate(self.stack) if scope.name and scope.column == self.column]
        if self.column is None or not same or role_of(title) != "other" or NUMBERED_ENTRY.fullmatch(title):
            return False
        del self.stack[same[0] :]
        self.open_unasked(title, span, -0.5, 7, self.column)
        return True

    def fill_heading(self, obj: Obj, hit: Hit, title: str, note: str, at: int) -> None:
        """Put the class of a heading and what else it says into its entry."""
        if self.owner() == hit.name and hit.prompt:
            obj.pairs.append(("prompt", hit.prompt))
        else:
            obj.pairs += [("class", hit.name), *([("prompt", hit.prompt)] if hit.prompt else [])]
        head = _TITLE_HEAD.match(title)
        if head is not None and NO_AFTER.match(title[head.end() :]):
            obj.pairs.append(("present", False))
            return
        told = self.names.class_of(title) is None or confidences_in(title) or times_in(title)
        rest = note or (title if told else "")
        for entry in self.statements.read(rest, at, known=hit.name) if rest else []:
            fields = dict(entry.pairs)
            if "time" in fields:
                obj.pairs.append(("", entry))
            else:
                inner = fields.get("fields", entry)
                obj.pairs += [pair for pair in inner.pairs if pair[0] in ("confidence", "option", "present")]

    def captioned(self, body: str, at: int) -> None:
        """Take a line of a caption: entries of its own, or the confidence of those of the lines before it."""
        sure = confidences_in(body)
        if sure and self.captions and not self.statements.mentions.find(body):
            for entry in self.captions:
                entry.pairs.append(("confidence", sure[0].value))
            self.captions = []
            return
        self.captions = self.caption(body, at)
        for entry in self.captions:
            self.add("", entry)

    def caption(self, body: str, at: int) -> list[Obj]:
        """Return what a caption says, which holds while it is shown."""
        hits = self.names.classes_in(body.strip("[]<> ")) if "|" not in body else []
        if hits and not confidences_in(body):
            return [
                Obj([("class", hit.name), ("prompt", hit.prompt), ("time", self.cue)], (at, at + len(body)))
                for hit in hits
            ]
        assert self.cue is not None
        sure = confidences_in(body)
        told = _EMPTY_BRACKETS.sub("", blanked(body, sure)).replace("\x00", "") if sure and "|" in body else body
        cells = [cell.strip() for cell in told.split("|")]
        columns = columns_of([[*cells, f"0 - {_SOME_TIME}"]], self.names) if len(cells) > 1 else None
        if columns is not None:
            pairs = [(key, scalar(cell)) for key, cell in zip(columns, cells, strict=False) if key]
            pairs += [("confidence", each.value) for each in sure[:1] if "confidence" not in columns]
            return [Obj([*pairs, ("time", self.cue)], (at, at + len(body)))]
        return self.statements.read(body, at, during=self.cue)


def read_lines(text: str, statements: Statements, *, trusted: int | None = None) -> Obj:
    """Return the tree of a text made of lines.

    Args:
        text: The whole text, or what is left of it.
        statements: Reads the sentences among the lines.
        trusted: Offset of the end of the text when it was cut there: what touches it is left out; else None.
    """
    lines = _Lines(text, statements, trusted)
    at = 0
    for raw in text.split("\n"):
        if at >= lines.done:
            lines.line(raw, at)
        at += len(raw) + 1
    if lines.ends and "start" in (last := dict(lines.stack[-1].obj.pairs)) and not _ENDS.intersection(last):
        lines.stack[-1].obj.closed = False
    if not lines.added:
        lines.root.pairs += [("", entry) for entry in lines.whole]
    return lines.root
