"""Putting things of given sizes into the fewest boxes."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["pack"]

_PATIENCE = 5_000
"""Placements tried when looking for fewer boxes than the quick rule needs; a whole video's price is at stake, but a
plan must stay cheap."""


def pack(sizes: Sequence[int], room: int) -> list[list[int]]:
    """Divide things over boxes, as few as can be found quickly; never fewer than the sizes' sum demands.

    Args:
        sizes: Each from 0 to `room`.
        room: What a box holds, above 0.

    Returns:
        Positions in `sizes` per box, rising; boxes in the order of their first thing. The same sizes give the same
        boxes.
    """
    order = sorted(range(len(sizes)), key=lambda position: (-sizes[position], position))
    boxes = _first_fit(order, sizes, room)
    least = -(-sum(sizes) // room)
    for fewer in range(least, len(boxes)):
        found = _Search(order, sizes, room, fewer).found()
        if found is not None:
            boxes = found
            break
    return sorted(sorted(box) for box in boxes)


def _first_fit(order: Sequence[int], sizes: Sequence[int], room: int) -> list[list[int]]:
    boxes: list[list[int]] = []
    left: list[int] = []
    for position in order:
        fitting = next((number for number, free in enumerate(left) if sizes[position] <= free), None)
        if fitting is None:
            boxes.append([])
            left.append(room)
            fitting = len(boxes) - 1
        boxes[fitting].append(position)
        left[fitting] -= sizes[position]
    return boxes


class _Search:
    """Looks for a division over a given number of boxes, trying every placement until patience ends."""

    def __init__(self, order: Sequence[int], sizes: Sequence[int], room: int, boxes: int) -> None:
        self._order = order
        self._sizes = sizes
        self._left = [room] * boxes
        self._boxes: list[list[int]] = [[] for _ in range(boxes)]
        self._patience = _PATIENCE

    def found(self) -> list[list[int]] | None:
        return self._boxes if self._placed(0) else None

    def _placed(self, index: int) -> bool:
        if index == len(self._order):
            return True
        position = self._order[index]
        size = self._sizes[position]
        tried: set[int] = set()
        for number, free in enumerate(self._left):
            # Boxes with equal room left are the same box for what follows.
            if size > free or free in tried:
                continue
            tried.add(free)
            self._patience -= 1
            if self._patience < 0:
                return False
            self._left[number] -= size
            self._boxes[number].append(position)
            if self._placed(index + 1):
                return True
            self._left[number] += size
            self._boxes[number].pop()
        return False
