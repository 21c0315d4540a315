"""Confidences told of single clips behind all of them: by number, in turn, or by a word of a name."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pegasus_classify.reading.confidence import claimed, percent
from pegasus_classify.reading.forms.sentence_signs import NTH, NTH_BEFORE, RESPECTIVELY
from pegasus_classify.reading.names import loosened, plain
from pegasus_classify.reading.spotted import Spotted
from pegasus_classify.reading.tree import Obj

__all__ = ["told_apart", "told_once"]

_ORDER = {"first": 0, "former": 0, "second": 1, "latter": 1, "third": 2, "fourth": 3, "fifth": 4}
_ORDER |= {"1st": 0, "2nd": 1, "3rd": 2, "4th": 3}
_MOST = 64
"""Clips that are told apart in words."""
_BY_NAME = re.compile(
    r"\W*(?:for|on|to) (?:the |both |all )?(?P<name>[\w' -]{3,40}?)(?=\s*(?:[,.;]|$|"
    r"and\b))",
    re.IGNORECASE,
)
_BEFORE = 60


def told_apart(text: str, sure: Sequence[Spotted], clips: Sequence[Obj]) -> dict[int, object]:
    """Return the confidence of clips by their number, from 0 on; none when a sentence does not tell them apart.

    "8/10 for the first incident and 9/10 for the second", "90 and 85, respectively", "90% for the tutorial".

    Args:
        text: A sentence without names and times.
        sure: Its confidences, at least two.
        clips: What was found before it.
    """
    if len(clips) > _MOST:
        return {}
    if RESPECTIVELY.search(text):
        return {number: each.value for number, each in enumerate(sure)} if len(sure) == len(clips) else {}
    told: dict[int, object] = {}
    for each in sure:
        numbers = _by_number(text, each, len(clips)) or _by_name(text, each, clips)
        if not numbers:
            return {}
        told |= dict.fromkeys(numbers, each.value)
    return told


def told_once(sure: Sequence[Spotted]) -> object | None:
    """Return the one confidence that several tell in other words, the number before the word; None when they differ.

    "High confidence (90%)", "90% sure (0.9)".

    Args:
        sure: Confidences of one sentence.
    """
    numbers = [each.value for each in sure if any(sign.isdigit() for sign in str(each.value))]
    told = numbers or [each.value for each in sure]
    values = {_in_percent(each) for each in told}
    return told[0] if len(values) == 1 else None


def _in_percent(raw: object) -> float | None:
    found = claimed(raw)
    return percent(found, fractions=found.scale == "fraction")


def _by_number(text: str, sure: Spotted, count: int) -> list[int]:
    match = NTH.match(text, sure.end) or NTH_BEFORE.search(text[max(0, sure.start - _BEFORE) : sure.start])
    if match is None:
        return []
    told = match.groupdict()
    if told.get("foreign"):
        number = 0 if told["foreign"].casefold()[0] in "pe" else 1
    else:
        number = _ORDER.get(told["which"].casefold(), count - 1)
    return [number] if 0 <= number < count else []


def _by_name(text: str, sure: Spotted, clips: Sequence[Obj]) -> list[int]:
    """Return the clips of the one class or prompt whose name holds the words a confidence is told for."""
    match = _BY_NAME.match(text, sure.end)
    if match is None:
        return []
    words = _words(match.group("name"))
    named = [(dict(clip.pairs).get("class"), dict(clip.pairs).get("prompt")) for clip in clips]
    owners = {each for each in named if words & _words(" ".join(str(part) for part in each if part))}
    return [number for number, each in enumerate(named) if each in owners] if len(owners) == 1 else []


def _words(name: str) -> set[str]:
    return {loosened(word) or word for word in plain(name).split()}
