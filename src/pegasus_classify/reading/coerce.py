"""From claims to evidence: times inside the video, confidences on one scale, equal entries once."""

from __future__ import annotations

from collections.abc import Callable

from pegasus_classify.contract.evidence import Evidence, Repair
from pegasus_classify.contract.intervals import Span, clipped
from pegasus_classify.contract.quantities import Seconds
from pegasus_classify.reading.confidence import Claimed, claimed, fraction_scale, percent
from pegasus_classify.reading.shapes import Claim
from pegasus_classify.reading.timecodes import Stretch, resolved

__all__ = ["evidence_of"]


def evidence_of(
    claims: list[Claim],
    duration: Seconds | None,
    original: Callable[[int, int], tuple[int, int]],
    *,
    cut: bool = False,
) -> tuple[Evidence, ...]:
    """Return the claims that hold, as evidence, in the order of the text.

    Args:
        claims: As written.
        duration: Length of the video in seconds; None when unknown: nothing is clamped then.
        original: Turns a stretch of the text read into offsets of the text as it came.
        cut: Whether more may have followed: a confidence that needs the rest to be understood is then not used.
    """
    confidences = [claimed(claim.confidence) for claim in claims]
    fractions = fraction_scale(confidences)
    located = {claim.name for claim in claims if claim.times is not None}
    found: dict[Evidence, None] = {}
    for claim, confidence in zip(claims, confidences):
        if claim.times is None and claim.name in located:
            continue
        if cut and fractions is None and confidence.scale == "open" and confidence.value > 0:
            continue
        evidence = _evidence(claim, confidence, fractions, duration, original)
        if evidence is not None:
            key = Evidence(
                evidence.class_name, evidence.prompt, evidence.option, evidence.start, evidence.end, evidence.confidence
            )
            found.setdefault(key, None)
            if found[key] is None:
                found[key] = evidence  # type: ignore[assignment]
    return tuple(found.values())  # type: ignore[arg-type]


def _evidence(
    claim: Claim,
    confidence: Claimed,
    fractions: bool | None,
    duration: Seconds | None,
    original: Callable[[int, int], tuple[int, int]],
) -> Evidence | None:
    sure = percent(confidence, fractions=fractions)
    if sure == 0:
        return None
    repairs: dict[Repair, None] = dict.fromkeys(claim.repairs)
    start = end = None
    if claim.times is not None:
        span = _placed(claim.times, duration, repairs)
        if span is None:
            return None
        start, end = span.start, span.end
    if confidence.scale == "fraction":
        repairs["fraction"] = None
    where = None if claim.span is None else original(*claim.span)
    return Evidence(claim.name, claim.prompt, claim.option, start, end, sure, tuple(repairs), where)


def _placed(times: Stretch, duration: Seconds | None, repairs: dict[Repair, None]) -> Span | None:
    start, end, shifted = resolved(times, duration)
    if shifted:
        repairs["minutes_not_hours"] = None
    if start > end:
        start, end = end, start
        repairs["reversed_times"] = None
    if duration is None:
        return Span(max(0.0, start), end) if end >= 0 else None
    span = clipped(Span(start, end), duration)
    if span is not None and (span.start != start or span.end != end):
        repairs["clamped_times"] = None
    return span
