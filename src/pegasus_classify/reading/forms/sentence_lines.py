"""Lines that are neither keys nor headings: bare names, times of the class around them, sentences."""

from __future__ import annotations

import re

from pegasus_classify.reading.forms.line_scopes import NAME_LINE, Scope, Scopes
from pegasus_classify.reading.forms.line_words import BEGINS, DENIAL, ENDS, FINAL, NEGATIVE
from pegasus_classify.reading.forms.sentence_signs import DISREGARDED, FOR_ALL, TAKEN_BACK
from pegasus_classify.reading.forms.statements import Statements
from pegasus_classify.reading.keys import option_heading, option_of, truth_of
from pegasus_classify.reading.names import Hit
from pegasus_classify.reading.spotted import Spotted, blanked, times_in
from pegasus_classify.reading.sureness import confidences_in
from pegasus_classify.reading.timecodes import Stretch
from pegasus_classify.reading.tree import Node, Obj

__all__ = ["SentenceLines"]

_HEAD = re.compile(r"([^()\[\]]{1,200}?)\s*[(\[][^()\[\]]{1,100}[)\]]\W{0,3}$")
_LAST_BRACKET = re.compile(r"[(\[]([^()\[\]]{1,40})[)\]]\W*$")
_NEXT_LINE = re.compile(r"[^\n]{0,40}\n\s{0,40}?(?P<lead>[ \t]{0,40})(?P<line>\S[^\n]{0,300})")
_MOST_SPOKEN_OF = 64
_BOLD_HEAD = re.compile(r"\*\*([^*\n]{3,40}?)[.:]?\*\*[.:]?\s+(?=\S)")
_ONLY_A_NAME = re.compile(r"[*_]{0,3}[A-Z][\w'\u2019/&-]*(?: [\w'\u2019/&-]+){0,4}[*_]{0,3}")
_SHORT = 40
_FEWEST_ECHOED = 3
"""Names a list needs to be the question's own when it holds all of them."""


