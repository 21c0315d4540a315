"""A server killed in the middle of a bulk call and started again: the repeated call goes on where it was."""

from __future__ import annotations

import contextlib
import random
import threading
from pathlib import Path
from typing import Any

import pytest
import requests
from classify_process import answered_at
from fault_world import CALL, VIDEOS, settings, states, until
from serve_process import serving

emulator = pytest.importorskip("pegasus_classify.emulator")

SLOTS, KILLS = 4, 3


def post(base_url: str) -> Any:
    return requests.post(f"{base_url}/v1.2/classify/bulk", json=CALL, headers={"x-api-key": "key"}, timeout=300)


@pytest.mark.slow
def test_killed_in_the_middle_of_a_bulk_call_the_repeated_call_goes_on(tmp_path: Path) -> None:
    chance, ledger = random.Random(5), tmp_path / "store.db"

    def words(store: str, upstream: str) -> list[str]:
        return ["--store", store, "--upstream", upstream, "--max-hours", "1000", "--concurrency", str(SLOTS)]

    with emulator.running_emulator(settings()) as quiet, serving(*words("memory:", quiet.base_url)) as (served, _):
        undisturbed = post(served).json()["data"]
    with emulator.running_emulator(settings(latency=0.2)) as running:
        answered: dict[str, float] = {}
        for _ in range(KILLS):
            with serving(*words(f"sqlite:///{ledger}", running.base_url)) as (served, process):
                caller = threading.Thread(target=in_vain, args=(served,))
                caller.start()
                goal = running.state.analyze_calls + VIDEOS // (KILLS + 1)
                until(lambda goal=goal: running.state.analyze_calls >= goal)  # type: ignore[misc]
                threading.Event().wait(chance.random() * 0.2)
                process.kill()
                process.wait()
                caller.join()
            assert answered.items() <= answered_at(ledger).items()
            answered = answered_at(ledger)
        assert 0 < len(answered) < VIDEOS

        with serving(*words(f"sqlite:///{ledger}", running.base_url)) as (served, _):
            replies: list[Any] = []
            callers = [threading.Thread(target=lambda: replies.append(post(served))) for _ in range(2)]
            for caller in callers:
                caller.start()
            for caller in callers:
                caller.join()
            # At each kill, a slot may have had one ask on the wire and the answer to another on its way to the disk.
            assert running.state.analyze_calls - VIDEOS <= KILLS * SLOTS * 2
            before = running.state.analyze_calls
            assert post(served).headers["x-classify-source"] == "kept"
            assert running.state.analyze_calls == before
    assert [reply.status_code for reply in replies] == [200, 200]
    assert all("x-classify-failed" not in reply.headers for reply in replies)
    assert [reply.json()["data"] for reply in replies] == [undisturbed] * 2
    assert answered.items() <= answered_at(ledger).items()
    assert states(ledger) == {"answered": VIDEOS}


def in_vain(base_url: str) -> None:
    """A caller whose server goes away."""
    with contextlib.suppress(requests.ConnectionError):
        post(base_url)


@pytest.mark.slow
def test_with_nothing_kept_for_others_a_killed_server_loses_nothing_either(tmp_path: Path) -> None:
    ledger = tmp_path / "store.db"
    with emulator.running_emulator(settings(latency=0.1)) as running:
        words = ["--store", f"sqlite:///{ledger}", "--upstream", running.base_url, "--max-hours", "1000"]
        words += ["--concurrency", str(SLOTS), "--cache-ttl", "0"]
        with serving(*words) as (served, process):
            caller = threading.Thread(target=in_vain, args=(served,))
            caller.start()
            until(lambda: running.state.analyze_calls >= VIDEOS // 2)
            process.kill()
            process.wait()
            caller.join()
        with serving(*words) as (served, _):
            # The answer that nobody takes belongs to the next call; the one that was taken does not.
            with pytest.raises(requests.Timeout):
                requests.post(f"{served}/v1.2/classify/bulk", json=CALL, headers={"x-api-key": "key"}, timeout=0.3)
            until(lambda: len(answered_at(ledger)) == VIDEOS)
            assert post(served).headers["x-classify-source"] == "kept"
            assert running.state.analyze_calls <= VIDEOS + 2 * SLOTS
            before = running.state.analyze_calls
            assert post(served).headers["x-classify-source"] == "asked"
            assert running.state.analyze_calls == before + VIDEOS
