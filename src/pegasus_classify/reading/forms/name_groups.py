"""Names that stand together in a sentence, and which times and confidences belong to them."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from pegasus_classify.contract.request import Option
from pegasus_classify.reading.forms.sentence_signs import BUT, JOINER, NO_AFTER, NO_BEFORE
from pegasus_classify.reading.mentions import Mention
from pegasus_classify.reading.names import Hit, Names
from pegasus_classify.reading.spotted import Spotted
from pegasus_classify.reading.timecodes import Stretch
from pegasus_classify.reading.tree import Node, Obj

__all__ = ["NameGroup", "NameGroups", "confidence_pair", "own_brackets", "respective", "shared_out", "spread"]

_DENIED_ALONE = re.compile(r"\s+(?:is|was|does|has)(?:n['\u2019]t| not| never)\b", re.IGNORECASE)
"""A verb behind a name that speaks of one thing alone: what stands before it is not denied with it."""
_ARTICLES = re.compile(r"\s+(?:(?:an?|the)\s+)+", re.IGNORECASE)
_TIME = re.compile(r"\b\d{1,2}(?::\d\d){1,2}(?:[.,]\d+)?|\b\d+(?:\.\d+)? ?s(?:ec(?:onds?)?)?\b")
_SEVERAL = 2
_NEAR = 100
"""Signs between two names that may join them."""


@dataclass(slots=True)
class NameGroup:
    """Names that stand together and what is said of them.

    Attributes:
        mentions: The names.
        denied: Whether the sentence says no to them.
        times: Their stretches.
        confidence: What holds for all of these.
        own: By number of a stretch, the confidence of it alone.
        places: Where each stretch stands.
        kinds: Kinds of evidence told in the sentence and where, when there are several.
    """

    mentions: list[Mention]
    denied: bool
    times: list[Stretch] = field(default_factory=list)
    confidence: object = None
    own: dict[int, object] = field(default_factory=dict)
    places: list[int] = field(default_factory=list)
    kinds: Sequence[tuple[int, Option]] = ()


class NameGroups:
    """Puts the names of a sentence together, and makes entries of them."""

    def __init__(self, names: Names) -> None:
        self.names = names

    def groups(self, text: str, found: list[Mention], known: str | None) -> list[NameGroup]:
        """Return the names of a sentence in groups, each with whether the sentence says no to it."""
        groups: list[NameGroup] = []
        at = 0
        for mention in found:
            before = text[at : mention.start]
            alone = _DENIED_ALONE.match(text, mention.end) is not None
            joined = (
                not alone
                and bool(groups)
                and len(before) <= _NEAR
                and JOINER.fullmatch(before) is not None
                and (not _ARTICLES.fullmatch(before) or not before.strip())
                and known is None
            )
            denied = (
                NO_BEFORE.search(BUT.split(_TIME.sub("", before))[-1]) is not None
                or NO_AFTER.match(text[mention.end : mention.end + 40]) is not None
            )
            last = groups[-1].mentions[-1] if groups else None
            inside = last is not None and self.qualifies(last, mention)
            if last is not None and known is None and self._heads(groups[-1].mentions, mention, before):
                groups[-1].mentions.insert(0, mention)
            elif joined and not inside:
                groups[-1].mentions.append(mention)
                groups[-1].denied = groups[-1].denied or denied
            elif inside:
                groups[-1].mentions += [] if NO_BEFORE.search(BUT.split(before)[-1]) else [mention]
            else:
                groups.append(NameGroup([mention], denied))
            at = mention.end
        return groups

    def merged(self, groups: list[NameGroup]) -> list[NameGroup]:
        """Return the groups that hold: what tells no times adds to the group before, a class denied is denied."""
        kept: list[NameGroup] = []
        before: set[str] = set()
        for group in groups:
            hits = {each.hit.name for each in group.mentions if each.hit}
            if kept and kept[-1].times and len(hits) == 1 and hits == before and not (group.times or group.denied):
                kept[-1].confidence = kept[-1].confidence or group.confidence
                kept[-1].mentions += [each for each in group.mentions if each.hit and each.hit.prompt]
                continue
            kept.append(group)
            before = hits
        no = {hit.name for group in groups if group.denied for hit in _hits_of(group) if hit.prompt is None}
        return [group for group in kept if group.denied or no.isdisjoint(hit.name for hit in _hits_of(group))]

    def _heads(self, mentions: list[Mention], mention: Mention, before: str) -> bool:
        """Return whether a class is named behind a prompt of its own: `Dog (Pets)`, `dogs, so Pets`."""
        if mention.hit is None or mention.hit.prompt is not None or len(before) > 80:
            return False
        if any(each.hit and each.hit.prompt is None for each in mentions):
            return False
        return all(self.names.prompt_of(each.text, mention.hit.name) for each in mentions)

    def qualifies(self, last: Mention, mention: Mention) -> bool:
        """Return whether a name is a prompt beside the class it belongs to: `Pets (Dog)`, `Pets: Dog`."""
        if last.hit is None or last.hit.prompt is not None:
            return False
        return (
            self.names.prompt_of(mention.text, last.hit.name) is not None
            and mention.end - last.end < len(mention.text) + 60
        )

    def entries(self, group: NameGroup, known: str | None, option: str | None, span: tuple[int, int]) -> list[Obj]:
        """Return what a group says of each of its classes."""
        hits = self._hits(group.mentions, known)
        if group.places and len(group.times) > 1 and not group.denied:
            own = self._each_its_own(group, hits, known, option, span)
            if own:
                return own
        entries: list[Obj] = []
        for hit in hits:
            pairs: list[tuple[str, Node]] = [("class", hit.name)] if known is None else []
            if hit.prompt is not None:
                pairs.append(("prompt", hit.prompt))
            if group.denied:
                entries.append(Obj([*pairs, ("present", False)], span))
                continue
            if option is not None:
                pairs.append(("option", option))
            told = [(group.own.get(number, group.confidence), each) for number, each in enumerate(group.times)]
            entries += [Obj([*pairs, *confidence_pair(sure), ("time", each)], span) for sure, each in told] or [
                Obj([*pairs, *confidence_pair(group.confidence)], span)
            ]
        return entries

    def _each_its_own(
        self, group: NameGroup, hits: list[Hit], known: str | None, option: str | None, span: tuple[int, int]
    ) -> list[Obj]:
        """Return the clips of one class when several have a prompt or a kind of evidence of their own; else none."""
        name = known or (hits[0].name if hits else "")
        told = [(each.start, self.names.prompt_of(each.text, name)) for each in group.mentions if name]
        prompts = [(start, prompt) for start, prompt in told if prompt is not None]
        if {hit.name for hit in hits} != {name} or (len(prompts) < _SEVERAL and len(group.kinds) < _SEVERAL):
            return []
        if len(prompts) < _SEVERAL:
            prompts = []
        elif prompts[0][0] < group.places[0]:
            return []
        entries: list[Obj] = []
        for number, each in enumerate(group.times):
            until = group.places[number + 1] if number + 1 < len(group.places) else None
            prompt = _between(prompts, group.places[number], until)
            kind = (
                _nearest_before(group.kinds, group.places[number], option)
                if group.kinds and group.kinds[0][0] < group.places[0]
                else _between(group.kinds, group.places[number], until) or (None if group.kinds else option)
            )
            pairs: list[tuple[str, Node]] = [("class", name)] if known is None else []
            pairs += [("prompt", prompt)] if prompt is not None else []
            pairs += [("option", kind)] if kind is not None else []
            pairs += confidence_pair(group.own.get(number, group.confidence))
            entries.append(Obj([*pairs, ("time", each)], span))
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


def confidence_pair(value: object) -> list[tuple[str, Node]]:
    """Return the field of a confidence, none when it is not told."""
    return [] if value is None else [("confidence", value)]


def _hits_of(group: NameGroup) -> list[Hit]:
    return [each.hit for each in group.mentions if each.hit is not None]


def respective(groups: list[NameGroup], times: list[Spotted], sure: list[Spotted]) -> list[NameGroup] | None:
    """Return names with one stretch each, told in turn: "A and B at ... and ..., respectively"; None if not so many.

    Args:
        groups: The names of a sentence that says "respectively".
        times: Its stretches.
        sure: Its confidences.
    """
    names = [each for group in groups if not group.denied for each in group.mentions]
    if len(names) < 2 or len(names) != len(times):
        return None
    told = [each.value for each in sure] if len(sure) == len(names) else [None] * len(names)
    return [group for group in groups if group.denied] + [
        NameGroup([name], False, [time.value], value)  # type: ignore[list-item]
        for name, time, value in zip(names, times, told, strict=True)
    ]


def _between(told: Sequence[tuple[int, str]], start: int, end: int | None) -> str | None:
    """Return the first thing told between two offsets."""
    return next((value for at, value in told if at >= start and (end is None or at < end)), None)


def _nearest_before(kinds: Sequence[tuple[int, Option]], at: int, default: str | None) -> str | None:
    """Return the last kind of evidence told before an offset, else the one for all when there are not several."""
    before = [kind for start, kind in kinds if start < at]
    return before[-1] if before else (None if len(kinds) > 1 else default)


def own_brackets(text: str, times: list[Spotted], groups: list[NameGroup]) -> list[Spotted]:
    """Return the times but those in brackets before the first name, where names have brackets behind them.

    "A leopard rests (1:10 - 1:32) before a hippo surfaces (2:00 - 2:14)": each belongs to what it stands behind.
    """
    bracketed = [text[max(0, each.start - 1) : each.start] in ("(", "[") for each in times]
    if not groups or len(times) < 2 or not all(bracketed):
        return times
    first = groups[0].mentions[0].start
    kept = [each for each in times if each.start > first]
    return kept if kept and times[0].start > 1 else times


def spread(groups: list[NameGroup], times: list[Spotted], sure: list[Spotted]) -> None:
    """Give each time and confidence to the names it stands with: those before it, or behind leading times."""
    stated = [group for group in groups if not group.denied]
    if not stated:
        return
    starts = [min(each.start for each in group.mentions) for group in groups]
    leading = bool(times) and times[0].start < starts[0]
    taken: dict[int, list[Spotted]] = {}
    for each in times:
        assert isinstance(each.value, Stretch)
        number = _nearest(starts, each.start, following=leading)
        if leading and groups[number].denied:
            number = next((later for later in range(number, len(groups)) if not groups[later].denied), number)
        elif groups[number].denied and number and not (groups[number - 1].denied or groups[number - 1].times):
            number -= 1  # "a violation rather than a walkway, from 0:10 to 0:20"
        groups[number].times.append(each.value)
        taken.setdefault(id(groups[number]), []).append(each)
    given: dict[int, list[Spotted]] = {}
    for each in sure:
        nearest = _nearest(starts, each.start, following=False)
        group = next((group for group in reversed(groups[: nearest + 1]) if not group.denied), groups[nearest])
        given.setdefault(id(group), []).append(each)
    for group in groups:
        here = taken.get(id(group), [])
        _without_details(group, here)
        group.places = [each.start for each in here]
        own = given.get(id(group), [])
        told = shared_out(taken.get(id(group), []), own)
        group.confidence = own[0].value if len(set(map(id, told))) < 2 and own else None
        group.own = {number: value for number, value in enumerate(told) if value is not None}
    if len(sure) == 1 and sure[0].start < starts[0]:
        stated[0].confidence = sure[0].value


def _without_details(group: NameGroup, times: list[Spotted]) -> None:
    """Drop single times inside a range told of the same names: they are details, "0:10 to 0:50, heaviest at 0:30"."""
    ranges = [each for each in group.times if each.end is not None]
    if not ranges or len(ranges) == len(group.times):
        return
    first, last = ranges[0].start.seconds, ranges[0].end.seconds if ranges[0].end else 0.0
    inside = [each for each in group.times if each.end is None and first <= each.start.seconds <= last]
    group.times = [each for each in group.times if each not in inside]
    times[:] = [each for each in times if each.value not in inside]


def shared_out(times: list[Spotted], sure: list[Spotted]) -> list[object]:
    """Return the confidence of each stretch: the one behind it when there are several, else one for all; None without.

    A single one between two stretches is that of the stretches before it; as many behind all of them as there are
    stretches belong to them in turn.
    """
    if not sure or (len(sure) == 1 and not (times and times[0].end <= sure[0].start < times[-1].start)):
        return [each.value for each in sure] * len(times)
    ends = [each.end for each in times]
    before = [bisect_right(ends, each.start) for each in sure]
    if len(sure) == len(times) and len(set(before)) == 1:
        return [each.value for each in sure]
    first = 0 if before[0] else 1
    told: dict[int, object] = {}
    for number, each in zip(before, sure, strict=True):
        told.setdefault(number + first - 1, each.value)
    return [told.get(number) for number in range(len(times))]


def _nearest(starts: list[int], at: int, *, following: bool) -> int:
    """Return the number of the last start at or before an offset (the first behind it, when `following`), if any."""
    behind = bisect_right(starts, at)
    return min(behind, len(starts) - 1) if following else max(behind - 1, 0)
