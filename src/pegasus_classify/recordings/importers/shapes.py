"""What a request, an answer and an error of the Classify API look like, in any client's spelling."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

__all__ = [
    "as_answer",
    "as_request",
    "class_names",
    "classify_path",
    "fits",
    "in_api_spelling",
    "is_error",
    "length_told",
    "path_of",
]

_SNAKE = {
    "videoId": "video_id", "videoIds": "video_ids", "indexId": "index_id", "pageInfo": "page_info",
    "pageLimit": "page_limit", "includeClips": "include_clips", "showDetailedScore": "show_detailed_score",
    "conversationOption": "conversation_option", "minVideoScore": "min_video_score",
    "minClipScore": "min_clip_score", "minDurationRatio": "min_duration_ratio", "durationRatio": "duration_ratio",
    "detailedScores": "detailed_scores", "maxScore": "max_score", "avgScore": "avg_score",
    "normalizedScore": "normalized_score", "durationWeightedScore": "duration_weighted_score",
    "thumbnailUrl": "thumbnail_url", "limitPerPage": "limit_per_page", "totalResults": "total_results",
    "pageExpiredAt": "page_expired_at", "nextPageToken": "next_page_token", "prevPageToken": "prev_page_token",
}  # fmt: skip
"""The JavaScript SDK's names, and the API's."""

_REQUEST_FIELDS = (
    "video_ids", "video_id", "index_id", "options", "conversation_option", "classes", "labels", "page_limit",
    "include_clips", "threshold", "show_detailed_score",
)  # fmt: skip

_PATH = re.compile(r"(?:/p)?/v1\.[12]/classify(?:/(?:<[^<>]*>|[^\s/?#\"'<>]+))?")
_BARE_PATH = re.compile(r"^/?classify(?:/[^\s/?#]+)?$")


def in_api_spelling(value: Any) -> Any:
    """Return JSON with the API's names for the SDKs' own, lists for their list objects, and without empty fields."""
    if isinstance(value, Mapping):
        if set(value) == {"root"}:
            return in_api_spelling(value["root"])
        return {_SNAKE.get(name, name): in_api_spelling(each) for name, each in value.items() if each is not None}
    if isinstance(value, list | tuple):
        return [in_api_spelling(each) for each in value]
    return value


def as_request(value: Any) -> dict[str, Any] | None:
    """Return the body a value stands for; None when it is no Classify request."""
    if not isinstance(value, Mapping):
        return None
    body = in_api_spelling(value)
    entries = body.get("classes") or body.get("labels")
    if not isinstance(entries, list) or not all(isinstance(each, dict) and "prompts" in each for each in entries):
        return None
    return {name: body[name] for name in body if name in _REQUEST_FIELDS}


def as_answer(value: Any) -> dict[str, Any] | None:
    """Return the answer a value stands for; None when it is none.

    Taken are a page (`data`, `page_info`), the bare list of its videos, and the answer of 2022 about one video.
    """
    plain = in_api_spelling(value) if isinstance(value, Mapping | list) else None
    if isinstance(plain, list):
        return {"data": plain, "page_info": {}} if plain and all(map(_is_video, plain)) else None
    if not isinstance(plain, dict):
        return None
    if _is_video(plain) and "data" not in plain and "labels" in plain:
        return plain
    data = plain.get("data")
    if not isinstance(data, list) or not all(map(_is_video, data)):
        return None
    if not data and not _is_page_info(plain.get("page_info")):
        return None
    return {name: plain[name] for name in ("data", "page_info") if name in plain}


def _is_video(value: object) -> bool:
    if not isinstance(value, dict):
        return False
    entries = value.get("classes", value.get("labels"))
    if not isinstance(entries, list) or not ("video_id" in value or entries):
        return False
    return all(isinstance(each, dict) and "name" in each and "prompts" not in each for each in entries)


def _is_page_info(value: object) -> bool:
    return isinstance(value, dict) and bool({"limit_per_page", "total_results", "total_count"} & set(value))


def is_error(value: Any) -> bool:
    """Tell whether a value is the body of an error: a code and a message, both words."""
    return isinstance(value, Mapping) and all(isinstance(value.get(name), str) for name in ("code", "message"))


def classify_path(text: object, version: object = None) -> str | None:
    """Return the Classify address inside a URL or path; None when there is none.

    Args:
        text: Such as `https://api.twelvelabs.io/p/v1.2/classify`, or `/classify/bulk` alone.
        version: Such as `v1.1`; for an address that names none, else `v1.2`.
    """
    if not isinstance(text, str):
        return None
    found = _PATH.search(text)
    if found is not None:
        return found[0]
    if not _BARE_PATH.match(text):
        return None
    return f"/{version if version in ('v1.1', 'v1.2') else 'v1.2'}/{text.lstrip('/')}"


def path_of(request: Mapping[str, Any] | None, answer: Any) -> str:
    """Return the address that a call without one was most likely sent to."""
    data = answer.get("data") if isinstance(answer, Mapping) else None
    first = data[0] if isinstance(data, list) and data else answer
    labels = "labels" in request if request else isinstance(first, Mapping) and "labels" in first
    bulk = "index_id" in request if request else data is not None
    return f"/{'v1.1' if labels else 'v1.2'}/classify{'/bulk' if bulk else ''}"


def class_names(body: Mapping[str, Any]) -> Iterator[str]:
    """Yield the names of the classes of a request, or of every video of an answer, in small letters."""
    videos = body.get("data")
    for each in videos if isinstance(videos, list) else [body]:
        for entry in each.get("classes") or each.get("labels") or ():
            yield str(entry.get("name")).casefold()


def fits(answer: Mapping[str, Any], request: Mapping[str, Any]) -> bool:
    """Tell whether an answer can be one to a request: only classes and videos that were asked about."""
    if not set(class_names(answer)) <= set(class_names(request)):
        return False
    asked = request.get("video_ids")
    data = answer.get("data")
    if not isinstance(asked, list) or not isinstance(data, list):
        return True
    # A name that stands for a value nobody knows could be any id.
    return any(str(each).startswith("<") for each in asked) or {each.get("video_id") for each in data} <= set(asked)


def length_told(value: Mapping[str, Any]) -> tuple[str, float] | None:
    """Return the id and the length in seconds that an answer about a video or upload tells; None without them."""
    metadata = value.get("metadata")
    seconds = metadata.get("duration") if isinstance(metadata, Mapping) else None
    video_id = value.get("video_id") or value.get("_id") or value.get("id")
    if not isinstance(seconds, int | float) or isinstance(seconds, bool) or not 0 < seconds < 1e6:
        return None
    return (video_id, float(seconds)) if isinstance(video_id, str) else None
