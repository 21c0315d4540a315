"""Cancels upstream what a request has submitted and nobody waits for any more."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from pegasus_classify.drivers.http import Endpoint, Sender
from pegasus_classify.pegasus.replies import Problem
from pegasus_classify.pegasus.submitted import batch_id_of, cancel
from pegasus_classify.steps import Exchange, Outcome, Send, Sleep
from pegasus_classify.stores.protocol import Store

__all__ = ["Cancelled", "cancel_submitted"]

_R = TypeVar("_R")


@dataclass(frozen=True, slots=True)
class Cancelled:
    """What cancelling came to.

    Attributes:
        tasks: Tasks that will bring nothing any more.
        batches: Batches of which no further item is begun; what they finish is picked up when the run is resumed.
        over: Tasks and batches that had ended; their answers are picked up, too.
        problems: The platform's words about those it could not cancel.
    """

    tasks: int = 0
    batches: int = 0
    over: int = 0
    problems: tuple[str, ...] = ()


def cancel_submitted(keys: Sequence[str], store: Store, endpoint: Endpoint, retries: int) -> Cancelled:
    """Cancel the tasks and batches under way for some asks, one after the other, and note it in the ledger.

    Args:
        keys: The asks' names in the ledger.
        store: Where they are noted.
        endpoint: The platform.
        retries: How often a transient problem is tried again.
    """
    waiting = store.submitted(keys)
    sender = Sender(endpoint)
    tasks: list[str] = []
    batches, over, problems = 0, 0, []
    try:
        for task_id in dict.fromkeys(waiting.values()):
            came = _performed(cancel(task_id, retries), sender)
            if isinstance(came, Problem):
                problems.append(came.message)
            elif came == "over":
                over += 1
            elif batch_id_of(task_id) is not None:
                batches += 1
            else:
                tasks.append(task_id)
    finally:
        sender.close()
    # What a batch has finished by now was paid for: it stays noted, so that it can be fetched.
    gone = [key for key, task_id in waiting.items() if task_id in set(tasks)]
    store.cancelled(gone, time.time())
    return Cancelled(len(tasks), batches, over, tuple(problems))


def _performed(exchange: Exchange[_R], sender: Sender) -> _R:
    outcome: Outcome = None
    while True:
        try:
            step = exchange.send(outcome)
        except StopIteration as end:
            result: _R = end.value
            return result
        outcome = None
        if isinstance(step, Send):
            outcome = sender.perform(step)
        elif isinstance(step, Sleep):
            time.sleep(step.seconds)
