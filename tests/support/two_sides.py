"""A made-up world of videos, seen by a noisy model again and again: sides to compare, with differences planted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random

from pegasus_classify.compare.side import Observation, Side, side_of
from pegasus_classify.contract.intervals import Span, total
from pegasus_classify.contract.quantities import cut2
from pegasus_classify.contract.request import ClassDefinition, ClassifyRequest, Thresholds
from pegasus_classify.contract.result import ClassResult, Clip, VideoResult

__all__ = ["LENGTH", "Plant", "World", "request_of"]

LENGTH = 600.0
"""Seconds of every video."""

Plant = Callable[[ClassResult], ClassResult | None]
"""Changes one class of one video before the thresholds are applied; None takes it away."""


def request_of(classes: Sequence[str], thresholds: Thresholds | None = None) -> ClassifyRequest:
    """Return a request for some classes, with clips."""
    return ClassifyRequest(
        classes=tuple(ClassDefinition(name=name, prompts=(f"Something like {name}",)) for name in classes),
        options=("visual", "conversation"),
        include_clips=True,
        thresholds=thresholds or Thresholds(video_score=75, duration_ratio=0.0),
    )


@dataclass(frozen=True)
class World:
    """Videos with a truth of their own.

    Attributes:
        seed: Equal seeds are equal worlds.
        videos: How many.
        classes: Their names.
        clips: Most clips of a class in a video.
        noise: Points by which scores wander from answer to answer, and tenths of seconds by which clips do.
        doubt: Share of decisions taken by a coin in every answer.
    """

    seed: int
    videos: int = 100
    classes: tuple[str, ...] = ("Dogs", "Cars", "Music")
    clips: int = 4
    noise: float = 1.0
    doubt: float = 0.02

    def answers(
        self, sample: int, plant: Plant | None = None, thresholds: Thresholds | None = None, flips: float = 0.0
    ) -> list[Observation]:
        """Return one answer about every video.

        Args:
            sample: Another sample is another independent answer of the same model.
            plant: What is changed.
            thresholds: What is applied; 75 for the score when None.
            flips: Share of the videos in which the decision about the first class is turned round.
        """
        request = request_of(self.classes, thresholds)
        return [
            Observation(self._video(number, sample, plant, request, flips), request) for number in range(self.videos)
        ]

    def side(self, name: str, answers: Sequence[Observation], repeats: Sequence[Observation] = ()) -> Side:
        """Make a side of answers and repeats."""
        durations = {f"v{number}": LENGTH for number in range(self.videos)}
        return side_of(name, [*answers, *repeats], durations=durations)

    def _video(
        self, number: int, sample: int, plant: Plant | None, request: ClassifyRequest, flips: float
    ) -> VideoResult:
        random = Random(f"{self.seed} {number} {sample}")
        turned = Random(f"{self.seed} {number} turned").random() < flips
        classes = []
        for name in self.classes:
            truth = Random(f"{self.seed} {number} {name}")
            found: ClassResult | None = self._found(name, truth, random)
            if random.random() < self.doubt and random.random() < 0.5:
                found = None
            if name == self.classes[0] and turned:
                found = (
                    None if _kept(found, request.thresholds) else replace(self._found(name, truth, random), score=90.0)
                )
            if found is not None and plant is not None:
                found = plant(found)
            if _kept(found, request.thresholds):
                classes.append(found)
        return VideoResult(f"v{number}", tuple(each for each in classes if each is not None))

    def _found(self, name: str, truth: Random, random: Random) -> ClassResult:
        score = min(100.0, max(0.0, truth.uniform(60, 98) + random.gauss(0, self.noise)))
        clips = []
        for _ in range(truth.randint(1, self.clips)):
            start, length = truth.uniform(10, LENGTH - 60), truth.uniform(5, 40)
            option = truth.choice(("visual", "conversation"))
            first = start + random.gauss(0, self.noise / 10)
            last = start + length + random.gauss(0, self.noise / 10)
            clips.append(Clip(first, last, cut2(truth.uniform(73, 89)), f"Something like {name}", option))
        ratio = total(Span(clip.start, clip.end) for clip in clips) / LENGTH
        return ClassResult(name, cut2(score), cut2(ratio), clips=tuple(clips))


def _kept(found: ClassResult | None, thresholds: Thresholds) -> bool:
    return found is not None and (found.score or 0) >= thresholds.video_score
