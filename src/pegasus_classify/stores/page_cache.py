"""Pages lately kept or read, held in the process: a page never changes, so a database need not be asked again."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass

from pegasus_classify.contract.quantities import Seconds
from pegasus_classify.stores.protocol import TOMBSTONE_LIFE, ExpiredPage

__all__ = ["MOST_CHARACTERS", "PageCache"]

MOST_CHARACTERS = 16_000_000
"""How much text is held; the page not read for longest goes first."""

_PER_PAGE = 300
"""What a page costs beside its text, counted as characters."""


@dataclass(frozen=True, slots=True)
class _Page:
    body: str
    expires_at: Seconds


class PageCache:
    """A bounded number of pages by owner and token; safe from several threads."""

    def __init__(self, most: int = MOST_CHARACTERS) -> None:
        """Start empty, to hold at most so many characters."""
        self._most = most
        self._held = 0
        self._pages: OrderedDict[tuple[str, str], _Page] = OrderedDict()
        self._lock = threading.Lock()

    def put(self, owner: str, token: str, body: str, expires_at: Seconds) -> None:
        """Hold a page, unless it alone would fill the cache."""
        if len(body) + _PER_PAGE > self._most:
            return
        with self._lock:
            before = self._pages.pop((owner, token), None)
            if before is not None:
                self._held -= len(before.body) + _PER_PAGE
            self._pages[(owner, token)] = _Page(body, expires_at)
            self._held += len(body) + _PER_PAGE
            while self._held > self._most:
                _, oldest = self._pages.popitem(last=False)
                self._held -= len(oldest.body) + _PER_PAGE

    def get(self, owner: str, token: str, now: Seconds) -> str | ExpiredPage | None:
        """Return a page, an `ExpiredPage`, or None when it is not held."""
        with self._lock:
            page = self._pages.get((owner, token))
            if page is None:
                return None
            self._pages.move_to_end((owner, token))
        if now < page.expires_at:
            return page.body
        return ExpiredPage() if now < page.expires_at + TOMBSTONE_LIFE else None
