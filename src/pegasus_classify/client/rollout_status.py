"""How a migration stands, as JSON: from the policy, the log of changes, and what the store keeps of it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from pegasus_classify.client.climbing import known_told
from pegasus_classify.client.rollout import Rollout
from pegasus_classify.rollout.known import known_of
from pegasus_classify.rollout.ladder import next_share, waits_for
from pegasus_classify.rollout.watch import noticed_within
from pegasus_classify.stores.rollout_notes import Amounts, DayCount, Kept

__all__ = ["kept_now", "status_of"]

_LAST_FLIPS = 20


def kept_now(rollout: Rollout) -> Kept:
    """Return what all processes have seen since the last move.

    A command does not know how the servers ask Pegasus, so it takes what was noted last.

    Raises:
        ClassifyError: The store cannot be read.
    """
    return rollout.store.rollouts.latest(rollout.migration, rollout.rung.epoch, rollout.clock())


def status_of(rollout: Rollout) -> dict[str, Any]:
    """Return where traffic goes and went, the changes, agreement by UTC day, the last differing videos, and the cost.

    Raises:
        ClassifyError: The store cannot be read.
    """
    policy, rung, book = rollout.policy, rollout.rung, rollout.store.rollouts
    counts, known = book.counts(rollout.migration), known_of(kept_now(rollout).known)
    rules, now = policy.ladder, rollout.clock()
    climbs = any(route.ladder for route in policy.routes)
    return {
        "at": now,
        "policy": {"hash": rollout.hash, "name": policy.name},
        "complaints": rollout.complaints,
        "percent": rollout.percent,
        "stopped": rollout.standing.stopped,
        "held": rung.held,
        "since": rung.since or None,
        "climbs": climbs,
        "steps": list(rules.steps),
        "next": next_share(rung, rules) if climbs else None,
        "waits_for": waits_for(rung, known.watch, known.word, rules, now) if climbs else [],
        "evidence": known_told(known),
        "rules": rules.model_dump(mode="json"),
        "old": None if policy.old is None else policy.old.model_dump(mode="json", exclude_none=True),
        "routes": [
            {
                "name": route.name or f"route-{number}",
                **route.model_dump(mode="json", exclude_defaults=True, exclude={"name"}),
            }
            for number, route in enumerate(policy.routes, 1)
        ],
        "otherwise": policy.otherwise,
        "kill": policy.kill.model_dump(mode="json"),
        "all_calls_failing_noticed_within": noticed_within(1.0, "errors", rules),
        "changes": [asdict(each) for each in rollout.log.changes],
        "days": _days(counts),
        "traffic": _traffic(counts),
        "cost": _cost(counts),
        "flips": [flip for text in book.flips(rollout.migration)[-_LAST_FLIPS:] if (flip := _read(text)) is not None],
    }


def _days(counts: Iterable[DayCount]) -> list[dict[str, Any]]:
    """Return the days in order: how many videos each side answered, and what was compared and paid."""
    days: dict[str, dict[str, Any]] = {}
    for each in counts:
        day = days.setdefault(each.day, _empty_day(each.day))
        amounts = each.amounts
        day["compared"] += amounts.compared
        day["differing"] += amounts.differing
        day["shadows_usd" if each.asked == "shadow" else "callers_usd"] += amounts.usd
        day[each.asked] = day.get(each.asked, 0) + amounts.videos
        if each.asked != "legacy":
            day["pegasus_calls"] += amounts.calls
            day["pegasus_failed"] += amounts.failed
    return [days[each] for each in sorted(days)]


def _empty_day(day: str) -> dict[str, Any]:
    whole = dict.fromkeys(
        ("legacy", "pegasus", "shadow", "compared", "differing", "pegasus_calls", "pegasus_failed"), 0
    )
    return {"day": day, **whole, "callers_usd": 0.0, "shadows_usd": 0.0}


def _traffic(counts: Iterable[DayCount]) -> list[dict[str, Any]]:
    """Return what went where, and why, in all days together."""
    sums: dict[tuple[str, str, str], Amounts] = {}
    for each in counts:
        name = each.route, each.reason, each.asked
        sums[name] = sums.get(name, Amounts()) + each.amounts
    return [
        {"route": route, "reason": reason, "side": side, **asdict(amounts)}
        for (route, reason, side), amounts in sorted(sums.items(), key=lambda item: -item[1].videos)
        if amounts.calls
    ]


def _cost(counts: Iterable[DayCount]) -> dict[str, float]:
    """Return what Pegasus cost so far: for callers, for shadows, and the minutes of video of both."""
    told = {"callers_usd": 0.0, "shadows_usd": 0.0, "video_minutes": 0.0}
    for each in counts:
        told["shadows_usd" if each.asked == "shadow" else "callers_usd"] += each.amounts.usd
        told["video_minutes"] += each.amounts.video_seconds / 60
    return {**told, "usd": told["callers_usd"] + told["shadows_usd"]}


def _read(text: str) -> dict[str, Any] | None:
    try:
        flip: dict[str, Any] = json.loads(text)
        _ = flip["at"], flip["video"], flip["length"], flip["old"], flip["new"]
    except (ValueError, TypeError, KeyError):
        return None
    return flip
