"""Differences planted into noisy answers are found, and called by their name."""

from __future__ import annotations

from dataclasses import replace

import pytest
from two_sides import World, request_of

from pegasus_classify.compare.comparison import Rules, compare
from pegasus_classify.compare.side import Observation, side_of
from pegasus_classify.contract.request import ClassDefinition, Thresholds
from pegasus_classify.contract.result import ClassResult, VideoResult

QUICK = Rules(draws=0)
WORLD = World(2026, videos=300)


def lowered(found):
    """Score Cars five points lower."""
    return replace(found, score=found.score - 5) if found.name == "Cars" else found


def moved(found):
    """Move the clips of Music by two seconds."""
    if found.name != "Music":
        return found
    return replace(found, clips=tuple(replace(each, start=each.start + 2, end=each.end + 2) for each in found.clips))


def renamed(found):
    """Call Dogs by another name."""
    return replace(found, name="Canines") if found.name == "Dogs" else found


def compared(repeats, **planted):
    """Compare the world's answers with planted ones."""
    right = WORLD.answers(1, **planted)
    again = WORLD.answers(2, **planted) if repeats else ()
    return compare(WORLD.side("old", WORLD.answers(0)), WORLD.side("new", right, again), QUICK)


def words(comparison):
    """Return the verdict of each class."""
    return {each.name: each.verdict.word for each in comparison.classes}


def named(comparison, kind):
    """Return the one finding of a kind."""
    found = [each for each in comparison.findings if each.kind == kind]
    assert len(found) == 1, comparison.findings
    return found[0]


@pytest.mark.parametrize("repeats", [True, False])
def test_scores_of_one_class_lowered_by_five(repeats):
    """Found in that class alone, named with its amount; a threshold is not blamed for what falls below it."""
    comparison = compared(repeats, plant=lowered)
    assert comparison.verdict.word == "different"
    finding = named(comparison, "scores_moved")
    assert finding.class_name == "Cars"
    assert finding.amount == pytest.approx(-5, abs=0.7)
    assert "lower" in finding.message
    assert [each.kind for each in comparison.findings] == ["scores_moved"]
    assert words(comparison)["Cars"] == "different"
    assert "different" not in (words(comparison)["Dogs"], words(comparison)["Music"])


@pytest.mark.parametrize("repeats", [True, False])
def test_clips_moved_by_two_seconds(repeats):
    """Found although no decision and no score differs."""
    comparison = compared(repeats, plant=moved)
    finding = named(comparison, "clips_moved")
    assert finding.class_name == "Music"
    assert finding.amount == pytest.approx(2, abs=0.2)
    assert [name for name, word in words(comparison).items() if word == "different"] == ["Music"]


@pytest.mark.parametrize("repeats", [True, False])
def test_a_class_renamed_in_the_answers(repeats):
    """Both names are told, and the verdict is different whatever the other classes do."""
    comparison = compared(repeats, plant=renamed)
    finding = named(comparison, "class_renamed")
    assert finding.classes == ("Dogs", "Canines")
    assert comparison.verdict.word == "different"
    assert finding.message in comparison.verdict.reasons


def test_a_class_renamed_in_the_request():
    """The same when the other side was asked by another name."""
    world = replace(WORLD, classes=("Canines", "Cars", "Music"))
    same = [
        Observation(replace(each.result, classes=tuple(map(renamed, each.result.classes))), request_of(world.classes))
        for each in WORLD.answers(1)
    ]
    comparison = compare(WORLD.side("old", WORLD.answers(0)), world.side("new", same), QUICK)
    assert named(comparison, "class_renamed").classes == ("Dogs", "Canines")
    assert comparison.grid.only_left.classes == ("Dogs",)
    assert comparison.verdict.word == "different"


@pytest.mark.parametrize("repeats", [True, False])
@pytest.mark.parametrize(("threshold", "sign"), [(82.0, 1), (68.0, -1)])
def test_a_threshold_shifted(repeats, threshold, sign):
    """Found in every class and told once, with the side that asks for more; scores that did not move are not blamed."""
    comparison = compared(repeats, thresholds=Thresholds(video_score=threshold, duration_ratio=0.0))
    assert set(words(comparison).values()) == {"different"}
    findings = [each for each in comparison.findings if each.kind == "threshold_moved"]
    assert {name for each in findings for name in each.classes} == {"Dogs", "Cars", "Music"}
    assert all(each.amount == pytest.approx(sign * 7, abs=2.5) for each in findings)
    side = "right" if sign > 0 else "left"
    assert all(f"higher on the {side} side" in each.message for each in findings)
    asked = named(comparison, "asked_differently")
    assert asked.class_name is None
    assert "thresholds" in asked.message
    assert not [each for each in comparison.findings if each.kind == "scores_moved"]


