"""`serve --workers`: when it says that it listens, and what becomes of processes that cannot start."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from guide_calls import KEY, VIDEOS
from held_workers import HeldWorkers
from serve_process import bare_environment

from pegasus_classify import emulator

SECRET = "tlk_WORKERS0SECRET"
POLICY = """
otherwise = "legacy"
[old]
recording = "old.jsonl"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a policy whose old answers are there."""
    (tmp_path / "rollout.toml").write_text(POLICY, encoding="utf-8")
    header = '{"format": "pegasus-classify-recording", "version": 1}\n'
    (tmp_path / "old.jsonl").write_text(header, encoding="utf-8")
    return tmp_path


@pytest.fixture
def held(tmp_path: Path) -> HeldWorkers:
    """Workers that do not load before they are let go."""
    (tmp_path / "held").mkdir()
    return HeldWorkers(tmp_path / "held")


@contextmanager
def two_workers(folder: Path, *words: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """Run the command with two processes on a free port."""
    store = f"sqlite:///{folder}/store.db"
    command = [sys.executable, "-m", "pegasus_classify.cli.main", "serve", "--port", "0", "--store", store]
    pipe, env = subprocess.PIPE, bare_environment(**environment)
    with subprocess.Popen(
        [*command, "--workers", "2", *words], stdout=pipe, stderr=pipe, text=True, env=env
    ) as process:
        try:
            yield process
        finally:
            # Not killed: it would leave its workers behind.
            process.terminate()


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


class Reading:
    """Reads one line in a thread, so that a line which does not come can be waited for."""

    def __init__(self, read: Callable[[], str]) -> None:
        self.line = ""
        self._thread = threading.Thread(target=self._run, args=(read,), daemon=True)
        self._thread.start()

    def _run(self, read: Callable[[], str]) -> None:
        self.line = read()

    def came_within(self, seconds: float) -> bool:
        """Tell whether it came."""
        self._thread.join(seconds)
        return not self._thread.is_alive()


def test_it_says_that_it_listens_when_every_worker_can_answer(folder: Path, held: HeldWorkers):
    """Not when it has a socket, and not when one of two answers already."""
    base_url = f"http://127.0.0.1:{(port := free_port())}"
    with (
        emulator.running_emulator() as platform,
        two_workers(folder, "--port", str(port), "--upstream", platform.base_url, **held.environment) as process,
    ):
        assert process.stdout is not None
        first = Reading(process.stdout.readline)
        one, other = held.came(2)
        assert not first.came_within(0.3)
        held.let_go(one)
        assert requests.get(f"{base_url}/healthz", timeout=60).status_code == 200
        assert not first.came_within(0.3)
        held.let_go(other)
        assert first.came_within(60)
        assert first.line == f"listening on {base_url}\n"
        assert requests.post(f"{base_url}/v1.2/classify", json=VIDEOS, headers=KEY, timeout=30).status_code == 200
        process.terminate()
        out, err = process.communicate(timeout=30)
        assert (process.returncode, out, err) == (0, "", "")


def test_it_can_be_stopped_before_its_workers_have_loaded(folder: Path, held: HeldWorkers):
    """In good order, and it has never said that it listens."""
    with two_workers(folder, **held.environment) as process:
        held.came(2)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=60)
        assert (process.returncode, out, err) == (0, "", "")


def test_a_worker_that_cannot_start_ends_it_with_one_line(folder: Path):
    """Exit code 2, no traceback, no key, and it does not try for ever."""
    (folder / "old.jsonl").unlink()
    words = "--policy", str(folder / "rollout.toml"), "--api-key", SECRET
    with two_workers(folder, *words) as process:
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (2, "")
    assert err.splitlines() == [
        f"pegasus-classify: the recording {folder}/old.jsonl cannot be read: No such file or directory"
    ]


@pytest.mark.slow
def test_a_worker_that_cannot_start_again_is_complained_of_while_the_other_answers(folder: Path, held: HeldWorkers):
    """Once, however often it is tried; the server goes on."""
    held.let_all_go()
    with two_workers(folder, "--policy", str(folder / "rollout.toml"), **held.environment) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        base_url = process.stdout.readline().split()[-1]
        (folder / "old.jsonl").unlink()
        os.kill(held.came(2)[0], signal.SIGKILL)
        assert "a worker that ended cannot start again: the recording" in process.stderr.readline()
        held.came(4)
        assert requests.get(f"{base_url}/healthz", timeout=30).status_code == 200
        process.terminate()
        out, err = process.communicate(timeout=60)
        assert (process.returncode, out, err) == (0, "", "")
