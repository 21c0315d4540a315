"""A located video as a row of the table of videos, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pegasus_classify.contract.asks import Video, VideoSource
from pegasus_classify.contract.quantities import Seconds

__all__ = ["video_of", "video_row"]


def video_row(account: str, video_id: str, video: Video, now: Seconds) -> dict[str, Any]:
    """Return the row of an account's video, kept at a time given in seconds since 1970."""
    return {
        "account": account,
        "video_id": video_id,
        "source_kind": video.source.kind,
        "source": video.source.value,
        "duration": video.duration,
        "file_name": video.file_name,
        "updated": now,
    }


def video_of(row: Mapping[Any, Any]) -> Video:
    """Return the video that a row tells of."""
    source = VideoSource(row["source_kind"], row["source"])
    return Video(row["video_id"], source, row["duration"], row["file_name"])
