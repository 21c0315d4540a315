"""Tasks and batches as they age: every status follows from the time that has passed.

Law of this file: the time is an argument. A result is generated, and billed, when a task is first seen ready.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from .model import Generated
from .strictness import Order

__all__ = ["BATCH_COUNTS", "Batch", "Task", "rfc3339"]

BATCH_COUNTS = ("queued", "processing", "ready", "failed", "canceled")
"""Statuses of a batch's items, in the order in which their numbers are told."""

_GENERATING = threading.Lock()
_NEVER = frozenset({"hang", "never_ready"})
_FAILURES: Mapping[str, tuple[str, str]] = {
    "500": ("internal_server_error", "The task failed because of an internal error."),
    "503": ("internal_server_error", "The task failed because of an internal error."),
    "timeout": ("request_canceled_or_timed_out", "The task timed out."),
    "unavailable": ("asset_unavailable", "The asset is not available."),
    "404": ("asset_unavailable", "The asset is not available."),
}
_OVERFLOW = ("max_tokens_reached", "The analysis reached the maximum response length before it could complete.")


def rfc3339(seconds: float) -> str:
    """Write a time of the epoch as the platform does, in whole seconds of UTC."""
    return datetime.fromtimestamp(seconds, tz=timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass
class Task:
    """One asynchronous analysis.

    Attributes:
        id: 24 hexadecimal digits.
        owner: The API key it belongs to.
        order: What was asked.
        created: Seconds of the epoch, as all times here.
        starts: When it leaves the queue.
        ends: When its result is there.
        generate: Makes the result; called at most once.
        fault: What goes wrong with it, None for nothing.
        batch_id: The batch it came with, None for a task of its own.
        canceled: When it was canceled, None when it was not.
        cancel_code: `user_canceled`, `batch_canceled` or `batch_expired`.
    """

    id: str
    owner: str
    order: Order
    created: float
    starts: float
    ends: float
    generate: Callable[[], Generated]
    fault: str | None = None
    batch_id: str | None = None
    canceled: float | None = None
    cancel_code: str = ""
    _result: Generated | None = None

    @property
    def custom_id(self) -> str | None:
        """The caller's own name for it, None when none was set."""
        value: str | None = self.order.body.get("custom_id")
        return value

    def status(self, now: float) -> str:
        """Return `queued`, `processing`, `ready`, `failed` or `canceled`."""
        if self.canceled is not None:
            return "canceled"
        if now < self.starts:
            return "queued"
        if now < self.ends or self.fault in _NEVER:
            return "processing"
        return "failed" if self.failure() else "ready"

    def failure(self) -> dict[str, str] | None:
        """Return why it fails, None when it does not."""
        code, message = _FAILURES.get(self.fault or "", ("", ""))
        if not code and self.result().overflow:
            code, message = _OVERFLOW
        return {"code": code, "message": message} if code else None

    def result(self) -> Generated:
        """Return the generated text, made on the first call."""
        # Counters are read from other threads; no result may be made, and billed, twice.
        with _GENERATING:
            if self._result is None:
                self._result = self.generate()
            return self._result

    def cancel(self, now: float, code: str) -> None:
        """Stop it for a reason; a second cancellation changes nothing."""
        if self.canceled is None:
            self.canceled, self.cancel_code = now, code

    def outcome(self, now: float) -> dict[str, Any]:
        """Return `result` and `error` as far as the status has them."""
        status = self.status(now)
        if status == "canceled":
            return {"error": {"code": self.cancel_code, "message": "The task was canceled."}}
        if status == "failed":
            return {"error": self.failure()}
        if status != "ready":
            return {}
        generated = self.result()
        result = {
            "generation_id": f"gen-{self.id}",
            "data": generated.text,
            "finish_reason": generated.finish_reason,
            "usage": {"output_tokens": generated.output_tokens, "input_tokens": generated.input_tokens},
        }
        return {"result": result, **({"error": generated.warning} if generated.warning else {})}

    def view(self, now: float, *, listed: bool = False) -> dict[str, Any]:
        """Return the task as the API shows it; in a list the prompt is cut to 30 characters."""
        status = self.status(now)
        done = (
            {"completed_at": rfc3339(self.canceled or self.ends)} if status in ("ready", "failed", "canceled") else {}
        )
        return {
            "task_id": self.id,
            "custom_id": self.custom_id,
            **({"batch_id": self.batch_id} if self.batch_id else {}),
            "video_source": self._source(),
            "request_params": self._params(listed),
            "status": status,
            "created_at": rfc3339(self.created),
            **done,
            **self.outcome(now),
        }

    def _source(self) -> dict[str, Any] | None:
        source = self.order.body.get("video")
        if self.order.video is None or source is None:
            return None
        shown = {key: value for key, value in source.items() if key != "base64_string"}
        return {**shown, "system_metadata": {"duration": self.order.video.duration}}

    def _params(self, listed: bool) -> dict[str, Any]:
        hidden = ("video", "image", "custom_id")
        params = {key: value for key, value in self.order.body.items() if key not in hidden}
        params["analysis_mode"] = self.order.mode
        if listed and isinstance(params.get("prompt"), str):
            params["prompt"] = params["prompt"][:30]
        if listed and isinstance(params.get("prompt_v2"), Mapping):
            params["prompt_v2"] = {**params["prompt_v2"], "input_text": params["prompt_v2"]["input_text"][:30]}
        return params


@dataclass
class Batch:
    """Up to 1,000 tasks created together.

    Attributes:
        id: 24 hexadecimal digits.
        owner: The API key it belongs to.
        mode: Analysis mode of all items.
        created: Seconds of the epoch.
        expires: When unfinished items are canceled.
        items: Its tasks, in the order of the request.
        canceled: When it was canceled, None when it was not.
    """

    id: str
    owner: str
    mode: str
    created: float
    expires: float
    items: list[Task] = field(default_factory=list)
    canceled: float | None = None

    def counts(self, now: float) -> dict[str, int]:
        """Return the number of items in each status of `BATCH_COUNTS`."""
        statuses = [item.status(now) for item in self.items]
        return {status: statuses.count(status) for status in BATCH_COUNTS}

    def status(self, now: float) -> str:
        """Return `pending`, `processing`, `canceling`, `canceled`, `completed` or `expired`."""
        if now >= self.expires and self.canceled is None:
            for item in self.items:
                if item.status(self.expires) in ("queued", "processing"):
                    item.cancel(self.expires, "batch_expired")
        counts = self.counts(now)
        running = counts["processing"] > 0
        if self.canceled is not None:
            return "canceling" if running else "canceled"
        if any(item.cancel_code == "batch_expired" for item in self.items):
            return "expired"
        if running or (counts["queued"] and counts["queued"] < len(self.items)):
            return "processing"
        return "pending" if counts["queued"] else "completed"

    def cancel(self, now: float) -> None:
        """Cancel the queued items; those that run go on to their end."""
        self.canceled = now
        for item in self.items:
            if item.status(now) == "queued":
                item.cancel(now, "batch_canceled")

    def view(self, now: float) -> dict[str, Any]:
        """Return the batch as the API shows it."""
        status = self.status(now)
        ends = {"completed": max(item.ends for item in self.items), "canceled": self.canceled, "expired": self.expires}
        final = {f"{status}_at": rfc3339(ends[status] or now)} if status in ends else {}
        return {
            "batch_id": self.id,
            "analysis_mode": self.mode,
            "model_name": "pegasus1.5",
            "status": status,
            "total_items": len(self.items),
            "created_at": rfc3339(self.created),
            "expires_at": rfc3339(self.expires),
            **final,
            **{f"{name}_items": count for name, count in self.counts(now).items()},
        }

    def lines(self, now: float) -> list[dict[str, Any]]:
        """Return one entry per item for the results, in any state of the batch."""
        self.status(now)
        return [_line(item, now) for item in self.items]


def _line(item: Task, now: float) -> dict[str, Any]:
    status = item.status(now)
    line: dict[str, Any] = {"task_id": item.id, "custom_id": item.custom_id, "status": status}
    outcome = item.outcome(now)
    if status == "ready":
        line["data"] = outcome["result"]
    elif status == "failed":
        line["error"] = outcome["error"]
    return line
