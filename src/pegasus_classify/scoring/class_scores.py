"""From the clips of one class in one video to its numbers.

The rule was fitted to answers recorded in October 2023. Exact there: maximum, plain mean, the ratio from the union of
the clips, the share of normalized scores, and `20 + 8/9 * maximum` once the clips cover the whole video. Fitted: how
a smaller covered share lowers the score (mean error 0.45 points over 41 cases, worst 2.07).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from pegasus_classify.contract.intervals import covered
from pegasus_classify.contract.quantities import Percent, Ratio, Seconds, cut2
from pegasus_classify.scoring.clip_scores import ScoredClip

__all__ = ["ClassScores", "class_score", "class_scores", "normalized_scores"]


@dataclass(frozen=True, slots=True)
class ClassScores:
    """The numbers of one class in one video, all uncut.

    Attributes:
        score: Class score, 0 to 100.
        ratio: Share of the video that the clips cover, counting overlaps once, 0 to 1.
        best: Highest clip score, 0 to 100.
        mean: Of the clip scores, long clips counting no more than short ones, 0 to 100, not above `best`.
        duration: Seconds that the clips cover, counting overlaps once.
    """

    score: Percent
    ratio: Ratio
    best: Percent
    mean: Percent
    duration: Seconds


def class_score(best: Percent, ratio: Ratio) -> Percent:
    """Return the class score, 0 to 100, never falling when either argument rises.

    Args:
        best: Highest clip score, 0 to 100; more than 90 earns no more than 90.
        ratio: Covered share of the video, 0 to 1. From 0.97 it adds 20 points, at 0.29 and below none.
    """
    missing = min(1.0, max(0.0, (0.97 - ratio) / 0.68))
    return min(100.0, 80 * min(1.0, best / 90) + 20 * (1 - missing**2))


def class_scores(clips: Sequence[ScoredClip], length: Seconds) -> ClassScores:
    """Return the numbers of a class.

    Args:
        clips: At least one, inside the video, any order.
        length: The video's length, seconds, above 0.
    """
    scores = [clip.score for clip in clips]
    best = max(scores)
    duration = min(length, covered((clip.start, clip.end) for clip in clips))
    ratio = duration / length
    # fsum does not depend on the order; its quotient may still end a hair above the largest term.
    return ClassScores(class_score(best, ratio), ratio, best, min(best, math.fsum(scores) / len(scores)), duration)


def normalized_scores(scores: Sequence[Percent]) -> list[Percent]:
    """Return each class's share among the classes returned for a video, 0 to 100, in the same order.

    The documented softmax is contradicted by every recording with two classes; the plain share of the scores as shown
    (cut to two decimals) fits them to the last digit. Classes that a threshold removed take no part.

    Args:
        scores: The class scores, 0 to 100, uncut. When all are 0, so are the shares.
    """
    shown = [cut2(score) for score in scores]
    whole = math.fsum(shown)
    # Divided first: 100 * 89.32 / 89.32 would be a hair above 100.
    return [100 * (score / whole) if whole else 0.0 for score in shown]
