"""A run killed again and again: nothing paid for is lost or paid again, and the answer is the undisturbed one."""

from __future__ import annotations

import json
import random
import sqlite3
import time
from pathlib import Path
from typing import Any

import pytest
from classify_process import answered_at, read_answer, start_classify

emulator = pytest.importorskip("pegasus_classify.emulator")

VIDEOS, KILLS, SLOTS = 300, 20, 4


def a_request(folder: Path, index_id: str) -> Path:
    path = folder / "request.json"
    body: dict[str, Any] = {
        "index_id": index_id,
        "options": ["visual"],
        "classes": [{"name": "Cars", "prompts": ["SUV", "Sedan"]}, {"name": "Pets", "prompts": ["Cat", "Dog"]}],
        "threshold": {"min_video_score": 1, "min_duration_ratio": 0.01},
    }
    path.write_text(json.dumps(body), encoding="utf-8")
    return path


@pytest.mark.slow
def test_killed_at_twenty_random_moments_no_answered_ask_is_repeated(tmp_path: Path) -> None:
    chance = random.Random(20)
    library = emulator.generated(VIDEOS)
    request = a_request(tmp_path, library.indexes[0].id)
    words = ["--all-pages", "--concurrency", str(SLOTS), "--max-hours", "1000"]
    with emulator.running_emulator(emulator.EmulatorSettings(library=library, latency=0.05)) as running:
        undisturbed = tmp_path / "undisturbed.json"
        calm = start_classify(request, running.base_url, f"sqlite:///{tmp_path}/calm.db", undisturbed, words)
        assert calm.wait(120) == 0
        assert running.state.analyze_calls == VIDEOS
        running.reset()

        ledger, out = tmp_path / "store.db", tmp_path / "out.json"
        answered: dict[str, float] = {}
        for _ in range(KILLS):
            process = start_classify(request, running.base_url, f"sqlite:///{ledger}", out, words)
            calls = running.state.analyze_calls + chance.randint(0, VIDEOS // KILLS)
            give_up = time.monotonic() + 3
            while running.state.analyze_calls < calls and process.poll() is None and time.monotonic() < give_up:
                time.sleep(0.005)
            time.sleep(chance.random() * 0.1)
            process.kill()
            process.wait()
            answered.update(answered_at(ledger))
        in_between = len(answered)
        assert 0 < in_between < VIDEOS

        last = start_classify(request, running.base_url, f"sqlite:///{ledger}", out, words)
        assert last.wait(180) == 0
        repeated = running.state.analyze_calls - VIDEOS
        # At each kill, a slot may have had one ask on the wire and the answer to another on its way to the disk.
        assert 0 <= repeated <= KILLS * SLOTS * 2
    in_the_end = answered_at(ledger)
    assert len(in_the_end) == VIDEOS
    assert {key: in_the_end[key] for key in answered} == answered
    assert read_answer(out)["data"] == read_answer(undisturbed)["data"]


@pytest.mark.slow
def test_tasks_whose_ids_were_not_noted_are_found_again(tmp_path: Path) -> None:
    request = a_request(tmp_path, emulator.MAIN_INDEX_ID)
    words = ["--all-pages", "--ask", "segments"]
    ledger, out = tmp_path / "store.db", tmp_path / "out.json"
    with emulator.running_emulator(emulator.EmulatorSettings(task_seconds=3600)) as running:
        first = start_classify(request, running.base_url, f"sqlite:///{ledger}", out, words)
        while running.state.calls["tasks.get"] == 0:
            assert first.poll() is None
            time.sleep(0.05)
        first.kill()
        first.wait()
        created = running.state.calls["tasks.create"]
        assert created > 0
        # As if it had been killed between the platform's answer and its own note of it, and the lease were over.
        with sqlite3.connect(ledger) as connection:
            connection.execute("UPDATE classify_asks SET state = 'leased', task_id = NULL, lease_until = 0")
        connection.close()
        # The platform need not remember idempotency keys for long.
        running.core.idempotent.clear()
        running.advance(7200)
        second = start_classify(request, running.base_url, f"sqlite:///{ledger}", out, words)
        assert second.wait(120) == 0
        assert running.state.calls["tasks.create"] == created
        assert running.state.calls["tasks.list"] == created
    assert read_answer(out)["data"]
