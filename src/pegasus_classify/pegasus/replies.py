"""What an HTTP answer of the platform means: data, or a problem of a known sort."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from pegasus_classify.contract.asks import AskFailure
from pegasus_classify.contract.quantities import Seconds
from pegasus_classify.contract.result import FailureKind
from pegasus_classify.steps import NoReply, Reply

__all__ = ["Problem", "ProblemSort", "failure_of", "header_seconds", "quota_is_used_up", "remaining", "understood"]

ProblemSort: TypeAlias = Literal["permanent", "transient", "rate_limited", "quota"]
"""Whether asking again is pointless, worth a try, worth it after a wait, or worth it only on another day."""

LONGEST_USEFUL_WAIT: Seconds = 300.0
"""A `Retry-After` above this with nothing remaining means that the day is used up (seen on free plans in 2026)."""

_TRANSIENT_STATUSES = frozenset({408, 425})


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a request to the platform brought nothing.

    Attributes:
        sort: What can be done about it.
        status: The platform's HTTP status; 0 when no answer came.
        code: The platform's word; empty when it sent none.
        message: The platform's sentence, or ours when it sent none. Never holds a key.
        retry_after: Seconds the platform asks to wait; None when it does not say.
        timed_out: True when the answer did not come in time.
        unsure: True when the platform may have carried the request out all the same: it was sent, and what came
            back was no readable answer.
    """

    sort: ProblemSort
    status: int
    code: str
    message: str
    retry_after: Seconds | None = None
    timed_out: bool = False
    unsure: bool = False


def understood(reply: Reply | NoReply) -> dict[str, Any] | Problem:
    """Return the JSON object of a good answer, or what is wrong.

    A success that is not a JSON object (a proxy's page, a body cut in the middle, nothing at all) is a transient
    problem: the same request has been seen to succeed the next time.
    """
    if isinstance(reply, NoReply):
        sent = reply.kind != "connect"
        return Problem("transient", 0, "", reply.message, timed_out=reply.kind == "timeout", unsure=sent)
    body = _json_object(reply.body)
    if 200 <= reply.status < 300:
        if body is not None:
            return body
        return Problem("transient", reply.status, "", _describe_body(reply), unsure=True)
    return _problem_of_status(reply, body)


def _problem_of_status(reply: Reply, body: dict[str, Any] | None) -> Problem:
    code, message = _code_and_message(body)
    wait = header_seconds(reply.headers, "retry-after")
    if reply.status == 429:
        sort: ProblemSort = "quota" if quota_is_used_up(reply.headers) else "rate_limited"
        message = message or "The platform's rate limit is reached."
    elif reply.status >= 500 or reply.status in _TRANSIENT_STATUSES:
        sort = "transient"
    else:
        sort = "permanent"
    return Problem(sort, reply.status, code, message or f"The platform answered with status {reply.status}.", wait)


def _json_object(body: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _describe_body(reply: Reply) -> str:
    kind = reply.headers.get("content-type", "no content type").split(";")[0]
    return (
        f"The platform answered with status {reply.status} but without a JSON object ({kind}, {len(reply.body)} bytes)."
    )


def _code_and_message(body: dict[str, Any] | None) -> tuple[str, str]:
    """Read both shapes of error bodies: flat on most paths, inside `error` on tasks and batches."""
    if body is None:
        return "", ""
    inner = body.get("error")
    found = inner if isinstance(inner, dict) else body
    code, message = found.get("code"), found.get("message")
    return (code if isinstance(code, str) else ""), (message if isinstance(message, str) else "")


def header_seconds(headers: Mapping[str, str], name: str) -> Seconds | None:
    """Return a header that holds a number of seconds, 0 or more; None when absent or not a number."""
    try:
        seconds = float(headers[name])
    except (KeyError, ValueError):
        return None
    return seconds if 0 <= seconds < float("inf") else None


_REMAINING = ("x-ratelimit-remaining", "x-ratelimit-request-remaining")


def remaining(headers: Mapping[str, str]) -> float | None:
    """Return how many requests are left of the limit, by the strictest header; None when none says."""
    stated = [header_seconds(headers, name) for name in _REMAINING if name in headers]
    return min((number for number in stated if number is not None), default=None)


def quota_is_used_up(headers: Mapping[str, str]) -> bool:
    """Tell a used-up day from a busy minute: nothing remaining and a wait of more than five minutes."""
    wait = header_seconds(headers, "retry-after")
    nothing_left = not any(name in headers for name in _REMAINING) or remaining(headers) == 0
    return wait is not None and wait > LONGEST_USEFUL_WAIT and nothing_left


_KIND_OF_CODE: dict[str, FailureKind] = {
    "video_not_ready": "not_ready",
    "asset_unavailable": "not_ready",
    "video_duration_too_long": "too_long",
    "video_duration_too_short": "too_short",
    "over_budget": "over_budget",
}

_KIND_OF_SORT: dict[ProblemSort, FailureKind] = {
    "permanent": "rejected",
    "transient": "unavailable",
    "rate_limited": "rate_limited",
    "quota": "quota_used_up",
}


def failure_of(problem: Problem) -> AskFailure:
    """Turn a problem into the failure of the ask it belongs to, with the platform's own message and a legacy status."""
    kind = _KIND_OF_CODE.get(problem.code, _KIND_OF_SORT[problem.sort])
    status = problem.status
    if problem.status in {401, 403}:
        kind = "key_rejected"
    elif problem.status == 0 or 200 <= problem.status < 300:
        status = 504 if problem.timed_out else 502
    code = problem.code or {401: "api_key_invalid", 429: "too_many_requests"}.get(status, "")
    return AskFailure(kind, problem.message, status, code or _code_without_word(status), problem.retry_after)


def _code_without_word(status: int) -> str:
    return "parameter_invalid" if status < 500 else "internal_server_error"
