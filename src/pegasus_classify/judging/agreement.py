"""Several independent answers about the same: what they agree on, and how much."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import median

from pegasus_classify.contract.evidence import Evidence, Reading
from pegasus_classify.contract.intervals import Span

__all__ = ["agreed"]

_Sampled = tuple[int, Evidence]
_Said = tuple[str, str | None, str | None]


def agreed(readings: Sequence[Reading]) -> Reading:
    """Return one reading whose confidence is the share of the answers that report the same.

    Clips of one class, prompt and option that overlap, directly or through others, are one; it lasts from the median
    start to the median end. A class reported without times counts for those answers that localise nothing of it.
    What the model itself claims as confidence is left out: agreement is what several answers were paid for.

    Args:
        readings: One per answer, at least one; a single one comes back as it is.
    """
    if len(readings) == 1:
        return readings[0]
    groups: dict[_Said, list[_Sampled]] = {}
    for number, reading in enumerate(readings):
        for evidence in reading.evidence:
            groups.setdefault((evidence.class_name, evidence.prompt, evidence.option), []).append((number, evidence))
    merged = tuple(each for group in groups.values() for each in _merged(group, len(readings)))
    return Reading(
        evidence=merged,
        verdict="found" if merged else "none",
        finished=frozenset.union(*(reading.finished for reading in readings)),
        repairs=tuple(dict.fromkeys(repair for reading in readings for repair in reading.repairs)),
    )


def _merged(group: list[_Sampled], answers: int) -> Iterable[Evidence]:
    for cluster in _clusters([pair for pair in group if pair[1].start is not None]):
        start = median(evidence.start or 0.0 for _, evidence in cluster)
        end = median(evidence.end or 0.0 for _, evidence in cluster)
        yield _one_of(cluster, answers, start, max(start, end))
    timeless = [pair for pair in group if pair[1].start is None]
    if timeless:
        yield _one_of(timeless, answers, None, None)


def _one_of(cluster: list[_Sampled], answers: int, start: float | None, end: float | None) -> Evidence:
    first = cluster[0][1]
    share = 100 * len({number for number, _ in cluster}) / answers
    repairs = tuple(dict.fromkeys(repair for _, evidence in cluster for repair in evidence.repairs))
    return Evidence(first.class_name, first.prompt, first.option, start, end, share, repairs)


def _clusters(clips: list[_Sampled]) -> list[list[_Sampled]]:
    clusters: list[list[_Sampled]] = []
    reach = -1.0
    for pair in sorted(clips, key=lambda each: (_span(each), each[0])):
        span = _span(pair)
        if clusters and span.start <= reach:
            clusters[-1].append(pair)
        else:
            clusters.append([pair])
        reach = max(reach, span.end)
    return clusters


def _span(pair: _Sampled) -> Span:
    return Span(pair[1].start or 0.0, pair[1].end or 0.0)
