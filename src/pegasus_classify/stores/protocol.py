"""What every store can do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from pegasus_classify.contract.quantities import Seconds
from pegasus_classify.steps import Claimed, Record

__all__ = ["PAGE_LIFE", "ExpiredPage", "Store"]

PAGE_LIFE: Seconds = 300.0
"""How long a page token lives: recorded answers expire five minutes after they were built."""


class ExpiredPage:
    """What `fetch_page` returns for a token that was valid once."""


class Store(Protocol):
    """Asks with their answers, and pages; safe from several threads. Times are wall-clock seconds since 1970."""

    def claim(self, key: str, now: Seconds, keep_for: Seconds) -> Claimed:
        """Take an ask, or learn what is known about it.

        Args:
            key: The ask's name.
            now: The present.
            keep_for: An answer recorded longer ago is not used again.
        """

    def record(self, record: Record, now: Seconds) -> None:
        """Write down what is known about a claimed ask."""

    def keep_pages(self, owner: str, pages: Mapping[str, str], now: Seconds) -> None:
        """Keep pages, token → JSON text, for `PAGE_LIFE` seconds; only the same owner can fetch them."""

    def fetch_page(self, owner: str, token: str, now: Seconds) -> str | ExpiredPage | None:
        """Return a page's JSON text; None when this owner never had such a token."""

    def close(self) -> None:
        """Let go of connections and files."""
