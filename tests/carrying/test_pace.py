"""How fast an account may go."""

from __future__ import annotations

import pytest

from pegasus_classify.carrying.pace import PATIENCE, SLACK, Allowance, Load, Pace, wait_told
from pegasus_classify.steps import NoReply, Reply

OK = Reply(200)


def too_many(**headers: str) -> Reply:
    """A 429 with headers whose names are written with underscores."""
    return Reply(429, {name.replace("_", "-"): value for name, value in headers.items()})


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "soon"}, None),
        ({"x-ratelimit-reset": "12.5"}, 12.5),
        ({"retry-after": "3", "x-ratelimit-reset": "9"}, 9.0),
        ({"retry-after": "9", "x-ratelimit-reset": "3"}, 9.0),
        ({"x-ratelimit-reset": "1792000010.5", "date": "Wed, 14 Oct 2026 17:46:40 GMT"}, 10.5),
        ({"x-ratelimit-reset": "1792000010500", "date": "Wed, 14 Oct 2026 17:46:40 GMT"}, 10.5),
        ({"x-ratelimit-reset": "1791999000", "date": "Wed, 14 Oct 2026 17:46:40 GMT"}, 0.0),
        ({"x-ratelimit-reset": "1792000010"}, None),
        ({"x-ratelimit-reset": "1792000010", "date": "yesterday"}, None),
    ],
)
def test_the_wait_is_the_longest_of_what_the_headers_say(headers: dict[str, str], seconds: float | None) -> None:
    assert wait_told(headers) == seconds


def test_no_more_requests_are_in_flight_than_the_window_allows() -> None:
    pace = Pace(2)
    for _ in range(2):
        assert pace.may_send(0.0, paid=True)
        pace.sent(0.0, paid=True)
    assert not pace.may_send(0.0, paid=True)
    assert pace.wake_at(0.0, paid=True) is None
    pace.heard(OK, 1.0)
    assert pace.may_send(1.0, paid=True)


def test_a_429_holds_the_whole_account_as_long_as_told_and_is_sent_again() -> None:
    pace = Pace(8)
    pace.sent(0.0, paid=True)
    assert pace.heard(too_many(retry_after="5"), 1.0) == "again"
    assert not pace.may_send(5.9, paid=False)
    assert pace.held_until(2.0) == pace.wake_at(2.0, paid=False) == 6.0
    assert pace.may_send(6.0, paid=False)
    assert pace.held_until(6.0) is None


def test_a_storm_of_429_halves_the_window_once() -> None:
    pace = Pace(8)
    for _ in range(5):
        pace.sent(0.0, paid=True)
    for _ in range(5):
        pace.heard(too_many(retry_after="5"), 1.0)
    assert pace.window == 4.0


def test_the_window_grows_back_to_its_cap_and_not_beyond() -> None:
    pace = Pace(4)
    pace.sent(0.0, paid=True)
    pace.heard(too_many(retry_after="1"), 0.0)
    for second in range(40):
        pace.sent(10.0 + second, paid=True)
        pace.heard(OK, 10.0 + second)
    assert pace.window == 4.0


def test_a_429_that_names_no_time_is_held_longer_each_time() -> None:
    pace, now, holds = Pace(1), 0.0, []
    for _ in range(8):
        pace.sent(now, paid=True)
        pace.heard(too_many(), now)
        until = pace.held_until(now)
        assert until is not None
        holds.append(until - now)
        now = until
    assert holds == [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0]


def test_a_good_answer_during_a_hold_does_not_forget_how_often_it_was_held() -> None:
    pace = Pace(4)
    for _ in range(3):
        pace.sent(0.0, paid=True)
    pace.heard(too_many(), 0.0)
    pace.heard(OK, 0.5)
    assert pace.held_until(0.5) == 1.0
    pace.sent(1.0, paid=True)
    pace.heard(too_many(), 1.0)
    assert pace.held_until(1.0) == 3.0


def test_paid_requests_are_spaced_by_the_stated_limit_after_the_first_429() -> None:
    pace = Pace(8)
    pace.sent(0.0, paid=True)
    pace.heard(too_many(retry_after="1", x_ratelimit_limit="600"), 0.0)
    assert pace.limit == 600
    pace.sent(1.0, paid=True)
    assert not pace.may_send(1.05, paid=True)
    assert pace.wake_at(1.05, paid=True) == pytest.approx(1.0 + 0.1 * SLACK)
    assert pace.may_send(1.05, paid=False)
    assert pace.may_send(1.0 + 0.1 * SLACK, paid=True)


