"""What every store does, whatever it is made of."""

from __future__ import annotations

import pytest

from pegasus_classify.contract.asks import Answer, AskFailure
from pegasus_classify.steps import AskNote, Claim, Claimed, Record
from pegasus_classify.stores.protocol import ExpiredPage, Store

NOW = 1_700_000_000.0
DAY = 86_400.0
ANSWER = Answer(
    text='{"classes": []}',
    finish_reason="stop",
    warning="a word of warning",
    input_tokens=12,
    output_tokens=34,
    billed_seconds=56.5,
    attempts=3,
)
FAILURE = Answer(failure=AskFailure("unavailable", "The upstream is down.", 502, "bad_gateway", 3.0), attempts=5)


def answered(key: str = "k", answer: Answer = ANSWER) -> Record:
    return Record(key, "answered", answer=answer)


def test_an_unknown_ask_is_mine(store: Store) -> None:
    assert store.claim("k", NOW, DAY) == Claimed("mine")


def test_an_answer_comes_back_as_it_was_recorded(store: Store) -> None:
    store.claim("k", NOW, DAY)
    store.record(answered(), NOW)
    kept = store.claim("k", NOW + DAY - 1, DAY)
    assert kept == Claimed("kept", answer=ANSWER)
    assert kept.answer is not None
    assert kept.answer.attempts == 3


def test_an_answer_that_is_too_old_is_asked_again(store: Store) -> None:
    store.claim("k", NOW, DAY)
    store.record(answered(), NOW)
    assert store.claim("k", NOW + DAY, DAY).state == "mine"
    store.record(answered(answer=Answer("newer")), NOW + DAY)
    assert store.claim("k", NOW + DAY, DAY).answer == Answer("newer")


def test_nothing_is_kept_for_no_time_at_all(store: Store) -> None:
    store.claim("k", NOW, 0.0)
    store.record(answered(), NOW)
    assert store.claim("k", NOW, 0.0).state == "mine"


@pytest.mark.parametrize("state", ["failed", "released"])
def test_an_ask_that_came_to_nothing_may_be_asked_again(store: Store, state: str) -> None:
    store.claim("k", NOW, DAY)
    store.record(Record("k", state, answer=FAILURE if state == "failed" else None), NOW)  # type: ignore[arg-type]
    assert store.claim("k", NOW, DAY) == Claimed("mine")


@pytest.mark.parametrize("state", ["failed", "released"])
def test_asking_anew_in_vain_loses_no_older_answer(store: Store, state: str) -> None:
    store.claim("k", NOW, DAY)
    store.record(answered(), NOW)
    store.claim("k", NOW + 60, 30.0)
    store.record(Record("k", state, answer=FAILURE if state == "failed" else None), NOW + 60)  # type: ignore[arg-type]
    assert store.claim("k", NOW + 61, DAY) == Claimed("kept", answer=ANSWER)
    assert store.claim("k", NOW + 61, 30.0) == Claimed("mine")


def test_a_task_is_found_again_until_it_is_answered_or_failed(store: Store) -> None:
    store.claim("k", NOW, DAY)
    store.record(Record("k", "submitted", task_id="task-1"), NOW)
    store.record(Record("k", "released"), NOW)
    assert store.claim("k", NOW, DAY) == Claimed("submitted", task_id="task-1")
    store.record(Record("k", "failed", answer=FAILURE), NOW)
    assert store.claim("k", NOW, DAY) == Claimed("mine")
    store.record(Record("k", "submitted", task_id="task-2"), NOW)
    store.record(answered(), NOW)
    assert store.claim("k", NOW, DAY).state == "kept"
    assert store.claim("k", NOW, 0.0) == Claimed("mine")


def test_steps_performed_together_happen_in_their_order(store: Store) -> None:
    note = AskNote("analyze", "pegasus1.5", "0" * 64)
    outcomes = store.perform_all(
        [
            Claim("a", note),
            Claim("b", note),
            Record("a", "released"),
            Claim("a", note),
            answered("b"),
            Claim("b", note),
        ],
        NOW,
        DAY,
    )
    assert outcomes == [
        Claimed("mine"),
        Claimed("mine"),
        None,
        Claimed("mine"),
        None,
        Claimed("kept", answer=ANSWER),
    ]
    assert store.perform_all([], NOW, DAY) == []


