"""`record`, `import` and `calibrate` as their users meet them, against the stand-in."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from command_here import Done, run_here

from pegasus_classify.client.tape import Tape
from pegasus_classify.recordings.format import RecordedCall, read_recording, write_lines

emulator = pytest.importorskip("pegasus_classify.emulator")
pytest.importorskip("sklearn")

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
KEY = "tlk_" + "0ABCDEFGHIJKLMNOPQRSTUVWXYZ1"
NAMES = """Cars,SUV,Sedan,Hatchback,Minivan,Convertible,Dog,Cat,Lion,Tiger,Bear,Beauty,Makeup,Football,Cooking
Pickup Truck,Delivery truck,Dance tutorial,Dance group"""
CLASSES = [{"name": name, "prompts": [name]} for name in NAMES.replace("\n", ",").split(",")]


def run(*words: Any, **environment: str) -> Done:
    """Run a command, with nothing of the tester's environment."""
    inherited = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "COLUMNS": "120"}
    return run_here(*words, environment={**inherited, **environment})


def recorded(path: Path) -> tuple[RecordedCall, ...]:
    """The calls of a recording without complaints."""
    recording = read_recording(path.read_text(encoding="utf-8").split("\n"))
    assert recording.complaints == ()
    return recording.calls


def test_a_folder_of_samples_is_imported(tmp_path):
    """JSON files, a notebook and a log; the log's broken line is named, so the exit code is 1."""
    out = tmp_path / "old.jsonl"
    done = run("import", SAMPLES, "--out", out)
    assert done.returncode == 1
    assert "logs/service.log: line 6: is no JSON" in done.stderr
    assert len(recorded(out)) == len(list(SAMPLES.glob("v1.*/*/*.json"))) + 4 + 2
    assert "tlk_" not in out.read_text(encoding="utf-8")


def test_an_import_without_complaint_ends_with_0_and_can_be_told_as_json(tmp_path):
    """And one to standard output is the recording alone."""
    notebook = SAMPLES / "notebooks" / "kitchen.ipynb"
    done = run("import", notebook, "--out", tmp_path / "x.jsonl", "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout) == {
        "files": 1,
        "calls": 4,
        "with_request": 4,
        "statuses": {"200": 3, "400": 1},
        "complaints": [],
    }
    done = run("import", notebook, "--out", "-")
    assert len(read_recording(done.stdout.split("\n")).calls) == 4


def test_an_import_of_nothing_ends_with_2(tmp_path):
    """Also of a file that is no text; no recording is written."""
    (tmp_path / "a.json").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "b.json").write_text("{}", encoding="utf-8")
    done = run("import", tmp_path, "--out", tmp_path / "out.jsonl")
    assert done.returncode == 2
    assert "a.json: is no text in UTF-8" in done.stderr
    assert "b.json: holds no answer of the Classify API" in done.stderr
    assert not (tmp_path / "out.jsonl").exists()
    assert run("import", tmp_path, "--out", "-", "--json").returncode == 2


