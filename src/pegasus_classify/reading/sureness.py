"""Confidences inside running text."""

from __future__ import annotations

import re

from pegasus_classify.reading.spotted import Spotted, blanked

__all__ = ["confidences_in"]

_LEVEL = (
    r"(?:very|extremely)[ -](?:high|low)|high|medium|moderate|low|certain|(?:muito |muy |molto )?(?:alta|baixa|"
    r"baja)|m\u00e9dia|media|"
    r"(?:sehr )?(?:hoch|niedrig)|mittel|(?:tr\u00e8s )?\u00e9lev\u00e9e?|moyenne|faible|\u9ad8|\u4e2d|\u4f4e|"
    r"\ub192\uc74c|\uc911\uac04|\ub0ae\uc74c"
)
_WORD = (
    r"\u0935\u093f\u0936\u094d\u0935\u093e\u0938|\u4fe1\u983c|vertrauen|sureness|seguridad|certeza|fiducia|"
    r"confidence|conf|score|probability|certainty|likelihood|konfidenz|sicherheit|confianza|confian\u00e7a|confiance|"
    r"\u7f6e\u4fe1\u5ea6|\u4fe1\u983c\u5ea6|\u78ba\u4fe1\u5ea6|\u4fe1\u5fc3|\uc2e0\ub8b0\ub3c4|"
    r"\u0443\u0432\u0435\u0440\u0435\u043d\u043d\u043e\u0441\u0442\u044c|\u0627\u0644\u062b\u0642\u0629"
)
_AMOUNT = (
    r"\d{1,3}(?:[.,]\d{1,6})?\s?(?:%|percent|per cent|prozent|por ciento|por cento|/\s?(?:100|10|5|"
    r"1)(?!\d)|out of \d{1,3}|(?:sobre|sur|von|su) 100\b)?"
)
_OF_WHAT = (
    r"\s(?:of (?!confiden|certain)|off\b|cheaper|discount|less\b|more\b|fewer|faster|larger|smaller|increase|decrease|"
    r"rise|drop|wool|cotton)"
)
_CONFIDENCES = (
    re.compile(
        rf"(?:{_WORD})\.?(?:\s+(?:is|of|score|level|rating|at|to|(?:in|for|on|about|with) (?:this|that|it|these|"
        rf"those|them)(?: one)?|there|here|only|still|quite|"
        rf"rather|very high(?= confidence)|somewhat)){{0,5}}\s?[:=\uff1a(\u4e3a\u662f\u306f]?\s?(?:of\s|is\s|"
        rf"about\s|de\s|del\s|di\s|von\s|"
        rf"[~\u2248])?(?P<raw>{_AMOUNT}|{_LEVEL})(?!\d|\s?-\s?\d)"
        rf"(?:\s?,?\s?\band (?P<second>{_AMOUNT}|{_LEVEL})(?![\w:.-]*\d|\s?(?:s|sec|seconds|min|minutes)\b))?",
        re.IGNORECASE,
    ),
    re.compile(rf"^\W*(?P<raw>{_LEVEL})\W*$", re.IGNORECASE),
    re.compile(rf"[(\[]\s?(?P<raw>{_LEVEL})\s?[)\]]", re.IGNORECASE),
    re.compile(r"\bi(?:['\u2019]m| am) (?:very |absolutely |quite )?(?P<raw>certain)\b", re.IGNORECASE),
    re.compile(rf"\b(?P<raw>{_LEVEL})[ -](?:confidence|certainty|probability)", re.IGNORECASE),
    re.compile(
        rf"(?<![\w.,])(?P<raw>\d{{1,3}}(?:[.,]\d{{1,6}})?\s?(?:%(?!{_OF_WHAT})|per ?cent\b(?!{_OF_WHAT})|"
        r"(?:pts|points)(?=[\s.]*[)\]]))|"
        r"\d{1,3}(?:\.\d+)?\s?/\s?(?:100|10)(?![\d/])|\d{1,3}(?:\.\d+)? out of (?:100|"
        r"10|5)\b)(?: stars)?(?:\s(?:confident|confidence|sure|certain|certainty|probability))?",
        re.IGNORECASE,
    ),
    re.compile(
        r"(?<![\w.,:/-])(?P<raw>\d{1,3}) and (?P<second>\d{1,3}\s?(?:%|percent|per cent))(?=\s(?:confiden|sure|"
        r"certain)|,? respectively)",
        re.IGNORECASE,
    ),
    re.compile(r"[(\[]\s?(?P<raw>0?\.\d{1,4}|1\.0+)\s?[)\]]"),
    re.compile(
        r"(?<![\w.,:/-])(?P<raw>[01]?\.\d{1,4}|\d{1,3}) (?:confident|confidence|certainty|probability|likelihood)\b",
        re.IGNORECASE,
    ),
)


_TOLD_FOR = re.compile(
    r"(?<![\w.,:/-])(?P<raw>[01]?\.\d{1,4}|\d{1,3}(?:\.\d+)?(?:\s?%)?)(?= for (?!\d))", re.IGNORECASE
)
_LEVEL_TOLD = re.compile(rf"\b(?P<raw>{_LEVEL})(?=\s*(?:[,;.]|$|and\b|for\b))", re.IGNORECASE)
_ANY_WORD = re.compile(rf"\b(?:{_WORD})\b", re.IGNORECASE)


def confidences_in(text: str) -> list[Spotted]:
    """Return the confidences in a text, as written: `87 %`, `confidence: 0.9`, `8/10`, `high confidence`."""
    found: list[Spotted] = []
    text = _PERCENT_WORDS.sub(_in_digits, text)
    told_for = [_TOLD_FOR, _LEVEL_TOLD] if " for " in text and _ANY_WORD.search(text) else []
    for pattern in (*_CONFIDENCES, *told_for):
        here = [each for match in pattern.finditer(text) for each in _amounts(match)]
        text = blanked(text, here)
        found += here
    return sorted(found)


_TENS = {"ten": 10, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80}
_TENS |= {"ninety": 90, "hundred": 100}
_ONES = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9}
_PERCENT_WORDS = re.compile(
    rf"\b(?:(?:one|a) )?(?P<tens>{'|'.join(_TENS)})(?:[- ](?P<one>{'|'.join(_ONES)}))?(?= per ?cent\b)", re.IGNORECASE
)


def _in_digits(match: re.Match[str]) -> str:
    """Return a number in words as digits, as long as the words were: "eighty-five percent"."""
    number = _TENS[match.group("tens").casefold()] + _ONES.get((match.group("one") or "").casefold(), 0)
    return str(number).rjust(len(match.group()))


def _amounts(match: re.Match[str]) -> list[Spotted]:
    """Return the confidence a match found, and the second of "confidence 90 and 70"."""
    second = match.group("second") if "second" in match.re.groupindex else None
    if second is None:
        return [Spotted(match.start(), match.end(), match.group("raw").strip())]
    at = match.start("second")
    return [Spotted(match.start(), at, match.group("raw").strip()), Spotted(at, match.end(), second.strip())]
