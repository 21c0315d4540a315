"""A migration over sockets while things go wrong: sides slow and down, the store gone, processes killed, clocks set."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from serve_process import bare_environment, serving
from tiny_server import Call, tiny_server

from pegasus_classify import Classifier, serve_in_thread
from pegasus_classify.client.rollout import Rollout
from pegasus_classify.client.rollout_events import Event
from pegasus_classify.client.rollout_status import kept_now
from pegasus_classify.rollout.known import known_of
from pegasus_classify.settings import Settings
from pegasus_classify.stores.memory import MemoryStore

emulator = pytest.importorskip("pegasus_classify.emulator")
pytest.importorskip("scipy")

VIDEOS = [
    "63996203ce36463e0199c8c2",
    "63996232ce36463e0199c8c3",
    "63a09373ce36463e0199c8de",
    "64428d88456b2dab381e7022",
]
MANY = {f"v{number}": {"source": f"asset-{number}", "duration": 60.0} for number in range(400)}
CARS = [{"name": "Cars", "prompts": ["Cars", "SUV"]}]
BODY: dict[str, Any] = {"video_ids": VIDEOS, "options": ["visual"], "classes": CARS}
KEY = {"x-api-key": "key"}


@pytest.fixture(scope="module")
def old(stand_in: Any) -> Iterator[str]:
    """A Classify that still answers."""
    with serve_in_thread(base_url=stand_in.base_url) as base_url:
        yield base_url


def policy_file(folder: Path, old: str, *, ladder: str = "", more: str = "") -> Path:
    """Write a policy in which one route climbs."""
    path = folder / "rollout.toml"
    path.write_text(
        f'name = "spring"\notherwise = "shadow"\nlog = "changes.jsonl"\n{more}\n[old]\nurl = "{old}"\ntimeout = 0.5\n'
        f'[[route]]\nname = "all"\nto = "pegasus"\nladder = true\n[ladder]\nsteps = [50, 100]\n{ladder}\n',
        encoding="utf-8",
    )
    return path


def until(holds: Callable[[], bool], within: float = 30.0) -> None:
    """Wait until something holds."""
    ends = time.monotonic() + within
    while not holds():
        assert time.monotonic() < ends, "it never came to hold"
        time.sleep(0.02)


def log_of(folder: Path) -> list[dict[str, Any]]:
    """The changes on disk."""
    return [json.loads(line) for line in (folder / "changes.jsonl").read_text(encoding="utf-8").splitlines()]


def asked(client: httpx.Client, video: str, **more: Any) -> httpx.Response:
    """Ask about one video."""
    return client.post("/v1.2/classify", json={**BODY, "video_ids": [video], **more}, headers=KEY, timeout=60)


# --- sides slow and down


def test_a_new_side_that_begins_to_fail_is_left_within_the_told_number_of_calls(tmp_path, old):
    """Half of the traffic had moved; after nine failures nothing has, and the log says why."""

    def refuse(call: Call) -> None:
        call.reply(500, b'{"code": "internal_server_error", "message": "down"}')

    path = policy_file(tmp_path, old, more="fallback = true\n[breaker]\nfailures = 20\n")
    with tiny_server(refuse) as broken:
        choices = {"base_url": broken.url, "policy": path, "retries": 0, "video_map": MANY}
        with serve_in_thread(**choices) as url, httpx.Client(base_url=url) as client:
            step = [sys.executable, "-m", "pegasus_classify.cli.main", "rollout", "advance", "--why", "to see"]
            subprocess.run(
                [*step, "--policy", str(path), "--store", "memory:"],
                check=True,
                capture_output=True,
                env=bare_environment(),
            )
            moved = 0
            for video in MANY:
                reply = asked(client, video)
                assert "percent=" in reply.headers["x-classify-policy"]
                if "percent=0" in reply.headers["x-classify-policy"]:
                    break
                moved += "fallback" in reply.headers["x-classify-policy"]
            metrics = client.get("/metrics").text
    assert moved <= 9
    changes = log_of(tmp_path)
    assert [each["act"] for each in changes] == ["promoted", "rolled_back"]
    assert changes[1]["why"] == "failures pass the 2% that is allowed"
    assert changes[1]["evidence"]["failures"] <= 9
    assert "classify_rollout_percent 0" in metrics
    assert 'classify_routed_failed_total{route="all",side="pegasus"}' in metrics


def test_a_new_side_that_becomes_slow_is_left_too(tmp_path, old, stand_in):
    """Its answers are right, and late."""
    path = policy_file(tmp_path, old, ladder="slow_after = 0.000001\nslow = 0.05")
    with Classifier("key", stand_in.base_url, policy=path) as client:
        rollout = client._rollout
        assert rollout is not None
        rollout.act("promoted", "me", "to see")
        rollout.act("promoted", "me", "to see")
        for _ in range(60):
            client.handle("POST", "/v1.2/classify", BODY)
            if not rollout.percent:
                break
    assert log_of(tmp_path)[-1]["why"] == "slow answers pass the 5% that is allowed"


def test_an_old_side_that_hangs_costs_its_time_limit_a_few_times_and_then_nothing(stand_in):
    """The breaker leaves it alone; Pegasus answers meanwhile."""
    release = threading.Event()

    def hang(call: Call) -> None:
        release.wait(30)
        call.reply(500, b"{}")

    with tiny_server(hang) as silent:
        policy = {
            "old": {"url": silent.url, "timeout": 0.4},
            "fallback": True,
            "breaker": {"failures": 2, "of": 2, "open_for": 60},
        }
        with Classifier("key", stand_in.base_url, policy=policy) as client:
            for number in range(6):
                began = time.monotonic()
                reply = client.reply("POST", "/v1.2/classify", BODY)
                assert reply.status == 200
                assert "fallback" in reply.headers["X-Classify-Policy"]
                assert (time.monotonic() - began >= 0.4) is (number < 2)
        release.set()


def test_both_sides_down_is_said_at_once_with_when_to_come_back(tmp_path):
    """After a few tries neither is asked: 503 in the old API's form, with Retry-After."""
    policy = {"old": {"url": "http://127.0.0.1:9"}, "fallback": True, "breaker": {"failures": 1, "of": 1}}
    choices = {"base_url": "http://127.0.0.1:9", "policy": policy, "retries": 0, "video_map": MANY}
    with serve_in_thread(**choices) as url, httpx.Client(base_url=url) as client:
        assert asked(client, "v1").status_code in (502, 503)
        reply = asked(client, "v1")
        assert (reply.status_code, reply.headers["retry-after"]) == (503, "30")
        assert set(reply.json()) == {"code", "message"}