class _Old(BaseHTTPRequestHandler):
    """A Classify that still answers, in its own manner."""

    protocol_version = "HTTP/1.1"

    def _answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), "Set-Cookie": "session=abc", **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        self._answer(200, json.dumps({"data": [], "page_info": {"seen": self.headers["x-api-key"]}}).encode())

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path.endswith("bulk"):
            self._answer(429, b"")
        elif self.path.endswith("search"):
            self._answer(200, b"{}")
        elif b"broken" in body:
            self._answer(502, b"<html>")
        else:
            self._answer(200, gzip.compress(b'{"data": [], "echo": ' + body + b"}"), Content_Encoding="gzip")

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def old_api():
    """Its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Old)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_proxy_passes_everything_on_and_writes_classify_calls_down(old_api, tmp_path):
    """Keys go upstream and not into the file; packed answers are unpacked in the file alone."""
    out = tmp_path / "old.jsonl"
    out.write_text('{"format": "pegasus-classify-recording", "version": 1}\n{"path": "/v1.2/cla', encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "pegasus_classify.cli.main",
        "record",
        "--upstream",
        old_api,
        "--out",
        str(out),
        "--port",
        "0",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as proxy:
        assert proxy.stdout
        assert proxy.stderr
        base = proxy.stdout.readline().removeprefix("listening on ").strip()
        with httpx.Client(
            base_url=base, headers={"x-api-key": KEY, "Cookie": "a=my-cookie-value"}, timeout=30
        ) as client:
            answers = [
                client.post("/v1.2/classify", json={"video_ids": ["v"], "note": KEY}),
                client.post("/v1.2/classify/bulk", json={"index_id": "i"}),
                client.get("/p/v1.2/classify/token%2D1"),
                client.post("/v1.2/classify", content=b"broken"),
                client.post("/v1.2/search", json={}),
                client.get("/v1.2/indexes"),
            ]
        proxy.terminate()
        assert proxy.wait(60) == 0
        said = proxy.stderr.read()
    assert [each.status_code for each in answers] == [200, 429, 200, 502, 200, 200]
    assert answers[0].json()["echo"]["note"] == KEY
    assert answers[2].json()["page_info"]["seen"] == KEY
    assert answers[0].headers["set-cookie"] == "session=abc"
    text = out.read_text(encoding="utf-8")
    assert KEY not in text
    assert "cookie" not in text
    recording = read_recording(text.split("\n"))
    assert recording.lost == 1
    assert [(call.path, call.status, call.request) for call in recording.calls] == [
        ("/v1.2/classify", 200, {"video_ids": ["v"], "note": "***"}),
        ("/v1.2/classify/bulk", 429, {"index_id": "i"}),
        ("/p/v1.2/classify/token-1", 200, None),
        ("/v1.2/classify", 502, None),
    ]
    assert recording.calls[0].response["echo"]["note"] == "***"
    assert recording.calls[1].response is None
    assert recording.calls[3].response == "<html>"
    assert all(call.recorded_at.endswith("Z") for call in recording.calls)
    assert "4 calls written" in said


def test_an_upstream_without_scheme_is_wrong_usage(tmp_path):
    """Said before a file is made."""
    done = run("record", "--upstream", "localhost:8000", "--out", tmp_path / "x.jsonl")
    assert done.returncode == 2
    assert not (tmp_path / "x.jsonl").exists()


def test_a_tape_goes_on_where_it_ended(tmp_path):
    """One header, all calls."""
    call = RecordedCall(path="/x", status=200, response={})
    for _ in range(2):
        with Tape(tmp_path / "x.jsonl") as tape:
            tape.keep(call)
            assert tape.written == 1
    assert (tmp_path / "x.jsonl").read_text(encoding="utf-8") == "".join(write_lines([call, call]))


def old_answers(upstream: str, path: Path) -> None:
    """Answers of a made-up old API over the stand-in's videos: it kept what it was surest about, by its own scale."""
    from pegasus_classify import Classifier

    body = {
        "index_id": emulator.MAIN_INDEX_ID,
        "options": ["visual", "conversation"],
        "classes": CLASSES,
        "threshold": {"min_video_score": 88, "min_clip_score": 60, "min_duration_ratio": 0.02},
    }
    all_of_it = {
        **body,
        "threshold": {"min_video_score": 1, "min_clip_score": 1, "min_duration_ratio": 0.01},
        "page_limit": 50,
    }
    with Classifier("key", upstream) as classifier:
        status, answer = classifier.handle("POST", "/v1.2/classify/bulk", all_of_it)
    assert status == 200
    for video in answer["data"]:
        video["classes"] = [
            {**each, "score": round(min(100, each["score"] * 1.2), 2), "duration_ratio": each["duration_ratio"]}
            for each in video["classes"]
            if each["score"] * 1.2 >= 88 and each["duration_ratio"] >= 0.02
        ]
    answer["data"] = [video for video in answer["data"] if video["classes"]]
    call = RecordedCall(path="/v1.2/classify/bulk", status=200, request=body, response=answer)
    path.write_text("".join(write_lines([call])), encoding="utf-8")


