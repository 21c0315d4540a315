"""Asynchronous tasks: their life, their lists, segmentation."""

from __future__ import annotations

import json

import pytest

PROMPT = "c1.p1: SUV\nc1.p2: Sedan, which is a rather long prompt"


def create(caller, sent, **headers):
    reply = caller.http.post("/analyze/tasks", json=sent, headers=headers)
    assert reply.status_code == 202, reply.text
    return reply.json()["task_id"]


def shown(caller, task_id):
    return caller.http.get(f"/analyze/tasks/{task_id}").json()


def test_a_task_waits_works_and_is_ready(start, request_body, asset):
    """queued → processing → ready, with the same text as the synchronous call and its tokens."""
    caller = start(task_seconds=100)
    sent = {**request_body(PROMPT), "custom_id": "my-1"}
    created = caller.http.post("/analyze/tasks", json=sent)
    assert (created.status_code, created.json()["status"]) == (202, "queued")
    task_id = created.json()["task_id"]
    caller.emulator.advance(50)
    assert "result" not in shown(caller, task_id)
    assert shown(caller, task_id)["status"] == "processing"
    assert caller.emulator.state.billed_minutes == 0
    caller.emulator.advance(60)
    task = shown(caller, task_id)
    assert (task["status"], task["custom_id"]) == ("ready", "my-1")
    assert task["result"]["data"] == caller.text(PROMPT)
    assert task["result"]["finish_reason"] == "stop"
    assert task["result"]["usage"]["input_tokens"] > 3_000
    assert task["video_source"]["asset_id"] == asset("63996203ce36463e0199c8c2")
    assert task["video_source"]["system_metadata"]["duration"] == 571.5
    assert task["request_params"]["prompt"] == PROMPT
    assert task["completed_at"] > task["created_at"]
    assert "batch_id" not in task


def test_a_task_without_a_name_shows_null(start, request_body):
    """`custom_id` is always there."""
    caller = start(task_seconds=0)
    assert shown(caller, create(caller, request_body()))["custom_id"] is None


def test_a_cut_task_is_ready_with_a_warning(start, request_body):
    """In the general mode a cut is no failure."""
    caller = start(task_seconds=0, style="cut")
    task = shown(caller, create(caller, request_body()))
    assert (task["status"], task["result"]["finish_reason"]) == ("ready", "length")
    assert task["error"]["message"]


def test_an_idempotency_key_gives_the_same_task(start, request_body):
    """For one caller; another caller's equal key is another task."""
    caller = start(task_seconds=100)
    first = create(caller, request_body(), **{"Idempotency-Key": "a"})
    assert create(caller, request_body(), **{"Idempotency-Key": "a"}) == first
    assert create(caller, request_body(), **{"Idempotency-Key": "b"}) != first
    assert create(caller, request_body()) != first
    caller.http.headers["x-api-key"] = "other"
    assert create(caller, request_body(), **{"Idempotency-Key": "a"}) != first


def test_a_lost_creation_is_found_by_its_idempotency_key(start, request_body):
    """The reply is cut, the task exists: asking again with the key gives it."""
    caller = start(task_seconds=100, fail_every=2, fail_kind="empty")
    create(caller, request_body())
    lost = caller.http.post("/analyze/tasks", json=request_body(), headers={"Idempotency-Key": "x"})
    assert lost.content == b""
    task_id = create(caller, request_body(), **{"Idempotency-Key": "x"})
    assert len(caller.http.get("/analyze/tasks").json()["data"]) == 2
    assert task_id in {task["task_id"] for task in caller.http.get("/analyze/tasks").json()["data"]}


