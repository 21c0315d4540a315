"""Presence and form of every key of an answer."""

from __future__ import annotations

from typing import Any

import pytest

from pegasus_classify.contract.pages import Page, PageInfo
from pegasus_classify.contract.result import ClassResult, Clip, VideoResult
from pegasus_classify.legacy.answers import answer_of, confidence_word, read_answer, write_answer, write_page_info
from pegasus_classify.legacy.spelling import Spelling

BULK = Spelling("classes", "index_id")
LABELS = Spelling("labels", "index_id")
SINGLE = Spelling("labels", "video_id")
FULL = ClassResult(
    name="Dog",
    score=94.9156,
    duration_ratio=0.519,
    max_score=82.999,
    avg_score=80.0,
    normalized_score=100.0,
    duration=4.0,
    clips=(Clip(1.0, 2.5, 82.999, "a dog", "visual"),),
)


def test_the_classes_dialect_shows_what_is_there() -> None:
    video = write_answer(Page((VideoResult("v", (FULL,)),), PageInfo()), BULK)["data"][0]
    assert video == {
        "video_id": "v",
        "classes": [
            {
                "name": "Dog",
                "score": 94.91,
                "duration_ratio": 0.51,
                "detailed_scores": {"max_score": 82.99, "avg_score": 80, "normalized_score": 100},
                "clips": [{"start": 1, "end": 2.5, "score": 82.99, "option": "visual", "prompt": "a dog"}],
            }
        ],
    }


def test_the_labels_dialect_shows_words_made_from_the_scores_shown() -> None:
    answer = write_answer(Page((VideoResult("v", (FULL,)),), PageInfo()), SINGLE)
    assert answer == {
        "video_id": "v",
        "labels": [
            {
                "name": "Dog",
                "max_score": 82.99,
                "duration": 4,
                "confidence": "medium",
                "clips": [
                    {
                        "start": 1,
                        "end": 2.5,
                        "score": 82.99,
                        "option": "visual",
                        "prompt": "a dog",
                        "confidence": "medium",
                    }
                ],
            }
        ],
    }


def test_a_class_without_details_and_clips_has_neither_key() -> None:
    answer = answer_of([], PageInfo(), BULK)
    assert answer == {"data": [], "page_info": {}}
    plain = ClassResult("Dog", score=80, duration_ratio=1, max_score=80)
    written = write_answer(Page((VideoResult("v", (plain,)),), PageInfo()), BULK)
    assert written["data"][0]["classes"] == [{"name": "Dog", "score": 80, "duration_ratio": 1}]


def test_a_label_without_any_score_has_no_word() -> None:
    written = write_answer(Page((VideoResult("v", (ClassResult("Dog"),)),), PageInfo()), LABELS)
    assert written["data"][0]["labels"] == [{"name": "Dog"}]


@pytest.mark.parametrize(
    ("score", "word"),
    [(100, "high"), (83, "high"), (82.99, "medium"), (73, "medium"), (72.99, "low"), (40, "low"), (0, "extremely low")],
)
def test_words_begin_at_their_borders(score: float, word: str) -> None:
    assert confidence_word(score) == word


def test_a_single_video_without_any_label_still_has_its_id() -> None:
    assert write_answer(Page((VideoResult("v"),), PageInfo()), SINGLE) == {"video_id": "v", "labels": []}
    assert write_answer(Page((), PageInfo()), SINGLE) == {"labels": []}


WHERE = {"limit": 10, "total": 13, "expires_at": "2022-12-21T13:20:28Z"}


@pytest.mark.parametrize(
    ("info", "written"),
    [
        (PageInfo(), {}),
        (PageInfo(**WHERE, next_token="", prev_token=""), {}),
        (PageInfo(limit=0, total=0, expires_at=""), {}),
        (
            PageInfo(**WHERE, next_token="t-1", prev_token=""),
            {"total_count": 13, "limit": 10, "expired_at": "2022-12-21T13:20:28Z", "next_token": "t-1"},
        ),
        (
            PageInfo(**WHERE, next_token="", prev_token="t-0"),
            {"total_count": 13, "limit": 10, "expired_at": "2022-12-21T13:20:28Z", "next_token": ""},
        ),
    ],
    ids=["nothing known", "one page", "nothing found", "first page", "last page"],
)
def test_page_info_of_the_labels_dialect(info: PageInfo, written: dict[str, Any]) -> None:
    assert write_page_info(info, LABELS) == written


