"""Times inside running text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

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
_JOIN = re.compile(
    r"\s*[)\]]?(?:\s+in\b)?\s*(?:-{1,3}>?|=>|[\u2192\u279c\u2794\u27a1\u27f6]|[\u2500\u2501]{1,40}>?|"
    r"[\u2010-\u2015\u2212~\u301c\uff5e]|\.{2,3}|\u2026|(?:,\s*)?\b(?:back to|to|"
    r"until|till|through|thru|up to|bis|"
    r"hasta|a|al|ao|aos|\u00e0s|jusqu'\u00e0)\b(?:\s+about)?|\u00e0|\u304b\u3089|\u5230|\u81f3|\uc5d0\uc11c|"
    r"\u0625\u0644\u0649|\u0938\u0947|\u043f\u043e|\u0434\u043e|\u043f\u043e|\ubd80\ud130|"
    r",?\s*(?:and|und)?\s*(?:it\s+|then\s+)?\b(?:ends?|ending|stops?|stopping|finish(?:es|ing)?|is over|goes on|lasts?|"
    r"lasting|continu(?:es|ing)|going on|running on)\b\s*"
    r"(?:at|until|to|till|by|for|around|about)?[\s:]*)\s*(?:(?:roughly|approximately|nearly|almost|just|shortly|around|"
    r"about|some)\s+(?:before\s+|after\s+)?)?[(\[]?\s*"
    r"(?:\b(?:(?:the|el|der|die|la|le|o|il)\s+)?(?:seconds?|sec|sekunde|secondo|segundo|seconde|minut[eo]s?|time|"
    r"timestamp)\s+|t\s*=\s*|\b(?:the|el|der|die|la|le|o|il)\s+)?",
    re.IGNORECASE,
)
_AND = re.compile(
    r"\s*[)\]]?\s*\b(?:and|und|y|et|e)\b\s*[(\[]?\s*(?:(?:the|el|le)\s+)?(?:(?:seconds?|minutes?|segundo)\s+)?",
    re.IGNORECASE,
)
_COMMA = re.compile(r"\s*[,;|]\s*")
_BETWEEN = re.compile(
    r"\b(?:between|entre|zwischen|tra|fra)\s+(?:(?:the|el|los|las|le|les|der|den|die|i)\s+)?(?:(?:seconds?|minutes?|"
    r"sekunde|"
    r"segundos?)\s+)?[(\[]?\s*$",
    re.IGNORECASE,
)
_FROM = re.compile(
    r"(?:\b(?:from|between|von|de|do|dos|das|desde|dal|seconds?|sekunde|seconde|secondo|segundo|start(?:s|"
    r"ing)?(?: at)?:?)\s+|[(\[]\s?)$",
    re.IGNORECASE,
)
_BRACKET = re.compile(r"[(\[]\s?$")
_ONLY_END = re.compile(r"\b(?:until|till|up to)\s+$", re.IGNORECASE)
_OF_THE_VIDEO = re.compile(
    r"[- ]?(?:in total|total|overall|altogether|long\b|of (?:footage|screen time|air ?time|material)|each\b|apiece|"
    r"(?:long )?(?:video|clip|recording|film|footage|movie|stream))\b",
    re.IGNORECASE,
)
_WHOLE = re.compile(
    r"\b(?:throughout|during|over|across|for)\s+the\s+(?:entire|whole|full|complete)\s+(?:video|clip|footage|film|"
    r"recording)\b",
    re.IGNORECASE,
)
_ONE_UNIT = re.compile(r"\b(?P<which>first|last|final) (?P<unit>half minute|minute)\b(?! \d|\s?mark)", re.IGNORECASE)
_TOLD_EXACTLY = re.compile(r"\s?[(\[]\s?\d")
_ONE_UNITS = {"half minute": 30.0, "minute": 60.0}


def _by_one_unit(match: re.Match[str]) -> Spotted:
    """Return the stretch of "the first minute" or "the last minute"."""
    length = _ONE_UNITS[match.group("unit").casefold()]
    if match.group("which").casefold() == "first":
        return Spotted(match.start(), match.end(), Stretch(Moment(0.0), Moment(length)))
    return Spotted(match.start(), match.end(), Stretch(Moment(length, from_end=True), Moment(float("inf"))))


_LASTING = re.compile(
    r"\bfor\s+"
    r"(?:(?:about|around|nearly|almost|roughly|over|another|some|approximately|circa|more than|less than|at least|"
    r"up to) )?$",
    re.IGNORECASE,
)
_ONWARDS = re.compile(r"\s*(?:onwards?|and onwards?|(?:un)?til the (?:very )?end|to the end)\b", re.IGNORECASE)
_REST = re.compile(r"\b(?:last|final|rest|remainder|remaining)\b[^.;:\d]{0,40}\bfrom\s+$", re.IGNORECASE)
_FIRST = re.compile(r"\bfirst\s+$", re.IGNORECASE)
_LAST = re.compile(r"\b(?:last|final)\s+$", re.IGNORECASE)
_LENGTH = re.compile(r"\b(?:lasts?|lasting|continu(?:es|ing))\s*(?:for|about|around)?\s*$", re.IGNORECASE)
_ODD = re.compile(
    r"(?<=\bsecond)[- ]mark\b|(?<=\bminute)[- ]mark\b|"
    r"(?<=\d)(?:st|nd|rd|th)(?P<unit>\s(?:seconds?|minutes?)\b)?|(?<=\d)-(?=(?:minutes?|seconds?|min|sec)\b)|"
    r"\u7b2c(?=\d)|(?<=\bsec)\.(?=\s*[-\u2010-\u2015])",
    re.IGNORECASE,
)
_UNIT_FIRST = re.compile(
    r"\b(?:second|sekunde|segundo|seconde|secondo|"
    r"\u0627\u0644\u062b\u0627\u0646\u064a\u0629)\s(\d{1,6}(?:[.,]\d{1,3})?)(?![\w:]|\s?(?:s|sec|seconds?|sekunden)\b)",
    re.IGNORECASE,
)
_MINUTES = re.compile(r"\d\s?m(?:in|\b)", re.IGNORECASE)


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
    text = _WHOLE_MINUTES.sub(
        lambda match: f"{match.group(1)}:00 {match.group(2)} {match.group(3)}:00".ljust(len(match.group())), text
    )
    text = _AND_A_HALF.sub(lambda match: f"{60 * _number_of(match.group(1)) + 30} s".ljust(len(match.group())), text)
    text = _MINUTE_FIRST.sub(lambda match: f"{match.group(1)} min".ljust(len(match.group())), text)
    text = _COUNTED_BEHIND.sub(_in_seconds, text)
    text = _UNIT_FIRST.sub(lambda match: f"{match.group(1)} s".ljust(len(match.group())), text)
    text = _ODD.sub(_evened, _COUNTED.sub(_in_digits, text))
    tokens = [_token(match) for match in _TOKEN.finditer(text)]
    known = [token for token in tokens if token is not None]
    whole = _WHOLE.search(text) if not known else None
    if whole is not None:
        return [Spotted(whole.start(), whole.end(), Stretch(Moment(0.0), Moment(float("inf"))))]
    found = [_by_one_unit(match) for match in _ONE_UNIT.finditer(text) if not _TOLD_EXACTLY.match(text, match.end())]
    at = 0
    while at < len(known):
        one = known[at]
        two = known[at + 1] if at + 1 < len(known) else None
        chained = bool(found) and _CHAIN.fullmatch(text, found[-1].end, one.start) is not None
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


_MINUTE_FIRST = re.compile(r"\bminute (\d{1,3})\b(?![:.,]\d|\s?(?:min|seconds?|sec|and \d))", re.IGNORECASE)
_WHOLE_MINUTES = re.compile(r"\bminutes (\d{1,3}) (and|to|until|-) (\d{1,3})\b(?![:.,]\d)", re.IGNORECASE)
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


_OVER = re.compile(
    r"\b(?:is over|ends?|stops?|finishes|is gone|disappears)\s*(?:about |around |"
    r"roughly )?$",
    re.IGNORECASE,
)
_BEGUN = re.compile(
    r"\b(?:having (?:begun|started)|(?:which|it|that) (?:had )?(?:began|begun|started)|after (?:starting|having "
    r"started|beginning)(?: it)?)\s+(?:at|"
    r"from)?\s*$|[(,]\s*(?:beginning|starting|having started)\s+at\s+$",
    re.IGNORECASE,
)


_LATER = re.compile(r"\s*(?:later|afterwards)\b", re.IGNORECASE)


_SINCE = re.compile(r"^,?\s*(?:beginning|starting|from)\s+(?:at\s+)?$", re.IGNORECASE)


_LENGTH_KEY = re.compile(r"\b(?:dur|duration|length|len)\s?[=:]\s?$", re.IGNORECASE)


def _between(text: str, one: _Token, two: _Token) -> Stretch:
    if _LENGTH_KEY.search(text[one.end : two.start]):
        return Stretch(one.moment, Moment(one.moment.seconds + two.moment.seconds))
    if _SINCE.match(text[one.end : two.start]) and _LASTING.search(text[max(0, one.start - 24) : one.start]):
        return Stretch(two.moment, Moment(two.moment.seconds + one.moment.seconds))
    if ":" not in two.text and _LATER.match(text, two.end):
        return Stretch(one.moment, Moment(one.moment.seconds + two.moment.seconds))
    if _BEGUN.search(text[one.end : two.start]):
        return Stretch(two.moment, one.moment)
    start = _like(one, two)
    if _LENGTH.search(text[one.end : two.start]) or _LASTING.search(text[one.end : two.start]):
        return Stretch(start, Moment(start.seconds + two.moment.seconds))
    return Stretch(start, two.moment)


def _alone(text: str, one: _Token) -> Stretch | None:
    """Return the stretch that a time with no other beside it stands for; None when it tells only where one ends."""
    before = text[max(0, one.start - 24) : one.start]
    if _OF_THE_VIDEO.match(text, one.end):
        return None
    if _LAST.search(before):
        return Stretch(one.moment._replace(from_end=True), Moment(float("inf")))
    if _ONLY_END.search(before) or _LASTING.search(before):
        return None
    if _FIRST.search(before):
        return Stretch(Moment(0.0), one.moment)
    onwards = _ONWARDS.match(text, one.end) or _REST.search(text[max(0, one.start - 60) : one.start])
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
    if one.kind == "bare" and two.kind == "sure" and _MINUTES.search(two.text):
        return Moment(one.moment.seconds * 60)
    return one.moment


def _joined(text: str, one: _Token, two: _Token, *, bare: bool) -> bool:
    before = text[max(0, one.start - 20) : one.start]
    between = text[one.end : two.start]
    if len(between) > 40:
        return False
    joined = _JOIN.fullmatch(between) is not None
    if not joined and _AND.fullmatch(between):
        joined = _BETWEEN.search(before) is not None
    if not joined and _COMMA.fullmatch(between):
        joined = _BRACKET.search(before) is not None and text[two.end : two.end + 2].strip()[:1] in ("]", ")")
    if not joined:
        return False
    if "sure" in (one.kind, two.kind) or one.kind == two.kind == "edge":
        return True
    if _SCORE.search(before):
        return False
    return one.kind == two.kind == "bare" and (
        bare
        or _BETWEEN.search(before) is not None
        or _FROM.search(before) is not None
        or _BEHIND_NAME.search(before) is not None
    )


_ENDED = re.compile(
    r"\b(?:until(?: [\w'\u2019,-]+){1,8}? (?:at|by|around)|until(?: (?:the|this) (?:video|clip|footage|recording|"
    r"film) (?:stops|ends|is over))?(?: at)?|(?:is|was|"
    r"are) (?:over|out of \w+|done|gone|finished|back \w+ \w+ \w+) (?:at|by)|till|hasta|at\u00e9|bis(?: zu[rm]?)?|"
    r"jusqu'\u00e0|fino a|\u0434\u043e|(?:endet|termina|finit|"
    r"finisce)(?: bei| en| \u00e0| a)?|(?:ends?|stops?|finish(?:es)?|leaves?|closes?|is over|disappears?|is gone|"
    r"drives off|fades|(?:is |are |was |were )?(?:dropped|complete|completed)|dissolves|wakes up|breaks up|subsides|"
    r"dispers(?:es|ed)|drops|lets? up|wraps? (?:it |this )?up|goes (?:on )?(?:to|until|till)|running (?:to|until|"
    r"till|through)|through|conclud(?:es|ed)|vanish(?:es|ed)?|ceases?|"
    r"ceased|dies down|"
    r"tapers off|clears(?: up)?|(?:wip|clean|clear)(?:es|ed|s) (?:it |them )?(?:up|away)|comes to an end|exits|departs|"
    r"is put away|winds down|is over|is finished|goes away|(?:is )?(?:switched|turned) off)(?: \w+){0,3}?"
    r"(?: at| by| around)|ending at|(?:lasts?|continu(?:es|ing)|goes on|runs?|stays?|remains?|up)(?: until| till|"
    r" to| through))"
    r"(?:\s+(?:about|around|roughly|approximately|nearly|almost|the))?\s*[(\[]?\s*$",
    re.IGNORECASE,
)
_SCORE = re.compile(r"\b(?:score|scoreboard|result|lead|leads|ahead|won|win)\w*\s(?:\w+\s){0,2}$", re.IGNORECASE)
_CHAIN = re.compile(r"\s*(?:,|;|/|\band\b|&|\+)\s*(?:and\s+)?", re.IGNORECASE)
"""What stands between two of several ranges."""
_FARTHEST = 160
_STOPS = re.compile(
    r";(?! (?:it|that|this|they|she|he)\b)|\n|\b(?:second|next|another|third|also|"
    r"then)\b",
    re.IGNORECASE,
)
_BEHIND_NAME = re.compile("\x00[\\s:@=|,\u2013\u2014-]{1,4}(?:at|from)?\\s?$")
_NAME = re.compile("\x00+")


def _ended(text: str, one: _Token, two: _Token) -> bool:
    """Return whether a single time is the end of what began at the one before, some words away.

    "At 0:12 the frying starts and it goes on until 0:40". With a name before the first time no other may stand between.
    """
    between = text[one.end : two.start]
    if (
        one.kind == two.kind == "sure"
        and len(between) <= 40
        and _LASTING.search(between)
        and not _STOPS.search(between)
    ):
        return ":" in one.text or "s" in one.text
    if one.kind != "sure" or two.kind == "bare" or len(between) > _FARTHEST:
        return False
    if _LENGTH_KEY.search(between):
        return True
    if _SINCE.search(between) and _LASTING.search(text[max(0, one.start - 24) : one.start]):
        return True
    if _BEGUN.search(between):
        return two.moment.seconds < one.moment.seconds  # Told after its end.
    if _ENDED.search(between) is None and not (_LATER.match(text, two.end) and _OVER.search(between)):
        return False
    if _STOPS.search(between) or _ONLY_END.search(text[max(0, one.start - 12) : one.start]):
        return False
    names = len(_NAME.findall(between))
    return names == 0 or (names == 1 and "\x00" not in text[max(0, one.start - _FARTHEST) : one.start])


def blanked(text: str, found: Iterable[Spotted]) -> str:
    """Return a text with what was found in it, in its order, replaced by signs that mean nothing, offsets unchanged."""
    pieces, at = [], 0
    for each in found:
        pieces += [text[at : each.start], "\x00" * (each.end - each.start)]
        at = each.end
    return "".join([*pieces, text[at:]])
