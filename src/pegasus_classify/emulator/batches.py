"""/analyze/batches: up to 1,000 analyses of assets at once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from . import parameters
from .api_error import ApiError, invalid, not_found
from .core import Core
from .paging import Query, page_of
from .strictness import BATCH_ITEM, Order, check_custom_id, decode_body
from .wire import json_response
from .work import Batch

__all__ = ["batch_results", "cancel_batch", "create_batch", "delete_batch", "get_batch", "list_batches"]

_MODES = ("general", "time_based_metadata")
_STATUSES = ("pending", "processing", "canceling", "canceled", "completed", "expired")
_FINAL = frozenset({"canceled", "completed", "expired"})
_SHARED = (
    "prompt", "response_format", "temperature", "max_tokens", "min_segment_duration", "max_segment_duration",
    "start_time", "end_time",
)  # fmt: skip
_MOST_ACTIVE = 5
_MOST_SECONDS = 2_000 * 3_600.0


async def create_batch(core: Core, request: Request, key: str) -> Response:
    """Create a batch; a refusal of one item refuses all, and nothing is created."""
    now = core.now()
    core.faults.admit(key, now)
    body = decode_body(await request.body())
    orders = _orders(core, body)
    active = [batch for batch in core.batches.values() if batch.owner == key and batch.status(now) not in _FINAL]
    if len(active) >= _MOST_ACTIVE:
        raise ApiError(429, "too_many_requests", f"You have reached the limit of {_MOST_ACTIVE} active batches.")
    mode = body["analysis_mode"]
    batch = Batch(core.new_id("ba7c"), key, mode, now, now + core.settings.batch_life)
    for number, order in enumerate(orders):
        batch.items.append(core.start_task(order, key, now, batch, number / len(orders)))
    core.batches[batch.id] = batch
    view = batch.view(now)
    shown = {name: view[name] for name in ("batch_id", "status", "total_items", "created_at", "expires_at")}
    items = [{"task_id": item.id, "custom_id": item.custom_id} for item in batch.items]
    return json_response({**shown, "items": items}, 201)


async def list_batches(core: Core, request: Request, key: str) -> Response:
    """List the caller's batches, newest first."""
    query = Query(request, ("status", "analysis_mode"))
    now = core.now()
    statuses, modes = query.words("status", _STATUSES), query.words("analysis_mode", _MODES)
    found = [
        batch
        for batch in reversed(core.batches.values())
        if batch.owner == key and (not statuses or batch.status(now) in statuses) and (not modes or batch.mode in modes)
    ]
    return json_response(page_of(found, query, lambda batch: batch.view(now)))


async def get_batch(core: Core, request: Request, key: str) -> Response:
    """Show the status of a batch and the numbers of its items."""
    return json_response(_batch(core, request, key).view(core.now()))


async def batch_results(core: Core, request: Request, key: str) -> Response:
    """Return one line per item, whatever state the batch is in."""
    lines = _batch(core, request, key).lines(core.now())
    text = "".join(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n" for line in lines)
    return Response(text.encode(), 200, media_type="application/jsonl")


async def cancel_batch(core: Core, request: Request, key: str) -> Response:
    """Cancel a batch: queued items are dropped, running ones finish."""
    batch, now = _batch(core, request, key), core.now()
    status = batch.status(now)
    if status in _FINAL:
        raise ApiError(409, f"batch_{status}", f"The batch is already {status}.")
    if batch.canceled is None:
        batch.cancel(now)
    return json_response(batch.view(now), 202)


async def delete_batch(core: Core, request: Request, key: str) -> Response:
    """Delete a batch in a final state, with its results."""
    batch = _batch(core, request, key)
    if batch.status(core.now()) not in _FINAL:
        raise ApiError(409, "batch_not_terminal", "Only a batch in a final state can be deleted.")
    for item in batch.items:
        core.tasks.pop(item.id, None)
    del core.batches[batch.id]
    return Response(status_code=204)


def _batch(core: Core, request: Request, key: str) -> Batch:
    identifier = request.path_params["batch_id"]
    batch = core.batches.get(identifier)
    if batch is None or batch.owner != key:
        raise not_found("batch", identifier)
    return batch


def _orders(core: Core, body: Mapping[str, Any]) -> list[Order]:
    parameters.known(body, ("model_name", "analysis_mode", "defaults", "requests"))
    parameters.word(parameters.member(body, "model_name"), "model_name", ("pegasus1.5",))
    mode = parameters.word(parameters.member(body, "analysis_mode"), "analysis_mode", _MODES)
    defaults = parameters.record(body.get("defaults") or {}, "defaults")
    parameters.known(defaults, _SHARED, "defaults.")
    requests = parameters.objects(parameters.member(body, "requests"), "requests", 1, 1_000)
    for number, item in enumerate(requests):
        parameters.known(item, ("video", "custom_id", *_SHARED), f"requests[{number}].")
        check_custom_id(item)
    _check_unique([item.get("custom_id") for item in requests])
    head = {"model_name": body["model_name"], "analysis_mode": mode}
    orders = [_order(core, {**head, **defaults, **_given(item)}) for item in requests]
    seconds = sum(order.video.duration for order in orders if order.video)
    if seconds > _MOST_SECONDS:
        raise invalid("requests", "A batch takes at most 2,000 hours of video.")
    return orders


def _given(item: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in item.items() if value is not None}


def _order(core: Core, body: dict[str, Any]) -> Order:
    # In batches `prompt` is an object of the form that is called `prompt_v2` elsewhere.
    prompt = body.pop("prompt", None)
    if prompt is not None:
        body["prompt_v2"] = parameters.record(prompt, "prompt")
    try:
        return core.read(body, BATCH_ITEM)
    except ApiError as error:
        if error.code == "video_not_ready":
            raise ApiError(409, error.code, error.message) from None
        raise


def _check_unique(custom_ids: list[str | None]) -> None:
    given = [custom_id for custom_id in custom_ids if custom_id is not None]
    if len(set(given)) < len(given):
        raise invalid("requests.custom_id", "It must be unique within a batch.")
