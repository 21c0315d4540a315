"""Times as models write them, in seconds."""

from __future__ import annotations

import re
from typing import NamedTuple

from pegasus_classify.contract.quantities import Seconds

__all__ = ["CLOCK", "SPOKEN", "Moment", "Stretch", "moment_of", "resolved", "stretch_of"]


class Moment(NamedTuple):
    """One point in time.

    Attributes:
        seconds: From the start of the video, as the notation says.
        from_end: True when the seconds count back from the end of the video ("the last 15 seconds").
        otherwise: What the same notation is when its first group is minutes (`10:38:00` for 10 min 38 s); else None.
    """

    seconds: Seconds
    otherwise: Seconds | None = None
    from_end: bool = False


class Stretch(NamedTuple):
    """A start and an end as written; `end` is None when only one time stands there."""

    start: Moment
    end: Moment | None


_NUMBER = r"\d{1,9}(?:[.,]\d{1,6})?"
_HOURS = (
    r"(?:h(?:ours?|rs?)?|stunden?|std|horas?|heures?)(?![^\W\d_])|\u6642\u9593|\u5c0f\u65f6|"
    r"\u5c0f\u6642|\u65f6|\u6642|\uc2dc\uac04"
)
_MINUTES = (
    r"(?:m(?:in(?:ut(?:e[ns]?|os?))?s?)?)(?![^\W\d_])\.?|\u5206\u949f|\u5206\u9418|\u5206|\ubd84|"
    r"\u062f\u0642\u064a\u0642\u0629|"
    r"\u062f\u0642\u0627\u0626\u0642|'(?!')|\u2032|\u2019"
)
_SECONDS = (
    r"(?:s(?:ec(?:ond)?s?|ek(?:unden?)?|egundos?|econdes?)?)(?![^\W\d_])|\u79d2\u949f|\u79d2\u9418|\u79d2|\ucd08|"
    r"\u062b\u0627\u0646\u064a\u0629|\u062b\u0648\u0627\u0646\u064a|\u062b\u0648\u0627\u0646|"
    r"\u0441\u0435\u043a\u0443\u043d\u0434\w*|\"|\u2033|\u201d|''"
)
_MILLISECONDS = r"(?:ms|msecs?|millisec(?:ond)?s?|millisekunden?)(?![^\W\d_])"
_GLUE = r"\s{0,9}(?:(?:,|and\b|und\b|y\b|et\b)\s{0,12})?"
CLOCK = r"(?:\d{1,6}:\d{1,2}:\d{1,2}(?::\d{1,2})?|\d{1,6}:\d{2})(?:[.,;]\d{1,6})?"
"""A pattern for times with colons."""

_HMS = (
    rf"(?:{_NUMBER}\s?(?:{_HOURS}){_GLUE})?(?:{_NUMBER}\s?(?:{_MINUTES}){_GLUE})?{_NUMBER}\s?(?:{_SECONDS})",
    rf"(?:{_NUMBER}\s?(?:{_HOURS}){_GLUE})?{_NUMBER}\s?(?:{_MINUTES})",
    rf"{_NUMBER}\s?(?:{_HOURS})",
    rf"{_NUMBER}\s?(?:{_MILLISECONDS})",
)
SPOKEN = "(?:" + "|".join(_HMS) + ")"
"""A pattern for times with units: `1 min 5 s`, `12.5 seconds`, `2h`."""

_SPOKEN = re.compile(SPOKEN, re.IGNORECASE)
_PARTS = tuple(re.compile(rf"({_NUMBER})\s?(?:{unit})", re.IGNORECASE) for unit in (_HOURS, _MINUTES, _SECONDS))
_SIZES = (3600.0, 60.0, 1.0)
_CLOCK = re.compile(CLOCK)
_PLAIN = re.compile(
    r"[+]?(\d{1,9}(?:[.,]\d{1,6})?|\.\d{1,6})(?:\s*(ms|msecs?|millisec(?:ond)?s?|millisekunden?))?", re.IGNORECASE
)
_ISO = re.compile(r"PT(?:(\d{1,5}(?:\.\d+)?)H)?(?:(\d{1,6}(?:\.\d+)?)M)?(?:(\d{1,8}(?:\.\d{1,6})?)S)?")
_TWICE = re.compile(r"(.+?)\s*[(\[]\s*(.+?)\s*[)\]]\s*\Z", re.DOTALL)
_SAID_OF_TIME = re.compile(
    r"(?:approx(?:imate(?:ly)?)?\.?|about|estimated?|start|end|begin(?:ning)?|mm:ss|seconds?|sec|s)", re.IGNORECASE
)
_ABOUT = re.compile(
    r"\s*(?:[~\u2248@<>\[(]|about|around|approx(?:imately|\.)?|circa|ca\.|roughly|at|from|t\s*=|timestamp:?|"
    r"time:?)\s*",
    re.IGNORECASE,
)
_TAIL = re.compile(r"\s*(?:[\])]|into the video|onwards?|mark|\.)\s*\Z", re.IGNORECASE)
_BETWEEN = re.compile(
    r"\s*(?:-{1,3}>?|=>|\u2192|[\u2010-\u2015\u2212~\u301c\uff5e/|]|\.{2,3}|\u2026|\bto\b|\buntil\b|\btill\b|"
    r"\bthrough\b|\bthru\b|\band\b|\bbis\b|\bhasta\b|\bund\b|\ba\b|\bal\b|\u304b\u3089|\u5230|\u81f3|"
    r"\uc5d0\uc11c|\u0625\u0644\u0649|,|;)\s*",
    re.IGNORECASE,
)


