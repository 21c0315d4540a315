"""`rollout` as its users meet it: what stands, what is moved by hand, and what the page shows."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from command_here import run_here

from pegasus_classify.cli.main import main
from pegasus_classify.stores.opening import open_store
from pegasus_classify.stores.rollout_notes import Amounts, Note, Scope

POLICY = """
name = "spring"
log = "changes.jsonl"
[old]
url = "https://old.example"
[[route]]
name = "cars"
to = "pegasus"
classes = ["Cars"]
model = "pegasus1.6"
[[route]]
to = "pegasus"
ladder = true
[ladder]
steps = [10, 100]
"""


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Callable[..., tuple[int, str, str]]:
    """Run `rollout` in a folder with a policy."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.setenv("PEGASUS_CLASSIFY_STORE", f"sqlite:///{tmp_path}/store.db")
    (tmp_path / "rollout.toml").write_text(POLICY, encoding="utf-8")

    def command(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["pegasus-classify", "rollout", *words])
        with pytest.raises(SystemExit) as end:
            main()
        said = capsys.readouterr()
        return (end.value.code if isinstance(end.value.code, int) else 0), said.out, said.err

    return command


def test_steps_by_hand_stand_in_the_log_with_who_and_why(run, tmp_path):
    """Each command is one line of the log, and the next one builds on it."""
    assert run("advance", "--why", "looks right", "--who", "ann")[:2] == (0, "promoted: 10 % now\n")
    assert run("hold", "--why", "release", "--who", "bob")[1] == "held: 10 % now\n"
    assert run("hold", "--release", "--why", "over")[1] == "resumed: 10 % now\n"
    assert run("stop", "--why", "smells")[1] == "stopped: 10 % now\n"
    assert "policy" in run("status")[1].splitlines()[0]
    assert run("status")[1].splitlines()[0].endswith("spring: stopped")
    assert run("stop", "--release", "--why", "it was the network")[1] == "started: 10 % now\n"
    lines = [json.loads(line) for line in (tmp_path / "changes.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [(each["act"], each["why"]) for each in lines] == [
        ("promoted", "looks right"),
        ("held", "release"),
        ("resumed", "over"),
        ("stopped", "smells"),
        ("started", "it was the network"),
    ]
    assert [each["who"] for each in lines[:2]] == ["ann", "bob"]
    assert all(each["policy"] and "compared" in each["evidence"] for each in lines)


def test_there_is_no_step_after_the_last(run):
    """Wrong usage, and nothing is written."""
    for _ in range(2):
        assert run("advance", "--why", "on")[0] == 0
    code, _, said = run("advance", "--why", "on")
    assert (code, said) == (2, "pegasus-classify: every step is taken\n")


def test_a_step_back_by_hand_is_one_step_or_all_of_them(run):
    """There is a way back at every step, also without evidence."""
    assert run("back", "--why", "hm")[:2] == (2, "")
    run("advance", "--why", "on")
    run("advance", "--why", "on")
    assert run("back", "--why", "one team complains")[1] == "rolled back: 10 % now\n"
    run("advance", "--why", "on")
    assert run("back", "--all", "--why", "all complain")[1] == "rolled back: 0 % now\n"


def test_everything_can_be_moved_by_hand_without_the_store(run, monkeypatch):
    """A store that is gone is no reason to stay where one is; what it would tell cannot be shown."""
    monkeypatch.setenv("PEGASUS_CLASSIFY_STORE", "sqlite:////proc/nowhere/store.db")
    code, out, said = run("stop", "--why", "smells")
    assert (code, out) == (0, "stopped: 0 % now\n")
    assert "without what was seen" in said
    assert run("status")[0] == 2


def test_explain_says_who_answers_and_why(run):
    """For people and for programs."""
    assert run("explain", "v1", "--class", "Cars")[1] == (
        "pegasus: route cars, all its classes are listed\nwith model pegasus1.6\n"
    )
    assert run("explain", "v1", "--class", "Dogs")[1] == "legacy: route otherwise, no route holds\n"
    told = json.loads(run("explain", "v1", "--class", "Cars", "--json")[1])
    assert (told["side"], told["route"], told["model"]) == ("pegasus", "cars", "pegasus1.6")


def test_explain_says_who_is_asked_beside_whom(run, tmp_path):
    """Pegasus beside the old side before anything has moved, the old side beside Pegasus when all has."""
    shadowed = POLICY.replace('name = "spring"', 'otherwise = "shadow"')
    (tmp_path / "rollout.toml").write_text(shadowed, encoding="utf-8")
    assert run("explain", "v1", "--class", "Dogs")[1].startswith(
        "legacy, Pegasus is asked beside it: route otherwise, "
    )
    run("advance", "--why", "on")
    run("advance", "--why", "on")
    assert run("explain", "v1", "--class", "Dogs")[1].startswith(
        "pegasus, the old side is asked beside it: route route-2, "
    )


def test_a_policy_without_a_log_cannot_be_moved_by_hand(run, tmp_path):
    """No server would notice."""
    (tmp_path / "rollout.toml").write_text(POLICY.replace('log = "changes.jsonl"', ""), encoding="utf-8")
    code, _, said = run("advance", "--why", "on")
    assert code == 2
    assert "names no log" in said


def test_a_policy_that_is_wrong_is_told_on_one_line(run, tmp_path):
    """With the line and the field, and exit code 2."""
    (tmp_path / "rollout.toml").write_text(POLICY.replace("[10, 100]", "[100, 10]"), encoding="utf-8")
    code, _, said = run("status")
    assert code == 2
    assert said.startswith("pegasus-classify: rollout.toml line 14: ladder: steps rise")
    assert run("status", "--policy", "nowhere.toml")[0] == 2


EVIL = "<script>alert(1)</script>"


def seen_in(folder: Path) -> None:
    """Let two days pass."""
    store = open_store(f"sqlite:///{folder}/store.db")
    flip = {"at": 1_700_090_000, "video": EVIL, "length": 12.5, "old": {"Cars": [[1, 5]], "Dogs": []}}
    texts = [json.dumps({**flip, "new": {"Cars": [[2.0, 10.0]], EVIL: []}}), "{", "{}"]
    days = [
        ("2023-11-14", "route-2", "ladder", "pegasus", Amounts(calls=6, videos=6, failed=1, usd=0.6, seconds=9.0)),
        ("2023-11-14", "otherwise", "otherwise", "shadow", Amounts(4, 4, usd=0.5, compared=4)),
        ("2023-11-15", "otherwise", "otherwise", "shadow", Amounts(4, 4, usd=0.25, compared=4, differing=1)),
        ("2023-11-15", "otherwise", "otherwise", "legacy", Amounts(4, 5, seconds=0.2)),
    ]
    counts = {each[:4]: each[4] for each in days}
    store.rollouts.note(Note("w", 1, 0.0, Scope("spring", "e", "a"), lambda *_: "", counts=counts, flips=texts))
    store.close()


def test_status_shows_days_differences_cost_and_changes_and_the_page_holds_them(run, tmp_path):
    """Broken texts are passed over; what comes from outside is shown as text."""
    seen_in(tmp_path)
    run("advance", "--why", EVIL)
    code, said, _ = run("status", "--html", "status.html")
    assert code == 0
    assert "compared 8 videos, 1 differ; $0.60 for callers, $0.75 for shadows" in said
    assert "the next step, 100 %, waits: 0 of 200 videos are compared; the comparison says nothing yet" in said
    told = json.loads(run("status", "--json")[1])
    assert [(each["day"], each["compared"], each["differing"]) for each in told["days"]] == [
        ("2023-11-14", 4, 0),
        ("2023-11-15", 4, 1),
    ]
    assert told["all_calls_failing_noticed_within"] == 9
    page = (tmp_path / "status.html").read_text(encoding="utf-8")
    assert EVIL not in page
    assert "&lt;script&gt;" in page
    assert 'content="default-src' in page
    for part in ("87.5", "cars", "ladder", "lost", "gained", "0:12", "promoted", "$1.35"):
        assert part in page


def test_the_page_of_a_migration_that_has_not_begun_is_whole(run, tmp_path):
    """Nothing compared, nothing changed, no ladder."""
    plain = 'otherwise = "pegasus"\n[kill]\nto = "pegasus"\n'
    (tmp_path / "rollout.toml").write_text(plain, encoding="utf-8")
    assert run("status", "--html", "status.html")[0] == 0
    page = (tmp_path / "status.html").read_text(encoding="utf-8")
    assert "Nothing compared yet" in page
    assert "No change yet" in page


def test_a_server_is_given_a_policy_and_its_processes_follow_the_log(tmp_path):
    """`serve --policy` with two processes; a step taken by the command is seen at the next look."""
    policy = tmp_path / "rollout.toml"
    policy.write_text(POLICY, encoding="utf-8")
    program = [sys.executable, "-m", "pegasus_classify.cli.main"]
    store = f"sqlite:///{tmp_path / 'store.db'}"
    command = [*program, "serve", "--port", "0", "--workers", "2", "--policy", str(policy), "--store", store]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            url = server.stdout.readline().split()[-1]
            assert policy_told(url).endswith("spring; percent=0")
            assert run_here("rollout", "advance", "--why", "on", "--policy", policy).returncode == 0
            assert {policy_told(url).partition("; ")[2] for _ in range(6)} == {"percent=10"}
        finally:
            server.terminate()


def policy_told(url: str) -> str:
    """Return what the header says on an answer that asks nothing."""
    answer = httpx.post(f"{url}/v1.2/classify", json={}, headers={"x-api-key": "key"}, timeout=60)
    assert answer.status_code == 400
    return answer.headers["x-classify-policy"]
