"""What was submitted and may still run: found again when nobody noted it, cancelled when nobody wants it any more."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

from pegasus_classify.contract.asks import Ask
from pegasus_classify.pegasus.listing import LARGEST_PAGE
from pegasus_classify.pegasus.replies import Problem
from pegasus_classify.pegasus.retrying import retried
from pegasus_classify.steps import Exchange, Send

__all__ = ["BATCH_MARK", "MOST_PAGES", "Cancelling", "batch_id_of", "cancel", "submission_name", "submitted_before"]

BATCH_MARK = "batch:"
"""Stands before the id of a batch where the ledger names a task."""

MOST_PAGES = 10
"""How many pages of a video's tasks are looked through, newest first."""

Cancelling: TypeAlias = Literal["cancelled", "over"]
"""Whether it will bring nothing any more, or had ended before."""

_WORTHLESS = frozenset({"failed", "canceled"})


def batch_id_of(task_id: str | None) -> str | None:
    """Return the batch that a ledger entry names; None when it names a task or nothing."""
    return task_id[len(BATCH_MARK) :] if task_id and task_id.startswith(BATCH_MARK) else None


def submission_name(key: str, turn: int) -> str:
    """Return the `custom_id` and idempotency key of an ask, 1 to 64 characters: the same until it is settled.

    Args:
        key: The ask's name in the ledger.
        turn: How often it was answered or failed before. Once it was, the same name would bring back what it came to.
    """
    return key[:64] if turn == 0 else f"{key[:52]}-{turn}"


def submitted_before(ask: Ask, name: str, retries: int) -> Exchange[str | None]:
    """Look among the tasks of an ask's video for one that was created for this very ask.

    Args:
        ask: What was asked.
        name: Its `custom_id`; see `submission_name`.
        retries: How often a transient problem of one request is tried again.

    Returns:
        What the ledger calls it: a task's id, or a batch's id behind `BATCH_MARK`. None when there is none that could
        still bring something, or when the list cannot be read.
    """
    source = "video_url" if ask.source.kind == "url" else "asset_id"
    for page in range(1, MOST_PAGES + 1):
        query = ((source, ask.source.value), ("page", str(page)), ("page_limit", str(LARGEST_PAGE)))
        found, _ = yield from retried(Send("GET", "/v1.3/analyze/tasks", query=query), retries)
        items = None if isinstance(found, Problem) else found.get("data")
        if not isinstance(items, list) or not items:
            return None
        for item in items:
            if isinstance(item, dict) and item.get("custom_id") == name and item.get("status") not in _WORTHLESS:
                return _name(item)
        if len(items) < LARGEST_PAGE:
            return None
    return None


def _name(item: dict[str, Any]) -> str | None:
    batch_id, task_id = item.get("batch_id"), item.get("task_id")
    if isinstance(batch_id, str) and batch_id:
        return f"{BATCH_MARK}{batch_id}"
    return task_id if isinstance(task_id, str) else None


def cancel(task_id: str, retries: int) -> Exchange[Cancelling | Problem]:
    """Cancel a task or a batch. Of a batch, the items that are being worked on are finished, and billed.

    Args:
        task_id: As the ledger names it.
        retries: How often a transient problem is tried again.
    """
    batch_id = batch_id_of(task_id)
    what = f"tasks/{task_id}" if batch_id is None else f"batches/{batch_id}"
    found, _ = yield from retried(Send("POST", f"/v1.3/analyze/{what}/cancel"), retries)
    if not isinstance(found, Problem) or found.status == 404:
        return "cancelled"
    return "over" if found.status == 409 else found
