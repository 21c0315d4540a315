"""What is read of results: repeats, complaints, and the grid both sides stand on."""

from __future__ import annotations

import math

import pytest
from two_sides import request_of

from pegasus_classify.compare.comparison import Rules, compare
from pegasus_classify.compare.side import Observation, side_of
from pegasus_classify.contract.result import ClassResult, Clip, VideoResult

REQUEST = request_of(["Dogs", "Cars"])
QUICK = Rules(draws=0)


def observed(video, *classes, request=REQUEST):
    """Return one video's result."""
    return Observation(VideoResult(video, classes), request)


def clip(start, end, score=80.0):
    """Return a clip that is seen."""
    return Clip(start, end, score, "A dog", "visual")


def test_an_equal_request_answered_again_is_a_repeat():
    """Also when the second answer leaves a class out."""
    side = side_of("s", [observed("v", ClassResult("Dogs", 90.0)), observed("v")])
    assert side.repeats == 1
    assert side.layers[0].kept.tolist() == [True, False]
    assert side.layers[1].kept.tolist() == [False, False]


def test_another_request_about_the_same_class_is_no_repeat():
    """Its answer is not used, and that is said once."""
    other = request_of(["Dogs"])
    side = side_of("s", [observed("v"), *(observed("v", ClassResult("Dogs", 90.0), request=other) for _ in range(3))])
    assert side.repeats == 0
    assert side.complaints == ("class Dogs: asked about by several requests, the first about each video is used",)


def test_without_its_request_a_second_answer_is_not_used():
    """Nobody knows which classes it left out."""
    side = side_of("s", [observed("v", ClassResult("Dogs", 90.0), request=None) for _ in range(2)])
    assert side.repeats == 0
    assert "without a known request" in side.complaints[0]


BAD_CLIPS = {
    "no number": (clip(math.nan, 5), "is no stretch of time"),
    "endless": (clip(0, math.inf), "is no stretch of time"),
    "reversed": (clip(9, 5), "is no stretch of time"),
    "outside": (clip(120, 130), "lies outside the video of 100 s and is left out"),
    "beyond": (clip(90, 130), "reaches beyond the video of 100 s and is shortened"),
    "a score beyond": (clip(5, 9, 700.0), "clip score 700.0 is not between 0 and 100"),
}


@pytest.mark.parametrize(("bad", "complaint"), BAD_CLIPS.values(), ids=list(BAD_CLIPS))
def test_a_bad_clip_is_named_and_the_others_are_used(bad, complaint):
    """The complaint names video, class and clip."""
    good = clip(10, 20)
    side = side_of("s", [observed("v", ClassResult("Dogs", 90.0, clips=(good, bad)))], durations={"v": 100.0})
    assert side.complaint_count == 1
    assert side.complaints[0].startswith("video v, class Dogs: clip")
    assert complaint in side.complaints[0]
    assert side.layers[0].start[0] == 10
    assert side.layers[0].end.max() <= 100


def test_scores_that_are_none_are_left_out_and_named():
    """NaN, negative, above one hundred: the class stays kept, its number is unknown."""
    found = [ClassResult("Dogs", math.nan), ClassResult("Dogs", -1.0), ClassResult("Dogs", 101.0, duration_ratio=2.0)]
    side = side_of("s", [observed(f"v{n}", each) for n, each in enumerate(found)])
    assert side.complaint_count == 4
    assert side.layers[0].kept.sum() == 3
    assert not math.isfinite(side.layers[0].score.max())


def test_a_class_listed_twice_is_used_once():
    """The first entry counts."""
    side = side_of("s", [observed("v", ClassResult("Dogs", 90.0), ClassResult("Dogs", 70.0))])
    assert side.layers[0].score[0] == 90.0
    assert "listed twice" in side.complaints[0]


def test_a_clip_without_score_has_none():
    """Old answers may show none."""
    side = side_of("s", [observed("v", ClassResult("Dogs", 90.0, clips=(Clip(0, 5),)))])
    assert math.isnan(side.layers[0].clip_score[0])
    assert side.complaints == ()


def test_only_the_first_hundred_complaints_are_named():
    """All are counted."""
    side = side_of("s", [observed(f"v{n}", ClassResult("Dogs", 500.0)) for n in range(150)])
    assert len(side.complaints) == 100
    assert side.complaint_count == 150


def test_names_that_differ_in_case_are_two_classes_and_that_is_said():
    """Nothing is guessed; the finding names both."""
    one = side_of("a", [observed(f"v{n}", ClassResult("dogs", 90.0), request=request_of(["dogs"])) for n in range(3)])
    other = side_of("b", [observed(f"v{n}", ClassResult("Dogs", 90.0), request=request_of(["Dogs"])) for n in range(3)])
    comparison = compare(one, other, QUICK)
    assert [each.kind for each in comparison.findings] == ["class_case"]
    assert comparison.verdict.word == "different"
    assert comparison.measures.compared == 0


def test_mixed_repeats_cover_only_what_they_answer():
    """A video that was asked once has no noise of its own."""
    left = side_of("a", [observed("v0"), observed("v1")])
    right = side_of("b", [observed("v0"), observed("v1"), observed("v0", ClassResult("Dogs", 90.0))])
    comparison = compare(left, right, QUICK)
    assert comparison.noticed.videos == 1
    assert comparison.noticed.floor == 1
