"""Upstream or database in trouble: no video is lost, no answered ask repeated, the answer is the calm one."""

from __future__ import annotations

import sqlite3
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from classify_process import answered_at
from fault_world import CALL, VIDEOS, asked, settings, states
from postgres_cluster import programs_folder, running_cluster

from pegasus_classify import Classifier
from pegasus_classify.client.handle import read_call
from pegasus_classify.contract.asks import Video
from pegasus_classify.planning.price_bound import expected, upper_bound
from pegasus_classify.prices import PRICES

emulator = pytest.importorskip("pegasus_classify.emulator")


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["500", "503", "reset", "cut", "content_type", "empty"])
def test_every_third_call_fails_and_nothing_is_missing(kind: str, tmp_path: Path, calm: Any) -> None:
    ledger = tmp_path / "store.db"
    lossy = kind not in {"500", "503"}
    with emulator.running_emulator(settings(fail_every=3, fail_kind=kind)) as running:
        page = asked(f"sqlite:///{ledger}", running.base_url, concurrency=8, retries=8)
        assert sum(running.state.faults.values()) >= VIDEOS // 3
        # What may have been billed is tried again once only; a video that lost both answers waits for the next request.
        assert lossy or not page.failed
        for _ in range(5 if lossy else 0):
            page = asked(f"sqlite:///{ledger}", running.base_url, concurrency=8) if page.failed else page
        assert running.state.analyze_calls == VIDEOS + sum(running.state.faults.values())
        again = asked(f"sqlite:///{ledger}", running.base_url)
        assert again.cost.calls == 0
    assert page.model_dump()["data"] == calm
    assert not page.failed
    assert states(ledger) == {"answered": VIDEOS}


@pytest.mark.slow
def test_a_storm_of_refusals_is_waited_out(tmp_path: Path, calm: Any) -> None:
    ledger = tmp_path / "store.db"
    with emulator.running_emulator(settings(rate_limit=600, rate_burst=10)) as running:
        page = asked(f"sqlite:///{ledger}", running.base_url, concurrency=16)
        assert running.state.answers["429"] > 0
        assert set(running.state.asset_calls.values()) == {1}
    assert page.model_dump()["data"] == calm
    assert not page.failed


@pytest.mark.slow
def test_an_outage_ends_and_the_run_goes_on_where_it_was(tmp_path: Path, calm: Any) -> None:
    ledger = tmp_path / "store.db"
    with emulator.running_emulator(
        settings(faults={f"generated-{n:06d}.mp4": "500" for n in range(0, VIDEOS, 2)})
    ) as one:
        page = asked(f"sqlite:///{ledger}", one.base_url, retries=0)
        assert len(page.failed) == VIDEOS // 2
        answered = answered_at(ledger)
        one.core.faults.settings = settings()
        before = one.state.analyze_calls
        rest = asked(f"sqlite:///{ledger}", one.base_url)
        assert one.state.analyze_calls - before == VIDEOS // 2
    assert rest.model_dump()["data"] == calm
    assert answered.items() <= answered_at(ledger).items()


@pytest.mark.slow
def test_a_key_revoked_in_the_middle_stops_the_run_and_another_day_goes_on(tmp_path: Path, calm: Any) -> None:
    ledger = tmp_path / "store.db"
    with emulator.running_emulator(settings(latency=0.05)) as running:

        def revoke() -> None:
            while running.state.analyze_calls < 10:
                time.sleep(0.005)
            running.core.settings = replace(running.core.settings, revoked_keys=("key",))

        thief = threading.Thread(target=revoke)
        thief.start()
        page = asked(f"sqlite:///{ledger}", running.base_url, concurrency=4)
        thief.join()
        assert {each.kind for each in page.failed} == {"key_rejected"}
        with sqlite3.connect(ledger) as connection:
            assert connection.execute("SELECT state FROM classify_runs").fetchall() == [("stopped",)]
        connection.close()
        answered = answered_at(ledger)
        assert 0 < len(answered) < VIDEOS
        running.core.settings = replace(running.core.settings, revoked_keys=())
        rest = asked(f"sqlite:///{ledger}", running.base_url)
        assert set(running.state.asset_calls.values()) == {1}
    assert rest.model_dump()["data"] == calm
    assert answered.items() <= answered_at(ledger).items()


@pytest.mark.slow
def test_what_an_expired_batch_left_unanswered_is_asked_alone(tmp_path: Path, calm: Any) -> None:
    ledger = tmp_path / "store.db"
    with emulator.running_emulator(settings(task_seconds=3600, batch_life=1)) as running:
        page = asked(f"sqlite:///{ledger}", running.base_url, batch_from=1)
        assert running.state.calls["batches.create"] == 1
        assert running.state.calls["analyze"] == VIDEOS
    assert page.model_dump()["data"] == calm
    assert states(ledger) == {"answered": VIDEOS}


@pytest.mark.slow
def test_the_database_restarts_in_the_middle(calm: Any) -> None:
    programs = programs_folder()
    if programs is None:
        pytest.skip("no PostgreSQL here")
    with running_cluster(programs) as cluster, emulator.running_emulator(settings(latency=0.2)) as running:
        address = cluster.address()

        def restart() -> None:
            while running.state.analyze_calls < 10:
                time.sleep(0.005)
            cluster.stop()
            cluster.start()

        trouble = threading.Thread(target=restart)
        trouble.start()
        page = asked(address, running.base_url, concurrency=4)
        trouble.join()
        assert running.state.analyze_calls == VIDEOS
        assert asked(address, running.base_url).cost.calls == 0
    assert page.model_dump()["data"] == calm
    assert not page.failed


MINUTE = PRICES.video_minute


@pytest.mark.slow
@pytest.mark.parametrize("kind", [None, "500", "cut", "reset"])
@pytest.mark.parametrize("share", [1.01, 1.3, 9.0])
def test_what_is_billed_passes_neither_the_budget_nor_the_bound(kind: str | None, share: float) -> None:
    """By the stand-in's own count of minutes, answers lost on the way included."""
    faults = {} if kind is None else {"fail_every": 2, "fail_kind": kind}
    request = read_call("POST", "/v1.2/classify/bulk", CALL).request
    with emulator.running_emulator(settings(**faults)) as running:
        with Classifier("key", running.base_url) as client:
            videos = [each for each in client.locate(request) if isinstance(each, Video)]
            plan = client.plan(request)
        likely = expected(plan, videos).usd
        budget = share * likely
        with Classifier("key", running.base_url, budget=budget, max_hours=1000, retries=2, concurrency=8) as client:
            result = client.work(request).result()
        billed = running.state.billed_minutes * MINUTE
    assert billed > 0
    assert billed <= budget + 1e-9
    assert billed <= upper_bound(plan, videos, 2).usd
    assert result.cost.usd <= budget + 1e-9
    assert {each.kind for each in result.failed} <= {"over_budget", "unavailable"}
    if kind is None and share > 1.1:
        # With less to spare, the longest answer the last calls could have does not fit any more.
        assert not result.failed
