"""Runs the generator of a legacy call: one loop for blocking, one for asynchronous callers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator
from typing import Any, TypeVar

from pegasus_classify.errors import ClassifyError

__all__ = ["perform_all", "perform_all_async"]

_N = TypeVar("_N")
_R = TypeVar("_R")


def perform_all(steps: Generator[_N, Any, _R], perform: Callable[[_N], Any]) -> _R:
    """Perform every need and return what the generator returns; a `ClassifyError` is told to the generator."""
    try:
        need = next(steps)
        while True:
            try:
                outcome = perform(need)
            except ClassifyError as error:
                need = steps.throw(error)
            else:
                need = steps.send(outcome)
    except StopIteration as end:
        result: _R = end.value
        return result


async def perform_all_async(steps: Generator[_N, Any, _R], perform: Callable[[_N], Awaitable[Any]]) -> _R:
    """Do the same with an asynchronous `perform`."""
    try:
        need = next(steps)
        while True:
            try:
                outcome = await perform(need)
            except ClassifyError as error:
                need = steps.throw(error)
            else:
                need = steps.send(outcome)
    except StopIteration as end:
        result: _R = end.value
        return result
