"""A side that fails is left alone, then tried carefully."""

from __future__ import annotations

import pytest

from pegasus_classify.rollout.breaker import Breaker
from pegasus_classify.rollout.policy import BreakerRules

RULES = BreakerRules(failures=3, of=5, open_for=10, trials=2)


def after(*outcomes: bool, now: float = 0.0) -> Breaker:
    """A breaker that saw these calls."""
    breaker = Breaker(RULES)
    for ok in outcomes:
        ticket = breaker.take(now)
        assert ticket is not None
        breaker.done(ticket, ok, now)
    return breaker


@pytest.mark.parametrize(
    ("outcomes", "state"),
    [
        ([True] * 9, "closed"),
        ([False, False], "closed"),
        ([False, False, False], "open"),
        ([False, True, False, True, False], "open"),
        ([False, False, True, True, True, True, False], "closed"),
    ],
)
def test_enough_failures_among_the_last_calls_open_it(outcomes, state):
    """Old failures are forgotten."""
    assert after(*outcomes).state(0) == state


def test_an_open_breaker_lets_nobody_through_until_its_time_is_over():
    """Then as many trials run at once as are needed, and no more."""
    breaker = after(False, False, False)
    assert breaker.take(9.9) is None
    assert [breaker.take(10) is None for _ in range(3)] == [False, False, True]


def test_good_trials_close_it():
    """All of them are needed; afterwards nothing is held against the side."""
    breaker = after(False, False, False)
    for _ in range(2):
        ticket = breaker.take(10)
        assert breaker.state(10) == "half_open"
        assert ticket is not None
        breaker.done(ticket, True, 10)
    assert breaker.state(10) == "closed"
    assert breaker.take(10) is not None


def test_a_failed_trial_opens_it_again():
    """The time begins anew."""
    breaker = after(False, False, False)
    ticket = breaker.take(10)
    assert ticket is not None
    breaker.done(ticket, False, 11)
    assert breaker.state(20.9) == "open"
    assert breaker.state(21) == "half_open"


def test_calls_from_before_it_opened_say_nothing_about_afterwards():
    """A late answer neither closes nor opens it."""
    breaker = Breaker(RULES)
    late = breaker.take(0)
    assert late is not None
    for _ in range(3):
        ticket = breaker.take(0)
        assert ticket is not None
        breaker.done(ticket, False, 0)
    breaker.done(late, False, 10)
    assert breaker.state(10) == "half_open"


def test_a_trial_that_never_ends_is_given_up():
    """Callers may vanish; the side is tried all the same. A trial given up may still end well."""
    breaker = after(False, False, False)
    tickets = [breaker.take(10) for _ in range(2)]
    assert breaker.take(19) is None
    assert breaker.take(20) is not None
    for ticket in tickets:
        assert ticket is not None
        breaker.done(ticket, True, 20)
    assert breaker.state(20) == "closed"


def test_more_trials_may_end_than_are_waited_for():
    """One that was given up and ends well is taken for what it is."""
    breaker = Breaker(BreakerRules(failures=1, of=1, open_for=1, trials=3))
    first = breaker.take(0)
    assert first is not None
    breaker.done(first, False, 0)
    old = breaker.take(1)
    assert old is not None
    assert breaker.take(2) is not None
    breaker.done(old, True, 2)
    breaker.done(old, True, 2)
    assert breaker.state(2) == "half_open"


def test_a_clock_that_is_set_back_stands_still():
    """The breaker neither stays open for ever nor closes early."""
    breaker = after(False, False, False, now=1000)
    assert breaker.state(5) == "open"
    assert breaker.state(1010) == "half_open"
