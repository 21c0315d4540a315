"""One ask from claim to record, by the way that fits its video's length."""

from __future__ import annotations

from dataclasses import replace

from pegasus_classify.contract.asks import Answer, Ask, AskFailure
from pegasus_classify.models import capabilities
from pegasus_classify.pegasus.analyze import analyze
from pegasus_classify.pegasus.tasks import task
from pegasus_classify.steps import STOP, Claim, Claimed, Exchange, Record, Sleep, Stopped

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
    while True:
        claimed = yield Claim(key)
        if not isinstance(claimed, Claimed):
            return _STOPPED
        if claimed.state == "kept" and claimed.answer is not None:
            return replace(claimed.answer, origin="kept", attempts=0)
        if claimed.state != "elsewhere":
            break
        if (yield Sleep(claimed.wait)) is STOP:
            return _STOPPED
    try:
        answer = yield from _asked(ask, key, retries, claimed.task_id)
    except Stopped:
        yield Record(key, "released")
        return _STOPPED
    yield Record(key, "failed" if answer.failure else "answered", answer=answer)
    return answer


def _asked(ask: Ask, key: str, retries: int, task_id: str | None) -> Exchange[Answer]:
    row = capabilities(ask.model)
    if task_id is not None or (row.tasks and ask.duration > row.sync_up_to):
        return task(ask, key, retries, task_id)
    return analyze(ask, retries)
