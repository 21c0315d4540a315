"""Recorded calls put together: an answer with all its pages, and the request it answers."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from pegasus_classify.contract.request import ClassifyRequest
from pegasus_classify.contract.result import VideoResult
from pegasus_classify.errors import APIStatusError
from pegasus_classify.legacy.answers import read_answer
from pegasus_classify.legacy.routes import Call, route
from pegasus_classify.legacy.wire import read_request
from pegasus_classify.recordings.format import RecordedCall

__all__ = ["Chain", "Chains", "call_of", "is_answered"]


@dataclass(eq=False)
class Chain:
    """One answered request with all its pages.

    Attributes:
        request: None when it is not known.
        place: Where it stands, for complaints.
        videos: What the pages list.
        failed: Videos that were not answered.
        total: How many the answer lists in all, as it says itself; None when it does not.
        next_token: Of the page after the last one known; empty when there is none.
        told: Where it was taken from, and whether the model was asked for it as far as anybody knows.
    """

    request: ClassifyRequest | None
    place: str
    videos: list[VideoResult] = field(default_factory=list)
    failed: set[str] = field(default_factory=set)
    total: int | None = None
    next_token: str = ""
    told: tuple[str | None, bool] = (None, True)

    @property
    def whole(self) -> bool:
        """Whether all its pages are known."""
        return not self.next_token and (self.total is None or self.total <= len(self.videos))


class Chains:
    """The answers of a recording, call by call.

    Attributes:
        chains: In the order of their first pages.
        complaints: What could not be used, by its place.
        listed: Every video that an answer lists.
    """

    def __init__(self) -> None:
        """Begin without any."""
        self.chains: list[Chain] = []
        self.complaints: list[str] = []
        self.listed: set[str] = set()
        self._by_token: dict[str, Chain] = {}
        self._requests: dict[str, ClassifyRequest] = {}

    @property
    def whole(self) -> bool:
        """Whether a video that no answer mentions was asked about as well."""
        open_ones = [each for each in self.chains if each.request is None or each.request.index_id is not None]
        return bool(open_ones) and all(each.whole for each in open_ones)

    def take(self, number: int, call: RecordedCall) -> None:
        """Take the next call; a page fetched by its token goes to the answer that named the token."""
        place = f"call {number} ({call.path})"
        routed = call_of(call)
        if routed is None or not is_answered(call):
            told = call.response.get("message", "") if isinstance(call.response, Mapping) else ""
            what = f"status {call.status} {told}".strip() if routed else "no Classify call"
            self.complaints.append(f"{place}: {what}; passed over")
            return
        try:
            page = read_answer(call.response)
        except ValueError as error:
            self.complaints.append(f"{place}, response: {error}; passed over")
            return
        chain = self._by_token.pop(routed.token or "", None)
        if chain is None:
            chain = Chain(None if routed.token else self._request(place, call, routed), place, told=_told(call))
            self.chains.append(chain)
        chain.videos.extend(self._named(page.videos, chain))
        chain.failed |= {each.video_id for each in call.failed or ()}
        chain.total, chain.next_token = page.info.total, page.info.next_token or ""
        if chain.next_token:
            self._by_token[chain.next_token] = chain

    def _request(self, place: str, call: RecordedCall, routed: Call) -> ClassifyRequest | None:
        if call.request is None:
            self.complaints.append(f"{place}: without its request; the classes found are taken for those asked")
            return None
        key = json.dumps(call.request, sort_keys=True)
        if key not in self._requests:
            try:
                self._requests[key] = read_request(call.request, "bulk" if routed.kind == "bulk" else "videos")[0]
            except APIStatusError as error:
                self.complaints.append(f"{place}, request: {error.message}")
                return None
        return self._requests[key]

    def _named(self, videos: Iterable[VideoResult], chain: Chain) -> Iterator[VideoResult]:
        alone = (chain.request.video_ids or ()) if chain.request is not None else ()
        for video in videos:
            # The labels dialect's answer about a single video may leave its id out.
            named = replace(video, video_id=alone[0]) if not video.video_id and len(alone) == 1 else video
            self.listed.add(named.video_id)
            yield named


def _told(call: RecordedCall) -> tuple[str | None, bool]:
    """Return where an answer was taken from, and whether the model was asked for it as far as anybody knows."""
    cost = call.cost or {}
    return call.source, not (cost.get("kept", 0) > 0 and cost.get("calls", 0) == 0)


def is_answered(call: RecordedCall) -> bool:
    """Tell whether a call has a good answer."""
    return call.status == 200 and isinstance(call.response, Mapping)


def call_of(call: RecordedCall) -> Call | None:
    """Return which of the old API's calls it is; None when it is none."""
    path = call.path.partition("?")[0]
    for method in ("POST", "GET"):
        try:
            found = route(method, path)
        except APIStatusError:
            continue
        if found is not None:
            return found
    return None
