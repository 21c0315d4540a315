"""Everything one account has under way."""

from __future__ import annotations

import math
from collections.abc import Generator
from functools import partial
from typing import Any

import pytest
from playing import json_reply
from sample_asks import an_ask
from simulated_driver import ListedRun, SimulatedDriver

from pegasus_classify.carrying.exchanges import carry
from pegasus_classify.carrying.pace import Allowance, Pace
from pegasus_classify.carrying.schedule import Schedule
from pegasus_classify.contract.asks import Answer, Ask
from pegasus_classify.pegasus.listing import asset
from pegasus_classify.steps import STOP, Claim, Claimed, NoReply, Record, Reply, Send

GOOD = json_reply(200, {"data": "text", "finish_reason": "stop"})


def a_schedule(cap: int = 4, retries: int = 2) -> Schedule:
    return Schedule("account", partial(carry, retries=retries), Pace(cap))


def asking(*asks: Ask) -> Generator[Any, Any, tuple[Answer, ...]]:
    """A job that wants some asks answered."""
    return (yield asks)


def run_of(*assets: str) -> ListedRun:
    return ListedRun((name, asking(an_ask(name))) for name in assets)


def good_after(seconds: float) -> Any:
    return lambda _send, _now: (GOOD, seconds)


def test_every_ask_of_a_run_is_answered_with_no_more_at_once_than_allowed() -> None:
    schedule, run = a_schedule(cap=4), run_of(*(f"v{n}" for n in range(20)))
    schedule.add(run)
    driver = SimulatedDriver(schedule, good_after(1.0))
    driver.run()
    assert {name: answers[0].text for name, answers in run.results.items()} == {f"v{n}": "text" for n in range(20)}
    assert driver.most_at_once == 4
    assert driver.now == math.ceil(20 / 4)
    assert schedule.take_touched() == [run]
    assert schedule.take_touched() == []


def test_equal_asks_of_two_runs_are_sent_once_and_only_one_pays() -> None:
    schedule, runs = a_schedule(), [run_of("v1", "v2"), run_of("v2", "v1")]
    for run in runs:
        schedule.add(run)
    driver = SimulatedDriver(schedule, good_after(1.0))
    driver.run()
    assert len(driver.sends) == 2
    origins = sorted(answers[0].origin for run in runs for answers in run.results.values())
    assert origins == ["asked", "asked", "joined", "joined"]


def test_what_was_answered_before_is_not_sent_again() -> None:
    schedule = a_schedule()
    driver = SimulatedDriver(schedule, good_after(1.0))
    for expected in ("asked", "kept"):
        run = run_of("v1")
        schedule.add(run)
        driver.run()
        assert run.results["v1"][0].origin == expected
    assert len(driver.sends) == 1


def test_joining_a_kept_answer_is_still_kept() -> None:
    schedule = a_schedule()
    driver = SimulatedDriver(schedule, good_after(1.0))
    schedule.add(run_of("v1"))
    driver.run()
    twice = ListedRun([("both", asking(an_ask("v1"), an_ask("v1")))])
    schedule.add(twice)
    driver.run()
    assert [answer.origin for answer in twice.results["both"]] == ["kept", "kept"]


def test_a_job_with_several_wants_gets_them_in_order() -> None:
    def job() -> Generator[Any, Any, Any]:
        listed = yield [asset("a1", 0), asset("a2", 0)]
        answers = yield (an_ask("v1"), an_ask("v2"))
        return [each.duration for each in listed], [answer.text for answer in answers]

    def upstream(send: Send, _now: float) -> tuple[Reply, float]:
        if send.path == "/v1.3/analyze":
            name = send.body["video"]["asset_id"]
            return json_reply(200, {"data": name}), 3.0 if name == "v1" else 1.0
        return json_reply(200, {"duration": 1 if send.path.endswith("a1") else 2}), 3.0 if "a1" in send.path else 1.0

    schedule, run = a_schedule(), ListedRun([("job", job())])
    schedule.add(run)
    SimulatedDriver(schedule, upstream).run()
    assert run.results["job"] == ([1.0, 2.0], ["v1", "v2"])


def test_a_429_reaches_nobody_and_loses_no_try() -> None:
    def upstream(_send: Send, now: float) -> tuple[Reply, float]:
        return (Reply(429, {"retry-after": "2"}), 0.1) if now < 10 else (GOOD, 0.1)

    schedule, run = a_schedule(cap=4, retries=0), run_of(*(f"v{n}" for n in range(8)))
    schedule.add(run)
    SimulatedDriver(schedule, upstream).run()
    assert {answers[0].text for answers in run.results.values()} == {"text"}


def test_a_stated_limit_is_used_almost_whole_and_no_video_fails() -> None:
    allowed, start = 600, 0.0
    taken: list[float] = []

    def upstream(_send: Send, now: float) -> tuple[Reply, float]:
        recent = [at for at in taken if at > now - 60]
        if len(recent) >= allowed:
            wait = recent[0] + 60 - now
            return Reply(429, {"retry-after": f"{wait:.3f}", "x-ratelimit-limit": str(allowed)}), 0.2
        taken.append(now)
        return GOOD, 0.2

    schedule, run = a_schedule(cap=32), run_of(*(f"v{n}" for n in range(1500)))
    schedule.add(run)
    driver = SimulatedDriver(schedule, upstream)
    driver.run()
    assert all(answers[0].text == "text" for answers in run.results.values())
    refused = len(driver.sends) - 1500
    assert refused <= 64
    assert driver.now - start < 1500 / allowed * 60 * 1.05


