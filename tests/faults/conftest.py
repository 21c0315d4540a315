"""The answer without faults."""

from __future__ import annotations

from typing import Any

import pytest
from fault_world import CALL, VIDEOS, asked, settings

from pegasus_classify import Classifier

emulator = pytest.importorskip("pegasus_classify.emulator")


@pytest.fixture(scope="session")
def calm() -> Any:
    """The entries of the answer of an upstream without faults."""
    with emulator.running_emulator(settings()) as running:
        data = asked("memory:", running.base_url).model_dump()["data"]
        assert running.state.analyze_calls == VIDEOS
    assert data
    return data


@pytest.fixture(scope="session")
def calm_segments() -> Any:
    """The same, asked by segments."""
    with emulator.running_emulator(settings(task_seconds=0.0)) as running:
        return asked("memory:", running.base_url, ask="segments").model_dump()["data"]


@pytest.fixture(scope="session")
def calm_body() -> Any:
    """The entries of the answer without faults as they are written."""
    with (
        emulator.running_emulator(settings()) as running,
        Classifier("key", running.base_url, max_hours=1000) as client,
    ):
        status, body = client.handle("POST", "/v1.2/classify/bulk", CALL)
    assert status == 200
    return body["data"]
