"""The report's text without a browser: sentences, numbers, escaping, and no address of the network."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from two_sides import World, request_of

from pegasus_classify.compare.comparison import Rules, compare
from pegasus_classify.compare.judgement import Judging
from pegasus_classify.compare.side import Observation, side_of
from pegasus_classify.contract.request import Thresholds
from pegasus_classify.contract.result import ClassResult, VideoResult
from pegasus_classify.contract.verdicts import Estimate
from pegasus_classify.report import words
from pegasus_classify.report.pages import report_page
from pegasus_classify.report.svg import quantiles_of, scatter_of

QUICK = Rules(draws=0)
WORLD = World(21, videos=300)


def sides(count=300, repeats=1, classes=("Dogs", "Cars", "Music"), plant=None, flips=0.0):
    """Compare two answers of one world."""
    world = replace(WORLD, videos=count, classes=tuple(classes))
    again = world.answers(2, plant=plant, flips=flips) if repeats else ()
    right = world.side("new", world.answers(1, plant=plant, flips=flips), again)
    return compare(world.side("old", world.answers(0)), right, QUICK)


def worse(*names):
    """Score some classes lower."""
    return lambda found: replace(found, score=found.score - 6) if found.name in names else found


def renamed(found):
    """Call Dogs by another name."""
    return replace(found, name="Canines") if found.name == "Dogs" else found


SENTENCES = {
    "one of several": (
        lambda: sides(plant=worse("Cars")),
        "Different: Cars is answered differently, one of 3 classes.",
    ),
    "some": (
        lambda: sides(plant=worse("Cars", "Music")),
        r"Different: 2 of 3 classes are answered differently, most of all (Cars|Music)\.",
    ),
    "all": (
        lambda: sides(plant=worse("Dogs", "Cars", "Music")),
        "Different: all 3 classes are answered differently.",
    ),
    "the only one": (lambda: sides(classes=["Dogs"], plant=worse("Dogs")), "Different: Dogs is answered differently."),
    "same": (lambda: sides(600), "The same: in 3 classes, no difference beyond the noise is large enough to matter."),
    "same, one class": (lambda: sides(600, classes=["Dogs"]), "The same: in the one class, no difference"),
    "more": (lambda: sides(40), r"Cannot tell yet: about [\d,]+ more videos would settle it\."),
}


@pytest.mark.parametrize(("compared", "sentence"), SENTENCES.values(), ids=list(SENTENCES))
def test_the_verdict_is_one_sentence(compared, sentence):
    """What differs, or how many more videos, or what to do."""
    assert re.match(sentence, words.headline(compared()))


def test_a_new_name_alone_is_a_sentence_too():
    """Where nothing but the name differs, the name is the verdict."""
    one = [Observation(VideoResult(f"v{n}", (ClassResult("dogs", 90.0),)), request_of(["dogs"])) for n in range(4)]
    other = [Observation(VideoResult(f"v{n}", (ClassResult("Dogs", 90.0),)), request_of(["Dogs"])) for n in range(4)]
    compared = compare(side_of("a", one), side_of("b", other), QUICK)
    assert words.headline(compared) == "Different: dogs and Dogs differ in case only and are two classes."


def test_together_and_never_are_sentences():
    """When only all classes together differ, and when more videos would not help."""
    compared = sides(600)
    together = replace(compared, verdict=replace(compared.verdict, word="different"))
    assert "though no single class shows it alone" in words.headline(together)
    never = replace(compared, verdict=replace(compared.verdict, word="cannot_tell", more_videos=None))
    assert words.headline(never) == "Cannot tell, and more videos like these would not settle it."
    unrepeated = replace(never, right=never.left)
    assert words.headline(unrepeated) == "Cannot tell: ask the new side a second time, so that its own noise is known."


NUMBERS = [
    (words.percent(0.1234), "12.3 %"),
    (words.percent(-0.0001), "0.0 %"),
    (words.percent(None), "–"),
    (words.number(-1234.567), "−1,234.57"),
    (words.number(None), "–"),
    (words.signed(4.96), "+5.0"),
    (words.signed(-4.96), "−5.0"),
    (words.signed(-0.01), "0.0"),
    (words.signed(0.01), "0.0"),
    (words.signed(None), "–"),
    (words.clock(59.6), "1:00"),
    (words.clock(3725), "1:02:05"),
    (words.clock(None), "–"),
    (words.interval(Estimate(0.5, 0.25, 0.75), share=True, digits=0), "25 to 75 %"),
    (words.interval(Estimate(-1.0, -2.0, 0.0)), "−2.00 to 0.00"),
    (words.interval(Estimate(0.5)), ""),
    (words.verdict_word("cannot_tell"), "cannot tell"),
]


@pytest.mark.parametrize(("written", "wanted"), NUMBERS, ids=[wanted for _, wanted in NUMBERS])
def test_numbers_are_written_for_people(written, wanted):
    """A true minus sign, no minus zero, a dash for nothing."""
    assert written == wanted


def test_the_page_is_complete_in_itself():
    """It names no address, carries its data as JSON that nothing can break out of, and forbids every request."""
    hostile = "</script><img src=x onerror=alert(1)>"
    page = report_page(sides(30, classes=["Dogs", hostile]), 1000, "now")
    assert not re.findall(r"(?:src|href)=\"(?!#|data:)[^\"]*\"", page)
    assert "://" not in page.replace("http://www.w3.org/2000/svg", "")
    assert hostile not in page
    assert "default-src 'none'" in page
    data = json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)[1])
    assert data["classes"][1] == hostile
    assert len(data["videos"]) == 30


def test_what_cannot_be_shown_is_not_missed():
    """Sides without scores, clips, requests, lengths; with complaints, failures and lonely names; a later look."""
    plain = [Observation(VideoResult(f"v{n}", (ClassResult("Dogs"),))) for n in range(3)]
    left = side_of("a", [*plain, Observation(VideoResult("lonely", (ClassResult("Cats", 900.0),)))])
    right = replace(side_of("b", plain, failed={"x": "too <short>"}), about={"model": "m"})
    compared = compare(left, right, Rules(judging=Judging(look=3), draws=0))
    page = report_page(compared)
    for part in (
        "look 3",
        "no repeat was given",
        "too &lt;short&gt;",
        "1 videos only here",
        "1 classes only here",
        "complaints",
    ):
        assert part in page
    assert scatter_of(compared) is None
    assert quantiles_of(compared) == ((None, None),)
    assert "The request" not in page


def test_only_the_most_different_videos_are_drawn():
    """The page says how many of how many."""
    page = report_page(sides(30), 10)
    assert "10 of 30" in page
    assert page.count('class="video"') == 10


def test_thresholds_and_questions_that_differ_are_both_told():
    """A line for each threshold, a row for each side that was asked otherwise."""
    world = replace(WORLD, videos=30)
    strict = world.answers(1, thresholds=Thresholds(video_score=80, duration_ratio=0.0))
    compared = compare(world.side("old", world.answers(0)), world.side("new", strict), QUICK)
    scatter = scatter_of(compared)
    assert [each.label for each in scatter.left_thresholds] == ["75"]
    assert [each.label for each in scatter.right_thresholds] == ["80"]
    page = report_page(compared)
    assert "<td>both sides</td>" not in page
    assert "score 80, clip 73, ratio 0" in page


def test_scores_close_together_have_finer_ticks():
    """Every point instead of every fifth."""
    request = request_of(["Dogs"])
    one = [Observation(VideoResult(f"v{n}", (ClassResult("Dogs", 80.0 + n / 2),)), request) for n in range(4)]
    bare = request.model_copy(update={"thresholds": Thresholds(video_score=0)})
    flat = [replace(each, request=bare) for each in one]
    ticks = [each.label for each in scatter_of(compare(side_of("a", flat), side_of("b", flat), QUICK)).ticks]
    assert ticks[:3] == ["79", "80", "81"]


def test_a_class_that_was_never_compared_has_an_empty_row():
    """Both sides know it, from different videos."""
    left = side_of(
        "a", [Observation(VideoResult("v"), request_of(["Dogs"])), Observation(VideoResult("w"), request_of(["Cars"]))]
    )
    right = side_of(
        "b",
        [
            Observation(VideoResult("v"), request_of(["Dogs", "Cars"])),
            Observation(VideoResult("w"), request_of(["Dogs"])),
        ],
    )
    page = report_page(compare(left, right, QUICK))
    assert page.count('class="balance"') == 1
