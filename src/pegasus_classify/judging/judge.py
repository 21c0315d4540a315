"""The result of one video."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pegasus_classify.contract.asks import Video
from pegasus_classify.contract.evidence import Evidence, Reading, Repair
from pegasus_classify.contract.request import ClassifyRequest, effective_classes
from pegasus_classify.contract.result import ClassResult, Clip, Cost, Dropped, VideoResult
from pegasus_classify.scoring.class_scores import ClassScores, class_scores, normalized_scores
from pegasus_classify.scoring.clip_scores import AskedClass, ClassEvidence, ScoredClip, merged, scored
from pegasus_classify.scoring.curve import Curve
from pegasus_classify.scoring.ordering import ordered_classes, ordered_clips
from pegasus_classify.scoring.thresholds import dropped_class, dropped_clips, not_localised, split_at
from pegasus_classify.scoring.words import confidence_word

__all__ = ["Judge", "judge"]

_FREE = Cost()
_NO_CURVES: Mapping[str, Curve] = {}


@dataclass(frozen=True, slots=True)
class _Found:
    asked: AskedClass
    clips: list[ScoredClip]
    scores: ClassScores


class Judge:
    """Judges the videos of one request; what depends on the request alone is prepared once.

    Keeps nothing between videos and may be used from several threads.

    Args:
        request: Classes, thresholds and order; `include_clips` decides whether clips are listed.
        curve: Of the model and prompt that answer.
        curves: Class name → the curve of its own that a class has; the others have `curve`.
    """

    def __init__(self, request: ClassifyRequest, curve: Curve, curves: Mapping[str, Curve] = _NO_CURVES) -> None:
        self._classes = tuple(AskedClass.prepared(each) for each in effective_classes(request))
        self._curve = curve
        self._curves = curves
        self._limits = request.thresholds
        self._order = request.order
        self._include_clips = request.include_clips

    def judge(self, video: Video, readings: Sequence[Reading], *, cost: Cost = _FREE) -> VideoResult:
        """Judge one video.

        Args:
            video: Its length decides the ratio; above 0.
            readings: Of every question asked about it: groups of classes, windows, follow-ups. What two of them
                report of the same prompt and option in overlapping times is one clip.
            cost: What the video used, passed on.

        Returns:
            `classes` is empty when nothing reached the thresholds. Words of confidence are filled only when the
            order is `as_asked`, the labels dialect's; all numbers always.
        """
        by_class = _by_class(readings)
        repairs = _repairs(readings)
        dropped: list[Dropped] = []
        found: list[_Found] = []
        for asked in self._classes:
            curve = self._curves.get(asked.name, self._curve)
            evidence = scored(by_class.get(asked.name, ()), asked, curve, video.duration)
            repairs.update(evidence.repairs)
            left = self._reaching(video, asked, evidence, dropped)
            if left is not None:
                found.append(left)
        return VideoResult(
            video_id=video.video_id,
            classes=tuple(ordered_classes(self._results(found), self._order)),
            dropped=tuple(dropped),
            cost=cost,
            repairs=tuple(sorted(repairs)),
            evidence=tuple(each for reading in readings for each in reading.evidence),
            length=video.duration,
        )

    def _reaching(
        self, video: Video, asked: AskedClass, evidence: ClassEvidence, dropped: list[Dropped]
    ) -> _Found | None:
        """Apply the thresholds to one class; what they remove is added to `dropped`."""
        if not evidence.clips:
            if evidence.said_present:
                dropped.append(not_localised(video.video_id, asked.name))
            return None
        floor = self._limits.clip_score
        kept, below = split_at(evidence.clips, floor)
        if below:
            dropped.append(dropped_clips(video.video_id, asked.name, below, floor, whole_class=not kept))
        if not kept:
            return None
        clips = merged(kept)
        scores = class_scores(clips, video.duration)
        missed = dropped_class(video.video_id, asked.name, scores, self._limits)
        if missed is not None:
            dropped.append(missed)
            return None
        return _Found(asked, clips, scores)

    def _results(self, found: Sequence[_Found]) -> list[ClassResult]:
        shares = normalized_scores([each.scores.score for each in found])
        return [self._result(each, share) for each, share in zip(found, shares, strict=True)]

    def _result(self, found: _Found, share: float) -> ClassResult:
        scores = found.scores
        return ClassResult(
            name=found.asked.name,
            score=scores.score,
            duration_ratio=scores.ratio,
            max_score=scores.best,
            avg_score=scores.mean,
            normalized_score=share,
            duration=scores.duration,
            confidence=confidence_word(scores.best) if self._order == "as_asked" else None,
            clips=self._listed(found) if self._include_clips else None,
        )

    def _listed(self, found: _Found) -> tuple[Clip, ...]:
        prompts, options = found.asked.prompts, found.asked.options
        worded = self._order == "as_asked"
        return tuple(
            Clip(start, end, score, prompts[prompt], options[option], None, confidence_word(score) if worded else None)
            for start, end, prompt, option, score in ordered_clips(found.clips, self._order)
        )


def _by_class(readings: Iterable[Reading]) -> dict[str, list[Evidence]]:
    gathered: dict[str, list[Evidence]] = {}
    for reading in readings:
        for each in reading.evidence:
            gathered.setdefault(each.class_name, []).append(each)
    return gathered


def _repairs(readings: Iterable[Reading]) -> set[Repair]:
    repairs: set[Repair] = set()
    for reading in readings:
        repairs.update(reading.repairs)
        for each in reading.evidence:
            repairs.update(each.repairs)
    return repairs


def judge(request: ClassifyRequest, video: Video, readings: Sequence[Reading], curve: Curve) -> VideoResult:
    """Judge a single video; for several of one request, `Judge` prepares the request only once."""
    return Judge(request, curve).judge(video, readings)
