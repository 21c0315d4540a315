"""Calls inside any JSON value: an answer alone, beside its request, or somewhere in a log's own wrapping."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pegasus_classify.recordings.format import RecordedCall, Recording
from pegasus_classify.recordings.importers.shapes import (
    as_answer,
    as_request,
    classify_path,
    is_error,
    length_told,
    path_of,
)
from pegasus_classify.recordings.scrub import scrubbed

__all__ = ["Known", "Search", "calls_in", "finished_calls"]

_STATUS_NAMES = ("status", "status_code", "statusCode", "http_status", "httpStatus", "code")
_TIME_NAMES = ("recorded_at", "timestamp", "time", "ts", "@timestamp", "created_at", "date", "datetime")
_PATH_NAMES = ("path", "url", "uri", "endpoint", "request_url", "requestUrl")
_ANSWER_NAMES = ("response", "answer", "output", "result", "body")

_STATUS_OF_CODE = {
    "too_many_requests": 429,
    "api_key_invalid": 401,
    "resource_not_exists": 404,
    "endpoint_not_exists": 404,
}
"""Of an error that stands without its status; every other code the old API had came with 400."""

_DEEPEST = 40


@dataclass(frozen=True, slots=True)
class Known:
    """What the surroundings of a value tell about the call it belongs to; None: nothing."""

    request: dict[str, Any] | None = None
    path: str | None = None
    status: int | None = None
    recorded_at: str | None = None
    source: str | None = None


@dataclass
class Search:
    """Goes through JSON values and gathers what it finds.

    Attributes:
        found: Each answer or error with what was known about it, in the order of the text.
        requests: Requests seen, whether or not an answer stood beside them.
        lengths: Video id → seconds, from answers about videos and uploads.
    """

    found: list[tuple[Known, Any]] = field(default_factory=list)
    requests: list[Known] = field(default_factory=list)
    lengths: dict[str, float] = field(default_factory=dict)

    def look(self, value: Any, known: Known, depth: int = 0) -> None:
        """Search one value; texts that hold JSON are looked into."""
        value = _unpacked(value)
        if depth > _DEEPEST or not isinstance(value, Mapping | list):
            return
        answer = as_answer(value)
        if answer is not None:
            self.found.append((known, answer))
        elif isinstance(value, list):
            for each in value:
                self.look(each, known, depth + 1)
        else:
            self._look_inside(value, known, depth)

    def _look_inside(self, value: Mapping[str, Any], known: Known, depth: int) -> None:
        length = length_told(value)
        if length is not None:
            self.lengths[length[0]] = length[1]
        around = self._learned(value, known)
        request = as_request(value)
        if request is not None:
            # A log entry may carry the request's fields and the answer side by side.
            around = replace(around, request=request)
            self.requests.append(around)
        before = len(self.found)
        if is_error(value) and (around.request is not None or around.path is not None):
            self.found.append((around, dict(value)))
            return
        for each in value.values():
            self.look(each, around, depth + 1)
        if len(self.found) == before and _refused_without_words(value, around):
            self.found.append((around, None))

    def _learned(self, value: Mapping[str, Any], known: Known) -> Known:
        """Add what an object tells about the calls inside it."""
        request = _request_beside(value)
        version = value.get("api") or value.get("version")
        paths = (classify_path(each, version) for each in _deeper(value, _PATH_NAMES))
        return Known(
            request=request or known.request,
            path=next((path for path in paths if path), known.path),
            status=next((each for each in _named(value, _STATUS_NAMES) if _is_status(each)), known.status),
            recorded_at=next((each for each in _named(value, _TIME_NAMES) if isinstance(each, str)), known.recorded_at),
            source=value["source"] if isinstance(value.get("source"), str) else known.source,
        )


def calls_in(value: Any, source: str | None = None, status: int | None = None) -> Recording:
    """Return the calls found in a JSON value.

    Args:
        value: As parsed, every number a number.
        source: Told with every call that names none itself.
        status: Of answers that stand without one; 200 when not given, errors by their code.
    """
    search = Search()
    search.look(value, Known(source=source, status=status))
    return Recording(tuple(finished_calls(search.found, search.lengths)))


def finished_calls(found: Iterable[tuple[Known, Any]], lengths: Mapping[str, float]) -> list[RecordedCall]:
    """Return what was found as calls, free of secrets.

    Args:
        found: Answers and errors, each with what is known about its call.
        lengths: Video id → seconds; each call keeps those of its own videos.
    """
    return [_call(known, response, lengths) for known, response in found]


def _call(known: Known, response: Any, lengths: Mapping[str, float]) -> RecordedCall:
    status = known.status
    if is_error(response) and (status is None or status < 400):
        status = _STATUS_OF_CODE.get(response["code"], 400)
    durations = {video: lengths[video] for video in _videos(known.request, response) if video in lengths}
    return RecordedCall(
        path=known.path or path_of(known.request, response),
        status=status or 200,
        request=scrubbed(known.request),
        response=scrubbed(response),
        recorded_at=known.recorded_at,
        source=scrubbed(known.source),
        durations=durations or None,
    )


def _videos(request: Mapping[str, Any] | None, response: Any) -> list[str]:
    data = response.get("data", [response]) if isinstance(response, Mapping) else []
    answered = [str(each.get("video_id")) for each in data]
    asked = (request or {}).get("video_ids")
    return list(dict.fromkeys([*(asked if isinstance(asked, list) else ()), *answered]))


def _unpacked(value: Any) -> Any:
    """Return the JSON inside a text; anything else as it is."""
    if not isinstance(value, str) or value.lstrip()[:1] not in {"{", "["}:
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value


def _request_beside(value: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the request inside an object's members, those apart that hold an answer of their own."""
    for each in value.values():
        inner = _unpacked(each)
        request = as_request(inner)
        if request is None and isinstance(inner, Mapping) and as_answer(inner) is None:
            request = next((body for body in map(as_request, map(_unpacked, inner.values())) if body), None)
            if request is not None and any(as_answer(_unpacked(part)) for part in inner.values()):
                request = None
        if request is not None:
            return request
    return None


def _deeper(value: Mapping[str, Any], names: Iterable[str]) -> list[Any]:
    """Return members by name, also those of the object's `request`."""
    inner = value.get("request")
    return [*_named(value, names), *(_named(inner, names) if isinstance(inner, Mapping) else ())]


def _named(value: Mapping[str, Any], names: Iterable[str]) -> list[Any]:
    return [value[name] for name in names if name in value]


def _is_status(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 100 <= value <= 599


def _refused_without_words(value: Mapping[str, Any], known: Known) -> bool:
    """Tell an error with an empty body, as the specification shows for too many requests."""
    if known.request is None or known.status is None or known.status < 400:
        return False
    return any(name in value and value[name] in (None, "", {}) for name in _ANSWER_NAMES)