def test_tasks_are_listed_filtered_and_paged(start, request_body, asset):
    """Newest first, prompts cut to 30 characters."""
    caller = start(task_seconds=100)
    old = create(caller, {**request_body(PROMPT), "temperature": 0})
    caller.emulator.advance(200)
    linked = {**request_body(), "video": {"type": "url", "url": "https://media.example/farm-visit.mp4"}}
    new = create(caller, linked)
    structured = {**request_body(), "prompt": None, "prompt_v2": {"input_text": PROMPT}}
    create(caller, structured)
    listed = caller.http.get("/analyze/tasks").json()
    assert [task["task_id"] for task in listed["data"]][1:] == [new, old]
    assert listed["data"][2]["request_params"]["prompt"] == PROMPT[:30]
    assert listed["data"][0]["request_params"]["prompt_v2"]["input_text"] == PROMPT[:30]

    def ids(**query):
        return [task["task_id"] for task in caller.http.get("/analyze/tasks", params=query).json()["data"]]

    assert ids(status="ready") == [old]
    assert ids(asset_id=asset("63996203ce36463e0199c8c2"), status="ready") == [old]
    assert ids(video_url="https://media.example/farm-visit.mp4") == [new]
    assert ids(analysis_mode="time_based_metadata") == []
    assert ids(page=2, page_limit=2) == [old]
    assert caller.http.get("/analyze/tasks", params={"status": "done"}).json()["error"]["code"] == "parameter_invalid"


def test_a_task_can_be_canceled_once_and_for_all(start, request_body):
    """Canceling again changes nothing; a finished task cannot be canceled; a running one cannot be deleted."""
    caller = start(task_seconds=100)
    task_id = create(caller, request_body())
    path = f"/analyze/tasks/{task_id}"
    assert caller.http.delete(path).json()["error"]["code"] == "task_cannot_be_deleted"
    for _ in range(2):
        assert caller.http.post(f"{path}/cancel").json() == {"task_id": task_id, "status": "canceled"}
    assert shown(caller, task_id)["error"]["code"] == "user_canceled"
    assert caller.http.delete(path).status_code == 200
    assert caller.http.get(path).json()["error"]["code"] == "resource_not_exist"
    other = create(caller, request_body())
    caller.emulator.advance(200)
    assert caller.http.post(f"/analyze/tasks/{other}/cancel").status_code == 409
    assert caller.emulator.state.billed_minutes == pytest.approx(571.5 / 60)


def test_tasks_of_another_key_do_not_exist(start, request_body):
    """404 in the nested form."""
    caller = start()
    task_id = create(caller, request_body())
    caller.http.headers["x-api-key"] = "other"
    reply = caller.http.get(f"/analyze/tasks/{task_id}")
    assert (reply.status_code, reply.json()["error"]["code"]) == (404, "resource_not_exist")


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        ("500", "failed"),
        ("timeout", "failed"),
        ("unavailable", "failed"),
        ("never_ready", "processing"),
        ("hang", "processing"),
        ("refuse", "ready"),
        ("garbage", "ready"),
    ],
)
def test_faults_of_a_video_show_in_its_task(start, request_body, fault, status):
    """A failed task has an error and no result, and costs nothing."""
    caller = start(task_seconds=0, faults={"city-car-park.mp4": fault})
    task = shown(caller, create(caller, request_body()))
    assert task["status"] == status
    assert ("result" in task) is (status == "ready")
    assert ("error" in task) is (status == "failed")
    if status == "failed":
        assert caller.emulator.state.billed_minutes == 0


@pytest.mark.parametrize(("fault", "status"), [("429", 429), ("404", 404), ("500*0", 202)])
def test_faults_of_the_creating_call(start, request_body, fault, status):
    """Some faults refuse the task itself."""
    caller = start(faults={"city-car-park.mp4": fault})
    assert caller.http.post("/analyze/tasks", json=request_body()).status_code == status


@pytest.mark.parametrize(("kind", "status"), [("500", 500), ("503", 503), ("refusal", 202)])
def test_every_nth_creation_fails(start, request_body, kind, status):
    """The failing kinds of the synchronous call; a refusal is the task's result."""
    caller = start(task_seconds=0, fail_every=1, fail_kind=kind)
    reply = caller.http.post("/analyze/tasks", json=request_body())
    assert reply.status_code == status
    if kind == "refusal":
        assert "c1" not in shown(caller, reply.json()["task_id"])["result"]["data"]


def segmentation(request_body, definitions, **more):
    sent = request_body()
    del sent["prompt"]
    form = {"type": "segment_definitions", "segment_definitions": definitions, **more.pop("form", {})}
    return {**sent, "analysis_mode": "time_based_metadata", "response_format": form, **more}


