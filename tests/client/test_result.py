"""Result objects behave as the old SDK's did."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from pegasus_classify.client.notes import NO_NOTES, Notes
from pegasus_classify.client.result import AsyncClassifyPageResult, ClassifyPageResult, async_page_of, page_of
from pegasus_classify.contract.result import Cost


def body(video_id: str = "a", following: str = "") -> dict[str, Any]:
    """An answer of the classes dialect with one video."""
    clip = {"start": 1, "end": 9.5, "score": 84.5, "option": "visual", "prompt": "a dog"}
    found = {
        "name": "Dog",
        "score": 91.2,
        "duration_ratio": 0.85,
        "clips": [clip],
        "detailed_scores": {"max_score": 84.5, "avg_score": 84, "normalized_score": 100},
    }
    info = {
        "limit_per_page": 1,
        "total_results": 3,
        "page_expired_at": "2023-10-13T14:52:48Z",
        "next_page_token": following,
        "prev_page_token": "",
    }
    return {"data": [{"video_id": video_id, "classes": [found]}], "page_info": info}


LABELS = {
    "data": [
        {
            "video_id": "a",
            "labels": [{"name": "Dog", "max_score": 84.5, "duration": 8.5, "confidence": "high"}],
        }
    ],
    "page_info": {"total_count": 13, "limit": 10, "next_token": "x-1", "expired_at": "2022-12-21T13:20:28Z"},
}


def test_every_attribute_of_the_old_sdk_is_there():
    """Down to the clip."""
    page = page_of(body(), NO_NOTES)
    (video,) = page.data.root
    found = video.classes[0]
    assert (video.video_id, found.name, found.score, found.duration_ratio) == ("a", "Dog", 91.2, 0.85)
    assert found.detailed_scores is not None
    assert found.detailed_scores.normalized_score == 100
    assert found.clips is not None
    clip = found.clips[0]
    assert (clip.start, clip.end, clip.score, clip.option, clip.prompt) == (1, 9.5, 84.5, "visual", "a dog")
    assert clip.thumbnail_url is None
    assert page.page_info.limit_per_page == 1
    assert page.page_info.prev_page_token == ""


def test_lists_can_be_used_as_lists_and_through_root():
    """Length, index, slice, iteration, dump."""
    rows = page_of(body(), NO_NOTES).data
    assert len(rows) == 1
    assert rows[0] is rows.root[0]
    assert rows[:1] == rows.root
    assert [each.video_id for each in rows] == ["a"]
    assert rows.model_dump()[0]["video_id"] == "a"


def test_dumping_a_page_gives_the_old_keys_and_nothing_of_ours():
    """Missing optional values are None, as pydantic always showed them."""
    dumped = page_of(body(), Notes(model="pegasus1.5")).model_dump()
    assert set(dumped) == {"data", "page_info"}
    video = dumped["data"][0]
    assert set(video) == {"video_id", "classes"}
    assert video["classes"][0]["clips"][0] == {
        "start": 1.0,
        "end": 9.5,
        "score": 84.5,
        "option": "visual",
        "prompt": "a dog",
        "thumbnail_url": None,
    }
    json.loads(page_of(body(), NO_NOTES).model_dump_json())


def test_iteration_starts_at_the_second_page():
    """The first page is in `.data`; each step fetches one page and moves `.page_info` along."""
    pages = {"t1": body("b", "t2"), "t2": body("c")}
    fetched: list[str] = []

    def fetch(token: str) -> ClassifyPageResult:
        fetched.append(token)
        return page_of(pages[token], NO_NOTES, fetch)

    page = page_of(body("a", "t1"), NO_NOTES, fetch)
    assert fetched == []
    assert [rows[0].video_id for rows in page] == ["b", "c"]
    assert fetched == ["t1", "t2"]
    assert page.data[0].video_id == "a"
    assert page.page_info.next_page_token == ""
    with pytest.raises(StopIteration):
        next(page)


def test_next_takes_one_step():
    """Without a loop."""
    page = page_of(body("a", "t1"), NO_NOTES, lambda _: page_of(body("b"), NO_NOTES))
    assert next(page)[0].video_id == "b"


@pytest.mark.parametrize("info", [{"limit_per_page": 0, "total_results": 0, "page_expired_at": ""}, {}])
def test_the_walk_ends_at_once_without_a_token(info: dict[str, Any]):
    """Whether the token is missing or there is no page information at all."""
    assert list(page_of({"data": [], "page_info": info}, NO_NOTES, page_of)) == []  # type: ignore[arg-type]


def test_asynchronous_iteration_is_the_same():
    """`async for` and `anext`."""

    async def fetch(token: str) -> AsyncClassifyPageResult:
        return async_page_of(body("c" if token == "t2" else "b", "t2" if token == "t1" else ""), NO_NOTES, fetch)

    async def walk() -> list[str]:
        page = async_page_of(body("a", "t1"), NO_NOTES, fetch)
        return [page.data[0].video_id, *[rows[0].video_id async for rows in page]]

    assert asyncio.run(walk()) == ["a", "b", "c"]


def test_the_labels_dialect_has_labels_and_its_own_page_information():
    """The names of 2022 are read into those of the SDK; `classes` is empty and not dumped."""
    page = page_of(LABELS, NO_NOTES)
    video = page.data[0]
    assert video.labels is not None
    label = video.labels[0]
    assert (label.name, label.max_score, label.duration, label.confidence) == ("Dog", 84.5, 8.5, "high")
    assert len(video.classes) == 0
    assert set(video.model_dump()) == {"video_id", "labels"}
    assert page.page_info.next_page_token == "x-1"
    assert (page.page_info.limit_per_page, page.page_info.total_results) == (10, 13)


def test_the_single_video_answer_of_2022_is_a_page_of_one():
    """It has no `data`."""
    page = page_of({"video_id": "a", "labels": LABELS["data"][0]["labels"]}, NO_NOTES)
    assert [each.video_id for each in page.data] == ["a"]
    assert page.page_info.total_results == 1


def test_what_the_old_sdk_did_not_have_stands_beside():
    """Notes are attributes of the page."""
    notes = Notes(cost=Cost(calls=2), model="pegasus1.5", prompt_version="classify.v1", source="asked", coverage=("x",))
    page = page_of(body(), notes)
    assert (page.cost.calls, page.model, page.prompt_version, page.source) == (2, "pegasus1.5", "classify.v1", "asked")
    assert (page.failed, page.dropped, page.coverage) == ((), (), ("x",))


def test_recorded_answers_are_read_as_they_were(shared_folder: Path):
    """All recorded answers of status 200 have their videos and classes."""
    for path in sorted((shared_folder / "legacy" / "recorded").glob("*.json")):
        recorded = json.loads(path.read_text(encoding="utf-8"))
        if recorded["status"] != 200:
            continue
        page = page_of(recorded["response"], NO_NOTES)
        assert [each.video_id for each in page.data] == [each["video_id"] for each in recorded["response"]["data"]]
        for video, sent in zip(page.data, recorded["response"]["data"], strict=True):
            shown = video.labels if "labels" in sent else video.classes
            assert shown is not None
            assert [each.name for each in shown] == [each["name"] for each in sent.get("classes", sent.get("labels"))]
