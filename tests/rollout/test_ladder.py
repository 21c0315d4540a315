"""Steps are taken by evidence, taken back soon, and the log of changes is what the ladder stands on."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from pegasus_classify.rollout.ladder import (
    Rung,
    change_line,
    change_of,
    decide_move,
    next_share,
    read_changes,
    rung_after,
    share_before,
    waits_for,
)
from pegasus_classify.rollout.policy import LadderRules
from pegasus_classify.rollout.watch import Seen, Watch, noticed_within, watched

RULES = LadderRules(steps=(1, 50, 100), videos=10, hold=100, rest=500)
ENOUGH = Watch(compared=10)
FAILING = Watch(calls=9, failures=9, sums=(99.0, 0.0, 0.0))


@pytest.mark.parametrize(
    ("rung", "watch", "word", "now", "act"),
    [
        (Rung(), ENOUGH, "same", 100, "promoted"),
        (Rung(), ENOUGH, "same", 99, None),
        (Rung(since=200), ENOUGH, "same", 150, None),
        (Rung(), Watch(compared=9), "same", 100, None),
        (Rung(), ENOUGH, "cannot_tell", 100, None),
        (Rung(), ENOUGH, None, 100, None),
        (Rung(), ENOUGH, "different", 100, None),
        (Rung(1), ENOUGH, "different", 5, "rolled_back"),
        (Rung(1, held=True), ENOUGH, "different", 5, "rolled_back"),
        (Rung(1), FAILING, "same", 100, "rolled_back"),
        (Rung(0), FAILING, "same", 100, None),
        (Rung(1, held=True), ENOUGH, "same", 100, None),
        (Rung(1, stopped=True), ENOUGH, "same", 100, None),
        (Rung(100), ENOUGH, "same", 100, None),
        (Rung(0, rested=True), ENOUGH, "same", 499, None),
        (Rung(0, rested=True), ENOUGH, "same", 500, "promoted"),
    ],
)
def test_a_step_is_taken_or_taken_back_by_evidence(rung, watch, word, now, act):
    """Forward only when everything holds; back as soon as anything is wrong, also while held."""
    move = decide_move(rung, watch, word, RULES, now)
    assert (move and move[0]) == act
    if act == "promoted":
        assert waits_for(rung, watch, word, RULES, now) == []
    elif act is None and next_share(rung, RULES) is not None:
        assert waits_for(rung, watch, word, RULES, now) != []


def test_the_reason_names_the_share_that_was_passed():
    """People read it in the log."""
    move = decide_move(Rung(1), FAILING, None, RULES, 0)
    assert move == ("rolled_back", "failures pass the 2% that is allowed")


def test_what_the_next_step_waits_for_is_told_in_full():
    """Everything at once, so that nobody waits for one thing to learn of the next."""
    rules = LadderRules(steps=(1, 50), videos=200, hold=10_000, rest=300_000)
    assert waits_for(Rung(1, since=0, held=True, stopped=True), FAILING, "cannot_tell", rules, 0) == [
        "it is stopped",
        "it is held",
        "failures pass what is allowed",
        "0 of 200 videos are compared",
        "the comparison says cannot tell",
        "2.8 hours are left of the time to hold",
    ]
    assert waits_for(Rung(0, rested=True), Watch(compared=200), "same", rules, 0) == ["3.5 days are left of the rest"]
    assert waits_for(Rung(1), ENOUGH, None, RULES, 40)[-1] == "1 minutes are left of the time to hold"
    assert waits_for(Rung(100), Watch(), None, RULES, 0) == []


def test_changes_lead_from_rung_to_rung():
    """What a log says is what holds afterwards."""
    rung = Rung()
    for act, at in [("promoted", 1), ("promoted", 2), ("held", 3), ("rolled_back", 4), ("resumed", 5), ("stopped", 6)]:
        rung = rung_after(rung, change_of(act, rung, RULES, at, "me", "because"))
    assert rung == Rung(0, 4, 3, held=False, stopped=True, rested=True)
    assert rung.standing.stopped
    rung = rung_after(rung, change_of("started", rung, RULES, 7, "me", "because"))
    assert not rung.stopped
    assert rung_after(rung, change_of("promoted", rung, RULES, 8, "me", "because")).rested is False


def test_the_share_is_what_the_log_says_whatever_the_steps_are_now():
    """Who edits the steps moves nobody; the next step is the next that is above."""
    other = LadderRules(steps=(10, 30, 70))
    for share, following, before in ((0, 10, 0), (25, 30, 10), (30, 70, 10), (70, None, 30), (100, None, 70)):
        assert Rung(share).standing.percent == share
        assert next_share(Rung(share), other) == following
        assert share_before(Rung(share), other) == before


def test_no_step_follows_the_last_and_none_is_before_nothing():
    """Everything has moved, or nothing has."""
    with pytest.raises(ValueError, match="every step is taken"):
        change_of("promoted", Rung(100), RULES, 0, "me", "")
    with pytest.raises(ValueError, match="nothing has moved"):
        change_of("rolled_back", Rung(), RULES, 0, "me", "")


def test_two_who_decide_the_same_take_one_step_and_back_always_counts():
    """Forward only from where it was decided; back, and what a person does, from wherever the ladder stands."""
    change = change_of("promoted", Rung(), RULES, 5, "ladder", "")
    once = rung_after(Rung(), change)
    assert rung_after(once, change) == once == Rung(1, 5, 1)
    late = change_of("rolled_back", Rung(1), RULES, 6, "ladder", "")
    assert rung_after(Rung(50, 5, 2), late) == Rung(0, 6, 3, rested=True)
    assert rung_after(Rung(), late) == Rung()
    stop = change_of("stopped", Rung(1), RULES, 6, "me", "")
    assert rung_after(Rung(50), stop).stopped


def test_every_move_begins_an_epoch_of_its_own():
    """Holding and stopping do not: what was seen stays evidence."""
    rung = Rung(1, 5.0, 1)
    assert replace(rung, held=True, stopped=True).epoch == rung.epoch
    others = {Rung().epoch, Rung(1, 6.0, 1).epoch, Rung(50, 5.0, 2).epoch, rung.epoch}
    assert len(others) == 4


def test_a_log_reads_back_and_tells_what_it_cannot_read():
    """Broken lines are complained about; a line that is still being written counts for nothing."""
    first = change_of("promoted", Rung(), RULES, 5, "ladder", "größer")
    text = change_line(replace(first, evidence={"videos": 10}))
    wrong = ["{", "[]", '{"act": "jump"}', text.replace("promoted", "jumped").strip(), text.replace("5", '"5"').strip()]
    wrong += [
        text.replace('"percent": 1', '"percent": -1').strip(),
        text.replace('"percent": 1', '"percent": NaN').strip(),
        text.replace('"at": 5', '"at": 1e300').strip(),
        text.replace('"ladder"', "5").strip(),
        text.replace('{"videos": 10}', "[1]").strip(),
        "[" * 100_000,
    ]
    changes, complaints = read_changes("\n".join([text + "# a note", *wrong, text.strip()]))
    assert changes == [replace(first, evidence={"videos": 10})]
    assert len(complaints) == len(wrong)
    assert complaints[0].startswith("line 3:")
    assert read_changes("") == ([], [])


# --- how soon, and how often in vain


def calls_until_back(random: Random, rates: dict[str, float], most: int) -> int | None:
    """Play calls until the ladder rolls back; None when it does not."""
    rules, watch = LadderRules(), Watch()
    for number in range(1, most + 1):
        happened = {name: random.random() < rate for name, rate in rates.items()}
        watch = watched(watch, Seen(**happened), rules)
        if decide_move(Rung(1), watch, None, rules, 0) is not None:
            return number
    return None


CALM = {"failed": 0.02, "slow": 0.05, "differs": 0.10}


@pytest.mark.parametrize("runs", [200, pytest.param(1000, marks=pytest.mark.slow)])
def test_a_side_that_keeps_its_shares_is_rolled_back_in_vain_at_most_once_in_a_hundred_times(runs):
    """So many runs of 400 calls exactly at the limit of all three shares."""
    backs = sum(calls_until_back(Random(seed), CALM, 400) is not None for seed in range(runs))
    assert backs <= runs / 100


@pytest.mark.parametrize(
    ("share", "field", "rate"),
    [("errors", "failed", 1.0), ("errors", "failed", 0.3), ("slow", "slow", 0.6), ("differences", "differs", 0.5)],
)
def test_a_regression_is_rolled_back_within_the_number_of_calls_that_is_told(share, field, rate):
    """Of two hundred runs 99 in a hundred at least, whatever happened in five hundred calm calls before."""
    within = noticed_within(rate, share, LadderRules())
    assert within is not None
    rules, late = LadderRules(), 0
    for seed in range(200):
        random = Random(seed)
        watch = Watch()
        for _ in range(500):
            watch = watched(watch, Seen(**{field: random.random() < 0.005}), rules)
        for _ in range(within):
            watch = watched(watch, Seen(**{field: random.random() < rate}), rules)
            if watch.passed(rules):
                break
        late += watch.passed(rules) is None
    assert late <= 2 + 4  # one in a hundred, and the chance of two hundred draws


def test_the_told_numbers_are_small_enough_to_be_of_use():
    """With everything failing the ladder is back within ten calls; a small regression is told as not noticed."""
    rules = LadderRules()
    told = {rate: noticed_within(rate, "errors", rules) for rate in (1.0, 0.5, 0.3)}
    assert told[1.0] is not None
    assert told[1.0] <= 10
    assert told[0.5] is not None
    assert told[0.3] is not None
    assert told[1.0] < told[0.5] < told[0.3] < 150
    assert noticed_within(0.01, "errors", LadderRules(horizon=200)) is None
    assert noticed_within(0.0, "errors", LadderRules(horizon=50)) is None


def test_what_a_call_does_not_show_is_not_counted():
    """A call that was compared with nothing says nothing about differences."""
    watch = watched(Watch(), Seen(failed=True), RULES)
    assert (watch.calls, watch.failures, watch.compared, watch.slow) == (1, 1, 0, 0)
    assert watched(watch, Seen(slow=True, differs=True), RULES).differences == 1
