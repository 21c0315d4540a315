"""One sentence: which classes it names, when, and whether it says yes or no."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from pegasus_classify.reading.forms.sentence_signs import (
    BUT,
    CLAUSE,
    COMMA,
    FOREIGN,
    HEDGE,
    INSTEAD,
    JOINER,
    LAST_WORD,
    LEFT_OK,
    MODIFIERS,
    NEXT_WORD,
    NO_AFTER,
    NO_BEFORE,
    PARENTHESES,
    POSITIVE,
    QUOTING,
    RIGHT_OK,
    SLIP,
    UNTRUSTED,
    WITHDRAWN,
    WORDS,
)
from pegasus_classify.reading.keys import option_of
from pegasus_classify.reading.mentions import Mention, Mentions
from pegasus_classify.reading.names import Hit
from pegasus_classify.reading.spotted import Spotted, blanked, confidences_in, times_in
from pegasus_classify.reading.timecodes import Stretch, stretch_of
from pegasus_classify.reading.tree import Node, Obj

__all__ = ["Heard", "Sentences"]


_OPTION_KEY = re.compile(
    r"(?:(?:all |both |each |the )*(?:option|source|modality|evidence|via|as)(?: is)?\s*[:=]?\s*)", re.IGNORECASE
)
_QUOTED = re.compile('(?<!\\w)"([^"\n]{1,200})"|\u201c([^\u201d\n]{1,200})\u201d|\u00ab([^\u00bb\n]{1,200})\u00bb')
_LISTED = re.compile(r"[(\[]([^()\[\]\n]{1,200})[)\]]")
_LAST_NUMBER = re.compile(r"[,|;]\s?(\d{1,3})\s{0,4}$")
_PERCENT = re.compile(r"\d{1,3}(?:\.\d+)?")
_NOT_IN_BRACKETS = re.compile(r"\([^()]{0,60}\bnot\b[^()]{0,100}\)", re.IGNORECASE)
_SPOKEN = re.compile(r"\b(?:in|by|through|via) (?:the )?(?:spoken )?(?:dialogue|speech|conversation)\b", re.IGNORECASE)
_MANY_MEANINGS = frozenset(
    [
        "video",
        "image",
        "images",
        "scene",
        "frame",
        "frames",
        "picture",
        "see",
        "seen",
        "shown",
        "sight",
        "appearance",
        "text",
        "texts",
        "title",
        "titles",
        "sound",
        "voice",
        "voices",
        "talk",
        "written",
        "writing",
    ]
)
"""Words for an option that say something else in a sentence unless they stand apart."""
_MOST_CLAUSES = 12
_FAR = 300
"""Signs between a name and a time in which other names are looked for."""
_NEAR = 100
"""Signs between two names that may join them, and behind a time up to a cut that may have belonged to it."""


class Heard(NamedTuple):
    """What one sentence says, before it is put beside those around it.

    Attributes:
        entries: What it says of classes, on its own.
        names: The names in it that stand for themselves.
        times, sure: Times and confidences in it.
        option: The kind of evidence it names.
    """

    entries: list[Obj]
    names: list[Mention]
    times: list[Spotted]
    sure: list[Spotted]
    option: str | None = None


@dataclass(slots=True)
class _Group:
    """Names that stand together and what is said of them."""

    mentions: list[Mention]
    denied: bool
    times: list[Stretch] = field(default_factory=list)
    confidence: object = None
    option: str | None = None


class Sentences:
    """Reads single sentences into entries."""

    def __init__(self, mentions: Mentions) -> None:
        self.mentions = mentions
        self.names = mentions.names

    def heard(
        self, text: str, offset: int, known: str | None, trusted: int | None, *, taken_up: Sequence[Stretch] = ()
    ) -> Heard:
        """Return what one sentence says.

        Args:
            text: The sentence.
            offset: Where it begins, for spans.
            known: The class it is about; None when it must name one.
            trusted: Length of `text` up to which nothing was cut; None when it was not.
            taken_up: Stretches told before: what a sentence is about that names a class and no time.
        """
        text = self.unquoted(text)
        clauses = self._clauses(text, known) if trusted is None else []
        if clauses:
            parts = [self._clause(text[start:end], offset + start, known, None, ()) for start, end in clauses]
            return Heard(
                [entry for part in parts for entry in part.entries],
                [name for part in parts for name in part.names],
                [time for part in parts for time in part.times],
                [each for part in parts for each in part.sure],
            )
        return self._clause(text, offset, known, trusted, taken_up)

    def _clauses(self, text: str, known: str | None) -> list[tuple[int, int]]:
        """Return the clauses of a sentence when each has a name and a time of its own."""
        spans: list[tuple[int, int]] = []
        start = 0
        cuts = sorted({match.start() for pattern in (CLAUSE, COMMA) for match in pattern.finditer(text)})[
            :_MOST_CLAUSES
        ]
        if not cuts:
            return []
        names = [Spotted(each.start, each.end, None) for each in self.mentions.find(text)]
        whole = [*times_in(blanked(text, names), bare=known is not None), *names]
        for cut in cuts:
            if any(each.start < cut < each.end for each in whole):
                continue  # Inside "between 0:10 and 0:20".
            following = next((later for later in cuts if later > cut), len(text))
            if following < len(text) and not any(cut <= each.start < following for each in whole):
                continue  # What follows still belongs to what stands before: ", confidence 80,".
            if self._complete(text[start:cut], known):
                spans.append((start, cut))
                start = cut
        if not spans:
            return []
        if self._complete(text[start:], known):
            return [*spans, (start, len(text))]
        return [*spans[:-1], (spans[-1][0], len(text))] if len(spans) > 1 else []

    def _complete(self, clause: str, known: str | None) -> bool:
        """Return whether a clause has a name and a time."""
        names = self.mentions.find(clause)
        if known is not None:
            names = [each for each in names if self.names.prompt_of(each.text, known)]
        return bool(names) and bool(times_in(blanked(clause, [Spotted(each.start, each.end, None) for each in names])))

    def _clause(
        self, text: str, offset: int, known: str | None, trusted: int | None, taken_up: Sequence[Stretch]
    ) -> Heard:
        found = [each for each in self.mentions.find(text) if trusted is None or each.end < trusted]
        found = _without_slips(text, found)
        blank = blanked(text, [Spotted(each.start, each.end, None) for each in found])
        sure = [each for each in confidences_in(blank) if trusted is None or each.end < trusted]
        sure = sure or _in_brackets(blank)
        blank = blanked(blank, sure)
        times = [
            each
            for each in times_in(blank, bare=known is not None)
            if trusted is None or _whole(text, each.end, trusted)
        ]
        span = (offset, offset + len(text))
        kept = [
            each
            for number, each in enumerate(found)
            if self._meant(text, each, known) or (number and self._qualifies(found[number - 1], each))
        ]
        if known is not None:
            kept = [each for each in kept if self.names.prompt_of(each.text, known) is not None]
        heard = Heard([], kept, times, sure, _option(blanked(blank, times)))
        if not kept:
            if known is not None:
                heard.entries.extend(self._behind(text, times, sure, span))
            return heard
        groups = self._groups(text, kept, known)
        if known is None and not times and taken_up:
            for group in groups:
                group.times += [] if group.denied else taken_up
        elif known is None and not times and not self.declares(_NOT_IN_BRACKETS.sub(" ", blank)):
            groups = [group for group in groups if group.denied]
        meant = INSTEAD.search(blank)
        if meant is not None and any(each.start >= meant.end() for each in kept):
            groups = [group for group in groups if group.mentions[0].start >= meant.end()]
        elif times and WITHDRAWN.search(blank):
            return heard
        outside = PARENTHESES.sub(" ", blank)
        if known is None and times and (HEDGE.search(outside) or ("\x01" not in text and QUOTING.search(outside))):
            return heard
        if known is None:
            ends = [group.mentions[-1].end for group in groups]
            times = [each for each in times if not _foreign(blank, ends, each.start)]
        _spread(groups, times, sure)
        groups = self._merged(groups)
        if groups and trusted is not None and trusted <= len(text) and not groups[-1].times:
            groups = groups[:-1]
        option = _option(blanked(blank, times))
        heard.entries.extend(entry for group in groups for entry in self._entries(group, known, option, span))
        return heard

    def unquoted(self, text: str) -> str:
        """Return a text without what is quoted in it, names and times excepted: words on a screen are no evidence."""
        if _QUOTED.search(text) is None:
            return text
        edges = [(each.start, each.end) for each in self.mentions.find(text)]
        return _QUOTED.sub(
            lambda match: match.group() if self._known(match) or _in_a_name(match, edges) else _emptied(match.group()),
            text,
        )

    def _known(self, match: re.Match[str]) -> bool:
        quoted = next(group for group in match.groups() if group)
        return (
            self.names.class_of(quoted) is not None
            or any(self.names.prompt_of(quoted, each.name) for each in self.names.classes)
            or stretch_of(quoted) is not None
            or option_of(quoted) is not None
        )

    def _meant(self, text: str, mention: Mention, known: str | None) -> bool:
        """Return whether a name stands for itself, not as part of a longer one ("Deep Frying", "Truck Driver")."""
        if known is not None and self.names.prompt_of(mention.text, known) is not None:
            return True
        if mention.hit is None:
            return True
        left = LAST_WORD.search(text[max(0, mention.start - 40) : mention.start])
        word = "" if left is None else left.group(1).casefold()
        if word and word not in LEFT_OK and not word[0].isdigit() and not _leads_on(left):
            return False
        right = NEXT_WORD.match(text, mention.end)
        if right is None or right.group(1)[0].isdigit():
            return True
        word = right.group(1)
        return word.casefold() in RIGHT_OK or (word[0].islower() and word.endswith(("s", "ed", "ing", "t")))

    def denies(self, text: str, names: list[Mention]) -> bool:
        """Return whether a sentence says that something it names is not there."""
        return any(group.denied for group in self._groups(text, names, None)) if names else False

    def declares(self, rest: str) -> bool:
        """Return whether words around a name do nothing but state it."""
        if HEDGE.search(rest):
            return False
        words = [word.casefold() for word in WORDS.findall(rest.replace("\x00", " "))]
        return all(word in POSITIVE for word in words)

    def _behind(self, text: str, times: list[Spotted], sure: list[Spotted], span: tuple[int, int]) -> list[Obj]:
        """Return what a sentence without names says of the class it is about."""
        if NO_AFTER.match(text[:_FAR]) and not times:
            return [Obj([("present", False)], span)]
        pairs: list[tuple[str, Node]] = [("confidence", sure[0].value)] if sure else []
        option = _option(blanked(text, times))
        pairs += [("option", option)] if option else []
        if times:
            return [Obj([("time", each.value), *pairs], span) for each in times]
        return [Obj([("fields", Obj(pairs, span))], span)] if pairs else []

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
            if last is not None and known is None and self._heads(groups[-1].mentions, mention, before):
                groups[-1].mentions.insert(0, mention)
            elif joined and not inside:
                groups[-1].mentions.append(mention)
                groups[-1].denied = groups[-1].denied or denied
            elif inside:
                groups[-1].mentions.append(mention)
            else:
                groups.append(_Group([mention], denied))
            at = mention.end
        return groups

    def _merged(self, groups: list[_Group]) -> list[_Group]:
        """Return the groups; one without times that speaks of the class of the group before it only adds to that."""
        kept: list[_Group] = []
        for group in groups:
            hits = {each.hit.name for each in group.mentions if each.hit}
            if kept and not group.times and not group.denied and kept[-1].times and len(hits) == 1:
                before = {each.hit.name for each in kept[-1].mentions if each.hit}
                if before == hits:
                    kept[-1].confidence = kept[-1].confidence or group.confidence
                    kept[-1].mentions += [each for each in group.mentions if each.hit and each.hit.prompt]
                    continue
            kept.append(group)
        return kept

    def _heads(self, mentions: list[Mention], mention: Mention, before: str) -> bool:
        """Return whether a class is named behind a prompt of its own: `Dog (Pets)`, `dogs, so Pets`."""
        if mention.hit is None or mention.hit.prompt is not None or len(before) > 80:
            return False
        prompts = [self.names.prompt_of(each.text, mention.hit.name) for each in mentions]
        return all(prompts) and not any(each.hit and each.hit.prompt is None for each in mentions)

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


def _leads_on(left: re.Match[str] | None) -> bool:
    """Return whether a word before a name is a verb or a possessor: "performs tango dancing", "the officer's stop"."""
    word = "" if left is None else left.group(1)
    return word[:1].islower() and word.endswith("s") and word not in MODIFIERS


def _without_slips(text: str, names: list[Mention]) -> list[Mention]:
    """Return the names of a sentence but those taken back at once: `Baking -- sorry, that should read Plating`."""
    return [
        each
        for number, each in enumerate(names)
        if number + 1 == len(names) or SLIP.search(text[each.end : names[number + 1].start]) is None
    ]


def _in_a_name(match: re.Match[str], edges: list[tuple[int, int]]) -> bool:
    return any(start <= match.start() < end or start < match.end() <= end for start, end in edges)


def _emptied(quoted: str) -> str:
    return quoted[0] + "\x01" * (len(quoted) - 2) + quoted[-1]


def _in_brackets(text: str) -> list[Spotted]:
    """Return the one plain number among the things listed in brackets behind times: `(visual, 80)`."""
    found: list[Spotted] = []
    for match in _LISTED.finditer(text):
        items = list(re.finditer(r"[^,;|]+", match.group(1)))
        numbers = [item for item in items if _PERCENT.fullmatch(item.group().strip())]
        others = [item for item in items if item not in numbers]
        alone = not others and not text[match.end() :].strip(" .") and "\x00" in text[: match.start()]
        if (
            len(numbers) != 1
            or (not others and not alone)
            or any(character.isdigit() for item in others for character in item.group())
        ):
            continue
        raw = numbers[0].group().strip()
        start = match.start(1) + numbers[0].start() + numbers[0].group().index(raw)
        if float(raw) <= 100:
            found.append(Spotted(start, start + len(raw), raw))
    last = _LAST_NUMBER.search(text) if not found else None
    if last is not None and float(last.group(1)) <= 100:
        found.append(Spotted(last.start(1), last.end(1), last.group(1)))
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
    if _SPOKEN.search(text):
        return "conversation"
    for match in re.finditer(r"[^()\[\],;|\x00]+", text):
        word = _OPTION_KEY.sub("", match.group().strip(" .:*_`-\u2013\u2014"))
        option = option_of(word)
        beside_name = "\x00" in (text[match.start() - 1 : match.start()], text[match.end() : match.end() + 1])
        if option is not None and not (beside_name and word.casefold() in _MANY_MEANINGS):
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
        nearest = _nearest(starts, each.start, following=False)
        group = next((group for group in reversed(groups[: nearest + 1]) if not group.denied), groups[nearest])
        if group.confidence is None:
            group.confidence = each.value
    if len(sure) == 1 and sure[0].start < starts[0]:
        stated[0].confidence = sure[0].value


def _nearest(starts: list[int], at: int, *, following: bool) -> int:
    """Return the number of the last start at or before an offset (the first behind it, when `following`), if any."""
    behind = bisect_right(starts, at)
    return min(behind, len(starts) - 1) if following else max(behind - 1, 0)
