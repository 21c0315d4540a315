"""What is measured: the core per video, imports, and the wall time of many videos."""

from __future__ import annotations

import asyncio
import json
import math
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from upstream import INDEX, running_upstream

from pegasus_classify import AsyncClassifier, Classifier, ClassifyRequest, Settings, VideoResult
from pegasus_classify.client.asking import Asker
from pegasus_classify.contract.asks import Answer, Video, VideoSource
from pegasus_classify.judging.judge import Judge
from pegasus_classify.legacy.wire import read_request
from pegasus_classify.package_files import packaged_prompts
from pegasus_classify.runs.conversation import Conversation, conversation
from pegasus_classify.scoring.curve import curve_for

__all__ = ["Row", "core_rows", "import_rows", "wall_rows"]


@dataclass(frozen=True)
class Row:
    """One line of the table: what, the measured value as text, its ratio to the ideal or the aim, and the aim."""

    what: str
    measured: str
    ratio: float
    of: str
    aim: float

    @property
    def reached(self) -> bool:
        """Whether the ratio is within the aim."""
        return self.ratio <= self.aim


def core_rows() -> Iterator[Row]:
    """Measure the pure core: what one video costs between the request and its result, without any waiting."""
    for classes, prompts, clips, aim in ((3, 3, 6, 0.5), (10, 100, 100, 2.0)):
        milliseconds = 1000 * _core_seconds(classes, prompts, clips)
        what = f"core per video: {classes} classes, {prompts} prompts, {clips} clips"
        yield Row(what, f"{milliseconds:.3f} ms", milliseconds / aim, f"{aim} ms", 1.0)


def _core_seconds(classes: int, prompts: int, clips: int, videos: int = 400, rounds: int = 7) -> float:
    request = _request(classes, prompts // classes)
    asker = Asker(Settings())
    plan = asker.plan_of(request)
    curve = curve_for(json.loads(packaged_prompts()["curves.json"]), plan.model.name, plan.prompt_hash)
    judge = Judge(request, curve)
    text = _generated(plan.groups[0].vocabulary.prompt_ids, clips)
    all_videos = [Video(f"v{each}", VideoSource("asset_id", f"a{each}"), 600.0) for each in range(videos)]

    def once() -> None:
        for video in all_videos:
            result = _told(conversation(plan, judge, video), text)
            assert len(result.classes) == classes

    return min(_seconds(once) for _ in range(rounds)) / videos


def _told(talk: Conversation, text: str) -> VideoResult:
    answer = Answer(text=text, finish_reason="stop", output_tokens=500)
    try:
        talk.send(tuple(answer for _ in next(talk)))
    except StopIteration as stop:
        result: VideoResult = stop.value
        return result
    raise AssertionError("the text was not understood at once")


def _request(classes: int, prompts: int) -> ClassifyRequest:
    body = {
        "video_ids": ["v0"],
        "options": ["visual"],
        "classes": [
            {"name": f"Class {each}", "prompts": [f"Something to be seen {each} {prompt}" for prompt in range(prompts)]}
            for each in range(classes)
        ],
        "include_clips": True,
        "threshold": {"min_video_score": 1, "min_duration_ratio": 0.01, "min_clip_score": 1},
    }
    return read_request(body)[0]


def _generated(prompt_ids: object, clips: int) -> str:
    """Write an answer in which the clips are dealt out to the prompts in turn."""
    ids = list(prompt_ids)  # type: ignore[call-overload]
    by_class: dict[str, list[dict[str, object]]] = {}
    for each in range(clips):
        prompt = ids[each % len(ids)]
        start = round(each * 590 / clips, 2)
        clip = {"start": start, "end": round(start + 12.5, 2), "prompt": prompt, "option": "visual", "confidence": 85}
        by_class.setdefault(prompt.partition(".")[0], []).append(clip)
    return json.dumps({"classes": [{"class": name, "confidence": 85, "clips": own} for name, own in by_class.items()]})


def _seconds(work: Callable[[], object]) -> float:
    before = time.perf_counter()
    work()
    return time.perf_counter() - before


_IMPORTS = (
    ("import pegasus_classify", "import pegasus_classify", "import twelvelabs"),
    (
        "from pegasus_classify import Classifier",
        "from pegasus_classify import Classifier",
        "import twelvelabs; twelvelabs.TwelveLabs",
    ),
    (
        "import Classifier and make one",
        "from pegasus_classify import Classifier; Classifier('key')",
        "import twelvelabs; twelvelabs.TwelveLabs(api_key='key')",
    ),
)
"""Each row: what, our program, and the one over the current SDK that does as much."""


def import_rows(rounds: int = 9) -> Iterator[Row]:
    """Measure processor time in fresh interpreters, taking turns: imports, and the first client made."""
    times: dict[str, list[float]] = {program: [] for _, *both in _IMPORTS for program in both}
    for _ in range(rounds):
        for program, measured in times.items():
            measured.append(_import_seconds(program))
    for what, ours, theirs in _IMPORTS:
        own, other = statistics.median(times[ours]), statistics.median(times[theirs])
        of = f"{theirs.rpartition('; ')[2]}, {1000 * other:.0f} ms"
        yield Row(what, f"{1000 * own:.0f} ms", own / other, of, 0.5)


def _import_seconds(program: str) -> float:
    timed = f"import time; t = time.process_time(); {program}; print(time.process_time() - t)"
    done = subprocess.run([sys.executable, "-c", timed], capture_output=True, text=True, check=True)
    return float(done.stdout)


def wall_rows(videos: int = 500, latency: float = 0.2) -> Iterator[Row]:
    """Measure the wall time of an index of many videos against the time that the upstream alone must take."""
    with running_upstream(videos, latency) as base_url:
        for slots in (8, 32):
            ideal = math.ceil(videos / slots) * latency
            for name, run in (("blocking", _blocking), ("asynchronous", _asynchronous)):
                seconds = _seconds(lambda run=run, slots=slots: run(base_url, slots, videos))  # type: ignore[misc]
                what = f"{videos} videos at {1000 * latency:.0f} ms, {slots} slots, {name}"
                yield Row(what, f"{seconds:.2f} s", seconds / ideal, f"{ideal:.2f} s", 1.1)


_CALL = {
    "index_id": INDEX,
    "options": ["visual"],
    "classes": [{"name": "Dogs", "prompts": ["A dog"]}],
    "threshold": {"min_video_score": 1, "min_duration_ratio": 0.01},
}


def _blocking(base_url: str, slots: int, videos: int) -> None:
    with Classifier("key", base_url, concurrency=slots) as client:
        page = client.index(**_CALL)
        assert page.page_info.total_results == videos


def _asynchronous(base_url: str, slots: int, videos: int) -> None:
    async def run() -> None:
        async with AsyncClassifier("key", base_url, concurrency=slots) as client:
            page = await client.index(**_CALL)
            assert page.page_info.total_results == videos

    asyncio.run(run())
