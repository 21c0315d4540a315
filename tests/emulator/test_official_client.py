"""An outside check: the vendor's own client library understands every answer of the stand-in."""

from __future__ import annotations

import json

import httpx
import pytest

from pegasus_classify.emulator import MAIN_INDEX_ID

twelvelabs = pytest.importorskip("twelvelabs")

PROMPT = "c1.p1: SUV"


@pytest.fixture
def client(start):
    caller = start(task_seconds=0, keys=("right",), key="right")
    with httpx.Client() as http:
        yield twelvelabs.TwelveLabs(api_key="right", base_url=f"{caller.emulator.base_url}/v1.3", httpx_client=http)


@pytest.fixture
def video(asset):
    return twelvelabs.VideoContext_AssetId(asset_id=asset("63996203ce36463e0199c8c2"))


def test_listing(client):
    """Indexes, videos, indexed assets and assets page through."""
    assert MAIN_INDEX_ID in {index.id for index in client.indexes.list()}
    videos = list(client.indexes.videos.list(MAIN_INDEX_ID, duration={"gte": 600}))
    assert {video.system_metadata.duration >= 600 for video in videos} == {True}
    indexed = list(client.indexes.indexed_assets.list(MAIN_INDEX_ID, page_limit=5))
    assert len(indexed) == 13
    assert client.indexes.indexed_assets.retrieve(MAIN_INDEX_ID, indexed[0].id).asset_id == indexed[0].asset_id
    assert client.indexes.videos.retrieve(MAIN_INDEX_ID, indexed[0].id).id == indexed[0].id
    assert client.assets.retrieve(indexed[0].asset_id).status == "ready"
    assert next(iter(client.assets.list(filename="farm-visit.mp4"))).filename == "farm-visit.mp4"


def test_analyze_and_its_stream(client, video):
    """The joined stream is the whole text."""
    whole = client.analyze(model_name="pegasus1.5", video=video, prompt=PROMPT, temperature=0)
    events = list(client.analyze_stream(model_name="pegasus1.5", video=video, prompt=PROMPT))
    text = "".join(event.text for event in events if event.event_type == "text_generation")
    assert text == whole.data
    assert json.loads(text)["classes"]
    assert (whole.finish_reason, events[-1].finish_reason) == ("stop", "stop")


def test_tasks_and_batches(client, video):
    """Created, listed, retrieved, canceled, deleted."""
    tasks, batches = client.analyze_async.tasks, client.analyze_async.batches
    created = tasks.create(model_name="pegasus1.5", video=video, prompt=PROMPT)
    task = tasks.retrieve(created.task_id)
    assert (task.status, task.result.finish_reason) == ("ready", "stop")
    assert tasks.list().data[0].task_id == created.task_id
    item = twelvelabs.BatchItemRequest(video=twelvelabs.BatchVideoContext(type="asset_id", asset_id=video.asset_id))
    defaults = twelvelabs.BatchDefaults(prompt=twelvelabs.BatchPrompt(input_text=PROMPT))
    batch = batches.create(model_name="pegasus1.5", analysis_mode="general", requests=[item], defaults=defaults)
    view = batches.retrieve(batch.batch_id)
    assert (view.status, view.ready_items) == ("completed", 1)
    with pytest.raises(twelvelabs.ConflictError):
        batches.cancel(batch.batch_id)
    tasks.delete(created.task_id)
    with pytest.raises(twelvelabs.NotFoundError):
        tasks.retrieve(created.task_id)


def test_errors_have_the_classes_of_the_client(client, video):
    """400 and 404 arrive as what they are."""
    with pytest.raises(twelvelabs.BadRequestError):
        client.analyze(model_name="pegasus1.2", video=video, prompt=PROMPT)
    with pytest.raises(twelvelabs.core.api_error.ApiError) as unknown:
        client.indexes.retrieve("none")
    assert unknown.value.status_code == 404
