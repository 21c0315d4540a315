"""Runs as their users meet them: seen, gone on with, cancelled, forgotten."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pegasus_classify.cli.main import main

emulator = pytest.importorskip("pegasus_classify.emulator")

VIDEOS = 13
"""Of the packaged library's main index."""

BODY: dict[str, Any] = {
    "index_id": emulator.MAIN_INDEX_ID,
    "options": ["visual"],
    "labels": [{"name": "Cars", "prompts": ["Cars", "SUV"]}],
    "page_limit": 2,
}


@dataclass
class Done:
    """How a command ended."""

    returncode: int
    stdout: str
    stderr: str

    @property
    def json(self) -> Any:
        """Standard output, read."""
        return json.loads(self.stdout)


@pytest.fixture
def request_file(tmp_path: Path) -> Path:
    path = tmp_path / "request.json"
    path.write_text(json.dumps(BODY), encoding="utf-8")
    return path


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Callable[..., Done]:
    """Run the command line in this process with a store of its own, and nothing of the tester's environment."""
    for name in os.environ:
        if "PEGASUS" in name or "TWELVE" in name:
            monkeypatch.delenv(name)
    monkeypatch.setenv("COLUMNS", "140")
    monkeypatch.setenv("PEGASUS_CLASSIFY_STORE", f"sqlite:///{tmp_path}/store.db")

    def command(*words: str | Path, upstream: str = "", key: str = "key") -> Done:
        monkeypatch.setenv("TWELVE_LABS_API_KEY", key)
        monkeypatch.setenv("PEGASUS_CLASSIFY_UPSTREAM", upstream)
        monkeypatch.setattr(sys, "argv", ["pegasus-classify", *map(str, words)])
        with pytest.raises(SystemExit) as end:
            main()
        written = capsys.readouterr()
        code = end.value.code
        return Done(code if isinstance(code, int) else 0, written.out, written.err)

    return command


@pytest.fixture
def stand_in() -> Iterator[Any]:
    with emulator.running_emulator() as running:
        yield running


def test_a_finished_run_is_listed_shown_and_answered_again_for_nothing(
    run: Callable[..., Done], request_file: Path, stand_in: Any
) -> None:
    first = run("classify", request_file, "--json", upstream=stand_in.base_url)
    assert first.returncode == 0
    paid = stand_in.state.analyze_calls
    (listed,) = run("runs", "list", "--json", upstream=stand_in.base_url).json
    assert (listed["state"], listed["done"], listed["total"], listed["failed"]) == ("done", VIDEOS, VIDEOS, 0)
    assert listed["calls"] == paid
    assert listed["usd"] > 0
    shown = run("runs", "show", listed["run"][:6], "--json", upstream=stand_in.base_url).json
    assert shown["request"]["index_id"] == emulator.MAIN_INDEX_ID
    assert shown["prompt_version"] == "classify.v1"
    again = run("runs", "resume", listed["run"], "--json", upstream=stand_in.base_url)
    assert again.json["data"] == first.json["data"]
    assert stand_in.state.analyze_calls == paid
    all_pages = run("runs", "resume", listed["run"], "--json", "--all-pages", upstream=stand_in.base_url)
    assert len(all_pages.json["data"]) > len(first.json["data"])


def test_with_nothing_kept_for_others_a_run_can_still_be_gone_on_with_for_nothing(
    run: Callable[..., Done], request_file: Path, stand_in: Any
) -> None:
    words = ["classify", request_file, "--json", "--cache-ttl", "0"]
    first = run(*words, upstream=stand_in.base_url)
    (listed,) = run("runs", "list", "--json", upstream=stand_in.base_url).json
    again = run("runs", "resume", listed["run"], "--json", upstream=stand_in.base_url)
    assert again.json["data"] == first.json["data"]
    assert stand_in.state.analyze_calls == VIDEOS
    assert run(*words, upstream=stand_in.base_url).json["data"] == first.json["data"]
    assert stand_in.state.analyze_calls == 2 * VIDEOS


def test_a_run_is_told_to_people_too(run: Callable[..., Done], request_file: Path, stand_in: Any) -> None:
    assert run("runs", "list", upstream=stand_in.base_url).stdout == "no runs\n"
    run("classify", request_file, upstream=stand_in.base_url)
    assert f"{VIDEOS} of {VIDEOS}" in run("runs", "list", upstream=stand_in.base_url).stdout
    (listed,) = run("runs", "list", "--json", upstream=stand_in.base_url).json
    shown = run("runs", "show", listed["run"], upstream=stand_in.base_url).stdout
    assert "state: done" in shown
    assert '"Cars"' in shown


def test_the_same_request_is_the_same_run_and_another_way_of_asking_another(
    run: Callable[..., Done], request_file: Path, stand_in: Any
) -> None:
    for more in ([], [], ["--ask", "text"]):
        run("classify", request_file, *more, upstream=stand_in.base_url)
    assert len(run("runs", "list", "--json", upstream=stand_in.base_url).json) == 2
    assert len(run("runs", "list", "--json", "--most", "1", upstream=stand_in.base_url).json) == 1
    assert run("runs", "list", "--json", upstream=stand_in.base_url, key="another").json == []


