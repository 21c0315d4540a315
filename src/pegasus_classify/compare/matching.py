"""Which clip of one side is which of the other: the best assignment by temporal intersection over union."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from pegasus_classify.compare.columns import Bools, Ints, Reals
from pegasus_classify.compare.grid import Clips

__all__ = ["Pairs", "best_matching", "overlapping"]

_CLIPS_AT_ONCE = 100_000


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of clips of one group each.

    Attributes:
        left: Index of the left clip.
        right: Index of the right clip.
        iou: Temporal intersection over union, above 0, at most 1.
    """

    left: Ints
    right: Ints
    iou: Reals

    def __len__(self) -> int:
        """Return how many pairs there are."""
        return len(self.iou)


def overlapping(left: Clips, right: Clips, at_once: int = _CLIPS_AT_ONCE) -> Iterator[Pairs]:
    """Give all pairs of clips of the same group that share time, in blocks of whole groups.

    Args:
        left: Ordered by group and start.
        right: Likewise.
        at_once: About how many left clips a block holds; keeps memory flat.
    """
    begin = 0
    while begin < len(left):
        end = min(len(left), begin + at_once)
        # A group is never torn apart, or the best matching of its two halves would not be that of the whole.
        end = int(np.searchsorted(left.group, left.group[end - 1], side="right"))
        first = int(np.searchsorted(right.group, left.group[begin], side="left"))
        last = int(np.searchsorted(right.group, left.group[end - 1], side="right"))
        yield _pairs(left, right, (begin, end), (first, last))
        begin = end


def _pairs(left: Clips, right: Clips, on_left: tuple[int, int], on_right: tuple[int, int]) -> Pairs:
    one_part, other_part = slice(*on_left), slice(*on_right)
    ls, le, lg = left.start[one_part], left.end[one_part], left.group[one_part]
    rs, re, rg = right.start[other_part], right.end[other_part], right.group[other_part]
    # Whole numbers in place of times, so that group and time fit exactly into one key that can be searched.
    times = np.unique(np.concatenate((ls, le, rs, re)))
    base = len(times) + 1
    lowest = lg[0] if len(lg) else 0

    def key(group: Ints, time: Reals) -> Ints:
        return (group - lowest) * base + np.searchsorted(times, time)

    reach = np.maximum.accumulate(key(rg, re)) if len(rg) else key(rg, re)
    low = np.searchsorted(reach, key(lg, ls), side="left")
    high = np.searchsorted(key(rg, rs), key(lg, le), side="right")
    count = np.maximum(high - low, 0)
    one = np.repeat(np.arange(len(ls)), count)
    other = np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count) + np.repeat(low, count)
    shared = np.minimum(le[one], re[other]) - np.maximum(ls[one], rs[other])
    together = np.maximum(le[one], re[other]) - np.minimum(ls[one], rs[other])
    # Two equal moments are the same clip although they share no time.
    iou = np.where(together > 0, shared / np.where(together > 0, together, 1.0), 1.0)
    good = (iou > 0) & (lg[one] == rg[other])
    return Pairs(one[good] + on_left[0], other[good] + on_right[0], iou[good])


def best_matching(pairs: Pairs) -> Pairs:
    """Choose pairs so that every clip is in at most one and the sum of their overlap ratios is greatest.

    Args:
        pairs: All pairs of whole groups that share time.
    """
    if not len(pairs):
        return pairs
    lefts, row = np.unique(pairs.left, return_inverse=True)
    rights, column = np.unique(pairs.right, return_inverse=True)
    size = len(lefts) + len(rights)
    graph = coo_matrix((np.ones(len(pairs)), (row, column + len(lefts))), shape=(size, size))
    _, island = connected_components(graph, directed=False)
    of_pair = island[row]
    rows_on = np.bincount(island[: len(lefts)], minlength=size)
    columns_on = np.bincount(island[len(lefts) :], minlength=size)
    simple = (rows_on[of_pair] == 1) | (columns_on[of_pair] == 1)
    chosen = np.concatenate((_closest(pairs, of_pair, np.flatnonzero(simple)), _assigned(pairs, of_pair, ~simple)))
    chosen.sort()
    return Pairs(pairs.left[chosen], pairs.right[chosen], pairs.iou[chosen])


def _closest(pairs: Pairs, island: Ints, among: Ints) -> Ints:
    """Return the best pair of each island on which one side has a single clip."""
    order = among[np.lexsort((among, -pairs.iou[among], island[among]))]
    first = np.ones(len(order), dtype=np.bool_)
    first[1:] = island[order][1:] != island[order][:-1]
    return order[first]


def _assigned(pairs: Pairs, island: Ints, tangled: Bools) -> Ints:
    """Return the best assignment of each island on which both sides have several clips."""
    among = np.flatnonzero(tangled)
    among = among[np.argsort(island[among], kind="stable")]
    lefts, rights = _numbered(pairs.left[among], island[among]), _numbered(pairs.right[among], island[among])
    borders = np.flatnonzero(np.diff(island[among])) + 1
    begins, ends = [0, *borders.tolist()], [*borders.tolist(), len(among)]
    chosen = []
    for begin, end in zip(begins, ends, strict=True) if len(among) else ():
        row, column = lefts[begin:end], rights[begin:end]
        worth = np.zeros((row.max() + 1, column.max() + 1))
        which = np.full(worth.shape, -1)
        worth[row, column] = pairs.iou[among[begin:end]]
        which[row, column] = among[begin:end]
        picked = which[linear_sum_assignment(worth, maximize=True)]
        chosen.append(picked[picked >= 0])
    return np.concatenate(chosen) if chosen else np.zeros(0, dtype=np.int64)


def _numbered(clips: Ints, island: Ints) -> Ints:
    """Number the clips of each island from 0; the islands stand one after the other."""
    order = np.lexsort((clips, island))
    new_island = np.ones(len(order), dtype=np.bool_)
    new_island[1:] = island[order][1:] != island[order][:-1]
    new_clip = new_island.copy()
    new_clip[1:] |= clips[order][1:] != clips[order][:-1]
    number = np.cumsum(new_clip) - 1
    numbers = np.empty(len(order), dtype=np.int64)
    numbers[order] = number - np.maximum.accumulate(np.where(new_island, number, 0))
    return numbers
