"""Lines: YAML, keys and values, headings, bullets, captions, sentences; indentation tells what belongs where."""

from __future__ import annotations

import re

from pegasus_classify.reading.forms.headless import columns_of
from pegasus_classify.reading.forms.line_scopes import NAME_LINE, Scope, Scopes
from pegasus_classify.reading.forms.line_signs import (
    ASIDE,
    BEGINS,
    BULLET,
    CUE,
    ENDS,
    FINAL,
    FOUND,
    NEGATIVE,
    NUMBERED_ENTRY,
    RULE,
    TABLE_HEAD,
    TICKED,
    UNTICKED,
    field_pairs,
    heading_in,
    inline_pairs,
    key_in,
    scalar,
)
from pegasus_classify.reading.forms.sentence_signs import TAKEN_BACK
from pegasus_classify.reading.forms.statements import Statements
from pegasus_classify.reading.keys import role_of, truth_of
from pegasus_classify.reading.names import Hit
from pegasus_classify.reading.spotted import blanked, confidences_in, times_in
from pegasus_classify.reading.timecodes import Stretch, stretch_of
from pegasus_classify.reading.tree import Arr, Node, Obj

__all__ = ["read_lines"]


_CORRECTION = re.compile(r"(?:correction|corrected|revised|updated)(?: answer| version)?", re.IGNORECASE)
_ENDS = frozenset({"end", "to", "stop", "end_time", "time", "duration", "length"})
_FEWEST_ECHOED = 3
_TABLE_RANK = 20
_SOME_TIME = 9
_EMPTY_BRACKETS = re.compile("[(\\[]\x00+[)\\]]")
_ABSENT_TITLE = re.compile(
    r"(?:the )?(?:other |remaining )?(?:classes |labels |categories |what (?:i|we) did )?(?:not|un)[ -]?(?:detected|found|present|seen|observed|"
    r"occurring|find|matched|identified)(?: classes| labels| categories)?:?|absent(?: classes| labels)?:?",
    re.IGNORECASE,
)
_NUMBERED_TIME = re.compile(
    r"(?:segment|clip|stretch|range|occurrence|moment|instance|interval|appearance|window|time ?range|timestamp)s?\s?#?(?:\d{1,3}|[A-Za-z])",
    re.IGNORECASE,
)
_DENIAL = re.compile(
    r"[(\[*_ ]*(?:(?:no|zero|without) (?:such )?(?:clips?|segments?|match(?:es)?|evidence|occurrences?|instances?|findings?|"
    r"results?|times?|appearances?|detections?|moments?|scenes?|examples?|trace|sign)\b|none\b|nothing\b|not (?:present|found|"
    r"detected|seen|visible|shown|observed|identified|applicable|in (?:the|this) video|at all|any)\b|absent\b|n/a\b|"
    r"does(?: not|n['\u2019]t) (?:appear|occur)|(?:was|is)(?: not|n['\u2019]t) (?:found|seen|present|detected|shown)|no\.?\Z)",
    re.IGNORECASE,
)
_FIRST_WORD = re.compile(r"[^\W\d]{2,20}(?![\w/-])")
_YAML_REMARK = re.compile(r"\s+#\s.*\Z")
_REMARK = re.compile(r"\A#\s.*")
_DEEPEST = 6
"""Bullets read at the beginning of one line."""


