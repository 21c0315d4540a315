"""What the upstream may do in the middle of a bulk call: an old error each time, and a server that lives on."""

from __future__ import annotations

import dataclasses
import os
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import requests
from guide_calls import CAR_PARK, INDEX, KEY, VIDEOS
from serve_process import serving

from pegasus_classify import emulator, serve_in_thread
from pegasus_classify.emulator.library import packaged_library

OTHER_CLASSES = [{"name": "Dance", "prompts": ["Dancing"]}]
BULK = {"index_id": INDEX, "options": ["visual"], "classes": VIDEOS["classes"], "page_limit": 50}


def post_bulk(base_url: str, **more: Any) -> requests.Response:
    """Classify an index of thirteen videos."""
    return requests.post(f"{base_url}/v1.2/classify/bulk", json={**BULK, **more}, headers=KEY, timeout=60)


def is_old_error(got: requests.Response) -> bool:
    """A status with the two words of the old API, and JSON."""
    return got.headers["content-type"] == "application/json" and set(got.json()) == {"code", "message"}


def in_the_middle(base_url: str, platform: Any, happen: Callable[[], object]) -> requests.Response:
    """Let something happen when the third question of a bulk call is being answered, and return the call's answer."""
    got: list[requests.Response] = []
    call = threading.Thread(target=lambda: got.append(post_bulk(base_url)))
    call.start()
    ends = time.monotonic() + 30
    while platform.state.analyze_calls < 3:
        assert time.monotonic() < ends, "the call never began"
        time.sleep(0.01)
    happen()
    call.join()
    return got[0]


def failed_count(got: requests.Response) -> int:
    """How many videos an answer says have failed."""
    return int(got.headers["x-classify-failed"].partition(",")[0])


@pytest.mark.parametrize("on_failed_video", ["omit", "error"])
def test_a_key_revoked_in_the_middle_of_a_bulk_call_is_told(on_failed_video: str):
    """No more questions, what was answered is given or kept, and the next call is refused in the platform's words."""
    with (
        emulator.running_emulator(emulator.EmulatorSettings(latency=0.3)) as platform,
        serve_in_thread(base_url=platform.base_url, concurrency=2, on_failed_video=on_failed_video) as served,
    ):
        before = platform.core.settings

        def revoke() -> None:
            platform.core.settings = dataclasses.replace(before, revoked_keys=(KEY["x-api-key"],))

        got = in_the_middle(served, platform, revoke)
        assert KEY["x-api-key"] not in got.text
        assert 0 < failed_count(got) < 13
        assert sum(platform.state.asset_calls.values()) == 13 - failed_count(got)
        if on_failed_video == "omit":
            assert got.status_code == 200
        else:
            assert (got.status_code, is_old_error(got)) == (503, True)
            assert "API Key is either invalid or expired" in got.json()["message"]
        refused = post_bulk(served, page_limit=10)
        assert (refused.status_code, refused.json()["code"]) == (401, "api_key_invalid")
        assert is_old_error(refused)
        platform.core.settings = before
        again = post_bulk(served)
        assert (again.status_code, again.headers["x-classify-source"]) == (200, "mixed")
        assert set(platform.state.asset_calls.values()) == {1}


def test_an_upstream_that_goes_down_in_the_middle_of_a_bulk_call_is_told():
    """What was answered is given and the rest is named; the call after that has nobody to ask."""
    with ExitStack() as stack:
        platform = stack.enter_context(emulator.running_emulator(emulator.EmulatorSettings(latency=0.3)))
        down = stack.pop_all()
        served = stack.enter_context(serve_in_thread(base_url=platform.base_url, concurrency=2, retries=0))
        got = in_the_middle(served, platform, down.close)
        assert got.status_code == 200
        assert 0 < failed_count(got) < 13
        other = post_bulk(served, classes=OTHER_CLASSES)
        assert other.status_code in {502, 503}
        assert is_old_error(other)
        assert requests.get(f"{served}/healthz").status_code == 200


@pytest.mark.parametrize("fault", ["500", "503", "reset", "cut", "content_type", "empty", "garbage"])
def test_a_bulk_call_that_fails_everywhere_is_told_in_the_old_form(fault: str):
    """Every video fails in the same way; the server answers the next call as if nothing had been."""
    faults = {video.id: fault for index in packaged_library().indexes for video in index.videos}
    with (
        emulator.running_emulator(emulator.EmulatorSettings(faults=faults)) as platform,
        serve_in_thread(base_url=platform.base_url, retries=0) as served,
    ):
        got = post_bulk(served)
        assert is_old_error(got)
        assert got.status_code in {500, 502, 503, 504}
        platform.core.faults.settings = emulator.EmulatorSettings()
        platform.core.settings = emulator.EmulatorSettings()
        # A text that could not be read is kept like any other; the same question would get it again.
        assert post_bulk(served, classes=OTHER_CLASSES).status_code == 200


def test_a_bulk_call_of_an_upstream_that_is_too_slow_is_told_in_the_old_form():
    """Nobody waits for it longer than the time-out says."""
    with (
        emulator.running_emulator(emulator.EmulatorSettings(latency=5.0)) as platform,
        serve_in_thread(base_url=platform.base_url, retries=0, timeout=0.3, concurrency=16) as served,
    ):
        got = post_bulk(served)
        assert is_old_error(got)
        assert got.status_code in {503, 504}
        assert requests.get(f"{served}/healthz").status_code == 200


def resident(process_id: int) -> int:
    """Bytes of memory a process holds."""
    words = Path(f"/proc/{process_id}/statm").read_text(encoding="ascii").split()
    return int(words[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.slow
def test_memory_stays_flat_over_two_thousand_calls_with_faults(tmp_path: Path):
    """Each call asks something new, every third question fails in one of seven ways; within 5 % after warming up."""
    if not Path("/proc/self/statm").exists():
        pytest.skip("the system does not tell how much memory a process holds")
    settings = emulator.EmulatorSettings(fail_every=3)
    store = f"sqlite:///{tmp_path}/store.db"
    with (
        emulator.running_emulator(settings) as platform,
        serving("--upstream", platform.base_url, "--store", store, "--retries", "0") as (base_url, process),
        requests.Session() as session,
    ):

        def call(number: int) -> int:
            classes = [{"name": f"Cars {number}", "prompts": ["Cars", f"SUV {number}"]}]
            body = {**VIDEOS, "video_ids": [CAR_PARK], "classes": classes}
            got = session.post(f"{base_url}/v1.2/classify", json=body, headers=KEY, timeout=60)
            assert got.status_code == 200 or is_old_error(got)
            return got.status_code

        for number in range(1_000):
            call(number)
        warm = resident(process.pid)
        statuses = Counter(call(1_000 + number) for number in range(2_000))
        assert resident(process.pid) < warm * 1.05
        assert statuses[200] > 1_000
        assert sum(count for status, count in statuses.items() if status >= 500) > 300
        assert process.poll() is None