class SentenceLines(Scopes):
    """Reads lines of plain text into the entries that are open.

    Attributes:
        names, statements: What was asked, and the reader of sentences.
        trusted: Length of the text when it was cut there; None when it was not.
        whole: Entries of lists of all classes: the question's own, unless nothing else is said.
        begun: By class, the entry of a line that told a beginning and no end.
        doubted: True when the text takes back what it said without saying what.
    """

    def __init__(self, text: str, statements: Statements, trusted: int | None) -> None:
        super().__init__(text)
        self.names = statements.names
        self.statements = statements
        self.trusted = trusted
        self.whole: list[Obj] = []
        self.begun: dict[str, Obj] = {}
        self.doubted = False

    def free(self, body: str, at: int, indent: int) -> bool:
        """Read a line that is neither key nor heading: a bare name, times of the class around, or sentences."""
        trusted = None if self.trusted is None else self.trusted - at
        owner = self.owner()
        bold = _BOLD_HEAD.match(body)
        if bold is not None and NEGATIVE.search(bold.group(1)) and self.are_names_alone(body[bold.end() :]):
            return True  # "**Not found.** Rain, Fog"
        if self.option_line(body, at, indent, owner):
            return True
        if len(self.stack) > 1 and self.stack[-1].rank == NAME_LINE and self.names.class_of(body) is not None:
            mine = self.names.prompt_of(body, owner) if owner else None
            if mine is None:
                while self.stack[-1].rank == NAME_LINE and self.stack[-1].name is None:
                    self.stack.pop()
                if self.stack[-1].rank == NAME_LINE:
                    self.stack.pop()
                owner = self.owner()
        if owner is None and (trusted is None or len(body) < trusted) and self.bare_names(body, at, indent):
            return True
        if owner is not None and truth_of(body.strip("()*_. ")) is False:
            self.stack[-1].obj.pairs.append(("present", False))
            return True
        if owner is not None and trusted is None:
            prompt = self.names.prompt_of(body, owner)
            if prompt is not None:
                self.prompt_line(prompt, body, at, indent)
                return True
        if self.goes_on(body, at, indent) if owner is None else self.closes(body, at, indent):
            return True
        self.sentence(body, at, owner, trusted)
        self.open_for_what_follows(body, at, indent)
        return True

    def goes_on(self, body: str, at: int, indent: int) -> bool:
        """Read a line of nothing but times right below a line about one class: further clips of it."""
        owners = {name for _, name in self.recent}
        before = self.recent[-1][0].span if len(owners) == 1 and indent else None
        if before is None or self.text.count("\n", before[1], at) != 1 or not _is_times_alone(body):
            return False
        for each in times_in(body):
            self.add("", Obj([("class", next(iter(owners))), ("time", each.value)], (at, at + len(body))))
        return True

    def is_lazy(self, body: str, at: int) -> bool:
        """Return whether a line of nothing but times goes on with the bullet right above, though it is not indented."""
        owner, above = self.owner(), self.stack[-1].obj
        if owner is None or any(key == "present" for key, _ in above.pairs) or not _is_times_alone(body):
            return False
        lines = [above.span, *(entry.span for entry, name in self.recent[-1:] if name == owner)]
        return any(self.text.count("\n", span[1], at) == 1 for span in lines if span is not None)

    def closes(self, body: str, at: int, indent: int) -> bool:
        """Read a line that is a name and no class that was asked, beside the line that named the class around it."""
        named = [number for number, scope in enumerate(self.stack) if scope.name]
        inner = self.stack[named[-1]]
        if inner.rank != NAME_LINE or inner.indent != indent or _ONLY_A_NAME.fullmatch(body) is None:
            return False
        # Below a class of which nothing was told yet it is what its first clip shows.
        if all(key in ("class", "prompt") for key, _ in inner.obj.pairs) or option_heading(body.strip("*_ ")):
            return False
        if self.statements.mentions.find(body) or not self.heads_more(at + len(body), indent, names=True):
            return False
        del self.stack[named[-1] :]
        self.open_unasked(body.strip("*_"), (at, at + len(body)), float(indent), NAME_LINE)
        return True

    def option_line(self, body: str, at: int, indent: int, owner: str | None) -> bool:
        """Open what stands below a line that is a kind of evidence and nothing else."""
        below_name = owner is None or self.stack[-1].rank == NAME_LINE
        option = option_heading(body.strip("*_: ")) if below_name and len(body) <= _SHORT else None
        if option is None:
            return False
        while self.stack[-1].rank == NAME_LINE and self.stack[-1].indent >= indent and not self.stack[-1].name:
            self.stack.pop()
        if not self.heads_more(at + len(body), indent, names=True):
            return False
        obj = Obj([("option", option)], (at, at + len(body)))
        self.add("", obj)
        self.stack.append(Scope(obj, float(indent), NAME_LINE))
        return True

    def prompt_line(self, prompt: str, body: str, at: int, indent: int) -> None:
        """Take a line that is a prompt: it heads what follows it, or belongs to the clip of the line before."""
        while self.stack[-1].rank == NAME_LINE and self.stack[-1].name is None and self.stack[-1].indent >= indent:
            self.stack.pop()
        inner = self.stack[-1]
        held = [value for key, value in inner.obj.pairs if key != "class"]
        if any(
            not (isinstance(each, Obj) and each.pairs[:1] and each.pairs[0][0] == "prompt") for each in held if each
        ):
            self.add("prompt", prompt)
            return
        if not self.heads_more(at + len(body), indent):
            self.add("prompt", prompt)
            return
        obj = Obj([("prompt", prompt), *_option_behind(body)], (at, at + len(body)))
        self.add("", obj)
        self.stack.append(Scope(obj, float(indent), NAME_LINE))

    def are_names_alone(self, rest: str) -> bool:
        """Return whether a text lists names and tells no times."""
        return bool(self.statements.mentions.find(rest)) and not times_in(rest)

    def heads_more(self, end: int, indent: int, *, names: bool = False) -> bool:
        """Return whether the line behind an offset belongs to the one that ends there: it is deeper, or tells times."""
        following = _NEXT_LINE.match(self.text, end)
        if following is None:
            return False
        deeper = len(following.group("lead").expandtabs(4)) > indent
        line = following.group("line")
        return deeper or (bool(times_in(line)) and (names or not self.statements.mentions.find(line)))

    def open_for_what_follows(self, body: str, at: int, indent: int) -> None:
        """Let lines below add to a class that a line names first and tells no time of: `Spill (confidence 40)`."""
        inner = self.stack[-1].obj.pairs[-1:] if self.stack[-1].obj.pairs else []
        entry = inner[0][1] if inner else None
        if not isinstance(entry, Obj) or entry.span != (at, at + len(body)):
            return
        fields = dict(entry.pairs)
        name = fields.get("class")
        head = _HEAD.match(body)
        hit = self.names.class_of(head.group(1)) if head is not None else None
        if hit is not None and hit.name == name and not {"time", "present"} & fields.keys():
            self.stack.append(Scope(entry, float(indent), NAME_LINE, name=hit.name))

    def bare_names(self, body: str, at: int, indent: int) -> bool:
        """Read a line that is names and nothing else; False when it is more."""
        hits = [] if confidences_in(body) or self.times_beside_names(body) else self.names.all_in(body)
        if self.are_all(hits):
            self.whole += [Obj([("class", hit.name)], (at, at + len(body))) for hit in hits]
            return True
        if not hits or body.rstrip().endswith("?"):
            return False
        told = _option_behind(body)
        for hit in hits:
            obj = Obj([("class", hit.name), ("prompt", hit.prompt), *told], (at, at + len(body)))
            self.add("", obj)
        if len(hits) == 1:
            self.stack.append(Scope(obj, float(indent), NAME_LINE, name=hits[0].name))
        return True

    def times_beside_names(self, body: str) -> bool:
        """Return whether brackets on a line hold times, which are no part of a name: `Rain (12.0 - 31.0)`."""
        if body[-1:] not in (")", "]"):
            return False
        names = [Spotted(each.start, each.end, None) for each in self.statements.mentions.find(body)]
        return bool(names and times_in(blanked(body, names)))

    def sentence(self, body: str, at: int, owner: str | None, trusted: int | None) -> None:
        """Read a line of sentences, about the class around it when they name no other."""
        if body.endswith(":") and FINAL.search(body[-_SHORT:]):
            self.root.pairs.clear()
            return
        after = self.spoken_of(body) if owner is None else self.recent
        entries: list[Obj] | None = self.statements.read(body, at, trusted=trusted, after=after)
        assert entries is not None
        timeless = not any("time" in dict(entry.pairs) for entry in entries)
        if owner is not None and timeless and self.about(owner, entries):
            entries = self.about_the_owner(body, at, owner, trusted)
            if entries is None:
                return
        if TAKEN_BACK.match(body):
            self.take_back(entries)
        self.disregard(body)
        if not entries and owner is None and self.names.only is not None:
            entries = self.statements.about_the_only_class(body, at, trusted)
        if not entries and owner is not None and trusted is not None and len(body) >= trusted and body[-1].isdigit():
            for scope in self.stack:
                scope.obj.closed = False
        if owner is not None and self.prompt_for_what_follows(owner, entries):
            return
        for entry in self.paired(entries, body, owner):
            only = entry.pairs[0][1] if owner is not None and len(entry.pairs) == 1 else None
            if isinstance(only, Obj) and entry.pairs[0][0] == "fields":
                self.stack[-1].obj.pairs += only.pairs
            else:
                self.add("", entry)

    def spoken_of(self, body: str) -> list[tuple[Obj, str]]:
        """Return the clips a line may add to: those of the line before, or of all when it only tells how sure it is.

        "My confidence is 90%.", in a paragraph of its own, holds for all clips of one class; told apart, for several.
        """
        if self.recent or not confidences_in(body) or len(self.added) > _MOST_SPOKEN_OF:
            return self.recent
        if times_in(body) or self.statements.mentions.find(body):
            return self.recent
        clips = [(entry, str(dict(entry.pairs).get("class", ""))) for _, entry in self.added]
        clips = [(entry, name) for entry, name in clips if name and "time" in dict(entry.pairs)]
        apart = len(confidences_in(body)) > 1 or FOR_ALL.search(body) is not None
        return clips if apart or len({name for _, name in clips}) == 1 else self.recent

    def about_the_owner(self, body: str, at: int, owner: str, trusted: int | None) -> list[Obj] | None:
        """Return what a line says of the class around it; None when that is that it is not there, which is noted."""
        entries = self.statements.read(body, at, known=owner, trusted=trusted, after=self.recent)
        denial = DENIAL.match(body)
        timed = any("time" in dict(entry.pairs) for entry in entries)
        if denial is not None and (body[denial.end() : denial.end() + 1] in (".", ";") or not timed):
            self.stack[-1].obj.pairs.append(("present", False))
            return None
        return [entry for entry in entries if "present" not in dict(entry.pairs)]

    def prompt_for_what_follows(self, owner: str, entries: list[Obj]) -> bool:
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
        """Return the entries of a line but those that end what a line before began: `0:05 Rain starts`, `... stops`."""
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
                sure = fields.get("confidence")
                begun.pairs += (
                    [("confidence", sure)] if sure is not None and "confidence" not in dict(begun.pairs) else []
                )
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

    def disregard(self, body: str) -> None:
        """Drop what lines before said of a class that a line asks to leave out: "please disregard the Fog entry"."""
        match = DISREGARDED.search(body)
        named = self.statements.mentions.find(body[match.end() : match.end() + _SHORT * 2]) if match is not None else []
        if named and named[0].hit is not None and named[0].start <= _SHORT:
            name = named[0].hit.name
            for parent, entry in self.added:
                if dict(entry.pairs).get("class") == name:
                    parent.pairs = [pair for pair in parent.pairs if pair[1] is not entry]

    def take_back(self, entries: list[Obj]) -> None:
        """Drop what lines before said of the classes that a correction speaks of; without any, doubt them all."""
        named = {str(dict(entry.pairs).get("class")) for entry in entries}
        self.doubted = self.doubted or not named
        for parent, entry in self.added:
            if dict(entry.pairs).get("class") in named:
                parent.pairs = [pair for pair in parent.pairs if pair[1] is not entry]


def _option_behind(body: str) -> list[tuple[str, Node]]:
    """Return the field of the option that a line ends with in brackets; none when it tells none."""
    bracket = _LAST_BRACKET.search(body)
    option = option_of(bracket.group(1)) if bracket is not None else None
    return [] if option is None else [("option", option)]


def _is_times_alone(body: str) -> bool:
    times = times_in(body)
    return bool(times) and not any(sign.isalnum() for sign in blanked(body, times).replace("\x00", ""))
