"""What stands in a sentence beside its names and times: lists in brackets, kinds of evidence, slips, other names."""

from __future__ import annotations

import re
from bisect import bisect_right

from pegasus_classify.contract.request import Option
from pegasus_classify.reading.forms.neighbours import MODIFIERS
from pegasus_classify.reading.forms.sentence_signs import FOREIGN, SLIP, UNTRUSTED
from pegasus_classify.reading.keys import option_of
from pegasus_classify.reading.mentions import Mention
from pegasus_classify.reading.spotted import Spotted

__all__ = [
    "emptied",
    "in_a_name",
    "in_brackets",
    "is_foreign",
    "is_whole",
    "leads_on",
    "option_told",
    "options_told",
    "without_denied",
    "without_slips",
]

_OPTION_KEY = re.compile(
    r"(?:(?:all |both |each |the )*(?:option|source|modality|evidence|via|as)(?: is)?\s*[:=]?\s*)", re.IGNORECASE
)
_LISTED = re.compile(r"[(\[]([^()\[\]\n]{1,200})[)\]]")
_LAST_NUMBER = re.compile(
    r"(?:[,|;]\s?|\s/\s|\x00\W{0,3}\s[\u2013\u2014\u00b7-]\s|"
    r"\d:\d\d\s?[\u2013\u2014-]\s?\d{1,2}(?::\d\d){1,2}\s[\u2013\u2014-]\s)(?:\W{1,3}\s)?(\d{1,3})[\s.*_]{0,4}$|"
    r"(?:[,|;/\u2013\u2014-]\s?|(?<=\d)\s{1,4})((?:very )?(?:high|low)|medium|moderate)\W{0,4}$",
    re.IGNORECASE,
)
_NOT_THEN = re.compile(r"\bnot (?:from |at |between |until )?$", re.IGNORECASE)
_BEHIND = re.compile(r"\s*(?:[;,.]|$|and\b)")
_TOLD = re.compile(r"\x00\W*$|\x00.*\d\W*$|\d\s?[-\u2010-\u2015~]\s?[\d:.,]+\d\s?s?\s*$")
_PERCENT = re.compile(r"(?:[~\u2248]\s?)?\d{1,3}(?:\.\d+)?")
_DECIMAL_COMMA = re.compile(r":\d\d,\d")
_ON_SCREEN = re.compile(
    r"\b(?:as|in|by|via) (?:the )?(?:on[- ]screen|written) (?:text|words?|captions?)\b|"
    r"\b(?:as|in|by|via) text[ -]in[ -]video\b|\bon[- ]screen text\b",
    re.IGNORECASE,
)
_SPOKEN = re.compile(
    r"\b(?:in|by|through|via|from|source is|evidence is) (?:the )?(?:\w+['\u2019]s )?(?:spoken )?(?:dialogue|speech|"
    r"conversation|"
    r"audio(?: track)?|soundtrack)\b|"
    r"\b(?:spoken|audio|speech|conversation|conversational) evidence\b|\b(?:conversation|audio|speech)-based\b",
    re.IGNORECASE,
)
_SEEN = re.compile(
    r"\bvisually\b|\b(?:is|are|only|purely|entirely|based on) visual\b(?! effect)|\bvisual only\b|\bvisual (?:track|"
    r"evidence|"
    r"channel)\b|"
    r"\b(?:i[ns]|from|on) the visuals\b",
    re.IGNORECASE,
)
_ITEM = re.compile(r"(?<=, )(visual|conversation|audio|speech|text_in_video|on-screen text)(?=[,.;)]|$)", re.IGNORECASE)
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
_FAR = 300
"""Signs between a name and a time in which other names are looked for."""
_NEAR = 100
"""Signs between two names that may join them, and behind a time up to a cut that may have belonged to it."""


