"""Calls in logs of JSON Lines: request and answer in one line, or in lines of their own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from pegasus_classify.recordings.format import Complaint, Recording
from pegasus_classify.recordings.importers.answers import Known, Search, finished_calls
from pegasus_classify.recordings.importers.shapes import fits, is_error
from pegasus_classify.recordings.numbers import UnreadableJson, parsed

__all__ = ["calls_in_lines"]

_CALL_IDS = (
    "request_id", "requestId", "x-request-id", "trace_id", "traceId", "correlation_id", "correlationId", "call_id",
)  # fmt: skip


def calls_in_lines(lines: Iterable[str], source: str | None = None) -> Recording:
    """Return the calls of a log.

    Each line may have words before its JSON, such as a time. An answer without a request in its own line belongs to
    the earlier line's request with the same call id; where lines have no such id, to the last request before it that
    has no answer yet and asked for the classes that it shows. Lines without JSON mean nothing.

    Args:
        lines: In the order written.
        source: Told with every call.
    """
    log = _Log(source)
    for number, line in enumerate(lines, 1):
        log.take(number, line.strip())
    return Recording(tuple(finished_calls(log.found, log.lengths)), tuple(log.complaints))


class _Log:
    def __init__(self, source: str | None) -> None:
        self.found: list[tuple[Known, Any]] = []
        self.lengths: dict[str, float] = {}
        self.complaints: list[Complaint] = []
        self._source = source
        self._waiting: list[tuple[str | None, Known]] = []

    def take(self, number: int, line: str) -> None:
        starts = [place for place in (line.find("{"), line.find("[{")) if place >= 0]
        if not starts:
            return
        try:
            value, places = parsed(line[min(starts) :])
        except UnreadableJson as error:
            self.complaints.append(Complaint(number, "", f"{error}; the line is left out", lost=True))
            return
        self.complaints.extend(
            Complaint(number, place, "is no number; what it belongs to is left out") for place in places
        )
        call_id = _call_id(value)
        index = self._same_call(call_id)
        search = Search()
        search.look(value, Known(source=self._source) if index is None else self._waiting[index][1])
        self.lengths.update(search.lengths)
        if not search.found:
            self._waiting.extend((call_id, known) for known in search.requests)
        elif index is not None:
            del self._waiting[index]
        self.found.extend((self._joined(known, response), response) for known, response in search.found)

    def _same_call(self, call_id: str | None) -> int | None:
        places = range(len(self._waiting) - 1, -1, -1)
        return next((place for place in places if call_id and self._waiting[place][0] == call_id), None)

    def _joined(self, known: Known, response: Any) -> Known:
        """Find the request of an answer that stands alone, among those without a call id."""
        if known.request is not None:
            return known
        for index in range(len(self._waiting) - 1, -1, -1):
            call_id, asked = self._waiting[index]
            if call_id is None and asked.request and (is_error(response) or fits(response, asked.request)):
                del self._waiting[index]
                return replace(known, request=asked.request, path=known.path or asked.path)
        return known


def _call_id(value: Any) -> str | None:
    """Return what a log calls one exchange by, looked for at the top and one level below."""
    if not isinstance(value, Mapping):
        return None
    for place in (value, *(each for each in value.values() if isinstance(each, Mapping))):
        for name in _CALL_IDS:
            if isinstance(place.get(name), str | int):
                return str(place[name])
    return None
