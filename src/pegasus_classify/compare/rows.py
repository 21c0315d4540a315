"""A comparison told video by video, in plain values, the videos that differ most first."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from pegasus_classify.compare.columns import Ints
from pegasus_classify.compare.comparison import Comparison
from pegasus_classify.compare.grid import Grid, Party
from pegasus_classify.compare.side import OPTION_CODES, Side
from pegasus_classify.contract.quantities import Seconds

__all__ = ["CellRow", "ClipRow", "Flip", "FlipWay", "ScorePoint", "VideoRow", "flips_of", "score_points", "video_rows"]

FlipWay: TypeAlias = Literal["lost", "gained"]
"""`lost`: only the left side keeps the class; `gained`: only the right side does."""

_OPTIONS = {number: name for name, number in OPTION_CODES.items()}


@dataclass(frozen=True, slots=True)
class ClipRow:
    """One clip. `partner` tells how well its best match overlaps, 0 to 1; None when it has none."""

    start: Seconds
    end: Seconds
    score: float | None
    option: str | None
    prompt: str | None
    partner: float | None


@dataclass(frozen=True, slots=True)
class CellRow:
    """One class in one video. A score is None when the side does not keep the class or shows no score."""

    class_name: str
    left_kept: bool
    right_kept: bool
    left_score: float | None
    right_score: float | None
    left_clips: tuple[ClipRow, ...]
    right_clips: tuple[ClipRow, ...]


@dataclass(frozen=True, slots=True)
class VideoRow:
    """One video: its classes that at least one side keeps; `length` is None when nobody tells it."""

    video_id: str
    length: Seconds | None
    cells: tuple[CellRow, ...]


@dataclass(frozen=True, slots=True)
class Flip:
    """One decision that differs."""

    video_id: str
    class_name: str
    way: FlipWay


@dataclass(frozen=True, slots=True)
class ScorePoint:
    """Both scores of a class in a video; None for a side that does not keep it."""

    video_id: str
    class_name: str
    left: float | None
    right: float | None


def flips_of(comparison: Comparison) -> Iterator[Flip]:
    """Give every flip by name, in the order of the videos and classes."""
    grid = comparison.grid
    flipped = grid.compared & (grid.left.kept != grid.right.kept)
    for video, label in np.argwhere(flipped).tolist():
        yield Flip(grid.videos[video], grid.classes[label], "lost" if grid.left.kept[video, label] else "gained")


def score_points(comparison: Comparison, most: int) -> tuple[ScorePoint, ...]:
    """Return scores to be drawn, evenly chosen when there are more than `most`; cells kept by neither side are none."""
    grid = comparison.grid
    places = np.argwhere(grid.compared & (grid.left.kept | grid.right.kept))
    if len(places) > most:
        places = places[np.linspace(0, len(places) - 1, most).astype(np.int64)]
    return tuple(
        ScorePoint(
            grid.videos[video],
            grid.classes[label],
            _known(grid.left.score[video, label]),
            _known(grid.right.score[video, label]),
        )
        for video, label in places.tolist()
    )


def video_rows(comparison: Comparison, most: int) -> tuple[VideoRow, ...]:
    """Return the videos that differ most, at most so many, the most different first.

    Decisions that differ count most, then scores, then clips without a partner.
    """
    tally, grid = comparison.tally, comparison.grid
    flips = (tally.column("left_only") + tally.column("right_only")).sum(axis=1)
    apart = tally.column("score_distance").sum(axis=1)
    alone = (tally.column("left_clips") + tally.column("right_clips") - 2 * tally.column("near_50")).sum(axis=1)
    order = np.lexsort((np.arange(len(grid.videos)), -alone, -apart, -flips))[:most]
    left, right = _Clips.of(grid, grid.left, comparison, 0), _Clips.of(grid, grid.right, comparison, 1)
    return tuple(_row(comparison, int(video), left, right) for video in order)


def _row(comparison: Comparison, video: int, left: _Clips, right: _Clips) -> VideoRow:
    grid = comparison.grid
    cells = tuple(
        CellRow(
            name,
            bool(grid.left.kept[video, label]),
            bool(grid.right.kept[video, label]),
            _known(grid.left.score[video, label]),
            _known(grid.right.score[video, label]),
            left.of_cell(video * len(grid.classes) + label),
            right.of_cell(video * len(grid.classes) + label),
        )
        for label, name in enumerate(grid.classes)
        if grid.compared[video, label] and (grid.left.kept[video, label] or grid.right.kept[video, label])
    )
    video_id = grid.videos[video]
    length = comparison.left.durations.get(video_id, comparison.right.durations.get(video_id))
    return VideoRow(video_id, length, cells)


@dataclass(frozen=True)
class _Clips:
    side: Side
    party: Party
    order: Ints
    cells: Ints
    partner: Ints
    other: Party

    @classmethod
    def of(cls, grid: Grid, party: Party, comparison: Comparison, which: int) -> _Clips:
        pairs = (comparison.tally.clips.pairs_left, comparison.tally.clips.pairs_right)
        partner = np.full(len(party.clips), -1, dtype=np.int64)
        partner[pairs[which]] = pairs[1 - which]
        order = np.lexsort((party.clips.end, party.clips.start, party.clips.cell))
        side, other = (comparison.left, comparison.right)[which], (grid.right, grid.left)[which]
        return cls(side, party, order, party.clips.cell[order], partner, other)

    def of_cell(self, cell: int) -> tuple[ClipRow, ...]:
        first, last = np.searchsorted(self.cells, (cell, cell + 1)).tolist()
        return tuple(self._clip(int(place)) for place in self.order[first:last])

    def _clip(self, place: int) -> ClipRow:
        clips = self.party.clips
        prompt = int(clips.prompt[place])
        return ClipRow(
            float(clips.start[place]),
            float(clips.end[place]),
            _known(clips.score[place]),
            _OPTIONS[int(clips.option[place])],
            self.side.prompts[prompt] if prompt >= 0 else None,
            self._overlap(place),
        )

    def _overlap(self, place: int) -> float | None:
        partner = int(self.partner[place])
        if partner < 0:
            return None
        mine, theirs = self.party.clips, self.other.clips
        shared = min(mine.end[place], theirs.end[partner]) - max(mine.start[place], theirs.start[partner])
        together = max(mine.end[place], theirs.end[partner]) - min(mine.start[place], theirs.start[partner])
        return float(shared / together) if together > 0 else 1.0


def _known(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
