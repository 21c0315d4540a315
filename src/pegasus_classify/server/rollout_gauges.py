"""What a migration shows in the metrics."""

from __future__ import annotations

from functools import partial

from pegasus_classify.client.rollout import Rollout
from pegasus_classify.client.rollout_events import Event
from pegasus_classify.server.metrics import Gauge, Metrics

__all__ = ["count_event", "rollout_gauges"]

_SHADOWS = {
    "run": "Shadows that were asked.",
    "failed": "Shadows that broke off.",
    "dropped": "Shadows left out because too many waited.",
    "over_budget": "Shadows left out because the day's budget was used up.",
    "left_alone": "Shadows left out because Pegasus failed too often and is left alone for a while.",
    "old_silent": "Shadows left out because the old side does not answer.",
}


def rollout_gauges(rollout: Rollout) -> list[Gauge]:
    """Return gauges that look at a migration when they are asked."""
    return [
        Gauge("classify_rollout_percent", "Share of traffic moved.", lambda: rollout.standing.percent),
        Gauge("classify_rollout_stopped", "Whether the kill switch is on.", lambda: float(rollout.standing.stopped)),
        Gauge(
            "classify_policy_complaints", "What is not as it should be: policy, log, store.", partial(_worse, rollout)
        ),
        Gauge(
            "classify_compared_videos", "Videos compared since the last change.", partial(_seen, rollout, "compared")
        ),
        Gauge("classify_differing_videos", "Of these, those that differ.", partial(_seen, rollout, "differences")),
        Gauge("classify_agreement", "Share of these that agree; 1 while there are none.", partial(_agreement, rollout)),
        Gauge("classify_evidence_unwritten", "What is not yet in the store.", lambda: float(rollout.unwritten)),
        Gauge("classify_shadow_usd_today", "Used by shadows today, US dollars.", lambda: rollout.shadow.usd),
        Gauge("classify_shadow_minutes_today", "Video minutes of today's shadows.", lambda: rollout.shadow.minutes),
        *(Gauge(f"classify_shadows_{name}", text, partial(_shadows, rollout, name)) for name, text in _SHADOWS.items()),
    ]


def count_event(metrics: Metrics, event: Event) -> None:
    """Count what happened in a migration, from whatever thread."""
    if event.asks:
        metrics.routes.add(event.route, event.because, event.asked)
        metrics.route_failures.add(event.route, event.asked, by=float(not event.ok))
        metrics.route_seconds.observe(event.seconds, event.route, event.asked)
        metrics.route_usd.add(event.route, event.asked, by=event.cost.usd)
        metrics.fallbacks.add(by=float(event.because in ("fallback", "left_alone")))
    if event.compared:
        metrics.compared.add(event.route, "different", by=float(event.differing))
        metrics.compared.add(event.route, "same", by=float(event.compared - event.differing))


def _worse(rollout: Rollout) -> float:
    return float(len(rollout.complaints))


def _agreement(rollout: Rollout) -> float:
    watch = rollout.known.watch
    return 1 - watch.differences / watch.compared if watch.compared else 1.0


def _seen(rollout: Rollout, name: str) -> float:
    return float(rollout.evidence()[name])


def _shadows(rollout: Rollout, name: str) -> float:
    return float(rollout.shadow.counts[name])
