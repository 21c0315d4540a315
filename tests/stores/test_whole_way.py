"""A classifier with a store on disk, over real sockets: what it paid for outlives it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pegasus_classify import AsyncClassifier, Classifier, ClassifyError

emulator = pytest.importorskip("pegasus_classify.emulator")
FixedLibrary = emulator.library.FixedLibrary

KEY = "tlk_NobodyMayReadThis"
CAR_PARK = "63996203ce36463e0199c8c2"
CALL: dict[str, Any] = {
    "index_id": emulator.MAIN_INDEX_ID,
    "options": ["visual"],
    "classes": [{"name": "Cars", "prompts": ["Cars", "SUV"]}],
    "page_limit": 1,
    "include_clips": True,
    "threshold": {"min_video_score": 1, "min_duration_ratio": 0.01},
}


def asked(address: str, base_url: str) -> tuple[Any, int]:
    """The answer to the call, and how many calls of the model it took."""
    with Classifier(KEY, base_url, store=address) as client:
        page = client.index(**CALL)
        return page, page.cost.calls


def asked_in_loop(address: str, base_url: str) -> tuple[Any, int]:
    """The same with an asynchronous classifier."""

    async def run() -> tuple[Any, int]:
        async with AsyncClassifier(KEY, base_url, store=address) as client:
            page = await client.index(**CALL)
            return page, page.cost.calls

    return asyncio.run(run())


def test_what_one_classifier_paid_for_is_free_for_the_next(address: str, stand_in: Any) -> None:
    first, calls = asked(address, stand_in.base_url)
    assert calls > 1
    for ask in (asked, asked_in_loop):
        again, calls = ask(address, stand_in.base_url)
        assert calls == 0
        assert again.model_dump()["data"] == first.model_dump()["data"]


def test_a_page_token_outlives_the_process_that_gave_it(address: str, stand_in: Any) -> None:
    page, _ = asked_in_loop(address, stand_in.base_url)
    token = page.page_info.next_page_token
    with Classifier(KEY, stand_in.base_url, store=address) as client:
        second = client.by_page_token(token)
    assert second.page_info.prev_page_token

    async def run() -> Any:
        async with AsyncClassifier(KEY, stand_in.base_url, store=address) as client:
            return await client.by_page_token(token)

    assert asyncio.run(run()).model_dump()["data"] == second.model_dump()["data"]
    with Classifier("tlk_another", stand_in.base_url, store=address) as client, pytest.raises(ClassifyError):
        client.by_page_token(token)


def test_no_key_is_in_the_store(tmp_path: Path, stand_in: Any) -> None:
    asked(f"sqlite:///{tmp_path}/store.db", stand_in.base_url)
    written = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"classify_asks" in written
    assert KEY.encode() not in written


def test_where_videos_are_is_known_after_a_restart(address: str, stand_in: Any) -> None:
    call = {"video_ids": [CAR_PARK], "options": ["visual"], "classes": CALL["classes"]}
    with Classifier(KEY, stand_in.base_url, store=address) as client:
        first = client.videos(**call)
    before = dict(stand_in.core.state.calls)
    with Classifier(KEY, stand_in.base_url, store=address) as client:
        again = client.videos(**call)
    assert dict(stand_in.core.state.calls) == before
    assert again.model_dump()["data"] == first.model_dump()["data"]

    async def run() -> Any:
        async with AsyncClassifier(KEY, stand_in.base_url, store=address) as client:
            return await client.videos(**call)

    assert asyncio.run(run()).model_dump()["data"] == first.model_dump()["data"]
    assert dict(stand_in.core.state.calls) == before


def test_videos_that_were_uploaded_anew_are_found_and_asked_about_in_the_same_call(tmp_path: Path) -> None:
    indexes = emulator.packaged_library().indexes
    anew = [
        replace(
            index, videos=[replace(each, asset_id=each.asset_id and f"ff{each.asset_id[2:]}") for each in index.videos]
        )
        for index in indexes
    ]
    ids = [video.id for video in indexes[0].videos[:5]]
    call = {"video_ids": ids, "options": ["visual"], "classes": CALL["classes"]}
    store = f"sqlite:///{tmp_path}/store.db"
    with emulator.running_emulator() as running:
        with Classifier(KEY, running.base_url, store=store) as client:
            first = client.videos(**call)
        running.core.library = FixedLibrary(anew)
        running.reset()
        with Classifier(KEY, running.base_url, store=store, cache_ttl=0.0) as client:
            page = client.videos(**call)
        assert not page.failed
        assert page.cost.calls == 5
        assert running.state.answers["404"] >= 5
        with Classifier(KEY, running.base_url, store=store, cache_ttl=0.0) as client:
            before = running.state.answers["404"]
            client.videos(**call)
        assert running.state.answers["404"] == before
    assert page.model_dump()["data"] == first.model_dump()["data"]
