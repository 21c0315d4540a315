"""Many videos: wall time at many slots, speed beside a loop over the SDK, share of a limit, growth of memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Any

from measures import Row
from upstream import running_upstream

__all__ = ["growth_rows", "limit_rows", "loop_rows", "slots_rows"]

_PROGRAM = Path(__file__).with_name("one_run.py")


def _run(kind: str, base_url: str, videos: int, slots: int) -> dict[str, float]:
    """Do one run in a fresh process; return its wall and processor seconds and its most memory in megabytes."""
    command = [sys.executable, str(_PROGRAM), kind, base_url, str(videos), str(slots)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    measured: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return measured


def slots_rows(videos: int = 2000, latency: float = 0.2) -> Iterator[Row]:
    """Measure an index of many videos with both drivers against the time the upstream alone must take."""
    with running_upstream(videos, latency) as base_url:
        for slots, aim in ((32, 1.05), (64, 1.10), (128, 1.20)):
            ideal = -(-videos // slots) * latency
            for kind in ("blocking", "asynchronous"):
                seconds = _run(kind, base_url, videos, slots)["seconds"]
                what = f"{videos} videos at {1000 * latency:.0f} ms, {slots} slots, {kind}"
                yield Row(what, f"{seconds:.2f} s", seconds / ideal, f"{ideal:.2f} s", aim)


def loop_rows(videos: int = 1000, slots: int = 16, rounds: int = 3) -> Iterator[Row]:
    """Measure against the current SDK in a pool of threads that reads JSON and no more, taking turns."""
    best: dict[str, dict[str, float]] = {}
    with running_upstream(videos, 0.0) as base_url:
        for _ in range(rounds):
            for kind in ("loop", "blocking", "asynchronous"):
                measured = _run(kind, base_url, videos, slots)
                known = best.setdefault(kind, measured)
                best[kind] = {name: min(value, known[name]) for name, value in measured.items()}
    loop = best.pop("loop")
    for kind, own in best.items():
        speed = f"{videos / own['seconds']:.0f}/s"
        beside = f"{videos / loop['seconds']:.0f}/s of the loop"
        yield Row(f"time beside a loop over the SDK, {kind}", speed, own["seconds"] / loop["seconds"], beside, 1 / 1.5)
        share = own["processor"] / loop["processor"]
        each = f"{1000 * own['processor'] / videos:.2f} ms"
        of = f"{1000 * loop['processor'] / videos:.2f} ms of the loop"
        yield Row(f"processor per video beside that loop, {kind}", each, share, of, 0.75)


def growth_rows(steps: tuple[int, ...] = (1_000, 10_000, 100_000)) -> Iterator[Row]:
    """Measure time per video and memory as an index grows, results streamed; the first step is what others compare to.

    `BENCH_MOST` in the environment leaves out the larger steps.
    """
    most = int(os.environ.get("BENCH_MOST", "0")) or max(steps)
    first: float | None = None
    for videos in [each for each in steps if each <= most]:
        with running_upstream(videos, 0.0) as base_url:
            measured = _run("stream", base_url, videos, 16)
        each = measured["steady"]
        first = each if first is None else first
        yield Row(f"time per video, {videos} videos streamed", f"{1e6 * each:.0f} µs", each / first, "1000 videos", 1.1)
        yield Row(
            f"memory, {videos} videos streamed", f"{measured['memory']:.0f} MB", measured["memory"] / 300, "300 MB", 1.0
        )


def limit_rows(videos: int = 1500, per_minute: int = 600) -> Iterator[Row]:
    """Measure how much of a stated limit is used, against the strict stand-in; takes as long as the limit says."""
    program = (
        "from pegasus_classify.emulator import EmulatorSettings, generated, serve_emulator as s;"
        f"s(EmulatorSettings(library=generated({videos}), rate_limit={per_minute}, rate_burst=20))"
    )
    with Popen([sys.executable, "-c", program], stdout=PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            base_url = process.stdout.readline().split()[-1]
            measured = _run("generated", base_url, videos, 32)
            told: Any = subprocess.run(
                [sys.executable, "-c", f"import httpx; print(httpx.get('{base_url}/_emulator/state').text)"],
                capture_output=True, text=True, check=True,
            ).stdout  # fmt: skip
        finally:
            process.terminate()
    answers = json.loads(told)["answers"]
    share = videos / (per_minute * measured["seconds"] / 60)
    yield Row(
        f"allowance of {per_minute}/min left unused",
        f"{100 * share:.1f} % used",
        1 / share,
        f"{measured['seconds']:.0f} s",
        1 / 0.96,
    )
    refused = answers.get("429", 0) / videos
    yield Row("answers 429", f"{100 * refused:.2f} %", refused / 0.01, "1 %", 1.0)
    yield Row("videos failed", f"{measured['failed']:.0f}", measured["failed"], "0", 0.0)
