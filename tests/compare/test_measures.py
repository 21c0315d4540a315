"""The measures are those of their definitions."""

from __future__ import annotations

import pytest
from two_sides import World, request_of

from pegasus_classify.compare.comparison import Rules, compare
from pegasus_classify.compare.side import Observation, side_of
from pegasus_classify.contract.request import ClassDefinition, ClassifyRequest
from pegasus_classify.contract.result import ClassResult, Clip, VideoResult

REQUEST = request_of(["Dogs", "Cars"])
NO_INTERVALS = Rules(draws=0)


def decided(name, decisions, scores=None):
    """Make a side that keeps Dogs in the videos marked with x, with scores counting up unless given."""
    observations = []
    for number, mark in enumerate(decisions):
        score = scores[number] if scores else 80.0 + number
        found = (ClassResult("Dogs", score, 0.5),) if mark == "x" else ()
        observations.append(Observation(VideoResult(f"v{number}", found), REQUEST))
    return side_of(name, observations)


def test_decisions_are_counted_as_in_a_table_of_four():
    """Agreement, kappa and flips of a table worked out by hand: 4 both, 2 lost, 1 gained, 3 neither."""
    comparison = compare(decided("a", "xxxxxx...."), decided("b", "xxxx..x..."), NO_INTERVALS)
    dogs = comparison.classes[0].measures
    assert (dogs.compared, dogs.both_kept, dogs.left_only, dogs.right_only) == (10, 4, 2, 1)
    assert dogs.agreement.value == pytest.approx(0.7)
    assert dogs.flips.value == pytest.approx(0.3)
    by_chance = 0.6 * 0.5 + 0.4 * 0.5
    assert dogs.kappa.value == pytest.approx((0.7 - by_chance) / (1 - by_chance))
    cars = comparison.classes[1].measures
    assert cars.agreement.value == 1.0
    assert cars.kappa.value is None
    assert comparison.measures.compared == 20


def test_scores_are_compared_where_both_sides_keep_the_class():
    """Bias and mean absolute error, rank correlation, quantiles, top ten."""
    left = decided("a", "xxxxx.", [80, 82, 84, 86, 88, 0])
    right = decided("b", "xxxx.x", [81, 81, 86, 84, 0, 99])
    dogs = compare(left, right, NO_INTERVALS).classes[0].measures
    assert dogs.score_bias.value == pytest.approx((1 - 1 + 2 - 2) / 4)
    assert dogs.score_mae.value == pytest.approx(6 / 4)
    assert dogs.spearman == pytest.approx(0.7378647873726218)
    assert dogs.top_ten == pytest.approx(4 / 5)
    assert dogs.left_quantiles[2] == 84
    assert dogs.ratio_mae.value == 0.0


def test_rank_correlations_need_three_videos_and_different_scores():
    """Otherwise there is no number."""
    assert compare(decided("a", "xx"), decided("b", "xx"), NO_INTERVALS).measures.spearman is None
    flat = decided("a", "xxxx", [80] * 4)
    assert compare(flat, decided("b", "xxxx"), NO_INTERVALS).measures.kendall is None


def test_clips_are_measured_by_their_best_match():
    """Precision, recall and errors at the boundaries of a case worked out by hand."""

    def clips(*spans):
        return side_of(
            "s",
            [
                Observation(
                    VideoResult(
                        "v",
                        (ClassResult("Dogs", 80.0, clips=tuple(Clip(a, b, 80.0, None, "visual") for a, b in spans)),),
                    ),
                    REQUEST,
                )
            ],
        )

    # Overlap ratios: 8/12 and 3/13; the third clip of the left side has no partner.
    measures = compare(clips((0, 10), (20, 28), (50, 60)), clips((2, 12), (25, 33)), NO_INTERVALS).measures
    assert measures.precision_50.value == pytest.approx(1 / 2)
    assert measures.recall_50.value == pytest.approx(1 / 3)
    assert measures.f1_50.value == pytest.approx(2 / 5)
    assert measures.f1_70.value == 0.0
    assert measures.start_bias.value == pytest.approx(3.5)
    assert measures.end_mae.value == pytest.approx(3.5)


def test_a_side_that_shows_no_clips_has_no_clip_measures():
    """Clips that were not asked for are not missing clips."""
    measures = compare(decided("a", "xx"), decided("b", "xx"), NO_INTERVALS).measures
    assert measures.f1_50.value is None
    assert measures.mean_ap is None


