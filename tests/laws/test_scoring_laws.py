"""What holds for the numbers of any evidence."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pegasus_classify.contract.asks import Video, VideoSource
from pegasus_classify.contract.evidence import Evidence, Reading
from pegasus_classify.contract.request import ClassDefinition, ClassifyRequest, Thresholds
from pegasus_classify.contract.result import ClassResult, Clip, VideoResult
from pegasus_classify.judging.assemble import assemble
from pegasus_classify.judging.judge import judge
from pegasus_classify.scoring.class_scores import class_score
from pegasus_classify.scoring.curve import DEFAULT_CURVE, Curve

LENGTH = 60.0
CLASSES = (
    ClassDefinition(name="Pets", prompts=("cat", "dog", "bird")),
    ClassDefinition(name="Cars", prompts=("truck",), options=("visual",)),
    ClassDefinition(name="Signs", prompts=("stop", "yield"), options=("visual", "text_in_video")),
)
PROMPTS = {definition.name: definition.prompts for definition in CLASSES}
ROUNDING = 1e-9

percents = st.one_of(st.integers(min_value=0, max_value=100), st.floats(min_value=0, max_value=100))
quarters = st.integers(min_value=0, max_value=int(LENGTH * 4)).map(lambda count: count / 4)


@st.composite
def evidences(draw: st.DrawFn) -> Evidence:
    """One piece of evidence as a reader may give it; quarter seconds, so that sums of lengths are exact."""
    name = draw(st.sampled_from(sorted(PROMPTS)))
    start, end = sorted((draw(quarters), draw(quarters)))
    localised = draw(st.integers(min_value=0, max_value=9)) > 0
    return Evidence(
        class_name=name,
        prompt=draw(st.sampled_from((*PROMPTS[name], None))),
        option=draw(st.sampled_from(("visual", "conversation", "text_in_video", None))),
        start=start if localised else None,
        end=end if localised else None,
        confidence=draw(st.one_of(st.none(), percents)),
    )


@st.composite
def curves(draw: st.DrawFn) -> Curve:
    """Any valid curve."""
    confidences = sorted(draw(st.sets(st.integers(min_value=0, max_value=100), min_size=1, max_size=8)))
    scores = sorted(draw(st.lists(percents, min_size=len(confidences), max_size=len(confidences))))
    return Curve(tuple(zip(map(float, confidences), map(float, scores), strict=True)))


lists_of_evidence = st.lists(evidences(), max_size=25)
thresholds = st.builds(
    Thresholds,
    video_score=st.floats(min_value=0, max_value=100),
    clip_score=st.floats(min_value=0, max_value=100),
    duration_ratio=st.floats(min_value=0, max_value=1),
)
NO_THRESHOLDS = Thresholds(video_score=0, clip_score=0, duration_ratio=0)


def _judge(
    evidence: list[Evidence], limits: Thresholds = NO_THRESHOLDS, curve: Curve = DEFAULT_CURVE, **fields: Any
) -> VideoResult:
    request = ClassifyRequest(
        classes=CLASSES, options=("visual", "conversation"), include_clips=True, thresholds=limits, **fields
    )
    video = Video("v", VideoSource("asset_id", "a"), LENGTH)
    return judge(request, video, [Reading(tuple(evidence), "found")], curve)


def _by_name(result: VideoResult) -> dict[str, ClassResult]:
    return {found.name: found for found in result.classes}


def _raised(limits: Thresholds, other: Thresholds, field: str) -> Thresholds:
    return limits.model_copy(update={field: max(getattr(limits, field), getattr(other, field))})


def _holds(outer: Clip, inner: Clip) -> bool:
    return (
        (outer.prompt, outer.option) == (inner.prompt, inner.option)
        and outer.start <= inner.start
        and inner.end <= outer.end
        and (inner.score or 0) <= (outer.score or 0)
    )


@given(lists_of_evidence, thresholds, thresholds, st.sampled_from(("video_score", "duration_ratio")))
def test_raising_a_class_threshold_only_removes_and_leaves_what_stays_unchanged(
    evidence: list[Evidence], limits: Thresholds, other: Thresholds, field: str
) -> None:
    before, after = _by_name(_judge(evidence, limits)), _by_name(_judge(evidence, _raised(limits, other, field)))
    for name, kept in after.items():
        assert replace(kept, normalized_score=None) == replace(before[name], normalized_score=None)


@given(lists_of_evidence, thresholds, thresholds)
def test_raising_the_clip_floor_only_removes_time_and_score(
    evidence: list[Evidence], limits: Thresholds, other: Thresholds
) -> None:
    before, after = _by_name(_judge(evidence, limits)), _by_name(_judge(evidence, _raised(limits, other, "clip_score")))
    for name, kept in after.items():
        assert (kept.score or 0) <= (before[name].score or 0) + ROUNDING
        assert (kept.duration or 0) <= (before[name].duration or 0)
        for clip in kept.clips or ():
            assert any(_holds(outer, clip) for outer in before[name].clips or ())


@given(lists_of_evidence, thresholds, thresholds)
def test_without_thresholds_every_class_with_a_time_is_answered_and_with_them_every_loss_is_reported(
    evidence: list[Evidence], limits: Thresholds, other: Thresholds
) -> None:
    everything, result = _judge(evidence), _judge(evidence, limits)
    assert set(_by_name(everything)) == {each.class_name for each in evidence if each.start is not None}
    gone = {each.class_name for each in result.dropped if each.rule != "min_clip_score" or not each.clips}
    present = {each.class_name for each in evidence if each.start is not None or each.confidence != 0}
    assert set(_by_name(result)) | gone == present
    assert not set(_by_name(result)) & gone


@given(lists_of_evidence, thresholds)
def test_what_is_dropped_stays_under_its_limit(evidence: list[Evidence], limits: Thresholds) -> None:
    assert all(each.by is None or each.by > 0 for each in _judge(evidence, limits).dropped)


@given(lists_of_evidence, st.data())
def test_more_confidence_never_lowers_a_class_score(evidence: list[Evidence], data: st.DataObject) -> None:
    surer = [
        each
        if each.confidence is None
        else replace(each, confidence=data.draw(st.floats(min_value=each.confidence, max_value=100)))
        for each in evidence
    ]
    before, after = _by_name(_judge(evidence)), _by_name(_judge(surer))
    for name, found in before.items():
        assert (after[name].score or 0) >= (found.score or 0) - ROUNDING


@given(lists_of_evidence, evidences())
def test_more_covered_time_never_lowers_a_class_score(evidence: list[Evidence], more: Evidence) -> None:
    added = replace(more, start=more.start or 0.0, end=more.end or LENGTH)
    before, after = _by_name(_judge(evidence)), _by_name(_judge([*evidence, added]))
    for name, found in before.items():
        assert (after[name].score or 0) >= (found.score or 0) - ROUNDING
        assert (after[name].duration_ratio or 0) >= (found.duration_ratio or 0)


@given(st.tuples(percents, percents), st.tuples(st.floats(0, 1), st.floats(0, 1)))
def test_the_class_score_never_falls_in_either_argument(
    bests: tuple[float, float], ratios: tuple[float, float]
) -> None:
    low, high = class_score(min(bests), min(ratios)), class_score(max(bests), max(ratios))
    assert 0 <= low <= high <= 100


@given(curves(), percents, percents)
def test_a_curve_keeps_the_order_of_confidences(curve: Curve, left: float, right: float) -> None:
    assert 0 <= curve.score(min(left, right)) <= curve.score(max(left, right)) <= 100


@given(lists_of_evidence, curves(), st.sampled_from(("by_score", "as_asked")))
def test_every_number_is_in_its_documented_range(evidence: list[Evidence], curve: Curve, order: str) -> None:
    result = _judge(evidence, curve=curve, order=order)
    for found in result.classes:
        assert 0 <= (found.score or 0) <= 100
        assert 0 <= (found.duration_ratio or 0) <= 1
        assert 0 <= (found.avg_score or 0) <= (found.max_score or 0) <= 100
        assert 0 <= (found.normalized_score or 0) <= 100
        assert 0 <= (found.duration or 0) <= LENGTH
        assert (found.confidence is None) is (order == "by_score")
        for clip in found.clips or ():
            assert 0 <= clip.start <= clip.end <= LENGTH
            assert 0 <= (clip.score or 0) <= 100
            assert clip.prompt in PROMPTS[found.name]
            assert clip.option is not None


@given(lists_of_evidence, thresholds)
def test_shares_of_the_returned_classes_add_up_to_a_hundred(evidence: list[Evidence], limits: Thresholds) -> None:
    shares = [found.normalized_score or 0 for found in _judge(evidence, limits).classes]
    assert not any(shares) or abs(sum(shares) - 100) < 1e-9


@given(lists_of_evidence, st.randoms(use_true_random=False), thresholds)
def test_the_order_of_evidence_does_not_matter(evidence: list[Evidence], random: Any, limits: Thresholds) -> None:
    shuffled = random.sample(evidence, len(evidence))
    assert _judge(shuffled, limits) == _judge(evidence, limits)


@given(lists_of_evidence, thresholds)
def test_evidence_told_twice_counts_once(evidence: list[Evidence], limits: Thresholds) -> None:
    once, twice = _judge(evidence, limits), _judge([*evidence, *evidence], limits)
    assert twice.classes == once.classes


@given(lists_of_evidence, thresholds)
def test_clips_of_one_prompt_and_option_do_not_overlap(evidence: list[Evidence], limits: Thresholds) -> None:
    for found in _judge(evidence, limits).classes:
        for left in found.clips or ():
            for right in found.clips or ():
                if left is not right and (left.prompt, left.option) == (right.prompt, right.option):
                    assert left.end <= right.start or right.end <= left.start


@given(st.lists(lists_of_evidence, max_size=6), thresholds, st.randoms(use_true_random=False))
def test_an_answer_does_not_depend_on_which_video_was_finished_first(
    videos: list[list[Evidence]], limits: Thresholds, random: Any
) -> None:
    results = [replace(_judge(evidence, limits), video_id=f"v{place}") for place, evidence in enumerate(videos)]
    request = ClassifyRequest(classes=CLASSES, thresholds=limits)
    asked = [f"v{place}" for place in range(len(videos))]
    answer = assemble(request, results, asked_order=asked)
    assert assemble(request, random.sample(results, len(results)), asked_order=asked) == answer
    best = [max(found.score or 0 for found in video.classes) for video in answer.videos]
    assert all(left >= right - 0.01 for left, right in pairwise(best))
