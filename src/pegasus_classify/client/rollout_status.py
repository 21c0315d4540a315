"""How a migration stands, as JSON: from the policy, the log of changes, and what shadows saw."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from pegasus_classify.client.rollout import Rollout, seen_path
from pegasus_classify.contract.quantities import Seconds
from pegasus_classify.rollout.watch import noticed_within

__all__ = ["seen_since", "status_of"]

_LAST_FLIPS = 20


def status_of(rollout: Rollout) -> dict[str, Any]:
    """Return where traffic goes, the changes, agreement by UTC day, the last videos that differ, and the cost so far.

    Lines that are broken are passed over.
    """
    policy, rung = rollout.policy, rollout.rung
    days: dict[str, dict[str, Any]] = {}
    flips: deque[dict[str, Any]] = deque(maxlen=_LAST_FLIPS)
    for line in _seen(rollout):
        day = datetime.fromtimestamp(line["at"], timezone.utc).date().isoformat()
        entry = days.setdefault(day, {"day": day, "videos": 0, "differing": 0, "usd": 0.0})
        entry["videos"] += line["videos"]
        entry["differing"] += len(line["flips"])
        entry["usd"] += line["usd"]
        flips.extend({"at": line["at"], **flip} for flip in line["flips"])
    return {
        "policy": {"hash": rollout.hash, "name": policy.name, "complaint": rollout.complaint},
        "percent": rollout.standing.percent,
        "stopped": rollout.standing.stopped,
        "held": rung.held,
        "step": rung.step,
        "steps": list(policy.ladder.steps),
        "since": rung.since or None,
        "climbs": any(route.ladder for route in policy.routes),
        "routes": [
            {"name": route.name or f"route-{number}", **route.model_dump(exclude_defaults=True, exclude={"name"})}
            for number, route in enumerate(policy.routes, 1)
        ],
        "otherwise": policy.otherwise,
        "all_calls_failing_noticed_within": noticed_within(1.0, "errors", policy.ladder),
        "changes": [asdict(each) for each in rollout.log.changes],
        "complaints": rollout.log.complaints,
        "days": [days[each] for each in sorted(days)],
        "usd": sum(each["usd"] for each in days.values()),
        "flips": list(flips),
    }


def seen_since(rollout: Rollout, since: Seconds) -> dict[str, Any]:
    """Return what shadows saw since a time (seconds since 1970): videos, those that differ, and US dollars."""
    lines = [each for each in _seen(rollout) if each["at"] >= since]
    return {
        "compared": sum(each["videos"] for each in lines),
        "differences": sum(len(each["flips"]) for each in lines),
        "shadow_usd": round(sum(each["usd"] for each in lines), 4),
    }


def _seen(rollout: Rollout) -> Iterator[dict[str, Any]]:
    if rollout.log.path is None:
        return
    path: Path = seen_path(rollout.log.path)
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            for text in file:
                try:
                    line = json.loads(text)
                    _ = line["at"] + line["videos"] + line["usd"] + len(line["flips"])
                except (ValueError, TypeError, KeyError):
                    continue
                yield line
    except FileNotFoundError:
        return
