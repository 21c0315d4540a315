"""Connections reset and replies cut in half anywhere, by every way: nothing lost, nothing paid twice that was answered.

The stand-in counts what reached it. A synchronous call whose answer is lost leaves nothing to be found: it is asked
again, once in a run. A task or a batch is found again and never made a second time.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from classify_process import answered_at
from fault_world import VIDEOS, asked, settings, states
from rough_road import rough_road

emulator = pytest.importorskip("pegasus_classify.emulator")

RUNS = 8


class Forgetful(dict[Any, Any]):
    """A platform that does not know idempotency keys."""

    def __setitem__(self, key: Any, value: Any) -> None:
        """Keep nothing."""


def to_the_end(ledger: Path, base_url: str, **choices: Any) -> tuple[Any, dict[str, float]]:
    """Send the same request until no video fails; each answered ask stays as it was answered first."""
    answered: dict[str, float] = {}
    for _ in range(RUNS):
        page = asked(f"sqlite:///{ledger}", base_url, retries=10, **choices)
        now = answered_at(ledger)
        assert answered.items() <= now.items()
        answered = now
        if not page.failed:
            return page, answered
    raise AssertionError(f"after {RUNS} runs: {page.failed}")


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_synchronous_calls_on_a_rough_road(seed: int, tmp_path: Path, calm: Any) -> None:
    ledger = tmp_path / "store.db"
    with emulator.running_emulator(settings()) as running, rough_road(running.base_url, seed) as road:
        page, answered = to_the_end(ledger, road.base_url, concurrency=8)
        assert road.breaks >= 1
        assert VIDEOS <= running.state.analyze_calls <= VIDEOS + road.breaks
    assert page.model_dump()["data"] == calm
    assert len(answered) == VIDEOS
    assert states(ledger) == {"answered": VIDEOS}


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
def test_no_task_is_made_twice_on_a_rough_road(seed: int, tmp_path: Path, calm_segments: Any) -> None:
    ledger = tmp_path / "store.db"
    with emulator.running_emulator(settings(task_seconds=3.0)) as running, rough_road(running.base_url, seed) as road:
        running.core.idempotent = Forgetful()
        page, _ = to_the_end(ledger, road.base_url, concurrency=8, ask="segments")
        assert road.breaks >= 1
        assert set(running.state.asset_calls.values()) == {1}
        assert len(running.core.tasks) == VIDEOS
    assert page.model_dump()["data"] == calm_segments
    assert states(ledger) == {"answered": VIDEOS}


BATCHES = "/v1.3/analyze/batches"


@pytest.mark.slow
@pytest.mark.parametrize(
    "once",
    [
        (f"POST {BATCHES} ",),
        (f"GET {BATCHES}/ba7c00000000000000000001 ", f"GET {BATCHES}/ba7c00000000000000000001/results "),
        (f"POST {BATCHES} ", "GET /v1.3/analyze/tasks?"),
    ],
)
def test_no_batch_is_made_twice_when_replies_about_it_are_lost(
    once: tuple[str, ...], tmp_path: Path, calm: Any
) -> None:
    ledger = tmp_path / "store.db"
    with (
        emulator.running_emulator(settings(task_seconds=3.0)) as running,
        rough_road(running.base_url, once=once) as road,
    ):
        page, _ = to_the_end(ledger, road.base_url, batch_from=1)
        assert road.breaks >= 1
        assert running.state.calls["analyze"] == 0
        assert set(running.state.asset_calls.values()) == {1}
    assert page.model_dump()["data"] == calm
    assert states(ledger) == {"answered": VIDEOS}
