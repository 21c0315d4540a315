"""Classification on a real Ray with two workers, in the environment that has it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from pegasus_classify import Classifier

emulator = pytest.importorskip("pegasus_classify.emulator")

PROGRAM = Path(__file__).parents[1] / "support" / "ray_program.py"
BODY: dict[str, Any] = {
    "options": ["visual"],
    "classes": [{"name": "Cars", "prompts": ["SUV", "Sedan"]}],
    "threshold": {"min_video_score": 1, "min_duration_ratio": 0.01},
    "include_clips": True,
}


@pytest.fixture
def python() -> str:
    """The interpreter that has Ray: PEGASUS_CLASSIFY_RAY_PYTHON, else this one."""
    chosen = os.environ.get("PEGASUS_CLASSIFY_RAY_PYTHON")
    if chosen is None and find_spec("ray") is None:
        pytest.skip("no Ray here")
    return chosen or sys.executable


@pytest.mark.slow
def test_a_data_set_of_ids_becomes_one_of_answers_and_nothing_is_paid_twice(python: str, tmp_path: Path) -> None:
    library = emulator.generated(60)
    ids = [video.id for video in library.indexes[0].videos]
    with emulator.running_emulator(emulator.EmulatorSettings(library=library)) as running:
        given = [running.base_url, f"sqlite:///{tmp_path}/store.db", json.dumps(BODY)]
        asked = [*ids, *ids[:5], "ffffffffffffffffffffffff"]
        rows = _rows(python, *given, json.dumps(asked))
        assert sorted(row["video_id"] for row in rows) == sorted(asked)
        assert running.state.analyze_calls == 60
        assert set(running.state.asset_calls.values()) == {1}
        _rows(python, *given, json.dumps(ids))
        assert running.state.analyze_calls == 60
        with Classifier("key", running.base_url, max_hours=1000) as client:
            alone = {each.video_id: each for each in client.videos(ids, page_limit=50, **BODY)}
    told = {row["video_id"]: json.loads(row["result"]) for row in rows if row["result"]}
    assert {video_id: told[video_id] for video_id in alone} == {
        video_id: each.model_dump(exclude_none=True) for video_id, each in alone.items()
    }
    (unknown,) = [row for row in rows if row["error"]]
    assert unknown["video_id"] == "f" * 24


def _rows(python: str, *words: str) -> list[Any]:
    done = subprocess.run([python, str(PROGRAM), *words], capture_output=True, text=True, timeout=300, check=False)
    lines = [line for line in done.stdout.splitlines() if line.startswith("rows:")]
    assert lines, done.stderr[-2000:]
    rows: list[Any] = json.loads(lines[0].removeprefix("rows:"))
    return rows
