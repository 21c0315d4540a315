"""The commands as their users meet them: processes with exit codes, standard output and standard error."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pegasus_classify.cli.main import main

emulator = pytest.importorskip("pegasus_classify.emulator")

CAR_PARK = "63996203ce36463e0199c8c2"
USED_CARS = "63996232ce36463e0199c8c3"
GUIDE = "63a09373ce36463e0199c8de"
BODY: dict[str, Any] = {
    "video_ids": [CAR_PARK, USED_CARS, GUIDE],
    "options": ["visual"],
    "classes": [{"name": "Cars", "prompts": ["Cars", "SUV"]}],
    "page_limit": 2,
}
LABELS: dict[str, Any] = {
    "index_id": emulator.MAIN_INDEX_ID,
    "options": ["visual"],
    "labels": [{"name": "Cars", "prompts": ["Cars"]}],
}


@pytest.fixture(scope="module")
def upstream() -> Iterator[str]:
    """The address of a stand-in that refuses to look at one video."""
    settings = emulator.EmulatorSettings(faults={USED_CARS: "refuse"})
    with emulator.running_emulator(settings) as running:
        yield running.base_url


@pytest.fixture
def request_file(tmp_path: Path) -> Path:
    """A file with a request of version 1.2."""
    path = tmp_path / "request.json"
    path.write_text(json.dumps(BODY), encoding="utf-8")
    return path


@dataclass
class Done:
    """How a command ended."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    """Run the command line in this process, with nothing of the tester's environment that matters to it."""
    for name in os.environ:
        if "PEGASUS" in name or "TWELVE" in name:
            monkeypatch.delenv(name)
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv("PEGASUS_CLASSIFY_STORE", "memory:")

    def command(*words: str | Path, upstream: str = "", stdin: str = "", key: str = "key") -> Done:
        monkeypatch.setenv("TWELVE_LABS_API_KEY", key)
        monkeypatch.setenv("PEGASUS_CLASSIFY_UPSTREAM", upstream)
        monkeypatch.setattr(sys, "argv", ["pegasus-classify", *map(str, words)])
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        with pytest.raises(SystemExit) as end:
            main()
        written = capsys.readouterr()
        code = end.value.code
        return Done(code if isinstance(code, int) else 0, written.out, written.err)

    return command


