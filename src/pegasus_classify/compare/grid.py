"""Two sides on one grid of videos and classes, so that every comparison is a matter of columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from pegasus_classify.compare.columns import Bools, Ints, Reals
from pegasus_classify.compare.side import Layer, Side

__all__ = ["Alone", "Clips", "Grid", "Party", "grid_of"]


@dataclass(frozen=True, slots=True)
class Clips:
    """Clips of all cells, ordered by group (cell and option) and start.

    Attributes:
        cell: Which cell of the grid: video × number of classes + class.
        group: Clips are matched only within their group.
        start: Seconds.
        end: Seconds.
        score: 0 to 100, NaN when not shown.
        option: Number in `OPTION_CODES`.
        prompt: Index into the side's prompts, -1 for none.
    """

    cell: Ints
    group: Ints
    start: Reals
    end: Reals
    score: Reals
    option: Ints
    prompt: Ints

    def __len__(self) -> int:
        """Return how many clips there are."""
        return len(self.start)


@dataclass(frozen=True, slots=True)
class Party:
    """One answer on the grid: arrays of videos × classes.

    Attributes:
        covered: Whether the cell was asked about and answered.
        kept: Whether the class is in the answer.
        score: The score that is compared, NaN when not shown or not kept.
        ratio: Share of the video covered, NaN when not shown or not kept.
        shows_clips: Whether the answer tells the cell's clips, none included.
        clips: Those of cells that show them.
    """

    covered: Bools
    kept: Bools
    score: Reals
    ratio: Reals
    shows_clips: Bools
    clips: Clips


@dataclass(frozen=True, slots=True)
class Alone:
    """What only one side has: names of videos and of classes."""

    videos: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Grid:
    """Two sides, and repeats of the right one, on common videos and classes.

    Attributes:
        videos: Ids that both sides know.
        classes: Names that both sides know.
        left: The side compared with.
        right: The side judged.
        repeats: Further answers of the right side to the same questions.
        compared: Cells that both sides cover.
        only_left: What the right side does not know.
        only_right: What the left side does not know.
        score_name: Which score is compared: `score`, or `max_score` where one side shows nothing else.
        notes: Choices made here that a reader should know.
    """

    videos: tuple[str, ...]
    classes: tuple[str, ...]
    left: Party
    right: Party
    repeats: tuple[Party, ...]
    compared: Bools
    only_left: Alone
    only_right: Alone
    score_name: str
    notes: tuple[str, ...] = ()


def grid_of(left: Side, right: Side, most_repeats: int = 3) -> Grid:
    """Put two sides on one grid.

    Args:
        left: The side compared with.
        right: The side judged; its further layers are repeats.
        most_repeats: Further repeats are not used; every one adds comparisons.
    """
    videos, only_left, only_right = _common_videos(left, right)
    classes = tuple(name for name in left.classes if name in set(right.classes))
    score_name, notes = _score_name(left.layers[0], right.layers[0])
    options = all(_names_options(side) for side in (left, right))
    if not options and len(left.layers[0].start) and len(right.layers[0].start):
        notes = (*notes, "one side names no options for its clips, so clips of all options are matched together")
    places = _Places(videos, classes, score_name, options)
    parties = [places.party(side, layer) for side, layer in ((left, left.layers[0]), (right, right.layers[0]))]
    repeats = [places.party(right, layer) for layer in right.layers[1 : 1 + most_repeats]]
    return Grid(
        videos,
        classes,
        parties[0],
        parties[1],
        tuple(repeats),
        parties[0].covered & parties[1].covered,
        Alone(only_left, tuple(name for name in left.classes if name not in set(classes))),
        Alone(only_right, tuple(name for name in right.classes if name not in set(classes))),
        score_name,
        notes,
    )


def _common_videos(left: Side, right: Side) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    on_left, on_right = set(left.videos), set(right.videos)
    both = [
        video
        for video in dict.fromkeys((*left.videos, *right.videos))
        if _knows(left, on_left, video) and _knows(right, on_right, video)
    ]
    common = set(both)
    return (
        tuple(both),
        tuple(video for video in left.videos if video not in common),
        tuple(video for video in right.videos if video not in common),
    )


def _knows(side: Side, videos: set[str], video: str) -> bool:
    return video not in side.failed and (side.open or video in videos)


def _score_name(left: Layer, right: Layer) -> tuple[str, tuple[str, ...]]:
    def shows(column: Reals) -> bool:
        return bool(np.isfinite(column).any())

    if shows(left.score) and shows(right.score):
        return "score", ()
    if shows(left.top) and shows(right.top):
        return "max_score", ("one side shows no class scores, so the highest clip scores are compared",)
    if not (shows(left.score) or shows(left.top)) or not (shows(right.score) or shows(right.top)):
        return "score", ()
    return "mixed", ("one side shows only class scores, the other only highest clip scores: biased against each other",)


def _names_options(side: Side) -> bool:
    return any(bool(layer.option.any()) for layer in side.layers)


@dataclass(frozen=True)
class _Places:
    videos: Sequence[str]
    classes: Sequence[str]
    score_name: str
    options: bool

    def party(self, side: Side, layer: Layer) -> Party:
        shape = (len(self.videos), len(self.classes))
        at_video, at_class = _places(self.videos, side.videos), _places(self.classes, side.classes)
        rows, columns = at_video[layer.video], at_class[layer.label]
        on_grid = (rows >= 0) & (columns >= 0)
        cell = np.where(on_grid, rows * shape[1] + columns, -1)
        covered = _filled(shape, cell, np.ones(len(cell), dtype=np.bool_), False)
        first = layer is side.layers[0]
        unheard = np.ones(len(self.videos), dtype=np.bool_)
        unheard[at_video[at_video >= 0]] = False
        if side.open:
            # Nothing was ever found in a video that no answer mentions; the first answer covers all classes.
            covered |= np.True_ if first else unheard[:, None]
        kept = _filled(shape, cell, layer.kept, False)
        shows = _filled(shape, cell, layer.clip_count >= 0, False) | (covered & ~kept)
        if not (layer.clip_count > 0).any():
            # An answer in which no class lists a clip was most likely not asked for clips.
            shows &= False
        return Party(
            covered,
            kept,
            _filled(shape, cell, self._score(layer), np.nan),
            _filled(shape, cell, layer.ratio, np.nan),
            shows,
            self._clips(layer, cell),
        )

    def _score(self, layer: Layer) -> Reals:
        if self.score_name == "score":
            return layer.score
        if self.score_name == "max_score":
            return layer.top
        return np.where(np.isfinite(layer.score), layer.score, layer.top)

    def _clips(self, layer: Layer, cell: Ints) -> Clips:
        of_clip = np.repeat(cell, np.maximum(layer.clip_count, 0))
        used = np.flatnonzero(of_clip >= 0)
        group = of_clip[used] * 8 + (layer.option[used] if self.options else 0)
        used = used[np.lexsort((layer.end[used], layer.start[used], group))]
        of_clip = of_clip[used]
        return Clips(
            of_clip,
            of_clip * 8 + (layer.option[used] if self.options else 0),
            layer.start[used],
            layer.end[used],
            layer.clip_score[used],
            layer.option[used],
            layer.prompt[used],
        )


def _places(wanted: Sequence[str], known: Sequence[str]) -> Ints:
    """Return, for each name a side knows, its place on the grid; -1 when it has none."""
    place: Mapping[str, int] = {name: index for index, name in enumerate(wanted)}
    return np.array([place.get(name, -1) for name in known], dtype=np.int64)


_K = TypeVar("_K", bound=np.generic)


def _filled(shape: tuple[int, int], cell: Ints, values: NDArray[_K], empty: float) -> NDArray[_K]:
    out = np.full(shape[0] * shape[1], empty, dtype=values.dtype)
    used = cell >= 0
    out[cell[used]] = values[used]
    return out.reshape(shape)