def test_a_used_up_day_fails_what_is_left_at_once_without_asking() -> None:
    refusal = Reply(429, {"retry-after": "3600", "x-ratelimit-remaining": "0"})
    schedule, run = a_schedule(cap=2), run_of(*(f"v{n}" for n in range(10)))
    schedule.add(run)
    driver = SimulatedDriver(schedule, lambda _send, _now: (refusal, 1.0))
    driver.run()
    assert len(driver.sends) == 2
    assert {answers[0].failure.kind for answers in run.results.values()} == {"quota_used_up"}


def test_a_sleeping_exchange_holds_no_slot() -> None:
    tried: set[str] = set()

    def upstream(send: Send, _now: float) -> tuple[Reply, float]:
        name = send.body["video"]["asset_id"]
        if name == "slow" and name not in tried:
            tried.add(name)
            return Reply(503, {"retry-after": "20"}), 1.0
        return GOOD, 1.0

    schedule, run = a_schedule(cap=1), run_of("slow", "v1", "v2", "v3")
    schedule.add(run)
    driver = SimulatedDriver(schedule, upstream)
    driver.run()
    assert driver.now == 22.0
    names = [send.body["video"]["asset_id"] for _, send in driver.sends]
    assert names == ["slow", "v1", "v2", "v3", "slow"]


def test_listings_go_before_paid_requests() -> None:
    def looking() -> Generator[Any, Any, Any]:
        return (yield [asset("a1", 0)])

    schedule = a_schedule(cap=2)
    run = ListedRun([*((f"v{n}", asking(an_ask(f"v{n}"))) for n in range(2)), ("look", looking())])
    schedule.add(run)
    driver = SimulatedDriver(schedule, good_after(1.0))
    driver.run()
    assert run.finished


def test_an_abandoned_runs_waiting_asks_are_given_up_and_the_sent_ones_recorded() -> None:
    schedule, run = a_schedule(cap=2), run_of(*(f"v{n}" for n in range(10)))
    schedule.add(run)
    driver = SimulatedDriver(schedule, good_after(5.0))
    driver.run(until=1.0)
    schedule.abandon(run)
    schedule.abandon(run)
    driver.run()
    assert len(driver.sends) == 2
    records = [step.state for _, step in driver.log if isinstance(step, Record)]
    assert sorted(records) == ["answered", "answered", "released", "released"]
    assert not run.results


def test_an_ask_wanted_by_another_run_survives_the_abandoning() -> None:
    schedule, gone, staying = a_schedule(cap=1), run_of("v0", "v1"), run_of("v0", "v1")
    schedule.add(gone)
    schedule.add(staying)
    driver = SimulatedDriver(schedule, good_after(5.0))
    driver.run(until=1.0)
    schedule.abandon(gone)
    driver.run()
    assert {answers[0].text for answers in staying.results.values()} == {"text"}


def test_a_stop_leaves_nothing_running_and_gives_every_claim_back() -> None:
    def upstream(send: Send, _now: float) -> tuple[Reply | NoReply, float]:
        if send.body["video"]["asset_id"] == "v0":
            return Reply(503, {"retry-after": "25"}), 0.5
        return NoReply("broken", "cut by us"), 3.0

    schedule, run = a_schedule(cap=2), run_of(*(f"v{n}" for n in range(10)))
    schedule.add(run)
    driver = SimulatedDriver(schedule, upstream)
    driver.run(until=1.0)
    schedule.stop()
    driver.run()
    assert schedule.idle
    claimed = {step.key for _, step in driver.log if isinstance(step, Claim)}
    released = {step.key for _, step in driver.log if isinstance(step, Record) and step.state == "released"}
    assert claimed == released
    assert not run.results


def test_what_is_answered_while_everything_stops_is_still_written_down() -> None:
    schedule, run = a_schedule(cap=1), run_of("v0", "v1")
    schedule.add(run)
    driver = SimulatedDriver(schedule, good_after(3.0))
    driver.run(until=1.0)
    schedule.stop()
    driver.run()
    assert schedule.idle
    assert len(driver.sends) == 1
    records = [step.state for _, step in driver.log if isinstance(step, Record)]
    assert sorted(records) == ["answered", "released"]


def test_a_stop_ends_look_ups_too() -> None:
    def looking() -> Generator[Any, Any, Any]:
        return (yield [asset("a1", 0)])

    schedule, run = a_schedule(), ListedRun([("look", looking())])
    schedule.add(run)
    driver = SimulatedDriver(schedule, good_after(5.0))
    driver.run(until=1.0)
    schedule.stop()
    driver.run()
    assert schedule.idle


