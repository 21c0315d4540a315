"""What both sides said is judged when there is enough of it, seldom enough, and seldom in vain."""

from __future__ import annotations

import json
from collections import Counter
from random import Random

import pytest

from pegasus_classify.client.agreement import Agreement, Pair, pairs_of, seen_line
from pegasus_classify.contract.request import ClassDefinition, ClassifyRequest
from pegasus_classify.contract.result import ClassifyResult, ClassResult, Clip, Failure, VideoResult
from pegasus_classify.rollout.ladder import Rung, decide_move
from pegasus_classify.rollout.policy import LadderRules
from pegasus_classify.rollout.watch import Seen, Watch, watched

pytest.importorskip("scipy")

CLASSES = tuple(ClassDefinition(name=name, prompts=(name,)) for name in ("Dog", "Car"))
REQUEST = ClassifyRequest(classes=CLASSES, video_ids=("a", "b", "c"))
RULES = LadderRules(videos=100)


def video(name: str, *classes: str) -> VideoResult:
    """A video in which these classes were found."""
    clip = Clip(1.0, 2.5, 80.0)
    return VideoResult(name, tuple(ClassResult(each, 88.0, 0.8, clips=(clip,)) for each in sorted(classes)))


def drawn(random: Random, number: int, mistakes: float) -> Pair:
    """A video whose classes are drawn; the new side has one too many or too few as often as it is told."""
    names = {each for each in ("Dog", "Car") if random.random() < 0.5}
    other = names ^ {random.choice(["Dog", "Car"])} if random.random() < mistakes else names
    return Pair(REQUEST, video(f"v{number}", *names), video(f"v{number}", *other))


def test_videos_that_one_side_could_not_answer_are_no_pairs():
    """A video on no list was answered with nothing; of an index, what is on neither list is not known."""
    old = ClassifyResult((video("a", "Dog"),), answered=3)
    new = ClassifyResult((), (Failure("b", "unavailable", "down"),), answered=2)
    assert [(each.old.video_id, each.differs) for each in pairs_of(REQUEST, old, new)] == [("a", True), ("c", False)]
    index = REQUEST.model_copy(update={"video_ids": None, "index_id": "i"})
    assert [each.old.video_id for each in pairs_of(index, old, new)] == ["a"]


def test_a_line_tells_the_videos_that_differ_with_their_clips():
    """Of those that agree, the number is enough."""
    pairs = [Pair(REQUEST, video("a", "Dog"), video("a")), Pair(REQUEST, video("b"), video("b"))]
    told = json.loads(seen_line(5.0, pairs, 0.25))
    assert told == {
        "at": 5.0,
        "videos": 2,
        "usd": 0.25,
        "flips": [{"video": "a", "old": {"Dog": [[1.0, 2.5]]}, "new": {}}],
    }


def test_it_is_looked_at_whenever_the_pairs_have_doubled():
    """The same video again is not another pair."""
    agreement, looked = Agreement(RULES), []
    for number in range(250):
        pair = drawn(Random(number), number, 0.0)
        before = agreement.verdict
        agreement.add([pair, pair])
        if agreement.verdict is not before:
            looked.append(number + 1)
    assert looked == [100, 200]
    assert agreement.verdict is not None
    assert (agreement.verdict.word, agreement.verdict.look, agreement.verdict.videos) == ("same", 2, 200)


def test_a_side_that_says_something_else_is_different():
    """Half of the answers are lost."""
    agreement = Agreement(RULES)
    agreement.add(
        [Pair(REQUEST, video(f"v{each}", "Dog"), video(f"v{each}", *["Dog"][: each % 2])) for each in range(100)]
    )
    assert agreement.verdict is not None
    assert agreement.verdict.word == "different"


@pytest.mark.slow
def test_a_step_is_taken_back_in_vain_in_at_most_ten_of_a_thousand_runs():
    """Everything together, comparison and watched shares, with a side that errs now and then; nearly all climb on."""
    ends: Counter[str] = Counter()
    for seed in range(1000):
        random, agreement, watch, word = Random(seed), Agreement(RULES), Watch(), None
        for number in range(400):
            pair = drawn(random, number, 0.03)
            agreement.add([pair])
            watch = watched(watch, Seen(failed=random.random() < 0.01, slow=random.random() < 0.02), RULES)
            watch = watched(watch, Seen(differs=pair.differs), RULES)
            word = agreement.verdict.word if agreement.verdict else None
            move = decide_move(Rung(1), watch, word, RULES, now=1e9)
            if move is not None and move[0] == "rolled_back":
                ends["back"] += 1
                break
        else:
            ends[word or "none"] += 1
    assert ends["back"] <= 10
    assert ends["same"] >= 950
