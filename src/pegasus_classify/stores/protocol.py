"""What every store can do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from pegasus_classify.contract.asks import Video
from pegasus_classify.contract.quantities import Seconds
from pegasus_classify.steps import Claim, Claimed, Outcome, Record
from pegasus_classify.stores.rollout_notes import RolloutBook
from pegasus_classify.stores.run_notes import RunBook

__all__ = ["PAGE_LIFE", "TEXT_LIFE", "TOMBSTONE_LIFE", "ExpiredPage", "Store"]

PAGE_LIFE: Seconds = 300.0
"""How long a page token lives: recorded answers expire five minutes after they were built."""

TOMBSTONE_LIFE: Seconds = 600.0
"""How long after that its token is still known as one that was valid once."""

TEXT_LIFE: Seconds = 30 * 86_400.0
"""How long generated texts are kept."""


class ExpiredPage:
    """What `fetch_page` returns for a token that was valid once."""


class Store(Protocol):
    """Asks with their answers, and pages; safe from several threads. Times are wall-clock seconds since 1970.

    A method of a store on disk raises `APIStatusError` (503, naming the store, never a password) when the store fails
    and went on failing while it was tried again.
    """

    @property
    def inline(self) -> bool:
        """True when no method ever waits for a disk or a network, so that a loop may call it itself."""

    @property
    def runs(self) -> RunBook:
        """The runs."""

    @property
    def rollouts(self) -> RolloutBook:
        """What is known about migrations."""

    def perform_all(self, steps: Sequence[Claim | Record], now: Seconds, keep_for: Seconds) -> list[Outcome]:
        """Perform claims and records together, in their order: all of them, or none when the store fails.

        Args:
            steps: Of any number of asks.
            now: The present.
            keep_for: An answer recorded longer ago is not used again.

        Returns:
            For each step its outcome: `Claimed` for a claim, None for a record.
        """

    def claim(self, key: str, now: Seconds, keep_for: Seconds) -> Claimed:
        """Take one ask, or learn what is known about it; see `perform_all`."""

    def record(self, record: Record, now: Seconds) -> None:
        """Write down what is known about one claimed ask; see `perform_all`."""

    def keep_pages(self, owner: str, pages: Mapping[str, str], now: Seconds) -> None:
        """Keep pages, token → JSON text, for `PAGE_LIFE` seconds; only the same owner can fetch them."""

    def fetch_page(self, owner: str, token: str, now: Seconds) -> str | ExpiredPage | None:
        """Return a page's JSON text, an `ExpiredPage`, or None when this owner never had such a token.

        An expired token is known as such for at least `TOMBSTONE_LIFE` seconds more while there is room.
        """

    def page_at_hand(self, owner: str, token: str, now: Seconds) -> str | ExpiredPage | None:
        """Return what `fetch_page` would, without ever waiting; None also when it is not known without waiting."""

    def keep_videos(self, account: str, videos: Mapping[str, Video | None], now: Seconds) -> None:
        """Keep where an account's videos are, legacy id → video; None forgets one."""

    def known_videos(self, account: str, video_ids: Sequence[str]) -> dict[str, Video]:
        """Return what was kept about some videos of an account; what is unknown is missing."""

    def submitted(self, keys: Sequence[str]) -> dict[str, str]:
        """Return the tasks and batches under way for some asks: key → what `Record.task_id` named."""

    def cancelled(self, keys: Sequence[str], now: Seconds) -> None:
        """Note that what was submitted for some asks was cancelled upstream: they may be asked anew."""

    def prune(self, older_than: Seconds, now: Seconds) -> int:
        """Delete asks answered or failed longer ago with their texts, videos and runs kept longer ago, and old pages.

        Args:
            older_than: Seconds before `now`, 0 or more.
            now: The present.

        Returns:
            How many asks were deleted.
        """

    def close(self) -> None:
        """Let go of connections and files."""
