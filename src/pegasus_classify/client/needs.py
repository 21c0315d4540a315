"""What answering one legacy call needs from outside; the account performs it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from pegasus_classify.contract.quantities import Seconds
from pegasus_classify.contract.request import ClassifyRequest
from pegasus_classify.legacy.spelling import Spelling

__all__ = ["EXPIRED", "Classify", "Expired", "FetchPage", "KeepPages", "Need", "Now", "RandomBytes"]

_PLAIN: Final = Spelling()


@dataclass(frozen=True, slots=True)
class Classify:
    """Carry out a request. Comes back as `ClassifyResult`, or as a raised `ClassifyError`.

    Attributes:
        request: What is asked.
        spelling: How it was asked, noted beside the run so that it can be answered in kind later.
    """

    request: ClassifyRequest
    spelling: Spelling = _PLAIN


@dataclass(frozen=True, slots=True)
class KeepPages:
    """Keep some pages for this account. Comes back as None.

    Attributes:
        pages: Token → text to be given back by `FetchPage`.
        expires_in: Seconds that they are kept; 300 in the old API.
    """

    pages: Mapping[str, str]
    expires_in: Seconds = 300.0


@dataclass(frozen=True, slots=True)
class FetchPage:
    """Get a kept page of this account. Comes back as its text, None (no such token) or `EXPIRED`."""

    token: str


@dataclass(frozen=True, slots=True)
class Now:
    """Tell the time. Comes back as seconds since 1970, UTC."""


@dataclass(frozen=True, slots=True)
class RandomBytes:
    """Give bytes that nobody can guess. Comes back as `bytes` of length `count`."""

    count: int


class Expired:
    """The page was there and its time has passed."""

    def __repr__(self) -> str:
        """Return `EXPIRED`."""
        return "EXPIRED"


EXPIRED: Final = Expired()

Need: TypeAlias = "Classify | KeepPages | FetchPage | Now | RandomBytes"
