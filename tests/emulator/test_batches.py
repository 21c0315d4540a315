"""Batches: created whole or not at all, aging item by item, with results in any state."""

from __future__ import annotations

import json

import pytest

from pegasus_classify.emulator import packaged_library

VIDEOS = list(packaged_library().indexes[0].videos)


def batch(count=3, **more):
    requests = [
        {"video": {"type": "asset_id", "asset_id": VIDEOS[number % 13].asset_id}, "custom_id": f"v-{number}"}
        for number in range(count)
    ]
    return {
        "model_name": "pegasus1.5",
        "analysis_mode": "general",
        "defaults": {"prompt": {"input_text": "c1: SUV, Dog, Cars"}, "temperature": 0},
        "requests": requests,
        **more,
    }


def create(caller, sent):
    reply = caller.http.post("/analyze/batches", json=sent)
    assert reply.status_code == 201, reply.text
    return reply.json()


def lines(caller, batch_id):
    reply = caller.http.get(f"/analyze/batches/{batch_id}/results")
    assert reply.headers["content-type"].startswith("application/jsonl")
    return [json.loads(line) for line in reply.text.splitlines()]


def test_a_batch_goes_from_pending_to_completed(start):
    """Items get ready one after the other; every state has results."""
    caller = start(task_seconds=100)
    created = create(caller, batch(10))
    assert (created["status"], created["total_items"], len(created["items"])) == ("pending", 10, 10)
    assert created["items"][3]["custom_id"] == "v-3"
    path = f"/analyze/batches/{created['batch_id']}"
    assert {line["status"] for line in lines(caller, created["batch_id"])} == {"queued"}
    caller.emulator.advance(75)
    middle = caller.http.get(path).json()
    assert middle["status"] == "processing"
    assert 0 < middle["ready_items"] < 10
    partly = lines(caller, created["batch_id"])
    assert ["data" in line for line in partly] == [line["status"] == "ready" for line in partly]
    caller.emulator.advance(30)
    done = caller.http.get(path).json()
    assert (done["status"], done["ready_items"], done["failed_items"]) == ("completed", 10, 0)
    assert done["completed_at"]
    texts = [line["data"]["data"] for line in lines(caller, created["batch_id"])]
    assert texts[0] == caller.text("c1: SUV, Dog, Cars", VIDEOS[0].id)
    task = caller.http.get(f"/analyze/tasks/{created['items'][0]['task_id']}").json()
    assert task["batch_id"] == created["batch_id"]


def test_completed_does_not_mean_success(start):
    """A failed item is told in its line and not billed."""
    caller = start(task_seconds=0, faults={VIDEOS[1].filename: "unavailable"})
    created = create(caller, batch())
    view = caller.http.get(f"/analyze/batches/{created['batch_id']}").json()
    assert (view["status"], view["ready_items"], view["failed_items"]) == ("completed", 2, 1)
    failed = lines(caller, created["batch_id"])[1]
    assert (failed["status"], failed["error"]["code"]) == ("failed", "asset_unavailable")
    assert caller.emulator.state.billed_minutes == pytest.approx((VIDEOS[0].duration + VIDEOS[2].duration) / 60)


def test_an_item_overrides_the_defaults(start):
    """The item's object replaces the whole default."""
    caller = start(task_seconds=0)
    sent = batch(2)
    sent["requests"][1]["prompt"] = {"input_text": "c9: Cars"}
    first, second = lines(caller, create(caller, sent)["batch_id"])
    assert '"c1"' in first["data"]["data"]
    assert '"c9"' in second["data"]["data"]
    assert '"c1"' not in second["data"]["data"]


def changed(path, value):
    sent = batch()
    *parents, last = path
    target = sent
    for step in parents:
        target = target[step]
    if value is None:
        del target[last]
    else:
        target[last] = value
    return sent


REFUSED = {
    "no model": (("model_name",), None, 400, "parameter_not_provided"),
    "the newer model": (("model_name",), "pegasus1.6", 400, "parameter_invalid"),
    "no mode": (("analysis_mode",), None, 400, "parameter_not_provided"),
    "an unknown member": (("priority",), 1, 400, "parameter_unknown"),
    "an unknown default": (("defaults", "model"), "x", 400, "parameter_unknown"),
    "an unknown member of an item": (("requests", 0, "model"), "x", 400, "parameter_unknown"),
    "a prompt that is a string": (("defaults", "prompt"), "SUV", 400, "parameter_invalid"),
    "no prompt": (("defaults", "prompt"), None, 400, "parameter_not_provided"),
    "no requests": (("requests",), [], 400, "parameter_invalid"),
    "1001 requests": (("requests",), [{}] * 1001, 400, "parameter_invalid"),
    "a link": (("requests", 0, "video"), {"type": "url", "url": "https://a.example/b.mp4"}, 400, "parameter_invalid"),
    "a custom id twice": (("requests", 1, "custom_id"), "v-0", 400, "parameter_invalid"),
    "an empty custom id": (("requests", 1, "custom_id"), "", 400, "parameter_invalid"),
    "an unknown asset": (("requests", 1, "video", "asset_id"), "0" * 24, 404, "resource_not_exist"),
    "temperature": (("requests", 1, "temperature"), 3, 400, "parameter_invalid"),
    "a forbidden keyword": (
        ("defaults", "response_format"),
        {"type": "json_schema", "json_schema": {"type": "string", "maxLength": 1}},
        422,
        "parameter_invalid",
    ),
}


