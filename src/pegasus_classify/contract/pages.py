"""A page of an answer and its neighbours."""

from __future__ import annotations

from dataclasses import dataclass

from pegasus_classify.contract.result import VideoResult

__all__ = ["Page", "PageInfo"]


@dataclass(frozen=True, slots=True)
class PageInfo:
    """Where a page stands. A field that an answer does not show is None.

    Attributes:
        limit: Videos per page; 0 in the answer without any video (recorded in June 2024).
        total: Videos on all pages together.
        expires_at: RFC 3339 in UTC, whole seconds, ending in Z; empty in the answer without any video.
        next_token: Token of the following page; empty string when there is none.
        prev_token: Token of the page before; empty string when there is none.
    """

    limit: int | None = None
    total: int | None = None
    expires_at: str | None = None
    next_token: str | None = None
    prev_token: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Some videos of an answer, in its order."""

    videos: tuple[VideoResult, ...]
    info: PageInfo
