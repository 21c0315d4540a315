"""Where the old API is gone its recorded answers stand in, for what was asked then and for nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from pegasus_classify import Classifier, serve_in_thread
from pegasus_classify.client.old_recording import NotRecordedError, OldRecording, question_of
from pegasus_classify.client.tape import Tape
from pegasus_classify.errors import ClassifyError, SettingsError
from pegasus_classify.legacy.spelling import Spelling
from pegasus_classify.legacy.wire import read_request
from pegasus_classify.recordings.format import RecordedCall, header_line
from pegasus_classify.rollout.policy import OldSide

emulator = pytest.importorskip("pegasus_classify.emulator")

INDEX = emulator.MAIN_INDEX_ID
VIDEOS = ["63996203ce36463e0199c8c2", "63996232ce36463e0199c8c3"]
OTHER = "63a09373ce36463e0199c8de"
CARS = [{"name": "Cars", "prompts": ["Cars", "SUV"]}]
BODY: dict[str, Any] = {"video_ids": VIDEOS, "options": ["visual"], "classes": CARS, "include_clips": True}
BULK: dict[str, Any] = {"index_id": INDEX, "options": ["visual"], "classes": CARS, "page_limit": 2}


@pytest.fixture(scope="module")
def recording(stand_in: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a Classify answered once: two videos by name, and an index of many pages."""
    path = tmp_path_factory.mktemp("recorded") / "old.jsonl"
    with Classifier("key", stand_in.base_url) as client, Tape(path) as tape:
        for address, body in (("/v1.2/classify", BODY), ("/v1.2/classify/bulk", BULK)):
            status, page = client.handle("POST", address, body)
            tape.keep(RecordedCall(path=address, status=status, response=page, request=body))
            while token := page["page_info"].get("next_page_token"):
                further = f"/v1.2/classify/{token}"
                status, page = client.handle("GET", further)
                tape.keep(RecordedCall(path=further, status=status, response=page))
    return path


def policy(recording: Path, **more: Any) -> dict[str, Any]:
    """A policy whose old side is the recording."""
    return {"old": {"recording": str(recording)}, **more}


def test_the_recorded_answer_is_the_answer(stand_in, recording):
    """Videos by name and a whole index, with correct pages; the platform is not asked."""
    with Classifier("key", "http://127.0.0.1:9", policy=policy(recording)) as client:
        recorded = [json.loads(line) for line in recording.read_text(encoding="utf-8").splitlines()[1:]]
        reply = client.reply("POST", "/v1.2/classify", BODY)
        assert reply.body["data"] == recorded[0]["response"]["data"]
        assert "legacy=2; route=otherwise" in reply.headers["X-Classify-Policy"]
        bulk = client.reply("POST", "/v1.2/classify/bulk", {**BULK, "page_limit": 50})
        assert bulk.body["data"] == [video for each in recorded[1:] for video in each["response"]["data"]]
        paged = client.reply("POST", "/v1.2/classify/bulk", BULK)
        assert paged.body["page_info"]["total_results"] == len(bulk.body["data"])
        assert client.handle("GET", f"/v1.2/classify/{paged.body['page_info']['next_page_token']}")[0] == 200


@pytest.mark.parametrize(
    "change",
    [
        {"video_ids": VIDEOS[:1]},
        {"video_ids": VIDEOS[::-1]},
        {"include_clips": False},
        {"page_limit": 1},
        {"conversation_option": "semantic"},
        {"classes": [{"name": "Cars", "prompts": ["SUV", "Cars"]}]},
    ],
)
def test_the_same_question_spelled_or_shown_otherwise_is_answered(stand_in, recording, change):
    """Fewer videos, another order, less to be shown."""
    with Classifier("key", "http://127.0.0.1:9", policy=policy(recording)) as client:
        reply = client.reply("POST", "/v1.2/classify", {**BODY, **change})
        assert reply.status == 200
        assert all("clips" in found for video in reply.body["data"] for found in video["classes"]) is (
            change.get("include_clips", True)
        )


