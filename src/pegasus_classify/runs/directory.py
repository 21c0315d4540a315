"""From legacy video ids to what the platform can be asked about: asset and length."""

from __future__ import annotations

from collections.abc import Generator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pegasus_classify.contract.asks import Video, VideoSource
from pegasus_classify.contract.result import Failure
from pegasus_classify.errors import SettingsError, error_of_status, parameter_invalid
from pegasus_classify.pegasus import listing
from pegasus_classify.pegasus.listing import IndexPage, ListedVideo
from pegasus_classify.pegasus.replies import Problem, failure_of
from pegasus_classify.steps import Exchange

__all__ = ["Directory", "Located", "Mapped", "Search", "mapped_videos"]

Located = Video | Failure
"""A video that can be asked about, or why it cannot."""

Search = Generator[list[Exchange[Any]], tuple[Any, ...], list[Located]]
"""A job that wants lists of exchanges and returns what it located."""

PAGES_AT_ONCE = 16
"""How many pages of an index are read side by side."""


@dataclass(frozen=True, slots=True)
class Mapped:
    """One entry of a user's video map.

    Attributes:
        source: Where the video's bytes are.
        duration: Seconds, above 0; None when the map does not say.
    """

    source: VideoSource
    duration: float | None = None


def mapped_videos(video_map: Mapping[str, Any]) -> dict[str, Mapped]:
    """Read a video map: legacy id → asset id, URL, S3 URI, or `{"source": …, "duration": seconds}`.

    Raises:
        SettingsError: An entry is of another form; the message names the video.
    """
    return {video_id: _mapped(video_id, value) for video_id, value in video_map.items()}


def _mapped(video_id: str, value: object) -> Mapped:
    entry: Mapping[str, Any] = value if isinstance(value, Mapping) else {"source": value}
    source, duration = entry.get("source"), entry.get("duration")
    usable = duration is None or (isinstance(duration, int | float) and 0 < duration < float("inf"))
    if not isinstance(source, str) or not source or not usable:
        raise SettingsError(
            f"video map, entry {video_id!r}: give an asset id, URL or S3 URI, "
            'or {"source": …, "duration": seconds above 0}'
        )
    return Mapped(_source(source), None if duration is None else float(duration))


def _source(text: str) -> VideoSource:
    if text.startswith("s3://"):
        return VideoSource("s3", text)
    if text.startswith(("http://", "https://")):
        return VideoSource("url", text)
    return VideoSource("asset_id", text)


