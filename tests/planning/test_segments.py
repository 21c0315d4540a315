"""Asking by segment definitions: one per class, each billed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pegasus_classify.contract.evidence import Reading
from pegasus_classify.errors import SettingsError
from pegasus_classify.models import MODELS
from pegasus_classify.planning.follow_up import follow_up
from pegasus_classify.planning.plan import Asking, plan
from pegasus_classify.planning.price_bound import expected, upper_bound
from pegasus_classify.prices import PRICES
from pegasus_classify.prompting.template_book import TemplateBook

P15 = MODELS["pegasus1.5"]
BY_SEGMENTS = Asking(ask="segments")


def test_every_class_has_a_definition_of_its_own(asked, book, video) -> None:
    planned = plan(asked({"Pets": ["Cat", "Dog"], "Cars": ["SUV"]}), P15, book, BY_SEGMENTS)
    ((group, ask),) = planned.asks(video(60.0))
    form = ask.question.response_format
    assert (form["type"], form["segment_time_format"]) == ("segment_definitions", "seconds")
    assert [each["id"] for each in form["segment_definitions"]] == list(group.vocabulary.class_ids)
    assert (ask.question.prompt, ask.definitions, planned.prompt_version) == ("", 2, "segments.v1")
    assert ask.max_tokens >= 2048


@pytest.mark.parametrize(("classes", "sizes"), [(1, [1]), (20, [20]), (21, [10, 11]), (45, [15, 15, 15])])
def test_a_task_holds_at_most_twenty_definitions(classes: int, sizes: list[int], asked, book, video) -> None:
    planned = plan(asked({f"Class {n}": ["x"] for n in range(classes)}), P15, book, BY_SEGMENTS)
    assert [ask.definitions for _, ask in planned.asks(video(60.0))] == sizes
    names = [each.name for group in planned.groups for each in group.vocabulary.classes]
    assert len(names) == len(set(names)) == classes


def test_every_definition_pays_the_video(asked, book, video) -> None:
    request = asked({"Pets": ["Cat"], "Cars": ["SUV"], "Sports": ["Golf"]})
    by_segments, by_schema = plan(request, P15, book, BY_SEGMENTS), plan(request, P15, book, Asking())
    videos = [video(600.0)]
    assert expected(by_segments, videos).video_seconds == 3 * expected(by_schema, videos).video_seconds == 1800.0
    assert by_segments.expected_usd(600.0, 1) >= PRICES.usd(1800.0, 0)
    assert upper_bound(by_segments, videos, 0).video_seconds == 1800.0 + 600.0


def test_a_follow_up_asks_in_words_and_pays_once(asked, book, video) -> None:
    planned = plan(asked({"Pets": ["Cat"], "Cars": ["SUV"]}), P15, book, BY_SEGMENTS)
    ((group, ask),) = planned.asks(video(60.0))
    again = follow_up(planned, group, ask, Reading(verdict="unreadable"))
    assert again is not None
    assert (again[1].definitions, again[1].question.response_format) == (1, None)
    assert again[1].question.prompt


def test_a_model_without_segmentation_says_so(asked, book) -> None:
    with pytest.raises(SettingsError, match="takes no segment definitions"):
        plan(asked({"Pets": ["Cat"]}), replace(P15, segments=False), book, BY_SEGMENTS)


def test_an_own_template_describes_the_classes(asked, texts, video) -> None:
    own = TemplateBook({**texts, "mine.v1.j2": "Look for {{ classes | json }}"})
    planned = plan(asked({"Pets": ["Cat"]}), P15, own, Asking(prompt="mine.v1", ask="segments"))
    form = planned.groups[0].question.response_format
    assert form["segment_definitions"][0]["description"].startswith("Look for")
