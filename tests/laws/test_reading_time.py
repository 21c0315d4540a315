"""Reading takes time linear in the text: judged by counting what is done, and for what C does inside by the clock."""

from __future__ import annotations

import time

import pytest
from corpus import vocabulary_of_case
from counted_work import work_of
from hostile import FEW, PATTERNS, repeated

from pegasus_classify.reading.read import read

ASKED = vocabulary_of_case({"request_ref": "sports"})
_LENGTH = 5000
"""Longer than every window of the reader's rules: within a window, work may grow faster than the text."""


def _work(pattern: str, length: int) -> int:
    text = repeated(pattern, length)
    return work_of(lambda: read(text, ASKED, 600.0))


def _assert_linear(pattern: str) -> None:
    once, four_times = _work(pattern, _LENGTH), _work(pattern, 4 * _LENGTH)
    # Where work grows with the square it is sixteen times as much.
    assert four_times <= 4.6 * once, (once, four_times)


@pytest.mark.parametrize("pattern", FEW, ids=repr)
def test_twice_the_text_takes_twice_the_work(pattern: str) -> None:
    _assert_linear(pattern)


@pytest.mark.slow
@pytest.mark.parametrize("pattern", PATTERNS, ids=repr)
def test_twice_of_any_hostile_text_takes_twice_the_work(pattern: str) -> None:
    _assert_linear(pattern)


def _seconds(text: str) -> float:
    before = time.process_time()
    read(text, ASKED, 600.0)
    return time.process_time() - before
