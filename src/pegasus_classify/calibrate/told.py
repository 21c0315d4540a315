"""A fit and its worth as JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from pegasus_classify.calibrate.measure import AIM, AtThreshold, Method, Tie, Worth

__all__ = ["told", "why_drifting"]


def told(worth: Worth) -> dict[str, Any]:
    """Return what was measured as JSON; numbers with intervals as `{"value", "low", "high"}`."""
    return {
        "pairs": worth.pairs,
        "videos": worth.videos,
        "classes": worth.classes,
        "kept": worth.kept,
        "thresholds": [_threshold(each) for each in worth.thresholds],
        "methods": [_method(each) for each in worth.methods],
    }


def _threshold(at: AtThreshold) -> dict[str, Any]:
    limits = at.limits
    return {
        "min_video_score": limits.video_score,
        "min_clip_score": limits.clip_score,
        "min_duration_ratio": limits.duration_ratio,
        **{name: value for name, value in asdict(at).items() if name != "limits"},
        "within_aim": abs(at.drift_after.value or 0.0) <= AIM,
        "why": why_drifting(at),
    }


def _method(method: Method) -> dict[str, Any]:
    return asdict(method)


def why_drifting(at: AtThreshold) -> str:
    """Return why the share at a threshold differs from the old one by more than is aimed at; empty when it does not."""
    drift = at.drift_after
    if abs(drift.value or 0.0) <= AIM:
        return ""
    if at.tie is not None:
        return _tie(at.tie)
    if drift.low is not None and drift.high is not None and drift.low <= AIM and drift.high >= -AIM:
        return f"too few pairs ({at.pairs}) to tell it from chance"
    return "the videos left out of a fit differ from those it was made from"


def _tie(tie: Tie) -> str:
    if tie.confidence is None:
        return f"the model reports too little: at most {100 * tie.share:.1f} % can be let through, whatever the curve"
    return (
        f"{tie.pairs} pairs ({100 * tie.share:.1f} %) share the confidence {tie.confidence:g} and can only be let "
        "through together"
    )