def test_a_threshold_of_the_duration_ratio_shifted():
    """What is missing is told apart by the ratio where the score does not."""

    def answers(least):
        request = request_of(["Dogs"])
        found = [ClassResult("Dogs", 80.0 + n % 7, 0.3 + 0.005 * n) for n in range(100)]
        return [
            Observation(VideoResult(f"v{n}", (each,) if each.duration_ratio >= least else ()), request)
            for n, each in enumerate(found)
        ]

    comparison = compare(side_of("a", answers(0.3)), side_of("b", answers(0.5)), QUICK)
    assert "duration ratio below about 0.50" in named(comparison, "threshold_moved").message


def test_nothing_planted_nothing_named():
    """The same model against itself has no name for its noise."""
    comparison = compared(True)
    assert comparison.findings == ()
    assert comparison.verdict.word == "same"
    assert comparison.verdict.reasons == ("every class is the same",)


def test_flips_both_ways_are_seen_only_with_a_repeat():
    """Without one nobody knows whether they are noise, and that is said instead of guessed."""
    with_repeat, without = compared(True, flips=0.1), compared(False, flips=0.1)
    assert words(with_repeat)["Dogs"] == "different"
    assert with_repeat.findings == ()
    assert words(without)["Dogs"] == "cannot_tell"
    assert "without a repeat nobody knows" in without.classes[0].verdict.reasons[0]


def test_a_few_losses_among_many_name_no_threshold():
    """Flips that no border parts are left without a name."""
    request = request_of(["Dogs"])
    one = [Observation(VideoResult(f"v{n}", (ClassResult("Dogs", 75.0 + n % 20, 0.5),)), request) for n in range(100)]
    other = [each if n % 4 else replace(each, result=VideoResult(f"v{n}")) for n, each in enumerate(one)]
    comparison = compare(side_of("a", one), side_of("b", other), QUICK)
    assert comparison.verdict.word == "different"
    assert comparison.findings == ()


def test_few_videos_name_nothing():
    """Three videos are no evidence of a moved threshold, score or clip, nor of a new name."""
    request = request_of(["Dogs", "Cats"])
    one = [Observation(VideoResult(f"v{n}", (ClassResult("Dogs", 90.0),)), request) for n in range(3)]
    other = [Observation(VideoResult(f"v{n}", (ClassResult("Cats", 90.0),)), request) for n in range(3)]
    assert {each.kind for each in compare(side_of("a", one), side_of("b", other), QUICK).findings} == set()


def test_what_was_asked_differently_is_told_by_class():
    """Prompts, options and whether clips were asked for."""
    one = request_of(["Dogs", "Cars"])
    dogs = ClassDefinition(name="Dogs", prompts=("A dog", "A puppy"), options=("visual",))
    other = one.model_copy(update={"classes": (dogs, one.classes[1]), "include_clips": False})
    left = side_of("a", [Observation(VideoResult("v"), one)])
    right = side_of("b", [Observation(VideoResult("v"), other)])
    messages = {each.class_name: each.message for each in compare(left, right, QUICK).findings}
    assert messages["Dogs"] == "Dogs was asked with other prompts and options and clips shown"
    assert messages["Cars"] == "Cars was asked with other clips shown"


def test_classes_of_one_side_alone_are_found():
    """One finding for each that has no partner on the other side."""
    left = side_of("a", [Observation(VideoResult("v"), request_of(["Dogs", "Cars"]))])
    right = side_of("b", [Observation(VideoResult("v"), request_of(["Dogs", "Boats"]))])
    kinds = [(each.kind, each.class_name) for each in compare(left, right, QUICK).findings]
    assert kinds == [("class_alone", "Cars"), ("class_alone", "Boats")]


def test_without_a_request_nothing_is_said_about_what_was_asked():
    """Answers alone are compared as they are."""
    left = side_of("a", [Observation(VideoResult("v", (ClassResult("Dogs", 90.0),)), request_of(["Dogs"]))])
    right = side_of("b", [Observation(VideoResult("v", (ClassResult("Dogs", 90.0),)))])
    comparison = compare(left, right)
    assert comparison.findings == ()
    assert comparison.measures.both_kept == 1
