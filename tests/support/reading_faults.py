"""What is wrong with a reading, whatever the text said: a crash, or anything outside the request and the video."""

from __future__ import annotations

import math
import signal
from collections.abc import Iterator
from types import FrameType

from mangled import Mangled

from pegasus_classify.contract.evidence import Evidence, Reading
from pegasus_classify.reading.read import read

__all__ = ["LONGEST_SECONDS", "fault_of", "shortest"]

LONGEST_SECONDS = 10.0
"""Processor seconds after which a text counts as one the reader hangs on; the longest is read in a twentieth of it."""


class _Hangs(BaseException):
    """Not an `Exception`: the reader must not take it for a fault of its own."""


def _stop(signum: int, frame: FrameType | None) -> None:
    raise _Hangs


def fault_of(made: Mangled, text: str | None = None) -> str | None:
    """Read a text and return what is wrong with the reading in a few words; None when nothing is.

    Args:
        made: The text and what it is read for.
        text: Another text to read in its place.
    """
    text = made.text if text is None else text
    before = signal.signal(signal.SIGVTALRM, _stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, LONGEST_SECONDS)
    try:
        reading = read(text, made.vocabulary, made.duration, made.finish_reason)
    except _Hangs:
        return "hangs"
    except Exception as fault:  # noqa: BLE001 - every kind is to be reported
        return f"raises {fault!r}"
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
    return next(_complaints(made, reading, len(text)), None)


def _complaints(made: Mangled, reading: Reading, length: int) -> Iterator[str]:
    if "reader_failed" in reading.repairs:
        yield "reader_failed"
    asked = {each.name: each for each in made.vocabulary.classes}
    if not reading.finished <= asked.keys():
        yield f"finished a class not asked: {sorted(reading.finished - asked.keys())}"
    if (reading.verdict == "found") != bool(reading.evidence):
        yield f"verdict {reading.verdict} with {len(reading.evidence)} entries"
    for each in reading.evidence:
        known = asked.get(each.class_name)
        if known is None:
            yield f"class not asked: {each.class_name!r}"
        elif each.prompt is not None and each.prompt not in known.prompts:
            yield f"prompt not asked: {each.prompt!r}"
        elif each.option is not None and each.option not in known.options:
            yield f"option not asked: {each.option!r}"
        elif not _within(each, made.duration):
            yield f"outside the video: {each.start}-{each.end}"
        elif not (each.confidence is None or 0 <= each.confidence <= 100):
            yield f"no confidence: {each.confidence}"
        elif each.where is not None and not 0 <= each.where[0] <= each.where[1] <= length:
            yield f"where is outside the text: {each.where}"


def _within(each: Evidence, duration: float | None) -> bool:
    if each.start is None or each.end is None:
        return each.start is each.end
    return 0 <= each.start <= each.end <= (math.inf if duration is None else duration) and each.end != math.inf


def shortest(made: Mangled, fault: str, tries: int = 600) -> str:
    """Return a part of a text that still shows the fault, with as much left out as a few hundred tries allow."""
    kind, text = fault.split(":")[0], made.text
    step = max(1, len(text) // 2)
    while step and tries > 0:
        at, before = 0, len(text)
        while at < len(text) and tries > 0:
            tries -= 1
            less = text[:at] + text[at + step :]
            if (fault_of(made, less) or "").split(":")[0] == kind:
                text = less
            else:
                at += step
        step = step // 2 if len(text) == before else min(step, len(text))
    return text