def in_brackets(text: str) -> list[Spotted]:
    """Return the one plain number among the things listed in brackets behind times: `(visual, 80)`."""
    found: list[Spotted] = []
    for match in _LISTED.finditer(text):
        items = list(re.finditer(r"[^,;|]+", match.group(1)))
        numbers = [item for item in items if _PERCENT.fullmatch(item.group().strip())]
        others = [item for item in items if item not in numbers]
        alone = not others and _BEHIND.match(text, match.end()) and _TOLD.search(text[: match.start()][-_NEAR:])
        if (
            len(numbers) != 1
            or (not others and not alone)
            or any(character.isdigit() for item in others for character in item.group())
        ):
            continue
        raw = numbers[0].group().strip()
        start = match.start(1) + numbers[0].start() + numbers[0].group().index(raw)
        if float(raw.lstrip("~\u2248 ")) <= 100:
            found.append(Spotted(start, start + len(raw), raw))
    last = _LAST_NUMBER.search(text) if not found else None
    if last is not None and len(_DECIMAL_COMMA.findall(text)) > 1 and _DECIMAL_COMMA.match(text, last.start() - 3):
        return found  # "0:12,5 - 0:31,5": what stands last is a part of a second.
    if last is not None and (last.group(1) is None or float(last.group(1)) <= 100):
        found.append(
            Spotted(last.start(last.lastindex or 1), last.end(last.lastindex or 1), last.group(last.lastindex or 1))
        )
    return found


def is_whole(text: str, end: int, trusted: int) -> bool:
    """Return whether what ends at `end` is complete although the text was cut behind `trusted`."""
    return trusted > len(text) or trusted - end > _NEAR or UNTRUSTED.fullmatch(text, end, trusted) is None


def is_foreign(blank: str, ends: list[int], at: int) -> bool:
    """Return whether a name that was not asked stands between a time and the names before it, which end at `ends`."""
    number = bisect_right(ends, at)
    before = ends[number - 1] if number else 0
    return before < at <= before + _FAR and FOREIGN.search(blank, before, at) is not None


def option_told(text: str) -> Option | None:
    """Return the kind of evidence a sentence names, as a word that stands apart or in a phrase; None without."""
    if _SPOKEN.search(text):
        return "conversation"
    if _ON_SCREEN.search(text):
        return "text_in_video"
    if _SEEN.search(text):
        return "visual"
    for match in re.finditer(r"(?:[^()\[\],;|\x00/]|(?<! )/|/(?! ))+", text):
        word = _OPTION_KEY.sub("", match.group().strip(" .:*_`-\u2013\u2014"))
        option = option_of(word)
        beside_name = "\x00" in (text[match.start() - 1 : match.start()], text[match.end() : match.end() + 1])
        if option is not None and not (beside_name and word.casefold() in _MANY_MEANINGS):
            return option
    return None


def options_told(text: str) -> list[tuple[int, Option]]:
    """Return the kinds of evidence that phrases of a sentence name, each with its place; none unless they differ."""
    found: list[tuple[int, Option]] = [
        *((match.start(), "text_in_video") for match in _ON_SCREEN.finditer(text)),
        *((match.start(), "conversation") for match in _SPOKEN.finditer(text)),
        *((match.start(), "visual") for match in _SEEN.finditer(text)),
        *(
            (match.start(), option)
            for match in _ITEM.finditer(text)
            if (option := option_of(match.group(1))) is not None
        ),
    ]
    return sorted(found) if len({kind for _, kind in found}) > 1 else []


def without_slips(text: str, names: list[Mention]) -> list[Mention]:
    """Return the names of a sentence but those taken back at once: `Baking -- sorry, that should read Plating`."""
    return [
        each
        for number, each in enumerate(names)
        if number + 1 == len(names) or SLIP.search(text[each.end : names[number + 1].start]) is None
    ]


def without_denied(text: str, times: list[Spotted]) -> list[Spotted]:
    """Return the times of a sentence but those it says no to, wherever it tells them: "..., not from 2:00 to 2:20"."""
    gone = {each.value for each in times if _NOT_THEN.search(text[max(0, each.start - 20) : each.start])}
    return [each for each in times if each.value not in gone]


def in_a_name(match: re.Match[str], edges: list[tuple[int, int]]) -> bool:
    """Return whether quotes belong to a name that stands at one of the half-open `edges`."""
    return any(start <= match.start() < end or start < match.end() <= end for start, end in edges)


def emptied(quoted: str) -> str:
    """Return quotes with nothing that means anything between them, as long as they were."""
    return quoted[0] + "\x01" * (len(quoted) - 2) + quoted[-1]


def leads_on(left: re.Match[str] | None) -> bool:
    """Return whether a word before a name is a verb or a possessor: "performs tango dancing", "the officer's stop"."""
    word = "" if left is None else left.group(1)
    return word[:1].islower() and word.endswith("s") and word not in MODIFIERS
