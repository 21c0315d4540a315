"""One run in a process of its own, so that its processor time and memory are its own.

`python one_run.py KIND UPSTREAM VIDEOS SLOTS` prints JSON: wall seconds, processor seconds, seconds per video after
the first tenth, most memory in megabytes, videos failed. What is imported is measured elsewhere and not counted here:
each kind loads what it uses, and no more, by making a client before the clocks start.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeAlias

from upstream import INDEX

__all__: list[str] = []

Measured: TypeAlias = dict[str, float]
Run: TypeAlias = Callable[[str, int, int], Measured]
"""Takes address, videos and slots; returns what it measured besides time and memory."""

_CALL: dict[str, Any] = {
    "options": ["visual"],
    "classes": [{"name": "Dogs", "prompts": ["A dog"]}],
    "threshold": {"min_video_score": 1, "min_duration_ratio": 0.01},
}


def _blocking() -> Run:
    from pegasus_classify import Classifier

    _loaded()

    def run(base_url: str, videos: int, slots: int) -> Measured:
        with Classifier("key", base_url, concurrency=slots, max_hours=1e9) as client:
            assert client.index(index_id=INDEX, **_CALL).page_info.total_results == videos
        return {}

    return run


def _asynchronous() -> Run:
    from pegasus_classify import AsyncClassifier

    _loaded()

    async def all_of(base_url: str, videos: int, slots: int) -> None:
        async with AsyncClassifier("key", base_url, concurrency=slots, max_hours=1e9) as client:
            assert (await client.index(index_id=INDEX, **_CALL)).page_info.total_results == videos

    def run(base_url: str, videos: int, slots: int) -> Measured:
        asyncio.run(all_of(base_url, videos, slots))
        return {}

    return run


def _loaded() -> None:
    import pegasus_classify.drivers.connections
    from pegasus_classify import Classifier

    assert pegasus_classify.drivers.connections
    Classifier("key").close()


def _loop() -> Run:
    """What a user would write: list, ask in a pool of threads, read the JSON."""
    from twelvelabs import TwelveLabs
    from twelvelabs.types import VideoContext_AssetId

    TwelveLabs(api_key="key")
    prompt = "Classify: Dogs (A dog). Answer as JSON."

    def run(base_url: str, videos: int, slots: int) -> Measured:
        client = TwelveLabs(api_key="key", base_url=f"{base_url}/v1.3")

        def ask(asset_id: str) -> Any:
            video = VideoContext_AssetId(asset_id=asset_id)
            told = client.analyze(model_name="pegasus1.5", video=video, prompt=prompt, temperature=0, max_tokens=2048)
            return json.loads(told.data or "")

        listed: list[str] = []
        for item in client.indexes.indexed_assets.list(INDEX, page_limit=50):
            listed.append(str(item.asset_id))
        with ThreadPoolExecutor(slots) as pool:
            assert sum(1 for _ in pool.map(ask, listed)) == videos
        return {}

    return run


def _stream(index_id: str = INDEX) -> Run:
    from pegasus_classify import Classifier, Failure

    _loaded()

    def run(base_url: str, videos: int, slots: int) -> Measured:
        count = failed = 0
        tenth = time.perf_counter()
        with Classifier("key", base_url, concurrency=slots, max_hours=1e9) as client:
            for outcome in client.stream(index_id=index_id, **_CALL):
                count += 1
                failed += isinstance(outcome, Failure)
                if count == videos // 10:
                    tenth = time.perf_counter()
            assert count == videos
            return {"steady": (time.perf_counter() - tenth) / (videos - videos // 10), "failed": failed}

    return run


def _generated() -> Run:
    """The same against the strict stand-in's own index."""
    from pegasus_classify.emulator import generated

    return _stream(generated(1).indexes[0].id)


def _main(kind: str, base_url: str, videos: int, slots: int) -> None:
    kinds = {
        "blocking": _blocking,
        "asynchronous": _asynchronous,
        "loop": _loop,
        "stream": _stream,
        "generated": _generated,
    }
    run = kinds[kind]()
    before, processor = time.perf_counter(), time.process_time()
    measured = run(base_url, videos, slots)
    measured["seconds"] = time.perf_counter() - before
    measured["processor"] = time.process_time() - processor
    measured["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(measured))


if __name__ == "__main__":
    _main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
