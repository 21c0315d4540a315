"""What is said, how sure one must be, and what another look may spend."""

from __future__ import annotations

from dataclasses import replace

import pytest
from two_sides import World

from pegasus_classify.compare.comparison import Rules, compare
from pegasus_classify.compare.judgement import Judging, judge, spent
from pegasus_classify.compare.noise import Count, Noticed

QUIET = Noticed(videos=300, between=0, within=0, total=0, floor=0)


def judged(*counts, noticed=QUIET, **judging):
    """Judge a single class."""
    own = tuple(counts)
    return judge(["Dogs"], [(), own], [noticed, noticed], Judging(**judging))[1][0]


def test_all_looks_together_spend_no_more_than_was_given():
    """The first look may spend most, and there is always something left."""
    shares = [spent(0.05, look) for look in range(1, 2000)]
    assert sum(shares) < 0.05
    assert sum(shares) == pytest.approx(0.05, rel=1e-3)
    assert shares == sorted(shares, reverse=True)


def test_the_p_value_is_that_of_the_binomial_corrected_for_everything_tried():
    """Two tests, one class, half for all together: worked out by hand."""
    one_way = judged(Count("flips", 0, 10, 0.5), Count("scores", 5, 10, 0.5))
    assert one_way.p_value == pytest.approx(2 * 0.5**10 * 2 * 2)
    odd = judged(Count("flips_odd", 10, 10, 1 / 3, both_ways=False))
    assert odd.p_value == pytest.approx((1 / 3) ** 10 * 2)
    assert odd.word == "different"


def test_a_later_look_needs_stronger_evidence():
    """What is different at the first look may be open at the fifth."""
    count = Count("flips", 0, 10, 0.5)
    noticed = Noticed(40, 10, 0, 10, 0)
    assert judged(count, noticed=noticed, look=1).word == "different"
    fifth = judged(count, noticed=noticed, look=5)
    assert fifth.word == "cannot_tell"
    assert fifth.level == pytest.approx(spent(0.05, 5))


@pytest.mark.parametrize(("videos", "word"), [(50, "cannot_tell"), (150, "same")])
def test_same_needs_enough_videos(videos, word):
    """No difference in fifty videos does not rule out one in twenty."""
    noticed = Noticed(videos, 0, 0, 0, 0)
    verdict = judged(Count("flips", 0, 0, 0.5), noticed=noticed)
    assert verdict.word == word
    assert (verdict.more_videos is not None) == (word == "cannot_tell")
    assert 0 <= verdict.beyond_noise.high <= 1


def test_more_videos_do_not_help_where_nothing_is_known_about_the_noise():
    """Differences both ways above the margin, without a repeat: nobody can tell, ever."""
    verdict = judged(Count("flips", 15, 30, 0.5), noticed=Noticed(300, 30, 0, 30, None))
    assert verdict.word == "cannot_tell"
    assert verdict.more_videos is None
    assert verdict.reasons == (
        "30 of 300 videos differ noticeably, and without a repeat nobody knows how much of it is noise",
    )


def test_an_assumed_noise_stands_in_for_a_repeat():
    """Above it the sides differ, below it they are the same; with a repeat it is not used."""
    count = Count("flips", 15, 30, 0.5)
    thirty = Noticed(300, 30, 0, 30, None)
    above = judged(count, noticed=thirty, assumed_noise=0.02)
    assert above.word == "different"
    assert above.reasons == ("30 of 300 videos differ noticeably, 2 % are taken for noise",)
    assert above.beyond_noise.value == pytest.approx(0.08)
    assert judged(count, noticed=thirty, assumed_noise=0.12).word == "same"
    measured = judged(count, noticed=replace(thirty, floor=0), assumed_noise=0.12)
    assert measured.word == "cannot_tell"
    assert measured.beyond_noise.value == pytest.approx(0.1)


def test_noise_of_its_own_does_not_count():
    """As many differences within the new side as between the sides leave nothing beyond."""
    verdict = judged(Count("flips_odd", 10, 30, 1 / 3, both_ways=False), noticed=Noticed(2000, 200, 200, 230, 230))
    assert verdict.word == "same"
    assert verdict.beyond_noise.value == 0
    open_one = judged(Count("flips_odd", 10, 30, 1 / 3, both_ways=False), noticed=Noticed(200, 20, 20, 23, 23))
    assert open_one.reasons == ("23 of 200 videos differ noticeably, 23 when the new side is only asked again",)


def test_every_video_may_differ():
    """The far end of the scale has bounds too."""
    verdict = judged(noticed=Noticed(40, 40, 0, 40, 0))
    assert verdict.beyond_noise.value == 1
    assert verdict.beyond_noise.high <= 1
    assert verdict.word == "cannot_tell"
    assert verdict.p_value == 1.0


REASONS = {
    "flips": ("the right side keeps 2 videos more and 38 fewer", "the right side keeps 38 videos fewer and 2 more"),
    "scores": ("", "the right side scores 38 videos lower, 2 higher"),
    "times": ("", "the right side has its clips earlier in 38 videos, later in 2"),
    "extent": ("", "the right side covers less of 38 videos, more of 2"),
}


@pytest.mark.parametrize("name", REASONS)
def test_a_direction_is_told_by_what_is_more(name):
    """The larger number comes first."""
    less = judged(Count(name, 2, 40, 0.5))
    more = judged(Count(name, 38, 40, 0.5))
    assert less.reasons == (REASONS[name][1],)
    assert "38" in more.reasons[0].partition("2 ")[0]


def test_all_together_follow_from_the_classes():
    """One class that is different makes the whole different; all the same makes it the same; else it is open."""
    loud, quiet, small = Count("flips", 0, 40, 0.5), Count("flips", 0, 0, 0.5), Noticed(20, 0, 0, 0, 0)

    def whole(*classes):
        names = [f"c{place}" for place in range(len(classes))]
        counts = [(), *((count,) for count, _ in classes)]
        return judge(names, counts, [QUIET, *(noticed for _, noticed in classes)], Judging())[0]

    different = whole((quiet, QUIET), (loud, QUIET))
    assert different.word == "different"
    assert different.reasons[0].startswith("c1: the right side keeps")
    assert whole((quiet, QUIET), (quiet, QUIET)).word == "same"
    undecided = whole((quiet, QUIET), (quiet, small))
    assert undecided.word == "cannot_tell"
    assert undecided.more_videos > 50
    hopeless = whole((quiet, small), (Count("flips", 5, 10, 0.5), Noticed(100, 10, 0, 10, None)))
    assert hopeless.more_videos is None


def test_thin_differences_of_many_classes_add_up():
    """Three percent lost in each of ten classes is too little for each and enough for all together."""

    def plant(found):
        # A fixed thirtieth of all cells, by their numbers.
        return None if int(found.score * 100) % 23 == 0 else found

    world = World(4, videos=150, classes=tuple(f"c{n}" for n in range(10)), clips=1, noise=0.0, doubt=0.0)
    comparison = compare(
        world.side("a", world.answers(0)), world.side("b", world.answers(0, plant=plant)), Rules(draws=0)
    )
    assert comparison.verdict.word == "different"
    assert {each.verdict.word for each in comparison.classes} <= {"same", "cannot_tell"}
    assert comparison.verdict.reasons[0].startswith("all classes: the right side keeps")
