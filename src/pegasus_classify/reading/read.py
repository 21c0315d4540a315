"""The reader: the stages in order."""

from __future__ import annotations

import re

from pegasus_classify.contract.evidence import Reading, Repair, Verdict
from pegasus_classify.contract.quantities import Seconds
from pegasus_classify.contract.vocabulary import Vocabulary
from pegasus_classify.reading.candidates import Document, clean_json, documents, others, without
from pegasus_classify.reading.choose import Read, chosen
from pegasus_classify.reading.claims import Claim, Said
from pegasus_classify.reading.coerce import evidence_of
from pegasus_classify.reading.forms.statements import Statements
from pegasus_classify.reading.forms.tags import undressed
from pegasus_classify.reading.headings import around
from pegasus_classify.reading.mentions import mentions_of
from pegasus_classify.reading.names import Names, names_of
from pegasus_classify.reading.places import Place
from pegasus_classify.reading.shapes import said_by
from pegasus_classify.reading.source import Source, shortened, source_of
from pegasus_classify.reading.tree import Node, Obj
from pegasus_classify.reading.verdicts import is_offer, verdict_of

__all__ = ["read"]

_ENVELOPES = 6
_SHORT = 60
_BROKEN_OFF = re.compile(
    r"\d:\Z|(?<![\d:.])\d{1,2}:\d\Z|\d\s?(?:[-\u2013\u2014~]|\bto|\buntil|\bbis)\Z|\b(?:from|between)\Z"
)
"""Ends of a text that stops in the middle of a time, whatever reason the model gives."""
_HALF_SAID = (":", "-", "\u2013", "\u2014", "~", "to", "until", "bis", "from", "between")
"""What these ends have last."""
LONGEST = 250_000
"""Characters of a text that are read when it is no clean JSON; above what any model may write in one answer."""


def read(text: str, vocabulary: Vocabulary, duration: Seconds | None, finish_reason: str | None = None) -> Reading:
    """Read the text a model generated.

    Never raises, takes time linear in the text, and invents nothing: what the text does not clearly say is left out.

    Args:
        text: As generated, in any state.
        vocabulary: What was asked, with the ids the question used.
        duration: Length of the video in seconds; None when unknown: times are then not clamped.
        finish_reason: `stop` or `length` as the model reports it; a hint, not proof.

    A fault of the stages themselves is no reason to lose a caller's other videos: the text is then unreadable, with the
    repair `reader_failed`, which no test has ever seen.
    """
    try:
        return _read(text, vocabulary, duration, finish_reason)
    except Exception:  # noqa: BLE001 - whatever it is, the caller pays for the other videos too
        return Reading(verdict="unreadable", repairs=("reader_failed",))


def _read(text: str, vocabulary: Vocabulary, duration: Seconds | None, finish_reason: str | None) -> Reading:
    if len(text) <= LONGEST or clean_json(Source(text)) is not None:
        source = source_of(text)
    else:
        source, finish_reason = shortened(source_of(text[:LONGEST]), LONGEST), "length"
    if finish_reason != "length" and _broken_off(source.text[-_SHORT:].rstrip()):
        finish_reason = "length"
    names = names_of(vocabulary)
    answers = _Answers(names, finish_reason)
    kept = answers.of(source, 0)
    cut = answers.cut_inside or answers.length
    claims: list[Claim] = []
    scales: list[object] = []
    repairs: dict[Repair, None] = {}
    for each in kept:
        cut = cut or each.document.cut
        claims += each.said.claims
        scales += each.said.scales
        repairs |= dict.fromkeys((*each.document.source.repairs, *each.document.repairs))
    origin = kept[-1].document.source if kept else source
    evidence = evidence_of(claims, duration, origin.span, scales=scales, cut=cut)
    if is_offer(source.text, evidence):
        evidence = ()
    verdict: Verdict = "found"
    if not evidence:
        data = [each.said for each in kept if each.document.form == "json" and not cut]
        verdict = verdict_of(source.text, data, [each.said for each in kept])
    if verdict in ("found", "none") and not cut:
        finished = names.all
    else:
        finished = frozenset(name for each in kept for name in each.said.finished)
    return Reading(evidence, verdict, cut, finished, tuple(repairs))


def _broken_off(end: str) -> bool:
    return (end.endswith(_HALF_SAID) or end[-2:-1] == ":") and _BROKEN_OFF.search(end) is not None