def test_shadows_that_fail_close_no_side_for_callers(old):
    """They have a breaker of their own, which spares a dead Pegasus most of them."""
    policy = {"old": {"url": old}, "otherwise": "shadow", "fallback": True, "breaker": {"failures": 2, "of": 2}}
    with Classifier("key", "http://127.0.0.1:9", policy=policy, retries=0, video_map=MANY) as client:
        rollout = client._rollout
        assert rollout is not None
        for video in VIDEOS * 2:
            client.handle("POST", "/v1.2/classify", {**BODY, "video_ids": [video]})
            assert rollout.shadow.settle(30)
        assert rollout.shadow.counts == {"run": 2, "left_alone": 6}
        assert rollout.take("pegasus", rollout.steady()) is not None


# --- the store


def test_a_store_that_loses_its_tables_stops_nobody_and_what_was_seen_is_kept(tmp_path, old, stand_in):
    """Callers are answered; it is told in the log, the metrics and the status; later everything is written."""
    store = tmp_path / "store.db"
    path = policy_file(tmp_path, old)
    choices = {"base_url": stand_in.base_url, "policy": path, "store": f"sqlite:///{store}"}
    with serve_in_thread(**choices) as url, httpx.Client(base_url=url) as client:
        assert asked(client, VIDEOS[0]).status_code == 200
        until(lambda: "classify_compared_videos 1" in client.get("/metrics").text)
        until(lambda: "classify_evidence_unwritten 0" in client.get("/metrics").text)
        with sqlite3.connect(store) as connection:
            connection.execute("ALTER TABLE classify_rollout_known RENAME TO away")
        connection.close()
        assert asked(client, VIDEOS[1]).status_code == 200
        until(lambda: "classify_compared_videos 2" in client.get("/metrics").text)
        until(lambda: "classify_policy_complaints 1" in client.get("/metrics").text)
        assert "classify_evidence_unwritten 0" not in client.get("/metrics").text
        with sqlite3.connect(store) as connection:
            connection.execute("ALTER TABLE away RENAME TO classify_rollout_known")
        connection.close()
        until(lambda: "classify_evidence_unwritten 0" in client.get("/metrics").text)
        assert "classify_policy_complaints 0" in client.get("/metrics").text
    told = status(path, store)
    assert (told["evidence"]["compared"], told["days"][0]["legacy"]) == (2, 2)


