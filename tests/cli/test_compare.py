"""The command `compare`: sides of every kind, a verdict, a report, conditions, bad input."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import pytest

from pegasus_classify import emulator
from pegasus_classify.cli.main import main

SAMPLES = Path(__file__).parents[1] / "samples"
HEADER = {"format": "pegasus-classify-recording", "version": 1}
PATH = "/v1.2/classify"
VIDEOS = [f"v{number}" for number in range(200)]


@dataclass
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    """Run `compare` in this process, with nothing of the tester's environment that matters to it."""
    for name in os.environ:
        if "PEGASUS" in name or "TWELVE" in name:
            monkeypatch.delenv(name)
    monkeypatch.setenv("PEGASUS_CLASSIFY_STORE", "memory:")
    monkeypatch.setenv("TWELVE_LABS_API_KEY", "key")

    def command(*words: object, first: str = "compare") -> Done:
        monkeypatch.setattr(sys, "argv", ["pegasus-classify", first, *map(str, words)])
        with pytest.raises(SystemExit) as end:
            main()
        written = capsys.readouterr()
        code = end.value.code
        return Done(code if isinstance(code, int) else 0, written.out, written.err)

    return command


def body(**more: Any) -> dict[str, Any]:
    """Return a request about all videos."""
    classes = [{"name": name, "prompts": [name]} for name in ("Dogs", "Cars")]
    return {"video_ids": VIDEOS, "options": ["visual"], "classes": classes, "include_clips": True, **more}


def answer(seed: int, lower: float = 0.0) -> dict[str, Any]:
    """Return an answer in which every score wanders, Cars perhaps lower."""
    random, data = Random(seed), []
    for number, video in enumerate(VIDEOS):
        truth = Random(number)
        classes = []
        for name in ("Dogs", "Cars"):
            score = truth.uniform(70, 95) + random.gauss(0, 0.5) - (lower if name == "Cars" else 0)
            clip = {"start": 10.0, "end": 20.0 + random.random(), "score": 80, "option": "visual", "prompt": name}
            if score >= 75:
                classes.append({"name": name, "score": round(score, 2), "duration_ratio": 0.6, "clips": [clip]})
        if classes:
            data.append({"video_id": video, "classes": classes})
    return {"data": data, "page_info": {"limit_per_page": 50, "total_results": len(data), "page_expired_at": ""}}


def call(response: Any, **more: Any) -> dict[str, Any]:
    """Return a recorded call."""
    return {"path": PATH, "request": body(), "status": 200, "response": response, **more}


@pytest.fixture
def recording(tmp_path: Path) -> Callable[..., Path]:
    """Write a recording."""

    def write(name: str, *calls: Any) -> Path:
        path = tmp_path / name
        lines = [each if isinstance(each, str) else json.dumps(each) for each in (HEADER, *calls)]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    return write


def test_two_recordings_a_verdict_and_a_report(run, recording, tmp_path):
    """The first line is the verdict, the class is named, and the report is one file."""
    old = recording("old.jsonl", call(answer(1)))
    new = recording(
        "new.jsonl", call(answer(2, lower=5.0), model="pegasus1.5", cost={"usd": 1.5, "video_seconds": 600})
    )
    done = run(old, new, "--html", tmp_path / "report.html")
    assert done.code == 0
    assert done.out.startswith("Different: Cars is answered differently, one of 2 classes.")
    assert re.search(r"scores of Cars are lower by about (4\.[5-9]|5\.\d) points", done.out)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "$1.50, 10 video minutes" in page
    assert "pegasus1.5" in page


def test_equal_calls_recorded_again_tell_the_noise(run, recording):
    """With a repeat on the right side the same model is the same."""
    old = recording("old.jsonl", call(answer(1)))
    new = recording("new.jsonl", call(answer(2)), call(answer(3)))
    told = json.loads(run(old, new, "--json", "--margin", "0.1").out)
    assert told["right"]["repeats"] == 1
    assert told["noise"]["known"] is True
    assert told["verdict"]["word"] == "same"


def test_a_kept_answer_is_no_repeat(run, recording):
    """It says nothing about noise, and that is told."""
    old = recording("old.jsonl", call(answer(1)))
    kept = {"calls": 0, "kept": 200}
    new = recording("new.jsonl", call(answer(2), cost={"calls": 200, "kept": 0}), call(answer(2), cost=kept))
    done = run(old, new, "--json")
    assert json.loads(done.out)["right"]["repeats"] == 0
    assert "no repeat" in done.err