def left(remaining: int, limit: int = 600) -> Reply:
    return Reply(200, {"x-ratelimit-remaining": str(remaining), "x-ratelimit-limit": str(limit)})


def test_a_limit_is_kept_before_the_first_429_once_what_is_left_would_not_fill_the_slots() -> None:
    pace = Pace(8)
    pace.sent(0.0, paid=True)
    pace.heard(left(8), 0.0)
    assert pace.limit is None
    assert pace.may_send(0.0, paid=True)
    pace.sent(0.0, paid=True)
    pace.heard(left(7), 0.0)
    assert pace.limit == 600
    assert not pace.may_send(0.1, paid=True)
    assert pace.may_send(0.0, paid=False)
    assert pace.may_send(0.1 * SLACK, paid=True)
    pace.sent(0.2, paid=True)
    pace.heard(left(6, limit=60), 0.2)
    assert pace.limit == 60


@pytest.mark.parametrize(
    "headers",
    [{}, {"x-ratelimit-limit": "600"}, {"x-ratelimit-remaining": "0"}, {"x-ratelimit-remaining": "few"}],
    ids=["nothing", "only the limit", "only what is left", "no number"],
)
def test_headers_that_do_not_tell_both_limit_and_rest_change_nothing(headers: dict[str, str]) -> None:
    pace = Pace(8)
    pace.sent(0.0, paid=True)
    pace.heard(Reply(200, headers), 0.0)
    assert pace.limit is None
    assert pace.may_send(0.0, paid=True)


def test_what_is_left_for_free_requests_says_nothing_about_paid_ones() -> None:
    pace = Pace(8)
    pace.sent(0.0, paid=False)
    pace.heard(left(0), 0.0, paid=False)
    assert pace.limit is None


def test_a_used_up_day_is_delivered_and_stands_until_its_end() -> None:
    pace = Pace(8)
    pace.sent(0.0, paid=True)
    reply = too_many(retry_after="3600", x_ratelimit_remaining="0")
    assert pace.heard(reply, 0.0) == "deliver"
    assert pace.used_up(3599.0) is reply
    assert pace.used_up(3600.0) is None


def test_after_ten_minutes_of_nothing_but_429_they_are_delivered() -> None:
    pace, now = Pace(1), 0.0
    while True:
        pace.sent(now, paid=True)
        hearing = pace.heard(too_many(retry_after="50"), now)
        if hearing == "deliver":
            break
        now += 50.0
    assert PATIENCE < now <= PATIENCE + 50
    pace.sent(now, paid=True)
    assert pace.heard(OK, now) == "deliver"
    pace.sent(now, paid=True)
    assert pace.heard(too_many(retry_after="50"), now) == "again"


def test_no_reply_is_delivered_and_frees_its_slot() -> None:
    pace = Pace(1)
    pace.sent(0.0, paid=True)
    assert pace.heard(NoReply("broken", "x"), 0.0) == "deliver"
    assert pace.in_flight == 0


@pytest.mark.parametrize("late", [NoReply("timeout", "x"), Reply(503), Reply(504), Reply(408)])
def test_answers_that_come_too_late_halve_the_window_once_a_spell(late: Reply | NoReply) -> None:
    pace = Pace(8)
    for now in (0.0, 1.0, 9.9):
        pace.sent(now, paid=True)
        assert pace.heard(late, now) == "deliver"
    assert pace.window == 4.0
    pace.sent(10.0, paid=True)
    pace.heard(late, 10.0)
    assert pace.window == 2.0


@pytest.mark.parametrize(
    ("allowance", "load", "seconds"),
    [
        (Allowance(), Load(1000, 600.0), 0.0),
        (Allowance(requests=30), Load(1000, 600.0), 2.0),
        (Allowance(tokens=20_000), Load(1000, 600.0), 3.0),
        (Allowance(video_minutes=100), Load(1000, 600.0), 6.0),
        (Allowance(requests=30, tokens=20_000, video_minutes=100), Load(1000, 600.0), 6.0),
    ],
)
def test_what_a_user_allows_in_a_minute_spaces_paid_requests(allowance: Allowance, load: Load, seconds: float) -> None:
    pace = Pace(8, allowance)
    pace.sent(0.0, paid=True, load=load)
    assert (pace.wake_at(0.0, paid=True) or 0.0) == seconds
    assert pace.may_send(0.0, paid=False)


def test_the_tighter_of_ours_and_the_platforms_limit_holds() -> None:
    assert Allowance(requests=60).spacing(Load(), 30.0) == 2.0 * SLACK
    assert Allowance(requests=20).spacing(Load(), 30.0) == 3.0
