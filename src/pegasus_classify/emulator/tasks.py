"""/analyze/tasks: asynchronous analyses, one at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response

from .analyze import LATE_FAULTS, play_http_fault
from .api_error import ApiError
from .core import Core
from .paging import Query, page_of
from .strictness import TASK, decode_body
from .wire import broken, json_response
from .work import Task

__all__ = ["cancel_task", "create_task", "delete_task", "get_task", "list_tasks"]

_STATUSES = ("queued", "pending", "processing", "ready", "failed", "canceled")
_MODES = ("general", "time_based_metadata")
_FINAL = frozenset({"ready", "failed", "canceled"})
# What happens to the creating call itself; every other fault of a video shows in the task.
_OF_THE_CALL = frozenset({"reset", "429", "cut", "content_type", "empty_body"})


async def create_task(core: Core, request: Request, key: str) -> Response:
    """Create a task; the same `Idempotency-Key` of the same caller gives the same task again."""
    now = core.now()
    core.faults.admit(key, now)
    body = decode_body(await request.body())
    idempotency = (key, request.headers.get("idempotency-key", ""))
    known = core.tasks.get(core.idempotent.get(idempotency, ""))
    if known is not None:
        return _created(known, now)
    order = core.read(body, TASK)
    of_call = core.faults.next_failure()
    of_video = core.faults.of(order.video, count=False)
    if of_call is None and of_video in _OF_THE_CALL:
        of_call = core.faults.of(order.video)
    if of_call is not None and of_call != "refusal":
        core.state.faults[of_call] += 1
        early = await play_http_fault(core, request, of_call)
        if early is not None:
            return early
    task = core.start_task(order, key, now)
    if of_call == "refusal":
        core.state.faults[of_call] += 1
        core.tasks[task.id] = task = replace(task, fault=of_call, generate=lambda: core.generate(order, "refusal"))
    if idempotency[1]:
        core.idempotent[idempotency] = task.id
    created = _created(task, now)
    return broken(of_call, created) if of_call in LATE_FAULTS else created


async def list_tasks(core: Core, request: Request, key: str) -> Response:
    """List the caller's tasks, newest first."""
    query = Query(request, ("status", "video_url", "asset_id", "analysis_mode"))
    now = core.now()
    statuses = query.words("status", _STATUSES)
    modes = query.words("analysis_mode", _MODES)
    found = [task for task in reversed(core.tasks.values()) if task.owner == key]
    if statuses:
        found = [task for task in found if task.status(now) in statuses]
    if modes:
        found = [task for task in found if task.order.mode in modes]
    for name, member in (("asset_id", "asset_id"), ("video_url", "url")):
        if (wanted := query.get(name)) is not None:
            found = _with_source(found, member, wanted)
    return json_response(page_of(found, query, lambda task: task.view(now, listed=True)))


async def get_task(core: Core, request: Request, key: str) -> Response:
    """Show one task, with its result when it is ready."""
    return json_response(core.task(request.path_params["task_id"], key).view(core.now()))


async def cancel_task(core: Core, request: Request, key: str) -> Response:
    """Cancel a task that is not finished; canceling it again changes nothing."""
    task, now = core.task(request.path_params["task_id"], key), core.now()
    if task.status(now) in ("ready", "failed"):
        raise ApiError(409, "task_cannot_be_canceled", f"The task is already {task.status(now)}.")
    task.cancel(now, "user_canceled")
    return json_response({"task_id": task.id, "status": "canceled"})


async def delete_task(core: Core, request: Request, key: str) -> Response:
    """Delete a finished task."""
    task, now = core.task(request.path_params["task_id"], key), core.now()
    if task.status(now) not in _FINAL:
        raise ApiError(409, "task_cannot_be_deleted", "The task is still being processed.")
    del core.tasks[task.id]
    return json_response({})


def _created(task: Task, now: float) -> Response:
    return json_response({"task_id": task.id, "status": task.status(now)}, 202)


def _with_source(tasks: Sequence[Task], member: str, wanted: str) -> list[Task]:
    return [task for task in tasks if (task.order.body.get("video") or {}).get(member) == wanted]
