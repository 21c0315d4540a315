"""The command `serve` as a process: its first line, its end, and what it refuses."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import requests
from command_here import run_here
from guide_calls import KEY, VIDEOS
from raw_http import connected
from serve_process import bare_environment, serving

from pegasus_classify import emulator

OWN = "tlk_SERVERS0OWN0SECRET"


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_says_where_it_listens_and_finishes_running_calls_when_told_to_stop(how: signal.Signals):
    """The first line on standard output; a call under way is answered, then it ends in good order."""
    with (
        emulator.running_emulator(emulator.EmulatorSettings(latency=0.8)) as platform,
        serving("--upstream", platform.base_url, "--store", "memory:") as (base_url, process),
    ):
        got: list[requests.Response] = []
        call = threading.Thread(
            target=lambda: got.append(requests.post(f"{base_url}/v1.2/classify", json=VIDEOS, headers=KEY))
        )
        call.start()
        while not platform.state.analyze_calls:
            time.sleep(0.01)
        process.send_signal(how)
        call.join()
        assert got[0].status_code == 200
        out, err = process.communicate(timeout=20)
        assert (process.returncode, out, err) == (0, "", "")


@pytest.mark.parametrize("workers", ["1", pytest.param("2", marks=pytest.mark.slow)])
def test_pages_and_answers_outlive_the_process(stand_in: Any, tmp_path: Path, workers: str):
    """In the user's data folder when no store is named; also for two processes behind one socket."""
    home = {"XDG_DATA_HOME": str(tmp_path), "HOME": str(tmp_path)}
    with serving("--upstream", stand_in.base_url, **home) as (base_url, _):
        first = requests.post(f"{base_url}/v1.2/classify", json={**VIDEOS, "page_limit": 1}, headers=KEY)
        assert first.headers["x-classify-source"] == "asked"
        token = first.json()["page_info"]["next_page_token"]
    assert list(tmp_path.rglob("*.db"))
    with serving("--upstream", stand_in.base_url, "--workers", workers, **home) as (base_url, process):
        for _ in range(10):
            page = requests.get(f"{base_url}/v1.2/classify/{token}", headers=KEY)
            assert page.status_code == 200
        again = requests.post(f"{base_url}/v1.2/classify", json=VIDEOS, headers=KEY)
        assert again.headers["x-classify-source"] == "kept"
        process.terminate()
        assert process.wait(20) == 0


def test_its_own_key_is_taken_from_its_own_variable_only(tmp_path: Path):
    """Not from those of the SDK; and the key is nowhere in what it says."""
    with emulator.running_emulator(emulator.EmulatorSettings(keys=(OWN,))) as platform:
        words = ("--upstream", platform.base_url, "--store", "memory:")
        with serving(*words, TWELVE_LABS_API_KEY=OWN) as (base_url, _):
            assert requests.post(f"{base_url}/v1.2/classify", json=VIDEOS, headers=KEY).status_code == 401
        keys = tmp_path / "keys"
        keys.write_text(KEY["x-api-key"])
        with serving(*words, "--allow-key", str(keys), PEGASUS_CLASSIFY_API_KEY=OWN) as (base_url, process):
            assert requests.post(f"{base_url}/v1.2/classify", json=VIDEOS, headers=KEY).status_code == 200
            stranger = {"x-api-key": "tlk_stranger"}
            assert requests.post(f"{base_url}/v1.2/classify", json=VIDEOS, headers=stranger).status_code == 401
            assert requests.get(f"{base_url}/v1.3/indexes", headers=KEY).status_code == 404
            process.terminate()
            out, err = process.communicate(timeout=20)
        assert "server's own key" in err
        assert OWN not in out + err


REFUSED = {
    "an own key for everybody": (["--api-key", OWN, "--host", "0.0.0.0"], "--allow-key"),
    "workers without a shared store": (["--workers", "2", "--store", "memory:"], "--workers"),
    "an empty list": (["--allow-key", os.devnull], "names no key"),
    "no time": (["--answer-within", "0"], "answer_within"),
    "no such model": (["--model", "pegasus9"], "pegasus9"),
    "no such prompt": (["--prompt", "classify.v99"], "classify.v99"),
    "a calibration that is none": (["--calibration", os.devnull], "calibration"),
    "a store of no kind": (["--store", "nowhere://"], "store"),
    "browsers and an own key": (["--api-key", OWN, "--cors-origin", "*"], "cors_origins"),
}


@pytest.mark.parametrize(("words", "said"), REFUSED.values(), ids=list(REFUSED))
def test_what_cannot_work_is_refused_in_one_line(words: list[str], said: str):
    """Exit code 2, nothing on standard output, no traceback, no key."""
    done = run_here("serve", "--port", "0", *words, environment=bare_environment())
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert OWN not in done.stderr


def test_a_port_that_is_taken_is_told_in_one_line():
    """Exit code 1."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run_here("serve", "--port", port, "--store", "memory:", environment=bare_environment())
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1


@pytest.fixture
def many_files() -> Iterator[None]:
    """Leave to open as many files as the system lets anybody."""
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 4096 if hard == resource.RLIM_INFINITY else min(hard, 4096)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.usefixtures("many_files")
def test_a_thousand_idle_connections_keep_nobody_out(stand_in: Any):
    """Half of them say nothing, half stop in the middle of a head."""
    with serving("--upstream", stand_in.base_url, "--store", "memory:") as (base_url, _), ExitStack() as stack:
        for number in range(1000):
            wire = stack.enter_context(connected(base_url))
            if number % 2:
                wire.sendall(b"GET /healthz HTT")
        assert requests.post(f"{base_url}/v1.2/classify", json=VIDEOS, headers=KEY).status_code == 200
