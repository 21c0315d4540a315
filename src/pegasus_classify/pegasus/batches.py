"""The way for many videos: up to 1,000 asks in one batch, waited for together."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from pegasus_classify.contract.asks import Answer, Ask, AskFailure
from pegasus_classify.contract.quantities import Seconds
from pegasus_classify.pegasus.analyze import generated
from pegasus_classify.pegasus.replies import Problem, understood
from pegasus_classify.pegasus.retrying import retried
from pegasus_classify.pegasus.segments import asks_for_segments
from pegasus_classify.pegasus.submitted import BATCH_MARK, batch_id_of, submitted_before
from pegasus_classify.pegasus.watching import Patience, is_gone, left_running, watched
from pegasus_classify.steps import STOP, Exchange, NoReply, Record, Reply, Send, Share, Sleep, Stopped

__all__ = ["MOST_ACTIVE", "MOST_MEMBERS", "MOST_SECONDS", "PATIENCE", "batch", "kin"]

MOST_MEMBERS = 1000
MOST_SECONDS: Seconds = 2_000 * 3600.0
MOST_ACTIVE = 5
"""The platform's limits: asks and hours of video in a batch, batches under way."""

PATIENCE: Seconds = 25 * 3600.0
"""A batch expires 24 hours after it was made; an hour later it counts as lost."""

OUTAGE: Seconds = 3600.0
"""How long nothing may be heard of a batch before it is left running, to be looked at another time."""

FIRST_LOOK: Seconds = 5.0
LONGEST_LOOK: Seconds = 120.0

_PATIENCE = Patience(FIRST_LOOK, LONGEST_LOOK, PATIENCE, OUTAGE)
_ENDS = frozenset({"completed", "canceled", "expired"})

_CANCELLED = Answer(failure=AskFailure("stopped", "The batch of this video was cancelled.", 503))

Answers = list[Answer | None]
"""One per member, in their order; None for a member that must be asked alone."""


def kin(share: Share) -> tuple[object, ...]:
    """Return what the members of one batch have in common: the batch they are in, or words, model and temperature."""
    if share.batch_id is not None:
        return (share.batch_id,)
    return (None, share.ask.model, share.ask.question.fingerprint, share.ask.temperature)


def batch(members: Sequence[Share], retries: int) -> Exchange[Answers]:
    """Carry asks of one `kin` in a batch: create it unless they are in one, wait for its end, read its results.

    What a batch surely does not bill (it was refused, it expired, was cancelled, an item failed) comes back as None and
    is asked alone: `completed` means only that the platform has finished with it. What may still be had from it, but
    not now, comes back as an unsettled failure and is not asked for a second time.

    Args:
        members: 1 to 1,000, no key twice.
        retries: How often a transient problem of one request is tried again.
    """
    batch_id = members[0].batch_id
    if batch_id is None:
        send = Send("POST", "/v1.3/analyze/batches", body=_body(members))
        created, _ = yield from retried(send, retries, lambda: _found(members[0], retries))
        if isinstance(created, Problem):
            return (yield from _divided(members, created, retries))
        batch_id = created.get("batch_id")
        if not isinstance(batch_id, str):
            return _all(members, Problem("transient", 200, "", "The platform made a batch without naming it."))
        for member in members:
            yield Record(member.key, "submitted", task_id=f"{BATCH_MARK}{batch_id}")
    state = yield from watched(f"/v1.3/analyze/batches/{batch_id}", _ENDS, _PATIENCE, retries)
    if isinstance(state, Problem):
        return [None] * len(members) if is_gone(state) else _all(members, state)
    answers = yield from _results(batch_id, members)
    if state["status"] == "canceled" and members[0].batch_id is None:
        # Somebody cancelled it under our eyes: nobody wants the rest asked alone, at once and at the full price.
        return [answer or _CANCELLED for answer in answers]
    return answers


def _found(member: Share, retries: int) -> Exchange[dict[str, Any] | None]:
    """Find the batch that one of its members went with, when the answer to its creation was lost."""
    batch_id = batch_id_of((yield from submitted_before(member.ask, member.custom_id, retries)))
    return None if batch_id is None else {"batch_id": batch_id}


def _all(members: Sequence[Share], problem: Problem) -> Answers:
    return [left_running(problem)] * len(members)


def _divided(members: Sequence[Share], problem: Problem, retries: int) -> Exchange[Answers]:
    """A batch that the platform could not take in time is made again in halves; any other refusal ends it."""
    if problem.unsure:
        return _all(members, problem)
    if problem.status != 504 or len(members) == 1:
        return [None] * len(members)
    middle = len(members) // 2
    first = yield from batch(members[:middle], retries)
    return first + (yield from batch(members[middle:], retries))


def _body(members: Sequence[Share]) -> dict[str, Any]:
    ask = members[0].ask
    segments = asks_for_segments(ask)
    defaults: dict[str, Any] = {"temperature": ask.temperature}
    if not segments:
        defaults["prompt"] = {"input_text": ask.question.prompt}
    if ask.question.response_format is not None:
        defaults["response_format"] = dict(ask.question.response_format)
    return {
        "model_name": ask.model,
        "analysis_mode": "time_based_metadata" if segments else "general",
        "defaults": defaults,
        "requests": [_item(member) for member in members],
    }


def _item(member: Share) -> dict[str, Any]:
    ask = member.ask
    item: dict[str, Any] = {
        "video": {"type": "asset_id", "asset_id": ask.source.value},
        "custom_id": member.custom_id,
        "max_tokens": ask.max_tokens,
    }
    if ask.window is not None:
        item["start_time"], item["end_time"] = ask.window.start, ask.window.end
    return item


def _results(batch_id: str, members: Sequence[Share]) -> Exchange[Answers]:
    """Read the results, again when they come in part; what is not in them in the end was not answered."""
    path = f"/v1.3/analyze/batches/{batch_id}/results"
    lines: list[dict[str, Any] | None] = [None]
    reply: object = None
    for pause in (1.0, 5.0, 30.0, 0.0):
        reply = yield Send("GET", path, read_timeout=300.0)
        if reply is STOP:
            raise Stopped
        if isinstance(reply, Reply) and reply.status == 200:
            lines = [_line(line) for line in reply.body.splitlines()]
            if None not in lines:
                break
        elif isinstance(reply, Reply) and reply.status == 404:
            return [None] * len(members)
        if pause and (yield Sleep(pause)) is STOP:
            raise Stopped
    whole = None not in lines
    items = {line["custom_id"]: line for line in lines if line is not None and isinstance(line.get("custom_id"), str)}
    cut = Problem("transient", 502, "", "The results of a batch came in part.")
    if isinstance(reply, NoReply) or (isinstance(reply, Reply) and reply.status != 200):
        told = understood(reply)
        cut = told if isinstance(told, Problem) else cut
    return [
        _answer(items.get(member.custom_id), member.ask, None if whole else left_running(cut)) for member in members
    ]


def _line(line: bytes) -> dict[str, Any] | None:
    """Return an item of the results; None for what is no whole line."""
    try:
        item = json.loads(line)
    except ValueError:
        return None
    return item if isinstance(item, dict) else {}


def _answer(item: dict[str, Any] | None, ask: Ask, missing: Answer | None) -> Answer | None:
    if item is None:
        return missing
    if item.get("status") != "ready":
        # Failed and cancelled items are not billed.
        return None
    data = item.get("data")
    return generated(data if isinstance(data, dict) else {}, ask)
