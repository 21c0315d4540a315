"""What a migration costs: one routing decision, one look at the files, and the shadow's effect on the caller."""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import PIPE, Popen

from measures import Row
from upstream import running_upstream

from pegasus_classify import Classifier
from pegasus_classify.client.rollout import Rollout
from pegasus_classify.rollout.policy import Policy, policy_from
from pegasus_classify.rollout.route import Facts, Standing, decide
from pegasus_classify.settings import Settings

__all__ = ["rollout_rows"]

_POLICY = """
otherwise = "shadow"
log = "changes.jsonl"
[old]
url = "http://127.0.0.1:9"
[kill]
file = "STOP"
[[route]]
to = "pegasus"
classes = ["Cars"]
[[route]]
to = "pegasus"
indexes = ["one", "two"]
[[route]]
to = "pegasus"
percent = 5
"""
_CALLS, _PER_SECOND = 500, 50
_VIDEOS = {f"video-{each}": {"source": f"asset-{each}", "duration": 60.0} for each in range(40)}
_BODY = {"options": ["visual"], "classes": [{"name": "Dog", "prompts": ["dog"]}]}


def rollout_rows() -> Iterator[Row]:
    """Measure all of it; ratios are of the aim."""
    yield _decision()
    yield _look()
    yield from _shadow()


def _decision() -> Row:
    policy = policy_from(
        {
            "old": {"url": "http://old"},
            "otherwise": "shadow",
            "routes": [
                {"to": "pegasus", "classes": ["Cars"]},
                {"to": "pegasus", "indexes": ["one", "two"]},
                {"to": "pegasus", "percent": 5},
            ],
        }
    )
    facts = [Facts(frozenset({"Dog"}), f"video-{number}") for number in range(20_000)]
    taken: list[float] = []
    for start in range(0, len(facts), 1000):
        # The thread's own time: whatever else the machine does meanwhile takes no part.
        began = time.thread_time()
        for each in facts[start : start + 1000]:
            decide(each, policy, Standing())
        taken.append((time.thread_time() - began) / 1000)
    micros = statistics.median(taken) * 1e6
    return Row("routing decision, three routes", f"{micros:.1f} us", micros / 20, "20 us", 1.0)


def _look() -> Row:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rollout.toml"
        path.write_text(_POLICY, encoding="utf-8")
        rollout = Rollout(path, Settings())
        taken: list[float] = []
        for _ in range(25):
            began = time.thread_time()
            for _ in range(200):
                rollout.refresh()
                rollout.deciding()
            taken.append((time.thread_time() - began) / 200)
        micros = statistics.median(taken) * 1e6
        rollout.close()
    return Row("looking for a changed policy and a stop-file", f"{micros:.1f} us", micros / 50, "50 us", 1.0)


def _shadow() -> Iterator[Row]:
    """Ask 50 times a second with and without a shadow, interleaved; the old side answers from what it keeps."""
    with running_upstream(40, 0.05) as platform, _old_side(platform) as old:
        plain = Policy(old={"url": old})
        shadowed = Policy(old={"url": old}, otherwise="shadow", shadow={"usd_per_day": 1e9, "minutes_per_day": 1e9})
        # Nothing is kept, so that every shadow asks the platform anew.
        more = {"video_map": _VIDEOS, "cache_ttl": 0.0}
        with (
            Classifier("key", platform, policy=plain, **more) as one,
            Classifier("key", platform, policy=shadowed, **more) as other,
        ):
            without, beside = _times((one, other))
            assert other._rollout is not None
            assert other._rollout.shadow.counts["run"] > _CALLS / 10
        added = [statistics.median(beside) - statistics.median(without), _p99(beside) - _p99(without)]
    yield Row(
        "added by a shadow, median, 50 calls/s", f"{added[0] * 1e3:.2f} ms", max(0.0, added[0]) / 1e-3, "1 ms", 1.0
    )
    yield Row("added by a shadow, 99th percentile", f"{added[1] * 1e3:.2f} ms", max(0.0, added[1]) / 5e-3, "5 ms", 1.0)


@contextmanager
def _old_side(platform: str) -> Iterator[str]:
    """A Classify in a process of its own, which answers from what it keeps."""
    command = [sys.executable, "-m", "pegasus_classify.cli.main", "serve", "--port", "0", "--store", "memory:"]
    with tempfile.TemporaryDirectory() as folder:
        videos = Path(folder) / "videos.json"
        videos.write_text(json.dumps(_VIDEOS), encoding="utf-8")
        with Popen([*command, "--upstream", platform, "--video-map", str(videos)], stdout=PIPE, text=True) as process:
            assert process.stdout is not None
            try:
                yield process.stdout.readline().split()[-1]
            finally:
                process.terminate()


def _times(clients: tuple[Classifier, Classifier]) -> tuple[list[float], list[float]]:
    times: tuple[list[float], list[float]] = ([], [])
    videos = list(_VIDEOS)
    for client in clients:
        for video in videos:
            status, body = client.handle("POST", "/v1.2/classify", {**_BODY, "video_ids": [video]})
            assert status == 200, body
    turn = threading.Event()
    for block in range(10):
        for client, taken in zip(clients, times, strict=True):
            for number in range(_CALLS // 10):
                began = time.perf_counter()
                client.handle(
                    "POST", "/v1.2/classify", {**_BODY, "video_ids": [videos[(block + number) % len(videos)]]}
                )
                seconds = time.perf_counter() - began
                taken.append(seconds)
                turn.wait(max(0.0, 1 / _PER_SECOND - seconds))
    return times


def _p99(times: list[float]) -> float:
    return statistics.quantiles(times, n=100)[98]
