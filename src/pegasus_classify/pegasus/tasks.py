"""The asynchronous way, for long videos: create a task, then look until it is done."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pegasus_classify.contract.asks import Answer, Ask, AskFailure
from pegasus_classify.contract.quantities import Seconds
from pegasus_classify.pegasus.analyze import generated
from pegasus_classify.pegasus.replies import Problem, failure_of
from pegasus_classify.pegasus.retrying import retried
from pegasus_classify.pegasus.segments import task_body
from pegasus_classify.steps import STOP, Exchange, Record, Send, Sleep, Stopped

__all__ = ["FIRST_LOOK", "LONGEST_LOOK", "patience", "task"]

FIRST_LOOK: Seconds = 2.0
LONGEST_LOOK: Seconds = 30.0


def patience(ask: Ask) -> Seconds:
    """Return how long a task may take before it counts as lost: 15 minutes and three times the video, in seconds."""
    return 900.0 + 3 * ask.duration


def task(ask: Ask, key: str, retries: int, task_id: str | None = None) -> Exchange[Answer]:
    """Ask through `/analyze/tasks`, with pauses between looks that grow by half from two seconds to half a minute.

    Args:
        ask: What to ask.
        key: Its name in the ledger; `custom_id` and idempotency key are made from it, so that the task can be found
            again and a repeated creation does not start a second one.
        retries: How often a transient problem of one request is tried again.
        task_id: A task submitted before; it is looked at instead of creating another.

    Returns:
        The text, or the failure of this one ask.
    """
    sent = 0
    if task_id is None:
        created, sent = yield from retried(_create(ask, key), retries)
        if isinstance(created, Problem):
            return Answer(failure=failure_of(created), attempts=sent)
        task_id = created.get("task_id")
        if not isinstance(task_id, str):
            return _failed("The platform accepted the task without naming it.")
        # Recorded before the first look, so that a restart finds the task instead of paying for another.
        yield Record(key, "submitted", task_id=task_id)
    return (yield from _watched(ask, task_id, retries, sent))


def _watched(ask: Ask, task_id: str, retries: int, sent: int) -> Exchange[Answer]:
    pause, waited = FIRST_LOOK, 0.0
    while waited < patience(ask):
        if (yield Sleep(pause)) is STOP:
            raise Stopped
        waited += pause
        pause = min(LONGEST_LOOK, pause * 1.5)
        state, _ = yield from retried(Send("GET", f"/v1.3/analyze/tasks/{task_id}"), retries)
        if isinstance(state, Problem):
            # Only "no such task" says that nothing is to be had there any more.
            return Answer(failure=failure_of(state), attempts=sent, unsettled=state.status != 404)
        if state.get("status") == "ready":
            return _ready(state, ask, sent)
        if state.get("status") in {"failed", "canceled"}:
            return _failed(_why(state), "rejected", _code(state))
    late = _failed(f"The task {task_id} was not done after {patience(ask):.0f} seconds.")
    return replace(late, unsettled=True)


def _create(ask: Ask, key: str) -> Send:
    return Send(
        "POST",
        "/v1.3/analyze/tasks",
        body={**task_body(ask), "custom_id": key[:64]},
        headers=(("Idempotency-Key", key),),
        paid=True,
    )


def _ready(state: dict[str, Any], ask: Ask, sent: int) -> Answer:
    result = state.get("result")
    if not isinstance(result, dict):
        return _failed("The task is ready but holds no result.")
    warning = state.get("error") if "error" not in result else result["error"]
    return generated({**result, "error": warning}, ask, max(1, sent))


def _why(state: dict[str, Any]) -> str:
    error = state.get("error")
    message = error.get("message") if isinstance(error, dict) else None
    return str(message or f"The task ended as {state.get('status')}.")


def _code(state: dict[str, Any]) -> str:
    error = state.get("error")
    code = error.get("code") if isinstance(error, dict) else None
    return code if isinstance(code, str) else "internal_server_error"


def _failed(message: str, kind: str = "unavailable", code: str = "internal_server_error") -> Answer:
    failure = AskFailure("rejected" if kind == "rejected" else "unavailable", message, 502, code)
    return Answer(failure=failure)
