"""Whether two sides give the same answers, in words that can be acted upon."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from pegasus_classify.contract.quantities import Ratio

__all__ = ["Estimate", "SideVerdict", "SideWord"]

SideWord: TypeAlias = Literal["same", "different", "cannot_tell"]
"""`different`: beyond the new side's own noise. `same`: a difference that matters is ruled out. Else neither."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its interval.

    Attributes:
        value: None when nothing was there to compute it from.
        low: Lower end of the 95 % interval; None when there is none.
        high: Upper end.
    """

    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class SideVerdict:
    """The judgement of a comparison, of one class or of everything.

    Attributes:
        word: The judgement.
        scope: The class; None for all classes together.
        videos: How many videos it rests on.
        p_value: Of the strongest of the tests, corrected for their number and for the number of classes, 0 to 1.
        level: What this look may spend: `different` needs a p-value not above it.
        look: Which look at the data this is, 1 for the first.
        beyond_noise: Share of the videos that differ noticeably beyond the noise; low and high hold at `level`.
        more_videos: About how many more videos would settle it; None when it is settled, or more would not help.
        reasons: What speaks for the judgement, strongest first, as short sentences.
    """

    word: SideWord
    scope: str | None
    videos: int
    p_value: float
    level: Ratio
    look: int
    beyond_noise: Estimate
    more_videos: int | None = None
    reasons: tuple[str, ...] = ()
