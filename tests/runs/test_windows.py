"""Times in an answer about a part of a video."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pegasus_classify.contract.asks import Window
from pegasus_classify.contract.evidence import Evidence, Reading
from pegasus_classify.runs.windows import placed

SECOND_HALF = Window(5400.0, 10_800.0)


def read_at(start: float | None, end: float | None) -> Reading:
    return Reading((Evidence("Cars", start=start, end=end),), "found")


def times(reading: Reading) -> list[tuple[float | None, float | None, tuple[str, ...]]]:
    return [(each.start, each.end, each.repairs) for each in reading.evidence]


def test_an_answer_about_the_whole_video_stays_as_it_is() -> None:
    reading = read_at(1.0, 2.0)
    assert placed(reading, None) is reading


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (5500.0, 5600.0, (5500.0, 5600.0, ())),
        (100.0, 200.0, (5500.0, 5600.0, ("window_times",))),
        (0.0, 5400.0, (5400.0, 10_800.0, ("window_times",))),
        (5399.5, 5500.0, (5400.0, 5500.0, ())),
        (10_700.0, 10_900.0, (10_700.0, 10_800.0, ())),
        (None, None, (None, None, ())),
    ],
)
def test_times_are_put_on_the_clock_of_the_video(
    start: float | None, end: float | None, expected: tuple[float | None, float | None, tuple[str, ...]]
) -> None:
    assert times(placed(read_at(start, end), SECOND_HALF)) == [expected]


def test_what_lies_outside_the_window_is_left_out_and_named() -> None:
    for window, start, end in ((SECOND_HALF, 10_900.0, 10_950.0), (Window(0.0, 5400.0), 6000.0, 6100.0)):
        reading = placed(read_at(start, end), window)
        assert reading.evidence == ()
        assert reading.repairs == ("outside_window",)


def test_a_clip_that_ends_before_its_window_even_after_moving_is_left_out() -> None:
    odd = Window(5400.0, 10_800.0)
    assert placed(read_at(-6000.0, -5500.0), odd).evidence == ()


@example(5399.0, 5399.0, 1)
@given(st.floats(0, 5400, exclude_max=True), st.floats(0, 5400, exclude_max=True), st.integers(0, 2))
def test_both_ways_of_counting_mean_the_same(first: float, second: float, number: int) -> None:
    start, end = sorted((first, second))
    offset = 5400.0 * number
    window = Window(offset, offset + 5400.0)
    by_video, by_window = (placed(read_at(start + add, end + add), window) for add in (offset, 0.0))
    for left, right in zip(by_video.evidence, by_window.evidence, strict=True):
        assert left.start == pytest.approx(right.start, abs=1.01)
        assert left.end == pytest.approx(right.end, abs=1.01)
