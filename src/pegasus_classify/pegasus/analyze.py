"""The synchronous way: one `POST /analyze` per ask, the text in the answer."""

from __future__ import annotations

from typing import Any

from pegasus_classify.contract.asks import Answer, Ask
from pegasus_classify.contract.quantities import Seconds
from pegasus_classify.pegasus.replies import Problem, failure_of
from pegasus_classify.pegasus.retrying import Tries, retried
from pegasus_classify.steps import Exchange, Send

__all__ = ["READ_TIMEOUT_BASE", "READ_TIMEOUT_PER_SECOND", "analyze", "generated", "request_body"]

READ_TIMEOUT_BASE: Seconds = 60.0
READ_TIMEOUT_PER_SECOND = 0.5
"""Seconds to wait per second of video: a video of 58:51 was seen to pass a flat time-out of two minutes."""


_ONE = Tries(1, 0)


def request_body(ask: Ask) -> dict[str, Any]:
    """Return the JSON that `/analyze` and `/analyze/tasks` take: model always named, legacy video id never sent."""
    body: dict[str, Any] = {
        "model_name": ask.model,
        "video": {"type": ask.source.kind, ask.source.kind: ask.source.value},
        "prompt": ask.question.prompt,
        "temperature": ask.temperature,
        "max_tokens": ask.max_tokens,
    }
    if ask.question.response_format is not None:
        body["response_format"] = dict(ask.question.response_format)
    if ask.window is not None:
        body["start_time"], body["end_time"] = ask.window.start, ask.window.end
    return body


def analyze(ask: Ask, retries: int) -> Exchange[Answer]:
    """Ask with the synchronous call; a stream is never asked for, although it is the platform's default.

    Args:
        ask: What to ask.
        retries: How often a transient problem is tried again.

    Returns:
        The text, or the failure of this one ask.
    """
    send = Send(
        "POST",
        "/v1.3/analyze",
        body={**request_body(ask), "stream": False},
        read_timeout=READ_TIMEOUT_BASE + READ_TIMEOUT_PER_SECOND * ask.duration,
        paid=True,
    )
    result, tries = yield from retried(send, retries)
    if isinstance(result, Problem):
        return Answer(failure=failure_of(result), attempts=tries.sent, lost=tries.lost)
    return generated(result, ask, tries)


def generated(result: dict[str, Any], ask: Ask, tries: Tries = _ONE) -> Answer:
    """Read a successful answer of the platform: `data` is always a string, `error` only a warning, `usage` patchy."""
    text = result.get("data")
    if not isinstance(text, str):
        problem = Problem("transient", 200, "", "The platform's answer holds no generated text.")
        return Answer(failure=failure_of(problem), attempts=tries.sent, lost=tries.lost + 1)
    usage = result.get("usage")
    usage = usage if isinstance(usage, dict) else {}
    warning = result.get("error")
    finish_reason = result.get("finish_reason")
    return Answer(
        text=text,
        finish_reason=finish_reason if isinstance(finish_reason, str) else None,
        warning=_message(warning),
        input_tokens=_count(usage.get("input_tokens")),
        output_tokens=_count(usage.get("output_tokens")),
        billed_seconds=ask.duration * ask.definitions,
        attempts=tries.sent,
        lost=tries.lost,
    )


def _message(warning: object) -> str | None:
    if not isinstance(warning, dict):
        return None
    return str(warning.get("message") or warning.get("code") or "unnamed warning")


def _count(value: object) -> int:
    return value if isinstance(value, int) and value > 0 else 0
