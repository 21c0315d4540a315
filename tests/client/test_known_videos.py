"""Where an account's videos are: noted in the loop, exchanged with the store outside of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pegasus_classify.client.known_videos import LONGEST_ID, KnownVideos
from pegasus_classify.contract.asks import Video, VideoSource
from pegasus_classify.stores.memory import MemoryStore


class Noting(MemoryStore):
    """A store that notes what it is told and asked."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[Mapping[str, Video | None]] = []
        self.asked: list[Sequence[str]] = []

    def keep_videos(self, account: str, videos: Mapping[str, Video | None], now: float) -> None:
        self.told.append(videos)

    def known_videos(self, account: str, video_ids: Sequence[str]) -> dict[str, Video]:
        self.asked.append(video_ids)
        return {video_id: a_video(video_id) for video_id in video_ids if video_id == "stored"}


def a_video(video_id: str) -> Video:
    return Video(video_id, VideoSource("asset_id", f"asset-{video_id}"), 60.0)


def test_what_is_found_and_forgotten_reaches_the_store_once() -> None:
    store = Noting()
    known = KnownVideos(store, "account")
    known["a"] = a_video("a")
    known["a"] = a_video("a")
    known["b"] = a_video("b")
    assert known.pop("b", None) == a_video("b")
    known.exchange((), 0.0)
    known.exchange((), 0.0)
    assert store.told == [{"a": a_video("a"), "b": None}]
    assert store.asked == []


def test_only_what_is_missing_is_asked_of_the_store() -> None:
    store = Noting()
    known = KnownVideos(store, "account")
    known["a"] = a_video("a")
    known.exchange(["a", "stored", "new"], 0.0)
    known.exchange(["a", "stored"], 0.0)
    assert store.asked == [["stored", "new"]]
    assert known == {"a": a_video("a"), "stored": a_video("stored")}
    assert len(store.told) == 1


def test_the_users_own_map_and_impossible_ids_are_no_matter_of_the_store() -> None:
    store = Noting()
    known = KnownVideos(store, "account", {"mapped": "https://example.com/x.mp4"})
    known["mapped"] = a_video("mapped")
    known.exchange(["another", "mapped", "x" * (LONGEST_ID + 1)], 0.0)
    assert store.told == []
    assert store.asked == [["another"]]
