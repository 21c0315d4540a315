"""A platform of two small indexes, as a function of the request, for tests without sockets."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from playing import json_reply

from pegasus_classify.steps import Reply, Send

__all__ = ["SmallPlatform", "listed"]


def listed(
    video_id: str, *, asset: str | None = "", duration: float | None = 60.0, status: str = "ready"
) -> dict[str, Any]:
    """One video as an index lists it; its asset is called after it unless said otherwise."""
    metadata: dict[str, Any] = {"filename": f"{video_id}.mp4"}
    if duration is not None:
        metadata["duration"] = duration
    return {
        "_id": video_id,
        "asset_id": f"asset-{video_id}" if asset == "" else asset,
        "status": status,
        "system_metadata": metadata,
    }


@dataclass
class SmallPlatform:
    """Answers look-ups.

    Attributes:
        indexes: Index id → listed videos.
        assets: Asset id → seconds; None when the platform does not know them.
        page_size: Videos per page, whatever the request says, so that few videos make several pages.
        total_duration: What every index says its videos last together; None when it does not say.
        broken: Paths that are answered with 503, by their beginning.
        seen: Paths asked for.
    """

    indexes: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    assets: dict[str, float | None] = field(default_factory=dict)
    page_size: int = 50
    broken: tuple[str, ...] = ()
    total_duration: float | None = None
    seen: list[str] = field(default_factory=list)

    def __call__(self, send: Send) -> Reply:
        """Answer one request."""
        self.seen.append(send.path)
        if self.broken and send.path.startswith(self.broken):
            return Reply(503)
        parts = send.path.split("/")[2:]
        if parts == ["indexes"]:
            return self._page([{"_id": name} for name in self.indexes], send)
        if parts[0] == "assets":
            return self._asset(parts[1])
        return self._index(parts, send)

    def _asset(self, asset_id: str) -> Reply:
        if asset_id not in self.assets:
            return json_reply(404, {"code": "resource_not_exists", "message": "no such asset"})
        duration = self.assets[asset_id]
        return json_reply(200, {"_id": asset_id} if duration is None else {"_id": asset_id, "duration": duration})

    def _index(self, parts: list[str], send: Send) -> Reply:
        videos = self.indexes.get(parts[1])
        if videos is None:
            return json_reply(404, {"code": "resource_not_exists", "message": "no such index"})
        if len(parts) == 2:
            total = {} if self.total_duration is None else {"total_duration": self.total_duration}
            return json_reply(200, {"_id": parts[1], "video_count": len(videos), **total})
        if len(parts) == 3:
            return self._page(videos, send)
        found = [video for video in videos if video["_id"] == parts[3]]
        return json_reply(200, found[0]) if found else json_reply(404, {"code": "resource_not_exists", "message": "no"})

    def _page(self, items: list[dict[str, Any]], send: Send) -> Reply:
        number = int(dict(send.query)["page"])
        pages = -(-len(items) // self.page_size)
        info = {"page": number, "total_page": pages, "total_results": len(items)}
        return json_reply(
            200, {"data": items[(number - 1) * self.page_size : number * self.page_size], "page_info": info}
        )
