"""Pages as they went out last: a kept page never changes, so its bytes need not be made again."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from pegasus_classify.client.handle import handle_page
from pegasus_classify.client.performing import perform_all
from pegasus_classify.server.headers import json_bytes

__all__ = ["MOST_BYTES", "PageBytes", "Ready"]

MOST_BYTES = 16_000_000
"""How many bytes are held; the page not read for longest goes first."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A page as it is sent.

    Attributes:
        headers: The notes that stand beside it.
        body: Its bytes.
    """

    headers: dict[str, str]
    body: bytes


class PageBytes:
    """Pages by the text they are kept as. Whether that text may be read is the store's to say, each time."""

    def __init__(self, most: int = MOST_BYTES) -> None:
        """Start empty, to hold at most so many bytes."""
        self._most = most
        self._held = 0
        self._ready: OrderedDict[str, Ready] = OrderedDict()

    def of(self, token: str, text: str) -> Ready:
        """Return the bytes of the page that a store just gave as this text."""
        ready = self._ready.get(text)
        if ready is not None:
            self._ready.move_to_end(text)
            return ready
        reply = perform_all(handle_page(token), lambda _: text)
        ready = Ready(dict(reply.headers), json_bytes(reply.body))
        self._ready[text] = ready
        self._held += _size(text, ready)
        while self._held > self._most:
            self._held -= _size(*self._ready.popitem(last=False))
        return ready


def _size(text: str, ready: Ready) -> int:
    return len(text) + len(ready.body) + 500
