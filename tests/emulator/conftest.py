"""A stand-in on a real socket, and the bodies most tests begin with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import httpx
import pytest

from pegasus_classify.emulator import EmulatorSettings, RunningEmulator, packaged_library, running_emulator

CAR_PARK = "63996203ce36463e0199c8c2"


class Caller:
    """An httpx client of one stand-in, with the key in its header and the version in its base."""

    def __init__(self, emulator: RunningEmulator, key: str = "test-key") -> None:
        self.emulator = emulator
        headers = {"x-api-key": key} if key else {}
        # Reading the certificates of the world, which nothing on this machine needs, takes longer than most tests.
        self.http = httpx.Client(base_url=f"{emulator.base_url}/v1.3", headers=headers, timeout=10, verify=False)

    def analyze(self, prompt: str, video: str = CAR_PARK, **more: object) -> httpx.Response:
        """Ask about one video, without a stream."""
        return self.http.post("/analyze", json={**body(prompt, video), "stream": False, **more})

    def text(self, prompt: str, video: str = CAR_PARK, **more: object) -> str:
        """Ask about one video and return the generated text."""
        reply = self.analyze(prompt, video, **more)
        assert reply.status_code == 200, reply.text
        data: str = reply.json()["data"]
        return data


def asset_of(video_id: str) -> str:
    """The asset of a packaged video."""
    videos = (video for index in packaged_library().indexes for video in index.videos)
    found = {video.id: video.asset_id for video in videos}[video_id]
    assert found is not None
    return found


def body(prompt: str = "Is there an SUV (c1) in it?", video: str = CAR_PARK) -> dict[str, object]:
    """A request body about a packaged video."""
    return {"model_name": "pegasus1.5", "video": {"type": "asset_id", "asset_id": asset_of(video)}, "prompt": prompt}


@pytest.fixture
def start() -> Iterator[Callable[..., Caller]]:
    """Start stand-ins with given settings; all stop with the test."""
    with ExitStack() as stack:

        def started(key: str = "test-key", **settings: object) -> Caller:
            emulator = stack.enter_context(running_emulator(EmulatorSettings(**settings)))  # type: ignore[arg-type]
            caller = Caller(emulator, key)
            stack.callback(caller.http.close)
            return caller

        yield started


@pytest.fixture(scope="module")
def plain() -> Iterator[Caller]:
    """A stand-in with default settings, shared by the tests of a file."""
    with running_emulator(EmulatorSettings(task_seconds=60)) as emulator:
        caller = Caller(emulator)
        yield caller
        caller.http.close()


@pytest.fixture(scope="session")
def request_body() -> Callable[..., dict[str, object]]:
    """Make a request body about a packaged video."""
    return body


@pytest.fixture(scope="session")
def asset() -> Callable[[str], str]:
    """Look up the asset of a packaged video."""
    return asset_of
