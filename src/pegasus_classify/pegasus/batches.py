"""The way for many videos: up to 1,000 asks in one batch, waited for together."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from pegasus_classify.contract.asks import Answer, Ask
from pegasus_classify.contract.quantities import Seconds
from pegasus_classify.pegasus.analyze import generated
from pegasus_classify.pegasus.replies import Problem
from pegasus_classify.pegasus.retrying import retried
from pegasus_classify.steps import STOP, Exchange, Record, Reply, Send, Share, Sleep, Stopped

__all__ = ["BATCH_MARK", "MOST_ACTIVE", "MOST_MEMBERS", "MOST_SECONDS", "PATIENCE", "batch", "batch_id_of", "kin"]

MOST_MEMBERS = 1000
MOST_SECONDS: Seconds = 2_000 * 3600.0
MOST_ACTIVE = 5
"""The platform's limits: asks and hours of video in a batch, batches under way."""

PATIENCE: Seconds = 25 * 3600.0
"""A batch expires 24 hours after it was made; an hour later it counts as lost."""

FIRST_LOOK: Seconds = 5.0
LONGEST_LOOK: Seconds = 120.0

BATCH_MARK = "batch:"
"""Stands before the id of a batch where the ledger names a task."""

Answers = list[Answer | None]
"""One per member, in their order; None for a member that must be asked alone."""


def batch_id_of(task_id: str | None) -> str | None:
    """Return the batch that a ledger entry names; None when it names a task or nothing."""
    return task_id[len(BATCH_MARK) :] if task_id and task_id.startswith(BATCH_MARK) else None


def kin(share: Share) -> tuple[object, ...]:
    """Return what the members of one batch have in common: the batch they are in, or words, model and temperature."""
    if share.batch_id is not None:
        return (share.batch_id,)
    return (None, share.ask.model, share.ask.question.fingerprint, share.ask.temperature)


def batch(members: Sequence[Share], retries: int) -> Exchange[Answers]:
    """Carry asks of one `kin` in a batch: create it unless they are in one, wait for its end, read its results.

    Whatever a batch does not answer (it expired, was cancelled, an item failed) comes back as None and is asked
    alone: `completed` means only that the platform has finished with it.

    Args:
        members: 1 to 1,000, no key twice.
        retries: How often a transient problem of one request is tried again.
    """
    batch_id = members[0].batch_id
    if batch_id is None:
        created, _ = yield from retried(Send("POST", "/v1.3/analyze/batches", body=_body(members)), retries)
        if isinstance(created, Problem):
            return (yield from _divided(members, created, retries))
        batch_id = created.get("batch_id")
        if not isinstance(batch_id, str):
            return [None] * len(members)
        for member in members:
            yield Record(member.key, "submitted", task_id=f"{BATCH_MARK}{batch_id}")
    if not (yield from _ended(batch_id, retries)):
        return [None] * len(members)
    return (yield from _results(batch_id, members))


def _divided(members: Sequence[Share], problem: Problem, retries: int) -> Exchange[Answers]:
    """A batch that the platform could not take in time is made again in halves; any other refusal ends it."""
    if problem.status != 504 or len(members) == 1:
        return [None] * len(members)
    middle = len(members) // 2
    first = yield from batch(members[:middle], retries)
    return first + (yield from batch(members[middle:], retries))


def _body(members: Sequence[Share]) -> dict[str, Any]:
    ask = members[0].ask
    defaults: dict[str, Any] = {"prompt": {"input_text": ask.question.prompt}, "temperature": ask.temperature}
    if ask.question.response_format is not None:
        defaults["response_format"] = dict(ask.question.response_format)
    return {
        "model_name": ask.model,
        "analysis_mode": "general",
        "defaults": defaults,
        "requests": [_item(member) for member in members],
    }


def _item(member: Share) -> dict[str, Any]:
    ask = member.ask
    item: dict[str, Any] = {
        "video": {"type": "asset_id", "asset_id": ask.source.value},
        "custom_id": member.key[:64],
        "max_tokens": ask.max_tokens,
    }
    if ask.window is not None:
        item["start_time"], item["end_time"] = ask.window.start, ask.window.end
    return item


def _ended(batch_id: str, retries: int) -> Exchange[bool]:
    pause, waited = FIRST_LOOK, 0.0
    while waited < PATIENCE:
        if (yield Sleep(pause)) is STOP:
            raise Stopped
        waited += pause
        pause = min(LONGEST_LOOK, pause * 1.5)
        state, _ = yield from retried(Send("GET", f"/v1.3/analyze/batches/{batch_id}"), retries)
        if isinstance(state, Problem):
            return False
        if state.get("status") in {"completed", "canceled", "expired"}:
            return True
    return False


def _results(batch_id: str, members: Sequence[Share]) -> Exchange[Answers]:
    path = f"/v1.3/analyze/batches/{batch_id}/results"
    reply: object = None
    for pause in (1.0, 5.0, 0.0):
        reply = yield Send("GET", path, read_timeout=300.0)
        if reply is STOP:
            raise Stopped
        if isinstance(reply, Reply) and reply.status < 500:
            break
        if pause and (yield Sleep(pause)) is STOP:
            raise Stopped
    lines = reply.body.splitlines() if isinstance(reply, Reply) and reply.status == 200 else []
    items = {item["custom_id"]: item for item in map(_line, lines) if isinstance(item.get("custom_id"), str)}
    return [_answer(items.get(member.key[:64]), member.ask) for member in members]


def _line(line: bytes) -> dict[str, Any]:
    try:
        item = json.loads(line)
    except ValueError:
        return {}
    return item if isinstance(item, dict) else {}


def _answer(item: dict[str, Any] | None, ask: Ask) -> Answer | None:
    data = item.get("data") if item is not None and item.get("status") == "ready" else None
    if not isinstance(data, dict):
        return None
    answer = generated(data, ask)
    return None if answer.failure is not None else answer
