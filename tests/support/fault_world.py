"""What the tests of faults have in common: a library, a request, ways to ask it, and the answer without faults."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pegasus_classify import Classifier, emulator

__all__ = ["CALL", "LIBRARY", "VIDEOS", "asked", "by_video", "request_file", "settings", "states", "until"]

VIDEOS = 40
LIBRARY = emulator.generated(VIDEOS)
CALL: dict[str, Any] = {
    "index_id": LIBRARY.indexes[0].id,
    "options": ["visual"],
    "classes": [{"name": "Cars", "prompts": ["SUV", "Sedan"]}, {"name": "Pets", "prompts": ["Cat", "Dog"]}],
    "threshold": {"min_video_score": 1, "min_duration_ratio": 0.01},
    "include_clips": True,
    "page_limit": 50,
}


def settings(**more: Any) -> Any:
    """The stand-in's settings, on the library of these tests."""
    return emulator.EmulatorSettings(library=LIBRARY, **more)


def asked(store: str, base_url: str, **choices: Any) -> Any:
    """The first page of the answer, which holds all videos, by a classifier of its own."""
    with Classifier("key", base_url, store=store, max_hours=1000, **choices) as client:
        return client.index(**CALL)


def request_file(folder: Path) -> Path:
    """The request as a file."""
    path = folder / "request.json"
    path.write_text(json.dumps(CALL), encoding="utf-8")
    return path


def by_video(*answers: Any) -> dict[str, Any]:
    """The entries of some answers by the id of their video."""
    return {entry["video_id"]: entry for answer in answers for entry in answer["data"]}


def states(ledger: Path) -> dict[str, int]:
    """How many asks of a ledger are in which state."""
    with sqlite3.connect(ledger) as connection:
        found = dict(connection.execute("SELECT state, count(*) FROM classify_asks GROUP BY state").fetchall())
    connection.close()
    return found


def until(condition: Callable[[], object], seconds: float = 60.0) -> None:
    """Wait for something that another thread or process brings about."""
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends, "it did not happen"
        time.sleep(0.005)
