"""Shards as processes on one PostgreSQL, their parts overlapping or not: no ask is made twice, nothing is missing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from classify_process import read_answer, start_classify
from fault_world import VIDEOS, by_video, request_file, settings, until
from postgres_cluster import Cluster, programs_folder, running_cluster

emulator = pytest.importorskip("pegasus_classify.emulator")


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    programs = programs_folder()
    if programs is None:
        pytest.skip("no PostgreSQL here")
    with running_cluster(programs) as running:
        yield running


def start_all(folder: Path, upstream: str, address: str, shards: Sequence[str], *more: str) -> list[Any]:
    request = request_file(folder)
    words = ["--all-pages", "--concurrency", "4", "--max-hours", "1000", *more]
    return [
        start_classify(request, upstream, address, folder / f"{number}.json", [*words, "--shard", shard])
        for number, shard in enumerate(shards)
    ]


@pytest.mark.slow
@pytest.mark.parametrize("shards", [("1/3", "2/3", "3/3"), ("1/2", "1/1", "2/2"), ("1/1", "1/1", "1/1")])
def test_three_processes_never_make_the_same_ask_twice(
    shards: tuple[str, ...], tmp_path: Path, cluster: Cluster, calm_body: Any
) -> None:
    with emulator.running_emulator(settings(latency=0.05)) as running:
        processes = start_all(tmp_path, running.base_url, cluster.address(), shards)
        assert [process.wait(240) for process in processes] == [0, 0, 0]
        assert set(running.state.asset_calls.values()) == {1}
        assert running.state.analyze_calls == VIDEOS
    answers = [read_answer(tmp_path / f"{number}.json") for number in range(3)]
    assert by_video(*answers) == by_video({"data": calm_body})
    if shards == ("1/3", "2/3", "3/3"):
        assert sum(len(answer["data"]) for answer in answers) == len(calm_body)


@pytest.mark.slow
def test_a_shard_that_is_killed_is_done_by_the_others(tmp_path: Path, cluster: Cluster, calm_body: Any) -> None:
    with emulator.running_emulator(settings(latency=0.2)) as running:
        doomed, one, other = start_all(tmp_path, running.base_url, cluster.address(), ("1/1", "1/1", "1/1"))
        until(lambda: running.state.analyze_calls >= VIDEOS // 3)
        doomed.kill()
        doomed.wait()
        assert [process.wait(240) for process in (one, other)] == [0, 0]
        # What was on the wire of the killed one, and what it had not written down.
        assert running.state.analyze_calls <= VIDEOS + 8
    for number in (1, 2):
        assert read_answer(tmp_path / f"{number}.json")["data"] == calm_body