@pytest.mark.parametrize(
    "change",
    [
        {"video_ids": [OTHER]},
        {"show_detailed_score": True},
        {"threshold": {"min_video_score": 80}},
        {"options": ["visual", "conversation"]},
        {"classes": [{"name": "Cars", "prompts": ["Cars"]}]},
        {"classes": [{"name": "cars", "prompts": ["Cars", "SUV"]}]},
    ],
)
def test_a_question_that_was_not_recorded_has_a_clear_outcome(stand_in, recording, change):
    """An error in the old API's form that says so and what to do; with leave, Pegasus answers."""
    body = {**BODY, **change}
    with Classifier("key", stand_in.base_url, policy=policy(recording)) as client:
        status, error = client.handle("POST", "/v1.2/classify", body)
        assert (status, error["code"]) == (404, "resource_not_exists")
        assert "is a recording" in error["message"]
        assert "fallback = true" in error["message"]
    with Classifier("key", stand_in.base_url, policy=policy(recording, fallback=True)) as client:
        reply = client.reply("POST", "/v1.2/classify", body)
        assert reply.status == 200
        assert f"pegasus={len(body['video_ids'])}; route=otherwise; fallback" in reply.headers["X-Classify-Policy"]


def test_of_several_videos_those_that_were_not_recorded_are_named_or_asked(stand_in, recording):
    """The others are answered from the recording either way; the old side is not blamed for it."""
    body = {**BODY, "video_ids": [*VIDEOS, OTHER]}
    with Classifier("key", stand_in.base_url, policy=policy(recording)) as client:
        for _ in range(30):
            reply = client.reply("POST", "/v1.2/classify", body)
        assert reply.status == 200
        assert reply.headers["X-Classify-Failed"] == f"1, {OTHER}"
        assert "legacy=3" in reply.headers["X-Classify-Policy"]
    with Classifier("key", stand_in.base_url, policy=policy(recording, fallback=True)) as client:
        reply = client.reply("POST", "/v1.2/classify", body)
        assert "X-Classify-Failed" not in reply.headers
        assert "legacy=2; pegasus=1; route=otherwise; fallback" in reply.headers["X-Classify-Policy"]
        with Classifier("key", stand_in.base_url) as plain:
            assert reply.body["data"] == plain.reply("POST", "/v1.2/classify", body).body["data"]


def test_an_index_that_was_not_recorded_has_a_clear_outcome(stand_in, recording):
    """Or Pegasus answers about it."""
    body = {**BULK, "options": ["visual", "conversation"]}
    with Classifier("key", stand_in.base_url, policy=policy(recording)) as client:
        status, error = client.handle("POST", "/v1.2/classify/bulk", body)
        assert (status, error["code"]) == (404, "resource_not_exists")
    with Classifier("key", stand_in.base_url, policy=policy(recording, fallback=True)) as client:
        reply = client.reply("POST", "/v1.2/classify/bulk", body)
        assert "pegasus=1; route=otherwise; fallback" in reply.headers["X-Classify-Policy"]


def test_the_recording_answers_where_pegasus_fails(recording):
    """A fallback the other way round."""
    with Classifier(
        "key", "http://127.0.0.1:9", retries=0, policy=policy(recording, fallback=True, otherwise="pegasus")
    ) as client:
        reply = client.reply("POST", "/v1.2/classify", BODY)
        assert "legacy=2; route=otherwise; fallback" in reply.headers["X-Classify-Policy"]


@pytest.mark.parametrize("to", ["shadow", "pegasus"])
def test_both_sides_are_compared_whoever_answers(stand_in, recording, to):
    """Beside the recording Pegasus is asked; where Pegasus answered anyway, the comparison is free."""
    with Classifier("key", stand_in.base_url, policy=policy(recording, otherwise=to)) as client:
        assert client.reply("POST", "/v1.2/classify", BODY).status == 200
        assert client.reply("POST", "/v1.2/classify", {**BODY, "video_ids": [OTHER]}).status in (200, 404)
        rollout = client._rollout
        assert rollout is not None
        assert rollout.shadow.settle(30)
        known = rollout.known.watch
        assert (known.compared, known.differences) == (2, 0)
        assert rollout.shadow.counts["run"] == 1
        assert rollout.shadow.counts["not_recorded"] == (to == "pegasus")