CONDITIONS = [
    ("any.bias<-3", 1, "failed: any.bias<-3 in Cars (-"),
    ("agreement<10%", 0, ""),
    ("verdict=different and flips>0.1%", 1, "failed: verdict=different (different)"),
    ('"Boats".kappa<1', 2, "the class is not compared"),
    ("kapa<1", 2, "kapa is none of"),
]


@pytest.mark.parametrize(("condition", "code", "said"), CONDITIONS, ids=[each[0] for each in CONDITIONS])
def test_conditions_decide_the_exit_code(run, recording, condition, code, said):
    """0 when it does not hold, 1 when it does, 2 when it is none."""
    done = run(recording("a", call(answer(1))), recording("b", call(answer(2, lower=5.0))), "--fail-if", condition)
    assert done.code == code
    assert said in done.err


def test_pages_are_put_together_and_missing_ones_named(run, recording):
    """A second page belongs to the first by its token; without it videos are not taken for empty."""
    whole = answer(1)
    total = len(whole["data"])
    info = {"limit_per_page": 50, "total_results": total, "page_expired_at": ""}
    first = call({"data": whole["data"][:50], "page_info": {**info, "next_page_token": "t-1"}})
    second = {"path": f"{PATH}/t-1", "status": 200, "response": {"data": whole["data"][50:], "page_info": info}}
    old = recording("old.jsonl", first, second)
    assert json.loads(run(old, recording("new.jsonl", call(answer(1))), "--json").out)["measures"]["compared"] == 400
    done = run(recording("half.jsonl", first), recording("new.jsonl", call(answer(1))), "--json")
    assert json.loads(done.out)["measures"]["compared"] == 100
    assert "pages are missing" in done.err


def test_what_is_readable_is_used_and_the_rest_named(run, recording):
    """A line cut off, another version, no Classify call, an error, an answer that is none, a bad request."""
    broken = recording(
        "broken.jsonl",
        {**HEADER, "version": 7},
        call(answer(1)),
        {"path": "/v1.2/search", "request": {}, "status": 200, "response": {}},
        call({"message": "too many"}, status=429),
        call({"data": [{"classes": []}]}),
        {**call({"data": []}), "request": {"classes": 3}},
        json.dumps(call(answer(1)))[:200],
    )
    done = run(broken, recording("new.jsonl", call(answer(2))))
    assert done.code == 0
    for part in ("version", "no Classify call", "status 429 too many", "video_id", "request: ", "line 8"):
        assert part in done.err, part


NOTHING = {
    "empty": [],
    "errors only": [call({"message": "no"}, status=500)],
    "no JSON": ["this is no JSON", "nor this"],
}


@pytest.mark.parametrize("lines", NOTHING.values(), ids=list(NOTHING))
def test_nothing_readable_is_exit_code_two(run, recording, lines):
    """The side is named."""
    done = run(recording("nothing.jsonl", *lines), recording("new.jsonl", call(answer(2))))
    assert done.code == 2
    assert "nothing.jsonl: no answer in it can be used" in done.err


def test_nothing_in_common_is_exit_code_two(run, recording):
    """Other videos on the other side."""
    other = {**body(), "video_ids": ["w"]}
    strangers = {"path": PATH, "request": other, "status": 200, "response": {"data": [], "page_info": {}}}
    done = run(recording("a", call(answer(1))), recording("b", strangers))
    assert done.code == 2
    assert "nothing could be compared" in done.err


WRONG = {
    "no file": (["nowhere.jsonl", "ask"], "nowhere.jsonl: No such file"),
    "nothing that says what is asked": (["ask", "stand-in"], "one side must be a recording or a run"),
    "no lasting store": (["run:3fa9", "ask"], "memory: keeps no runs"),
    "no share": ([SAMPLES, "stand-in", "--margin", "many"], "--margin many: give a share"),
    "a share above one": ([SAMPLES, "stand-in", "--noise", "120%"], "--noise 120%: give a share"),
    "no look before": ([SAMPLES, "stand-in", "--after", SAMPLES], "--after"),
}


@pytest.mark.parametrize(("words", "said"), WRONG.values(), ids=list(WRONG))
def test_wrong_usage_is_one_line_and_exit_code_two(run, words, said):
    """It says what to do instead."""
    done = run(*words)
    assert done.code == 2
    assert said in done.err
    assert "Traceback" not in done.err


