"""The control answers as if it were alone; the candidate is watched and can do no harm."""

from __future__ import annotations

import copy
import threading
from datetime import date
from typing import Any

import pytest

from pegasus_classify import Classifier, Experiment
from pegasus_classify.client.observed import IgnoreRule
from pegasus_classify.recordings.format import read_recording

emulator = pytest.importorskip("pegasus_classify.emulator")

BODY: dict[str, Any] = {
    "video_ids": ["v1"],
    "options": ["visual"],
    "classes": [{"name": "Cars", "prompts": ["Cars"]}],
}


def answer(*names: str, score: float = 90) -> dict[str, Any]:
    """An answer that keeps some classes of one video."""
    classes = [{"name": name, "score": score, "duration_ratio": 0.6} for name in names]
    return {"data": [{"video_id": "v1", "classes": classes}] if names else [], "page_info": {"total_results": 1}}


def run(control, candidate, **options):
    """Make one call and return its result and what was observed."""
    seen = []
    with Experiment(control, candidate, publish=seen.append, **options) as experiment:
        result = experiment(copy.deepcopy(BODY))
    return result, seen, experiment.counts


def test_the_controls_result_is_the_callers():
    """The very object."""
    mine = answer("Cars")
    result, (seen,), counts = run(lambda body: mine, lambda body: answer("Cars", score=80))
    assert result is mine
    assert seen.outcome == "same"
    assert seen.control.answer == mine
    assert seen.candidate.answer == answer("Cars", score=80)
    assert counts == {"same": 1}


def test_a_difference_is_observed():
    """Other classes kept."""
    _, (seen,), counts = run(lambda body: answer("Cars"), lambda body: answer())
    assert (seen.outcome, seen.body, counts) == ("different", BODY, {"different": 1})


def test_what_counts_as_the_same_can_be_said():
    """For instance, equal in every number."""
    _, (seen,), _ = run(lambda b: answer("Cars"), lambda b: answer("Cars", score=1), same=lambda a, b: a == b)
    assert seen.outcome == "different"


def test_the_controls_error_is_the_callers_and_the_candidate_is_watched_all_the_same():
    """Both failing is the same, only one of them is not."""

    def broken(body):
        raise KeyError("control")

    for candidate, outcome in ((lambda body: answer(), "failed"), (broken, "same")):
        seen: list[Any] = []
        with Experiment(broken, candidate, publish=seen.append) as experiment, pytest.raises(KeyError, match="control"):
            experiment(BODY)
        assert [each.outcome for each in seen] == [outcome]


@pytest.mark.parametrize("error", [ValueError("x"), SystemExit(3)])
def test_the_candidates_error_reaches_nobody_but_the_observer(error):
    """Whatever it raises."""

    def broken(body):
        raise error

    result, (seen,), _ = run(lambda body: answer("Cars"), broken)
    assert result == answer("Cars")
    assert seen.outcome == "failed"
    assert isinstance(seen.candidate.error, Exception)


def test_the_control_is_answered_before_the_candidate_is_done():
    """The caller has its result while the candidate cannot even end."""
    gate = threading.Event()
    seen: list[Any] = []
    experiment = Experiment(lambda body: answer("Cars"), lambda body: gate.wait(60) and answer(), publish=seen.append)
    assert experiment(BODY) == answer("Cars")
    assert seen == []
    gate.set()
    experiment.close()
    assert [each.outcome for each in seen] == ["different"]


def test_a_late_candidate_is_left_behind_and_asked_nothing_more_until_it_ends():
    """One thread can hang, not one per call."""
    gate, begun = threading.Event(), []

    def slow(body):
        begun.append(body)
        gate.wait(60)
        return answer()

    seen: list[Any] = []
    experiment = Experiment(lambda body: answer("Cars"), slow, publish=seen.append, time_limit=0.05)
    for _ in range(3):
        experiment(BODY)
    experiment.close()
    gate.set()
    assert [each.outcome for each in seen] == ["failed", "not_run", "not_run"]
    assert seen[0].candidate.late
    assert "still under way" in seen[1].because
    assert len(begun) == 1


def test_calls_are_dropped_rather_than_queued_without_end():
    """The caller is answered however many wait."""
    gate, begun = threading.Event(), threading.Event()

    def slow(body):
        begun.set()
        gate.wait(60)
        return answer("Cars")

    experiment = Experiment(lambda body: answer("Cars"), slow, waiting=2)
    experiment(BODY)
    assert begun.wait(60)
    for _ in range(5):
        assert experiment(BODY) == answer("Cars")
    assert experiment.counts == {"dropped": 3}
    gate.set()
    experiment.close()
    assert experiment.counts == {"dropped": 3, "same": 3}


class Paid:
    """A result that tells what it cost."""

    def __init__(self, usd: float) -> None:
        self.cost = type("Cost", (), {"usd": usd})()

    def model_dump(self, **_):
        """As the old SDK's results do."""
        return answer("Cars")


def test_the_budget_ends_the_watching_and_not_the_answering():
    """What is used up is used up."""
    seen: list[Any] = []
    with Experiment(lambda b: answer("Cars"), lambda b: Paid(0.6), publish=seen.append, budget=1.0) as experiment:
        for _ in range(3):
            assert experiment(BODY) == answer("Cars")
    assert [each.outcome for each in seen] == ["same", "same", "not_run"]
    assert seen[2].because == "the budget of 1 USD is used up"


