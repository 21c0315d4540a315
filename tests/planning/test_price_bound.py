"""The likely price and the most it can be."""

from __future__ import annotations

import pytest

from pegasus_classify.models import MODELS
from pegasus_classify.planning.plan import Asking, plan
from pegasus_classify.planning.price_bound import PriceBound, expected, upper_bound
from pegasus_classify.prices import PRICES

P15 = MODELS["pegasus1.5"]


@pytest.fixture
def planned(asked, book):
    return plan(asked({"Bus": ["coach"], "Car": ["sedan"]}), P15, book, Asking())


def test_every_video_is_one_call_and_its_minutes_are_billed_once(planned, video) -> None:
    price = expected(planned, [video(60.0), video(120.0)])
    assert (price.calls, price.video_seconds) == (2, 180.0)
    assert price.prompt_tokens > 0
    assert price.usd == pytest.approx(PRICES.usd(180.0, price.answer_tokens))


def test_a_video_that_cannot_be_asked_about_costs_nothing(planned, video) -> None:
    assert expected(planned, [video(1.0)]) == upper_bound(planned, [video(1.0)], 4) == PriceBound()
    assert expected(planned, []) == PriceBound()


def test_the_most_it_can_be_counts_retries_and_follow_ups(planned, video) -> None:
    ((_, ask),) = planned.asks(video(60.0))
    most = upper_bound(planned, [video(60.0)], retries=2)
    assert (most.calls, most.video_seconds) == (6, 360.0)
    assert most.answer_tokens == 3 * ask.max_tokens + 3 * 2 * ask.max_tokens
    assert most.usd == pytest.approx(PRICES.usd(most.video_seconds, most.answer_tokens))


def test_the_expected_price_is_close_to_the_plans_own_figure(planned, video) -> None:
    price = expected(planned, [video(300.0), video(300.0)])
    assert planned.expected_usd(600.0, 2) == pytest.approx(price.usd, rel=0.01)
