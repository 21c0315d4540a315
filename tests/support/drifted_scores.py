"""A made-up world in which the model's claims and the old scores are two views of the same thing."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from random import Random

from pegasus_classify.calibrate.pairs import Pair
from pegasus_classify.contract.evidence import Evidence
from pegasus_classify.contract.request import EffectiveClass, Thresholds
from pegasus_classify.scoring.class_scores import class_score

__all__ = ["LIMITS", "drawn_pairs", "flat_and_high"]

LIMITS = Thresholds(video_score=80, clip_score=73, duration_ratio=0.5)


def flat_and_high(clearness: float, random: Random) -> float:
    """What models do: nearly everything is claimed with 85 to 100."""
    return min(100.0, max(70.0, round(88 + 6 * clearness + random.gauss(0, 1.5))))


def drawn_pairs(
    seed: int,
    *,
    videos: int = 200,
    classes: Sequence[str] = ("Cars", "Pets"),
    limits: Sequence[Thresholds] = (LIMITS,),
    claim: Callable[[float, Random], float] = flat_and_high,
) -> list[Pair]:
    """Draw pairs.

    Args:
        seed: Same seed, same pairs.
        videos: How many.
        classes: Their names; each has its own bias.
        limits: Thresholds, dealt out in turn.
        claim: From how clearly a class is there (about -2 to 2) to a claimed confidence.
    """
    random = Random(seed)
    pairs = []
    for number in range(videos):
        length = random.uniform(20, 300)
        asked_with = limits[number % len(limits)]
        for place, name in enumerate(classes):
            clearness = random.gauss(0, 1) - 0.4 * place
            share = min(1.0, max(0.05, 0.6 + 0.25 * clearness + random.gauss(0, 0.08)))
            best = min(89.0, max(60.0, 79 + 5 * math.tanh(clearness)))
            score = class_score(best, share)
            kept = (
                best >= asked_with.clip_score and score >= asked_with.video_score and share >= asked_with.duration_ratio
            )
            there = clearness > -1.5
            seen = min(1.0, max(0.02, share + random.gauss(0, 0.05)))
            evidence = (Evidence(name, name, "visual", 0.0, seen * length, claim(clearness, random)),) if there else ()
            asked = EffectiveClass(name=name, prompts=(name,), options=("visual",), conversation_option="semantic")
            told = (score, best, share) if kept else (None, None, None)
            pairs.append(Pair(f"v{number}", asked, asked_with, kept, *told, evidence, length))
    return pairs