@pytest.mark.slow
def test_calibrating_from_old_answers_to_a_classifier_that_uses_it(tmp_path):
    """Asked live and kept, fitted, shown, used by `classify`, refused with another prompt."""
    old, run_file, fitted, page = (tmp_path / name for name in ("old.jsonl", "new.jsonl", "fit.json", "page.html"))
    with emulator.running_emulator() as upstream:
        where = {"PEGASUS_CLASSIFY_UPSTREAM": upstream.base_url, "TWELVE_LABS_API_KEY": "key", "HOME": str(tmp_path)}
        old_answers(upstream.base_url, old)
        calls = upstream.state.analyze_calls
        done = run("calibrate", old, "--save-run", run_file, "--out", fitted, "--html", page, **where)
        assert done.returncode == 0, done.stderr
        assert upstream.state.analyze_calls > calls
        assert "drift after" in done.stdout
        (call,) = recorded(run_file)
        assert call.model == "pegasus1.5"
        assert call.evidence
        assert set(call.durations) == set(call.evidence)
        assert "evidence" not in json.dumps(call.response)
        calls = upstream.state.analyze_calls
        again = run("calibrate", old, "--run", run_file, "--out", tmp_path / "again.json", "--json", **where)
        assert upstream.state.analyze_calls == calls
        told = json.loads(again.stdout)
        assert json.loads(fitted.read_text(encoding="utf-8"))["knots"] == told["calibration"]["knots"]
        assert {each["name"] for each in told["measured"]["methods"]} == {"default", "fitted", "platt", "isotonic"}
        body = tmp_path / "request.json"
        body.write_text(json.dumps(call.request), encoding="utf-8")
        plain = run("classify", body, "--json", **where)
        scored = run("classify", body, "--json", "--calibration", fitted, **where)
        assert scored.returncode == plain.returncode == 0, scored.stderr
        assert json.loads(scored.stdout) != json.loads(plain.stdout)
        refused = run("classify", body, "--calibration", fitted, "--ask", "text", **where)
        assert refused.returncode == 2
        assert "calibration: it was fitted for the prompt hash" in refused.stderr
    text = page.read_text(encoding="utf-8")
    assert "<svg" in text
    assert "http" not in text.replace("http-equiv", "")


def test_calibrating_from_too_little_ends_with_1_and_says_what_is_missing(tmp_path):
    """No file is written."""
    old = tmp_path / "old.jsonl"
    request = {"video_ids": ["v1"], "options": ["visual"], "classes": CLASSES[:1]}
    answer = {"data": [], "page_info": {"total_results": 0, "limit_per_page": 0, "page_expired_at": ""}}
    about = {"model": "m", "prompt_version": "p", "prompt_hash": "h", "evidence": {"v1": ()}, "durations": {"v1": 5.0}}
    call = RecordedCall(path="/v1.2/classify", status=200, request=request, response=answer, **about)
    old.write_text("".join(write_lines([call])), encoding="utf-8")
    done = run("calibrate", old, "--run", old, "--out", tmp_path / "fit.json")
    assert done.returncode == 1
    assert "too little to fit from: 1 of at least 50 pairs" in done.stderr
    assert not (tmp_path / "fit.json").exists()
    empty = tmp_path / "empty.jsonl"
    empty.write_text("", encoding="utf-8")
    done = run("calibrate", empty, "--run", old)
    assert done.returncode == 2
    assert "holds no call that can be read" in done.stderr


def test_what_cannot_be_asked_again_is_named(tmp_path):
    """A request for an index nobody knows any more ends neither the others nor the command without a word."""
    old = tmp_path / "old.jsonl"
    request = {"index_id": "<INDEX_ID>", "options": ["visual"], "classes": CLASSES[:1]}
    call = RecordedCall(path="/v1.2/classify/bulk", status=200, request=request, response={"data": []}, source="cell 3")
    old.write_text("".join(write_lines([call])), encoding="utf-8")
    with emulator.running_emulator() as upstream:
        where = {"PEGASUS_CLASSIFY_UPSTREAM": upstream.base_url, "TWELVE_LABS_API_KEY": "key"}
        done = run("calibrate", old, "--store", "memory:", **where)
    assert done.returncode == 1
    assert "cell 3: not asked again: " in done.stderr
    assert "keeps no evidence" in done.stderr