def test_the_next_look_spends_less(run, recording, tmp_path):
    """The JSON of the look before counts the looks."""
    sides = recording("a", call(answer(1))), recording("b", call(answer(2)))
    before = run(*sides, "--json").out
    (tmp_path / "before.json").write_text(before, encoding="utf-8")
    second = json.loads(run(*sides, "--json", "--after", tmp_path / "before.json").out)
    assert second["look"] == 2
    assert second["verdict"]["level"] == pytest.approx(json.loads(before)["verdict"]["level"] / 4)


def test_an_assumed_noise_and_margin_are_used(run, recording):
    """A generous assumption makes small differences the same."""
    sides = recording("a", call(answer(1))), recording("b", call(answer(2)))
    assert json.loads(run(*sides, "--json", "--noise", "10%", "--margin", "10%").out)["verdict"]["word"] == "same"


def test_samples_against_the_stand_in_in_one_command(run, tmp_path):
    """The old guide's answers, asked again of the stand-in: a report, a verdict, and what was kept of the asking."""
    done = run(SAMPLES, "stand-in", "--by-video", "--html", tmp_path / "report.html", "--keep", tmp_path / "new.jsonl")
    assert done.code == 0
    assert "Car Shapes and Car shapes differ in case only" in done.out
    assert "the stand-in" in (tmp_path / "report.html").read_text(encoding="utf-8")
    again = run(SAMPLES, tmp_path / "new.jsonl")
    assert again.out.splitlines()[0] == done.out.splitlines()[0]


STAND_IN_CALL = {
    "index_id": emulator.MAIN_INDEX_ID,
    "options": ["visual"],
    "classes": [{"name": "Cars", "prompts": ["Cars", "SUV"]}],
    "include_clips": True,
    "page_limit": 2,
    "threshold": {"min_video_score": 1, "min_duration_ratio": 0.01},
}


def recorded_bulk(recording: Callable[..., Path]) -> Path:
    """Return a recording of an index in which nothing was found."""
    found = {"data": [], "page_info": {"limit_per_page": 0, "total_results": 0, "page_expired_at": ""}}
    return recording(
        "bulk.jsonl", {"path": "/v1.2/classify/bulk", "request": STAND_IN_CALL, "status": 200, "response": found}
    )


def test_asked_twice_the_model_is_asked_again_and_the_price_is_told(run, recording):
    """Another sample number is another question, so that nothing kept stands in for it; pages are followed."""
    with emulator.running_emulator() as upstream:
        done = run(recorded_bulk(recording), "ask:pegasus1.5", "--twice", "--json", "--upstream", upstream.base_url)
        calls = upstream.state.analyze_calls
    told = json.loads(done.out)
    assert "asking 13 videos" in done.err
    assert "twice $" in done.err
    assert told["right"]["repeats"] == 1
    assert calls == 26
    assert told["measures"]["right_only"] > 2
    assert told["right"]["name"] == "pegasus1.5, classify.v1"


def test_a_classify_that_answers_is_a_side(run, recording, tmp_path):
    """Asked over HTTP what the recording was asked, page by page; unreachable is one line."""
    serve = pytest.importorskip("pegasus_classify").serve_in_thread
    with emulator.running_emulator() as upstream, serve(api_key="key", upstream=upstream.base_url) as address:
        told = json.loads(run(recorded_bulk(recording), address, "--json").out)
    assert told["measures"]["right_only"] > 2
    gone = run(recorded_bulk(recording), "http://127.0.0.1:9")
    assert gone.code == 1
    assert "http://127.0.0.1:9" in gone.err


def test_a_run_of_the_ledger_is_a_side(run, recording, tmp_path):
    """What was paid stays paid: comparing a run asks nothing new."""
    request = tmp_path / "request.json"
    request.write_text(json.dumps(STAND_IN_CALL), encoding="utf-8")
    store = f"sqlite:///{tmp_path / 'kept.db'}"
    with emulator.running_emulator() as upstream:
        common = ("--store", store, "--upstream", upstream.base_url)
        run(request, "--json", *common, first="classify")
        paid = upstream.state.analyze_calls
        runs = json.loads(run("list", "--json", *common, first="runs").out)
        done = run(recorded_bulk(recording), f"run:{runs[0]['run'][:8]}", "--json", *common)
        assert upstream.state.analyze_calls == paid
        unknown = run(recorded_bulk(recording), "run:ffffff", *common)
    assert json.loads(done.out)["measures"]["right_only"] > 2
    assert unknown.code == 2
    assert "no run of this key" in unknown.err
