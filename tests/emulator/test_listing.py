"""Indexes, videos, indexed assets and assets: pages, filters and the awkward entries."""

from __future__ import annotations

import pytest

from pegasus_classify.emulator import EDGE_INDEX_ID, MAIN_INDEX_ID, packaged_library

VIDEOS = f"/indexes/{MAIN_INDEX_ID}/videos"
INDEXED = f"/indexes/{MAIN_INDEX_ID}/indexed-assets"


def test_indexes_are_listed_and_shown(plain):
    """All indexes, the newest first, and each by its id."""
    listed = plain.http.get("/indexes").json()
    assert listed["page_info"]["total_results"] == 4
    assert listed["data"][-1]["_id"] == MAIN_INDEX_ID
    assert plain.http.get(f"/indexes/{MAIN_INDEX_ID}").json()["video_count"] == 13
    assert plain.http.get("/indexes", params={"index_name": "guide"}).json()["page_info"]["total_results"] == 1
    assert plain.http.get("/indexes/none").json()["code"] == "resource_not_exist"


@pytest.mark.parametrize("path", [VIDEOS, INDEXED])
def test_pages_join_to_the_whole_without_repetition(plain, path):
    """Ten by default; the last page holds the rest; a page past the end is empty."""
    first, second, third = (plain.http.get(path, params={"page": page}).json() for page in (1, 2, 3))
    assert [len(page["data"]) for page in (first, second, third)] == [10, 3, 0]
    assert first["page_info"] == {"page": 1, "limit_per_page": 10, "total_page": 2, "total_results": 13}
    assert len({item["_id"] for item in first["data"] + second["data"]}) == 13
    oldest_first = plain.http.get(path, params={"page_limit": 50, "sort_option": "asc"}).json()["data"]
    assert oldest_first[::-1] == first["data"] + second["data"]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"page": 0}, "parameter_invalid"),
        ({"page": "x"}, "parameter_invalid"),
        ({"page_limit": 51}, "parameter_invalid"),
        ({"page_limit": 0}, "parameter_invalid"),
        ({"colour": "red"}, "parameter_unknown"),
        ({"sort_by": "name"}, "parameter_invalid"),
        ({"sort_option": "up"}, "parameter_invalid"),
        ({"duration[gte]": "long"}, "parameter_invalid"),
        ({"duration[near]": 5}, "parameter_unknown"),
        ({"status": "done"}, "parameter_invalid"),
    ],
)
def test_wrong_queries_are_refused(plain, query, code):
    """400 in the flat form, naming the parameter."""
    reply = plain.http.get(INDEXED, params=query)
    assert (reply.status_code, reply.json()["code"]) == (400, code)


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"filename": "farm-visit.mp4"}, 1),
        ({"filename": "farm"}, 0),
        ({"duration[gte]": 600}, 6),
        ({"duration[gte]": 600, "duration[lte]": 700}, 4),
        ({"duration": 571.5}, 1),
        ({"size[lte]": 10_000_000}, 1),
        ({"width": 1280, "height": 720, "fps": 30}, 13),
        ({"width[gte]": 1281}, 0),
        ({"created_at": "2025-01-06T09:13:00Z"}, 1),
        ({"updated_at": "2025-01-06T09:14:00Z"}, 0),
        ({"status": "ready"}, 13),
        ({"status": "indexing"}, 0),
        ({"user_metadata[shelf]": "a"}, 0),
    ],
)
def test_filters_narrow_the_list(plain, query, count):
    """File name, measures, dates, status and the owner's notes."""
    assert plain.http.get(INDEXED, params=query).json()["page_info"]["total_results"] == count


def test_a_video_leads_to_its_asset_and_back(plain):
    """One id in the index, another as asset, and the way back."""
    listed = plain.http.get(VIDEOS, params={"filename": "farm-visit.mp4"}).json()["data"][0]
    assert plain.http.get(f"{VIDEOS}/{listed['_id']}").json()["asset_id"] == listed["asset_id"]
    assert plain.http.get(f"{INDEXED}/{listed['_id']}").json()["status"] == "ready"
    asset = plain.http.get(f"/assets/{listed['asset_id']}").json()
    assert (asset["status"], asset["duration"]) == ("ready", listed["system_metadata"]["duration"])
    back = plain.http.get(f"/assets/{listed['asset_id']}/indexed-assets").json()["data"]
    assert back == [{"_id": listed["_id"], "index": {"_id": MAIN_INDEX_ID, "index_name": "the old guide"}}]


def test_awkward_videos_are_told_as_they_are(plain):
    """No length, no asset, not ready, not readable, not yours."""
    path = f"/indexes/{EDGE_INDEX_ID}/videos"
    listed = {
        item["system_metadata"]["filename"]: item
        for item in plain.http.get(path, params={"page_limit": 50}).json()["data"]
    }
    assert listed["before-assets.mp4"]["asset_id"] is None
    for name, told in (("length-told-by-asset.mp4", True), ("length-unknown.mp4", False)):
        assert "duration" not in listed[name]["system_metadata"]
        assert ("duration" in plain.http.get(f"/assets/{listed[name]['asset_id']}").json()) is told
    for name, status in (("still-processing.mp4", "processing"), ("could-not-be-read.mp4", "failed")):
        asset = plain.http.get(f"/assets/{listed[name]['asset_id']}").json()
        assert asset["status"] == status
        assert ("error" in asset) is (status == "failed")
    foreign = plain.http.get(f"/assets/{min(packaged_library().foreign)}")
    assert (foreign.status_code, foreign.json()["code"]) == (403, "read_not_allowed")


def test_assets_are_listed_by_ids_types_and_names(plain):
    """The account's assets, each once."""
    some = plain.http.get("/assets", params={"page_limit": 2}).json()
    assert some["page_info"]["total_results"] == 25
    ids = [item["_id"] for item in some["data"]]
    assert len(plain.http.get("/assets", params={"asset_ids": ids}).json()["data"]) == 2
    assert plain.http.get("/assets", params={"asset_types": "image"}).json()["data"] == []
    named = plain.http.get("/assets", params={"filename": "farm-visit.mp4", "asset_types": "video"}).json()["data"]
    assert [item["filename"] for item in named] == ["farm-visit.mp4"]


def test_unknown_ids_are_404(plain):
    """Video, indexed asset, asset, index."""
    for path in (
        f"{VIDEOS}/none",
        f"{INDEXED}/none",
        "/assets/none",
        "/indexes/none/videos",
        "/assets/none/indexed-assets",
    ):
        assert plain.http.get(path).status_code == 404
