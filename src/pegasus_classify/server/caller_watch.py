"""Whether the caller is still there to take an answer."""

from __future__ import annotations

import asyncio
import contextlib

from starlette.types import Receive

__all__ = ["CallerWatch"]


class CallerWatch:
    """Knows while its block runs whether the caller waits; after the block nobody does."""

    def __init__(self, receive: Receive, *, listens: bool) -> None:
        """Start nothing yet.

        Args:
            receive: Tells when the caller hangs up; the body has been read from it.
            listens: Whether to listen for that; else the caller counts as waiting while the block runs.
        """
        self._receive = receive
        self._listens = listens
        self._gone = False
        self._task: asyncio.Task[None] | None = None

    def waits(self) -> bool:
        """Tell whether there is somebody to answer."""
        return not self._gone

    async def __aenter__(self) -> CallerWatch:
        """Begin to listen."""
        if self._listens:
            self._task = asyncio.get_running_loop().create_task(self._listen())
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop listening."""
        self._gone = True
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _listen(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            continue
        self._gone = True
