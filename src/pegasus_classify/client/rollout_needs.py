"""What routing needs from outside beside what every call needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from pegasus_classify.client.needs import Need, Now
from pegasus_classify.contract.request import ClassifyRequest
from pegasus_classify.legacy.spelling import Spelling

__all__ = ["AskNew", "AskOld", "Choice", "ListVideos", "RoutedNeed", "Several"]


@dataclass(frozen=True, slots=True)
class Choice:
    """What a route chooses instead of the settings; None for those."""

    model: str | None = None
    prompt: str | None = None
    calibration: str | None = None


@dataclass(frozen=True, slots=True)
class AskNew:
    """Ask Pegasus. Comes back as `ClassifyResult` or `ClassifyError`."""

    request: ClassifyRequest
    spelling: Spelling
    choice: Choice = Choice()


@dataclass(frozen=True, slots=True)
class AskOld:
    """Ask the old side. Comes back as `ClassifyResult` or `ClassifyError`."""

    request: ClassifyRequest
    spelling: Spelling


@dataclass(frozen=True, slots=True)
class Several:
    """Do all of this at the same time. Comes back as a list of what each came back as; nothing is raised."""

    asks: tuple[AskNew | AskOld, ...]


@dataclass(frozen=True, slots=True)
class ListVideos:
    """Tell the ids of an index's videos, in its order. Comes back as a list, or as a raised `ClassifyError`."""

    request: ClassifyRequest


RoutedNeed: TypeAlias = "Several | ListVideos | Now | Need"
