"""A recording as one side of a comparison."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pegasus_classify.client.recorded_calls import Chain, Chains, call_of, is_answered
from pegasus_classify.compare.side import Observation, Side, side_of
from pegasus_classify.contract.result import VideoResult
from pegasus_classify.recordings.format import RecordedCall, Recording

__all__ = ["recorded_requests", "recorded_side"]


def recorded_requests(recording: Recording, *, by_video: bool = False) -> list[tuple[str, Mapping[str, Any]]]:
    """Return path and body of each request that was answered, each once, in the order of the calls.

    Args:
        recording: Whose requests.
        by_video: Ask about the videos that the answers list where an index was asked about: the old index may be gone
            while its videos are not.
    """
    found: dict[str, tuple[str, Mapping[str, Any]]] = {}
    listed = _listed_of_indexes(recording.calls) if by_video else {}
    for call in recording.calls:
        if call.request is None or not is_answered(call) or call_of(call) is None:
            continue
        for path, body in _per_video(call, listed) if by_video else [(call.path, call.request)]:
            found.setdefault(json.dumps([path, body], sort_keys=True), (path, body))
    return list(found.values())


def _listed_of_indexes(calls: Iterable[RecordedCall]) -> dict[str, list[str]]:
    """Return the videos that answers about each index list, in their order; indexes are named as JSON."""
    listed: dict[str, dict[str, None]] = {}
    for call in calls:
        index = (call.request or {}).get("index_id")
        if index is not None and is_answered(call):
            videos = listed.setdefault(json.dumps(index), {})
            data = call.response.get("data")
            entries = (each for each in data if isinstance(each, Mapping)) if isinstance(data, list) else ()
            videos.update((str(each["video_id"]), None) for each in entries if "video_id" in each)
    return {index: list(videos) for index, videos in listed.items()}


def _per_video(call: RecordedCall, listed: Mapping[str, list[str]]) -> list[tuple[str, Mapping[str, Any]]]:
    body = dict(call.request or {})
    index = body.pop("index_id", None)
    if index is None:
        return [(call.path, body)]
    videos = listed[json.dumps(index)]
    path = call.path.removesuffix("/bulk")
    if "labels" in body:
        # The labels dialect names one video in a call, and knows no pages there.
        body.pop("page_limit", None)
        return [(path, {**body, "video_id": video}) for video in videos]
    return [(path, {**body, "video_ids": videos})] if videos else []


def recorded_side(name: str, recording: Recording) -> Side:
    """Make a side of a recording; equal requests answered again are repeats.

    A request that was answered in full says something about every video it names, also about those the answer leaves
    out: nothing was found there. What cannot be used is complained about by its place.
    """
    chains = Chains()
    for number, call in enumerate(recording.calls, 1):
        chains.take(number, call)
    failed = {each.video_id: each.reason or each.kind for call in recording.calls for each in call.failed or ()}
    durations = {video: length for call in recording.calls for video, length in (call.durations or {}).items()}
    side = side_of(
        name,
        _observations(chains, failed),
        requests=[each.request for each in chains.chains if each.request is not None],
        durations=durations,
        whole=chains.whole,
        failed={video: reason for video, reason in failed.items() if video not in chains.listed},
    )
    told = (*map(str, recording.complaints), *chains.complaints, *side.complaints)
    count = len(recording.complaints) + len(chains.complaints) + side.complaint_count
    return replace(side, about=_about(recording.calls), complaints=told, complaint_count=count)


def _observations(chains: Chains, failed: Mapping[str, str]) -> Iterator[Observation]:
    """Give every result, and an empty one for each video that was asked about and is not in a whole answer."""
    of_index: dict[str, dict[str, None]] = {}
    for chain in chains.chains:
        if chain.request is not None and chain.request.index_id is not None:
            of_index.setdefault(chain.request.index_id, {}).update((each.video_id, None) for each in chain.videos)
    given: set[tuple[int, str | None]] = set()
    for chain in chains.chains:
        if _is_copy(chain, given):
            chains.complaints.append(f"{chain.place}: an answer that was kept, not given again; no repeat")
            continue
        yield from (Observation(each, chain.request) for each in chain.videos)
        if not chain.whole:
            chains.complaints.append(f"{chain.place}: pages are missing; videos that are not listed are left out")
        elif chain.request is not None:
            asked: Iterable[str] = chain.request.video_ids or of_index.get(chain.request.index_id or "") or ()
            seen = {each.video_id for each in chain.videos}
            missing = (video for video in dict.fromkeys(asked) if video not in seen and video not in failed)
            yield from (Observation(VideoResult(video), chain.request) for video in missing)


def _is_copy(chain: Chain, given: set[tuple[int, str | None]]) -> bool:
    """Tell whether nobody was asked for it and an earlier chain of the same question has the answer.

    Args:
        chain: The next one.
        given: Question and source of the chains before it; the chain's own are added.
    """
    if chain.request is None:
        return False
    source, asked = chain.told
    # Equal questions are one object, which the chain keeps alive.
    answer = id(chain.request), source
    was_given = answer in given
    given.add(answer)
    return not asked and was_given


def _about(calls: Sequence[RecordedCall]) -> dict[str, str]:
    about: dict[str, str] = {"calls": str(len(calls))}
    for name in ("model", "prompt_version", "prompt_hash", "source"):
        values = Counter(value for call in calls if (value := getattr(call, name)))
        if values:
            about[name.replace("_", " ")] = ", ".join(values)
    costs: Counter[str] = Counter()
    for call in calls:
        costs.update(call.cost or {})
    if costs:
        about["cost"] = f"${costs['usd']:.2f}, {costs['video_seconds'] / 60:.0f} video minutes"
    times = sorted(call.recorded_at for call in calls if call.recorded_at)
    if times:
        about["recorded"] = times[0] if times[0] == times[-1] else f"{times[0]} to {times[-1]}"
    return about
