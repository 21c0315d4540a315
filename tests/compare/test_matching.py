"""Clips are matched as well as can be, and detections are counted as ActivityNet counts them."""

from __future__ import annotations

from itertools import permutations
from random import Random

import numpy as np
import pytest
from activitynet_reference import reference_precision

from pegasus_classify.compare.average_precision import AP_RATIOS
from pegasus_classify.compare.comparison import Rules, compare
from pegasus_classify.compare.grid import grid_of
from pegasus_classify.compare.matching import best_matching, overlapping
from pegasus_classify.compare.side import Observation, side_of
from pegasus_classify.contract.intervals import Span, overlap_ratio
from pegasus_classify.contract.request import ClassDefinition, ClassifyRequest
from pegasus_classify.contract.result import ClassResult, Clip, VideoResult

REQUEST = ClassifyRequest(classes=(ClassDefinition(name="Dogs", prompts=("A dog",)),), include_clips=True)


def side(*videos, name="side"):
    """Make a side of videos, each a list of clips of one class."""
    return side_of(
        name,
        [
            Observation(VideoResult(f"v{number}", (ClassResult("Dogs", 80.0, clips=tuple(clips)),)), REQUEST)
            for number, clips in enumerate(videos)
        ],
    )


def random_clips(random, count):
    """Return clips that overlap a good deal."""
    clips = []
    for _ in range(count):
        start = random.uniform(0, 40)
        option = random.choice(("visual", "conversation"))
        clips.append(Clip(start, start + random.uniform(1, 20), random.uniform(0, 100), "A dog", option))
    return clips


def best_total(left, right):
    """Return the greatest sum of overlap ratios, by trying every assignment."""
    if len(left) > len(right):
        left, right = right, left

    def worth(one, other):
        if one.option != other.option:
            return 0.0
        return overlap_ratio(Span(one.start, one.end), Span(other.start, other.end))

    return max(sum(map(worth, left, order)) for order in permutations(right, len(left)))


@pytest.mark.parametrize("seed", range(40))
def test_no_assignment_is_better_than_the_matching(seed):
    """The sum of overlap ratios is the greatest of all assignments, and no clip is used twice."""
    random = Random(seed)
    one, other = random_clips(random, random.randint(0, 6)), random_clips(random, random.randint(0, 6))
    grid = grid_of(side(one), side(other))
    pairs = [best_matching(block) for block in overlapping(grid.left.clips, grid.right.clips)]
    total = sum(float(each.iou.sum()) for each in pairs)
    lefts = [place for each in pairs for place in each.left.tolist()]
    rights = [place for each in pairs for place in each.right.tolist()]
    assert total == pytest.approx(best_total(one, other), abs=1e-12)
    assert len(set(lefts)) == len(lefts)
    assert len(set(rights)) == len(rights)


def test_blocks_change_nothing():
    """However few clips are looked at together, the pairs are the same."""
    random = Random(7)
    videos = [random_clips(random, 8) for _ in range(12)], [random_clips(random, 8) for _ in range(12)]
    grid = grid_of(side(*videos[0]), side(*videos[1]))
    whole = list(overlapping(grid.left.clips, grid.right.clips))
    blocks = list(overlapping(grid.left.clips, grid.right.clips, at_once=5))
    assert len(whole) == 1 < len(blocks)
    for name in ("left", "right", "iou"):
        together = np.concatenate([getattr(each, name) for each in blocks])
        assert sorted(together.tolist()) == sorted(getattr(whole[0], name).tolist())


def test_the_order_of_clips_never_matters():
    """Shuffled clips give the same measures."""
    random = Random(3)
    one, other = random_clips(random, 12), random_clips(random, 12)
    before = compare(side(one), side(other), Rules(draws=0)).measures
    random.shuffle(one)
    random.shuffle(other)
    after = compare(side(one), side(other), Rules(draws=0)).measures
    assert after.f1_50 == before.f1_50
    assert after.start_mae.value == pytest.approx(before.start_mae.value)


def test_equal_moments_are_one_clip():
    """A clip without length matches its equal and nothing else."""
    moment = Clip(5.0, 5.0, 80.0, "A dog", "visual")
    measures = compare(side([moment]), side([moment]), Rules(draws=0)).measures
    assert measures.f1_70.value == 1.0
    longer = Clip(4.0, 6.0, 80.0, "A dog", "visual")
    assert compare(side([moment]), side([longer]), Rules(draws=0)).measures.f1_30.value == 0.0


def test_options_keep_clips_apart_unless_one_side_names_none():
    """The same stretch seen and heard is two clips; a side without options is matched by time alone, and says so."""
    seen, heard = Clip(0.0, 10.0, 80.0, None, "visual"), Clip(0.0, 10.0, 80.0, None, "conversation")
    assert compare(side([seen]), side([heard]), Rules(draws=0)).measures.f1_50.value == 0.0
    unnamed = compare(side([seen]), side([Clip(0.0, 10.0, 80.0)]), Rules(draws=0))
    assert unnamed.measures.f1_50.value == 1.0
    assert "options" in unnamed.grid.notes[0]


def segments(videos):
    """Return clips as the reference wants them."""
    return [
        ((f"{n} {clip.option}", clip.start, clip.end), clip.score) for n, clips in enumerate(videos) for clip in clips
    ]


@pytest.mark.parametrize("seed", range(25))
def test_mean_average_precision_is_that_of_the_reference(seed):
    """To 1e-9, crowded and sparse, with jittered copies and with strangers."""
    random = Random(seed)
    truth = [random_clips(random, random.randint(0, 9)) for _ in range(8)]
    found = [
        [
            Clip(
                max(0.0, each.start + random.gauss(0, 1)),
                each.end + 4 + random.gauss(0, 1),
                random.uniform(0, 100),
                None,
                each.option,
            )
            for each in clips
            for _ in range(random.randint(0, 3))
        ]
        + random_clips(random, random.randint(0, 4))
        for clips in truth
    ]
    measured = compare(side(*truth), side(*found), Rules(draws=0)).measures.mean_ap
    plain = [segment for segment, _ in segments(truth)]
    wanted = [reference_precision(plain, segments(found), ratio) for ratio in AP_RATIOS]
    assert measured == pytest.approx(sum(wanted) / len(wanted), abs=1e-9)


def test_perfect_detections_have_precision_one_and_none_have_zero():
    """The ends of the scale, and no number where there is no truth."""
    clips = random_clips(Random(5), 6)
    assert compare(side(clips), side(clips), Rules(draws=0)).measures.mean_ap == pytest.approx(1.0)
    assert compare(side(clips), side([clips[0]]), Rules(draws=0)).measures.mean_ap == pytest.approx(1 / 6)
    strangers = [Clip(100.0 + place, 100.5 + place, 50.0, None, "visual") for place in range(3)]
    assert compare(side(clips), side(strangers), Rules(draws=0)).measures.mean_ap == 0.0
    assert compare(side([], clips), side([], []), Rules(draws=0)).measures.mean_ap is None
