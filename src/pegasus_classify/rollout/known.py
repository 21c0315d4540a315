"""What is known since the last move of traffic: what calls showed, and the comparison's judgement.

It is kept as text in a store, where several processes add to it: each takes the latest, adds what it saw, puts it
back. A process that ends takes nothing with it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any

from pegasus_classify.contract.quantities import Seconds
from pegasus_classify.contract.verdicts import Estimate, SideVerdict, SideWord
from pegasus_classify.rollout.policy import LadderRules
from pegasus_classify.rollout.watch import Seen, Watch, watched

__all__ = ["JUDGED_WITHIN", "Known", "is_bad", "judged", "known_of", "known_text", "look_due", "with_seen"]

JUDGED_WITHIN: Seconds = 300.0
"""A look that brought no judgement for so long is taken by somebody else: whoever took it is gone."""


_NOTHING = Watch()


@dataclass(frozen=True, slots=True)
class Known:
    """What is known.

    Attributes:
        watch: The running sums.
        looks: How often the comparison was looked at, the look under way included.
        looked_at: When the latest look was taken, seconds since 1970.
        verdict: The latest; None before the first.
    """

    watch: Watch = _NOTHING
    looks: int = 0
    looked_at: Seconds = 0.0
    verdict: SideVerdict | None = None

    @property
    def word(self) -> SideWord | None:
        """The latest judgement's word; None before the first."""
        return None if self.verdict is None else self.verdict.word


def with_seen(known: Known, seen: Iterable[Seen], rules: LadderRules) -> Known:
    """Return what is known after further calls."""
    watch = known.watch
    for each in seen:
        watch = watched(watch, each, rules)
    return replace(known, watch=watch)


def look_due(known: Known, videos: int, rules: LadderRules, now: Seconds) -> Known | None:
    """Return what is known once a look at the comparison is taken; None while it is not time for one.

    It is looked at whenever the videos have doubled, so that the looks stay few.

    Args:
        known: So far.
        videos: How many were compared since the last move.
        rules: The policy's.
        now: Seconds since 1970.
    """
    if videos >= rules.videos * 2**known.looks:
        return replace(known, looks=known.looks + 1, looked_at=now)
    waiting = known.looks > (0 if known.verdict is None else known.verdict.look)
    if waiting and now - known.looked_at > JUDGED_WITHIN:
        return replace(known, looked_at=now)
    return None


def judged(known: Known, verdict: SideVerdict) -> Known:
    """Return what is known after a judgement; one of an earlier look than the latest known counts no more."""
    latest = 0 if known.verdict is None else known.verdict.look
    return replace(known, verdict=verdict) if latest < verdict.look <= known.looks else known


def is_bad(known: Known, rules: LadderRules) -> bool:
    """Tell whether what is known would take traffic back, if any had moved."""
    return known.watch.passed(rules) is not None or known.word == "different"


def known_text(known: Known) -> str:
    """Return it as text."""
    return json.dumps(asdict(known), ensure_ascii=False)


def known_of(text: str) -> Known:
    """Read it from text; what is no such text is nothing known."""
    try:
        told = json.loads(text)
        verdict = told["verdict"]
        return Known(
            _watch(told["watch"]),
            int(told["looks"]),
            float(told["looked_at"]),
            None if verdict is None else _verdict(verdict),
        )
    except (ValueError, TypeError, KeyError):
        return Known()


def _watch(told: dict[str, Any]) -> Watch:
    first, second, third = told["sums"]
    return Watch(**{**told, "sums": (float(first), float(second), float(third))})


def _verdict(told: dict[str, Any]) -> SideVerdict:
    estimate = Estimate(**told["beyond_noise"])
    return SideVerdict(**{**told, "beyond_noise": estimate, "reasons": tuple(told["reasons"])})
