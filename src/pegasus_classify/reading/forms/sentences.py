"""One sentence: which classes it names, when, and whether it says yes or no."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

from pegasus_classify.reading.forms.meant_names import declares, is_whole_name, stated
from pegasus_classify.reading.forms.name_groups import (
    NameGroup,
    NameGroups,
    confidence_pair,
    own_brackets,
    respective,
    shared_out,
    spread,
)
from pegasus_classify.reading.forms.sentence_parts import (
    emptied,
    in_a_name,
    in_brackets,
    is_foreign,
    is_whole,
    option_told,
    options_told,
    without_denied,
    without_slips,
)
from pegasus_classify.reading.forms.sentence_signs import (
    CLAUSE,
    COMMA,
    FOR_ALL,
    HEDGE,
    INSTEAD,
    NAMED_FOR,
    NO_AFTER,
    PARENTHESES,
    QUOTING,
    REJECTED,
    RESPECTIVELY,
    WITHDRAWN,
)
from pegasus_classify.reading.keys import option_of
from pegasus_classify.reading.mentions import Mention, Mentions
from pegasus_classify.reading.spotted import Spotted, blanked, times_in
from pegasus_classify.reading.sureness import confidences_in
from pegasus_classify.reading.timecodes import Stretch, stretch_of
from pegasus_classify.reading.tree import Node, Obj

__all__ = ["Heard", "Sentences"]


_QUOTED = re.compile('(?<!\\w)"([^"\n]{1,200})"|\u201c([^\u201d\n]{1,200})\u201d|\u00ab([^\u00bb\n]{1,200})\u00bb')
_NOT_IN_BRACKETS = re.compile(r"\([^()]{0,60}\bnot\b[^()]{0,100}\)", re.IGNORECASE)
_IF_ASKED = re.compile(
    r"\bif you(?:['\u2019]re| are) (?:looking|searching) for|\bif i (?:had|have|were) to "
    r"\w+[^.,;]{0,60}?,? (?:it would be|it['\u2019]d be|i['\u2019]d (?:say|go with|"
    r"choose|pick)|"
    r"i would (?:say|go with|choose|pick))",
    re.IGNORECASE,
)
"""How an answer begins that only sounds like a hedge."""
_BESIDE = re.compile(r"[\s,:(=\u2013\u2014-]{1,4}(?:(?:class|label|clips?)\s)?(?:(?:is|are|at|with)\s)?")
_NOT_TIME = re.compile(r"\bnot (?:from |at |between |until )?\d", re.IGNORECASE)
_ASKED_WHETHER = re.compile(r"[^:]{0,200}\b(?:whether|if)\b[^:]{0,200}:\s+(?=yes\b)", re.IGNORECASE)
_SHOULD_BE = re.compile(
    r"[,;\u2013\u2014-]\s*(?:but\s+)?(?:(?:that|it|this) should (?:be|read)|make that|or rather|i mean|correction:?)\s",
    re.IGNORECASE,
)
_WITH_DOUBT = frozenset({"might", "may", "could", "maybe", "perhaps", "possibly"})
"""Doubts that a confidence in the same sentence puts into a number."""
_NONE_OF = re.compile(r"\b(?:is|are) (?:none of|not (?:one |any )?of)\b", re.IGNORECASE)
_MOST_CLAUSES = 12
_FARTHEST = 2000
_HEAD = 300
"""Signs at the beginning of a sentence in which it says that something is not there."""


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


class Sentences:
    """Reads single sentences into entries."""

    def __init__(self, mentions: Mentions) -> None:
        self.mentions = mentions
        self.names = mentions.names
        self.grouping = NameGroups(mentions.names)

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
        text = self.without_denied_times(text)
        text = self.without_corrected(text)
        asked = _ASKED_WHETHER.match(text)
        if asked is not None and not self.mentions.find(asked.group()):
            text = " " * asked.end() + text[asked.end() :]
        text = _IF_ASKED.sub(lambda match: " " * len(match.group()), text)
        text = _NOT_IN_BRACKETS.sub(self.without_denied, self.unquoted(text))
        for_all = FOR_ALL.search(text) is not None
        clauses = self._clauses(text, known) if trusted is None and not for_all else []
        if clauses:
            parts = [self._clause(text[start:end], offset + start, known, None, ()) for start, end in clauses]
            return Heard(
                [entry for part in parts for entry in part.entries],
                [name for part in parts for name in part.names],
                [time for part in parts for time in part.times],
                [each for part in parts for each in part.sure],
            )
        heard = self._clause(text, offset, known, trusted, taken_up)
        if for_all:
            _shared(heard.entries)
        return heard

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
        times = times_in(blanked(text, names), bare=known is not None)
        whole = [*times, *names]
        name_first = bool(names and times) and names[0].start < times[0].start
        for cut in cuts:
            if any(each.start < cut < each.end for each in whole):
                continue  # Inside "between 0:10 and 0:20".
            following = next((later for later in cuts if later > cut), len(text))
            if following < len(text) and not any(cut <= each.start < following for each in whole):
                continue  # What follows still belongs to what stands before: ", confidence 80,".
            if name_first and _goes_on(cut, following, names, times):
                continue  # "Rain at 0:10 and at 0:50, Fog at 0:30": so do times that stand before a name with its own.
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
        found = without_slips(text, found)
        blank = blanked(text, [Spotted(each.start, each.end, None) for each in found])
        sure = [each for each in confidences_in(blank) if trusted is None or each.end < trusted]
        sure = sure or in_brackets(blank)
        blank = blanked(blank, sure)
        times = [
            each
            for each in times_in(blank, bare=known is not None)
            if trusted is None or is_whole(text, each.end, trusted)
        ]
        span = (offset, offset + len(text))
        kept = [
            each
            for number, each in enumerate(found)
            if self._meant(text, each, known) or (number and self.grouping.qualifies(found[number - 1], each))
        ]
        if known is not None:
            kept = [each for each in kept if self.names.prompt_of(each.text, known) is not None]
        heard = Heard([], kept, times, sure, option_told(blanked(blank, times)))
        if kept and sure and not times and known is None:
            told = self._told_of_names(text, kept, sure, span)
            if told:
                return heard._replace(entries=told, sure=[])
        if not kept:
            if known is not None:
                heard.entries.extend(self._behind(text, times, sure, span))
            return heard
        groups = self._stated(text, blank, heard, known, taken_up)
        if groups is None:
            return heard
        times = self._own_times(text, blank, groups, times, known)
        groups = self._shared_out(text, blank, groups, times, sure)
        if groups and trusted is not None and trusted <= len(text) and not groups[-1].times:
            groups = groups[:-1]
        option = option_told(blanked(blank, times))
        heard.entries.extend(entry for group in groups for entry in self.grouping.entries(group, known, option, span))
        return heard

    def _stated(
        self, text: str, blank: str, heard: Heard, known: str | None, taken_up: Sequence[Stretch]
    ) -> list[NameGroup] | None:
        """Return the names of a sentence that it says yes or no to; None when it takes back or doubts what it names."""
        names, times = heard.names, heard.times
        groups = self.grouping.groups(text, names, known)
        if known is None and not times and taken_up:
            for group in groups:
                group.times += [] if group.denied else taken_up
        elif known is None and not times and not declares(_NOT_IN_BRACKETS.sub(" ", blank)):
            said = stated(blank, [(group.mentions[0].start, group.mentions[-1].end) for group in groups])
            groups = [group for group, yes in zip(groups, said, strict=True) if group.denied or yes]
        meant = INSTEAD.search(blank)
        if meant is not None and any(each.start >= meant.end() for each in names):
            return [group for group in groups if group.mentions[0].start >= meant.end()]
        if times and (WITHDRAWN.search(blank) or REJECTED.search(blank, names[-1].end)):
            return None
        outside = PARENTHESES.sub(" ", blank)
        hedge = HEDGE.search(outside)
        told = hedge is not None and heard.sure and hedge.group().casefold() in _WITH_DOUBT
        doubted = (hedge is not None and not told) or ("\x01" not in text and QUOTING.search(outside))
        return None if known is None and times and meant is None and doubted else groups

    def _own_times(
        self, text: str, blank: str, groups: list[NameGroup], times: list[Spotted], known: str | None
    ) -> list[Spotted]:
        """Return the times of a sentence that belong to its names, not to others that were not asked."""
        if known is None:
            ends = [group.mentions[-1].end for group in groups]
            first = min((group.mentions[0].start for group in groups), default=0)
            # A time before the first name is the name's own when no other is.
            behind = any(each.start > first for each in times)
            times = [
                each for each in times if not ((behind or each.start > first) and is_foreign(blank, ends, each.start))
            ]
        return own_brackets(text, times, groups)

    def _shared_out(
        self, text: str, blank: str, groups: list[NameGroup], times: list[Spotted], sure: list[Spotted]
    ) -> list[NameGroup]:
        """Return the names with their times, confidences and kinds of evidence."""
        in_turn = respective(groups, times, sure) if RESPECTIVELY.search(text) else None
        if in_turn is None:
            spread(groups, times, sure)
        else:
            groups = in_turn
        kinds = options_told(blank)
        for group in groups:
            group.kinds = kinds
        return self.grouping.merged(groups)

    def _told_of_names(self, text: str, names: list[Mention], sure: list[Spotted], span: tuple[int, int]) -> list[Obj]:
        """Return the confidences told of names apart from times: "95 for Squat and 60 for Plank", "Squat 95"."""
        entries: list[Obj] = []
        starts = [name.start for name in names]
        for each in sure:
            number = bisect_left(starts, each.end)
            name = names[number] if number < len(names) else None
            if name is None or NAMED_FOR.fullmatch(text, each.end, name.start) is None:
                number = bisect_left(starts, each.start)
                name = names[number - 1] if number else None
                if name is None or _BESIDE.fullmatch(text, name.end, each.start) is None or len(sure) < 2:
                    return []
            if name.hit is None:
                return []
            entries.append(Obj([("class", name.hit.name), ("confidence", each.value)], span))
        return entries

    def without_denied_times(self, text: str) -> str:
        """Return a sentence without the stretches it says no to at its end: "..., not from 2:00 to 2:20"."""
        if _NOT_TIME.search(text) is None:
            return text
        times = times_in(text)
        kept = without_denied(text, times)
        for each in times:
            if each not in kept:
                text = text[: each.start] + " " * (each.end - each.start) + text[each.end :]
        return text

    def without_corrected(self, text: str) -> str:
        """Return a sentence without the times before "but that should be 4:30 - 5:15", which replaces them."""
        match = _SHOULD_BE.search(text)
        if match is None or self.mentions.find(text[match.end() :]) or not times_in(text[match.end() :]):
            return text
        return (
            blanked(text[: match.start()], times_in(text[: match.start()]))
            + " " * len(match.group())
            + text[match.end() :]
        )

    def without_denied(self, match: re.Match[str]) -> str:
        """Return brackets that name a class or a time that is not meant as blanks: "Pickup Truck (not a Truck)"."""
        inside = match.group()
        return " " * len(inside) if self.mentions.find(inside) or times_in(inside) else inside

    def unquoted(self, text: str) -> str:
        """Return a text without what is quoted in it, names and times excepted: words on a screen are no evidence."""
        if _QUOTED.search(text) is None:
            return text
        edges = [(each.start, each.end) for each in self.mentions.find(text)]
        return _QUOTED.sub(
            lambda match: match.group() if self._known(match) or in_a_name(match, edges) else emptied(match.group()),
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
        return is_whole_name(text, mention)

    def denies(self, text: str, names: list[Mention]) -> bool:
        """Return whether a sentence says that something it names is not there."""
        return any(group.denied for group in self.grouping.groups(text, names, None)) if names else False

    def _behind(self, text: str, times: list[Spotted], sure: list[Spotted], span: tuple[int, int]) -> list[Obj]:
        """Return what a sentence without names says of the class it is about."""
        if NO_AFTER.match(text[:_HEAD]) and not times:
            return [Obj([("present", False)], span)]
        if times and _NONE_OF.search(text, times[-1].end):
            return []
        option = option_told(blanked(text, times))
        pairs: list[tuple[str, Node]] = [("option", option)] if option else []
        if times:
            told = shared_out(times, sure)
            return [
                Obj([("time", each.value), *confidence_pair(own), *pairs], span)
                for own, each in zip(told or [None] * len(times), times, strict=True)
            ]
        pairs = [*confidence_pair(sure[0].value if sure else None), *pairs]
        return [Obj([("fields", Obj(pairs, span))], span)] if pairs else []


def _goes_on(at: int, end: int, names: list[Spotted], times: list[Spotted]) -> bool:
    """Return whether the part from `at` to `end` tells only times, and the next name is followed by its own."""
    if any(at <= each.start < end for each in names) or not any(at <= each.start < end for each in times):
        return False
    behind = [each.start for each in names if each.start >= end]
    last = behind[1] if len(behind) > 1 else at + _FARTHEST
    return bool(behind) and any(behind[0] < each.start < last for each in times)


def _shared(entries: list[Obj]) -> None:
    """Give the one prompt and the one confidence that a sentence tells "in all" or "each time" to each of its clips."""
    for field in ("prompt", "confidence"):
        told = {str(value): value for entry in entries for key, value in entry.pairs if key == field}
        owners = {dict(entry.pairs).get("class") for entry in entries}
        if len(told) != 1 or (field == "prompt" and len(owners) > 1):
            continue
        for entry in entries:
            if not {field, "present"} & dict(entry.pairs).keys():
                entry.pairs.append((field, next(iter(told.values()))))