def test_a_server_answers_from_a_recording_too(stand_in, recording):
    """With the header, and without a call upstream."""
    with serve_in_thread(base_url="http://127.0.0.1:9", policy=policy(recording)) as url:
        reply = httpx.post(f"{url}/v1.2/classify", json=BODY, headers={"x-api-key": "key"})
        assert reply.status_code == 200
        assert "legacy=2" in reply.headers["x-classify-policy"]
        assert httpx.post(f"{url}/v1.2/classify", json=BODY).status_code == 401


def test_several_files_are_one_side_and_the_later_goes_before(tmp_path):
    """What is broken in one is complained about and passed over."""
    request = {"video_ids": ["v"], "options": ["visual"], "classes": CARS}
    for number, score in enumerate((80.0, 90.0)):
        found = [{"video_id": "v", "classes": [{"name": "Cars", "score": score, "duration_ratio": 1.0}]}]
        call = {"path": "/v1.2/classify", "status": 200, "request": request, "response": {"data": found}}
        text = header_line() + json.dumps(call) + "\nno line\n"
        (tmp_path / f"{number}.jsonl").write_text(text, encoding="utf-8")
    side = OldRecording(OldSide(recording=("0.jsonl", "1.jsonl")), tmp_path)
    asked = read_request(request, "videos")[0]
    (video,) = side.ask(asked, Spelling(), "").result().videos
    assert video.classes[0].score == 90
    with pytest.raises(NotRecordedError):
        side.ask(asked.model_copy(update={"video_ids": None, "index_id": "i"}), Spelling(), "").result()
    side.close()
    assert question_of(asked) == question_of(asked.model_copy(update={"page_limit": 3}))


def test_what_was_not_answered_then_is_not_recorded(tmp_path):
    """A video that failed, an answer whose pages are missing, a call that was refused."""
    request = {"video_ids": ["v", "w", "x"], "options": ["visual"], "classes": CARS}
    page = {"data": [], "page_info": {"next_page_token": "more"}}
    calls = [
        {"request": request, "response": {"data": []}, "failed": [{"video_id": "v"}], "status": 200},
        {"request": {**request, "video_ids": ["y"]}, "response": page, "status": 200},
        {"request": {**request, "video_ids": ["z"]}, "response": {"code": "x", "message": "y"}, "status": 500},
        {"response": {"data": []}, "status": 200},
    ]
    lines = [json.dumps({"path": "/v1.2/classify", **each}) for each in calls]
    (tmp_path / "r.jsonl").write_text(header_line() + "\n".join(lines), encoding="utf-8")
    side = OldRecording(OldSide(recording="r.jsonl"), tmp_path)
    asked = read_request({**request, "video_ids": ["v", "w", "x", "y", "z"]}, "videos")[0]
    told = side.answer(asked)
    assert [each.video_id for each in told.failed] == ["v", "y", "z"]
    assert told.answered == 2
    side.close()


def test_a_recording_that_is_not_there_is_told_at_once(tmp_path):
    """Before anybody asks; and a policy that names one later stays out of force, loudly."""
    with pytest.raises(SettingsError, match=r"nowhere.jsonl cannot be read"):
        Classifier("key", policy=policy(tmp_path / "nowhere.jsonl"))
    side = OldRecording(OldSide(recording=str(_empty(tmp_path))), tmp_path)
    side.close()
    path = tmp_path / "rollout.toml"
    path.write_text('[old]\nrecording = "empty.jsonl"\n', encoding="utf-8")
    with Classifier("key", policy=path) as client:
        before = client.reply("POST", "/v1.2/classify", BODY).headers["X-Classify-Policy"]
        path.write_text('name = "x"\n[old]\nrecording = "nowhere.jsonl"\n', encoding="utf-8")
        assert client.reply("POST", "/v1.2/classify", BODY).headers["X-Classify-Policy"] == before
        assert client._rollout is not None
        assert "nowhere.jsonl" in client._rollout.complaints[0]


def _empty(folder: Path) -> Path:
    path = folder / "empty.jsonl"
    path.write_text(header_line(), encoding="utf-8")
    return path


def test_a_recording_that_is_closed_answers_nothing_more(tmp_path):
    """As a connection that was closed."""
    side = OldRecording(OldSide(recording=str(_empty(tmp_path))), tmp_path)
    side._known.result()
    side.close()
    asked = read_request(BODY, "videos")[0]
    assert side.ask(asked, Spelling(), "").result().answered == 0
    assert issubclass(NotRecordedError, ClassifyError)
