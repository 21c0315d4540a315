"""The same request, whichever way it takes to the model, over real sockets."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from pegasus_classify.carrying.pace import Pace
from pegasus_classify.carrying.schedule import Schedule
from pegasus_classify.client.asking import Asker
from pegasus_classify.contract.request import ClassDefinition, ClassifyRequest
from pegasus_classify.contract.result import ClassifyResult
from pegasus_classify.drivers.blocking import BlockingDriver
from pegasus_classify.drivers.http import Endpoint
from pegasus_classify.emulator import MAIN_INDEX_ID, EmulatorSettings, RunningEmulator, running_emulator
from pegasus_classify.pegasus.analyze import analyze
from pegasus_classify.pegasus.batches import batch
from pegasus_classify.pegasus.tasks import Submission, task
from pegasus_classify.settings import Settings
from pegasus_classify.steps import Claim, Claimed, Outcome, Record, Share, Shared

REQUEST = ClassifyRequest(
    index_id=MAIN_INDEX_ID,
    options=("visual",),
    include_clips=True,
    classes=(
        ClassDefinition(name="Car shapes", prompts=("SUV", "Sedan", "Truck", "Pickup Truck")),
        ClassDefinition(name="Pets", prompts=("Cat", "Dog")),
    ),
)


@pytest.fixture(scope="module")
def stand_in() -> Iterator[RunningEmulator]:
    with running_emulator(EmulatorSettings(task_seconds=0.0)) as running:
        yield running


def by_sync_call(ask: Any, key: str, run: str) -> Any:
    return analyze(ask, 0)


def by_task(ask: Any, key: str, run: str) -> Any:
    return task(Submission(ask, key, key[:64], 0))


def by_batch(ask: Any, key: str, run: str) -> Any:
    shared = yield Share(key, ask)
    assert isinstance(shared, Shared)
    assert shared.answer is not None
    return shared.answer


class NoLedger:
    """Everything may be asked."""

    inline = True

    def perform(self, step: Claim | Record) -> Outcome:
        return Claimed("mine") if isinstance(step, Claim) else None

    def perform_all(self, steps: Any) -> list[Outcome]:
        return [self.perform(step) for step in steps]


def classified(base_url: str, carrier: Any, **settings: Any) -> ClassifyResult:
    chosen = Settings(upstream=base_url, api_key="a-key", concurrency=16, **settings)
    run = Asker(chosen).run_of(REQUEST)
    schedule = Schedule("account", carrier, Pace(16), partial(batch, retries=0))
    ended = threading.Event()

    driver = BlockingDriver(schedule, NoLedger(), Endpoint(base_url, "a-key"), 16)
    driver.call(lambda: schedule.add(run))
    for _ in range(4000):
        if run.finished:
            break
        ended.wait(0.01)
    driver.close()
    assert run.finished
    result = run.result(list(run.outcomes))
    assert not result.failed
    return result


def found(result: ClassifyResult) -> list[Any]:
    return [(video.video_id, video.classes) for video in result.videos]


@pytest.mark.slow
def test_the_sync_call_tasks_and_batches_give_the_same_result(stand_in: RunningEmulator) -> None:
    by_call = classified(stand_in.base_url, by_sync_call)
    assert by_call.videos
    assert found(classified(stand_in.base_url, by_task)) == found(by_call)
    assert found(classified(stand_in.base_url, by_batch)) == found(by_call)
    assert stand_in.state.calls["batches.create"] == 1


@pytest.mark.slow
def test_segments_find_the_same_classes_in_the_same_videos(stand_in: RunningEmulator) -> None:
    by_call = classified(stand_in.base_url, by_sync_call)
    by_segments = classified(stand_in.base_url, by_task, ask="segments")
    names = [(video.video_id, sorted(each.name for each in video.classes)) for video in by_call.videos]
    assert sorted(
        (video.video_id, sorted(each.name for each in video.classes)) for video in by_segments.videos
    ) == sorted(names)
    assert by_segments.cost.video_seconds == 2 * by_call.cost.video_seconds
