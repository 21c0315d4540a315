"""Several server processes on one store: what one has done, the other knows."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import requests
import sqlalchemy
from guide_calls import KEY, VIDEOS
from postgres_cluster import Cluster, programs_folder, running_cluster
from serve_process import serving

from pegasus_classify import emulator, serve_in_thread
from pegasus_classify.stores.databases import open_database

PAGED = {**VIDEOS, "page_limit": 1}
OTHER = {"x-api-key": "tlk_ANOTHER0SECRET"}


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL server for this file."""
    programs = programs_folder()
    if programs is None:
        pytest.skip("no PostgreSQL here")
    with running_cluster(programs) as running:
        yield running


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty store that processes can share."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/store.db"
    running: Cluster = request.getfixturevalue("cluster")
    return running.address()


@pytest.fixture
def platform() -> Iterator[Any]:
    """A stand-in that takes half a second for an answer, so that calls overlap."""
    with emulator.running_emulator(emulator.EmulatorSettings(latency=0.5)) as running:
        yield running


def classify(base_url: str, headers: dict[str, str] = KEY, **more: Any) -> requests.Response:
    """Ask about four videos, one on a page."""
    return requests.post(f"{base_url}/v1.2/classify", json={**PAGED, **more}, headers=headers, timeout=60)


def read_page(base_url: str, token: str, headers: dict[str, str] = KEY) -> requests.Response:
    """Fetch a page."""
    return requests.get(f"{base_url}/v1.2/classify/{token}", headers=headers, timeout=60)


def expire_pages(store: str) -> None:
    """Let the five minutes of every page be over."""
    engine = open_database(store).engine
    with engine.begin() as connection:
        changed = connection.execute(sqlalchemy.text("UPDATE classify_pages SET expires_at = expires_at - 301"))
        assert changed.rowcount >= 3
    engine.dispose()


def test_a_page_is_read_from_any_process_by_its_caller_until_it_expires(store: str, platform: Any):
    """By another process, by one started later, not with another key, and not after five minutes."""
    words = ("--upstream", platform.base_url, "--store", store)
    with serving(*words) as (second, _):
        with serving(*words) as (first, _):
            answer = classify(first)
            assert answer.status_code == 200, answer.text
            token = answer.json()["page_info"]["next_page_token"]
            here, there = read_page(first, token), read_page(second, token)
            assert here.status_code == 200
            assert here.content == there.content
        # The process that made the token is gone.
        assert read_page(second, token).content == here.content
        stranger = read_page(second, token, OTHER)
        assert (stranger.status_code, stranger.json()["code"]) == (400, "classify_page_token_invalid")
    with serve_in_thread(base_url=platform.base_url, store=store) as later:
        assert read_page(later, token).content == here.content
        paid = platform.state.analyze_calls
        following = read_page(later, token).json()["page_info"]["next_page_token"]
        assert read_page(later, following).status_code == 200
        assert platform.state.analyze_calls == paid
    expire_pages(store)
    # A process keeps pages it has read at hand; one begun anew knows only the store.
    with serve_in_thread(base_url=platform.base_url, store=store) as last:
        expired = read_page(last, token)
        assert (expired.status_code, expired.json()["code"]) == (400, "classify_page_token_expired")


def test_the_same_question_asked_at_two_processes_at_once_is_paid_once(store: str, platform: Any):
    """The second waits for the first; whoever asks again, in another order of the classes too, pays nothing."""
    words = ("--upstream", platform.base_url, "--store", store)
    classes = [*VIDEOS["classes"], {"name": "Dance", "prompts": ["Dancing"]}]
    got: list[requests.Response] = []
    with ExitStack() as stack:
        servers = [stack.enter_context(serving(*words))[0] for _ in range(2)]
        calls = [
            threading.Thread(target=lambda base=base: got.append(classify(base, classes=classes)))
            for base in servers * 2
        ]
        for call in calls:
            call.start()
        for call in calls:
            call.join()
        assert [each.status_code for each in got] == [200] * 4
        assert len({each.json()["data"][0]["video_id"] for each in got}) == 1
        assert set(platform.state.asset_calls.values()) == {1}
        assert platform.state.analyze_calls == len(VIDEOS["video_ids"])
        for base in servers:
            again = classify(base, classes=classes[::-1])
            assert (again.status_code, again.headers["x-classify-source"]) == (200, "kept")
        assert platform.state.analyze_calls == len(VIDEOS["video_ids"])


@pytest.mark.slow
def test_workers_share_pages_and_answers(store: str, platform: Any):
    """Three processes behind one socket, asked by twelve callers at once."""
    with serving("--upstream", platform.base_url, "--store", store, "--workers", "3") as (base_url, process):
        got: list[requests.Response] = []
        calls = [threading.Thread(target=lambda: got.append(classify(base_url))) for _ in range(12)]
        for call in calls:
            call.start()
        for call in calls:
            call.join()
        assert [each.status_code for each in got] == [200] * 12
        assert platform.state.analyze_calls == len(VIDEOS["video_ids"])
        for answer in got:
            assert read_page(base_url, answer.json()["page_info"]["next_page_token"]).status_code == 200
        process.terminate()
        assert process.wait(30) == 0
