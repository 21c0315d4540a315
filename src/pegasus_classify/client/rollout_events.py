"""From what happened to what is counted, kept and logged of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from pegasus_classify.client.agreement import Pair, flip_text, pair_text
from pegasus_classify.client.routed import Ended
from pegasus_classify.client.sight import Sight
from pegasus_classify.contract.quantities import Seconds
from pegasus_classify.contract.result import Cost
from pegasus_classify.rollout.watch import Seen
from pegasus_classify.stores.rollout_notes import Amounts, CountName

__all__ = ["Event", "event_of", "sight_of"]

_FREE = Cost()


@dataclass(frozen=True, slots=True)
class Event:
    """One ask that ended, or one answer that was compared; what metrics and logs tell.

    Attributes:
        route: Which route, `otherwise` or `stop` sent it.
        because: Why, of few words.
        asked: `legacy`, `pegasus`, or `shadow`: Pegasus beside an answer of the old side.
        ok: Whether there was an answer.
        seconds: How long it took; 0 when nothing was asked.
        slow: Whether that is too long.
        videos: How many videos it was about.
        cost: What it used.
        compared: Videos of which both answers were compared.
        differing: Of these, those that name other classes.
        asks: False when it is only a comparison: the ask was told before.
    """

    route: str
    because: str
    asked: str
    ok: bool
    seconds: Seconds
    slow: bool
    videos: int
    cost: Cost = _FREE
    compared: int = 0
    differing: int = 0
    asks: bool = True

    def fields(self) -> dict[str, Any]:
        """Return what a log record carries."""
        told: dict[str, Any] = {"route": self.route, "reason": self.because, "side": self.asked, "videos": self.videos}
        if self.asks:
            told |= {"ok": self.ok, "seconds": round(self.seconds, 4), "slow": self.slow, "usd": self.cost.usd}
        if self.compared:
            told |= {"compared": self.compared, "differing": self.differing}
        return told


def event_of(ended: Ended, slow_after: Seconds) -> Event:
    """Return what is told of an ask that ended."""
    slow = ended.seconds > slow_after
    told = ended.ok, ended.seconds, slow, ended.videos, ended.cost
    return Event(ended.route, ended.because, ended.side, *told)


def sight_of(event: Event, pairs: Sequence[Pair], at: Seconds) -> Sight:
    """Return what is counted of an event, and kept of the pairs it brought.

    Args:
        event: What happened.
        pairs: What was compared.
        at: Seconds since 1970.
    """
    day = datetime.fromtimestamp(at, timezone.utc).date().isoformat()
    name: CountName = (day, event.route, event.because, event.asked)
    amounts = Amounts(compared=event.compared, differing=event.differing)
    seen = [Seen(differs=pair.differs) for pair in pairs]
    if event.asks:
        amounts += Amounts(
            1, event.videos, not event.ok, event.slow, event.seconds, event.cost.usd, event.cost.video_seconds
        )
        if event.asked != "legacy":
            seen.insert(0, Seen(failed=not event.ok, slow=event.slow))
    texts = {pair.old.video_id: pair_text(pair) for pair in reversed(pairs)}
    return Sight(seen, {name: amounts}, texts, [flip_text(pair, at) for pair in pairs if pair.differs])
