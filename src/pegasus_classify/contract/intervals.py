"""Stretches of time and their arithmetic."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pegasus_classify.contract.quantities import Ratio, Seconds

__all__ = ["Span", "clipped", "covered", "overlap_ratio", "total", "union"]


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of a video, half-open, in seconds from its start; `start` is not above `end`."""

    start: Seconds
    end: Seconds

    @property
    def length(self) -> Seconds:
        """Seconds between start and end, 0 for a moment."""
        return self.end - self.start


def union(spans: Iterable[Span]) -> list[Span]:
    """Return the fewest spans that cover the same time: sorted, neither overlapping nor touching."""
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return merged


def total(spans: Iterable[Span]) -> Seconds:
    """Return how many seconds the spans cover, counting overlaps once."""
    return covered((span.start, span.end) for span in spans)


def covered(bounds: Iterable[tuple[Seconds, Seconds]]) -> Seconds:
    """Return how many seconds pairs of start and end cover, counting overlaps once; `total` without making spans."""
    seconds = since = until = 0.0
    for start, end in sorted(bounds):
        if start > until:
            seconds += until - since
            since = start
            until = end
        elif end > until:
            until = end
    return seconds + (until - since)


def clipped(span: Span, length: Seconds) -> Span | None:
    """Return the part of a span inside 0..`length` seconds; None when it lies wholly outside.

    A moment (start equal to end) inside the video, its very end included, stays a moment.
    """
    if span.end < 0 or span.start > length or (span.start == length and span.end > length):
        return None
    return Span(max(0.0, span.start), min(length, span.end))


def overlap_ratio(left: Span, right: Span) -> Ratio:
    """Return the temporal intersection over union of two spans, 0 to 1; two equal moments give 1."""
    shared = min(left.end, right.end) - max(left.start, right.start)
    if shared <= 0:
        return 1.0 if left == right else 0.0
    return shared / (left.length + right.length - shared)
