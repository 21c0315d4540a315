"""Laws of comparing: what holds for any two sides."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from pegasus_classify.compare.comparison import Rules, compare
from pegasus_classify.compare.rows import flips_of
from pegasus_classify.compare.side import Observation, side_of
from pegasus_classify.compare.telling import comparison_json
from pegasus_classify.contract.request import ClassDefinition, ClassifyRequest
from pegasus_classify.contract.result import ClassResult, Clip, VideoResult
from pegasus_classify.report.pages import report_page

QUICK = Rules(draws=0)
NAMES = ("Dogs", "Cars", "<b>")
REQUEST = ClassifyRequest(
    classes=tuple(ClassDefinition(name=name, prompts=(name,)) for name in NAMES), include_clips=True
)

numbers = st.none() | st.floats(allow_nan=True, allow_infinity=True) | st.floats(0, 100)
times = st.floats(-5, 50) | st.integers(0, 30).map(float)
clips = st.builds(
    Clip, times, times, numbers, st.sampled_from([None, "a", "b"]), st.sampled_from([None, "visual", "conversation"])
)
found = st.builds(
    ClassResult,
    st.sampled_from(NAMES),
    score=numbers,
    duration_ratio=numbers,
    max_score=numbers,
    clips=st.none() | st.lists(clips, max_size=5).map(tuple),
)
results = st.builds(VideoResult, st.sampled_from("uvwxyz"), st.lists(found, max_size=4).map(tuple))
observations = st.lists(st.builds(Observation, results, st.sampled_from([None, REQUEST])), max_size=12)
sides = st.builds(
    lambda seen, whole, lengths: side_of("s", seen, durations=lengths, whole=whole),
    observations,
    st.booleans(),
    st.dictionaries(st.sampled_from("uvwxyz"), st.floats(1, 40)),
)


@given(sides, sides)
def test_any_two_sides_can_be_compared_told_and_drawn(left, right):
    """Whatever the answers hold, nothing is raised, and no number is out of its range."""
    comparison = compare(left, right, Rules(draws=5))
    measures = comparison.measures
    for name in ("agreement", "flips", "precision_30", "recall_50", "f1_70"):
        value = getattr(measures, name).value
        assert value is None or 0 <= value <= 1
    assert measures.kappa.value is None or -1 - 1e-9 <= measures.kappa.value <= 1 + 1e-9
    assert measures.mean_ap is None or 0 <= measures.mean_ap <= 1 + 1e-9
    assert comparison_json(comparison)["flips"] == [
        {"video_id": each.video_id, "class_name": each.class_name, "way": each.way} for each in flips_of(comparison)
    ]
    assert "<b></" not in report_page(comparison)


@given(sides)
def test_a_side_agrees_with_itself(side):
    """No flip, no difference, every clip its own partner."""
    once = replace(side, layers=side.layers[:1])
    measures = compare(once, once, QUICK).measures
    assert measures.left_only == measures.right_only == 0
    assert measures.score_mae.value in (None, 0)
    assert measures.f1_70.value in (None, 1)
    assert measures.start_mae.value in (None, 0)


@given(sides, sides)
def test_swapping_the_sides_turns_differences_round(left, right):
    """What was lost is gained, and the bias changes its sign."""
    one, other = (replace(each, layers=each.layers[:1]) for each in (left, right))
    there, back = compare(one, other, QUICK).measures, compare(other, one, QUICK).measures
    assert (there.left_only, there.right_only) == (back.right_only, back.left_only)
    assert there.agreement == back.agreement
    assert _near(there.score_bias.value, back.score_bias.value, -1)


@given(observations, observations, st.randoms(use_true_random=False))
def test_the_order_of_videos_and_classes_never_matters(left, right, random: Random):
    """Shuffled videos, classes and clips give the same decisions and the same errors."""
    ones = [_only(each) for each in _once(left)], [_only(each) for each in _once(right)]
    before = compare(side_of("a", ones[0]), side_of("b", ones[1]), QUICK)
    shuffled = [[_shuffled(each, random) for each in random.sample(several, len(several))] for several in ones]
    after = compare(side_of("a", shuffled[0]), side_of("b", shuffled[1]), QUICK)
    assert before.measures.left_only == after.measures.left_only
    assert before.measures.right_only == after.measures.right_only
    assert _near(before.measures.score_mae.value, after.measures.score_mae.value)
    assert before.verdict.word == after.verdict.word


def _near(one, other, sign=1):
    return (one is None and other is None) or abs(one - sign * other) < 1e-9


def _once(seen):
    return list({each.result.video_id: each for each in seen}.values())


def _only(each):
    """Leave each class once, the first."""
    classes = {found.name: found for found in reversed(each.result.classes)}
    return replace(each, result=replace(each.result, classes=tuple(classes.values())))


def _shuffled(each, random):
    classes = [
        replace(found, clips=None if found.clips is None else tuple(random.sample(found.clips, len(found.clips))))
        for found in each.result.classes
    ]
    random.shuffle(classes)
    return replace(each, result=replace(each.result, classes=tuple(classes)))