@dataclass
class Directory:
    """What one account knows about its videos.

    Attributes:
        mapped: The user's own map; it goes before everything else.
        index_ids: Where ids are looked for; empty: in all indexes of the account.
        retries: How often a failed look-up is tried again.
        known: Videos located before, legacy id → video; filled as more are found.
        remembered: Ids of those that were taken from there and not looked up by this directory.
    """

    mapped: Mapping[str, Mapped] = field(default_factory=dict)
    index_ids: Sequence[str] = ()
    retries: int = 4
    known: MutableMapping[str, Video] = field(default_factory=dict)
    remembered: set[str] = field(default_factory=set)

    def forget(self, video_id: str) -> None:
        """Drop what is known about a video, because the platform said it is wrong."""
        self.known.pop(video_id, None)
        self.remembered.discard(video_id)

    def locate(self, video_ids: Sequence[str]) -> Search:
        """Find videos by their legacy ids: in the map, in what is known, then in the indexes.

        Returns:
            One entry per id, in the order asked.

        Raises:
            BadRequestError: Ids that are nowhere to be found; the message names them and says what to do.
            APIStatusError: The platform's lists cannot be read.
        """
        found: dict[str, Located] = {video_id: self.known[video_id] for video_id in video_ids if video_id in self.known}
        self.remembered.update(found)
        mapped = [video_id for video_id in video_ids if video_id in self.mapped and video_id not in found]
        found.update((yield from self._from_map(mapped)))
        missing = [video_id for video_id in video_ids if video_id not in found]
        if missing:
            found.update((yield from self._from_indexes(missing)))
        absent = [video_id for video_id in video_ids if video_id not in found]
        if absent:
            raise parameter_invalid(
                "video_ids",
                absent if len(absent) > 1 else absent[0],
                "No index of the account holds it. Name its index (--index), or add the id to the video map "
                "(--video-map).",
            )
        return [found[video_id] for video_id in video_ids]

    def page(self, index_id: str, number: int) -> Generator[list[Exchange[Any]], tuple[Any, ...], _PageFound]:
        """Read one page of an index, 1 being the first, and locate what it lists.

        Raises:
            BadRequestError: There is no such index.
            APIStatusError: The list cannot be read.
        """
        wanted: list[Exchange[Any]] = [listing.index_page(index_id, number, self.retries)]
        if number == 1:
            # Asked beside the first page, so that a long list need not be read whole before the first question.
            wanted.append(listing.index_seconds(index_id, self.retries))
        page, *told = yield wanted
        if isinstance(page, Problem):
            raise _index_error(page, index_id)
        located = yield from self._all_of(page.videos)
        return _PageFound(located, page.pages, page.total, told[0] if told else None)

    def _from_map(
        self, video_ids: Sequence[str]
    ) -> Generator[list[Exchange[Any]], tuple[Any, ...], dict[str, Located]]:
        entries = {video_id: self.mapped[video_id] for video_id in video_ids}
        unknown = [
            (video_id, entry.source.value)
            for video_id, entry in entries.items()
            if entry.duration is None and entry.source.kind == "asset_id"
        ]
        lengths: dict[str, Any] = {}
        if unknown:
            looked_up = yield [listing.asset(asset_id, self.retries) for _, asset_id in unknown]
            lengths = {video_id: result for (video_id, _), result in zip(unknown, looked_up, strict=True)}
        return {
            video_id: self._keep(_from_entry(video_id, entry, lengths.get(video_id)))
            for video_id, entry in entries.items()
        }

    def _from_indexes(
        self, video_ids: Sequence[str]
    ) -> Generator[list[Exchange[Any]], tuple[Any, ...], dict[str, Located]]:
        indexes = self.index_ids or (yield from self._all_indexes())
        found: dict[str, Located] = {}
        for index_id in indexes:
            missing = [video_id for video_id in video_ids if video_id not in found]
            if not missing:
                break
            listed = yield from self._search_index(index_id, missing)
            located = yield from self._all_of(listed)
            found.update({video.video_id: video for video in located})
        return found

    def _search_index(
        self, index_id: str, wanted: Sequence[str]
    ) -> Generator[list[Exchange[Any]], tuple[Any, ...], list[ListedVideo]]:
        """Look for videos in one index by whichever takes fewer requests: one per video, or one per page."""
        if len(wanted) > 2:
            (first,) = yield [listing.index_page(index_id, 1, self.retries)]
            if isinstance(first, Problem):
                raise _index_error(first, index_id)
            if first.pages <= len(wanted):
                return (yield from self._search_pages(index_id, set(wanted), first))
        results = yield [listing.listed_video(index_id, video_id, self.retries) for video_id in wanted]
        problems = [result for result in results if isinstance(result, Problem) and not _is_absence(result)]
        if problems:
            raise _index_error(problems[0], index_id)
        return [result for result in results if isinstance(result, ListedVideo)]

    def _search_pages(
        self, index_id: str, wanted: set[str], first: IndexPage
    ) -> Generator[list[Exchange[Any]], tuple[Any, ...], list[ListedVideo]]:
        found = [video for video in first.videos if video.video_id in wanted]
        next_page = 2
        while next_page <= first.pages and len(found) < len(wanted):
            numbers = range(next_page, min(first.pages, next_page + PAGES_AT_ONCE - 1) + 1)
            pages = yield [listing.index_page(index_id, number, self.retries) for number in numbers]
            for page in pages:
                if isinstance(page, Problem):
                    raise _index_error(page, index_id)
                found.extend(video for video in page.videos if video.video_id in wanted)
            next_page = numbers.stop
        return found

    def _all_indexes(self) -> Generator[list[Exchange[Any]], tuple[Any, ...], list[str]]:
        ids: list[str] = []
        number, pages = 1, 1
        while number <= pages:
            (result,) = yield [listing.index_ids(number, self.retries)]
            if isinstance(result, Problem):
                raise _platform_error(result)
            more, pages = result
            ids.extend(more)
            number += 1
        return ids

    def _all_of(self, listed: Sequence[ListedVideo]) -> Search:
        """Turn listed videos into located ones, asking for the assets of those without a length."""
        unknown = [video for video in listed if video.ready and video.asset_id and video.duration is None]
        lengths: dict[str, Any] = {}
        if unknown:
            results = yield [listing.asset(video.asset_id or "", self.retries) for video in unknown]
            lengths = {video.video_id: result for video, result in zip(unknown, results, strict=True)}
        return [self._keep(_from_listed(video, lengths.get(video.video_id))) for video in listed]

    def _keep(self, located: Located) -> Located:
        if isinstance(located, Video):
            self.known[located.video_id] = located
        return located


