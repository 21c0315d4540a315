"""The judgement keeps its promises: how often it is wrong, and how much it sees, in seeded simulations."""

from __future__ import annotations

import numpy as np
import pytest
from drawn_sides import Model, joined
from scipy.stats import beta

from pegasus_classify.compare.grid import grid_of
from pegasus_classify.compare.judgement import Judging, judge
from pegasus_classify.compare.noise import Tolerances, counts_of, noticed_of
from pegasus_classify.compare.tally import tally_of

RUNS = 1000


def judged(left, right, look=1):
    """Judge two sides as `compare` does, without the measures that the judgement does not use."""
    tolerances, grid = Tolerances(), grid_of(left, right)
    tally = tally_of(grid, tolerances.score_points)
    counts, noticed = counts_of(grid, tally, tolerances), noticed_of(grid, tally, tolerances)
    return judge(grid.classes, counts, noticed, Judging(look=look))


def lowest_plausible(hits, of):
    """Return the lower end of the 95 % interval of a share (Clopper and Pearson)."""
    return float(beta.ppf(0.025, hits, of - hits + 1)) if hits else 0.0


def highest_plausible(hits, of):
    """Return the upper end."""
    return float(beta.ppf(0.975, hits + 1, of - hits)) if hits < of else 1.0


@pytest.mark.slow
@pytest.mark.parametrize(("repeats", "doubt"), [(0, 0.4), (1, 0.0), (1, 0.4), (2, 0.4)])
def test_the_same_model_is_called_different_in_at_most_five_percent(repeats, doubt):
    """1,000 times the same model against itself, quiet and noisy, with and without repeats."""
    wrong = 0
    for seed in range(RUNS):
        model, random = Model(seed, videos=80, doubt=doubt), np.random.default_rng((seed, 99))
        left = model.side(model.layer(random))
        right = model.side(*(model.layer(random) for _ in range(1 + repeats)))
        wrong += judged(left, right)[0].word == "different"
    assert lowest_plausible(wrong, RUNS) <= 0.05, f"{wrong} of {RUNS}"


@pytest.mark.slow
def test_looking_again_and_again_does_not_raise_the_alarm():
    """1,000 times the same model against itself, looked at after every 30 videos, five times."""
    wrong = 0
    for seed in range(RUNS):
        model, random = Model(seed, videos=30, doubt=0.3), np.random.default_rng((seed, 99))
        parts = [[model.layer(random, first=30 * part) for _ in range(3)] for part in range(5)]
        for look in range(1, 6):
            seen = [joined(*(part[answer] for part in parts[:look])) for answer in range(3)]
            left, right = model.side(seen[0], videos=150), model.side(*seen[1:], videos=150)
            if judged(left, right, look)[0].word == "different":
                wrong += 1
                break
    assert lowest_plausible(wrong, RUNS) <= 0.05, f"{wrong} of {RUNS}"


@pytest.mark.slow
@pytest.mark.parametrize("classes", [1, 5, 10])
def test_flips_of_ten_percent_in_one_class_are_seen_in_300_videos(classes):
    """At least nine times of ten, with a repeat that tells the noise, also as one class of ten."""
    seen, runs = 0, 200
    for seed in range(runs):
        model, random = Model(seed, videos=300, classes=classes), np.random.default_rng((seed, 99))
        left = model.side(model.layer(random))
        right = model.side(*(model.layer(random, flips=0.1) for _ in range(2)))
        verdict = judged(left, right)[1][0]
        seen += verdict.word == "different"
    assert highest_plausible(seen, runs) >= 0.9, f"{seen} of {runs}"
    assert seen >= 0.9 * runs, f"{seen} of {runs}"


@pytest.mark.slow
def test_same_is_said_of_the_same_and_not_of_flips_beyond_the_margin():
    """A difference of ten percent is hardly ever called the same; without any it often is."""
    called = {0.0: 0, 0.1: 0}
    for flips in called:
        for seed in range(200):
            model, random = Model(seed, videos=300, classes=1, doubt=0.02), np.random.default_rng((seed, 99))
            left = model.side(model.layer(random))
            right = model.side(*(model.layer(random, flips=flips) for _ in range(2)))
            called[flips] += judged(left, right)[0].word == "same"
    assert called[0.0] >= 180
    assert called[0.1] <= 4


@pytest.mark.slow
def test_the_number_of_further_videos_is_about_enough():
    """Where it cannot tell and names a number, that many more videos settle it in at least half of the cases."""
    asked = settled = 0
    for seed in range(60):
        model, random = Model(seed, videos=60, classes=1, doubt=0.02), np.random.default_rng((seed, 99))
        first = [model.layer(random) for _ in range(3)]
        before = judged(model.side(first[0]), model.side(*first[1:]))[0]
        if before.more_videos is None or before.more_videos > 1000:
            continue
        more = Model(seed, videos=before.more_videos, classes=1, doubt=0.02)
        second = [joined(first[each], more.layer(random, first=60)) for each in range(3)]
        count = 60 + before.more_videos
        after = judged(model.side(second[0], videos=count), model.side(*second[1:], videos=count), 2)[0]
        asked += 1
        settled += after.word != "cannot_tell"
    assert asked >= 20
    assert settled >= asked / 2, f"{settled} of {asked}"
