"""The platform's lists: indexes, the videos of an index, one video, one asset."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from pegasus_classify.contract.quantities import Seconds
from pegasus_classify.pegasus.replies import Problem
from pegasus_classify.pegasus.retrying import retried
from pegasus_classify.steps import Exchange, Send

__all__ = [
    "LARGEST_PAGE",
    "IndexPage",
    "ListedVideo",
    "asset",
    "index_ids",
    "index_page",
    "index_seconds",
    "listed_video",
]

LARGEST_PAGE = 50
"""Most items the platform lists at once."""


@dataclass(frozen=True, slots=True)
class ListedVideo:
    """One video as an index or an asset describes it.

    Attributes:
        video_id: The legacy id; empty for an asset.
        asset_id: None for a very old video without an asset.
        duration: Seconds, above 0; None when the platform does not tell.
        file_name: None when the platform does not tell.
        ready: False while the platform still works on it.
    """

    video_id: str
    asset_id: str | None
    duration: Seconds | None
    file_name: str | None
    ready: bool = True


@dataclass(frozen=True, slots=True)
class IndexPage:
    """Some videos of an index.

    Attributes:
        videos: Up to fifty.
        pages: How many pages the index has.
        total: How many videos the index has.
    """

    videos: tuple[ListedVideo, ...]
    pages: int
    total: int


def index_page(index_id: str, page: int, retries: int) -> Exchange[IndexPage | Problem]:
    """List a page of an index, 1 being the first, oldest video first, so that an upload meanwhile moves no page."""
    send = Send(
        "GET",
        f"/v1.3/indexes/{quote(index_id, safe='')}/indexed-assets",
        query=(
            ("page", str(page)),
            ("page_limit", str(LARGEST_PAGE)),
            ("sort_by", "created_at"),
            ("sort_option", "asc"),
        ),
    )
    found, _ = yield from retried(send, retries)
    if isinstance(found, Problem):
        return found
    items = found.get("data")
    info = found.get("page_info")
    if not isinstance(items, list) or not isinstance(info, dict):
        return Problem("transient", 200, "", "The platform's list of videos has no `data` or no `page_info`.")
    videos = tuple(_listed(item) for item in items if isinstance(item, dict) and isinstance(item.get("_id"), str))
    return IndexPage(videos, _whole(info.get("total_page"), 1), _whole(info.get("total_results"), len(videos)))


def index_seconds(index_id: str, retries: int) -> Exchange[Seconds | None]:
    """Ask how long the videos of an index are together; None when the platform does not tell."""
    found, _ = yield from retried(Send("GET", f"/v1.3/indexes/{quote(index_id, safe='')}"), retries)
    return None if isinstance(found, Problem) else _positive(found.get("total_duration"))


def listed_video(index_id: str, video_id: str, retries: int) -> Exchange[ListedVideo | Problem]:
    """Look one video of an index up by its legacy id."""
    path = f"/v1.3/indexes/{quote(index_id, safe='')}/indexed-assets/{quote(video_id, safe='')}"
    found, _ = yield from retried(Send("GET", path), retries)
    return found if isinstance(found, Problem) else _listed({**found, "_id": video_id})


def asset(asset_id: str, retries: int) -> Exchange[ListedVideo | Problem]:
    """Look an upload up by its own id, for its length."""
    found, _ = yield from retried(Send("GET", f"/v1.3/assets/{quote(asset_id, safe='')}"), retries)
    return found if isinstance(found, Problem) else _listed({**found, "_id": "", "asset_id": asset_id})


def index_ids(page: int, retries: int) -> Exchange[tuple[tuple[str, ...], int] | Problem]:
    """List a page of the account's indexes: their ids, and how many pages there are."""
    send = Send("GET", "/v1.3/indexes", query=(("page", str(page)), ("page_limit", str(LARGEST_PAGE))))
    found, _ = yield from retried(send, retries)
    if isinstance(found, Problem):
        return found
    items, info = found.get("data"), found.get("page_info")
    items = items if isinstance(items, list) else []
    ids = tuple(item["_id"] for item in items if isinstance(item, dict) and isinstance(item.get("_id"), str))
    return ids, _whole(info.get("total_page") if isinstance(info, dict) else None, 1)


def _listed(item: dict[str, Any]) -> ListedVideo:
    metadata = item.get("system_metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    asset_id = item.get("asset_id")
    name = metadata.get("filename") or item.get("filename")
    return ListedVideo(
        video_id=item["_id"],
        asset_id=asset_id if isinstance(asset_id, str) and asset_id else None,
        duration=_positive(metadata.get("duration")) or _positive(item.get("duration")),
        file_name=name if isinstance(name, str) else None,
        ready=item.get("status", "ready") == "ready",
    )


def _positive(value: object) -> Seconds | None:
    usable = isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < float("inf")
    return float(value) if usable else None  # type: ignore[arg-type]


def _whole(value: object, otherwise: int) -> int:
    return value if isinstance(value, int) and value >= 0 else otherwise
