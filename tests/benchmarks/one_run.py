"""One run in a process of its own, so that its processor time and memory are its own.

`python one_run.py KIND UPSTREAM VIDEOS SLOTS` prints JSON: wall seconds, processor seconds, seconds per video after
the first tenth, most memory in megabytes, videos failed.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from upstream import INDEX

from pegasus_classify import AsyncClassifier, Classifier, Failure
from pegasus_classify.emulator import generated

__all__: list[str] = []

_CALL: dict[str, Any] = {
    "options": ["visual"],
    "classes": [{"name": "Dogs", "prompts": ["A dog"]}],
    "threshold": {"min_video_score": 1, "min_duration_ratio": 0.01},
}


def _blocking(base_url: str, videos: int, slots: int) -> None:
    with Classifier("key", base_url, concurrency=slots, max_hours=1e9) as client:
        assert client.index(index_id=INDEX, **_CALL).page_info.total_results == videos


def _asynchronous(base_url: str, videos: int, slots: int) -> None:
    async def run() -> None:
        async with AsyncClassifier("key", base_url, concurrency=slots, max_hours=1e9) as client:
            assert (await client.index(index_id=INDEX, **_CALL)).page_info.total_results == videos

    asyncio.run(run())


def _loop(base_url: str, videos: int, slots: int) -> None:
    """What a user would write: list, ask in a pool of threads, read the JSON."""
    from twelvelabs import TwelveLabs
    from twelvelabs.types import VideoContext_AssetId

    client = TwelveLabs(api_key="key", base_url=f"{base_url}/v1.3")
    prompt = "Classify: Dogs (A dog). Answer as JSON."

    def ask(asset_id: str) -> Any:
        video = VideoContext_AssetId(asset_id=asset_id)
        told = client.analyze(model_name="pegasus1.5", video=video, prompt=prompt, temperature=0, max_tokens=2048)
        return json.loads(told.data or "")

    listed: list[str] = []
    for item in client.indexes.indexed_assets.list(INDEX, page_limit=50):
        listed.append(str(item.asset_id))
    with ThreadPoolExecutor(slots) as pool:
        assert sum(1 for _ in pool.map(ask, listed)) == videos


def _outcomes(base_url: str, slots: int, index_id: str) -> Iterator[Any]:
    with Classifier("key", base_url, concurrency=slots, max_hours=1e9) as client:
        yield from client.stream(index_id=index_id, **_CALL)


def _main(kind: str, base_url: str, videos: int, slots: int) -> None:
    before, steady, failed = time.perf_counter(), 0.0, 0
    if kind in {"stream", "generated"}:
        index_id = INDEX if kind == "stream" else generated(videos).indexes[0].id
        count, tenth = 0, before
        for outcome in _outcomes(base_url, slots, index_id):
            count += 1
            failed += isinstance(outcome, Failure)
            if count == videos // 10:
                tenth = time.perf_counter()
        assert count == videos
        steady = (time.perf_counter() - tenth) / (videos - videos // 10)
    else:
        {"blocking": _blocking, "asynchronous": _asynchronous, "loop": _loop}[kind](base_url, videos, slots)
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(
        json.dumps(
            {
                "seconds": time.perf_counter() - before,
                "processor": used.ru_utime + used.ru_stime,
                "steady": steady,
                "memory": used.ru_maxrss / 1024,
                "failed": failed,
            }
        )
    )


if __name__ == "__main__":
    _main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
