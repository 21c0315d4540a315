"""One ask from claim to record, by the way that fits its video's length."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from pegasus_classify.contract.asks import Answer, Ask, AskFailure
from pegasus_classify.models import capabilities
from pegasus_classify.pegasus.analyze import analyze
from pegasus_classify.pegasus.batches import batch_id_of
from pegasus_classify.pegasus.segments import asks_for_segments
from pegasus_classify.pegasus.submitted import submitted_before
from pegasus_classify.pegasus.tasks import task
from pegasus_classify.steps import STOP, AskNote, Claim, Claimed, Exchange, Record, Share, Shared, Sleep, Stopped

__all__ = ["carry"]

_STOPPED = Answer(failure=AskFailure("stopped", "The run was stopped before this video was answered.", 503))


def carry(ask: Ask, key: str, retries: int) -> Exchange[Answer]:
    """Get an ask answered, from the ledger when it is there.

    Law: claimed before it is sent, recorded before it is told. When the run ends meanwhile, the claim is given back.

    Args:
        ask: What to ask.
        key: Its name in the ledger.
        retries: How often a transient problem is tried again.
    """
    findable = ask.batch or _way(ask) == "tasks"
    note = AskNote(_way(ask), ask.model, ask.question.prompt_hash)
    while True:
        claimed = yield Claim(key, note)
        if not isinstance(claimed, Claimed):
            return _STOPPED
        if claimed.state == "kept" and claimed.answer is not None:
            return replace(claimed.answer, origin="kept", attempts=0)
        if claimed.state != "elsewhere":
            break
        if (yield Sleep(claimed.wait)) is STOP:
            return _STOPPED
    try:
        task_id = claimed.task_id
        if claimed.stale and findable:
            task_id = yield from _found_again(ask, key, retries)
        answer = yield from _asked(ask, key, retries, task_id)
    except Stopped:
        yield Record(key, "released", unsure=findable)
        return _STOPPED
    if answer.unsettled:
        yield Record(key, "released")
    else:
        yield Record(key, "failed" if answer.failure else "answered", answer=answer)
    return answer


def _found_again(ask: Ask, key: str, retries: int) -> Exchange[str | None]:
    """Find what somebody submitted who was lost before it was noted; a synchronous call leaves nothing to be found."""
    task_id = yield from submitted_before(ask, key, retries)
    if task_id is not None:
        yield Record(key, "submitted", task_id=task_id)
    return task_id


def _asked(ask: Ask, key: str, retries: int, task_id: str | None) -> Exchange[Answer]:
    batch_id = batch_id_of(task_id)
    if batch_id is not None or (task_id is None and ask.batch):
        shared = yield Share(key, ask, batch_id)
        if not isinstance(shared, Shared):
            raise Stopped
        if shared.answer is not None:
            return shared.answer
        task_id = None
    if task_id is not None or _way(ask) == "tasks":
        return (yield from task(ask, key, retries, task_id))
    return (yield from analyze(ask, retries))


def _way(ask: Ask) -> Literal["analyze", "tasks"]:
    row = capabilities(ask.model)
    if asks_for_segments(ask):
        return "tasks"
    return "tasks" if row.tasks and ask.duration > row.sync_up_to else "analyze"
