"""How long a comparison takes and how much memory, and whether both grow no faster than the number of videos."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from random import Random
from typing import Any

from measures import Row

__all__ = ["compare_rows"]

_CLASSES, _CLIPS = 10, 20


def compare_rows() -> Iterator[Row]:
    """Measure comparisons of 2,500 and 10,000 videos × 10 classes × 20 clips, each in a fresh process on one core."""
    small, large = (_measured(videos) for videos in (2500, 10_000))
    for what, name, unit, aim in (("compared in", "seconds", "s", 60.0), ("memory at most", "megabytes", "MB", 1000.0)):
        title = f"10,000 videos × {_CLASSES} classes × {_CLIPS} clips: {what}"
        yield Row(title, f"{large[name]:.1f} {unit}", large[name] / aim, f"{aim:.0f} {unit}", 1.0)
    growth = large["seconds"] / small["seconds"]
    yield Row("four times the videos take", f"{growth:.1f} times", growth / 4, "4 times, linear", 1.25)


def _measured(videos: int) -> dict[str, float]:
    done = subprocess.run([sys.executable, __file__, str(videos)], capture_output=True, text=True, check=True)
    measured: dict[str, float] = json.loads(done.stdout)
    return measured


def _observations(videos: int, seed: int) -> Iterator[Any]:
    """Give answers whose clips lie about where those of any other seed lie."""
    request = ClassifyRequest(
        classes=tuple(ClassDefinition(name=f"c{each}", prompts=("p",)) for each in range(_CLASSES)), include_clips=True
    )
    truth, wander = Random(1), Random(seed)
    for video in range(videos):
        classes = []
        for label in range(_CLASSES):
            clips = []
            for number in range(_CLIPS):
                start = max(0.0, truth.uniform(0, 570) + wander.gauss(0, 1))
                option = ("visual", "conversation")[number % 2]
                clips.append(Clip(start, start + truth.uniform(5, 25), 75 + 10 * wander.random(), "p", option))
            score = min(100.0, 75 + 20 * truth.random() + wander.random())
            classes.append(ClassResult(f"c{label}", score, 0.5, clips=tuple(clips)))
        yield Observation(VideoResult(f"v{video}", tuple(classes)), request)


def _main(videos: int) -> None:
    # Making the answers up is timed by itself and taken away; reading them into columns is part of the comparison.
    began = process_time()
    for seed in (2, 3):
        for _ in _observations(videos, seed):
            pass
    made = process_time()
    sides = [side_of(f"side {seed}", _observations(videos, seed)) for seed in (2, 3)]
    compare(*sides)
    seconds = (process_time() - made) - (made - began)
    print(json.dumps({"seconds": seconds, "megabytes": getrusage(RUSAGE_SELF).ru_maxrss / 1024}))


if __name__ == "__main__":
    import os
    from resource import RUSAGE_SELF, getrusage
    from time import process_time

    # One core, also for the libraries below.
    os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
    from pegasus_classify.compare.comparison import compare
    from pegasus_classify.compare.side import Observation, side_of
    from pegasus_classify.contract.request import ClassDefinition, ClassifyRequest
    from pegasus_classify.contract.result import ClassResult, Clip, VideoResult

    _main(int(sys.argv[1]))
