"""From clips to the numbers of a class."""

from __future__ import annotations

from itertools import permutations

import pytest

from pegasus_classify.contract.quantities import cut2
from pegasus_classify.scoring.class_scores import ClassScores, class_score, class_scores, normalized_scores
from pegasus_classify.scoring.clip_scores import ScoredClip


@pytest.mark.parametrize(
    ("best", "ratio", "shown"),
    [
        (92.28, 1, 100),
        (92.28, 0.94, 99.96),
        (92.28, 0.73, 97.51),
        (84.28, 0.99, 94.92),
        (84.94, 0.86, 94.98),
        (83.97, 0.72, 91.94),
        (83.2, 0.76, 92.05),
        (92.28, 0.52, 91.24),
        (90, 0, 80),
        (45, 0.29, 40),
        (0, 1, 20),
        (0, 0, 0),
    ],
)
def test_the_class_score_follows_the_fitted_rule(best: float, ratio: float, shown: float) -> None:
    assert class_score(best, ratio) == pytest.approx(shown, abs=0.005)


def test_full_coverage_scores_twenty_and_eight_ninths_of_the_best_clip() -> None:
    """An illustration of the v1.2 specification agrees to the last digit but one."""
    assert class_score(86.37, 1) == pytest.approx(96.77333333333335, abs=1e-12)


def test_a_medium_clip_over_half_the_video_reaches_the_documented_default_threshold() -> None:
    assert cut2(class_score(73, 0.5)) == 75.33


def test_the_numbers_of_a_class() -> None:
    clips = [ScoredClip(0, 10, 0, 0, 80.0), ScoredClip(5, 15, 1, 0, 90.0), ScoredClip(20, 20, 0, 0, 76.0)]
    assert class_scores(clips, 20.0) == ClassScores(
        score=class_score(90.0, 0.75), ratio=0.75, best=90.0, mean=82.0, duration=15
    )


def test_a_lone_moment_covers_nothing_and_scores_all_the_same() -> None:
    found = class_scores([ScoredClip(5, 5, 0, 0, 90.0)], 20.0)
    assert (found.score, found.ratio, found.duration) == (80.0, 0.0, 0.0)


def test_the_mean_never_ends_above_the_best() -> None:
    """The sum of 26 times 85.13, rounded, divided by 26, is a hair above 85.13."""
    found = class_scores([ScoredClip(second, second + 1, 0, 0, 85.13) for second in range(26)], 60.0)
    assert found.mean == found.best == 85.13


def test_the_mean_does_not_depend_on_the_order_of_clips() -> None:
    """Added one after the other, these four give two different sums."""
    clips = [ScoredClip(second, second + 1, 0, 0, score) for second, score in enumerate((0.1, 73.3, 88.8, 0.7))]
    assert len({class_scores(some, 60.0).mean for some in permutations(clips)}) == 1


@pytest.mark.parametrize(
    ("scores", "shares"),
    [
        ([96.23, 90.78], [51.45714132934067, 48.54285867065932]),
        ([96.2399, 90.7899], [51.45714132934067, 48.54285867065932]),
        ([80.0], [100]),
        ([0.0, 0.0], [0, 0]),
        ([], []),
    ],
)
def test_normalized_scores_are_shares_of_the_scores_as_shown(scores: list[float], shares: list[float]) -> None:
    assert normalized_scores(scores) == pytest.approx(shares, abs=1e-12)


def test_a_lone_class_has_a_normalized_score_of_exactly_a_hundred() -> None:
    """All 33 recorded single classes show 100; multiplied before it is divided, 89.32 would not."""
    assert [normalized_scores([hundredths / 100]) for hundredths in range(1, 10_001)] == [[100.0]] * 10_000
