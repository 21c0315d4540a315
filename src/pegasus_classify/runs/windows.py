"""Times in an answer about a part of a video."""

from __future__ import annotations

from dataclasses import replace

from pegasus_classify.contract.asks import Window
from pegasus_classify.contract.evidence import Evidence, Reading
from pegasus_classify.contract.intervals import Span

__all__ = ["placed"]

_SLACK = 1.0
"""Seconds by which a time may lie outside its window and still be meant: models round."""


def placed(reading: Reading, window: Window | None) -> Reading:
    """Put the times of an answer about a window on the clock of the whole video.

    Nobody says whether the platform counts from the start of the video or of the window, so every clip is looked at:
    one before the window counts from the window's start, which can never be mistaken, because windows of a video are
    equally long and the first needs no shift. What then lies outside the window is left out.

    Args:
        reading: As read, times unchecked.
        window: None for an answer about the whole video, which comes back as it is.
    """
    if window is None:
        return reading
    moved = [_moved(each, window) for each in reading.evidence]
    inside = tuple(each for each in moved if each is not None)
    repairs = reading.repairs if len(inside) == len(moved) else (*reading.repairs, "outside_window")
    return replace(reading, evidence=inside, repairs=repairs)


def _moved(evidence: Evidence, window: Window) -> Evidence | None:
    if evidence.start is None or evidence.end is None:
        return evidence
    span, repairs = Span(evidence.start, evidence.end), evidence.repairs
    wholly_before = span.start < window.start and span.end <= window.start
    if wholly_before or span.start < window.start - _SLACK:
        span = Span(span.start + window.start, span.end + window.start)
        repairs = (*repairs, "window_times")
    if span.start > window.end or span.end < window.start:
        return None
    start, end = max(span.start, window.start), min(span.end, window.end)
    return replace(evidence, start=start, end=end, repairs=repairs)