def test_highest_clip_scores_stand_in_where_class_scores_are_not_shown():
    """The labels dialect has no class scores; two sides with nothing in common are named as biased."""

    def answered(**numbers):
        return side_of(
            "s", [Observation(VideoResult(f"v{n}", (ClassResult("Dogs", **numbers),)), REQUEST) for n in range(3)]
        )

    both = compare(answered(max_score=80.0), answered(score=90.0, max_score=84.0), NO_INTERVALS)
    assert both.grid.score_name == "max_score"
    assert both.measures.score_bias.value == pytest.approx(4.0)
    mixed = compare(answered(max_score=80.0), answered(score=90.0), NO_INTERVALS)
    assert mixed.grid.score_name == "mixed"
    assert "biased" in mixed.grid.notes[0]
    nothing = compare(answered(), answered(score=90.0), NO_INTERVALS)
    assert nothing.measures.score_bias.value is None


def test_intervals_hold_the_measure_and_repeat_with_the_seed():
    """Bootstrap intervals contain their estimate, and equal seeds give equal intervals."""
    world = World(11, videos=80)
    left, right = world.side("a", world.answers(0)), world.side("b", world.answers(1))
    first = compare(left, right, Rules(draws=200, seed=5)).measures
    for name in ("agreement", "kappa", "score_mae", "f1_50"):
        estimate = getattr(first, name)
        assert estimate.low <= estimate.value <= estimate.high
        assert estimate.low < estimate.high
    assert compare(left, right, Rules(draws=200, seed=5)).measures == first
    assert compare(left, right, Rules(draws=200, seed=6)).measures != first


@pytest.mark.parametrize("samples", [50, pytest.param(200, marks=pytest.mark.slow)])
def test_bootstrap_intervals_cover_the_truth_about_as_often_as_they_say(samples):
    """Of so many samples of one world, the 95 % interval of the flips holds the true share in at least 88 %."""
    held = 0
    for seed in range(samples):
        world = World(seed, videos=120, classes=("Dogs",), clips=1, noise=0.0, doubt=0.0)
        left = world.side("a", world.answers(0))
        right = world.side("b", world.answers(0, flips=0.2))
        flips = compare(left, right, Rules(draws=100, seed=seed)).measures.flips
        held += flips.low <= 0.2 <= flips.high
    assert held >= 0.88 * samples


def test_videos_and_classes_of_one_side_alone_are_named():
    """They take no part in any measure."""
    other = ClassifyRequest(classes=(ClassDefinition(name="Boats", prompts=("A boat",)),))
    left = side_of("a", [Observation(VideoResult("v0"), REQUEST), Observation(VideoResult("v1"), REQUEST)])
    right = side_of("b", [Observation(VideoResult("v1"), REQUEST), Observation(VideoResult("v2"), other)])
    comparison = compare(left, right, NO_INTERVALS)
    assert comparison.grid.only_left.videos == ("v0",)
    assert comparison.grid.only_right.videos == ("v2",)
    assert comparison.grid.only_right.classes == ("Boats",)
    assert comparison.measures.compared == 2


def test_a_side_that_leaves_out_empty_videos_was_asked_about_them_too():
    """An answer about a whole index lists only what was found; a failed video is no decision."""
    left = side_of("a", [Observation(VideoResult(f"v{n}", (ClassResult("Dogs", 90.0),)), REQUEST) for n in range(4)])
    right = side_of(
        "b",
        [Observation(VideoResult("v0", (ClassResult("Dogs", 90.0),)), REQUEST)],
        whole=True,
        failed={"v3": "too short"},
    )
    comparison = compare(left, right, NO_INTERVALS)
    assert comparison.grid.videos == ("v0", "v1", "v2")
    assert comparison.measures.left_only == 2


def test_nothing_in_common_is_measured_as_nothing():
    """Empty sides give no numbers, no error and no verdict."""
    comparison = compare(side_of("a", []), side_of("b", []))
    assert comparison.measures.agreement.value is None
    assert comparison.verdict.word == "cannot_tell"
    assert comparison.verdict.reasons == ("nothing could be compared",)
    strangers = ClassifyRequest(classes=(ClassDefinition(name="Boats", prompts=("A boat",)),))
    other = side_of("c", [Observation(VideoResult("v0"), strangers)])
    assert compare(decided("a", "x"), other).measures.agreement.value is None
    apart = compare(decided("a", "x"), side_of("b", []))
    assert apart.verdict.word == "cannot_tell"
    assert apart.grid.only_left.videos == ("v0",)
