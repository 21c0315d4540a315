"""What a tree says, claim by claim, before anything is clamped, scaled or checked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from pegasus_classify.contract.evidence import Repair
from pegasus_classify.contract.request import Option
from pegasus_classify.reading.names import Hit, Names
from pegasus_classify.reading.places import Place
from pegasus_classify.reading.timecodes import Stretch

__all__ = ["FOLDED", "Claim", "Claims", "Said"]

FOLDED: tuple[Repair, ...] = ("folded_name",)
"""The repair of a class that was named inexactly."""


class Claim(NamedTuple):
    """One clip, or one class without times, as written: nothing is clamped, scaled or checked yet."""

    name: str
    prompt: str | None
    option: Option | None
    times: Stretch | None
    confidence: object
    span: tuple[int, int] | None
    repairs: tuple[Repair, ...] = ()


@dataclass(slots=True)
class Said:
    """What one tree says.

    Attributes:
        claims: In the order of the text.
        absent: Classes said not to be there.
        finished: Classes whose entries are complete.
        scales: Confidences of classes, in the order of the text: they may tell the scale of their clips'.
        empty: True when some list that could have held entries holds none.
    """

    claims: list[Claim] = field(default_factory=list)
    absent: set[str] = field(default_factory=set)
    finished: set[str] = field(default_factory=set)
    scales: list[object] = field(default_factory=list)
    empty: bool = False

    @property
    def named(self) -> set[str]:
        """Every class about which something is said."""
        return {claim.name for claim in self.claims} | self.absent


class Claims:
    """Collects what is said of the classes asked."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self.said = Said()

    def clip(self, here: Place, times: Stretch, span: tuple[int, int] | None, repairs: tuple[Repair, ...] = ()) -> None:
        """Add a clip of the class around it, or of the only class asked; none when neither is certain."""
        name = here.name
        if name is None and not here.unsettled and not here.foreign:
            name = self.names.only
        if name is not None:
            self.claim(Hit(name, here.prompt), here, times, here.confidence, span, repairs)

    def claim(
        self,
        hit: Hit,
        here: Place,
        times: Stretch | None,
        confidence: object,
        span: tuple[int, int] | None,
        repairs: tuple[Repair, ...] = (),
    ) -> None:
        """Add a clip, or a class without times; nothing while the entry around it may still give a confidence."""
        if here.waiting and confidence is None and times is None:
            return
        if hit.folded or (here.folded and hit.name == here.name):
            repairs = (*repairs, *FOLDED)
        option = self.names.option_of(here.option, hit.name) if here.option is not None else None
        self.said.claims.append(Claim(hit.name, hit.prompt, option, times, confidence, span, repairs))
