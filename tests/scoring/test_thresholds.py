"""What the thresholds remove."""

from __future__ import annotations

import pytest

from pegasus_classify.contract.request import Thresholds
from pegasus_classify.contract.result import Dropped
from pegasus_classify.scoring.class_scores import ClassScores
from pegasus_classify.scoring.clip_scores import ScoredClip
from pegasus_classify.scoring.thresholds import dropped_class, dropped_clips, not_localised, split_at

LIMITS = Thresholds(video_score=75, clip_score=73, duration_ratio=0.5)


def _clip(score: float) -> ScoredClip:
    return ScoredClip(0, 1, 0, 0, score)


def _scores(score: float, ratio: float) -> ClassScores:
    return ClassScores(score, ratio, best=80, mean=80, duration=1)


def test_clips_are_kept_at_the_floor_and_removed_below_it_by_their_shown_score() -> None:
    kept, below = split_at([_clip(73.0), _clip(72.999), _clip(73 - 1e-13), _clip(90)], 73)
    assert [clip.score for clip in kept] == [73.0, 73 - 1e-13, 90]
    assert [clip.score for clip in below] == [72.999]


def test_removed_clips_are_reported_with_their_number_and_best_score() -> None:
    assert dropped_clips("v", "Pets", [_clip(10), _clip(72.999)], 73, whole_class=False) == Dropped(
        "v", "Pets", "min_clip_score", 72.99, 73, clips=2
    )


def test_a_class_without_a_clip_left_is_reported_as_a_whole() -> None:
    assert dropped_clips("v", "Pets", [_clip(10), _clip(20)], 73, whole_class=True) == Dropped(
        "v", "Pets", "min_clip_score", 20, 73, clips=0
    )


@pytest.mark.parametrize(("score", "ratio"), [(75, 0.5), (75 - 1e-13, 0.5), (100, 1)])
def test_a_class_that_reaches_both_limits_is_kept(score: float, ratio: float) -> None:
    assert dropped_class("v", "Pets", _scores(score, ratio), LIMITS) is None


@pytest.mark.parametrize(
    ("score", "ratio", "expected"),
    [
        (74.999, 1, Dropped("v", "Pets", "min_video_score", 74.99, 75)),
        (74, 0.1, Dropped("v", "Pets", "min_video_score", 74, 75)),
        (80, 0.499, Dropped("v", "Pets", "min_duration_ratio", 0.49, 0.5)),
    ],
)
def test_a_class_below_a_limit_is_reported_under_the_first_rule_with_the_shown_number(
    score: float, ratio: float, expected: Dropped
) -> None:
    assert dropped_class("v", "Pets", _scores(score, ratio), LIMITS) == expected


def test_a_limit_between_the_shown_and_the_true_number_removes_so_that_no_answer_contradicts_it() -> None:
    limits = Thresholds(video_score=75.005, clip_score=73, duration_ratio=0)
    assert dropped_class("v", "Pets", _scores(75.009, 1), limits) == Dropped("v", "Pets", "min_video_score", 75, 75.005)


def test_a_class_without_times_is_reported_without_numbers() -> None:
    assert not_localised("v", "Pets") == Dropped("v", "Pets", "not_localised", None, None)
