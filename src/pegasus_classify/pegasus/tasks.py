"""The asynchronous way, for long videos: create a task, then look until it is done."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from pegasus_classify.contract.asks import Answer, Ask, AskFailure
from pegasus_classify.contract.quantities import Seconds
from pegasus_classify.pegasus.analyze import generated
from pegasus_classify.pegasus.replies import Problem, failure_of
from pegasus_classify.pegasus.retrying import Tries, retried
from pegasus_classify.pegasus.segments import task_body
from pegasus_classify.pegasus.submitted import batch_id_of, submitted_before
from pegasus_classify.pegasus.watching import Patience, is_gone, left_running, watched
from pegasus_classify.steps import Exchange, Record, Send

__all__ = ["FIRST_LOOK", "LONGEST_LOOK", "OUTAGE", "Submission", "patience", "task"]

FIRST_LOOK: Seconds = 2.0
LONGEST_LOOK: Seconds = 30.0

OUTAGE: Seconds = 300.0
"""How long nothing may be heard of a task before it is left running, to be looked at another time."""

_ENDS = frozenset({"ready", "failed", "canceled"})


def patience(ask: Ask) -> Seconds:
    """Return how long a task may take before it is left running: 15 minutes and three times the video, in seconds."""
    return 900.0 + 3 * ask.duration


@dataclass(frozen=True, slots=True)
class Submission:
    """One ask on its way through a task.

    Attributes:
        ask: What to ask.
        key: Its name in the ledger.
        name: `custom_id` and idempotency key, see `submission_name`: by it the task can be found again, and a repeated
            creation does not start a second one.
        retries: How often a transient problem of one request is tried again.
        longest: How long it may take before it is left running, seconds; None: as long as its `patience`.
    """

    ask: Ask
    key: str
    name: str
    retries: int
    longest: Seconds | None = None


def task(of: Submission, task_id: str | None = None) -> Exchange[Answer]:
    """Ask through `/analyze/tasks`, with pauses between looks that grow by half from two seconds to half a minute.

    Args:
        of: What to ask.
        task_id: A task submitted before; it is looked at instead of creating another.

    Returns:
        The text, or the failure of this one ask; unsettled when a task may run all the same.
    """
    sent = 0
    if task_id is None:
        created, (sent, _) = yield from retried(_create(of), of.retries, lambda: _found(of))
        if isinstance(created, Problem):
            # A failure on the platform's side may have come after it had taken the task.
            unsettled = created.unsure or created.status >= 500
            return Answer(failure=failure_of(created), attempts=sent, unsettled=unsettled)
        task_id = created.get("task_id")
        if not isinstance(task_id, str):
            return replace(_failed("The platform accepted the task without naming it."), unsettled=True)
        # Recorded before the first look, so that a restart finds the task instead of paying for another.
        yield Record(of.key, "submitted", task_id=task_id)
    whole = patience(of.ask) if of.longest is None else of.longest
    looks = Patience(FIRST_LOOK, LONGEST_LOOK, whole, OUTAGE)
    state = yield from watched(f"/v1.3/analyze/tasks/{task_id}", _ENDS, looks, of.retries)
    if isinstance(state, Problem):
        return Answer(failure=failure_of(state), attempts=sent) if is_gone(state) else left_running(state, sent)
    return _ready(state, of.ask, sent) if state["status"] == "ready" else _failed(_why(state), "rejected", _code(state))


def _found(of: Submission) -> Exchange[dict[str, Any] | None]:
    """Find the task whose creation was not answered."""
    task_id = yield from submitted_before(of.ask, of.name, of.retries)
    return None if task_id is None or batch_id_of(task_id) is not None else {"task_id": task_id}


def _create(of: Submission) -> Send:
    return Send(
        "POST",
        "/v1.3/analyze/tasks",
        body={**task_body(of.ask), "custom_id": of.name},
        headers=(("Idempotency-Key", of.name),),
        paid=True,
    )


def _ready(state: dict[str, Any], ask: Ask, sent: int) -> Answer:
    result = state.get("result")
    if not isinstance(result, dict):
        return _failed("The task is ready but holds no result.")
    warning = state.get("error") if "error" not in result else result["error"]
    return generated({**result, "error": warning}, ask, Tries(max(1, sent), 0))


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
