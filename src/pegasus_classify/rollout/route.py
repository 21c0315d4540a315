"""Which side answers one request, or one video of it."""

from __future__ import annotations

import hashlib
from collections.abc import Set
from dataclasses import dataclass

from pegasus_classify.contract.quantities import Percent
from pegasus_classify.rollout.policy import Policy, Route, SideName, Unit

__all__ = ["OTHERWISE", "STOPPED", "STOP_WORD", "Decision", "Facts", "Standing", "bucket", "decide"]

STOP_WORD = "stop"
"""What a request's `X-Classify-Route` says to use the kill switch for itself."""


STOPPED = "stop"
"""The route of what the kill switch decided."""

OTHERWISE = "otherwise"
"""The route of what no route holds for."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a route may look at.

    Attributes:
        classes: Names of the request's classes.
        video_id: None when an index is meant and its videos are not known.
        index_id: None when videos are named.
        key_hash: SHA-256 of the caller's key.
        header: The request's `X-Classify-Route`; None when it has none.
    """

    classes: Set[str]
    video_id: str | None = None
    index_id: str | None = None
    key_hash: str = ""
    header: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How far the migration is.

    Attributes:
        percent: What the ladder has reached, 0 to 100.
        stopped: The kill switch is on.
    """

    percent: Percent = 0.0
    stopped: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided and why.

    Attributes:
        side: Who answers.
        shadow: Whether the other side is asked beside the one that answers.
        route: Name of the rule, `otherwise` or `stop`.
        reason: One sentence for people.
        because: The same as one of few words, for metrics: the conditions that hold (`classes+percent`), `always`,
            `otherwise`, `stop` or `stop_header`.
        model: Instead of the settings'; None for those.
        prompt: Likewise.
        calibration: Likewise.
    """

    side: SideName
    shadow: bool
    route: str
    reason: str
    because: str
    model: str | None = None
    prompt: str | None = None
    calibration: str | None = None


def bucket(salt: str, unit: Unit, value: str) -> Percent:
    """Return a number from 0 to below 100 that belongs to a value for ever.

    Equal on every machine. A share of p takes the values whose number is below p, so that raising it only adds.
    """
    text = f"{salt}\0{unit}\0{value}".encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "big") / 2**64 * 100


def decide(facts: Facts, policy: Policy, standing: Standing) -> Decision:
    """Return who answers."""
    if standing.stopped:
        return Decision(policy.kill.to, False, STOPPED, "the kill switch is on", "stop")
    if policy.kill.header and facts.header == STOP_WORD:
        return Decision(policy.kill.to, False, STOPPED, "the request asked for it", "stop_header")
    return _by_routes(facts, policy, standing)


def _by_routes(facts: Facts, policy: Policy, standing: Standing, passed: int = 0) -> Decision:
    for number, route in enumerate(policy.routes[passed:], passed + 1):
        reasons = _holds(route, facts, policy.salt, standing)
        if reasons is not None:
            name, told = route.name or f"route-{number}", "; ".join(reasons.values())
            beside = route.to == "shadow"
            if route.to == "pegasus" and (route.ladder or route.percent is not None):
                # What a share took from a shadow goes on being compared: else, once all has moved, nobody would see
                # that a side changes.
                beside = _by_routes(facts, policy, standing, number).shadow
            return _decision(route, beside, name, told or "the route has no condition", "+".join(reasons) or "always")
    side: SideName = "pegasus" if policy.otherwise == "pegasus" else "legacy"
    return Decision(side, policy.otherwise == "shadow", OTHERWISE, "no route holds", OTHERWISE)


def _decision(route: Route, beside: bool, name: str, reason: str, because: str) -> Decision:
    side: SideName = "pegasus" if route.to == "pegasus" else "legacy"
    chosen = route.model, route.prompt, route.calibration
    return Decision(side, beside, name, reason, because, *chosen)


def _holds(route: Route, facts: Facts, salt: str, standing: Standing) -> dict[str, str] | None:
    """Return why a route holds, condition by condition; None when it does not."""
    reasons: dict[str, str] = {}
    for name, wanted, holds, reason in (
        ("classes", route.classes, facts.classes <= set(route.classes or ()), "all its classes are listed"),
        ("indexes", route.indexes, facts.index_id in (route.indexes or ()), "its index is listed"),
        ("keys", route.keys, facts.key_hash in (route.keys or ()), "its key is listed"),
        ("header", route.header, facts.header == route.header, "its header says so"),
    ):
        if wanted is not None and not holds:
            return None
        if wanted is not None:
            reasons[name] = reason
    share = standing.percent if route.ladder else route.percent
    if share is not None:
        unit, value = _unit(route.by, facts)
        place = bucket(salt, unit, value)
        if place >= share:
            return None
        reasons["ladder" if route.ladder else "percent"] = f"its {unit} stands at {place:.2f} of 100, below {share:g}"
    return reasons


def _unit(wanted: Unit, facts: Facts) -> tuple[Unit, str]:
    """Return what the share is taken of: where the request does not tell it, the next that it tells."""
    known: dict[Unit, str | None] = {"video": facts.video_id, "index": facts.index_id, "key": facts.key_hash}
    order: tuple[Unit, ...] = (wanted, "video", "index")
    for unit in order:
        value = known[unit]
        if value is not None:
            return unit, value
    return "key", facts.key_hash
