"""From legacy video ids to what the platform can be asked about."""

from __future__ import annotations

from typing import Any

import pytest
from playing import play
from small_index import SmallPlatform, listed

from pegasus_classify.contract.asks import Video, VideoSource
from pegasus_classify.contract.result import Failure
from pegasus_classify.errors import BadRequestError, InternalServerError, SettingsError
from pegasus_classify.runs.directory import Directory, Mapped, mapped_videos


def finish(search: Any, platform: SmallPlatform) -> Any:
    """Run a search to its end, giving each wanted exchange to the platform."""
    results: Any = None
    while True:
        try:
            wanted = search.send(results)
        except StopIteration as end:
            return end.value
        results = tuple(
            play(exchange, lambda step: platform(step) if hasattr(step, "path") else None)[0] for exchange in wanted
        )


def located(video_id: str, duration: float = 60.0) -> Video:
    return Video(video_id, VideoSource("asset_id", f"asset-{video_id}"), duration, f"{video_id}.mp4")


def test_a_video_is_found_in_the_first_index_that_holds_it() -> None:
    platform = SmallPlatform({"i1": [listed("v1")], "i2": [listed("v2"), listed("v1")]})
    assert finish(Directory(retries=0).locate(["v2", "v1"]), platform) == [located("v2"), located("v1")]


def test_the_search_ends_with_the_last_missing_video() -> None:
    platform = SmallPlatform({"i1": [listed("v1")], "i2": [listed("v2")]})
    finish(Directory(retries=0).locate(["v1"]), platform)
    assert "/v1.3/indexes/i2/indexed-assets/v1" not in platform.seen


def test_configured_indexes_are_searched_instead_of_all() -> None:
    platform = SmallPlatform({"i1": [listed("v1")], "i2": [listed("v1", duration=90.0)]})
    assert finish(Directory(index_ids=["i2"], retries=0).locate(["v1"]), platform) == [located("v1", 90.0)]
    assert "/v1.3/indexes" not in platform.seen


def test_what_was_found_once_is_not_looked_up_again_until_forgotten() -> None:
    platform, directory = SmallPlatform({"i1": [listed("v1")]}), Directory(index_ids=["i1"], retries=0)
    finish(directory.locate(["v1"]), platform)
    finish(directory.locate(["v1"]), platform)
    assert len(platform.seen) == 1
    directory.forget("v1")
    directory.forget("v1")
    finish(directory.locate(["v1"]), platform)
    assert len(platform.seen) == 2


def test_many_videos_are_found_by_reading_pages_and_few_one_by_one() -> None:
    videos = [listed(f"v{n}") for n in range(40)]
    platform = SmallPlatform({"i1": videos}, page_size=10)
    ids = [f"v{n}" for n in range(30)]
    assert finish(Directory(index_ids=["i1"], retries=0).locate(ids), platform) == [located(each) for each in ids]
    assert len(platform.seen) == 4
    platform.seen.clear()
    finish(Directory(index_ids=["i1"], retries=0).locate(ids[:2]), platform)
    assert platform.seen == [f"/v1.3/indexes/i1/indexed-assets/v{n}" for n in range(2)]
    platform.seen.clear()
    finish(Directory(index_ids=["i1"], retries=0).locate(ids[:3]), platform)
    assert len(platform.seen) == 4


def test_reading_pages_ends_when_all_are_found() -> None:
    platform = SmallPlatform({"i1": [listed(f"v{n}") for n in range(400)]}, page_size=10)
    ids = [f"v{n}" for n in range(45)]
    finish(Directory(index_ids=["i1"], retries=0).locate(ids), platform)
    assert len(platform.seen) == 1 + 16


def test_unknown_ids_are_named_with_what_to_do() -> None:
    platform = SmallPlatform({"i1": [listed("v1")]})
    with pytest.raises(BadRequestError, match=r'video_ids.*"nope".*--index.*--video-map'):
        finish(Directory(retries=0).locate(["v1", "nope"]), platform)
    with pytest.raises(BadRequestError, match=r'\["a", "b"\]'):
        finish(Directory(retries=0).locate(["a", "b"]), platform)


def test_an_account_without_indexes_knows_no_video() -> None:
    with pytest.raises(BadRequestError):
        finish(Directory(retries=0).locate(["v1"]), SmallPlatform())


def test_indexes_are_listed_over_several_pages() -> None:
    platform = SmallPlatform({f"i{n}": [] for n in range(5)} | {"last": [listed("v1")]}, page_size=2)
    assert finish(Directory(retries=0).locate(["v1"]), platform) == [located("v1")]


@pytest.mark.parametrize("ids", [["v1"], ["v1", "v2", "v3"]])
def test_an_index_of_the_settings_that_does_not_exist_is_named(ids: list[str]) -> None:
    directory = Directory(index_ids=["gone"], retries=0)
    if len(ids) == 1:
        with pytest.raises(BadRequestError, match="v1"):
            finish(directory.locate(ids), SmallPlatform())
    else:
        with pytest.raises(BadRequestError, match=r'index_id.*"gone"'):
            finish(directory.locate(ids), SmallPlatform())


