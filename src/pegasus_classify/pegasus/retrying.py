"""The one place that tries a request again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple, TypeAlias

from pegasus_classify.contract.quantities import Seconds
from pegasus_classify.pegasus.replies import Problem, understood
from pegasus_classify.steps import STOP, Exchange, NoReply, Reply, Send, Sleep, Stopped

__all__ = ["FIRST_PAUSE", "GATEWAY_TIMEOUT", "LONGEST_PAUSE", "LookUp", "Tries", "retried"]

FIRST_PAUSE: Seconds = 0.5
LONGEST_PAUSE: Seconds = 30.0

GATEWAY_TIMEOUT = 504
"""Somebody on the way did not wait for the answer; who was to give it may have gone on."""

LookUp: TypeAlias = Callable[[], Exchange["dict[str, Any] | None"]]
"""Finds what a request brought whose answer was lost; None when it brought nothing."""


class Tries(NamedTuple):
    """How often a request was sent, and how many of these were answered by nothing readable and yet perhaps done."""

    sent: int
    lost: int


def retried(
    send: Send, retries: int, look_up: LookUp | None = None
) -> Exchange[tuple[dict[str, Any] | Problem, Tries]]:
    """Send a request, and again after transient problems, with pauses that double from half a second to half a minute.

    Too many requests are no concern of this function: the schedule holds the whole account and sends again, so a 429
    that arrives here is final. A paid request that was sent and brought no readable answer may have been billed, and
    so may one that a gateway did not wait for: it is tried again once and no more.

    Args:
        send: What to send.
        retries: How often a transient problem is tried again, 0 or more.
        look_up: Asked before a request is sent again that was lost or failed on the platform's side; what it finds
            stands for the answer.

    Returns:
        The JSON object or the last problem, and how often it was tried. The problem is `unsure` when any request was.

    Raises:
        Stopped: The run ends.
    """
    sent = unsure = 0
    while True:
        reply = yield send
        sent += 1
        result = _heard(reply)
        if isinstance(result, dict):
            return result, Tries(sent, unsure)
        unsure += result.unsure or (send.paid and result.status == GATEWAY_TIMEOUT)
        result = replace(result, unsure=unsure > 0)
        if result.sort != "transient" or sent > retries or (send.paid and unsure > 1):
            return result, Tries(sent, unsure)
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (sent - 1))
        if (yield Sleep(max(pause, min(result.retry_after or 0.0, LONGEST_PAUSE)))) is STOP:
            raise Stopped
        maybe_done = result.unsure or result.status >= 500
        found = (yield from look_up()) if look_up is not None and maybe_done else None
        if found is not None:
            return found, Tries(sent, 0)


def _heard(outcome: object) -> dict[str, Any] | Problem:
    if isinstance(outcome, Reply | NoReply):
        return understood(outcome)
    raise Stopped
