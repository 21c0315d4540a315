"""What was seen, and what of it is not yet written down."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pegasus_classify.rollout.policy import LadderRules
from pegasus_classify.rollout.watch import Seen
from pegasus_classify.stores.rollout_notes import MOST_FLIPS, Amounts, CountName, Scope

__all__ = ["Gathered", "Sight"]

_MOST_SEEN = 200_000
_MOST_PAIRS = 5_000


@dataclass(frozen=True)
class Sight:
    """What was seen at once.

    Attributes:
        seen: What the calls showed.
        counts: Amounts of the day.
        pairs: Video → text, of compared videos.
        flips: Of these, what is shown of those that differ.
    """

    seen: Sequence[Seen] = ()
    counts: Mapping[CountName, Amounts] = field(default_factory=dict)
    pairs: Mapping[str, str] = field(default_factory=dict)
    flips: Sequence[str] = ()

    @property
    def is_urgent(self) -> bool:
        """Whether it is to be written at once."""
        return bool(self.pairs) or any(True in (each.failed, each.slow, each.differs) for each in self.seen)


@dataclass
class Gathered:
    """What belongs to one scope and is not yet written.

    Attributes:
        scope: What it is evidence of.
        rules: The ladder's.
        seen: What calls showed, in their order.
        counts: Amounts of days.
        pairs: Video → text, of compared videos.
        flips: What is shown of those that differ.
        anew: What was known before is to be forgotten, if it still is bad.
        ended: Nobody needs what is known of the scope any more.
        number: Of the note that it becomes; 0 before it is one.
    """

    scope: Scope
    rules: LadderRules
    seen: list[Seen] = field(default_factory=list)
    counts: dict[CountName, Amounts] = field(default_factory=dict)
    pairs: dict[str, str] = field(default_factory=dict)
    flips: deque[str] = field(default_factory=lambda: deque(maxlen=MOST_FLIPS))
    anew: bool = False
    ended: bool = False
    number: int = 0

    @property
    def any(self) -> bool:
        """Whether there is anything to write."""
        return bool(self.seen or self.counts or self.pairs or self.anew or self.ended)

    def add(self, sight: Sight) -> None:
        """Take in what was seen; what is far too much is left out."""
        if len(self.seen) < _MOST_SEEN:
            self.seen += sight.seen
        for name, amounts in sight.counts.items():
            self.counts[name] = self.counts.get(name, Amounts()) + amounts
        if len(self.pairs) < _MOST_PAIRS:
            # The first pair of a video alone: a kept answer given again would tell of a noise that is not there.
            self.pairs = {**sight.pairs, **self.pairs} if sight.pairs else self.pairs
        self.flips.extend(sight.flips)