def segments(caller, sent):
    task = shown(caller, create(caller, sent))
    assert task["status"] == "ready", task
    return task["result"]["data"]


FIELDS = [
    {"name": "phrase", "type": "string", "description": "The matching one", "enum": ["c1.p1", "c1.p2", "other"]},
    {"name": "confidence", "type": "integer", "description": "0 to 100"},
    {"name": "evidence", "type": "string", "description": "visual, conversation or text_in_video"},
    {"name": "begins", "type": "timestamp", "description": "start", "format": "hh:mm:ss"},
    {"name": "clear", "type": "boolean", "description": "whether it is clear"},
    {"name": "names", "type": "array", "description": "names", "items": {"type": "string"}},
    {"name": "about", "type": "string", "description": "what happens"},
]


def test_segments_come_per_definition_with_sorted_keys(start, request_body):
    """Ends are rounded to a tenth, nothing overlaps, nothing found is an empty list."""
    caller = start(task_seconds=0)
    definitions = [
        {"id": "c1", "description": "c1.p1: SUV\nc1.p2: Hatchback", "fields": FIELDS},
        {"id": "c2", "description": "When a Submarine is seen"},
    ]
    text = segments(caller, segmentation(request_body, definitions))
    assert text.startswith('{"c1":[{"end_time":96.4,"metadata":{"about":')
    answer = json.loads(text)
    assert answer["c2"] == []
    assert answer["c1"][0] == {
        "start_time": 60.0,
        "end_time": 96.4,
        "metadata": {
            "phrase": "c1.p2",
            "confidence": 83,
            "evidence": "visual",
            "begins": "00:01:00",
            "clear": True,
            "names": ["c1.p2"],
            "about": "Hatchback can be noticed here.",
        },
    }
    times = [(segment["start_time"], segment["end_time"]) for segment in answer["c1"]]
    assert times == [(60.0, 96.4), (199.0, 201.0), (201.0, 262.5), (412.1, 415.7), (559.6, 562.2)]
    assert caller.emulator.state.billed_minutes == pytest.approx(2 * 571.5 / 60)


def test_segments_obey_windows_ranges_limits_and_formats(start, request_body):
    """A window or ranges narrow the search; limits drop and cut up; times can be written as clock times."""
    caller = start(task_seconds=0)
    suv = {"id": "d", "description": "an SUV"}

    def times(definition, **more):
        answer = json.loads(segments(caller, segmentation(request_body, [definition], **more)))
        return [(segment["start_time"], segment["end_time"]) for segment in answer["d"]]

    assert times(suv, start_time=210, end_time=230) == [(210, 230)]
    ranges = [{"start_time": 0, "end_time": 200}, {"start_time": 255, "end_time": 260}]
    assert times({**suv, "time_ranges": ranges}) == [(199, 200), (255, 260)]
    assert times(suv, min_segment_duration=10) == [(201, 262.5)]
    assert times(suv, start_time=201, end_time=262, max_segment_duration=30) == [(201, 231), (231, 261), (261, 262)]
    assert times(suv, start_time=210, end_time=230, form={"segment_time_format": "hh:mm:ss"}) == [
        ("00:03:30", "00:03:50")
    ]


def test_an_overflowing_segmentation_fails(start, request_body):
    """There is no partial output and no `length` in this mode; unlimited tokens never overflow."""
    caller = start(task_seconds=0)
    many = [
        {"id": f"d{number}", "description": "Cars, SUV, Sedan, Minivan, Dog", "fields": FIELDS} for number in range(20)
    ]
    task = shown(caller, create(caller, segmentation(request_body, many, max_tokens=2_048)))
    assert task["status"] == "failed"
    assert "result" not in task
    assert task["error"]["message"]
    assert caller.emulator.state.billed_minutes == 0
    unlimited = segmentation(request_body, many, max_tokens="unlimited", model_name="pegasus1.6")
    assert shown(caller, create(caller, unlimited))["result"]["finish_reason"] == "stop"
