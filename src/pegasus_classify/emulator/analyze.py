"""POST /analyze: one video, one prompt, the text at once or as a stream."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from random import Random
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from .api_error import ApiError, too_many_requests
from .core import Core
from .model import Generated
from .strictness import SYNC, Order, decode_body
from .wire import broken, hang, json_response, stream_response

__all__ = ["LATE_FAULTS", "analyze", "play_http_fault"]

LATE_FAULTS = frozenset({"cut", "content_type", "empty_body"})
"""Faults that lose an answer after the work was done."""


async def analyze(core: Core, request: Request, key: str) -> Response:
    """Answer a synchronous analysis."""
    core.faults.admit(key, core.now())
    body = decode_body(await request.body())
    order = core.read(body, SYNC)
    fault = core.faults.next_failure() or core.faults.of(order.video)
    core.state.enter()
    try:
        if core.settings.latency:
            await asyncio.sleep(core.settings.latency)
        return await _answered(core, request, order, fault)
    finally:
        core.state.leave()


async def _answered(core: Core, request: Request, order: Order, fault: str | None) -> Response:
    if fault is not None:
        core.state.faults[fault] += 1
        early = await play_http_fault(core, request, fault)
        if early is not None:
            return early
    answer = _written(core, order, core.model.generate(order, fault))
    # The work was done and is charged, also when its answer gets lost on the way.
    core.state.billed_minutes += order.billed_minutes
    return broken(fault, answer) if fault in LATE_FAULTS else answer


async def play_http_fault(core: Core, request: Request, fault: str) -> Response | None:
    """Return the answer of a fault that needs no generated text, None for the others."""
    if fault == "hang":
        await hang(request, core.closing, core.settings.hang_seconds)
        raise ApiError(504, "request_canceled_or_timed_out", "The request was canceled or timed out.")
    if fault == "timeout":
        raise ApiError(504, "request_canceled_or_timed_out", "The request was canceled or timed out.")
    if fault == "never_ready":
        raise ApiError(400, "video_not_ready", "The video is still being processed. Please try again later.")
    if fault == "unavailable":
        raise ApiError(400, "asset_unavailable", "The asset is not available.")
    if fault == "429":
        raise too_many_requests("requests for this video", 1)
    if fault in ("500", "503", "reset"):
        return broken(fault, Response())
    return None


def _written(core: Core, order: Order, generated: Generated) -> Response:
    identifier = core.new_id("9e4e")
    if order.stream:
        return stream_response(_events(identifier, generated, core.settings.seed))
    reply: dict[str, Any] = {
        "id": identifier,
        "data": generated.text,
        "finish_reason": generated.finish_reason,
        "usage": {"output_tokens": generated.output_tokens},
    }
    if generated.warning:
        reply["error"] = generated.warning
    return json_response(reply)


def _events(identifier: str, generated: Generated, seed: int) -> Iterator[Mapping[str, Any]]:
    """Go through the events of a stream; the text is cut anywhere, also inside numbers and words."""
    yield {"event_type": "stream_start", "metadata": {"generation_id": identifier}}
    rng = Random(seed + len(generated.text))
    position = 0
    while position < len(generated.text):
        length = rng.randint(3, 24)
        yield {"event_type": "text_generation", "text": generated.text[position : position + length]}
        position += length
    usage = {"output_tokens": generated.output_tokens}
    end: dict[str, Any] = {
        "event_type": "stream_end",
        "metadata": {"generation_id": identifier, "usage": usage},
        "finish_reason": generated.finish_reason,
    }
    if generated.warning:
        end["error"] = generated.warning
    yield end
