"""From claims to evidence: times inside the video, confidences on one scale, equal entries once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain

from pegasus_classify.contract.evidence import Evidence, Repair
from pegasus_classify.contract.intervals import Span, clipped
from pegasus_classify.contract.quantities import Seconds
from pegasus_classify.reading.claims import Claim
from pegasus_classify.reading.confidence import claimed, fraction_scale, percent
from pegasus_classify.reading.timecodes import Stretch, resolved

__all__ = ["evidence_of"]

_NEVER = float("inf")
"""Stands for the end of the video where its length is not known."""


def evidence_of(
    claims: list[Claim],
    duration: Seconds | None,
    original: Callable[[int, int], tuple[int, int]],
    *,
    scales: Sequence[object] = (),
    cut: bool = False,
) -> tuple[Evidence, ...]:
    """Return the claims that hold, as evidence, in the order of the text.

    Args:
        claims: As written.
        duration: Length of the video in seconds; None when unknown: nothing is clamped then.
        original: Turns a stretch of the text read into offsets of the text as it came.
        scales: What else the answer gives as confidences, of classes that have clips with their own.
        cut: Whether more may have followed: a confidence that needs the rest to be understood is then not used.
    """
    confidences = [claimed(claim.confidence) for claim in claims]
    fractions = fraction_scale(confidences if cut else chain(confidences, map(claimed, scales)))
    timeless = [at for at, claim in enumerate(claims) if claim.times is None]
    located = {claim.name for claim in claims if claim.times is not None} if timeless else set()
    # A confidence told of the class apart from its clips holds for those that have none.
    told = {claims[at].name: confidences[at] for at in timeless if confidences[at].scale != "none"}
    found: dict[tuple[object, ...], Evidence] = {}
    for claim, own in zip(claims, confidences, strict=True):
        if claim.times is None and claim.name in located:
            continue
        confidence = told.get(claim.name, own) if claim.confidence is None else own
        sure = confidence.value if confidence.scale == "percent" else percent(confidence, fractions=fractions)
        undecided = cut and fractions is None and confidence.scale == "open"
        if sure == 0 or undecided:
            continue
        repairs: dict[Repair, None] = dict.fromkeys(claim.repairs) if claim.repairs else {}
        start = end = None
        if claim.times is not None:
            span = _placed(claim.times, duration, repairs)
            if span is None:
                continue
            start, end = span
        if confidence.scale == "fraction":
            repairs["fraction"] = None
        key = (claim.name, claim.prompt, claim.option, start, end, sure)
        if key not in found:
            where = None if claim.span is None else original(*claim.span)
            found[key] = Evidence(claim.name, claim.prompt, claim.option, start, end, sure, tuple(repairs), where)
    return tuple(found.values())


def _placed(times: Stretch, duration: Seconds | None, repairs: dict[Repair, None]) -> tuple[Seconds, Seconds] | None:
    first, last = times.start.seconds, (times.end or times.start).seconds
    if duration is not None and 0 <= first <= last <= duration:
        return first, last
    start, end, shifted = resolved(times, duration)
    if shifted:
        repairs["minutes_not_hours"] = None
    if start > end:
        start, end = end, start
        repairs["reversed_times"] = None
    if start >= 0 and (end <= duration if duration is not None else end != _NEVER):
        return start, end
    if duration is None:
        return (0.0, end) if 0 <= end != _NEVER else None
    span = clipped(Span(start, end), duration)
    if span is None:
        return None
    repairs["clamped_times"] = None
    return span.start, span.end