def _number(text: str) -> float:
    return float(text.replace(",", "."))


def moment_of(text: str) -> Moment | None:
    """Return the time a text is, or None when it is no single time: `""`, `":00:00"`, `unknown`, `soon`.

    `75`, `75.5s`, `1:15`, `0:01:15.5`, `1m 15s`, `1 min 15 sec`, `PT1M15S`, `75s (01:15)`, `about 75 seconds`,
    `00:01:15,500`, `75000 ms`.
    """
    if len(text) > 80:
        return None
    text = text.strip()
    if text[:1] in ("'", '"') and text[:1] == text[-1:]:
        text = text[1:-1].strip()
    for _ in range(3):
        found = _bare(text)
        if found is not None:
            return found
        twice = _TWICE.match(text)
        if twice is not None:
            # "145s (02:25)" says it twice; the seconds come first and are exact.
            first, second = moment_of(twice.group(1)), moment_of(twice.group(2))
            return first or second if second is not None or _SAID_OF_TIME.fullmatch(twice.group(2)) else None
        shorter = _TAIL.sub("", _ABOUT.sub("", text, count=1) if _ABOUT.match(text) else text)
        if shorter == text:
            return None
        text = shorter
    return None


def _bare(text: str) -> Moment | None:
    if _CLOCK.fullmatch(text):
        return _clock(text)
    number = _PLAIN.fullmatch(text)
    if number is not None:
        return Moment(_number(number.group(1)) * (0.001 if number.group(2) else 1.0))
    if _SPOKEN.fullmatch(text):
        return Moment(_sum([part.search(text) for part in _PARTS]))
    iso = _ISO.fullmatch(text)
    if iso is None or not any(iso.groups()):
        return None
    return Moment(sum(_number(group) * size for group, size in zip(iso.groups(), _SIZES, strict=True) if group))


def _sum(parts: list[re.Match[str] | None]) -> float:
    return sum(_number(part.group(1)) * size for part, size in zip(parts, _SIZES, strict=True) if part is not None)


def _clock(text: str) -> Moment | None:
    whole, _, fraction = text.replace(",", ".").replace(";", ".").partition(".")
    groups = [int(group) for group in whole.split(":")]
    if len(groups) > 2 and groups[1] > 59:
        return None
    rest = float(f"0.{fraction}") if fraction else 0.0
    if len(groups) == 2:
        return Moment(groups[0] * 60.0 + groups[1] + rest)
    seconds = groups[0] * 3600.0 + groups[1] * 60.0 + groups[2] + rest
    minutes = groups[0] * 60.0 + groups[1] if len(groups) == 3 and groups[2] == 0 and not rest else None
    return Moment(seconds, minutes)


def stretch_of(text: str) -> Stretch | None:
    """Return the stretch or the single time that a whole text is; None when it is neither.

    `46s - 50s`, `[7s (00:07)~17s (00:17)]`, `0:00-0:20`, `11:33 to 11:43`, `12-30`,
    `00:00:01,000 --> 00:00:04,000`, `from 6s and 12s`.
    """
    if len(text) > 160:
        return None
    text = text.strip()
    single = _bare(text)
    if single is not None:
        return Stretch(single, None)
    inner = text[1:-1] if text[:1] + text[-1:] in ("[]", "()", "{}", "<>", '""', "''") else text
    for match in _BETWEEN.finditer(inner):
        start, end = moment_of(inner[: match.start()].removeprefix("between ")), moment_of(inner[match.end() :])
        if start is not None and end is not None:
            return Stretch(start, end)
    single = moment_of(text)
    return None if single is None else Stretch(single, None)


def resolved(stretch: Stretch, duration: Seconds | None) -> tuple[Seconds, Seconds, bool]:
    """Return start and end in seconds, and whether groups had to be read as minutes, seconds and nothing.

    Only the length of the video can tell `10:38:00` as hours from the same as minutes: what lies beyond the end as
    hours and inside it as minutes is minutes, for both ends of a clip alike.
    """
    start, end = stretch.start, stretch.end or stretch.start
    if start.from_end:
        # Of a video whose length is not known nobody can say when its last seconds begin: never.
        return (float("inf") if duration is None else max(0.0, duration - start.seconds)), end.seconds, False
    if duration is None or max(start.seconds, end.seconds) <= duration:
        return start.seconds, end.seconds, False
    if start.otherwise is None or end.otherwise is None or max(start.otherwise, end.otherwise) > duration:
        return start.seconds, end.seconds, False
    return start.otherwise, end.otherwise, True