def test_the_token_can_stand_under_both_keys_of_version_1_1() -> None:
    both = Spelling("labels", "index_id", also_next_page_token=True)
    info = PageInfo(limit=1, total=2, expires_at="x", next_token="t-1")
    assert write_page_info(info, both)["next_page_token"] == "t-1"
    assert "next_page_token" not in write_page_info(PageInfo(limit=1, total=2, expires_at="x"), both)


def test_the_later_token_key_of_version_1_1_is_read() -> None:
    answer = {"data": [], "page_info": {"total_count": 3, "next_page_token": "t-1"}}
    assert read_answer(answer).info == PageInfo(total=3, next_token="t-1")


def test_an_answer_without_page_info_is_read() -> None:
    assert read_answer({"data": []}) == Page((), PageInfo())


def test_unknown_keys_of_an_answer_are_passed_over() -> None:
    answer = {"data": [{"video_id": "v", "classes": [{"name": "a", "new": 1}], "new": 2}], "page_info": {}, "new": 3}
    assert read_answer(answer).videos == (VideoResult("v", (ClassResult("a"),)),)


def test_the_dialect_of_an_empty_answer_can_be_told() -> None:
    info = {"total_count": 0, "limit": 10}
    assert read_answer({"data": [], "page_info": info}, "classes").info == PageInfo()
    assert read_answer({"data": [], "page_info": info}, "labels").info == PageInfo(total=0, limit=10)


def test_the_fourth_word_of_the_old_front_end_is_the_lowest() -> None:
    answer = {"labels": [{"name": "a", "confidence": "none"}]}
    assert read_answer(answer).videos[0].classes[0].confidence == "extremely low"


def _class(**more: Any) -> dict[str, Any]:
    return {"data": [{"video_id": "v", "classes": [{"name": "a", **more}]}], "page_info": {}}


@pytest.mark.parametrize(
    ("answer", "place"),
    [
        ([], "answer is not an object"),
        ({}, "data is not an array"),
        ({"data": None}, "data is not an array"),
        ({"data": [1]}, r"data\[0\] is not an object"),
        ({"data": [{"classes": []}]}, r"data\[0\].video_id is missing"),
        ({"data": [{"video_id": 1, "classes": []}]}, r"data\[0\].video_id is not a string"),
        ({"data": [{"video_id": "v"}]}, r"data\[0\].classes is not an array"),
        ({"data": [{"video_id": "v", "classes": [[]]}]}, r"data\[0\].classes\[0\] is not an object"),
        ({"data": [{"video_id": "v", "classes": [{}]}]}, r"data\[0\].classes\[0\].name is missing"),
        (_class(score=True), r"classes\[0\].score is not a number"),
        (_class(score="80"), r"classes\[0\].score is not a number"),
        (_class(score=float("nan")), r"classes\[0\].score is not a number"),
        (_class(score=10**400), r"classes\[0\].score is not a number"),
        (_class(detailed_scores=[]), r"classes\[0\].detailed_scores is not an object"),
        (_class(clips={}), r"classes\[0\].clips is not an array"),
        (_class(clips=[{"start": 1}]), r"classes\[0\].clips\[0\].end is missing"),
        (_class(clips=[{"start": 1, "end": 2, "option": "smell"}]), r"clips\[0\].option is not one of visual"),
        ({"labels": [{"name": "a", "confidence": "great"}]}, r"labels\[0\].confidence is not one of high"),
        ({"data": [], "page_info": []}, "page_info is not an object"),
        ({"data": [], "page_info": {"limit_per_page": 1.5}}, "page_info.limit_per_page is not an integer"),
    ],
)
def test_what_is_no_answer_is_refused_with_its_place(answer: Any, place: str) -> None:
    with pytest.raises(ValueError, match=place):
        read_answer(answer)