def status(path: Path, store: Path) -> dict[str, Any]:
    """What the command tells."""
    command = [sys.executable, "-m", "pegasus_classify.cli.main", "rollout", "status", "--json"]
    words = ["--policy", str(path), "--store", f"sqlite:///{store}"]
    done = subprocess.run([*command, *words], check=True, capture_output=True, text=True, env=bare_environment())
    told: dict[str, Any] = json.loads(done.stdout)
    return told


# --- processes


@pytest.mark.slow
def test_a_server_killed_in_the_middle_of_a_step_goes_on_where_it_was(tmp_path, old, stand_in):
    """Two processes on one store, killed twice: every comparison counts once, and what was decided stays."""
    path, store = policy_file(tmp_path, old, ladder="videos = 1000"), tmp_path / "store.db"
    words = ("--policy", str(path), "--store", f"sqlite:///{store}", "--upstream", stand_in.base_url, "--workers", "2")
    videos = iter(VIDEOS)
    for number in range(2):
        with serving(*words) as (url, process), httpx.Client(base_url=url) as client:
            if not number:
                step = [sys.executable, "-m", "pegasus_classify.cli.main", "rollout", "hold", "--why", "to see"]
                subprocess.run([*step, "--policy", str(path)], check=True, capture_output=True, env=bare_environment())
            before = seen(path, store)
            assert asked(client, next(videos)).status_code == 200
            until(lambda before=before: seen(path, store) == before + 1)
            kill_all(process)
    told = status(path, store)
    assert told["evidence"]["compared"] == 2
    assert told["held"]
    assert told["complaints"] == []


def seen(path: Path, store: Path) -> int:
    """How many comparisons the store knows of."""
    with closing(Rollout(path, Settings(store=f"sqlite:///{store}"), watching=False)) as rollout:
        return known_of(kept_now(rollout).known).watch.compared


def kill_all(process: subprocess.Popen[str]) -> None:
    """Kill a server and its workers, which get no time for anything."""
    listed = ["ps", "-o", "pid=", "--ppid", str(process.pid)]
    children = subprocess.run(listed, check=True, capture_output=True, text=True).stdout
    for each in (process.pid, *map(int, children.split())):
        os.kill(each, signal.SIGKILL)
    process.wait()


