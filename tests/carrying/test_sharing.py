"""Asks that travel together, played in simulated time."""

from __future__ import annotations

import json
import math
from collections.abc import Generator
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from playing import json_reply
from sample_asks import an_ask
from simulated_driver import ListedRun, SimulatedDriver

from pegasus_classify.carrying.budget import Budget, Use, most_of
from pegasus_classify.carrying.exchanges import carry
from pegasus_classify.carrying.pace import Pace
from pegasus_classify.carrying.schedule import Schedule
from pegasus_classify.carrying.sharing import Sharing
from pegasus_classify.contract.asks import Answer
from pegasus_classify.pegasus.batches import MOST_SECONDS, batch
from pegasus_classify.steps import Record, Reply, Send, Share


class Platform:
    """Takes batches and single questions."""

    def __init__(self, *, unanswered: tuple[str, ...] = (), seconds: float = 60.0) -> None:
        self.batches: dict[str, list[dict[str, Any]]] = {}
        self.born: dict[str, float] = {}
        self.unanswered = unanswered
        self.seconds = seconds
        self.alone: list[str] = []

    def __call__(self, send: Send, now: float) -> tuple[Reply, float]:
        return self._answer(send, now), 0.1

    def _answer(self, send: Send, now: float) -> Reply:
        parts = send.path.split("/")[2:]
        if parts == ["analyze"]:
            self.alone.append(send.body["video"]["asset_id"])
            return json_reply(200, {"data": "alone", "finish_reason": "stop"})
        if len(parts) == 2:
            name = f"b{len(self.batches)}"
            self.batches[name], self.born[name] = send.body["requests"], now
            return json_reply(201, {"batch_id": name})
        if len(parts) == 3:
            done = now - self.born[parts[2]] >= self.seconds
            return json_reply(200, {"status": "completed" if done else "processing"})
        items = [self._item(item) for item in self.batches[parts[2]]]
        return Reply(200, {}, "\n".join(map(json.dumps, items)).encode())

    def _item(self, item: dict[str, Any]) -> dict[str, Any]:
        if item["video"]["asset_id"] in self.unanswered:
            return {"custom_id": item["custom_id"], "status": "failed"}
        return {"custom_id": item["custom_id"], "status": "ready", "data": {"data": "together"}}


def asking(name: str, *, together: bool = True) -> Generator[Any, Any, tuple[Answer, ...]]:
    return (yield (replace(an_ask(name), batch=together),))


def a_run(count: int) -> ListedRun:
    return ListedRun((f"v{n}", asking(f"v{n}")) for n in range(count))


def a_schedule(cap: int = 8, *, together: bool = True) -> Schedule:
    return Schedule("account", partial(carry, retries=0), Pace(cap), partial(batch, retries=0) if together else None)


def test_two_and_a_half_thousand_asks_go_in_three_batches() -> None:
    schedule, run, platform = a_schedule(), a_run(2500), Platform()
    schedule.add(run)
    driver = SimulatedDriver(schedule, platform)
    driver.run()
    assert sorted(len(items) for items in platform.batches.values()) == [500, 1000, 1000]
    assert {answers[0].text for answers in run.results.values()} == {"together"}
    assert not platform.alone


def test_at_most_five_batches_are_under_way() -> None:
    schedule, platform = a_schedule(), Platform(seconds=600.0)
    runs = [
        ListedRun([(n, _with_words(n))])
        for n in range(7)  # every run asks in other words, so each has its own batch
    ]
    for run in runs:
        schedule.add(run)
    driver = SimulatedDriver(schedule, platform)
    driver.run(until=100.0)
    assert len(platform.batches) == 5
    driver.run()
    assert len(platform.batches) == 7
    assert all(run.finished for run in runs)


def _with_words(number: int) -> Generator[Any, Any, Any]:
    return (yield (replace(an_ask("v", prompt=f"words {number}"), batch=True),))


def test_what_a_batch_does_not_answer_is_asked_alone() -> None:
    schedule, run, platform = a_schedule(), a_run(10), Platform(unanswered=("v3", "v7"))
    schedule.add(run)
    SimulatedDriver(schedule, platform).run()
    assert sorted(platform.alone) == ["v3", "v7"]
    assert sorted(name for name, answers in run.results.items() if answers[0].text == "alone") == ["v3", "v7"]


def test_without_a_batcher_every_ask_travels_alone() -> None:
    schedule, run, platform = a_schedule(together=False), a_run(5), Platform()
    schedule.add(run)
    SimulatedDriver(schedule, platform).run()
    assert not platform.batches
    assert len(platform.alone) == 5


