"""A finished answer, cut into pages.

Shapes as recorded: an answer without videos has limit 0, total 0, an empty expiry and no token members; one that
fits a page has both tokens empty; on several pages the missing neighbour of the first and last is an empty token.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from pegasus_classify.contract.pages import PageInfo
from pegasus_classify.paging.page_tokens import token

__all__ = ["PageCut", "cut"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PageCut(Generic[T]):
    """One page.

    Attributes:
        token: What the page is fetched by; None when it is the only one and nobody is told a token.
        items: Videos of the page, in the answer's order.
        info: Where the page stands.
    """

    token: str | None
    items: tuple[T, ...]
    info: PageInfo


def cut(items: Sequence[T], limit: int, snapshot: str, expires_at: str) -> list[PageCut[T]]:
    """Cut an answer into pages; there is always at least one.

    Args:
        items: Every video of the answer, in order; not looked into.
        limit: Most videos on a page, 1 or more.
        snapshot: Name of this answer, from `new_snapshot_id`.
        expires_at: When the tokens stop working, from the function of that name.

    Raises:
        ValueError: `limit` is below 1.
    """
    if limit < 1:
        raise ValueError(f"a page holds at least one video, not {limit}")
    if not items:
        return [PageCut(None, (), PageInfo(limit=0, total=0, expires_at=""))]
    starts = range(0, len(items), limit)
    tokens = [token(snapshot, number) for number in range(len(starts))] if len(starts) > 1 else [None]
    neighbours = ["", *(each or "" for each in tokens), ""]
    return [
        PageCut(
            own,
            tuple(items[start : start + limit]),
            PageInfo(limit, len(items), expires_at, next_token=neighbours[number + 2], prev_token=neighbours[number]),
        )
        for number, (start, own) in enumerate(zip(starts, tokens, strict=True))
    ]
