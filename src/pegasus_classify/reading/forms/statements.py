"""Running text: which class a sentence names, when, and whether it says yes or no."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field

from pegasus_classify.reading.forms.sentence_signs import (
    BUT,
    FOREIGN,
    HEDGE,
    JOINER,
    LAST_WORD,
    LEFT_OK,
    NEXT_WORD,
    NO_AFTER,
    NO_BEFORE,
    PARENTHESES,
    POSITIVE,
    PRONOUN,
    QUOTING,
    RIGHT_OK,
    SENTENCE,
    UNTRUSTED,
    WORDS,
)
from pegasus_classify.reading.keys import option_of
from pegasus_classify.reading.mentions import Mention, Mentions
from pegasus_classify.reading.names import Hit
from pegasus_classify.reading.spotted import Spotted, blanked, confidences_in, times_in
from pegasus_classify.reading.timecodes import Stretch
from pegasus_classify.reading.tree import Node, Obj

__all__ = ["Statements"]


_ANSWERED = re.compile(r"\?(?=\s+(?:yes|no)\b)", re.IGNORECASE)
_OPTION_KEY = re.compile(r"(?:option|source|modality)\s*[:=]\s*", re.IGNORECASE)
_SAID = re.compile(
    rf"({QUOTING.pattern}[^\"\u201c]{{0,20}})(?:\"[^\"]{{1,200}}\"|\u201c[^\u201d]{{1,200}}\u201d)", re.IGNORECASE
)
_FAR = 300
"""Signs between a name and a time in which other names are looked for."""
_NEAR = 100
"""Signs between two names that may join them, and behind a time up to a cut that may have belonged to it."""


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
        entries: dict[int, Obj] = {}
        text = _ANSWERED.sub(":", text)
        at = 0
        last: list[Obj] = []
        for stop, begin in [*((m.start(), m.end()) for m in SENTENCE.finditer(text)), (len(text), len(text))]:
            sentence = text[at:stop]
            if sentence.strip():
                last = self._sentence(sentence, offset + at, known, last, None if trusted is None else trusted - at)
                entries.update((id(entry), entry) for entry in last)
            at = begin
        return list(entries.values())

    def about_the_only_class(self, text: str, offset: int, trusted: int | None) -> list[Node]:
        """Return the entries of a line that holds times and no name, where one class alone was asked."""
        only = self.names.only
        rest = blanked(text, times_in(text))
        if only is None or rest == text or not self._declares(rest):
            return []
        found = self.read(text, offset, known=only, trusted=trusted)
        return [Obj([("class", only), *entry.pairs], entry.span) for entry in found]

    def _sentence(self, text: str, offset: int, known: str | None, last: list[Obj], trusted: int | None) -> list[Obj]:
        text = _SAID.sub(lambda match: match.group(1).ljust(len(match.group()), "\x00"), text)
        found = [each for each in self.mentions.find(text) if trusted is None or each.end < trusted]
        if not found and known is None and not (last and PRONOUN.match(text)):
            return []
        blank = blanked(text, [Spotted(each.start, each.end, None) for each in found])
        sure = [each for each in confidences_in(blank) if trusted is None or each.end < trusted]
        blank = blanked(blank, sure)
        times = [
            each
            for each in times_in(blank, bare=known is not None)
            if trusted is None or _whole(text, each.end, trusted)
        ]
        span = (offset, offset + len(text))
        kept = [each for each in found if self._meant(text, each, known)]
        if not kept:
            if found and known is None:
                return []
            return self._without_names(text, known, last, times, sure, span)
        groups = self._groups(text, kept, known)
        rest = blank
        if known is None and not times and not self._declares(rest):
            groups = [group for group in groups if group.denied]
        outside = PARENTHESES.sub(" ", rest)
        if known is None and times and (HEDGE.search(outside) or QUOTING.search(outside)):
            return []
        if known is None:
            ends = [group.mentions[-1].end for group in groups]
            times = [each for each in times if not _foreign(blank, ends, each.start)]
        _spread(groups, times, sure)
        if groups and trusted is not None and trusted <= len(text) and not groups[-1].times:
            groups = groups[:-1]
        option = _option(blank)
        return [entry for group in groups for entry in self._entries(group, known, option, span)]

    def _meant(self, text: str, mention: Mention, known: str | None) -> bool:
        """Return whether a name stands for itself, not as part of a longer one ("Deep Frying", "Truck Driver")."""
        if known is not None and self.names.prompt_of(mention.text, known) is not None:
            return True
        if mention.hit is None:
            return True
        left = LAST_WORD.search(text[max(0, mention.start - 40) : mention.start])
        if left is not None and left.group(1).casefold() not in LEFT_OK and not left.group(1)[0].isdigit():
            return False
        right = NEXT_WORD.match(text, mention.end)
        if right is None or right.group(1)[0].isdigit():
            return True
        word = right.group(1)
        return word.casefold() in RIGHT_OK or (word[0].islower() and word.endswith(("s", "ed", "ing", "t")))

    def _declares(self, rest: str) -> bool:
        if HEDGE.search(rest):
            return False
        words = [word.casefold() for word in WORDS.findall(rest.replace("\x00", " "))]
        return all(word in POSITIVE for word in words)

    def _without_names(
        self,
        text: str,
        known: str | None,
        last: list[Obj],
        times: list[Spotted],
        sure: list[Spotted],
        span: tuple[int, int],
    ) -> list[Obj]:
        if known is not None:
            if NO_AFTER.match(text[:_FAR]) and not times:
                return [Obj([("present", False)], span)]
            pairs: list[tuple[str, Node]] = [("confidence", sure[0].value)] if sure else []
            option = _option(text)
            pairs += [("option", option)] if option else []
            if times:
                return [Obj([("time", each.value), *pairs], span) for each in times]
            return [Obj([("fields", Obj(pairs, span))], span)] if pairs else []
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

    def _groups(self, text: str, found: list[Mention], known: str | None) -> list[_Group]:
        groups: list[_Group] = []
        at = 0
        for mention in found:
            before = text[at : mention.start]
            joined = bool(groups) and len(before) <= _NEAR and JOINER.fullmatch(before) is not None and known is None
            denied = (
                NO_BEFORE.search(BUT.split(before)[-1]) is not None
                or NO_AFTER.match(text[mention.end : mention.end + 40]) is not None
            )
            last = groups[-1].mentions[-1] if groups else None
            inside = last is not None and self._qualifies(last, mention)
            if joined and not inside:
                groups[-1].mentions.append(mention)
                groups[-1].denied = groups[-1].denied or denied
            elif inside:
                groups[-1].mentions.append(mention)
            else:
                groups.append(_Group([mention], denied))
            at = mention.end
        return groups

    def _qualifies(self, last: Mention, mention: Mention) -> bool:
        """Return whether a name is a prompt beside the class it belongs to: `Pets (Dog)`, `Pets: Dog`."""
        if last.hit is None or last.hit.prompt is not None:
            return False
        return (
            self.names.prompt_of(mention.text, last.hit.name) is not None
            and mention.end - last.end < len(mention.text) + 60
        )

    def _entries(self, group: _Group, known: str | None, option: str | None, span: tuple[int, int]) -> list[Obj]:
        hits = self._hits(group.mentions, known)
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

    def _hits(self, mentions: list[Mention], known: str | None) -> list[Hit]:
        found: list[Hit] = []
        for mention in mentions:
            owner = known or (found[-1].name if found and found[-1].prompt is None else None)
            prompt = self.names.prompt_of(mention.text, owner) if owner else None
            if (
                prompt is not None
                and owner is not None
                and (mention.hit is None or mention.hit.name != owner or mention.hit.prompt)
            ):
                if found and found[-1].name == owner and found[-1].prompt is None and known is None:
                    found[-1] = Hit(owner, prompt)
                else:
                    found.append(Hit(owner, prompt))
            elif mention.hit is not None and known is None:
                found.append(mention.hit)
        return found


def _whole(text: str, end: int, trusted: int) -> bool:
    """Return whether what ends at `end` is complete although the text was cut behind `trusted`."""
    return trusted > len(text) or trusted - end > _NEAR or UNTRUSTED.fullmatch(text, end, trusted) is None


def _foreign(blank: str, ends: list[int], at: int) -> bool:
    """Return whether a name that was not asked stands between a time and the names before it, which end at `ends`."""
    number = bisect_right(ends, at)
    before = ends[number - 1] if number else 0
    return before < at <= before + _FAR and FOREIGN.search(blank, before, at) is not None


def _option(text: str) -> str | None:
    for part in re.split(r"[()\[\],;|\x00]+", text):
        option = option_of(_OPTION_KEY.sub("", part.strip(" .:*_`-\u2013\u2014")))
        if option is not None:
            return option
    return None


def _spread(groups: list[_Group], times: list[Spotted], sure: list[Spotted]) -> None:
    """Give each time and confidence to the names it stands with: those before it, or behind leading times."""
    stated = [group for group in groups if not group.denied]
    if not stated:
        return
    leading = bool(times) and times[0].start < groups[0].mentions[0].start
    starts = [group.mentions[0].start for group in groups]
    for each in times:
        assert isinstance(each.value, Stretch)
        groups[_nearest(starts, each.start, following=leading)].times.append(each.value)
    for each in sure:
        group = groups[_nearest(starts, each.start, following=False)]
        if group.confidence is None:
            group.confidence = each.value
    if len(sure) == 1 and sure[0].start < starts[0]:
        stated[0].confidence = sure[0].value


def _nearest(starts: list[int], at: int, *, following: bool) -> int:
    """Return the number of the last start at or before an offset (the first behind it, when `following`), if any."""
    behind = bisect_right(starts, at)
    return min(behind, len(starts) - 1) if following else max(behind - 1, 0)