@dataclass(frozen=True, slots=True)
class _PageFound:
    """What one page of an index brought: located videos, number of pages, number of videos in all.

    The first page also brings how many seconds all videos have together, None where the platform does not tell.
    """

    located: list[Located]
    pages: int
    total: int
    seconds: float | None


def _from_entry(video_id: str, entry: Mapped, looked_up: ListedVideo | Problem | None) -> Located:
    if isinstance(looked_up, Problem):
        return _failure(video_id, looked_up)
    duration = entry.duration or (looked_up.duration if looked_up else None)
    if duration is None:
        return _unknown_length(video_id)
    return Video(video_id, entry.source, duration, looked_up.file_name if looked_up else None)


def _from_listed(video: ListedVideo, looked_up: ListedVideo | Problem | None) -> Located:
    if not video.ready:
        return Failure(
            video.video_id, "not_ready", "The platform has not finished with this video; ask again later.", 400
        )
    if video.asset_id is None:
        return Failure(
            video.video_id,
            "unknown_video",
            "The platform lists this video without an asset; add it to the video map (--video-map).",
            400,
            "parameter_invalid",
        )
    if isinstance(looked_up, Problem):
        return _failure(video.video_id, looked_up)
    duration = video.duration or (looked_up.duration if looked_up else None)
    if duration is None:
        return _unknown_length(video.video_id)
    return Video(video.video_id, VideoSource("asset_id", video.asset_id), duration, video.file_name)


def _failure(video_id: str, problem: Problem) -> Failure:
    failure = failure_of(problem)
    kind = "unknown_video" if _is_absence(problem) else failure.kind
    return Failure(video_id, kind, failure.message, failure.status_code, failure.code, failure.retry_after)


def _unknown_length(video_id: str) -> Failure:
    return Failure(
        video_id,
        "unknown_length",
        "The platform does not tell how long this video is; add a duration to the map (--video-map).",
        400,
        "parameter_invalid",
    )


def _is_absence(problem: Problem) -> bool:
    """Tell "there is no such video here" from a failure; an id of another form is answered with 400."""
    return problem.status in {400, 404}


def _index_error(problem: Problem, index_id: str) -> Exception:
    if _is_absence(problem):
        return parameter_invalid("index_id", index_id, "The account has no such index.")
    return _platform_error(problem)


def _platform_error(problem: Problem) -> Exception:
    failure = failure_of(problem)
    return error_of_status(failure.status_code, failure.message, code=failure.code, retry_after=failure.retry_after)
