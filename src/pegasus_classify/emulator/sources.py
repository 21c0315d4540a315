"""Finds the video a request speaks of, and refuses what the platform would not analyze.

Law of this file: an id, a link or bytes go in, a `Video` with a known length comes out, or an `ApiError`.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from . import parameters
from .api_error import ApiError, invalid, not_found
from .library import Library, Video

__all__ = ["Lengths", "check_length", "find_asset", "find_source", "read_window"]

_MEMBERS = {"asset_id": "asset_id", "url": "url", "base64_string": "base64_string"}
_BASE64_LIMIT = 40_000_000  # characters of 30 MB
_SHARE_PAGES = ("youtube.com", "youtu.be", "drive.google.com", "vimeo.com", "dropbox.com")


@dataclass(frozen=True)
class Lengths:
    """How long a video may be, in seconds.

    Attributes:
        shortest: Shortest video and shortest window.
        longest: Longest video without a window.
        longest_with_window: Longest video of which a window of at most `longest` is analyzed.
    """

    shortest: float
    longest: float
    longest_with_window: float


def find_source(raw: Any, library: Library, *, assets_only: bool = False) -> Video:
    """Return the video that a request's `video` member names.

    Raises:
        ApiError: 400 for a wrong form, 403 for another account's asset, 404 for an unknown one.
    """
    source = parameters.record(raw, "video")
    types = ("asset_id",) if assets_only else tuple(_MEMBERS)
    kind = parameters.word(parameters.member(source, "type", "video."), "video.type", types)
    parameters.known(source, ("type", _MEMBERS[kind]), "video.")
    value = parameters.text(parameters.member(source, kind, "video."), f"video.{kind}")
    if kind == "asset_id":
        return find_asset(value, library)
    return _linked(value, library) if kind == "url" else _sent(value, library)


def find_asset(asset_id: str, library: Library) -> Video:
    """Return the video of an asset.

    Raises:
        ApiError: 403 `read_not_allowed` for another account's asset, 404 for an unknown one.
    """
    if asset_id in library.foreign:
        raise ApiError(403, "read_not_allowed", f"You are not allowed to read the resource with id '{asset_id}'.")
    video = library.asset(asset_id)
    if video is None:
        raise not_found("asset", asset_id)
    return video


def _linked(link: str, library: Library) -> Video:
    parts = urlsplit(link)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise invalid("video.url", "It must be a direct public link to raw media.")
    if any(parts.hostname == page or parts.hostname.endswith(f".{page}") for page in _SHARE_PAGES):
        raise invalid("video.url", "Links to video platforms and share pages are not supported.")
    video = library.named(parts.path.rsplit("/", 1)[-1])
    if video is None:
        raise invalid("video.url", "The video could not be fetched.")
    return replace(video, status="ready")


def _sent(encoded: str, library: Library) -> Video:
    """Return the video whose file name is the content, else a quarter of a minute with nothing in it."""
    if len(encoded) > _BASE64_LIMIT:
        raise ApiError(400, "video_filesize_too_large", "The base64 string must not exceed 30 MB.")
    try:
        content = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        raise invalid("video.base64_string", "It must be base64.") from None
    video = library.named(content[:255].decode("utf-8", errors="replace"))
    return replace(video, status="ready") if video else Video("", None, "sent.mp4", 15.0)


def read_window(body: Mapping[str, Any], video: Video, shortest: float) -> tuple[float, float] | None:
    """Return the analysis window in seconds, None when the request sets none.

    Raises:
        ApiError: 400 when it is reversed, too short or outside the video.
    """
    if body.get("start_time") is None and body.get("end_time") is None:
        return None
    start = parameters.number(body["start_time"], "start_time", 0) if body.get("start_time") is not None else 0.0
    end = parameters.number(body["end_time"], "end_time", 0) if body.get("end_time") is not None else video.duration
    if end <= start:
        raise invalid("end_time", "It must be greater than start_time.")
    if end > video.duration + 0.5:
        raise invalid("end_time", f"It must not exceed the duration of the video ({video.duration:g} seconds).")
    if end - start < shortest:
        raise invalid("end_time", f"The window must be at least {shortest:g} seconds long.")
    return start, min(end, video.duration)


def check_length(video: Video, window: tuple[float, float] | None, lengths: Lengths) -> None:
    """Refuse videos that are too short or too long for the endpoint.

    Raises:
        ApiError: 400, `video_duration_too_short` or `video_duration_too_long`.
    """
    if video.duration < lengths.shortest:
        message = f"The video is {video.duration:g} seconds long. The minimum is {lengths.shortest:g} seconds."
        raise ApiError(400, "video_duration_too_short", message)
    longest = lengths.longest if window is None else lengths.longest_with_window
    if video.duration > longest:
        message = f"The video is {video.duration:g} seconds long. The maximum is {longest:g} seconds."
        raise ApiError(400, "video_duration_too_long", message)
    if window is not None and window[1] - window[0] > lengths.longest:
        raise ApiError(400, "video_duration_too_long", f"The window must not exceed {lengths.longest:g} seconds.")