@pytest.mark.parametrize(("path", "value", "status", "code"), REFUSED.values(), ids=list(REFUSED))
def test_a_wrong_batch_is_refused_whole(plain, path, value, status, code):
    """In the nested form, and nothing is created."""
    reply = plain.http.post("/analyze/batches", json=changed(path, value))
    assert (reply.status_code, reply.json()["error"]["code"]) == (status, code)
    assert plain.http.get("/analyze/batches").json()["data"] == []


def test_an_asset_that_is_not_ready_is_409(plain):
    """Where a single analysis says 400."""
    video = packaged_library().named("still-processing.mp4")
    assert video is not None
    reply = plain.http.post("/analyze/batches", json=changed(("requests", 0, "video", "asset_id"), video.asset_id))
    assert (reply.status_code, reply.json()["error"]["code"]) == (409, "video_not_ready")


def test_custom_ids_are_optional(start):
    """Two items without one do not collide."""
    sent = batch(2)
    for item in sent["requests"]:
        del item["custom_id"]
    assert [item["custom_id"] for item in create(start(), sent)["items"]] == [None, None]


def test_two_thousand_hours_are_the_most(start):
    """1,000 films of an hour and a half are fewer, of over two hours' windows more."""
    film = packaged_library().named("feature-film.mp4")
    podcast = packaged_library().named("long-podcast.mp4")
    assert film is not None
    assert podcast is not None

    def of(video, **window):
        requests = [{"video": {"type": "asset_id", "asset_id": video.asset_id}}] * 1000
        defaults = {"prompt": {"input_text": "c1: Dog"}, **window}
        return {"model_name": "pegasus1.5", "analysis_mode": "general", "defaults": defaults, "requests": requests}

    caller = start(task_seconds=100)
    assert create(caller, of(film))["total_items"] == 1000
    reply = caller.http.post("/analyze/batches", json=of(podcast, start_time=0, end_time=7200))
    assert (reply.status_code, reply.json()["error"]["code"]) == (400, "parameter_invalid")


def test_the_sixth_active_batch_is_429(start):
    """Finished and canceled ones do not count."""
    caller = start(task_seconds=100)
    created = [create(caller, batch(1)) for _ in range(5)]
    reply = caller.http.post("/analyze/batches", json=batch(1))
    assert (reply.status_code, reply.json()["error"]["code"]) == (429, "too_many_requests")
    caller.http.post(f"/analyze/batches/{created[0]['batch_id']}/cancel")
    create(caller, batch(1))


def test_canceling_drops_what_waits_and_lets_the_rest_finish(start):
    """canceling → canceled; then a second cancellation is 409."""
    caller = start(task_seconds=100)
    created = create(caller, batch(10))
    path = f"/analyze/batches/{created['batch_id']}"
    caller.emulator.advance(30)
    reply = caller.http.post(f"{path}/cancel")
    assert (reply.status_code, reply.json()["status"]) == (202, "canceling")
    assert caller.http.delete(path).json()["error"]["code"] == "batch_not_terminal"
    assert caller.http.post(f"{path}/cancel").status_code == 202
    caller.emulator.advance(100)
    done = caller.http.get(path).json()
    assert done["status"] == "canceled"
    assert done["ready_items"] > 0
    assert done["canceled_items"] > 0
    assert done["canceled_at"]
    assert caller.http.post(f"{path}/cancel").json()["error"]["code"] == "batch_canceled"
    statuses = {line["status"] for line in lines(caller, created["batch_id"])}
    assert statuses == {"ready", "canceled"}
    assert caller.http.delete(path).status_code == 204
    assert caller.http.get(path).status_code == 404
    assert caller.http.get(f"/analyze/tasks/{created['items'][0]['task_id']}").status_code == 404


def test_an_old_batch_expires(start):
    """What is not finished by then is canceled; what is finished stays."""
    caller = start(task_seconds=100, batch_life=70)
    created = create(caller, batch(10))
    caller.emulator.advance(300)
    view = caller.http.get(f"/analyze/batches/{created['batch_id']}").json()
    assert view["status"] == "expired"
    assert view["expired_at"] == view["expires_at"]
    assert view["ready_items"] > 0
    assert view["canceled_items"] > 0
    path = f"/analyze/batches/{created['batch_id']}/cancel"
    assert caller.http.post(path).json()["error"]["code"] == "batch_expired"


def test_batches_are_listed_filtered_and_paged_per_key(start):
    """Newest first; another key sees none of them."""
    caller = start(task_seconds=100)
    old = create(caller, batch(1))["batch_id"]
    caller.emulator.advance(200)
    new = create(caller, batch(1))["batch_id"]

    def ids(**query):
        return [item["batch_id"] for item in caller.http.get("/analyze/batches", params=query).json()["data"]]

    assert ids() == [new, old]
    assert ids(status="completed") == [old]
    assert ids(status=["completed", "pending"]) == [new, old]
    assert ids(analysis_mode="time_based_metadata") == []
    assert ids(page=2, page_limit=1) == [old]
    caller.http.headers["x-api-key"] = "other"
    assert ids() == []
    assert caller.http.get(f"/analyze/batches/{old}").json()["error"]["code"] == "resource_not_exist"
