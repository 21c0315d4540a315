"""Stretches of time: unions, lengths, clipping and overlap."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pegasus_classify.contract.intervals import Span, clipped, covered, overlap_ratio, total, union

SPANS = st.builds(lambda start, length: Span(start, start + length), st.integers(0, 50), st.integers(0, 20))
LISTS = st.lists(SPANS, max_size=12)

UNIONS = {
    "nothing": ([], []),
    "one": ([(1, 2)], [(1, 2)]),
    "apart": ([(5, 6), (1, 2)], [(1, 2), (5, 6)]),
    "overlapping": ([(1, 4), (3, 6)], [(1, 6)]),
    "touching": ([(1, 3), (3, 6)], [(1, 6)]),
    "inside": ([(1, 9), (3, 4)], [(1, 9)]),
    "a moment inside": ([(1, 9), (3, 3)], [(1, 9)]),
    "a moment alone": ([(3, 3)], [(3, 3)]),
}

CLIPPED = {
    "inside": ((1, 2), (1, 2)),
    "before": ((-5, -1), None),
    "after": ((11, 12), None),
    "over the start": ((-1, 2), (0, 2)),
    "over the end": ((8, 12), (8, 10)),
    "over both": ((-1, 12), (0, 10)),
    "from the very end on": ((10, 12), None),
    "a moment at the very end": ((10, 10), (10, 10)),
    "up to the very start": ((-2, 0), (0, 0)),
}

OVERLAPS = {
    "equal": ((1, 3), (1, 3), 1.0),
    "half": ((0, 2), (1, 2), 0.5),
    "a third": ((0, 2), (1, 3), 1 / 3),
    "touching": ((0, 2), (2, 3), 0.0),
    "apart": ((0, 2), (5, 6), 0.0),
    "equal moments": ((2, 2), (2, 2), 1.0),
    "different moments": ((2, 2), (3, 3), 0.0),
    "a moment inside": ((0, 4), (2, 2), 0.0),
}


@pytest.mark.parametrize(("given_spans", "expected"), UNIONS.values(), ids=list(UNIONS))
def test_a_union_has_the_fewest_spans_of_the_same_time(given_spans, expected):
    """Overlapping and touching spans become one, in the order of time."""
    assert union(Span(*each) for each in given_spans) == [Span(*each) for each in expected]


@pytest.mark.parametrize(("span", "expected"), CLIPPED.values(), ids=list(CLIPPED))
def test_a_clipped_span_lies_inside_the_video(span, expected):
    """Of a video of ten seconds, what lies outside is cut away, and what lies wholly outside is none at all."""
    assert clipped(Span(*span), 10) == (None if expected is None else Span(*expected))


@pytest.mark.parametrize(("left", "right", "expected"), OVERLAPS.values(), ids=list(OVERLAPS))
def test_overlap_is_shared_time_over_all_time(left, right, expected):
    """Intersection over union, the same from either side."""
    assert overlap_ratio(Span(*left), Span(*right)) == pytest.approx(expected)
    assert overlap_ratio(Span(*right), Span(*left)) == pytest.approx(expected)


@given(LISTS)
def test_a_union_covers_the_same_time_with_gaps_between(spans):
    """Merged spans neither overlap nor touch, and every whole second is in it exactly when it was in a span."""
    merged = union(spans)
    assert all(before.end < after.start for before, after in itertools.pairwise(merged))
    for second in range(72):
        inside = [any(each.start <= second and second + 1 <= each.end for each in some) for some in (spans, merged)]
        assert not inside[0] or inside[1]
    assert total(spans) == sum(each.length for each in merged)


@given(LISTS)
def test_covered_seconds_count_every_second_once(spans):
    """The seconds covered are those of the union, however the pairs overlap and in whatever order they come."""
    seconds = {second for each in spans for second in range(each.start, each.end)}
    assert covered((each.start, each.end) for each in spans) == len(seconds) == total(reversed(spans))


@given(SPANS, SPANS)
def test_overlap_is_a_ratio(left, right):
    """Between 0 and 1, and 1 only for equal spans."""
    ratio = overlap_ratio(left, right)
    assert 0 <= ratio <= 1
    assert (ratio == 1) == (left == right)
