"""A library of any size for measurements: every video is computed from its number when it is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from random import Random
from typing import Any, overload

from .library import Annotation, Index, Video, packaged_library

__all__ = ["GeneratedLibrary", "generated"]

_ASSET = "a55e7"
_VIDEO = "51de0"
_INDEX = "1dde8"


class GeneratedLibrary:
    """Videos numbered 0 to n - 1 in indexes of at most `per_index`, equal for equal seeds."""

    def __init__(self, n: int, seed: int, per_index: int) -> None:
        if n < 0 or per_index < 1:
            raise ValueError("n must not be negative and per_index at least 1")
        self._n = n
        self._seed = seed
        notes = [note for index in packaged_library().indexes for video in index.videos for note in video.annotations]
        self._words = sorted({note.words for note in notes})
        self._make = lru_cache(maxsize=4_096)(self._compute)
        starts = range(0, n, per_index)
        self._indexes = tuple(
            self._index(number, start, min(start + per_index, n)) for number, start in enumerate(starts)
        )

    @property
    def indexes(self) -> Sequence[Index]:
        """All indexes, in order of their videos' numbers."""
        return self._indexes

    @property
    def foreign(self) -> frozenset[str]:
        """Nothing belongs to another account."""
        return frozenset()

    @property
    def vocabulary(self) -> frozenset[str]:
        """The spellings of the packaged library."""
        return frozenset(word for words in self._words for word in words)

    def video(self, index_id: str, video_id: str) -> Video | None:
        """Return one video of one index, None when it is not there."""
        number = self._number(_VIDEO, video_id)
        if number is None or not any(index.id == index_id and number in _range(index) for index in self._indexes):
            return None
        return self._make(number)

    def asset(self, asset_id: str) -> Video | None:
        """Return the video of an asset, None when there is no such asset."""
        number = self._number(_ASSET, asset_id)
        return None if number is None else self._make(number)

    def named(self, filename: str) -> Video | None:
        """Return the video with that file name, None when there is none."""
        digits = filename.removeprefix("generated-").removesuffix(".mp4")
        if not digits.isdigit() or int(digits) >= self._n:
            return None
        video = self._make(int(digits))
        return video if video.filename == filename else None

    def holders(self, asset_id: str) -> Sequence[tuple[Index, Video]]:
        """Return the one index that holds an asset, with its video."""
        number = self._number(_ASSET, asset_id)
        if number is None:
            return []
        return [(index, self._make(number)) for index in self._indexes if number in _range(index)]

    def assets(self) -> Iterator[Video]:
        """Go through all videos."""
        return map(self._make, range(self._n))

    def _index(self, number: int, start: int, stop: int) -> Index:
        # Lengths are spread evenly over 60 to 659 s, so the mean is known without computing the videos.
        return Index(
            _id(_INDEX, number),
            f"generated {number}",
            _Numbered(self._make, range(start, stop)),
            (stop - start) * 360.0,
        )

    def _number(self, prefix: str, identifier: str) -> int | None:
        if len(identifier) != 24 or not identifier.startswith(prefix):
            return None
        digits = identifier[len(prefix) :]
        if any(character not in "0123456789abcdef" for character in digits):
            return None
        number = int(digits, 16)
        return number if number < self._n else None

    def _compute(self, number: int) -> Video:
        rng = Random(self._seed * 1_000_003 + number)
        duration = round(60 + rng.random() * 600, 2)
        notes = tuple(self._note(rng, words, duration) for words in rng.sample(self._words, k=rng.randint(4, 14)))
        return Video(
            id=_id(_VIDEO, number),
            asset_id=_id(_ASSET, number),
            filename=f"generated-{number:06d}.mp4",
            duration=duration,
            annotations=notes,
        )

    def _note(self, rng: Random, words: tuple[str, ...], duration: float) -> Annotation:
        edges = sorted(round(rng.random() * duration, 1) for _ in range(2 * rng.randint(1, 4)))
        pairs = zip(edges[::2], edges[1::2], strict=True)
        stretches = tuple((start, end) for start, end in pairs if end - start >= 1.0)
        modality = rng.choice(("seen", "seen", "seen", "said", "written"))
        return Annotation(words, modality, rng.randint(45, 99), stretches)


def generated(n: int, seed: int = 0, per_index: int | None = None) -> GeneratedLibrary:
    """Return a library of `n` videos whose lengths are 60 to 660 s and whose words are the packaged ones.

    Args:
        n: Number of videos, 0 or more.
        seed: Equal seeds give equal videos.
        per_index: Most videos of one index; None puts all into one.

    Raises:
        ValueError: `n` is negative or `per_index` is below 1.
    """
    return GeneratedLibrary(n, seed, per_index if per_index is not None else max(1, n))


class _Numbered(Sequence[Video]):
    """Videos of a range of numbers, each made when it is looked at."""

    def __init__(self, make: Any, numbers: range) -> None:
        self._make = make
        self.numbers = numbers

    @overload
    def __getitem__(self, item: int) -> Video: ...
    @overload
    def __getitem__(self, item: slice) -> Sequence[Video]: ...
    def __getitem__(self, item: int | slice) -> Video | Sequence[Video]:
        if isinstance(item, slice):
            return [self._make(number) for number in self.numbers[item]]
        video: Video = self._make(self.numbers[item])
        return video

    def __len__(self) -> int:
        return len(self.numbers)


def _range(index: Index) -> range:
    videos = index.videos
    return videos.numbers if isinstance(videos, _Numbered) else range(0)


def _id(prefix: str, number: int) -> str:
    return f"{prefix}{number:0{24 - len(prefix)}x}"
