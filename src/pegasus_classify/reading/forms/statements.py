"""Running text: which class a sentence names, when, and whether it says yes or no."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from pegasus_classify.reading.keys import option_of
from pegasus_classify.reading.mentions import Mention, Mentions
from pegasus_classify.reading.names import Hit
from pegasus_classify.reading.spotted import Spotted, confidences_in, times_in
from pegasus_classify.reading.timecodes import Stretch
from pegasus_classify.reading.tree import Node, Obj

__all__ = ["Statements"]

_SENTENCE = re.compile(r"(?<=[.!?])[\"')*_]{0,3}\s+(?=[^\s\da-z])|[\u3002\uff01\uff1f\uff1b]|;\s|\n")
_NO_BEFORE = re.compile(
    r"\b(?:no|not|never|without|neither|nor|cannot|none of|absence of|lack of|rather than|instead of|excluding|except|kein\w*|"
    r"nicht|sans|pas de|sin|ni)\b[^.:]{0,40}$|n['\u2019]t\b[^.:]{0,40}$|\u6ca1\u6709[^\u3002]{0,6}$",
    re.IGNORECASE,
)
_BUT = re.compile(r"\b(?:but|however|although|though|only|instead|sondern|mais|pero|sino)\b", re.IGNORECASE)
_NO_AFTER = re.compile(
    r"^[\s*_`\"')\]]*[:\-\u2013\u2014=|]*\s*(?:(?:is|are|was|were|do|does|did|has|have|could|can|been|be|also|it|clearly|ist|wird|sind|est)\s+)*"
    r"(?:not\b|never\b|absent|no\b(?!\.)|none\b|nothing|n/a|nope|false\b|\u2717|\u2718|\u274c|\u00d7|nicht\b|undetected|missing|unlikely|"
    r"rejected|ruled out|dismissed|discarded|excluded|cannot|0\s?%|\u672a|\u6ca1\u6709|\u65e0|\u306a\u3057|\uc5c6\uc74c|isn['\u2019]t|"
    r"aren['\u2019]t|wasn['\u2019]t|don['\u2019]t|doesn['\u2019]t|didn['\u2019]t|weren['\u2019]t)",
    re.IGNORECASE,
)
_HEDGE = re.compile(
    r"\b(?:might|may|could|maybe|perhaps|whether|if|would be|considered|rejected|ruled out|first impression|initially|at first|"
    r"not (?:count|included?)|unsure|unclear|ignore|example|e\.g|for instance)\b|\?\s*$",
    re.IGNORECASE,
)
_QUOTING = re.compile(
    r"\b(?:says?|said|saying|reads?|reading|sign|banner|caption|subtitle|poster|title card|lyrics?|quote[sd]?|narrator|speaker|"
    r"written|on[- ]screen|screen shows)\b",
    re.IGNORECASE,
)
_JOINER = re.compile(r"[\s,/&+*_`\"']*(?:\b(?:and|or|nor|und|oder|et|ou|y|o|any|no)\b)?[\s*_`\"']*|[\s\u3001]*", re.IGNORECASE)
_PRONOUN = re.compile(
    r"^\W*(?:it|they|this|these|the (?:clip|class|scene|segment|action|event)|starts?|start time|begins?|from|time(?:stamp)?s?|"
    r"confidence|between|at|conf\.?|timestamps?)\b",
    re.IGNORECASE,
)
_LEFT_OK = frozenset(
    "a an the of is are was were be as and or no not any some with shows show shown showing contains contain includes include including features "
    "feature featuring depicts depict detected detect found see seen class label category under in to for first second third fourth then later "
    "again mostly only also both but yes by it's that this these those one it on at answer s than either neither nor clearly from into "
    "der die das ein eine und ist le la les un une et est el los las es y o als wie de du des i".split()
)
_RIGHT_OK = frozenset(
    "is are was were appears appear occurs occur from at between and or in on during for to with runs begins starts ends then plus present "
    "detected found visible can has have takes take follows comes shows seen happens lasts continues again here there throughout as but by "
    "class label category footage scene scenes shot shots content clip clips video only not do does did isn't aren't doesn't don't ist wird "
    "bis von de du a i after before while until spans covers starting confidence through also both twice once it "
    "est sont es son sind".split()
)
_POSITIVE = frozenset(
    "the this video clip footage shows show shown showing is are it its i we would will can be classify classified classification classifies as "
    "class classes label labels category categories correct best answer final contains contain features feature depicts depict detected found present yes "
    "includes include image scene see seen one a an of and both in appears appear appearing following belongs belong to under most mostly main mainly "
    "predominantly clearly definitely that which matches match matching fits fit applies apply applicable here my result results prediction predicted "
    "identified identify tagged tag topic with for only has have been was were there on so overall therefore thus based content primary occurs occur "
    "throughout whole entire confidence das ist ein eine es ce cette est une el la los se".split()
)
_PARENTHESES = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_UNTRUSTED = re.compile(r"\S*|\s*(?:[-\u2010-\u2015~\u2192]+>?|to|until|and|till)\s*\S*", re.IGNORECASE)
_WORDS = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)?")
_LAST_WORD = re.compile(r"([^\W_][\w'\u2019]*)[ \t]+[*_]*$")
_NEXT_WORD = re.compile(r"[*_]*[ \t]+([^\W_][\w'\u2019]*)")


@dataclass(slots=True)
class _Group:
    """Names that stand together and what is said of them."""

    mentions: list[Mention]
    denied: bool
    times: list[Stretch] = field(default_factory=list)
    confidence: object = None
    option: str | None = None


class Statements:
    """Reads running text into entries.

    Attributes:
        end: Offset from which on nothing in a text can be trusted; None when all can.
    """

    def __init__(self, mentions: Mentions) -> None:
        self.mentions = mentions
        self.names = mentions.names

    def read(self, text: str, offset: int, *, known: str | None = None, trusted: int | None = None) -> list[Node]:
        """Return the entries in a text.

        Args:
            text: A paragraph, a line, or what stands behind the name of a class.
            offset: Where the text begins, for spans.
            known: The class of which the text speaks.
            trusted: Length of `text` up to which nothing was cut; what touches it is left out. None: not cut.
        """
        entries: list[Obj] = []
        at = 0
        last: list[Obj] = []
        for stop, begin in [*((m.start(), m.end()) for m in _SENTENCE.finditer(text)), (len(text), len(text))]:
            sentence = text[at:stop]
            if sentence.strip():
                last = self.sentence(sentence, offset + at, known, last, None if trusted is None else trusted - at)
                entries += [entry for entry in last if entry not in entries]
            at = begin
        return list(entries)

    def sentence(
        self, text: str, offset: int, known: str | None, last: list[Obj], trusted: int | None
    ) -> list[Obj]:
        found = [each for each in self.mentions.find(text) if trusted is None or each.end < trusted]
        blank = _blanked(text, [(each.start, each.end) for each in found])
        sure = [each for each in confidences_in(blank) if trusted is None or each.end < trusted]
        blank = _blanked(blank, [(each.start, each.end) for each in sure])
        times = [each for each in times_in(blank, bare=known is not None) if trusted is None or _whole(text, each.end, trusted)]
        span = (offset, offset + len(text))
        kept = [each for each in found if self._meant(text, each, known)]
        if not kept:
            if found and known is None:
                return []
            return self.without_names(text, known, last, times, sure, span)
        groups = self.groups(text, kept, known)
        rest = blank
        if known is None and not times and not self._declares(rest):
            groups = [group for group in groups if group.denied]
        outside = _PARENTHESES.sub(" ", rest)
        if known is None and times and (_HEDGE.search(outside) or _QUOTING.search(outside)):
            return []
        _spread(groups, times, sure)
        option = _option(blank)
        return [entry for group in groups for entry in self.entries(group, known, option, span)]

    def _meant(self, text: str, mention: Mention, known: str | None) -> bool:
        """Return whether a name stands for itself, not as part of a longer one ("Deep Frying", "Truck Driver")."""
        if known is not None and self.names.prompt_of(mention.text, known) is not None:
            return True
        if mention.hit is None:
            return True
        left = _LAST_WORD.search(text[max(0, mention.start - 40) : mention.start])
        if left is not None and left.group(1).casefold() not in _LEFT_OK and not left.group(1)[0].isdigit():
            return False
        right = _NEXT_WORD.match(text, mention.end)
        if right is None or right.group(1)[0].isdigit():
            return True
        word = right.group(1)
        return word.casefold() in _RIGHT_OK or (word[0].islower() and word.endswith(("s", "ed", "ing", "t")))

    def _declares(self, rest: str) -> bool:
        if _HEDGE.search(rest):
            return False
        words = [word.casefold() for word in _WORDS.findall(rest.replace("\x00", " "))]
        return all(word in _POSITIVE for word in words)

    def without_names(
        self,
        text: str,
        known: str | None,
        last: list[Obj],
        times: list[Spotted],
        sure: list[Spotted],
        span: tuple[int, int],
    ) -> list[Obj]:
        if known is not None:
            if _NO_AFTER.match(text) and not times:
                return [Obj([("present", False)], span)]
            pairs: list[tuple[str, Node]] = [("confidence", sure[0].value)] if sure else []
            option = _option(text)
            pairs += [("option", option)] if option else []
            if times:
                return [Obj([("time", each.value), *pairs], span) for each in times]
            return [Obj([("fields", Obj(pairs, span))], span)] if pairs else []
        if last and _PRONOUN.match(text):
            for entry in last:
                keys = {key for key, _ in entry.pairs}
                if sure and "confidence" not in keys:
                    entry.pairs.append(("confidence", sure[0].value))
            if times and all("time" not in {key for key, _ in entry.pairs} for entry in last):
                base = last[-1]
                more = [Obj([*base.pairs, ("time", each.value)], span) for each in times[1:]]
                base.pairs.append(("time", times[0].value))
                return [*last, *more]
            return last
        return []

    def groups(self, text: str, found: list[Mention], known: str | None) -> list[_Group]:
        groups: list[_Group] = []
        at = 0
        for mention in found:
            before = text[at : mention.start]
            joined = bool(groups) and _JOINER.fullmatch(before) is not None and known is None
            denied = _NO_BEFORE.search(_BUT.split(before)[-1]) is not None or _NO_AFTER.match(text[mention.end : mention.end + 40]) is not None
            last = groups[-1].mentions[-1] if groups else None
            inside = last is not None and self._qualifies(last, mention, text)
            if joined and not inside:
                groups[-1].mentions.append(mention)
                groups[-1].denied = groups[-1].denied or denied
            elif inside:
                groups[-1].mentions.append(mention)
            else:
                groups.append(_Group([mention], denied))
            at = mention.end
        return groups

    def _qualifies(self, last: Mention, mention: Mention, text: str) -> bool:
        """Return whether a name is a prompt beside the class it belongs to: `Pets (Dog)`, `Pets: Dog`."""
        if last.hit is None or last.hit.prompt is not None:
            return False
        return self.names.prompt_of(mention.text, last.hit.name) is not None and mention.end - last.end < len(mention.text) + 60

    def entries(self, group: _Group, known: str | None, option: str | None, span: tuple[int, int]) -> list[Obj]:
        hits = self.hits(group.mentions, known)
        entries: list[Obj] = []
        for hit in hits:
            pairs: list[tuple[str, Node]] = [("class", hit.name)] if known is None else []
            if hit.prompt is not None:
                pairs.append(("prompt", hit.prompt))
            if group.denied:
                entries.append(Obj([*pairs, ("present", False)], span))
                continue
            if group.confidence is not None:
                pairs.append(("confidence", group.confidence))
            if option is not None:
                pairs.append(("option", option))
            entries += [Obj([*pairs, ("time", each)], span) for each in group.times] or [Obj(pairs, span)]
        return entries

    def hits(self, mentions: list[Mention], known: str | None) -> list[Hit]:
        found: list[Hit] = []
        for mention in mentions:
            owner = known or (found[-1].name if found and found[-1].prompt is None else None)
            prompt = self.names.prompt_of(mention.text, owner) if owner else None
            if prompt is not None and owner is not None and (mention.hit is None or mention.hit.name != owner or mention.hit.prompt):
                if found and found[-1].name == owner and found[-1].prompt is None and known is None:
                    found[-1] = Hit(owner, prompt)
                else:
                    found.append(Hit(owner, prompt))
            elif mention.hit is not None and known is None:
                found.append(mention.hit)
        return found


def _whole(text: str, end: int, trusted: int) -> bool:
    """Return whether what ends at `end` is complete although the text was cut behind `trusted`."""
    return trusted > len(text) or _UNTRUSTED.fullmatch(text, end, trusted) is None


def _blanked(text: str, spans: list[tuple[int, int]]) -> str:
    pieces, at = [], 0
    for start, end in spans:
        pieces += [text[at:start], "\x00" * (end - start)]
        at = end
    return "".join([*pieces, text[at:]])


def _option(text: str) -> str | None:
    for part in re.split(r"[()\[\],;|\x00]+", text):
        option = option_of(part.strip(" .:*_`"))
        if option is not None:
            return option
    return None


def _spread(groups: list[_Group], times: list[Spotted], sure: list[Spotted]) -> None:
    """Give each time and confidence to the names it stands with: those before it, unless the sentence begins with times."""
    stated = [group for group in groups if not group.denied]
    if not stated:
        return
    leading = bool(times) and times[0].start < groups[0].mentions[0].start
    for each in times:
        assert isinstance(each.value, Stretch)
        _nearest(groups, each, following=leading).times.append(each.value)
    for each in sure:
        group = _nearest(groups, each, following=False)
        if group.confidence is None:
            group.confidence = each.value
    if len(sure) == 1 and sure[0].start < groups[0].mentions[0].start:
        stated[0].confidence = sure[0].value


def _nearest(groups: list[_Group], each: Spotted, *, following: bool) -> _Group:
    before = [group for group in groups if group.mentions[0].start <= each.start]
    after = [group for group in groups if group.mentions[0].start > each.start]
    return (after or before[-1:])[0] if following else (before or after)[-1 if before else 0]