@pytest.mark.parametrize("cap", [1, 3, 8])
def test_memory_holds_what_is_in_flight_and_not_the_whole_run(cap: int) -> None:
    started = 0

    def jobs() -> Generator[Any, None, None]:
        nonlocal started
        for number in range(500):
            started += 1
            yield number, asking(an_ask(f"v{number}"))

    class Lazy(ListedRun):
        def __init__(self) -> None:
            super().__init__([])
            self._source = jobs()
            self._open, self.finished = 500, False

        def next_job(self) -> Any:
            return next(self._source, None)

    schedule, run = a_schedule(cap=cap), Lazy()
    schedule.add(run)
    driver = SimulatedDriver(schedule, good_after(1.0))
    driver.run(until=5.0)
    assert started - len(run.results) <= 4 * cap + 2
    driver.run()
    assert len(run.results) == 500


def test_a_429_that_comes_back_during_a_stop_is_not_sent_again() -> None:
    schedule, run = a_schedule(cap=1), run_of("v0")
    schedule.add(run)
    driver = SimulatedDriver(schedule, lambda _send, _now: (Reply(429, {"retry-after": "9"}), 3.0))
    driver.run(until=1.0)
    schedule.stop()
    driver.run()
    assert len(driver.sends) == 1
    assert schedule.idle


def test_the_pace_can_be_shown() -> None:
    assert a_schedule(cap=7).pace.cap == 7


def test_a_claim_that_arrives_during_a_stop_is_given_back_without_asking() -> None:
    schedule, run = a_schedule(), run_of("v0")
    schedule.add(run)
    ((claim_token, claim),), _ = schedule.todo(0.0)
    assert isinstance(claim, Claim)
    schedule.stop()
    schedule.done(claim_token, Claimed("mine"), 0.0)
    ((record_token, record),), _ = schedule.todo(0.0)
    assert record == Record(claim.key, "released")
    schedule.done(record_token, None, 0.0)
    assert schedule.idle


def test_minutes_of_video_are_rationed() -> None:
    schedule = Schedule("account", partial(carry, retries=0), Pace(8, Allowance(video_minutes=10)))
    schedule.add(run_of(*(f"v{n}" for n in range(13))))
    driver = SimulatedDriver(schedule, good_after(0.1))
    driver.run()
    assert driver.now == pytest.approx(12 * 10.0 + 0.1)


def test_an_ask_given_up_while_the_ledger_is_asked_is_given_back_and_never_sent() -> None:
    schedule, run = a_schedule(), run_of("v1")
    schedule.add(run)
    (claim,), _ = schedule.todo(0.0)
    schedule.abandon(run)
    schedule.done(claim[0], Claimed("mine"), 0.1)
    steps, _ = schedule.todo(0.1)
    assert [type(step) for _, step in steps] == [Record]
    assert steps[0][1].state == "released"  # type: ignore[union-attr]
    schedule.done(steps[0][0], None, 0.2)
    assert schedule.idle


def test_who_asks_what_is_just_being_given_back_asks_anew() -> None:
    schedule, first, second = a_schedule(), run_of("v1"), run_of("v1")
    schedule.add(first)
    (claim,), _ = schedule.todo(0.0)
    schedule.abandon(first)
    schedule.done(claim[0], Claimed("mine"), 0.1)
    schedule.add(second)
    steps, _ = schedule.todo(0.1)
    assert [type(step) for _, step in steps] == [Record, Claim]
    for token, step in steps:
        schedule.done(token, Claimed("mine") if isinstance(step, Claim) else None, 0.2)
    driver = SimulatedDriver(schedule, good_after(1.0), now=0.2)
    driver.run()
    assert second.results["v1"][0].failure is None


def test_a_ledger_that_fails_ends_its_ask_and_leaves_nothing_running() -> None:
    schedule, run = a_schedule(), run_of("v1", "v2")
    schedule.add(run)
    steps, _ = schedule.todo(0.0)
    schedule.done(steps[0][0], STOP, 0.1)
    assert run.results["v1"][0].failure.kind == "stopped"
    schedule.done(steps[1][0], Claimed("mine"), 0.1)
    ((send, _),), _ = schedule.todo(0.1)
    schedule.done(send, json_reply(200, {"data": "text", "finish_reason": "stop"}), 0.2)
    ((record, _),), _ = schedule.todo(0.2)
    schedule.done(record, STOP, 0.3)
    assert schedule.todo(0.3) == ([], None)
    assert schedule.idle


def test_one_video_that_is_always_refused_does_not_hold_the_others_for_long() -> None:
    def upstream(send: Send, _now: float) -> tuple[Reply, float]:
        cursed = send.body["video"]["asset_id"] == "v3"
        return (Reply(429, {"retry-after": "1"}) if cursed else GOOD), 0.1

    schedule, run = a_schedule(cap=4), run_of(*(f"v{n}" for n in range(8)))
    schedule.add(run)
    driver = SimulatedDriver(schedule, upstream)
    driver.run()
    failures = {name: answers[0].failure for name, answers in run.results.items() if answers[0].failure}
    assert {name: failure.kind for name, failure in failures.items()} == {"v3": "rate_limited"}
    assert driver.now < 60.0
