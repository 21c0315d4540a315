"""One ask from claim to record, by the way that fits its video's length."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from pegasus_classify.contract.asks import Answer, Ask, AskFailure
from pegasus_classify.contract.quantities import Seconds
from pegasus_classify.models import capabilities
from pegasus_classify.pegasus.analyze import analyze
from pegasus_classify.pegasus.segments import asks_for_segments
from pegasus_classify.pegasus.submitted import batch_id_of, submission_name, submitted_before
from pegasus_classify.pegasus.tasks import Submission, task
from pegasus_classify.steps import STOP, AskNote, Claim, Claimed, Exchange, Record, Share, Shared, Sleep, Stopped

__all__ = ["LONGEST_LOOK", "carry"]

LONGEST_LOOK: Seconds = 15.0
"""How long at most an ask that somebody else has is left alone before it is claimed again."""

_STOPPED = Answer(failure=AskFailure("stopped", "The run was stopped before this video was answered.", 503))


def carry(ask: Ask, key: str, run: str, *, retries: int, longest_task: Seconds | None = None) -> Exchange[Answer]:
    """Get an ask answered, from the ledger when it is there.

    Law: claimed before it is sent, recorded before it is told. When the run ends meanwhile, the claim is given back.

    Args:
        ask: What to ask.
        key: Its name in the ledger.
        run: Name of the run that pays for it; empty for none.
        retries: How often a transient problem is tried again.
        longest_task: Most seconds that a task is waited for; None: as long as its video lets expect.
    """
    findable = ask.batch or _way(ask) == "tasks"
    claim = Claim(key, AskNote(_way(ask), ask.model, ask.question.prompt_hash), run)
    tried = 0
    while True:
        claimed = yield claim
        if not isinstance(claimed, Claimed):
            return _STOPPED
        if claimed.state == "kept" and claimed.answer is not None:
            return replace(claimed.answer, origin="kept", attempts=0, lost=0)
        if claimed.state != "elsewhere":
            break
        # What is not there after some looks takes long: many who look often would keep a database busy.
        if (yield Sleep(min(LONGEST_LOOK, claimed.wait * (1 + tried / 10)))) is STOP:
            return _STOPPED
        tried += 1
    of = Submission(ask, key, submission_name(key, claimed.turn), retries, longest_task)
    try:
        task_id = claimed.task_id
        if claimed.stale and findable:
            task_id = yield from _found_again(of)
        answer = yield from _asked(of, task_id)
    except Stopped:
        yield Record(key, "released", unsure=findable)
        return _STOPPED
    if answer.unsettled:
        yield Record(key, "released", unsure=findable)
    else:
        yield Record(key, "failed" if answer.failure else "answered", answer=answer, run=run)
    return answer


def _found_again(of: Submission) -> Exchange[str | None]:
    """Find what somebody submitted who was lost before it was noted; a synchronous call leaves nothing to be found."""
    task_id = yield from submitted_before(of.ask, of.name, of.retries)
    if task_id is not None:
        yield Record(of.key, "submitted", task_id=task_id)
    return task_id


def _asked(of: Submission, task_id: str | None) -> Exchange[Answer]:
    batch_id = batch_id_of(task_id)
    if batch_id is not None or (task_id is None and of.ask.batch):
        shared = yield Share(of.key, of.ask, batch_id, of.name)
        if not isinstance(shared, Shared):
            raise Stopped
        if shared.answer is not None:
            return shared.answer
        task_id = None
    if task_id is not None or _way(of.ask) == "tasks":
        return (yield from task(of, task_id))
    return (yield from analyze(of.ask, of.retries))


def _way(ask: Ask) -> Literal["analyze", "tasks"]:
    row = capabilities(ask.model)
    if asks_for_segments(ask):
        return "tasks"
    return "tasks" if row.tasks and ask.duration > row.sync_up_to else "analyze"
