"""Waiting for what runs upstream: looked at again and again, through outages too, because it was paid for."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from pegasus_classify.contract.asks import Answer
from pegasus_classify.contract.quantities import Seconds
from pegasus_classify.pegasus.replies import Problem, failure_of
from pegasus_classify.pegasus.retrying import retried
from pegasus_classify.steps import STOP, Exchange, Send, Sleep, Stopped

__all__ = ["Patience", "is_gone", "left_running", "watched"]


@dataclass(frozen=True, slots=True)
class Patience:
    """How often something is looked at, and for how long; all seconds.

    Attributes:
        first: Pause before the first look; each further one is longer by half.
        longest: Longest pause.
        whole: How long it may take before it is left running.
        unheard: How long all looks in a row may fail before it is left running.
    """

    first: Seconds
    longest: Seconds
    whole: Seconds
    unheard: Seconds


def watched(path: str, ends: Collection[str], patience: Patience, retries: int) -> Exchange[dict[str, Any] | Problem]:
    """Look at a task or a batch until its status is one of its ends.

    Args:
        path: Where it is looked at.
        ends: Statuses after which nothing changes.
        patience: How often and how long.
        retries: How often a transient problem of one look is tried again.

    Returns:
        Its last state; or why it is not known: it does not exist, or patience is over.

    Raises:
        Stopped: The run ends.
    """
    pause, waited, heard_at = patience.first, 0.0, 0.0
    while waited < patience.whole:
        if (yield Sleep(pause)) is STOP:
            raise Stopped
        waited += pause
        pause = min(patience.longest, pause * 1.5)
        state, _ = yield from retried(Send("GET", path), retries)
        if not isinstance(state, Problem):
            heard_at = waited
            if state.get("status") in ends:
                return state
        elif state.sort == "permanent" or waited - heard_at >= patience.unheard:
            return state
    message = (
        f"It was not done after {waited:.0f} seconds ({path.rsplit('/', 1)[-1]}). It is looked at again when the same "
        "request is sent again; `runs cancel` gives it up."
    )
    return Problem("transient", 504, "", message)


def is_gone(problem: Problem) -> bool:
    """Tell whether nothing is to be had there any more; every other problem says only that it cannot be seen now."""
    return problem.status == 404


def left_running(problem: Problem, sent: int = 0) -> Answer:
    """Return the answer of an ask that was submitted and may still be answered upstream: looked for there next time."""
    return replace(Answer(failure=failure_of(problem), attempts=sent), unsettled=True)
