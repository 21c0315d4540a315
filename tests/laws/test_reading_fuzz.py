"""The short form of the fuzz job: mangled texts, none of which may break the reader."""

from __future__ import annotations

import pytest
from mangled import Maker
from reading_faults import fault_of

_PARTS = [range(start, start + 500) for start in range(0, 2000, 500)]


@pytest.mark.parametrize(
    "numbers", [_PARTS[0], *(pytest.param(part, marks=pytest.mark.slow) for part in _PARTS[1:])], ids=repr
)
def test_no_mangled_text_breaks_the_reader(numbers: range) -> None:
    maker = Maker(seed=4)
    made = (maker.text(number) for number in numbers)
    faults = [(each.number, fault, each.text) for each in made if (fault := fault_of(each)) is not None]
    assert faults == []


def test_the_same_number_makes_the_same_text() -> None:
    assert Maker(seed=4).text(17) == Maker(seed=4).text(17)
    assert Maker(seed=4).text(17).text != Maker(seed=5).text(17).text
