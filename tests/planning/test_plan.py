"""What is asked about every video of a request."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pegasus_classify.contract.asks import AskFailure, Window
from pegasus_classify.errors import SettingsError
from pegasus_classify.models import MODELS
from pegasus_classify.planning.plan import Asking, plan
from pegasus_classify.prompting.schema_rules import refused_keywords
from pegasus_classify.prompting.template_book import TemplateBook
from pegasus_classify.prompting.token_count import upper_bound

P15 = MODELS["pegasus1.5"]
BEDROCK = MODELS["twelvelabs.pegasus-1-2-v1:0"]


@pytest.fixture
def pets(asked):
    return asked({"Pets": ["Cat", "Dog"], "Wild Animals": ["Lion"]})


@pytest.fixture
def hundred(asked):
    return asked(
        {f"Class {one}": [f"what is shown in number {two} of {one}" for two in range(10)] for one in range(10)}
    )


def test_all_classes_are_asked_about_in_one_question(pets, book, video) -> None:
    planned = plan(pets, P15, book, Asking())
    ((group, ask),) = planned.asks(video(60.0))
    assert (ask.model, ask.source.value, ask.duration, ask.temperature) == ("pegasus1.5", "a", 60.0, 0.0)
    assert (ask.window, ask.sample) == (None, 0)
    assert ask.question is group.question is planned.groups[0].question
    assert (planned.prompt_version, planned.prompt_hash) == ("classify.v1", book.hash("classify.v1"))
    assert 512 <= ask.max_tokens <= 98_304


def test_the_words_never_depend_on_the_video(pets, book, video) -> None:
    planned = plan(pets, P15, book, Asking())
    ((_, short),) = planned.asks(video(5.0))
    ((_, long),) = planned.asks(video(7000.0))
    assert short.question.fingerprint == long.question.fingerprint
    assert short.max_tokens < long.max_tokens


def test_a_schema_goes_beside_the_prompt_and_holds_nothing_refused(pets, book) -> None:
    form = plan(pets, P15, book, Asking()).groups[0].question.response_format
    assert form is not None
    assert form["type"] == "json_schema"
    assert refused_keywords(form["json_schema"]) == []


def test_asked_by_text_the_form_stands_in_the_prompt(pets, book) -> None:
    question = plan(pets, P15, book, Asking(ask="text")).groups[0].question
    assert question.response_format is None
    assert question.prompt_version == "schema_in_prompt.v1"
    assert '"clips": [{"start": <seconds>' in question.prompt


def test_a_template_of_another_name_is_used_as_it_stands(pets, texts) -> None:
    own = TemplateBook({**texts, "mine.v3.j2": "Form and list: {{ classes | json }}"})
    question = plan(pets, P15, own, Asking(prompt="mine.v3", ask="text")).groups[0].question
    assert question.prompt.startswith("Form and list: [\n")
    assert (question.prompt_version, question.response_format) == ("mine.v3", None)


def test_samples_windows_and_groups_are_asked_one_by_one(pets, book, video) -> None:
    planned = plan(pets, P15, book, Asking(samples=2, temperature=0.5))
    asks = planned.asks(video(10_000.0))
    assert [(ask.window, ask.sample, ask.duration) for _, ask in asks] == [
        (Window(0, 5000), 0, 5000),
        (Window(0, 5000), 1, 5000),
        (Window(5000, 10_000), 0, 5000),
        (Window(5000, 10_000), 1, 5000),
    ]
    assert {ask.temperature for _, ask in asks} == {0.5}


def test_a_video_nobody_can_be_asked_about_gives_a_failure(pets, book, video) -> None:
    failure = plan(pets, P15, book, Asking()).asks(video(2.0))
    assert isinstance(failure, AskFailure)
    assert failure.kind == "too_short"


def test_a_hundred_prompts_are_one_question_to_the_platform(hundred, book) -> None:
    assert len(plan(hundred, P15, book, Asking()).groups) == 1


def test_a_small_prompt_limit_makes_the_fewest_groups_that_keep_it(hundred, book) -> None:
    groups = plan(hundred, BEDROCK, book, Asking()).groups
    assert len(groups) == 5
    assert all(upper_bound(group.question.prompt) <= 2_000 for group in groups)
    prompts = [key for group in groups for key in group.vocabulary.prompt_ids]
    assert len(prompts) == len(set(prompts)) == 100


def test_a_template_that_leaves_no_room_is_a_setting_error(pets, texts) -> None:
    own = TemplateBook({**texts, "long.v1.j2": "watch " * 2_000 + "{{ classes | json }}"})
    with pytest.raises(SettingsError, match=r"'long.v1' has \d+ tokens without any class; .* takes 2000"):
        plan(pets, BEDROCK, own, Asking(prompt="long.v1"))


def test_a_template_that_grows_otherwise_cannot_be_divided(hundred, texts) -> None:
    own = TemplateBook(
        {**texts, "odd.v1.j2": "{% if classes | length < 9 %}{{ 'x' * 2000 }}{% endif %}{{ classes|json }}"}
    )
    with pytest.raises(SettingsError, match=r"'odd.v1' cannot be divided"):
        plan(hundred, BEDROCK, own, Asking(prompt="odd.v1"))


@pytest.mark.parametrize(
    ("asking", "words"),
    [
        (Asking(prompt="classify.v99"), "'classify.v99' is not known; there are: again.v1, classify.v1"),
        (Asking(prompt="classify.v99", ask="text"), "'schema_in_prompt.v99' is not known"),
    ],
)
def test_a_manner_that_is_not_there_is_a_setting_error(asking: Asking, words: str, pets, book) -> None:
    with pytest.raises(SettingsError, match=words):
        plan(pets, P15, book, asking)


def test_a_model_without_schemas_is_asked_by_text_alone(pets, book) -> None:
    plain = replace(P15, response_format=False)
    with pytest.raises(SettingsError, match=r"pegasus1\.5 takes no JSON schema beside the prompt; use ask: text"):
        plan(pets, plain, book, Asking())
    assert plan(pets, plain, book, Asking(ask="text")).groups[0].question.response_format is None


def test_the_expected_price_counts_every_minute_once_per_group_and_sample(pets, book) -> None:
    planned = plan(pets, P15, book, Asking())
    one = planned.expected_usd(600.0, 1)
    assert 0.292 < one < 0.31
    assert plan(pets, P15, book, Asking(samples=3)).expected_usd(600.0, 1) == pytest.approx(3 * one)
    assert planned.expected_usd(0.0, 0) == 0.0
