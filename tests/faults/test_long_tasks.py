"""A task that never ends: a clear failure in time, nothing paid twice, and a way out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fault_world import CALL, LIBRARY, VIDEOS, settings, states

from pegasus_classify import Classifier
from pegasus_classify.client.handle import read_call

emulator = pytest.importorskip("pegasus_classify.emulator")

STUCK = LIBRARY.indexes[0].videos[7]


def opened(ledger: Path, base_url: str) -> Classifier:
    choices: Any = {"ask": "segments", "task_timeout": 6.0, "max_hours": 1000}
    return Classifier("key", base_url, store=f"sqlite:///{ledger}", **choices)


@pytest.mark.slow
def test_a_task_that_never_ends_fails_its_video_and_is_gone_on_with_when_it_ends(
    tmp_path: Path, calm_segments: Any
) -> None:
    ledger = tmp_path / "store.db"
    faults = {STUCK.filename: "never_ready"}
    with emulator.running_emulator(settings(task_seconds=0.1, faults=faults)) as running:
        for _ in range(2):
            with opened(ledger, running.base_url) as client:
                page = client.index(**CALL)
            (failure,) = page.failed
            assert (failure.video_id, failure.kind) == (STUCK.id, "unavailable")
            assert "was not done after" in failure.reason
            assert "runs cancel" in failure.reason
            assert states(ledger) == {"answered": VIDEOS - 1, "submitted": 1}
            assert running.state.calls["tasks.create"] == VIDEOS
        for name, each in running.core.tasks.items():
            running.core.tasks[name] = replace(each, fault=None)
        with opened(ledger, running.base_url) as client:
            page = client.index(**CALL)
        assert not page.failed
        assert (page.cost.calls, page.cost.kept) == (1, VIDEOS - 1)
        assert running.state.calls["tasks.create"] == VIDEOS
    assert page.model_dump()["data"] == calm_segments
    assert states(ledger) == {"answered": VIDEOS}


@pytest.mark.slow
def test_a_task_that_never_ends_can_be_given_up_and_asked_anew(tmp_path: Path, calm_segments: Any) -> None:
    ledger = tmp_path / "store.db"
    faults = {STUCK.filename: "never_ready"}
    with emulator.running_emulator(settings(task_seconds=0.1, faults=faults)) as running:
        with opened(ledger, running.base_url) as client:
            assert len(client.index(**CALL).failed) == 1
            came = client.cancel(read_call("POST", "/v1.2/classify/bulk", CALL).request)
        assert (came.tasks, came.problems) == (1, ())
        running.core.faults.settings = settings(task_seconds=0.1)
        with opened(ledger, running.base_url) as client:
            page = client.index(**CALL)
        # Asked anew under another name: under the old one the platform would give the cancelled task back.
        assert running.state.calls["tasks.create"] == VIDEOS + 1
        assert not page.failed
    assert page.model_dump()["data"] == calm_segments


@pytest.mark.slow
def test_a_task_that_failed_is_asked_anew_and_not_given_back(tmp_path: Path, calm_segments: Any) -> None:
    ledger = tmp_path / "store.db"
    with emulator.running_emulator(settings(task_seconds=0.1, faults={STUCK.filename: "500*1"})) as running:
        with opened(ledger, running.base_url) as client:
            assert len(client.index(**CALL).failed) == 1
            page = client.index(**CALL)
        assert running.state.calls["tasks.create"] == VIDEOS + 1
    assert page.model_dump()["data"] == calm_segments
