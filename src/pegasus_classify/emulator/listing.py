"""Indexes, their videos, indexed assets and assets: what the platform tells about the library."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from .api_error import invalid, not_found
from .core import Core
from .library import Index, Video
from .paging import Query, page_of
from .sources import find_asset
from .wire import json_response

__all__ = [
    "asset_holders",
    "get_asset",
    "get_index",
    "get_indexed_asset",
    "get_video",
    "list_assets",
    "list_indexed_assets",
    "list_indexes",
    "list_videos",
]

_FILTERS = (
    "sort_by", "sort_option", "filename", "duration", "fps", "width", "height", "size", "created_at", "updated_at",
    "user_metadata",
)  # fmt: skip
_INDEXING = ("ready", "pending", "queued", "indexing", "validating", "failed")
_ASSET_TYPES = ("image", "video", "audio", "document")
_INDEX_FILTERS = (
    "sort_by", "sort_option", "index_name", "model_options", "model_family", "created_at", "updated_at",
)  # fmt: skip
_FPS, _WIDTH, _HEIGHT = 30.0, 1280, 720


async def list_indexes(core: Core, request: Request, _key: str) -> Response:
    """List the indexes."""
    query = Query(request, _INDEX_FILTERS)
    indexes = _sorted(list(core.library.indexes), query)
    name = query.get("index_name")
    found = [index for index in indexes if name is None or name.lower() in index.name.lower()]
    return json_response(page_of(found, query, _index_view))


async def get_index(core: Core, request: Request, _key: str) -> Response:
    """Show one index."""
    return json_response(_index_view(_index(core, request)))


async def list_videos(core: Core, request: Request, _key: str) -> Response:
    """List the videos of an index, in the way of old."""
    return _list(core, request, indexed=False)


async def list_indexed_assets(core: Core, request: Request, _key: str) -> Response:
    """List the indexed assets of an index."""
    return _list(core, request, indexed=True)


async def get_video(core: Core, request: Request, _key: str) -> Response:
    """Show one video of an index."""
    return json_response(_video_view(_video(core, request), indexed=False))


async def get_indexed_asset(core: Core, request: Request, _key: str) -> Response:
    """Show one indexed asset."""
    return json_response(_video_view(_video(core, request), indexed=True))


async def list_assets(core: Core, request: Request, _key: str) -> Response:
    """List the assets of the account."""
    query = Query(request, ("asset_ids", "asset_types", "filename"))
    types = query.words("asset_types", _ASSET_TYPES)
    wanted = query.every("asset_ids")
    if wanted:
        found = [video for video in map(core.library.asset, wanted) if video is not None]
    else:
        found = list(core.library.assets())
    if types and "video" not in types:
        found = []
    filename = query.get("filename")
    if filename is not None:
        found = [video for video in found if video.filename == filename]
    return json_response(page_of(found, query, lambda video: _asset_view(core, video)))


async def get_asset(core: Core, request: Request, _key: str) -> Response:
    """Show one asset."""
    return json_response(_asset_view(core, _asset(core, request)))


async def asset_holders(core: Core, request: Request, _key: str) -> Response:
    """List the indexed assets that came from one asset."""
    asset = _asset(core, request)
    query = Query(request)
    holders = core.library.holders(asset.asset_id or "")
    return json_response(page_of(holders, query, _holder_view))


def _holder_view(pair: tuple[Index, Video]) -> dict[str, Any]:
    index, video = pair
    return {"_id": video.id, "index": {"_id": index.id, "index_name": index.name}}


def _index(core: Core, request: Request) -> Index:
    wanted = request.path_params["index_id"]
    index = next((index for index in core.library.indexes if index.id == wanted), None)
    if index is None:
        raise not_found("index", wanted)
    return index


def _video(core: Core, request: Request) -> Video:
    index = _index(core, request)
    wanted = request.path_params["video_id"]
    video = core.library.video(index.id, wanted)
    if video is None:
        raise not_found("video", wanted)
    return video


def _asset(core: Core, request: Request) -> Video:
    video = find_asset(request.path_params["asset_id"], core.library)
    if core.faults.of(video, count=False) == "404":
        raise not_found("asset", request.path_params["asset_id"])
    return video


def _list(core: Core, request: Request, *, indexed: bool) -> Response:
    index = _index(core, request)
    query = Query(request, (*_FILTERS, "status") if indexed else _FILTERS)
    videos: Sequence[Video] = index.videos
    statuses = query.words("status", _INDEXING)
    if statuses and "ready" not in statuses:
        videos = ()
    # A made-up library is far too large to be looked at unless a filter asks for it.
    tests = [test for name in _FILTERS[2:] if (test := _test(name, query)) is not None]
    if tests:
        videos = [video for video in videos if all(test(video) for test in tests)]
    return json_response(page_of(_sorted(videos, query), query, lambda video: _video_view(video, indexed=indexed)))


_MEASURES: Mapping[str, Callable[[Video], float | None]] = {
    "duration": lambda video: video.duration if video.told_by_index else None,
    "fps": lambda _: _FPS,
    "width": lambda _: _WIDTH,
    "height": lambda _: _HEIGHT,
    "size": lambda video: video.size,
}


def _test(name: str, query: Query) -> Callable[[Video], bool] | None:
    """Return the test of one filter, None when the query does not use it."""
    if name in _MEASURES:
        bounds = query.bounds(name)
        return None if bounds is None else partial(_measures_within, _MEASURES[name], bounds)
    if name == "user_metadata":
        wanted = query.nested(name)
        return partial(_has_notes, wanted) if wanted else None
    value = query.get(name)
    if value is None:
        return None
    return partial(_is_named if name == "filename" else _is_since, value)


def _measures_within(measure: Callable[[Video], float | None], bounds: tuple[float, float], video: Video) -> bool:
    value = measure(video)
    return value is not None and bounds[0] <= value <= bounds[1]


def _is_named(filename: str, video: Video) -> bool:
    return video.filename == filename


def _is_since(moment: str, video: Video) -> bool:
    return video.created_at >= moment


def _has_notes(wanted: Mapping[str, str], video: Video) -> bool:
    notes = video.user_metadata or {}
    return all(str(notes.get(name, "")) == value for name, value in wanted.items())


def _sorted(items: Sequence[Any], query: Query) -> Sequence[Any]:
    by = query.words("sort_by", ("created_at", "updated_at"))
    option = query.words("sort_option", ("asc", "desc"))
    if len(by) > 1 or len(option) > 1:
        raise invalid("sort_by", "Give it once.")
    # Libraries are in order of creation, and nothing is ever updated.
    return items if (option or ["desc"]) == ["asc"] else _Reversed(items)


class _Reversed(Sequence[Any]):
    """A sequence backwards, without looking at its items."""

    def __init__(self, items: Sequence[Any]) -> None:
        self._items = items

    def __len__(self) -> int:
        return len(self._items)

    def __getitem__(self, item: Any) -> Any:
        if isinstance(item, slice):
            return [self._items[len(self) - 1 - place] for place in range(*item.indices(len(self)))]
        if not 0 <= item < len(self):
            raise IndexError(item)
        return self._items[len(self) - 1 - item]


def _index_view(index: Index) -> dict[str, Any]:
    return {
        "_id": index.id,
        "index_name": index.name,
        "models": [{"model_name": "marengo3.0", "model_options": ["visual", "audio"]}],
        "video_count": len(index.videos),
        "total_duration": index.total_duration,
        "created_at": index.created_at,
        "updated_at": index.created_at,
        "expires_at": None,
        "addons": ["thumbnail"],
    }


def _video_view(video: Video, *, indexed: bool) -> dict[str, Any]:
    metadata: dict[str, Any] = {
        "filename": video.filename,
        "duration": video.duration,
        "fps": _FPS,
        "width": _WIDTH,
        "height": _HEIGHT,
        "size": video.size,
    }
    if not video.told_by_index:
        del metadata["duration"]
    return {
        "_id": video.id,
        "asset_id": video.asset_id,
        "created_at": video.created_at,
        "updated_at": video.created_at,
        "indexed_at": video.created_at,
        **({"status": "ready"} if indexed else {}),
        "system_metadata": metadata,
        **({"user_metadata": dict(video.user_metadata)} if video.user_metadata else {}),
    }


def _asset_view(core: Core, video: Video) -> dict[str, Any]:
    status = "processing" if core.faults.of(video, count=False) == "never_ready" else video.status
    view: dict[str, Any] = {
        "_id": video.asset_id,
        "method": "direct",
        "status": status,
        "filename": video.filename,
        "file_type": "video/mp4",
        "created_at": video.created_at,
    }
    if status == "ready":
        view["size"] = video.size
        if video.told_by_asset:
            view["duration"] = video.duration
    if status == "failed":
        view["error"] = {"code": "asset_unavailable", "message": "The file could not be read."}
    return view
