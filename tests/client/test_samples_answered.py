"""Every recorded request, its ids replaced by the stand-in's, gets an answer that obeys the old API's schema."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from legacy_samples import Sample, recorded, samples, schema_errors

from pegasus_classify import Classifier

emulator = pytest.importorskip("pegasus_classify.emulator")

VIDEOS = (
    "63996203ce36463e0199c8c2",
    "64428d88456b2dab381e7022",
    "6444c376456b2dab381e702d",
    "63a2a2a7ce36463e0199c8e5",
)
SENT = [each for each in samples() if each.request and each.status != 400]


@pytest.fixture(scope="module", params=["clean", "messy"])
def client(request: pytest.FixtureRequest) -> Iterator[Classifier]:
    """A classifier whose answers come in good and in bad handwriting."""
    settings = emulator.EmulatorSettings(style=request.param)
    with emulator.running_emulator(settings) as running, Classifier("key", running.base_url) as made:
        yield made


def with_known_ids(sample: Sample) -> Any:
    """The request, about videos that the stand-in holds."""
    body = dict(sample.request)
    if "index_id" in body:
        body["index_id"] = emulator.MAIN_INDEX_ID
    if "video_id" in body:
        body["video_id"] = VIDEOS[0]
    if "video_ids" in body:
        body["video_ids"] = [VIDEOS[number % len(VIDEOS)] for number in range(len(body["video_ids"]))]
    return body


def check(client: Classifier, sample: Sample) -> list[Any]:
    """Send a request, check every page of its answer, and return the entries."""
    status, body = client.handle("POST", _address(sample), with_known_ids(sample))
    assert status == 200, body
    dialect = "labels" if "labels" in sample.request else "classes"
    if "data" not in body:
        assert schema_errors("labels_single_answer", body) == []
        return [body]
    entries = []
    while True:
        assert schema_errors(f"{dialect}_answer", body) == []
        entries += body["data"]
        info = body["page_info"]
        token = info.get("next_page_token") or info.get("next_token")
        if not token:
            return entries
        status, body = client.handle("GET", f"/v1.2/classify/{token}")
        assert status == 200, body


def _address(sample: Sample) -> str:
    return sample.path if sample.path.startswith(("/v", "/p")) else f"/v1.2{sample.path}"


@pytest.mark.parametrize("sample", SENT, ids=lambda sample: sample.name)
def test_a_sample_is_answered(client: Classifier, sample: Sample):
    """Pages included; no video twice, no class that was not asked."""
    entries = check(client, sample)
    dialect = "labels" if "labels" in sample.request else "classes"
    asked = {each["name"] for each in sample.request[dialect]}
    ids = [each.get("video_id") for each in entries]
    assert len(ids) == len(set(ids))
    assert {item["name"] for each in entries for item in each[dialect]} <= asked


def test_the_requests_of_the_old_guide_find_something(client: Classifier):
    """In the videos of the old guide."""
    guide = [each for each in SENT if each.name.startswith("guide")]
    assert len(guide) == 3
    assert all(len(check(client, each)) >= 2 for each in guide)


def test_every_recorded_request_is_answered(client: Classifier, shared_folder: Path):
    """Those of the reference material."""
    for sample in recorded(shared_folder):
        if isinstance(sample.request, dict) and ("labels" in sample.request or "classes" in sample.request):
            check(client, sample)
