"""The one further question."""

from __future__ import annotations

import pytest

from pegasus_classify.contract.evidence import Reading
from pegasus_classify.models import MODELS
from pegasus_classify.planning.follow_up import follow_up
from pegasus_classify.planning.plan import Asking, plan

P15 = MODELS["pegasus1.5"]


@pytest.fixture
def planned(asked, book):
    return plan(asked({"Bus": ["coach"], "Car": ["sedan"], "Truck": ["semi"]}), P15, book, Asking())


@pytest.fixture
def first(planned, video):
    ((group, ask),) = planned.asks(video(600.0))
    return group, ask


@pytest.mark.parametrize(
    "reading",
    [
        Reading(verdict="found", finished=frozenset({"Bus", "Car", "Truck"})),
        Reading(verdict="none", finished=frozenset({"Bus", "Car", "Truck"})),
        Reading(verdict="refused"),
        Reading(verdict="refused", cut=True),
        Reading(verdict="found", cut=True, finished=frozenset({"Bus", "Car", "Truck"})),
    ],
)
def test_nothing_is_asked_again_when_nothing_is_missing_or_the_model_refused(planned, first, reading) -> None:
    assert follow_up(planned, *first, reading) is None


def test_after_a_cut_only_unfinished_classes_are_asked_again_with_more_room(planned, first) -> None:
    again = follow_up(planned, *first, Reading(verdict="found", cut=True, finished=frozenset({"Bus"})))
    assert again is not None
    group, ask = again
    assert group.vocabulary.class_ids == {"c2": "Car", "c3": "Truck"}
    assert list(group.vocabulary.prompt_ids) == ["c2.p1", "c3.p1"]
    assert ask.max_tokens == 2 * first[1].max_tokens
    assert '"c2"' in ask.question.prompt
    assert "Bus" not in ask.question.prompt


def test_after_an_unreadable_text_all_classes_are_asked_again_without_a_schema(planned, first) -> None:
    again = follow_up(planned, *first, Reading(verdict="unreadable"))
    assert again is not None
    group, ask = again
    assert group.vocabulary == first[0].vocabulary
    assert group.question is ask.question
    assert (ask.question.response_format, ask.question.prompt_version) == (None, "again.v1")
    assert '"clips": [{"start": <seconds>' in ask.question.prompt
    assert (ask.max_tokens, ask.source, ask.window) == (first[1].max_tokens, first[1].source, None)


def test_room_never_passes_the_models_limit(asked, book, video) -> None:
    planned = plan(asked({f"C {number}": ["x"] for number in range(60)}), P15, book, Asking())
    ((group, ask),) = planned.asks(video(7000.0))
    again = follow_up(planned, group, ask, Reading(verdict="unreadable", cut=True))
    assert again is not None
    assert again[1].max_tokens == 98_304
