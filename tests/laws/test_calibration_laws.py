"""Whatever a curve is fitted from, it keeps the order, and trying it on many pairs is judging each of them."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pegasus_classify.contract.asks import Video, VideoSource
from pegasus_classify.contract.evidence import Evidence, Reading
from pegasus_classify.contract.request import ClassDefinition, ClassifyRequest, Thresholds, effective_classes
from pegasus_classify.judging.judge import Judge
from pegasus_classify.scoring.calibration import Calibration, calibration_of
from pegasus_classify.scoring.curve import Curve

pytest.importorskip("sklearn")
from drifted_scores import drawn_pairs

from pegasus_classify.calibrate.field import Field
from pegasus_classify.calibrate.fit import fit_curves
from pegasus_classify.calibrate.pairs import Pair

_PERCENT = st.integers(0, 100) | st.floats(0, 100)
_LIMITS = st.builds(
    Thresholds,
    video_score=_PERCENT,
    clip_score=st.just(73) | st.just(92.28) | _PERCENT,
    duration_ratio=st.floats(0, 1),
)
_OPTIONS = ("visual", "conversation", "text_in_video")


@pytest.mark.slow
@given(
    seed=st.integers(0, 10**6),
    claims=st.lists(_PERCENT, min_size=1, max_size=5),
    limits=st.lists(_LIMITS, min_size=1, max_size=3),
    low=st.floats(0, 1),
)
def test_a_fitted_curve_keeps_the_order(seed, claims, limits, low):
    """More confidence never earns less, for every class, whatever the data."""

    def claim(clearness, random):
        return random.choice(claims) if random.random() < low else min(100.0, max(0.0, 50 + 25 * clearness))

    pairs = drawn_pairs(seed, videos=40, classes=("Cars", "Pets"), limits=limits, claim=claim)
    pairs += drawn_pairs(seed, videos=40, classes=("Few",), claim=claim)
    curves = fit_curves(pairs) if enough(pairs) else None
    for name in ("Cars", "Pets", "Few", "never seen"):
        if curves is not None:
            scores = [curves.of(name).score(confidence / 2) for confidence in range(201)]
            assert all(left <= right for left, right in pairwise(scores))
            assert scores[0] >= 0
            assert scores[-1] <= 100


def enough(pairs):
    """Whether both sides of the decision occur often enough."""
    kept = sum(pair.kept for pair in pairs)
    return min(kept, len(pairs) - kept) >= 10


_CURVES = st.lists(_PERCENT, min_size=2, max_size=6).map(
    lambda scores: Curve(tuple((20.0 * place, score) for place, score in enumerate(sorted(scores))))
)
_EVIDENCE = st.builds(
    lambda start, length, claim, option: Evidence("Cars", "Cars", option, start, min(60.0, start + length), claim),
    st.floats(0, 60),
    st.floats(0, 40),
    st.none() | _PERCENT,
    st.sampled_from(_OPTIONS),
) | st.builds(lambda claim: Evidence("Cars", confidence=claim), st.none() | _PERCENT)


@given(evidence=st.lists(_EVIDENCE, max_size=5), limits=_LIMITS, curve=_CURVES)
def test_trying_a_curve_on_many_pairs_is_judging_each(evidence, limits, curve):
    """The same decision and, where kept, the same score and share."""
    request = ClassifyRequest(
        classes=(ClassDefinition(name="Cars", prompts=("Cars",)),), options=_OPTIONS, thresholds=limits
    )
    (asked,) = effective_classes(request)
    pair = Pair("v1", asked, limits, True, None, None, None, tuple(evidence), 60.0)
    video = Video("v1", VideoSource("asset_id", "a"), 60.0)
    judged = Judge(request, curve).judge(video, [Reading(tuple(evidence), "found")])
    field = Field([pair])
    values = field.values_of([curve])
    assert bool(field.chosen(values, limits)[0]) == bool(judged.classes)
    if judged.classes:
        score, ratio = field.scores(values, limits.clip_score)
        assert score[0] == pytest.approx(judged.classes[0].score)
        assert ratio[0] == pytest.approx(judged.classes[0].duration_ratio)


@given(_CURVES, st.dictionaries(st.text(max_size=5), _CURVES, max_size=3))
def test_a_calibration_survives_the_way_to_json_and_back(whole, classes):
    """Every knot, to the last digit."""
    made = Calibration("pegasus1.5", "abc", whole, classes)
    assert calibration_of(made.as_json()) == made