_ADDED = re.compile(
    r"\b(?:also (?:want|need|like|have) to add|(?:forgot|missed|left out|omitted)\b|in addition|additionally|"
    r"one more class|please add|"
    r"should be added|to be complete)",
    re.IGNORECASE,
)


def _located(reads: list[Read]) -> bool:
    return any(claim.times is not None for read in reads for claim in read.said.claims)


def _says_none(read: Read) -> bool:
    return read.said.empty and read.document.form == "lines"


class _Answers:
    """Finds the answer in a text, and in strings inside it that are answers themselves."""

    def __init__(self, names: Names, finish_reason: str | None) -> None:
        self.names = names
        self.length = finish_reason == "length"
        self.cut_inside = False
        self.left = [LONGEST] * (_ENVELOPES + 1)
        self._statements: Statements | None = None
        self.inside: dict[str, list[Node]] = {}

    def of(self, source: Source, depth: int) -> list[Read]:
        """Return the documents of a text that together are its answer."""
        document = clean_json(source)
        if document is not None:
            return chosen([Read(document, self.said(document.value, depth))])
        source = undressed(self.within(source, depth))
        found = list(documents(source, self.names))
        kept = chosen([self.placed(each, depth) for each in found])
        if any(each.said.named or each.said.empty for each in kept) or any(each.cut for each in found):
            return [*kept, *self.added(kept, depth)]
        here = found[-1].source if found else source
        return self.unbracketed(without(here, found), depth) or kept

    def within(self, source: Source, depth: int) -> Source:
        """Return a text that is no clean JSON as far as it may be read, counting what was read of all at its depth."""
        left = self.left[depth]
        if len(source.text) > left:
            source, self.length = shortened(source, left), True
        self.left[depth] -= len(source.text)
        return source

    def added(self, kept: list[Read], depth: int) -> list[Read]:
        """Return what the words behind an answer add to it: "I also want to add a class that I forgot"."""
        if not kept or depth or kept[-1].document.form != "json":
            return []
        last = kept[-1].document
        if _ADDED.search(last.source.text, last.end) is None:
            return []
        rest = without(last.source, [last._replace(start=0)])
        more = [each for each in self.unbracketed(rest, depth + 1) if _located([each])]
        named = {name for each in kept for name in each.said.named}
        return [each for each in more if not named & each.said.named]

    def unbracketed(self, source: Source, depth: int) -> list[Read]:
        """Return what a text says in elements, in tables or in lines: the first of them that tells times, else any."""
        forms: dict[str, list[Read]] = {}
        for each in others(source, self.statements(), cut=self.length):
            if each.form == "lines" and any(_located(reads) for reads in forms.values()):
                break
            forms.setdefault(each.form, []).append(self.placed(each, depth))
        ways = [chosen(reads) if form == "table" else reads for form, reads in forms.items()]
        ways = [reads for reads in ways if any(read.said.named or _says_none(read) for read in reads)]
        return next((reads for reads in ways if _located(reads)), ways[0] if ways else [])

    def placed(self, document: Document, depth: int) -> Read:
        """Return what a document says under the heading above it."""
        place = (
            Place()
            if document.form in ("lines", "elements")
            else around(document.source.text, document.start, self.names)
        )
        return Read(document, self.said(document.value, depth, place), place)

    def said(self, value: Node, depth: int, place: Place = Place()) -> Said:  # noqa: B008 - frozen
        """Return what a tree says, strings that are answers included."""
        return said_by(value, self.names, lambda text: self.opened(text, depth + 1), self.spoken, place, inside=depth)

    def spoken(self, text: str, name: str) -> list[Obj]:
        """Return the entries in words that stand behind the name of a class."""
        return self.statements().read(text, 0, known=name)

    def statements(self) -> Statements:
        """Return the reader of running text, made when it is first needed."""
        if self._statements is None:
            self._statements = Statements(mentions_of(self.names))
        return self._statements

    def opened(self, text: str, depth: int) -> list[Node]:
        """Return the trees of a string that is an answer itself."""
        if depth > _ENVELOPES:
            return []
        if text not in self.inside:
            self.inside[text] = self.trees_in(source_of(text), depth)
        return self.inside[text]

    def trees_in(self, source: Source, depth: int) -> list[Node]:
        """Return the one tree of a clean text, else those of the documents that are its answer."""
        document = clean_json(source)
        if document is not None:
            return [document.value]
        kept = self.of(source, depth)
        self.cut_inside = self.cut_inside or any(each.document.cut for each in kept)
        return [each.document.value for each in kept]