@pytest.mark.slow
def test_a_server_tells_each_ask_as_json(tmp_path, old, stand_in):
    """Route, reason, side, seconds, price and agreement; every change; never a key."""
    path = policy_file(tmp_path, old)
    words = ("--policy", str(path), "--store", f"sqlite:///{tmp_path}/s.db", "--upstream", stand_in.base_url)
    with serving(*words, "--log", "json") as (url, process), httpx.Client(base_url=url) as client:
        secret = "tlk_SECRETSECRET"
        client.post("/v1.2/classify", json=BODY, headers={"x-api-key": secret}, timeout=60)
        until(lambda: "classify_compared_videos 4" in client.get("/metrics").text)
        (tmp_path / "rollout.toml").write_text("broken", encoding="utf-8")
        client.post("/v1.2/classify", json=BODY, headers={"x-api-key": secret})
        process.terminate()
        _, said = process.communicate(timeout=60)
    assert secret not in said
    lines = [json.loads(line) for line in said.splitlines()]
    first = {each["event"]: each for each in reversed(lines) if "event" in each}
    answered, compared = first["answered"], first["compared"]
    assert (answered["route"], answered["reason"], answered["side"]) == ("otherwise", "otherwise", "legacy")
    assert answered["seconds"] > 0
    assert (compared["side"], compared["compared"], compared["differing"]) == ("shadow", 4, 0)
    assert compared["usd"] > 0
    assert any(each["level"] == "error" and "stays in force" in each["message"] for each in lines)


# --- clocks


class World:
    """Two clocks that can be set apart."""

    def __init__(self, folder: Path) -> None:
        self.now, self.ran = 1_800_000_000.0, 50.0
        path = policy_file(folder, "https://old.example", ladder="videos = 1\nhold = 1000\nrest = 1000")
        self.rollout = Rollout(path, Settings(), store=MemoryStore(), clock=lambda: self.now, steady=lambda: self.ran)

    def fails(self, calls: int) -> None:
        """Pegasus fails."""
        for _ in range(calls):
            self.rollout.see(Event("all", "ladder", "pegasus", ok=False, seconds=1.0, slow=False, videos=1))


def test_a_clock_that_jumps_ahead_ends_no_waiting_time(tmp_path):
    """Nor does one that is set back; what must go back goes back whatever the clock says."""
    world = World(tmp_path)
    climbing = world.rollout._climbing
    world.rollout.act("promoted", "me", "to see")
    began = climbing._clocks.careful()
    world.now += 10 * 86_400
    world.ran += 5
    assert climbing._clocks.careful() == began + 5
    world.now -= 20 * 86_400
    assert climbing._clocks.careful() < began
    world.fails(9)
    assert world.rollout.percent == 0
    assert world.rollout.log.changes[-1].act == "rolled_back"
    world.rollout.close()


def test_a_clock_that_is_set_back_keeps_no_side_closed(old, stand_in):
    """Breakers look at a clock that cannot be set."""
    set_back = [0.0]
    policy = {"old": {"url": old}, "breaker": {"failures": 1, "of": 1, "open_for": 5, "trials": 1}}
    steady = [0.0]
    rollout = Rollout(policy, Settings(), clock=lambda: 1e9 + set_back[0], steady=lambda: steady[0])
    rollout._force.breakers["legacy"].done(rollout.take("legacy", rollout.steady()) or 0, False, rollout.steady())
    assert rollout.take("legacy", rollout.steady()) is None
    set_back[0], steady[0] = -3600.0, 6.0
    assert rollout.take("legacy", rollout.steady()) is not None
    rollout.close()


# --- what acts by itself stands in the log


def test_the_stop_file_and_another_policy_stand_in_the_log_once(tmp_path, old, stand_in):
    """Whichever process notices first; traffic that moves by them is explained there too."""
    path = policy_file(tmp_path, old, more='kill = { file = "STOP" }')
    clients = [Classifier("key", stand_in.base_url, policy=path) for _ in range(2)]
    ask = lambda: [each.handle("POST", "/v1.2/classify", {**BODY, "video_ids": VIDEOS[:1]}) for each in clients]  # noqa: E731
    ask()
    assert not (tmp_path / "changes.jsonl").exists()
    (tmp_path / "STOP").touch()
    ask()
    (tmp_path / "STOP").unlink()
    ask()
    path.write_text(path.read_text(encoding="utf-8").replace("[50, 100]", "[20, 100]"), encoding="utf-8")
    ask()
    for each in clients:
        each.close()
    assert [each["act"] for each in log_of(tmp_path)] == ["stop_file_appeared", "stop_file_gone", "policy_changed"]