def test_a_restart_finds_the_batch_and_makes_no_other() -> None:
    platform = Platform(seconds=500.0)
    first, run = a_schedule(), a_run(20)
    first.add(run)
    driver = SimulatedDriver(first, platform)
    driver.run(until=100.0)
    first.stop()
    driver.run()
    assert first.idle
    again = a_run(20)
    second = a_schedule()
    second.add(again)
    SimulatedDriver(second, platform, store=driver.store, now=200.0).run()
    assert len(platform.batches) == 1
    assert {answers[0].text for answers in again.results.values()} == {"together"}


def test_an_abandoned_runs_asks_leave_before_the_batch_is_made() -> None:
    schedule, gone, staying, platform = a_schedule(cap=1), a_run(3), a_run(3), Platform()
    schedule.add(gone)
    schedule.add(staying)
    steps, _ = schedule.todo(0.0)
    schedule.abandon(gone)
    driver = SimulatedDriver(schedule, platform)
    for token, step in steps:
        driver._perform(token, step)
    driver.run()
    assert [len(items) for items in platform.batches.values()] == [3]
    assert staying.finished


def test_asks_waiting_for_company_are_given_back_when_their_run_is_abandoned_or_all_stops() -> None:
    for end in ("abandon", "stop"):
        schedule, platform = a_schedule(), Platform(seconds=1e6)
        blockers = [ListedRun([(n, _with_words(n))]) for n in range(5)]
        waiting = a_run(4)
        for run in [*blockers, waiting]:
            schedule.add(run)
        driver = SimulatedDriver(schedule, platform)
        driver.run(until=50.0)
        assert len(platform.batches) == 5
        if end == "abandon":
            schedule.abandon(waiting)
            driver.run(until=60.0)
        else:
            schedule.stop()
            driver.run()
            assert schedule.idle
        released = [step for _, step in driver.log if isinstance(step, Record) and step.state == "released"]
        assert len(released) == (4 if end == "abandon" else 9)


def test_a_budget_holds_for_what_travels_together_too() -> None:
    schedule, run, platform = a_schedule(), a_run(10), Platform()
    schedule.add(run, Budget(Use(3 * most_of(an_ask()).seconds, math.inf)))
    SimulatedDriver(schedule, platform).run()
    assert [len(items) for items in platform.batches.values()] == [3]
    kinds = [answers[0].failure.kind for answers in run.results.values() if answers[0].failure]
    assert kinds == ["over_budget"] * 7


def test_what_a_batch_did_not_bill_is_free_for_asking_alone() -> None:
    schedule, run, platform = a_schedule(), a_run(3), Platform(unanswered={"v0", "v1", "v2"})
    budget = Budget(Use(3 * most_of(an_ask()).seconds, math.inf))
    schedule.add(run, budget)
    SimulatedDriver(schedule, platform).run()
    assert sorted(platform.alone) == ["v0", "v1", "v2"]
    assert [answers[0].text for answers in run.results.values()] == ["alone"] * 3
    assert budget.used.seconds == 3 * most_of(an_ask()).seconds


def test_a_batch_holds_no_more_than_two_thousand_hours() -> None:
    sharing: Sharing[int] = Sharing()
    for number in range(4):
        sharing.put(number, Share(f"k{number}", an_ask(f"a{number}", duration=MOST_SECONDS / 2.5)))
    assert [who for who, _ in sharing.take(full_only=True)] == [0, 1]
    assert [who for who, _ in sharing.take(full_only=True)] == []
    assert [who for who, _ in sharing.take(full_only=False)] == [2, 3]
    assert sharing.take(full_only=False) == []


def test_one_video_longer_than_a_batch_travels_in_one_of_its_own() -> None:
    sharing: Sharing[int] = Sharing()
    sharing.put(0, Share("k0", an_ask("a0", duration=MOST_SECONDS * 2)))
    assert [who for who, _ in sharing.take(full_only=False)] == [0]


@pytest.mark.parametrize("unwanted", [{0, 2}, set(), {0, 1, 2, 3}])
def test_taking_out_leaves_the_others(unwanted: set[int]) -> None:
    sharing: Sharing[int] = Sharing()
    for number in range(4):
        sharing.put(number, Share(f"k{number}", an_ask(f"a{number}", prompt=f"{number % 2}")))
    assert set(sharing.take_out(lambda who: who in unwanted)) == unwanted
    left = {who for _ in range(4) for who, _ in sharing.take(full_only=False)}
    assert left == {0, 1, 2, 3} - unwanted
