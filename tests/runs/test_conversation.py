"""The talk about one video: when it asks once more, and what it ends with."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from asking_world import NOTHING, a_judge, a_plan, a_request, a_video, answered, failed, wanted_form

from pegasus_classify.contract.asks import Answer, Ask, AskFailure, Video, VideoSource, Window
from pegasus_classify.contract.request import ClassDefinition
from pegasus_classify.contract.result import Cost, Failure, VideoResult
from pegasus_classify.prices import PRICES
from pegasus_classify.runs.conversation import conversation, cost_of


def converse(
    answers: Iterable[tuple[Answer, ...]], **changes: Any
) -> tuple[VideoResult | Failure, list[tuple[Ask, ...]]]:
    """Hold a conversation with prepared answers; return its end and what was asked."""
    request = a_request(**changes)
    talk = conversation(a_plan(request), a_judge(request), a_video())
    asked: list[tuple[Ask, ...]] = []
    given: Any = None
    source = iter(answers)
    while True:
        try:
            asked.append(talk.send(given))
        except StopIteration as end:
            return end.value, asked
        given = next(source)


def test_what_the_model_found_is_the_result_after_one_question() -> None:
    result, asked = converse([(answered(wanted_form(Cars=(0, 90))),)])
    assert isinstance(result, VideoResult)
    assert [(each.name, each.duration_ratio) for each in result.classes] == [("Cars", 0.9)]
    assert [len(asks) for asks in asked] == [1]


def test_nothing_found_is_an_answer_and_not_a_failure() -> None:
    result, asked = converse([(answered(NOTHING),)])
    assert isinstance(result, VideoResult)
    assert result.classes == ()
    assert len(asked) == 1


def test_a_cut_answer_is_asked_again_only_for_what_is_missing() -> None:
    whole = wanted_form(Cars=(0, 90), Pets=(0, 80))
    cut = whole[: whole.index('"Pets"') + 3]
    result, asked = converse([(answered(cut, "length"),), (answered(wanted_form(Pets=(0, 80))),)])
    assert isinstance(result, VideoResult)
    assert {each.name for each in result.classes} == {"Cars", "Pets"}
    again = asked[1][0].question.prompt
    assert "Pets" in again
    assert "Cars" not in again
    assert result.cost.calls == 2


def test_an_unreadable_answer_is_asked_once_more() -> None:
    result, asked = converse([(answered("Lovely weather."),), (answered(wanted_form(Cars=(0, 90))),)])
    assert isinstance(result, VideoResult)
    assert [each.name for each in result.classes] == ["Cars"]
    assert asked[1][0].question.response_format is None


@pytest.mark.parametrize(
    ("second", "words"),
    [
        (answered("Lovely weather again."), "could not be read"),
        (answered('{"classes": [{"class": "Ca', "length"), "ended too early"),
    ],
)
def test_after_the_one_follow_up_the_video_fails_and_says_what_it_cost(second: Answer, words: str) -> None:
    result, asked = converse([(answered("Lovely weather."),), (second,)])
    assert isinstance(result, Failure)
    assert result.kind == "unreadable"
    assert words in result.reason
    assert (len(asked), result.cost.calls) == (2, 2)


def test_a_refusal_fails_the_video_and_is_not_asked_again() -> None:
    result, asked = converse([(answered("I'm sorry, I am unable to access the video. Please provide the video."),)])
    assert isinstance(result, Failure)
    assert (result.kind, len(asked)) == ("refused", 1)


@pytest.mark.parametrize("answers", [[(failed(),)], [(answered("Lovely weather."),), (failed(),)]])
def test_a_failed_ask_fails_its_video_with_the_platforms_reason(answers: list[tuple[Answer, ...]]) -> None:
    result, _ = converse(answers)
    assert isinstance(result, Failure)
    assert (result.kind, result.reason, result.status_code, result.retry_after) == (
        "unavailable",
        "It went wrong.",
        503,
        7.0,
    )


def test_a_video_that_is_too_short_is_never_asked_about() -> None:
    request = a_request()
    talk = conversation(a_plan(request), a_judge(request), a_video(duration=1.0))
    with pytest.raises(StopIteration) as ended:
        next(talk)
    assert isinstance(ended.value.value, Failure)
    assert ended.value.value.kind == "too_short"


def test_classes_that_do_not_fit_one_prompt_are_asked_in_several_and_put_together() -> None:
    many = tuple(
        ClassDefinition(name=f"Class {n} " + "of many words " * 40, prompts=(f"prompt {n} " + "and more " * 60,))
        for n in range(90)
    )
    request = a_request(classes=many)
    plan = a_plan(request)
    assert len(plan.groups) > 1
    talk = conversation(plan, a_judge(request), a_video())
    asks = next(talk)
    assert len(asks) == len(plan.groups)
    texts = []
    for group in plan.groups:
        one = group.vocabulary.classes[0]
        clip = {"start": 0, "end": 95, "prompt": one.prompts[0], "option": "visual", "confidence": 90}
        texts.append(json.dumps({"classes": [{"class": one.name, "confidence": 90, "clips": [clip]}]}))
    with pytest.raises(StopIteration) as ended:
        talk.send(tuple(answered(text) for text in texts))
    assert {each.name for each in ended.value.value.classes} == {
        group.vocabulary.classes[0].name for group in plan.groups
    }


def test_the_cost_counts_what_was_paid_and_names_what_was_free() -> None:
    paid = answered("x", input_tokens=7)
    cost = cost_of([paid, replace(paid, origin="kept"), replace(paid, origin="joined"), failed()])
    assert cost == Cost(
        calls=1, kept=1, joined=1, video_seconds=100.0, input_tokens=7, output_tokens=10, usd=PRICES.usd(100.0, 10)
    )


def test_the_cost_names_the_calls_that_brought_nothing_and_may_be_billed() -> None:
    lost = [replace(failed(), lost=2), replace(answered("x"), lost=1), replace(answered("x"), lost=1, origin="joined")]
    cost = cost_of(lost)
    assert (cost.calls, cost.lost) == (1, 3)


@pytest.mark.parametrize(
    ("kind", "together", "in_batch"), [("asset_id", True, True), ("asset_id", False, False), ("url", True, False)]
)
def test_only_uploads_travel_in_a_batch_and_only_when_told(kind: Any, together: bool, in_batch: bool) -> None:
    request = a_request()
    video = Video("v1", VideoSource(kind, "x"), 100.0)
    talk = conversation(a_plan(request), a_judge(request), video, together=together)
    (ask,) = next(talk)
    assert ask.batch is in_batch
    (again,) = talk.send((answered("Lovely weather."),))
    assert not again.batch


def test_a_schema_the_platform_does_not_take_is_asked_for_in_words() -> None:
    refused = Answer(failure=AskFailure("rejected", "No such keyword.", 422))
    result, asked = converse([(refused,), (answered(wanted_form(Cars=(0, 90))),)])
    assert isinstance(result, VideoResult)
    assert asked[1][0].question.response_format is None
    assert result.cost.calls == 1
    result, asked = converse([(refused,), (refused,)])
    assert isinstance(result, Failure)
    assert (result.kind, len(asked)) == ("rejected", 2)


def test_several_answers_are_merged_by_agreement() -> None:
    request = a_request()
    talk = conversation(a_plan(request, samples=3), a_judge(request), a_video())
    asks = next(talk)
    assert [ask.sample for ask in asks] == [0, 1, 2]
    texts = [wanted_form(Cars=(0, 90)), wanted_form(Cars=(0, 80), Pets=(0, 90)), wanted_form(Cars=(0, 70))]
    with pytest.raises(StopIteration) as ended:
        talk.send(tuple(answered(text) for text in texts))
    result = ended.value.value
    assert [(each.name, each.duration_ratio, each.max_score) for each in result.classes] == [("Cars", 0.8, 89.0)]
    assert [dropped.class_name for dropped in result.dropped] == ["Pets"]
    assert result.cost.calls == 3


def test_an_answer_about_a_window_is_put_on_the_videos_clock() -> None:
    request = a_request()
    video = a_video(duration=3 * 3600.0)
    talk = conversation(a_plan(request), a_judge(request), video)
    asks = next(talk)
    assert [ask.window for ask in asks] == [Window(0.0, 5400.0), Window(5400.0, 10_800.0)]
    with pytest.raises(StopIteration) as ended:
        talk.send((answered(wanted_form(Cars=(0, 5400))), answered(wanted_form(Cars=(0, 5400)))))
    (cars,) = ended.value.value.classes
    assert cars.duration_ratio == 1.0
