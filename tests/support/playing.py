"""Plays an exchange with outcomes written down beforehand, so that no driver is needed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from pegasus_classify.steps import Outcome, Reply, Step

__all__ = ["json_reply", "play"]


def json_reply(status: int, body: object, **headers: str) -> Reply:
    """A reply with a JSON body; header names are written with underscores."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status, {"content-type": "application/json", **named}, json.dumps(body).encode())


def play(exchange: Any, outcomes: Iterable[Outcome] | Callable[[Step], Outcome]) -> tuple[Any, list[Step]]:
    """Drive an exchange to its end; return its result and the steps it yielded.

    `outcomes` are given one after another, or made from each step by a function.
    """
    steps: list[Step] = []
    source = None if callable(outcomes) else iter(outcomes)
    outcome: Outcome = None
    while True:
        try:
            step = exchange.send(outcome)
        except StopIteration as end:
            return end.value, steps
        steps.append(step)
        outcome = outcomes(step) if source is None else next(source)  # type: ignore[operator]