def rule(until: str, reason: str = "known", applies: bool = True) -> IgnoreRule:
    """A rule about every difference, or none."""
    return IgnoreRule(lambda body, control, candidate: applies, reason, date.fromisoformat(until))


@pytest.mark.parametrize(
    ("rules", "outcome", "because", "expired"),
    [
        ([rule("2025-03-01")], "ignored", "known", ()),
        ([rule("2025-02-28")], "different", "", ("known",)),
        ([rule("2025-03-01", applies=False)], "different", "", ()),
        ([rule("2025-01-01", "old"), rule("2025-12-31", "new")], "ignored", "new", ("old",)),
    ],
)
def test_a_rule_accepts_a_difference_until_its_day_is_over(rules, outcome, because, expired):
    """Afterwards the difference counts again, and the rule that has run out is named."""
    options = {"ignore": rules, "today": lambda: date(2025, 3, 1)}
    _, (seen,), _ = run(lambda body: answer("Cars"), lambda body: answer(), **options)
    assert (seen.outcome, seen.because, seen.expired) == (outcome, because, expired)


def test_a_rule_without_a_reason_is_refused():
    """Nobody would know later why."""
    with pytest.raises(ValueError, match="needs a reason"):
        rule("2025-03-01", " ")


@pytest.mark.parametrize("options", [{"time_limit": 0}, {"waiting": 0}])
def test_limits_out_of_range_are_refused(options):
    """At once."""
    with pytest.raises(ValueError, match="must be above 0"):
        Experiment(answer, answer, **options)


def test_an_observer_or_a_rule_that_fails_does_not_end_the_experiment():
    """It is counted."""

    def failing(*_):
        raise RuntimeError("observer")

    with Experiment(lambda b: answer("Cars"), lambda b: answer(), publish=failing) as experiment:
        experiment(BODY)
        experiment(BODY)
    assert experiment.counts == {"different": 2, "untold": 2}
    bad = IgnoreRule(failing, "x", date.max)
    assert run(lambda b: answer("Cars"), lambda b: answer(), ignore=[bad])[1:] == ([], {"untold": 1})


def test_neither_side_sees_what_the_other_does_to_the_request():
    """Each has a request of its own."""
    got = []

    def control(body):
        body["classes"].clear()
        return answer("Cars")

    run(control, got.append)
    assert got == [BODY]


def test_a_body_that_cannot_be_copied_is_the_controls_alone():
    """The experiment never stands in the way."""
    odd = {"video_ids": threading.Lock()}
    with Experiment(lambda body: "fine", lambda body: "never") as experiment:
        assert experiment(odd) == "fine"
    assert experiment.counts == {}


def test_both_sides_are_recorded_for_a_comparison(tmp_path):
    """Answers, errors and a candidate that was late, without keys."""
    key = "tlk_" + "ABCDEFGHIJ"

    def control(body):
        return 200, answer("Cars")

    def candidate(body):
        raise ValueError(f"bad key {key}")

    run(control, candidate, recording=tmp_path / "both")
    run(control, lambda body: threading.Event().wait(0.5), recording=tmp_path / "both", time_limit=0.01)
    text = (tmp_path / "both" / "candidate.jsonl").read_text(encoding="utf-8")
    assert key not in text
    left = read_recording((tmp_path / "both" / "control.jsonl").read_text(encoding="utf-8").split("\n"))
    right = read_recording(text.split("\n"))
    assert left.complaints == right.complaints == ()
    assert [(call.path, call.request, call.status, call.response) for call in left.calls] == [
        ("/v1.2/classify", BODY, 200, answer("Cars"))
    ] * 2
    assert [(call.status, call.response) for call in right.calls] == [
        (500, {"message": "bad key ***"}),
        (504, None),
    ]


def test_a_closed_experiment_still_answers():
    """Only the watching has ended."""
    experiment = Experiment(lambda body: answer("Cars"), lambda body: answer())
    experiment.close()
    experiment.close()
    assert experiment(BODY) == answer("Cars")
    assert experiment.counts == {}


CARS = {
    "video_ids": ["63996203ce36463e0199c8c2", "63996232ce36463e0199c8c3"],
    "options": ["visual"],
    "classes": [{"name": "Cars", "prompts": ["Cars", "SUV"]}],
}


def test_classifiers_are_sides_and_the_old_calls_stay_as_they_are(tmp_path):
    """Two classifiers against the stand-in, called as the old SDK was."""
    with emulator.running_emulator() as upstream:
        sides = [Classifier("key", upstream.base_url) for _ in range(2)]
        seen: list[Any] = []
        with Experiment(sides[0], sides[1], publish=seen.append, recording=tmp_path) as experiment:
            page = experiment.classify.videos(**CARS, include_clips=True)
            index = experiment.index(emulator.MAIN_INDEX_ID, ["visual"], CARS["classes"])
            labels = experiment.index(index_id=emulator.MAIN_INDEX_ID, options=["visual"], labels=CARS["classes"])
            with pytest.raises(Exception, match="threshold"):
                experiment.videos(**CARS, threshold=500)
        assert page.data[0].classes[0].name == "Cars"
        assert index.page_info.total_results > 0
        assert labels.data[0].labels
        for side in sides:
            side.close()
    assert [each.outcome for each in seen] == ["same"] * 4
    recorded = read_recording((tmp_path / "candidate.jsonl").read_text(encoding="utf-8").split("\n"))
    assert [call.status for call in recorded.calls] == [200, 200, 200, 400]
    assert [call.path for call in recorded.calls][1:3] == ["/v1.2/classify/bulk", "/v1.1/classify/bulk"]
