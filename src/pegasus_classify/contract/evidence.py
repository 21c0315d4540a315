"""What was read from the model's text."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from pegasus_classify.contract.quantities import Percent, Seconds
from pegasus_classify.contract.request import Option

__all__ = ["Evidence", "Reading", "Repair", "Verdict"]

Repair: TypeAlias = str
"""The name of something that had to be mended, such as `code_fence` or `reversed_times`."""

Verdict: TypeAlias = Literal["found", "none", "refused", "unreadable"]
"""What a text is: evidence, a clear "nothing found", a refusal to answer, or none of these."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One clip that the model reports, or one class it reports without times.

    Attributes:
        class_name: Exactly as requested.
        prompt: Exactly as requested; None when the text names none.
        option: One of those requested; None when the text names none.
        start: Seconds from the start of the video; None, together with `end`, when the class was not localised.
        end: Seconds, not below `start`, not beyond the video when its length is known.
        confidence: 0 to 100 as the model claims it; None when it says nothing that can be read.
        repairs: What had to be mended to read it, each name once.
        where: Half-open character offsets of the place in the text, for people; no part of equality.
    """

    class_name: str
    prompt: str | None = None
    option: Option | None = None
    start: Seconds | None = None
    end: Seconds | None = None
    confidence: Percent | None = None
    repairs: tuple[Repair, ...] = ()
    where: tuple[int, int] | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything read from one text.

    Attributes:
        evidence: In the order of the text.
        verdict: What the text is.
        cut: True when the text ends before its own end (or the model stopped for length).
        finished: Names of classes whose entries were complete before the cut; all classes asked when not cut and
            readable.
        repairs: What had to be mended in the text as a whole, each name once.
    """

    evidence: tuple[Evidence, ...] = ()
    verdict: Verdict = "unreadable"
    cut: bool = False
    finished: frozenset[str] = frozenset()
    repairs: tuple[Repair, ...] = ()