def test_a_run_goes_on_in_the_way_it_was_asked(run: Callable[..., Done], request_file: Path, stand_in: Any) -> None:
    run("classify", request_file, "--ask", "text", "--model", "pegasus1.6",
        upstream=stand_in.base_url)  # fmt: skip
    (listed,) = run("runs", "list", "--json", upstream=stand_in.base_url).json
    paid = stand_in.state.analyze_calls
    assert run("runs", "resume", listed["run"], "--json", upstream=stand_in.base_url).returncode == 0
    assert stand_in.state.analyze_calls == paid
    assert run("runs", "show", listed["run"], "--json", upstream=stand_in.base_url).json["settings"] == {
        "ask": "text",
        "model": "pegasus1.6",
    }


def test_a_used_up_day_stops_a_run_that_goes_on_the_next_day(run: Callable[..., Done], request_file: Path) -> None:
    with emulator.running_emulator(emulator.EmulatorSettings(day_quota=VIDEOS - 1)) as running:
        first = run("classify", request_file, "--json", "--concurrency", "1", upstream=running.base_url)
        assert first.returncode == 1
        assert "quota is used up, 1 video not answered" in first.stderr
        assert "runs resume" in first.stderr
        (listed,) = run("runs", "list", "--json", upstream=running.base_url).json
        assert (listed["state"], listed["reason"]) == ("stopped", "the account's quota is used up")
        running.advance(86_400)
        before = dict(running.state.asset_calls)
        rest = run("runs", "resume", listed["run"], "--json", "--all-pages", upstream=running.base_url)
        assert rest.returncode == 0
        assert sum(running.state.asset_calls.values()) - sum(before.values()) == 1
        assert set(running.state.asset_calls.values()) == {1}
        assert run("runs", "list", "--json", upstream=running.base_url).json[0]["state"] == "done"


def test_lines_written_one_by_one_end_with_the_same_word_about_the_quota(
    run: Callable[..., Done], request_file: Path, tmp_path: Path
) -> None:
    with emulator.running_emulator(emulator.EmulatorSettings(day_quota=1)) as running:
        done = run("classify", request_file, "--jsonl", tmp_path / "out.jsonl", upstream=running.base_url)
    assert done.returncode == 1
    assert "quota is used up" in done.stderr


def test_a_request_that_is_not_possible_is_a_failed_run(
    run: Callable[..., Done], tmp_path: Path, stand_in: Any
) -> None:
    wrong = tmp_path / "wrong.json"
    wrong.write_text(json.dumps({**BODY, "index_id": "f" * 24}), encoding="utf-8")
    assert run("classify", wrong, upstream=stand_in.base_url).returncode == 1
    (listed,) = run("runs", "list", "--json", upstream=stand_in.base_url).json
    assert listed["state"] == "failed"
    assert listed["reason"]


@pytest.mark.slow
def test_submitted_tasks_outlive_an_interrupt_and_are_cancelled_on_demand(
    run: Callable[..., Done], request_file: Path
) -> None:
    with emulator.running_emulator(emulator.EmulatorSettings(task_seconds=3600)) as running:
        words = [sys.executable, "-m", "pegasus_classify.cli.main", "classify", str(request_file), "--ask", "segments"]
        environment = {**os.environ, "TWELVE_LABS_API_KEY": "key", "PEGASUS_CLASSIFY_UPSTREAM": running.base_url}
        with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment) as one:
            try:
                while running.state.calls["tasks.get"] < VIDEOS and one.poll() is None:
                    time.sleep(0.05)
                (listed,) = run("runs", "list", "--json", upstream=running.base_url).json
                assert listed["state"] == "running"
                one.send_signal(signal.SIGINT)
                _, said = one.communicate(timeout=30)
            finally:
                one.kill()
        assert one.returncode == 130
        assert "runs resume" in said
        assert running.state.calls["tasks.cancel"] == 0
        (listed,) = run("runs", "list", "--json", upstream=running.base_url).json
        assert listed["state"] == "stopped"

        came = run("runs", "cancel", listed["run"], "--json", upstream=running.base_url).json
        assert (came["tasks"], came["ended_before"], came["problems"]) == (VIDEOS, 0, [])
        assert running.state.calls["tasks.cancel"] == VIDEOS
        again = run("runs", "cancel", listed["run"], upstream=running.base_url)
        assert again.stdout.startswith("0 tasks and 0 batches cancelled")
        assert run("runs", "list", "--json", upstream=running.base_url).json[0]["state"] == "cancelled"


def test_prune_deletes_what_was_kept_long_enough(run: Callable[..., Done], request_file: Path, stand_in: Any) -> None:
    run("classify", request_file, upstream=stand_in.base_url)
    assert run("runs", "prune", "--json").json == {"asks": 0}
    assert run("runs", "prune", "--older-than", "0").stdout == f"{VIDEOS} answers deleted\n"
    assert run("runs", "list", "--json", upstream=stand_in.base_url).json == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["show", "abc"], "no run of this key and upstream begins with 'abc'"),
        (["resume", "abc"], "no run of this key"),
        (["cancel", "abc"], "no run of this key"),
        (["list", "--store", "memory:"], "memory: keeps no runs"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_code_2(run: Callable[..., Done], words: list[str], said: str) -> None:
    done = run("runs", *words)
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def test_without_a_key_there_are_no_runs_to_see(run: Callable[..., Done]) -> None:
    done = run("runs", "list", key="")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
