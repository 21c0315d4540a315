"""The fewest boxes."""

from __future__ import annotations

import pytest

from pegasus_classify.planning.packing import pack


@pytest.mark.parametrize(
    ("sizes", "room", "boxes"),
    [
        ([], 10, []),
        ([10], 10, [[0]]),
        ([5, 5, 5], 10, [[0, 1], [2]]),
        ([2, 8, 5, 5], 10, [[0, 1], [2, 3]]),
        # Largest first makes three boxes here: 4 4, 3 3 3, 3; two are enough.
        ([4, 4, 3, 3, 3, 3], 10, [[0, 2, 3], [1, 4, 5]]),
    ],
)
def test_things_are_put_into_the_fewest_boxes(sizes: list[int], room: int, boxes: list[list[int]]) -> None:
    assert pack(sizes, room) == boxes


def test_a_search_without_end_is_given_up_and_the_quick_answer_stands() -> None:
    sizes = [21 + position % 7 for position in range(60)]
    boxes = pack(sizes, 70)
    assert sorted(position for box in boxes for position in box) == list(range(60))
    assert all(sum(sizes[position] for position in box) <= 70 for box in boxes)