def test_a_thousand_steps_can_be_performed_together(store: Store) -> None:
    keys = [f"k{number}" for number in range(1000)]
    assert store.perform_all([Claim(key) for key in keys], NOW, DAY) == [Claimed("mine")] * 1000
    store.perform_all([answered(key, Answer(key)) for key in keys], NOW, DAY)
    kept = store.perform_all([Claim(key) for key in keys], NOW, DAY)
    assert [each.answer.text for each in kept if isinstance(each, Claimed) and each.answer] == keys
    store.perform_all([Claim(key) for key in keys], NOW, 0.0)
    store.perform_all([Record(key, "released") for key in keys], NOW, 0.0)
    assert store.claim("k999", NOW, DAY).state == "kept"


ODD = "a\x00b \ud83d half, \U0001f600 whole, line\r\nend, 'quoted' \"twice\" %s :name"


def test_text_of_any_kind_comes_back_unchanged(store: Store) -> None:
    odd = Answer(ODD, finish_reason=ODD, warning=ODD, input_tokens=2**62, billed_seconds=0.1)
    store.claim("k", NOW, DAY)
    store.record(Record("k", "submitted", task_id=ODD), NOW)
    store.record(Record("k", "released"), NOW)
    assert store.claim("k", NOW, DAY).task_id == ODD
    store.record(answered(answer=odd), NOW)
    assert store.claim("k", NOW, DAY).answer == odd
    failure = AskFailure("rejected", ODD, 400, ODD)
    store.claim("f", NOW, DAY)
    store.record(Record("f", "failed", answer=Answer(failure=failure)), NOW)
    assert store.claim("f", NOW, DAY).state == "mine"
    store.keep_pages("owner", {"token": ODD}, NOW)
    assert store.fetch_page("owner", "token", NOW) == ODD


def test_a_number_beyond_every_database_does_no_harm(store: Store) -> None:
    store.claim("k", NOW, DAY)
    store.record(answered(answer=Answer("text", output_tokens=10**30)), NOW)
    assert store.claim("k", NOW, DAY).state == "kept"


def test_a_page_lives_five_minutes_and_its_token_is_known_for_longer(store: Store) -> None:
    store.keep_pages("owner", {"t1": "one", "t2": "two"}, NOW)
    assert store.fetch_page("owner", "t1", NOW + 299.9) == "one"
    assert store.fetch_page("owner", "t2", NOW) == "two"
    assert isinstance(store.fetch_page("owner", "t1", NOW + 300), ExpiredPage)
    assert isinstance(store.fetch_page("owner", "t1", NOW + 800), ExpiredPage)
    assert store.fetch_page("owner", "t3", NOW) is None


def test_a_page_is_not_read_by_another_owner(store: Store) -> None:
    store.keep_pages("owner", {"t": "one"}, NOW)
    assert store.fetch_page("somebody else", "t", NOW) is None


def test_a_page_of_the_process_itself_is_at_hand(store: Store) -> None:
    store.keep_pages("owner", {"t": "one"}, NOW)
    assert store.page_at_hand("owner", "t", NOW) == "one"
    assert isinstance(store.page_at_hand("owner", "t", NOW + 301), ExpiredPage)
    assert store.page_at_hand("owner", "other", NOW) is None
    store.keep_pages("owner", {}, NOW)


def test_pruning_deletes_what_is_older_and_nothing_else(store: Store) -> None:
    for key, at in (("old", NOW), ("young", NOW + 10 * DAY)):
        store.claim(key, at, DAY)
        store.record(answered(key), at)
    store.claim("held", NOW, DAY)
    store.keep_pages("owner", {"t": "one"}, NOW)
    assert store.prune(5 * DAY, NOW + 12 * DAY) >= 1
    assert store.claim("old", NOW + 12 * DAY, 99 * DAY).state == "mine"
    assert store.claim("young", NOW + 12 * DAY, 99 * DAY).state == "kept"
    assert store.fetch_page("owner", "t", NOW + 12 * DAY) is None
