"""What a migration shows in the metrics."""

from __future__ import annotations

from functools import partial

from pegasus_classify.client.rollout import Rollout
from pegasus_classify.server.metrics import Gauge

__all__ = ["rollout_gauges"]

_SHADOWS = {
    "run": "Shadows that were asked.",
    "failed": "Shadows that broke off.",
    "dropped": "Shadows left out because too many waited.",
    "over_budget": "Shadows left out because the day's budget was used up.",
}


def rollout_gauges(rollout: Rollout) -> list[Gauge]:
    """Return gauges that look at a migration when they are asked."""
    return [
        Gauge("classify_rollout_percent", "Share of traffic moved.", lambda: rollout.standing.percent),
        Gauge("classify_rollout_stopped", "Whether the kill switch is on.", lambda: float(rollout.standing.stopped)),
        Gauge("classify_policy_complaint", "Whether the file differs from what is in force.", partial(_worse, rollout)),
        Gauge(
            "classify_compared_videos", "Videos compared since the last change.", partial(_seen, rollout, "compared")
        ),
        Gauge("classify_differing_videos", "Of these, those that differ.", partial(_seen, rollout, "differences")),
        Gauge("classify_shadow_usd_today", "Used by shadows today, US dollars.", lambda: rollout.shadow.usd),
        Gauge("classify_shadow_minutes_today", "Video minutes of today's shadows.", lambda: rollout.shadow.minutes),
        *(Gauge(f"classify_shadows_{name}", text, partial(_shadows, rollout, name)) for name, text in _SHADOWS.items()),
    ]


def _worse(rollout: Rollout) -> float:
    return float(bool(rollout.complaint))


def _seen(rollout: Rollout, name: str) -> float:
    return float(rollout.evidence()[name])


def _shadows(rollout: Rollout, name: str) -> float:
    return float(rollout.shadow.counts[name])
