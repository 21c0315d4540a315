"""The platform's lists."""

from __future__ import annotations

import pytest
from playing import json_reply, play

from pegasus_classify.pegasus.listing import (
    IndexPage,
    ListedVideo,
    asset,
    index_ids,
    index_page,
    index_seconds,
    listed_video,
)
from pegasus_classify.pegasus.replies import Problem
from pegasus_classify.steps import Reply, Send

ITEM = {"_id": "v1", "asset_id": "a1", "status": "ready", "system_metadata": {"filename": "f.mp4", "duration": 12.5}}


def test_a_page_of_an_index_names_videos_with_asset_and_length() -> None:
    reply = json_reply(200, {"data": [ITEM, {"no": "id"}], "page_info": {"total_page": 3, "total_results": 120}})
    page, steps = play(index_page("i/1", 2, 0), [reply])
    assert page == IndexPage((ListedVideo("v1", "a1", 12.5, "f.mp4"),), 3, 120)
    (send,) = steps
    assert isinstance(send, Send)
    assert send.path == "/v1.3/indexes/i%2F1/indexed-assets"
    assert dict(send.query)["page_limit"] == "50"
    assert not send.paid


@pytest.mark.parametrize("body", [{"data": 1, "page_info": {}}, {"data": []}, {"data": [], "page_info": []}])
def test_a_page_without_its_parts_is_a_problem(body: object) -> None:
    page, _ = play(index_page("i", 1, 0), [json_reply(200, body)])
    assert isinstance(page, Problem)


def test_a_missing_count_means_one_page() -> None:
    page, _ = play(index_page("i", 1, 0), [json_reply(200, {"data": [ITEM], "page_info": {}})])
    assert (page.pages, page.total) == (1, 1)


def test_problems_are_handed_on() -> None:
    for exchange in (index_page("i", 1, 0), listed_video("i", "v", 0), asset("a", 0), index_ids(1, 0)):
        result, _ = play(exchange, [Reply(404)])
        assert isinstance(result, Problem)


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ({"asset_id": None}, ListedVideo("v", None, None, None)),
        ({"asset_id": ""}, ListedVideo("v", None, None, None)),
        ({"asset_id": "a", "system_metadata": {"duration": 0}}, ListedVideo("v", "a", None, None)),
        ({"asset_id": "a", "system_metadata": {"duration": True}}, ListedVideo("v", "a", None, None)),
        ({"asset_id": "a", "system_metadata": None, "filename": "x"}, ListedVideo("v", "a", None, "x")),
        ({"asset_id": "a", "duration": 3, "status": "indexing"}, ListedVideo("v", "a", 3.0, None, ready=False)),
    ],
)
def test_what_the_platform_does_not_tell_is_none(item: dict[str, object], expected: ListedVideo) -> None:
    video, _ = play(listed_video("i", "v", 0), [json_reply(200, item)])
    assert video == expected


def test_an_upload_tells_its_length_at_the_top() -> None:
    video, _ = play(asset("a1", 0), [json_reply(200, {"_id": "a1", "status": "ready", "duration": 61.5})])
    assert video == ListedVideo("", "a1", 61.5, None)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"data": [{"_id": "i1"}, {"x": 1}, 3], "page_info": {"total_page": 2}}, (("i1",), 2)),
        ({"data": "no", "page_info": "no"}, ((), 1)),
    ],
)
def test_the_accounts_indexes_are_listed(body: object, expected: object) -> None:
    result, _ = play(index_ids(1, 0), [json_reply(200, body)])
    assert result == expected


@pytest.mark.parametrize(
    ("reply", "seconds"),
    [(json_reply(200, {"total_duration": 90}), 90.0), (json_reply(200, {}), None), (Reply(404), None)],
)
def test_an_index_may_tell_how_long_its_videos_are_together(reply: Reply, seconds: float | None) -> None:
    assert play(index_seconds("i", 0), [reply])[0] == seconds
