"""The one place that tries a request again."""

from __future__ import annotations

from typing import Any

from pegasus_classify.contract.quantities import Seconds
from pegasus_classify.pegasus.replies import Problem, understood
from pegasus_classify.steps import STOP, Exchange, NoReply, Reply, Send, Sleep, Stopped

__all__ = ["FIRST_PAUSE", "LONGEST_PAUSE", "retried"]

FIRST_PAUSE: Seconds = 0.5
LONGEST_PAUSE: Seconds = 30.0


def retried(send: Send, retries: int) -> Exchange[tuple[dict[str, Any] | Problem, int]]:
    """Send a request, and again after transient problems, with pauses that double from half a second to half a minute.

    Too many requests are no concern of this function: the schedule holds the whole account and sends again, so a 429
    that arrives here is final. A paid request that was sent and brought no readable answer may have been billed: it is
    tried again once and no more.

    Args:
        send: What to send.
        retries: How often a transient problem is tried again, 0 or more.

    Returns:
        The JSON object or the last problem, and how many requests were sent.

    Raises:
        Stopped: The run ends.
    """
    sent = unsure = 0
    while True:
        reply = yield send
        sent += 1
        result = _heard(reply)
        if isinstance(result, dict) or result.sort != "transient" or sent > retries:
            return result, sent
        unsure += send.paid and _may_be_billed(reply)
        if unsure > 1:
            return result, sent
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (sent - 1))
        if (yield Sleep(max(pause, min(result.retry_after or 0.0, LONGEST_PAUSE)))) is STOP:
            raise Stopped


def _may_be_billed(outcome: object) -> bool:
    if isinstance(outcome, NoReply):
        return outcome.kind != "connect"
    return isinstance(outcome, Reply) and outcome.status < 300


def _heard(outcome: object) -> dict[str, Any] | Problem:
    if isinstance(outcome, Reply | NoReply):
        return understood(outcome)
    raise Stopped
