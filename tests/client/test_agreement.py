"""What both sides said is judged when there is enough of it, seldom enough, and seldom in vain."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from random import Random

import pytest

from pegasus_classify.client.agreement import Pair, flip_text, judgement, pair_of, pair_text, pairs_of
from pegasus_classify.client.evidence import Evidence
from pegasus_classify.client.experiment import Experiment
from pegasus_classify.client.observed import Observed
from pegasus_classify.client.sight import Sight
from pegasus_classify.contract.evidence import Evidence as Said
from pegasus_classify.contract.pages import PageInfo
from pegasus_classify.contract.request import ClassDefinition, ClassifyRequest
from pegasus_classify.contract.result import ClassifyResult, ClassResult, Clip, Failure, VideoResult
from pegasus_classify.legacy.answers import answer_of, write_video
from pegasus_classify.legacy.spelling import Spelling
from pegasus_classify.rollout.known import Known, judged, look_due, with_seen
from pegasus_classify.rollout.ladder import Rung, decide_move
from pegasus_classify.rollout.policy import LadderRules
from pegasus_classify.rollout.watch import Seen
from pegasus_classify.stores.memory import MemoryStore
from pegasus_classify.stores.rollout_notes import Scope

pytest.importorskip("scipy")

CLASSES = tuple(ClassDefinition(name=name, prompts=(name,)) for name in ("Dog", "Car"))
REQUEST = ClassifyRequest(classes=CLASSES, video_ids=("a", "b", "c"))
RULES = LadderRules(videos=100)
INFO = PageInfo(10, 1)


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


FOUND = {
    "the same classes": (("Dog", "Car"), ("Car", "Dog")),
    "one more": (("Dog",), ("Dog", "Car")),
    "another one": (("Dog",), ("Car",)),
    "nothing any more": (("Dog",), ()),
    "nothing on either side": ((), ()),
}


@pytest.mark.parametrize(("olds", "news"), FOUND.values(), ids=list(FOUND))
def test_a_shadow_and_an_experiment_call_the_same_answers_different(olds, news):
    """One looks at results and the other at legacy answers, whatever the scores and the clips."""
    old, new = video("a", *olds), replace(video("a", *news), length=9.0)
    shown = [
        answer_of([write_video(each, Spelling())] if each.classes else [], INFO, Spelling()) for each in (old, new)
    ]
    seen: list[Observed] = []
    with Experiment(lambda _: shown[0], lambda _: shown[1], publish=seen.append) as experiment:
        experiment.videos(["a"], ["visual"], [{"name": "Dog", "prompts": ["Dog"]}])
    assert [each.outcome for each in seen] == ["different" if Pair(REQUEST, old, new).differs else "same"]


def test_what_differs_is_shown_with_its_clips_and_a_pair_reads_back_as_it_was():
    """What the comparison looks at is kept; what it does not is not."""
    pair = Pair(REQUEST, video("a", "Dog"), video("a"))
    told = {"at": 5.0, "video": "a", "length": None, "old": {"Dog": [[1.0, 2.5]]}, "new": {}}
    assert json.loads(flip_text(pair, 5.0)) == told
    again = pair_of(pair_text(pair))
    assert again == Pair(REQUEST.model_copy(update={"video_ids": None}), pair.old, pair.new)
    said = VideoResult("a", (), evidence=(Said("Dog"),), length=9.0)
    again = pair_of(pair_text(Pair(REQUEST, video("a"), said)))
    assert again is not None
    assert (again.new.evidence, again.new.length) == ((), 9.0)
    assert [pair_of(each) for each in ("", "{}", "[]", '{"request": 1}')] == [None] * 4


def collecting() -> Evidence:
    """Evidence in the process."""
    return Evidence(MemoryStore(), Scope("m", "e", "a"), RULES, lambda: 0.0, lambda: None)


def add(evidence: Evidence, pairs: list[Pair], *more: Seen) -> None:
    """See some pairs."""
    seen = [*more, *(Seen(differs=each.differs) for each in pairs)]
    evidence.see(Sight(seen, pairs={each.old.video_id: pair_text(each) for each in pairs}))


def test_it_is_looked_at_whenever_the_pairs_have_doubled():
    """The same video again is not another pair."""
    evidence, looked = collecting(), []
    for number in range(250):
        pair = drawn(Random(number), number, 0.0)
        before = evidence.known.verdict
        add(evidence, [pair, pair])
        if evidence.known.verdict != before:
            looked.append(number + 1)
    assert looked == [100, 200]
    verdict = evidence.known.verdict
    assert verdict is not None
    assert (verdict.word, verdict.look, verdict.videos) == ("same", 2, 200)


def test_a_side_that_says_something_else_is_different():
    """Half of the answers are lost."""
    pairs = [Pair(REQUEST, video(f"v{each}", "Dog"), video(f"v{each}", *["Dog"][: each % 2])) for each in range(100)]
    assert judgement(pairs, RULES, 1).word == "different"


@pytest.mark.slow
def test_a_step_is_taken_back_in_vain_in_at_most_ten_of_a_thousand_runs():
    """Everything together, comparison and watched shares, with a side that errs now and then; nearly all climb on."""
    ends: Counter[str] = Counter()
    for seed in range(1000):
        random, known, pairs = Random(seed), Known(), []
        for number in range(400):
            pairs.append(drawn(random, number, 0.03))
            call = Seen(failed=random.random() < 0.01, slow=random.random() < 0.02)
            known = with_seen(known, (call, Seen(differs=pairs[-1].differs)), RULES)
            due = look_due(known, len(pairs), RULES, 0.0)
            if due is not None:
                known = judged(due, judgement(pairs, RULES, due.looks))
            move = decide_move(Rung(1), known.watch, known.word, RULES, now=1e9)
            if move is not None and move[0] == "rolled_back":
                ends["back"] += 1
                break
        else:
            ends[known.word or "none"] += 1
    assert ends["back"] <= 10
    assert ends["same"] >= 950
