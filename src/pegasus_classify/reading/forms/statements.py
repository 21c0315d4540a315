"""Running text: what its sentences say together; what is added later, taken up again, or taken back."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pegasus_classify.reading.forms.meant_names import declares
from pegasus_classify.reading.forms.name_groups import confidence_pair, shared_out
from pegasus_classify.reading.forms.sentence_signs import (
    AGAIN,
    ALL_OF_THEM,
    COMES_BACK,
    ENDED_THEN,
    FOR_ALL,
    HEDGE,
    ITS_TIME,
    NONE_OF_THEM,
    NOTHING,
    PRONOUN,
    QUOTING,
    SENTENCE,
    SO_NOT,
    STANDS_FOR,
    SURENESS,
    TAKEN_BACK,
    TAKEN_UP,
    TAKEN_UP_INSIDE,
    TURN,
    UNTIL,
)
from pegasus_classify.reading.forms.sentences import Heard, Sentences
from pegasus_classify.reading.forms.told_apart import told_apart, told_once
from pegasus_classify.reading.spotted import Spotted, blanked, times_in
from pegasus_classify.reading.timecodes import Stretch
from pegasus_classify.reading.tree import Node, Obj

__all__ = ["Statements"]

_NUMBER_FOR_ALL = re.compile(r"\b(\d{1,3})\W{0,3}$")
_FAR = 200
"""Signs of one bracket."""
_SHORT = 100
"""Letters of a sentence that can only be about what was said before it."""
_ANSWERED = re.compile(r"\?(?=\s+(?:yes|no)\b)", re.IGNORECASE)


class Statements(Sentences):
    """Reads running text into entries."""

    def read(
        self,
        text: str,
        offset: int,
        *,
        known: str | None = None,
        trusted: int | None = None,
        after: Iterable[tuple[Obj, str]] = (),
        during: Stretch | None = None,
    ) -> list[Obj]:
        """Return the entries in a text.

        Args:
            text: A paragraph, a line, or what stands behind the name of a class.
            offset: Where the text begins, for spans.
            known: The class of which the text speaks.
            trusted: Length of `text` up to which nothing was cut; what touches it is left out. None: not cut.
            during: When all of it is, such as the time of a caption; what tells times of its own is then left out.
            after: Entries of the line before in the same paragraph, each with its class: the text may add to them.
        """
        paragraph = _Paragraph(self, known, list(after), during)
        text = _ANSWERED.sub(":", text)
        at = 0
        for stop, begin in [*((m.start(), m.end()) for m in SENTENCE.finditer(text)), (len(text), len(text))]:
            if text[stop : stop + 1] == ";" and _is_open(text[max(at, stop - _FAR) : stop]):
                continue  # Inside brackets: "(visual, 0:02 - 0:24; confidence 0.96)".
            if text[at:stop].strip():
                paragraph.sentence(text[at:stop], offset + at, None if trusted is None else trusted - at)
            at = begin
        return list(paragraph.entries.values())

    def about_the_only_class(self, text: str, offset: int, trusted: int | None) -> list[Obj]:
        """Return the entries of a line that holds times and no name, where one class alone was asked."""
        only = self.names.only
        rest = blanked(text, times_in(text))
        if only is None or rest == text or not declares(rest):
            return []
        found = self.read(text, offset, known=only, trusted=trusted)
        return [Obj([("class", only), *entry.pairs], entry.span) for entry in found]


class _Paragraph:
    """Sentences that stand together.

    Attributes:
        entries: What they say so far.
        last: The entries of the last sentence that had any, each with its class.
        near: Whether that was the sentence before.
        open: Stretches told by sentences that named nothing: the next may say what they show.
        topic: The prompts named by the sentence before, without times.
    """

    def __init__(
        self, statements: Statements, known: str | None, after: list[tuple[Obj, str]], during: Stretch | None
    ) -> None:
        self.statements = statements
        self.names = statements.names
        self.known = known
        self.entries: dict[int, Obj] = {}
        self.last = after
        self.near = bool(after)
        self.during = during
        self.open: list[Stretch] = [] if during is None else [during]
        self.sure: dict[str, Node] = {}
        self.all_of_them = False
        self.subject: str | None = None
        self.topic: set[tuple[str, str]] = set()

    def sentence(self, text: str, offset: int, trusted: int | None) -> None:
        """Read the next sentence."""
        turn = self.turn(text) if trusted is None else 0
        if turn:
            self.sentence(text[:turn], offset, None)
            text, offset = text[turn:], offset + turn
        taken_up = self.open if self.during is not None or TAKEN_UP.match(text) or TAKEN_UP_INSIDE.search(text) else ()
        self.all_of_them = ALL_OF_THEM.match(text) is not None or FOR_ALL.search(text) is not None
        heard = self.statements.heard(text, offset, self.known, trusted, taken_up=taken_up)
        added = self.after_denials(text, heard, self.apart(heard), (offset, offset + len(text)))
        if heard.sure and not heard.times and len(heard.names) == 1 and heard.names[0].hit is not None:
            self.sure[heard.names[0].hit.name] = heard.sure[0].value
        added = added or self.more_of_it(text, heard, (offset, offset + len(text)))
        if not added and self.ended(text, heard):
            return
        if added:
            self.keep(text, heard, added)
        else:
            self.add_to_last(text, heard)
            if heard.times and self.during is None and NOTHING.search(text) is None:
                self.open = _last_of(heard)
        self.near = bool(added) or (self.near and not heard.names)
        if added or self.known is not None:
            self.subject = None
        elif heard.names or heard.times:
            self.subject = self.named_alone(text, heard)
        self.topic = set() if added else self.prompts(heard)

    def after_denials(self, text: str, heard: Heard, added: list[Obj], span: tuple[int, int]) -> list[Obj]:
        """Return the entries of a sentence, having dropped what it takes back of those before it."""
        if NONE_OF_THEM.match(text) and not heard.times and not heard.names:
            self.entries = {key: entry for key, entry in self.entries.items() if "time" in dict(entry.pairs)}
            self.last = []
        if SO_NOT.match(text) and self.known is not None:
            self.entries.clear()
            return [Obj([("present", False)], span)]
        if TAKEN_BACK.match(text):
            self.take_back(added)
        return added

    def more_of_it(self, text: str, heard: Heard, span: tuple[int, int]) -> list[Obj]:
        """Return the clips of a sentence that only tells times: of the class spoken of last, or named before it."""
        again = AGAIN.match(text) or (self.near and COMES_BACK.search(text))
        found: list[Obj] = []
        if heard.times and not heard.names and self.known is None and again and not NOTHING.search(text):
            found = self.more_of_the_same(heard)
        if not found and self.subject is not None and self.speaks_of_it(text, heard):
            found = _clips([("class", self.subject)], heard, span)
        return found

    def keep(self, text: str, heard: Heard, added: list[Obj]) -> None:
        """Put the entries of a sentence to those before it."""
        self.add_topic(text, added)
        self.add_sureness(added)
        said = [(entry, self.owner(entry)) for entry in added if "present" not in dict(entry.pairs)]
        self.last = said or self.last
        self.entries.update((id(entry), entry) for entry in added)
        if self.during is None:
            # "The vehicle from 0:05 to 0:14 is not a truck." The next sentence may say what it is.
            self.open = [] if said else _last_of(heard)

    def turn(self, text: str) -> int:
        """Return where a sentence about the class before turns to another: "It ends at 0:20, then Fog follows"."""
        about = self.subject is not None or (self.near and bool(self.last))
        if self.known is not None or not about or ITS_TIME.match(text) is None:
            return 0
        names = self.statements.mentions.find(text)
        times = times_in(text) if names else []
        until = UNTIL.search(text, 0, names[0].start) if names else None
        before = [each.end for each in times if each.end <= names[0].start] if names else []
        before += [until.end()] if until is not None else []
        if not before or not any(each.start > names[0].end for each in times):
            return 0
        cuts = [match.start() for match in TURN.finditer(text, max(before), names[0].start)]
        return cuts[-1] if cuts else 0

    def ended(self, text: str, heard: Heard) -> bool:
        """Take a sentence that only tells when the moment before it ended as its end: "It stops at 0:20"."""
        if not (self.near and self.last) or len(heard.times) > 1:
            return False
        entry, owner = self.last[-1]
        if any(each.hit is None or each.hit.name != owner for each in heard.names):
            return False
        told = heard.times if ENDED_THEN.match(text) and not heard.names else _ends_in(text) if not heard.times else []
        if not told:
            return False
        end = told[0].value
        times = dict(entry.pairs).get("time")
        if not (isinstance(times, Stretch) and times.end is None and isinstance(end, Stretch)):
            return False
        if end.start.seconds <= times.start.seconds:
            return False
        pairs = [pair for pair in entry.pairs if pair[0] != "time"]
        entry.pairs = [*pairs, ("time", Stretch(times.start, end.end or end.start))]
        return True

    def speaks_of_it(self, text: str, heard: Heard) -> bool:
        """Return whether a sentence tells times of what the one before only named, for which a word in it stands."""
        if not heard.times or heard.names:
            return False
        return PRONOUN.match(text) is not None or STANDS_FOR.search(text, 0, heard.times[0].start) is not None

    def goes_on(self, text: str, heard: Heard) -> bool:
        """Return whether a sentence tells times of what the one before named: it names nothing and denies nothing."""
        if not heard.times or heard.names:
            return False
        before = text[: heard.times[0].start]
        before = before[before.rfind(";") + 1 :]
        return (
            PRONOUN.match(text) is not None
            or PRONOUN.match(before) is not None
            or not any(sign.search(before) for sign in (NOTHING, HEDGE, QUOTING))
        )

    def owner(self, entry: Obj) -> str:
        """Return the class an entry belongs to."""
        return str(dict(entry.pairs).get("class", self.known or ""))

    def apart(self, heard: Heard) -> list[Obj]:
        """Return the entries of a sentence that stand for themselves; what only adds to the one before is none."""
        if self.known is None or not self.last:
            return heard.entries
        keys = [{key for key, _ in entry.pairs} for entry in heard.entries]
        return [
            entry
            for entry, own in zip(heard.entries, keys, strict=True)
            if "time" in own or ("present" in own and ("prompt" in own or not self.entries))
        ]

    def prompts(self, heard: Heard) -> set[tuple[str, str]]:
        """Return the prompts a sentence names, each with its class."""
        found = {(each.hit.name, each.hit.prompt) for each in heard.names if each.hit and each.hit.prompt}
        for each in heard.names:
            for name in {name for _, name in self.last if name}:
                prompt = self.names.prompt_of(each.text, name)
                if prompt is not None:
                    found.add((name, prompt))
        return found

    def add_topic(self, text: str, added: list[Obj]) -> None:
        """Give the prompt of the sentence before to entries of its class: "A banner is shown. It is there from ..."."""
        if len(self.topic) != 1 or not PRONOUN.match(text):
            return
        ((name, prompt),) = self.topic
        for entry in added:
            keys = dict(entry.pairs)
            if keys.get("class") == name and "prompt" not in keys and "present" not in keys:
                entry.pairs.append(("prompt", prompt))

    def more_of_the_same(self, heard: Heard) -> list[Obj]:
        """Return further clips of the class spoken of last: "The second one starts at 13:30"."""
        if not self.last or len({owner for _, owner in self.last}) != 1:
            return []
        base, _ = self.last[-1]
        kept = [pair for pair in base.pairs if pair[0] in ("class", "prompt")]
        return _clips(kept, heard, base.span)

    def named_alone(self, text: str, heard: Heard) -> str | None:
        """Return the one class a sentence names without a time and without a denial: the next may tell its times."""
        hits = {each.hit.name for each in heard.names if each.hit}
        withdrawn = HEDGE.search(text) is not None and not text.rstrip().endswith("?")
        if (
            len(hits) != 1
            or (heard.times and not withdrawn)
            or any(each.hit and each.hit.prompt for each in heard.names)
        ):
            return None
        return None if self.statements.denies(text, heard.names) else hits.pop()

    def add_sureness(self, added: list[Obj]) -> None:
        """Give clips the confidence told with the name of their class before: "Queue, confidence 75. From ..."."""
        for entry in added:
            keys = dict(entry.pairs)
            if "time" in keys and "confidence" not in keys and self.owner(entry) in self.sure:
                entry.pairs.append(("confidence", self.sure[self.owner(entry)]))

    def add_to_last(self, text: str, heard: Heard) -> None:
        """Add what a sentence says without telling anything new: a confidence, a prompt, times of a class without."""
        timed = bool(heard.times) and any("time" in dict(entry.pairs) for entry, _ in self.last)
        if heard.sure and not timed and (self.near or SURENESS.search(text)) and not self.told_apart(text, heard):
            self.complete("confidence", heard.sure[0].value if heard.times else told_once(heard.sure))
        number = _NUMBER_FOR_ALL.search(text) if self.all_of_them and not heard.sure and not heard.times else None
        if number is not None and int(number.group(1)) <= 100:
            self.complete("confidence", number.group(1))
        alone = not heard.names and not heard.times
        if heard.option is not None and (self.all_of_them or (self.near and alone and len(text) <= _SHORT)):
            self.complete("option", heard.option)
        prompts = self.prompts(heard)
        denied = any("present" in dict(entry.pairs) for entry in heard.entries)
        for name in {name for _, name in self.last}:
            own = {prompt for owner, prompt in prompts if owner == name}
            if len(own) == 1 and not denied and not self.statements.denies(text, heard.names):
                self.complete("prompt", own.pop(), name)
        if self.near and self.known is None and self.goes_on(text, heard):
            self.times(heard)
        for entry in heard.entries:
            fields = dict(entry.pairs).get("fields")
            if isinstance(fields, Obj) and self.last:
                for key, value in fields.pairs:
                    self.complete(key, value)

    def told_apart(self, text: str, heard: Heard) -> bool:
        """Give single clips the confidences that a sentence tells of each; False when it tells one for all."""
        if heard.times or len(heard.sure) < 2:
            return False
        clips = [entry for entry in self.entries.values() if "time" in dict(entry.pairs)]
        clips = clips or [entry for entry, _ in self.last if "time" in dict(entry.pairs)]
        told = told_apart(text, heard.sure, clips)
        for number, value in told.items():
            if "confidence" not in dict(clips[number].pairs):
                clips[number].pairs.append(("confidence", value))
        return bool(told)

    def complete(self, key: str, value: Node, name: str | None = None) -> None:
        """Give the last entries, or those of one class, a field that none of them has of its own; nothing for None."""
        if value is None:
            return
        known = [(entry, self.owner(entry)) for entry in self.entries.values()] if self.all_of_them else self.last
        for entry, owner in known:
            keys = {key for key, _ in entry.pairs}
            if key not in keys and "present" not in keys and name in (None, owner):
                entry.pairs.append((key, value))

    def times(self, heard: Heard) -> None:
        """Give the last entries their times when they have none."""
        if any("time" in dict(entry.pairs) for entry, _ in self.last) or not self.last:
            return
        base, owner = self.last[-1]
        if heard.option is not None and "option" not in dict(base.pairs):
            base.pairs.append(("option", heard.option))
        more = [Obj([*base.pairs, ("time", each.value)], base.span) for each in heard.times[1:]]
        base.pairs.append(("time", heard.times[0].value))
        self.entries.update((id(entry), entry) for entry in more)
        self.last += [(entry, owner) for entry in more]

    def take_back(self, added: list[Obj]) -> None:
        """Drop what a correction replaces: entries of the same classes, else those of the sentence before."""
        named = {self.owner(entry) for entry in added}
        gone = [entry for entry in self.entries.values() if self.owner(entry) in named]
        gone = gone or [entry for entry, _ in self.last if id(entry) in self.entries]
        for entry in gone:
            del self.entries[id(entry)]


def _clips(pairs: list[tuple[str, Node]], heard: Heard, span: tuple[int, int] | None) -> list[Obj]:
    """Return a clip for each time a sentence tells, with the fields they share, its confidence and its option."""
    kind: list[tuple[str, Node]] = [("option", heard.option)] if heard.option is not None else []
    told = shared_out(heard.times, heard.sure) or [None] * len(heard.times)
    return [
        Obj([*pairs, *confidence_pair(sure), *kind, ("time", each.value)], span)
        for sure, each in zip(told, heard.times, strict=True)
    ]


def _ends_in(text: str) -> list[Spotted]:
    """Return the one time a sentence tells as an end and nothing else: "the crack stays in frame until 0:58"."""
    match = UNTIL.search(text)
    return [] if match is None else [each for each in times_in(text[match.end() :])[:1] if each.start == 0]


def _is_open(before: str) -> bool:
    """Return whether a bracket is open at the end of a text."""
    return before.rfind("(") > before.rfind(")")


def _last_of(heard: Heard) -> list[Stretch]:
    return [each.value for each in heard.times[-1:] if isinstance(each.value, Stretch)]
