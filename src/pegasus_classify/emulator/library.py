"""The videos of the stand-in: what is in them, and what the platform would tell about them.

Law of this file: an annotation says what can be found and when; nothing here knows a prompt, a class or an answer.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from typing import Any, Protocol

__all__ = [
    "EDGE_INDEX_ID",
    "MAIN_INDEX_ID",
    "Annotation",
    "FixedLibrary",
    "Index",
    "Library",
    "Video",
    "packaged_library",
]

MAIN_INDEX_ID = "639961aace36463e0199c8b0"
"""The packaged index of 13 videos, among them all seven ids of the old guide."""

EDGE_INDEX_ID = "64e0c0de4f1d2a0019aa00e0"
"""The packaged index of awkward videos: too short, too long, without a length, without an asset."""


@dataclass(frozen=True)
class Annotation:
    """One thing that happens in a video.

    Attributes:
        words: Spellings that mean this thing; compared without case, as whole words.
        modality: `seen`, `said` or `written`.
        certainty: 0 to 100, how sure the model would be.
        stretches: Pairs of seconds from the start of the video, start before end, in order.
    """

    words: tuple[str, ...]
    modality: str
    certainty: int
    stretches: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Video:
    """One video of one index.

    Attributes:
        id: The indexed asset's id, the video id of old.
        asset_id: None for a video from before assets existed.
        filename: Name of the file.
        duration: Real length in seconds.
        told_by_index: Whether the index lists the length.
        told_by_asset: Whether the asset tells the length.
        status: Status of the asset: `ready`, `processing` or `failed`.
        created_at: RFC 3339.
        annotations: What is in it.
        user_metadata: The owner's own notes.
    """

    id: str
    asset_id: str | None
    filename: str
    duration: float
    told_by_index: bool = True
    told_by_asset: bool = True
    status: str = "ready"
    created_at: str = "2025-01-06T09:00:00Z"
    annotations: tuple[Annotation, ...] = ()
    user_metadata: Mapping[str, Any] | None = None

    @cached_property
    def by_word(self) -> Mapping[str, tuple[Annotation, ...]]:
        """The annotations behind each spelling, in lower case."""
        found: dict[str, tuple[Annotation, ...]] = {}
        for note in self.annotations:
            for word in {word.lower() for word in note.words}:
                found[word] = (*found.get(word, ()), note)
        return found

    @property
    def size(self) -> int:
        """Size of the file in bytes, made up from the length."""
        return int(self.duration * 250_000)


@dataclass(frozen=True)
class Index:
    """One index; `videos` may be computed when it is read."""

    id: str
    name: str
    videos: Sequence[Video]
    total_duration: float
    created_at: str = "2025-01-06T08:00:00Z"


class Library(Protocol):
    """What the stand-in needs to know about videos."""

    @property
    def indexes(self) -> Sequence[Index]:
        """All indexes, oldest first."""

    @property
    def foreign(self) -> frozenset[str]:
        """Ids that exist but belong to another account."""

    @property
    def vocabulary(self) -> frozenset[str]:
        """Every spelling of every annotation."""

    def video(self, index_id: str, video_id: str) -> Video | None:
        """Return one video of one index, None when it is not there."""

    def asset(self, asset_id: str) -> Video | None:
        """Return the video of an asset, None when there is no such asset."""

    def named(self, filename: str) -> Video | None:
        """Return the video with that file name, None when there is none."""

    def holders(self, asset_id: str) -> Sequence[tuple[Index, Video]]:
        """Return the indexes that hold an asset, with the asset's video in each."""

    def assets(self) -> Iterable[Video]:
        """Go through the videos that have an asset."""


class FixedLibrary:
    """A library held in memory."""

    def __init__(self, indexes: Iterable[Index], foreign: Iterable[str] = ()) -> None:
        self._indexes = tuple(indexes)
        self._foreign = frozenset(foreign)
        self._videos = {(index.id, video.id): video for index in self._indexes for video in index.videos}
        self._assets = {video.asset_id: video for video in self._videos.values() if video.asset_id}
        self._names = {video.filename: video for video in self._videos.values()}

    @property
    def indexes(self) -> Sequence[Index]:
        """All indexes, oldest first."""
        return self._indexes

    @property
    def foreign(self) -> frozenset[str]:
        """Ids that exist but belong to another account."""
        return self._foreign

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """Every spelling of every annotation."""
        annotations = (note for video in self._videos.values() for note in video.annotations)
        return frozenset(word for note in annotations for word in note.words)

    def video(self, index_id: str, video_id: str) -> Video | None:
        """Return one video of one index, None when it is not there."""
        return self._videos.get((index_id, video_id))

    def asset(self, asset_id: str) -> Video | None:
        """Return the video of an asset, None when there is no such asset."""
        return self._assets.get(asset_id)

    def named(self, filename: str) -> Video | None:
        """Return the video with that file name, None when there is none."""
        return self._names.get(filename)

    def holders(self, asset_id: str) -> Sequence[tuple[Index, Video]]:
        """Return the indexes that hold an asset, with the asset's video in each."""
        return [(index, video) for index in self._indexes for video in index.videos if video.asset_id == asset_id]

    def assets(self) -> Iterator[Video]:
        """Go through the videos that have an asset, each asset once."""
        return iter(self._assets.values())


def packaged_library() -> FixedLibrary:
    """Return the library that comes with the package: 13 videos, the awkward ones and a few trailers."""
    text = files(__package__).joinpath("library.json").read_text(encoding="utf-8")
    document = json.loads(text)
    return FixedLibrary(map(_index, document["indexes"]), document["foreign"])


def _index(raw: Mapping[str, Any]) -> Index:
    videos = tuple(map(_video, raw["videos"]))
    total = round(sum(video.duration for video in videos), 3)
    return Index(raw["id"], raw["name"], videos, total, raw["created_at"])


def _video(raw: Mapping[str, Any]) -> Video:
    annotations = tuple(
        Annotation(
            words=tuple(note["words"]),
            modality=note["modality"],
            certainty=note["certainty"],
            stretches=tuple((float(start), float(end)) for start, end in note["stretches"]),
        )
        for note in raw["annotations"]
    )
    return Video(**{**raw, "annotations": annotations})
