"""How much one request may still use."""

from __future__ import annotations

import json
import math
from collections.abc import Generator
from functools import partial
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from playing import json_reply
from sample_asks import an_ask
from simulated_driver import ListedRun, SimulatedDriver

from pegasus_classify.carrying.budget import Budget, Use, most_of
from pegasus_classify.carrying.exchanges import carry
from pegasus_classify.carrying.pace import Pace
from pegasus_classify.carrying.schedule import Schedule
from pegasus_classify.contract.asks import Answer, Ask
from pegasus_classify.prices import PRICES
from pegasus_classify.steps import NoReply, Reply, Send

ONE = most_of(an_ask())


def asking(ask: Ask) -> Generator[Any, Any, tuple[Answer, ...]]:
    return (yield (ask,))


def play_run(count: int, budget: Budget, upstream: Any, retries: int = 2) -> tuple[ListedRun, SimulatedDriver]:
    schedule = Schedule("account", partial(carry, retries=retries), Pace(4))
    run = ListedRun((n, asking(an_ask(f"v{n}"))) for n in range(count))
    schedule.add(run, budget)
    driver = SimulatedDriver(schedule, upstream)
    driver.run()
    return run, driver


def test_the_most_of_an_ask_is_its_video_and_all_its_tokens() -> None:
    assert Use(100.0, PRICES.usd(100.0, 4096)) == ONE


def test_no_call_is_made_that_could_pass_the_limit_and_the_rest_is_told_so() -> None:
    good = json_reply(200, {"data": "text", "finish_reason": "stop", "usage": {"output_tokens": 4096}})
    run, driver = play_run(10, Budget(Use(350.0, math.inf)), lambda _send, _now: (good, 1.0))
    kinds = [answers[0].failure.kind for answers in run.results.values() if answers[0].failure]
    assert len(driver.sends) == 3
    assert kinds == ["over_budget"] * 7


def test_what_an_answer_did_not_need_is_used_for_further_calls() -> None:
    cheap = json_reply(200, {"data": "text", "usage": {"output_tokens": 10}})
    limit = Use(math.inf, ONE.usd + 4 * PRICES.usd(100.0, 10))
    run, driver = play_run(5, Budget(limit), lambda _send, _now: (cheap, 1.0))
    assert len(driver.sends) >= 2
    run, driver = play_run(5, Budget(Use(math.inf, 5 * ONE.usd)), lambda _send, _now: (cheap, 1.0))
    assert len(driver.sends) == 5
    assert all(answers[0].text for answers in run.results.values())


def test_the_refusal_names_the_limits_and_what_to_do() -> None:
    body = json.loads(Budget(Use(36_000.0, 1.5)).refusal().body)
    assert "1.50 USD and 10 hours" in body["message"]
    assert "--budget" in body["message"]
    assert "hours: " not in json.loads(Budget(Use(math.inf, 1.5)).refusal().body)["message"]


def test_a_kept_answer_uses_nothing() -> None:
    good = json_reply(200, {"data": "text"})
    schedule = Schedule("account", partial(carry, retries=0), Pace(4))
    driver = SimulatedDriver(schedule, lambda _send, _now: (good, 1.0))
    for budget in (Budget(ONE), Budget(Use())):
        run = ListedRun([("v", asking(an_ask("v")))])
        schedule.add(run, budget)
        driver.run()
        assert run.results["v"][0].text == "text"


def test_a_lost_call_is_not_made_again_for_a_run_that_was_abandoned() -> None:
    schedule = Schedule("account", partial(carry, retries=2), Pace(4))
    run, budget = ListedRun([("v", asking(an_ask("v")))]), Budget(Use(2 * ONE.seconds, math.inf))
    schedule.add(run, budget)
    driver = SimulatedDriver(schedule, lambda _send, _now: (NoReply("timeout", "late"), 2.0))
    driver.run(until=1.0)
    schedule.abandon(run)
    driver.run()
    assert len(driver.sends) == 1
    # It may have been billed all the same.
    assert budget.used.seconds == ONE.seconds


def test_who_can_pay_pays_when_two_want_the_same() -> None:
    good = json_reply(200, {"data": "text"})
    schedule = Schedule("account", partial(carry, retries=0), Pace(4))
    poor, rich = ListedRun([("v", asking(an_ask("v")))]), ListedRun([("v", asking(an_ask("v")))])
    empty, full = Budget(Use()), Budget(ONE)
    schedule.add(poor, empty)
    schedule.add(rich, full)
    SimulatedDriver(schedule, lambda _send, _now: (good, 1.0)).run()
    assert (poor.results["v"][0].origin, rich.results["v"][0].origin) == ("joined", "asked")
    assert empty.used == Use()
    assert full.used.seconds == ONE.seconds


def test_what_nobody_can_pay_is_refused_to_all() -> None:
    schedule = Schedule("account", partial(carry, retries=0), Pace(4))
    runs = [ListedRun([("v", asking(an_ask("v")))]) for _ in range(2)]
    for run in runs:
        schedule.add(run, Budget(Use()))
    driver = SimulatedDriver(schedule, lambda _send, _now: (Reply(500), 1.0))
    driver.run()
    assert not driver.sends
    assert {run.results["v"][0].failure.kind for run in runs} == {"over_budget"}


OUTCOMES = st.sampled_from(
    [
        (json_reply(200, {"data": "text", "usage": {"output_tokens": 50}}), True),
        (json_reply(200, {"data": "text", "usage": {"output_tokens": 4096}}), True),
        (Reply(200, {}, b"cut in the mid"), True),
        (NoReply("timeout", "late"), True),
        (NoReply("broken", "gone"), True),
        (NoReply("connect", "nobody"), False),
        (Reply(503), False),
        (Reply(400), False),
        (Reply(429, {"retry-after": "1"}), False),
    ]
)


@given(st.lists(OUTCOMES, min_size=1, max_size=40), st.floats(0, 2000), st.integers(0, 3))
def test_what_is_billed_is_never_above_the_limit_whatever_goes_wrong(
    script: list[tuple[Reply | NoReply, bool]], seconds: float, retries: int
) -> None:
    billed = 0.0
    calls = iter(script)

    def upstream(send: Send, _now: float) -> tuple[Reply | NoReply, float]:
        nonlocal billed
        outcome, paid = next(calls, (Reply(400), False))
        billed += 100.0 if paid else 0.0
        return outcome, 1.0

    budget = Budget(Use(seconds, math.inf))
    run, _ = play_run(12, budget, upstream, retries)
    assert run.finished
    assert billed <= budget.used.seconds + 1e-6 <= seconds + 2e-6