@pytest.mark.parametrize(
    ("broken", "ids"),
    [
        ("/v1.3/indexes", ["v1"]),
        ("/v1.3/indexes/i1/indexed-assets/", ["v1"]),
        ("/v1.3/indexes/i1/indexed-assets", ["v1", "v2", "v3"]),
    ],
)
def test_a_platform_that_cannot_list_is_an_error_of_the_platform(broken: str, ids: list[str]) -> None:
    platform = SmallPlatform({"i1": [listed("v1")]}, broken=(broken,))
    with pytest.raises(InternalServerError) as raised:
        finish(Directory(retries=0).locate(ids), platform)
    assert raised.value.status_code == 503


def test_a_later_page_that_cannot_be_read_is_an_error() -> None:
    platform = SmallPlatform({"i1": [listed(f"v{n}") for n in range(9)]}, page_size=3)
    search = Directory(index_ids=["i1"], retries=0).locate([f"v{n}" for n in range(9)])
    first = play(next(search)[0], platform)[0]  # type: ignore[arg-type]
    platform.broken = ("/",)
    second = tuple(play(each, platform)[0] for each in search.send((first,)))  # type: ignore[arg-type]
    with pytest.raises(InternalServerError):
        search.send(second)


def test_an_index_page_locates_what_it_lists_and_says_how_much_there_is() -> None:
    platform = SmallPlatform({"i1": [listed(f"v{n}") for n in range(5)]}, page_size=2)
    found = finish(Directory(retries=0).page("i1", 2), platform)
    assert (found.located, found.pages, found.total) == ([located("v2"), located("v3")], 3, 5)


def test_an_unknown_index_is_a_wrong_parameter() -> None:
    with pytest.raises(BadRequestError, match=r'index_id.*"i9".*no such index'):
        finish(Directory(retries=0).page("i9", 1), SmallPlatform())


@pytest.mark.parametrize(
    ("video", "assets", "kind"),
    [
        (listed("v1", status="indexing"), {}, "not_ready"),
        (listed("v1", asset=None), {}, "unknown_video"),
        (listed("v1", duration=None), {"asset-v1": None}, "unknown_length"),
        (listed("v1", duration=None), {}, "unknown_video"),
    ],
)
def test_a_listed_video_that_cannot_be_asked_about_fails_alone(
    video: dict[str, Any], assets: dict[str, float | None], kind: str
) -> None:
    platform = SmallPlatform({"i1": [video, listed("v2")]}, assets)
    found = finish(Directory(retries=0).page("i1", 1), platform).located
    assert isinstance(found[0], Failure)
    assert (found[0].video_id, found[0].kind) == ("v1", kind)
    assert found[1] == located("v2")


def test_a_length_the_index_does_not_tell_is_asked_of_the_asset() -> None:
    platform = SmallPlatform({"i1": [listed("v1", duration=None)]}, {"asset-v1": 33.0})
    assert finish(Directory(retries=0).locate(["v1"]), platform) == [located("v1", 33.0)]


def test_the_users_map_goes_before_the_indexes() -> None:
    entries = mapped_videos(
        {
            "v1": "asset-v1",
            "v2": {"source": "https://example.com/2.mp4", "duration": 12},
            "v3": {"source": "s3://bucket/3.mp4", "duration": 7.5},
        }
    )
    platform = SmallPlatform({"i1": [listed("v1", duration=1.0)]}, {"asset-v1": 44.0})
    found = finish(Directory(entries, retries=0).locate(["v1", "v2", "v3"]), platform)
    assert found == [
        Video("v1", VideoSource("asset_id", "asset-v1"), 44.0),
        Video("v2", VideoSource("url", "https://example.com/2.mp4"), 12.0),
        Video("v3", VideoSource("s3", "s3://bucket/3.mp4"), 7.5),
    ]


def test_a_mapped_video_without_a_length_that_nobody_knows_fails_alone() -> None:
    entries = {
        "url": Mapped(VideoSource("url", "https://example.com/x.mp4")),
        "asset": Mapped(VideoSource("asset_id", "a1")),
        "gone": Mapped(VideoSource("asset_id", "a2")),
    }
    found = finish(Directory(entries, retries=0).locate(["url", "asset", "gone"]), SmallPlatform(assets={"a1": None}))
    assert [each.kind for each in found] == ["unknown_length", "unknown_length", "unknown_video"]
    assert "--video-map" in found[0].reason


@pytest.mark.parametrize(
    "entry", [7, "", {"duration": 3}, {"source": "a", "duration": 0}, {"source": "a", "duration": "long"}]
)
def test_a_map_entry_of_another_form_is_named(entry: object) -> None:
    with pytest.raises(SettingsError, match="'v9'"):
        mapped_videos({"v9": entry})
