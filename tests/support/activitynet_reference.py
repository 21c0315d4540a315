"""Mean average precision of clips, slowly, from ActivityNet's published definition: checks the fast one."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["reference_precision"]

Segment = tuple[str, float, float]
"""A bucket (video and option) in which clips can match, and the clip's start and end."""


def overlap(one: Segment, other: Segment) -> float:
    """Return intersection over union of two segments of one bucket."""
    shared = max(0.0, min(one[2], other[2]) - max(one[1], other[1]))
    return shared / ((one[2] - one[1]) + (other[2] - other[1]) - shared)


def reference_precision(truth: Sequence[Segment], found: Sequence[tuple[Segment, float]], wanted: float) -> float:
    """Return the interpolated average precision of one class at one overlap ratio."""
    taken: set[int] = set()
    outcomes = []
    for segment, _ in sorted(found, key=lambda each: -each[1]):
        rivals = sorted(
            (place for place, each in enumerate(truth) if each[0] == segment[0]),
            key=lambda place: -overlap(truth[place], segment),
        )
        hit = next((place for place in rivals if place not in taken and overlap(truth[place], segment) >= wanted), None)
        if hit is not None:
            taken.add(hit)
        outcomes.append(hit is not None)
    return _area_under(outcomes, len(truth))


def _area_under(outcomes: Sequence[bool], truths: int) -> float:
    points = [(0.0, 0.0)]
    hits = 0
    for rank, hit in enumerate(outcomes, 1):
        hits += hit
        points.append((hits / truths, hits / rank))
    points.append((1.0, 0.0))
    for place in range(len(points) - 2, -1, -1):
        recall, precision = points[place]
        points[place] = (recall, max(precision, points[place + 1][1]))
    return sum(
        (points[place][0] - points[place - 1][0]) * points[place][1]
        for place in range(1, len(points))
        if points[place][0] != points[place - 1][0]
    )