class _Lines(Scopes):
    def __init__(self, text: str, statements: Statements, trusted: int | None) -> None:
        super().__init__(text)
        self.names = statements.names
        self.statements = statements
        self.trusted = trusted
        self.skip_deeper: int | None = None
        self.whole: list[Obj] = []
        self.ends = False
        self.begun: dict[str, Obj] = {}
        self.doubted = False
        self.cue: Stretch | None = None

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
        at = offset + lead
        cue = CUE.fullmatch(body)
        if cue is not None:
            times = stretch_of(f"{cue.group(1)} --> {cue.group(2)}")
            self.pop(-0.5)
            self.cue = times if self.trusted is None or offset + len(raw) < self.trusted else None
            return
        bullet = BULLET.match(body)
        nested = 0
        while bullet is not None and nested < _DEEPEST:
            nested += 1
            self.pop(indent + 0.5)
            ticked = (
                bullet.group().strip() if bullet.group().strip() in "\u2705\u2714\u2713\u274c\u2717\u2718\u2611" else ""
            )
            indent += bullet.end()
            body = ticked + body[bullet.end() :]
            at += bullet.end() - len(ticked)
            self.item(indent, at, body)
            bullet = BULLET.match(body) if not ticked and body.startswith("- ") else None
        if bullet is None and self.stack[-1].indent != indent:
            self.pop(float(indent))
        self.content(body, indent, at)

    def content(self, body: str, indent: int, at: int) -> None:
        ticked, unticked = TICKED.match(body), UNTICKED.match(body)
        if ticked is not None or unticked is not None:
            mark = ticked or unticked
            assert mark is not None
            body, at = body[mark.end() :], at + mark.end()
            hits = self.names.all_in(body if ticked is not None else body.split(":")[0])
            for hit in hits:
                self.add("", Obj([("class", hit.name), ("present", ticked is not None)], (at, at + len(body))))
            if hits or unticked is not None:
                return
            bullet = BULLET.match(body)
            if bullet is not None:
                body, at = body[bullet.end() :], at + bullet.end()
        if not body:
            return
        if self.owner() is None and _ABSENT_TITLE.fullmatch(body.strip("*_#: ")):
            # Under a bullet the lines that belong to it stand as far in as its own words.
            self.aside("", indent - 1 if self.stack[-1].indent == indent else indent)
            return
        if NUMBERED_ENTRY.fullmatch(body):
            obj = Obj([], (at, at + len(body)))
            self.add("", obj)
            self.stack.append(Scope(obj, indent + 0.5, name=self.stack[-1].name))
            return
        table = TABLE_HEAD.fullmatch(body) if self.cue is None else None
        if table is not None:
            self.table(table, at)
            return
        if body[0] == "{" or (body[0] == "[" and body[1:2] in ("[", "{", '"')):
            self.add("", self.flow(at))
            return
        pairs = inline_pairs(body)
        if pairs and self.trusted is None:
            self.add("", Obj([(key, scalar(value)) for key, value in pairs], (at, at + len(body))))
            return
        heading = heading_in(body)
        if heading is not None and self.heading(heading, at):
            return
        if self.cue is not None:
            for entry in self.caption(body, at):
                self.add("", entry)
            return
        match = key_in(body)
        if match is not None and self.keyed(match, body, indent, at):
            return
        self.free(body, at, indent)

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
        rank = len(match.group(1)) if match.group(1) else 7
        title = match.group(2) if match.group(1) else match.group(4)
        note = "" if match.group(1) else match.group(5) or ""
        title = title.strip().strip("*_").rstrip(":")
        hit = self.names.class_of(title) or self.head_of(title)
        if hit is None and not match.group(1):
            return False
        while len(self.stack) > 1 and self.stack[-1].rank >= rank:
            self.stack.pop()
        span = (at, at + len(match.group()))
        obj = Obj([], span)
        if hit is not None:
            if self.owner() == hit.name and hit.prompt:
                obj.pairs.append(("prompt", hit.prompt))
            else:
                obj.pairs.append(("class", hit.name))
                if hit.prompt:
                    obj.pairs.append(("prompt", hit.prompt))
            told = self.names.class_of(title) is None or confidences_in(title) or times_in(title)
            rest = note or (title if told else "")
            for entry in self.statements.read(rest, at, known=hit.name) if rest else []:
                fields = dict(entry.pairs)
                if "time" in fields:
                    obj.pairs.append(("", entry))
                else:
                    inner = fields.get("fields", entry)
                    obj.pairs += [pair for pair in inner.pairs if pair[0] in ("confidence", "option", "present")]
        if (
            hit is not None
            or (rank == 1 and not NEGATIVE.search(title))
            or not (NEGATIVE.search(title) or ASIDE.search(title))
        ):
            self.add("", obj)
        self.stack.append(Scope(obj, -0.5, rank, hit.name if hit else None))
        return True

    def heads(self, owner: str, entries: list[Obj]) -> bool:
        """Take a line that only names one prompt of the class around it as said of the clips that follow."""
        fields = [dict(entry.pairs) for entry in entries]
        prompts = {str(each["prompt"]) for each in fields if each.get("prompt")}
        inner = self.stack[-1].obj
        if len(prompts) != 1 or any(key in each for each in fields for key in ("time", "present", "confidence")):
            return False
        if self.stack[-1].name != owner or any(key == "prompt" for key, _ in inner.pairs) or self.recent:
            return False
        inner.pairs.append(("prompt", prompts.pop()))
        return True

    def paired(self, entries: list[Obj], body: str, owner: str | None) -> list[Obj]:
        """Return the entries of a line but those that only end what a line before began: `0:05 Rain starts`, `... stops`."""
        begins, ends = BEGINS.search(body) is not None, ENDS.search(body) is not None
        if begins == ends:
            return entries
        kept: list[Obj] = []
        for entry in entries:
            fields = dict(entry.pairs)
            name, times = str(fields.get("class", owner)), fields.get("time")
            single = isinstance(times, Stretch) and times.end is None
            begun = self.begun.pop(name, None) if single and ends else None
            if begun is not None and isinstance(times, Stretch):
                begun.pairs = [
                    (key, Stretch(value.start, times.start)) if key == "time" else (key, value)
                    for key, value in begun.pairs
                ]
                continue
            if single and begins:
                self.begun[name] = entry
            kept.append(entry)
        return kept

    def about(self, owner: str, entries: list[Obj]) -> bool:
        """Return whether entries without times speak of the class around them, or of none."""
        return all(
            dict(entry.pairs).get("class", owner) == owner and "present" not in dict(entry.pairs) for entry in entries
        )

    def are_all(self, hits: list[Hit]) -> bool:
        """Return whether names are all that were asked: the question's own list, unless nothing else is said."""
        return len(hits) >= _FEWEST_ECHOED and {hit.name for hit in hits} == set(self.names.names)

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

    def take_back(self, entries: list[Node]) -> None:
        """Drop what lines before said of the classes that a correction speaks of; without any, doubt them all."""
        named = {str(dict(entry.pairs).get("class")) for entry in entries}
        self.doubted = self.doubted or not named
        for parent, entry in self.added:
            if dict(entry.pairs).get("class") in named:
                parent.pairs = [pair for pair in parent.pairs if pair[1] is not entry]

    def head_of(self, title: str) -> Hit | None:
        """Return the class a heading names before its parentheses or numbers."""
        match = re.match(r"(.+?)\s*(?:[(\[:\u2013\u2014]|\s-\s).*", title)
        return self.names.class_of(match.group(1)) if match is not None else None

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

    def keyed(self, match: re.Match[str], body: str, indent: int, at: int) -> bool:
        """Read `key: value`; False when it is no such line."""
        key = match.group("key").strip()
        value = _YAML_REMARK.sub("", _REMARK.sub("", body[match.end() :].strip()))
        start = at + match.end()
        role = "other" if key in self.names.names else role_of(key)
        if role == "other" and _NUMBERED_TIME.fullmatch(key):
            role = "time"
        if role == "other" and key.casefold().endswith((" label", " class", " category", " answer")):
            role = role_of(key.rsplit(" ", 1)[1])
        if role == "text" or (
            role == "other"
            and ASIDE.search(key)
            and self.names.class_of(key) is None
            and self.head_of(key) is None
            and not self.statements.mentions.find(key)
        ):
            self.aside(value, indent)
            return True
        if role == "other" or (role == "weak" and not value) or (role == "option"):
            named = self.named(key, value, indent, start, body, at)
            if named is not None:
                return named
        if role == "other" and value and _CORRECTION.fullmatch(key):
            self.correct(value, start, indent)
            return True
        if role in ("other", "class", "names") and value and self.are_all(hits := self.names.all_in(value)):
            self.whole += [Obj([("class", hit.name)], (at, at + len(body))) for hit in hits]
            return True
        if role == "other" and value and FOUND.search(key) and not self.statements.mentions.find(key):
            if not NEGATIVE.search(key):
                self.free(value, start, indent)
            return True
        if role in ("other", "echo") and value:
            return False
        if role == "answer" and value:
            if self.doubted:
                self.root.pairs.clear()
                self.doubted = False
            self.free(value, start, indent)
            return True
        if (
            role == "class"
            and value
            and not self.names.classes_in(str(scalar(value)))
            and (self.statements.mentions.find(value))
        ):
            self.free(value, start, indent)
            return True
        if role == "present" and value and self.statements.mentions.find(value):
            self.free(value, start, indent)
            return True
        if not value:
            return self.open_key(key, role, indent, at, body)
        self.field(key, role, value, start)
        return True

    def aside(self, value: str, indent: int) -> None:
        """Pass over words that are no evidence, and the lines below that belong to them."""
        self.skip_deeper = indent
        if not value:
            self.stack.append(Scope(Obj([], None), indent + 0.5))

    def open_key(self, key: str, role: str, indent: int, at: int, body: str) -> bool:
        obj = Obj([], (at, at + len(body)))
        title = role == "other"
        if not (title and (NEGATIVE.search(key) or ASIDE.search(key))) and role not in ("text", "absent"):
            if title and FINAL.search(key):
                self.root.pairs.clear()
            self.add(key if role in ("names", "other", "inner") and not title else "", obj)
        self.stack.append(Scope(obj, indent + 0.5, name=self.stack[-1].name))
        return True

    def named(self, key: str, value: str, indent: int, start: int, body: str, at: int) -> bool | None:
        """Read a line whose key is a class or a prompt of the class around it; None when it is neither."""
        owner = self.owner()
        prompt = self.names.prompt_of(key, owner) if owner else None
        hit = self.names.class_of(key) if prompt is None else None
        inner = self.head_of(key) if hit is None and prompt is None and "(" in key else None
        if inner is not None:
            return self.free(body, at, indent)
        if prompt is None and hit is None:
            return None
        if any(
            each.hit and each.hit.prompt is None and each.hit.name != (hit.name if hit else owner)
            for each in self.statements.mentions.find(self.statements.unquoted(value))
        ):
            return self.free(body, at, indent)
        span = (at, at + len(body))
        pairs: list[tuple[str, Node]] = [("class", hit.name)] if hit else []
        name = hit.name if hit else owner or ""
        if prompt or (hit and hit.prompt):
            pairs.append(("prompt", prompt or hit.prompt))  # type: ignore[union-attr]
        obj = Obj(pairs, span)
        self.add("", obj)
        if not value:
            self.stack.append(Scope(obj, indent + 0.5, name=name))
            return True
        if value == "~" or truth_of(value) is False or value in ("[]", "{}"):
            obj.pairs.append(("present", False))
            return True
        self.behind(obj, name, value, start)
        return True

    def behind(self, obj: Obj, name: str, value: str, start: int) -> None:
        """Read what stands behind the name of a class on its line."""
        if value[:2] == "[[" or (value[0] in "[{" and value[-1] in "]}," and not times_in(value[:200])):
            obj.pairs.append(("clips", self.flow(start)))
            return
        trusted = None if self.trusted is None else self.trusted - start
        first = _FIRST_WORD.match(value)
        if first is not None and truth_of(first.group()) is False:
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
        before = len(obj.pairs)
        for entry in self.statements.read(value, start, known=name, trusted=trusted):
            fields = dict(entry.pairs)
            if "fields" in fields:
                obj.pairs += fields["fields"].pairs
            elif "present" in fields:
                obj.pairs += [] if "prompt" in fields else [("present", False)]
            elif "time" in fields:
                obj.pairs.append(("", entry))
                self.recent.append((entry, name))
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
        if self.trusted is not None and start + len(value) >= self.trusted:
            for scope in self.stack:
                scope.obj.closed = False
            return
        if value[0] in "[{" and stretch_of(value) is None:
            self.add(key, self.flow(start))
            return
        self.ends = self.ends or role == "end"
        if role == "class":
            hits = self.names.classes_in(str(scalar(value)))
            self.stack[-1].name = hits[0].name if len(hits) == 1 else None
        if role == "time":
            times = self.statements.read(value, start, known=self.owner() or (self.names.classes[0].name))
            entries = [entry for entry in times if "time" in dict(entry.pairs)]
            if len(entries) > 1:
                self.add("clips", Arr(entries))
                return
        self.add(key if role_of(key) == role else role, scalar(value))

    def free(self, body: str, at: int, indent: int) -> bool:
        """Read a line that is neither key nor heading: a bare name, times of the class around, or sentences."""
        trusted = None if self.trusted is None else self.trusted - at
        owner = self.owner()
        if len(self.stack) > 1 and self.stack[-1].rank == NAME_LINE and self.names.class_of(body) is not None:
            mine = self.names.prompt_of(body, owner) if owner else None
            if mine is None:
                self.stack.pop()
                owner = self.owner()
        if owner is None and (trusted is None or len(body) < trusted) and not confidences_in(body):
            hits = self.names.all_in(body)
            if self.are_all(hits):
                self.whole += [Obj([("class", hit.name)], (at, at + len(body))) for hit in hits]
                return True
            if hits and not body.rstrip().endswith("?"):
                for hit in hits:
                    obj = Obj([("class", hit.name), ("prompt", hit.prompt)], (at, at + len(body)))
                    self.add("", obj)
                if len(hits) == 1:
                    self.stack.append(Scope(obj, float(indent), NAME_LINE, name=hits[0].name))
                return True
        if owner is not None and body[0] in "(*_" and truth_of(body.strip("()*_ ")) is False:
            self.stack[-1].obj.pairs.append(("present", False))
            return True
        if owner is not None and trusted is None:
            prompt = self.names.prompt_of(body, owner)
            if prompt is not None:
                self.add("prompt", prompt)
                return True
        self.sentence(body, at, owner, trusted)
        return True

    def sentence(self, body: str, at: int, owner: str | None, trusted: int | None) -> None:
        entries = self.statements.read(body, at, trusted=trusted, after=self.recent)
        if (
            owner is not None
            and not any("time" in dict(entry.pairs) for entry in entries)
            and self.about(owner, entries)
        ):
            entries = self.statements.read(body, at, known=owner, trusted=trusted, after=self.recent)
            denial = _DENIAL.match(body)
            if denial is not None and (
                body[denial.end() : denial.end() + 1] in (".", ";")
                or not any("time" in dict(entry.pairs) for entry in entries)
            ):
                self.stack[-1].obj.pairs.append(("present", False))
                return
            entries = [entry for entry in entries if "present" not in dict(entry.pairs)]
        if TAKEN_BACK.match(body):
            self.take_back(entries)
        if not entries and owner is None and self.names.only is not None:
            entries = self.statements.about_the_only_class(body, at, trusted)
        if not entries and owner is not None and trusted is not None and len(body) >= trusted and body[-1].isdigit():
            for scope in self.stack:
                scope.obj.closed = False
        if owner is not None and self.heads(owner, entries):
            return
        for entry in self.paired(entries, body, owner):
            only = entry.pairs[0][1] if owner is not None and len(entry.pairs) == 1 else None
            if isinstance(only, Obj) and entry.pairs[0][0] == "fields":
                self.stack[-1].obj.pairs += only.pairs
            else:
                self.add("", entry)


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