def run_process(*words: str | Path, stdin: str = "", **environment: str) -> Done:
    """Run the command line in a process of its own."""
    kept = {name: value for name, value in os.environ.items() if "PEGASUS" not in name and "TWELVE" not in name}
    done = subprocess.run(
        [sys.executable, "-m", "pegasus_classify.cli.main", *map(str, words)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        input=stdin,
        env={**kept, "PYTHONIOENCODING": "utf-8", "PEGASUS_CLASSIFY_STORE": "memory:", **environment},
        timeout=60,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def ids(answer: dict[str, Any]) -> set[str]:
    """The videos of an answer."""
    return {each["video_id"] for each in answer["data"]}


def test_classify_prints_the_old_answer_alone(run: Callable[..., Done], upstream: str, request_file: Path):
    """Everything else is on standard error: what failed, what it cost, where the next page is."""
    done = run("classify", request_file, "--json", upstream=upstream)
    assert done.returncode == 0
    assert ids(json.loads(done.stdout)) == {CAR_PARK, GUIDE}
    assert f"failed {USED_CARS}: " in done.stderr
    assert re.search(r"used: \d calls, [\d.]+ video minutes", done.stderr)


def test_classify_reads_standard_input_and_both_dialects(run: Callable[..., Done], upstream: str):
    """A wrapper with path and body too."""
    done = run("classify", "-", "--json", upstream=upstream, stdin=json.dumps(LABELS))
    answer = json.loads(done.stdout)
    assert answer["data"]
    assert all("labels" in each for each in answer["data"])
    wrapped = json.dumps({"path": "/p/v1.1/classify/bulk", "body": LABELS})
    assert json.loads(run("classify", "-", "--json", upstream=upstream, stdin=wrapped).stdout) == answer


def test_classify_shows_people_a_table(run: Callable[..., Done], upstream: str, request_file: Path):
    """And what each score rests on, when asked."""
    done = run("classify", request_file, "--explain", upstream=upstream)
    assert done.returncode == 0
    assert re.search(rf"{CAR_PARK}\s+Cars\s+[\d.]+\s+0\.\d+", done.stdout)
    assert re.search(r"best clip [\d.]+, mean [\d.]+, covers 0\.\d+", done.stdout)
    assert "\x1b[" not in done.stdout + done.stderr


def test_people_are_told_that_nothing_was_found(run: Callable[..., Done], upstream: str, request_file: Path):
    """And, when they ask, by which rule."""
    strict = {**BODY, "threshold": {"min_video_score": 100, "min_clip_score": 1}, "video_ids": [CAR_PARK]}
    request_file.write_text(json.dumps({**strict, "options": ["conversation"]}), encoding="utf-8")
    done = run("classify", request_file, "--explain", upstream=upstream)
    assert done.stdout.startswith("nothing found")
    assert "left out: Cars: " in done.stdout
    assert "is below min_" in done.stdout


def test_labels_and_clips_have_their_columns(run: Callable[..., Done], upstream: str):
    """Words and seconds; a few clips and the number of the others."""
    body = json.dumps({**LABELS, "include_clips": True, "threshold": "none", "page_limit": 1})
    done = run("classify", "-", upstream=upstream, stdin=body)
    assert done.stdout.splitlines()[0].split() == ["video", "label", "max", "score", "confidence", "seconds", "clips"]
    assert re.search(r"\d:\d\d–\d+:\d\d Cars \d", done.stdout)
    assert re.search(r"next page: [0-9a-f-]+-1", done.stderr)


def test_an_output_nobody_reads_is_no_error(upstream: str, request_file: Path):
    """As in `classify … | head -0`."""
    program = (
        "import os, sys; read, write = os.pipe(); os.close(read); os.dup2(write, 1); "
        "from pegasus_classify.cli.main import main; main()"
    )
    environment = {
        **os.environ,
        "TWELVE_LABS_API_KEY": "key",
        "PEGASUS_CLASSIFY_UPSTREAM": upstream,
        "PEGASUS_CLASSIFY_STORE": "memory:",
    }
    words = [sys.executable, "-c", program, "classify", str(request_file), "--json"]
    done = subprocess.run(words, capture_output=True, text=True, env=environment, timeout=60, check=False)
    assert done.returncode in {0, 1}
    assert "Traceback" not in done.stderr


def test_all_pages_are_put_together(run: Callable[..., Done], upstream: str, request_file: Path):
    """One answer, as the old API showed an answer of one page."""
    request_file.write_text(json.dumps({**BODY, "page_limit": 1}), encoding="utf-8")
    first = json.loads(run("classify", request_file, "--json", upstream=upstream).stdout)
    whole = json.loads(run("classify", request_file, "--json", "--all-pages", upstream=upstream).stdout)
    assert len(first["data"]) == 1
    assert ids(whole) == {CAR_PARK, GUIDE}
    assert whole["page_info"] | {"page_expired_at": ""} == {
        "limit_per_page": 2,
        "total_results": 2,
        "page_expired_at": "",
        "next_page_token": "",
        "prev_page_token": "",
    }


def test_answers_and_pages_last_in_the_users_data_folder(
    run: Callable[..., Done], upstream: str, request_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Of two calls without `--store`, the second asks nothing; a token of the first can be fetched later."""
    for name in ("XDG_DATA_HOME", "LOCALAPPDATA", "HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.delenv("PEGASUS_CLASSIFY_STORE")
    one_page = json.dumps({**BODY, "page_limit": 1, "video_ids": [CAR_PARK, GUIDE]})
    first = run("classify", "-", "--json", upstream=upstream, stdin=one_page)
    assert "used: 2 calls" in first.stderr
    again = run("classify", "-", "--json", upstream=upstream, stdin=one_page)
    assert "used: 0 calls" in again.stderr
    token = json.loads(first.stdout)["page_info"]["next_page_token"]
    page = json.loads(run("classify", "--page", token, "--json", upstream=upstream).stdout)
    assert ids(page) | ids(json.loads(first.stdout)) == {CAR_PARK, GUIDE}
    assert len(ids(page)) == 1
    foreign = run("classify", "--page", token, "--json", upstream=upstream, key="other")
    assert (foreign.returncode, json.loads(foreign.stdout)["code"]) == (1, "classify_page_token_invalid")


def test_lines_are_written_as_videos_are_finished(
    run: Callable[..., Done], upstream: str, request_file: Path, tmp_path: Path
):
    """One line of JSON each; a failed video has `error`."""
    out = tmp_path / "out.jsonl"
    done = run("classify", request_file, "--jsonl", out, upstream=upstream)
    lines = {each["video_id"]: each for each in map(json.loads, out.read_text(encoding="utf-8").splitlines())}
    assert done.returncode == 0
    assert set(lines) == set(BODY["video_ids"])
    assert lines[CAR_PARK]["classes"][0]["name"] == "Cars"
    assert lines[USED_CARS]["error"]["message"]
    assert done.stdout == ""


@pytest.mark.parametrize("body", [BODY, LABELS], ids=["videos", "index"])
def test_shards_are_the_whole_and_do_not_overlap(run: Callable[..., Done], upstream: str, body: dict[str, Any]):
    """Every video is in exactly one."""
    parts = [
        run("classify", "-", "--jsonl", "-", "--shard", f"{number}/3", upstream=upstream, stdin=json.dumps(body))
        for number in (1, 2, 3)
    ]
    found = [json.loads(line)["video_id"] for part in parts for line in part.stdout.splitlines()]
    assert len(found) == len(set(found)) == (13 if body is LABELS else 3)


def test_an_empty_shard_is_an_empty_answer(run: Callable[..., Done], upstream: str):
    """Not an error."""
    body = json.dumps({**BODY, "video_ids": [CAR_PARK]})
    parts = [
        run("classify", "-", "--json", "--shard", f"{number}/2", upstream=upstream, stdin=body) for number in (1, 2)
    ]
    assert [part.returncode for part in parts] == [0, 0]
    assert sorted(len(json.loads(part.stdout)["data"]) for part in parts) == [0, 1]


@pytest.mark.parametrize(
    ("words", "stdin", "key", "code", "says"),
    [
        (["classify", "-", "--json"], "{", "key", 1, "parameter_invalid"),
        (["classify", "-", "--json"], "{}", "key", 1, "parameter_not_provided"),
        (["classify", "-", "--json"], json.dumps(BODY), "", 1, "api_key_invalid"),
        (["classify", "-", "--json", "--max-hours", "0.01"], json.dumps(BODY), "key", 1, "--max-hours"),
        (["classify"], "", "key", 2, "--page TOKEN"),
        (["classify", "no such file.json"], "", "key", 2, "no such file.json"),
        (["classify", "--page", "x-1"], "", "key", 2, "memory:"),
        (["classify", "-", "--shard", "3/2"], json.dumps(BODY), "key", 2, "--shard"),
        (["classify", "-", "--concurrency", "0"], json.dumps(BODY), "key", 2, "concurrency"),
        (["classify", "-", "--model", "pegasus9"], json.dumps(BODY), "key", 2, "pegasus9"),
        (["classify", "-", "--prompt", "none.v7"], json.dumps(BODY), "key", 2, "none.v7"),
        (["classify", "-", "--store", "nowhere:"], json.dumps(BODY), "key", 2, "store"),
        (["classify", "--nonsense"], "", "key", 2, "nonsense"),
        (["prompts", "show", "none.v1"], "", "key", 2, "classify.v1"),
        (["emulate", "--style", "tidy"], "", "key", 2, "tidy"),
        (["read", "missing.txt", "--request", "-"], json.dumps(BODY), "key", 2, "missing.txt"),
    ],
)
def test_what_is_wrong_is_said_in_a_line(
    run: Callable[..., Done], upstream: str, words: Sequence[str], stdin: str, key: str, code: int, says: str
):
    """With the right exit code and never a traceback."""
    done = run(*words, upstream=upstream, stdin=stdin, key=key)
    assert done.returncode == code
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_a_refused_request_is_answered_in_the_old_form(run: Callable[..., Done], upstream: str):
    """Programs that read standard output get what the old API sent."""
    done = run("classify", "-", "--json", upstream=upstream, stdin="{}")
    assert set(json.loads(done.stdout)) == {"code", "message"}


def test_plan_tells_the_price_and_asks_nothing(run: Callable[..., Done], upstream: str, request_file: Path):
    """Expected and at most; a limit that would be passed is exit code 1."""
    planned = json.loads(run("plan", request_file, "--json", upstream=upstream).stdout)
    assert planned["videos"] == 3
    assert planned["expected"]["calls"] == 3
    assert 0 < planned["expected"]["usd"] < planned["upper_bound"]["usd"]
    refused = run("plan", request_file, "--budget", "0.01", upstream=upstream)
    assert refused.returncode == 1
    assert "--budget" in refused.stderr


def test_plan_works_offline_with_a_video_map(run: Callable[..., Done], request_file: Path, tmp_path: Path):
    """What the map does not tell is said to be missing."""
    table = tmp_path / "map.csv"
    table.write_text(f"{CAR_PARK},asset1,600\n{GUIDE},asset2\n", encoding="utf-8")
    done = run("plan", request_file, "--offline", "--json", "--video-map", table, key="")
    planned = json.loads(done.stdout)
    assert (planned["videos"], planned["unknown_length"]) == (1, 2)
    assert planned["expected"]["video_minutes"] == 10
    shown = run("plan", request_file, "--offline", key="")
    assert "3 videos without a duration" in shown.stdout


def test_prompts_are_listed_shown_and_rendered(run: Callable[..., Done], request_file: Path):
    """Rendered exactly as they would be sent."""
    listed = json.loads(run("prompts", "list", "--json").stdout)
    assert [each["version"] for each in listed if each["default"]] == ["classify.v1"]
    assert run("prompts", "list").stdout.splitlines()[0].split() == ["version", "hash"]
    assert "{% block" in run("prompts", "show", "classify.v1").stdout
    assert '"text": "SUV"' in run("prompts", "render", request_file).stdout
    (asked,) = json.loads(run("prompts", "render", request_file, "--json").stdout)
    assert asked["response_format"]["type"] == "json_schema"


def test_read_tells_what_a_text_says(run: Callable[..., Done], request_file: Path, tmp_path: Path):
    """From a file, from standard input, or as an argument; what cannot be read is exit code 1."""
    clip = '{"start":"0:05","end":60,"prompt":"SUV"}'
    text = f'```json\n{{"classes":[{{"class":"Cars","confidence":80,"clips":[{clip}]}}]}}\n```'
    path = tmp_path / "answer.txt"
    path.write_text(text, encoding="utf-8")
    outputs = [
        run("read", path, "--request", request_file, "--json"),
        run("read", "-", "--request", request_file, "--json", stdin=text),
        run("read", text, "--request", request_file, "--json"),
    ]
    assert outputs[0].stdout == outputs[1].stdout == outputs[2].stdout
    (found,) = json.loads(outputs[0].stdout)["evidence"]
    assert (found["class_name"], found["prompt"], found["start"], found["end"]) == ("Cars", "SUV", 5, 60)
    assert "SUV" in run("read", path, "--request", request_file).stdout
    unreadable = run("read", "%$#", "--request", request_file, "--json")
    assert (unreadable.returncode, json.loads(unreadable.stdout)["verdict"]) == (1, "unreadable")


@pytest.mark.parametrize("command", ["classify", "plan", "prompts render", "prompts list", "read", "demo", "emulate"])
def test_every_command_explains_itself_with_an_example(run: Callable[..., Done], command: str):
    """`--help` ends with a line that can be copied."""
    done = run(*command.split(), "--help")
    assert done.returncode == 0
    assert f"Example: pegasus-classify {command}" in " ".join(done.stdout.split())


def test_the_version_is_told(run: Callable[..., Done]):
    """Name and number."""
    assert re.fullmatch(r"pegasus-classify \d+\.\d+.*\n", run("--version").stdout)


def test_the_demonstration_shows_every_step(run: Callable[..., Done]):
    """Request, prompt, generated text, old answers, pages; plain text when it is no terminal."""
    done = run("demo", key="")
    assert done.returncode == 0
    for words in (
        '"labels"',
        "classify.v1",
        "What the model wrote",
        "mended while reading:",
        '"threshold": "high"',
        '"detailed_scores"',
        "page 2",
        "GET /v1.2/classify/",
        "kept: 0 calls",
    ):
        assert words in done.stdout
    assert "\x1b[" not in done.stdout


@pytest.mark.parametrize("style", emulator.STYLES)
def test_the_demonstration_can_be_had_in_every_handwriting(run: Callable[..., Done], style: str):
    """One that cannot be read ends in the old API's error; the last line counts what the requests cost, no more."""
    done = run("demo", "--style", style, key="")
    assert done.returncode == 0
    asked = [int(number) for number in re.findall(r"^\w+: (\d+) calls, ", done.stdout, re.MULTILINE)]
    assert f"{sum(asked)} calls to the stand-in, " in done.stdout
    assert len(asked) == 4
    assert ("internal_server_error" in done.stdout) == (style == "cut")


def test_a_handwriting_that_does_not_exist_is_wrong_usage(run: Callable[..., Done]):
    """One line that names those there are."""
    done = run("demo", "--style", "neat", key="")
    assert done.returncode == 2
    assert "mixed" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_the_stand_in_says_where_it_listens():
    """Its first line, as soon as it accepts connections."""
    with subprocess.Popen(
        [sys.executable, "-m", "pegasus_classify.cli.main", "emulate", "--key", "key"],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            address = line.removeprefix("listening on ").strip()
            done = run_process(
                "classify",
                "-",
                "--json",
                stdin=json.dumps(BODY),
                TWELVE_LABS_API_KEY="key",
                PEGASUS_CLASSIFY_UPSTREAM=address,
            )
        finally:
            process.terminate()
    assert ids(json.loads(done.stdout)) == {CAR_PARK, GUIDE}


def test_an_interrupted_command_ends_at_once_and_says_nothing(request_file: Path):
    """While the model is still at work; no traceback."""
    slow = emulator.EmulatorSettings(latency=60)
    with emulator.running_emulator(slow) as running:
        process = subprocess.Popen(
            [sys.executable, "-m", "pegasus_classify.cli.main", "classify", str(request_file), "--json"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={
                **os.environ,
                "TWELVE_LABS_API_KEY": "key",
                "PEGASUS_CLASSIFY_UPSTREAM": running.base_url,
                "PEGASUS_CLASSIFY_STORE": "memory:",
            },
        )
        try:
            while running.state.in_flight == 0 and process.poll() is None:
                time.sleep(0.05)
            process.send_signal(signal.SIGINT)
            written, said = process.communicate(timeout=30)
        finally:
            process.kill()
    assert process.returncode == 130
    assert (written, said) == ("", "")


def test_without_its_extra_the_command_says_what_to_install(run: Callable[..., Done], tmp_path: Path):
    """A plain installation has no typer."""
    (tmp_path / "typer.py").write_text("raise ModuleNotFoundError('No module named typer', name='typer')\n")
    done = run_process("--help", PYTHONPATH=str(tmp_path))
    assert done.returncode == 2
    assert "pip install 'pegasus-classify[cli]'" in done.stderr
    assert "Traceback" not in done.stderr
