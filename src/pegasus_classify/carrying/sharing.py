"""Asks that wait for company on the way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from pegasus_classify.pegasus.batches import MOST_MEMBERS, MOST_SECONDS, kin
from pegasus_classify.steps import Share

__all__ = ["Sharing"]

_W = TypeVar("_W")


class Sharing(Generic[_W]):
    """Groups waiting asks by what a batch has in common; whoever waits is handed back with its ask."""

    def __init__(self) -> None:
        self._waiting: dict[tuple[object, ...], list[tuple[_W, Share]]] = {}

    def __bool__(self) -> bool:
        """Tell whether anyone waits."""
        return bool(self._waiting)

    def put(self, who: _W, share: Share) -> None:
        """Let one more wait."""
        self._waiting.setdefault(kin(share), []).append((who, share))

    def take(self, *, full_only: bool) -> list[tuple[_W, Share]]:
        """Take out the members of one batch.

        Args:
            full_only: Whether one that could still take more is left waiting.

        Returns:
            Empty when there is none.
        """
        for name, waiting in self._waiting.items():
            count = _fitting(waiting)
            if count < min(len(waiting), MOST_MEMBERS) or count == MOST_MEMBERS or not full_only:
                members, rest = waiting[:count], waiting[count:]
                if rest:
                    self._waiting[name] = rest
                else:
                    del self._waiting[name]
                return members
        return []

    def take_out(self, unwanted: Callable[[_W], bool]) -> list[_W]:
        """Take out everyone of a sort."""
        out: list[_W] = []
        for name, waiting in list(self._waiting.items()):
            out.extend(who for who, _ in waiting if unwanted(who))
            staying = [pair for pair in waiting if not unwanted(pair[0])]
            if staying:
                self._waiting[name] = staying
            else:
                del self._waiting[name]
        return out


def _fitting(waiting: list[tuple[_W, Share]]) -> int:
    """Return how many of the first fit into one batch; at least one."""
    seconds = 0.0
    for count, (_, share) in enumerate(waiting[:MOST_MEMBERS]):
        seconds += share.ask.duration
        if seconds > MOST_SECONDS and count:
            return count
    return min(len(waiting), MOST_MEMBERS)
