"""Times inside running text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from pegasus_classify.reading.time_signs import (
    AND,
    BEGUN,
    BEHIND_NAME,
    BETWEEN,
    BRACKET,
    CHAIN,
    COMMA,
    ENDED,
    FIRST,
    FROM,
    JOIN,
    LAST,
    LASTING,
    LATER,
    LENGTH,
    LENGTH_KEY,
    MINUTE_FIRST,
    MINUTES,
    NAME,
    ODD,
    OF_THE_VIDEO,
    ONE_UNIT,
    ONLY_END,
    ONWARDS,
    OVER,
    REST,
    SCORE,
    SINCE,
    STOPS,
    TOLD_EXACTLY,
    UNIT_FIRST,
    WHOLE,
    WHOLE_MINUTES,
)
from pegasus_classify.reading.timecodes import CLOCK, SPOKEN, Moment, Stretch, moment_of

__all__ = ["Spotted", "blanked", "times_in"]


class Spotted(NamedTuple):
    """Something found in a text: half-open offsets and what it is."""

    start: int
    end: int
    value: object


_NUMBER = r"\d{1,6}(?:[.,]\d{1,4})?"
# What a number may not touch: writing without spaces ("\u7b2c15\u79d2\u5230") puts its own letters around numbers.
_LETTER = "[0-9A-Za-z_\u00aa-\u052f]"
_SURE = rf"(?:{CLOCK}|{SPOKEN})"
_TOKEN = re.compile(
    rf"(?P<sure>(?<!{_LETTER})(?<!\d:)(?:(?<!\.)|(?<=\.\.))(?:(?<![\s\S])-|(?<=[:=(\[] )-|"
    rf"(?<=[:=(\[])-)?{_SURE}(?!{_LETTER}))"
    rf"(?:(?: in| into the video)?\s?[(\[]\s?(?:{_SURE})\s?[)\]])?"
    rf"|(?P<bare>(?<!{_LETTER})(?<![:.,]){_NUMBER}(?!{_LETTER}|:|[.,]\d|\s?%))"
    rf"|(?P<edge>\b(?:el|al|il|la) fin(?:al|e)?\b(?: del v[i\u00ed]deo)?|\bthe (?:very )?(?:end|beginning|start|"
    rf"first (?:frame|second|moment)(?!s)|last(?: frame| second| moment)?(?=[\s.,;)]*(?:$|"
    rf"[.,;)]| at \d)))(?: of the (?:video|clip|footage|film|recording))?\b)"
    rf"(?:\s?[(\[]\s?(?:{_SURE})\s?[)\]]|\sat\s(?:{_SURE}))?",
    re.IGNORECASE,
)
_ONE_UNITS = {"half minute": 30.0, "minute": 60.0}


def _by_one_unit(match: re.Match[str]) -> Spotted:
    """Return the stretch of "the first minute" or "the last minute"."""
    length = _ONE_UNITS[match.group("unit").casefold()]
    if match.group("which").casefold() == "first":
        return Spotted(match.start(), match.end(), Stretch(Moment(0.0), Moment(length)))
    return Spotted(match.start(), match.end(), Stretch(Moment(length, from_end=True), Moment(float("inf"))))


class _Token(NamedTuple):
    start: int
    end: int
    kind: str
    moment: Moment
    text: str


def times_in(text: str, *, bare: bool = False) -> list[Spotted]:
    """Return the stretches and single times in a text, in its order.

    Args:
        text: A line or a sentence.
        bare: True where plain numbers joined by a dash are times: behind the name of a class.

    A plain number alone is never a time. Of two plain numbers one needs a unit, or both stand in brackets, behind
    "from" or "between", or where `bare` allows it.
    """
    text = text.replace("*", " ").replace("`", " ")
    text = WHOLE_MINUTES.sub(
        lambda match: f"{match.group(1)}:00 {match.group(2)} {match.group(3)}:00".ljust(len(match.group())), text
    )
    text = _AND_A_HALF.sub(lambda match: f"{60 * _number_of(match.group(1)) + 30} s".ljust(len(match.group())), text)
    text = MINUTE_FIRST.sub(lambda match: f"{match.group(1)} min".ljust(len(match.group())), text)
    text = _COUNTED_BEHIND.sub(_in_seconds, text)
    text = UNIT_FIRST.sub(lambda match: f"{match.group(1)} s".ljust(len(match.group())), text)
    text = ODD.sub(_evened, _COUNTED.sub(_in_digits, text))
    tokens = [_token(match) for match in _TOKEN.finditer(text)]
    known = [token for token in tokens if token is not None]
    whole = WHOLE.search(text) if not known else None
    if whole is not None:
        return [Spotted(whole.start(), whole.end(), Stretch(Moment(0.0), Moment(float("inf"))))]
    found = [_by_one_unit(match) for match in ONE_UNIT.finditer(text) if not TOLD_EXACTLY.match(text, match.end())]
    at = 0
    while at < len(known):
        one = known[at]
        two = known[at + 1] if at + 1 < len(known) else None
        chained = bool(found) and CHAIN.fullmatch(text, found[-1].end, one.start) is not None
        if two is not None and (_joined(text, one, two, bare=bare or chained) or _ended(text, one, two)):
            found.append(Spotted(one.start, two.end, _between(text, one, two)))
            at += 2
            continue
        alone = _alone(text, one) if one.kind == "sure" else None
        if alone is not None:
            found.append(Spotted(one.start, one.end, alone))
        at += 1
    return sorted(found, key=lambda each: each.start)


_COUNTING = {
    word: number
    for number, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ]
    )
}
_TENS = {word: 10 * number for number, word in enumerate(["twenty", "thirty", "forty", "fifty"], 2)}
_COUNTED = re.compile(
    rf"\b(?:(?P<tens>{'|'.join(_TENS)})[- ]?(?P<unit>{'|'.join(_COUNTING)})?|(?P<one>{'|'.join(_COUNTING)}))"
    r"(?P<gap>[- ])(?=(?:seconds?|minutes?|hours?)\b)",
    re.IGNORECASE,
)
_COUNTED_BEHIND = re.compile(
    rf"(?:(?<=\bminute )|(?<=\bminutes )|(?<=\bsecond ))"
    rf"(?:(?P<tens>{'|'.join(_TENS)})[- ]?(?P<unit>{'|'.join(_COUNTING)})?|"
    rf"(?P<one>{'|'.join(_COUNTING)}))\b(?<!second one)(?!\s?(?:seconds?|sec)\b)",
    re.IGNORECASE,
)


def _in_digits(match: re.Match[str]) -> str:
    """Return a number in words as digits, as long as the words were: "forty-five seconds"."""
    return f"{_in_digits_of(match)} ".rjust(len(match.group()))


def _in_digits_of(match: re.Match[str]) -> int:
    words = {name: (word or "").casefold() for name, word in match.groupdict().items()}
    return _TENS.get(words["tens"], 0) + _COUNTING.get(words["unit"] or words["one"], 0)


_AND_A_HALF = re.compile(
    rf"\b(\d{{1,3}}|an?|{'|'.join(_COUNTING)}) (?:minutes? and a half\b|and a half minutes?\b)(?: in(?=\s))?",
    re.IGNORECASE,
)


def _number_of(word: str) -> int:
    return int(word) if word.isdigit() else _COUNTING.get(word.casefold(), 1)


def _in_seconds(match: re.Match[str]) -> str:
    """Return the seconds behind minutes in words, or the number behind "second", as long as the words were."""
    number = _in_digits_of(match)
    behind = match.string[max(0, match.start() - 8) : match.start()].casefold()
    return (f"{number} s" if "minute" in behind else f"{number}").ljust(len(match.group()))


def _evened(match: re.Match[str]) -> str:
    """Return what a sign between a number and its unit is replaced with; the length stays."""
    return (match.group("unit") or "").ljust(len(match.group()))


def _between(text: str, one: _Token, two: _Token) -> Stretch:
    if LENGTH_KEY.search(text[one.end : two.start]):
        return Stretch(one.moment, Moment(one.moment.seconds + two.moment.seconds))
    if SINCE.match(text[one.end : two.start]) and LASTING.search(text[max(0, one.start - 24) : one.start]):
        return Stretch(two.moment, Moment(two.moment.seconds + one.moment.seconds))
    if ":" not in two.text and LATER.match(text, two.end):
        return Stretch(one.moment, Moment(one.moment.seconds + two.moment.seconds))
    if BEGUN.search(text[one.end : two.start]):
        return Stretch(two.moment, one.moment)
    start = _like(one, two)
    if LENGTH.search(text[one.end : two.start]) or LASTING.search(text[one.end : two.start]):
        return Stretch(start, Moment(start.seconds + two.moment.seconds))
    return Stretch(start, two.moment)


def _alone(text: str, one: _Token) -> Stretch | None:
    """Return the stretch that a time with no other beside it stands for; None when it tells only where one ends."""
    before = text[max(0, one.start - 24) : one.start]
    if OF_THE_VIDEO.match(text, one.end):
        return None
    if LAST.search(before):
        return Stretch(one.moment._replace(from_end=True), Moment(float("inf")))
    if ONLY_END.search(before) or LASTING.search(before):
        return None
    if FIRST.search(before):
        return Stretch(Moment(0.0), one.moment)
    onwards = ONWARDS.match(text, one.end) or REST.search(text[max(0, one.start - 60) : one.start])
    return Stretch(one.moment, Moment(float("inf")) if onwards else None)


def _token(match: re.Match[str]) -> _Token | None:
    kind = match.lastgroup or ""
    raw = match.group(kind)
    if kind == "edge":
        last = any(word in raw.casefold() for word in ("end", "last", "fin"))
        moment = Moment(float("inf")) if last else Moment(0.0)
        return _Token(match.start(), match.end(), kind, moment, raw)
    found = moment_of(raw.removeprefix("-"))
    if found is not None and raw[0] == "-":
        found = Moment(-found.seconds)
    return None if found is None else _Token(match.start(), match.end(), kind, found, raw)


def _like(one: _Token, two: _Token) -> Moment:
    """Return the start of a stretch; a plain number takes the unit of its end ("from 1 to 2 minutes")."""
    if one.kind == "bare" and two.kind == "sure" and MINUTES.search(two.text):
        return Moment(one.moment.seconds * 60)
    return one.moment


def _joined(text: str, one: _Token, two: _Token, *, bare: bool) -> bool:
    before = text[max(0, one.start - 20) : one.start]
    between = text[one.end : two.start]
    if len(between) > 40:
        return False
    joined = JOIN.fullmatch(between) is not None
    if not joined and AND.fullmatch(between):
        joined = BETWEEN.search(before) is not None
    if not joined and COMMA.fullmatch(between):
        joined = BRACKET.search(before) is not None and text[two.end : two.end + 2].strip()[:1] in ("]", ")")
    if not joined:
        return False
    if "sure" in (one.kind, two.kind) or one.kind == two.kind == "edge":
        return True
    if SCORE.search(before):
        return False
    return one.kind == two.kind == "bare" and (
        bare
        or BETWEEN.search(before) is not None
        or FROM.search(before) is not None
        or BEHIND_NAME.search(before) is not None
    )


_FARTHEST = 160


def _ended(text: str, one: _Token, two: _Token) -> bool:
    """Return whether a single time is the end of what began at the one before, some words away.

    "At 0:12 the frying starts and it goes on until 0:40". With a name before the first time no other may stand between.
    """
    between = text[one.end : two.start]
    if one.kind == two.kind == "sure" and len(between) <= 40 and LASTING.search(between) and not STOPS.search(between):
        return ":" in one.text or "s" in one.text
    if one.kind != "sure" or two.kind == "bare" or len(between) > _FARTHEST:
        return False
    if LENGTH_KEY.search(between):
        return True
    if SINCE.search(between) and LASTING.search(text[max(0, one.start - 24) : one.start]):
        return True
    if BEGUN.search(between):
        return two.moment.seconds < one.moment.seconds  # Told after its end.
    if ENDED.search(between) is None and not (LATER.match(text, two.end) and OVER.search(between)):
        return False
    if STOPS.search(between) or ONLY_END.search(text[max(0, one.start - 12) : one.start]):
        return False
    names = len(NAME.findall(between))
    return names == 0 or (names == 1 and "\x00" not in text[max(0, one.start - _FARTHEST) : one.start])


def blanked(text: str, found: Iterable[Spotted]) -> str:
    """Return a text with what was found in it, in its order, replaced by signs that mean nothing, offsets unchanged."""
    pieces, at = [], 0
    for each in found:
        pieces += [text[at : each.start], "\x00" * (each.end - each.start)]
        at = each.end
    return "".join([*pieces, text[at:]])
