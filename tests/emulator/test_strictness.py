"""The stand-in refuses what the platform refuses, with its status, code and body, and takes what it takes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pegasus_classify.emulator import packaged_library

CASES = json.loads((Path(__file__).parent / "cases" / "strictness.json").read_text(encoding="utf-8"))
SCHEMAS = json.loads((Path(__file__).parent / "cases" / "schemas.json").read_text(encoding="utf-8"))
LIBRARY = packaged_library()


def named(cases):
    return [pytest.param(case, id=case["name"]) for case in cases]


@pytest.mark.parametrize("case", named(CASES))
def test_a_request_is_judged_by_the_rules_of_the_platform(plain, request_body, case):
    """Status, code and the words of the message are those of the table; tasks answer nested, analyze flat."""
    change = dict(case["change"])
    if isinstance(change.get("video"), str) and (video := LIBRARY.named(change["video"])):
        change["video"] = {"type": "asset_id", "asset_id": video.asset_id}
    if isinstance(change.get("video"), dict) and change["video"].get("base64_string") == "<40 MB>":
        change["video"] = {"type": "base64_string", "base64_string": "A" * 40_000_004}
    sent = {**request_body(), "stream": False, **change}
    for name in case["remove"]:
        del sent[name]
    reply = plain.http.post(case["to"], json=sent)
    assert reply.status_code == case["status"], reply.text
    if case["code"]:
        nested = case["to"] == "/analyze/tasks" and reply.status_code not in (401, 403)
        error = reply.json()["error"] if nested else reply.json()
        assert set(error) == {"code", "message"}
        assert error["code"] == case["code"]
        assert case["says"] in error["message"]


@pytest.mark.parametrize("case", named(SCHEMAS))
def test_a_schema_is_judged_by_the_keywords_of_the_platform(plain, request_body, case):
    """Forbidden keywords give 422, misplaced timestamps and misused time names 400, everywhere in the schema."""
    response_format = {"type": "json_schema", "json_schema": case["schema"]}
    reply = plain.http.post("/analyze", json={**request_body(), "stream": False, "response_format": response_format})
    assert reply.status_code == case["status"], reply.text
    if case["status"] != 200:
        assert reply.json()["code"] == "parameter_invalid"
        assert case["says"] in reply.json()["message"]


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[" * 5000])
def test_what_is_not_json_is_refused(plain, content):
    """A body that cannot be decoded is a 400 in the flat form."""
    reply = plain.http.post("/analyze", content=content)
    assert (reply.status_code, reply.json()["code"]) == (400, "parameter_invalid")


def test_json_that_is_no_object_is_refused(plain):
    """A list is JSON and still no request."""
    reply = plain.http.post("/analyze", json=[1])
    assert (reply.status_code, reply.json()["message"]) == (400, "The request body must be a JSON object.")


@pytest.mark.parametrize(("key", "status"), [("", 401), ("good", 200), ("other", 401), ("revoked", 401)], ids=str)
def test_only_known_keys_are_taken_when_keys_are_configured(start, key, status):
    """A missing, unknown or revoked key is 401 `api_key_invalid`, flat on every path."""
    caller = start(key=key, keys=("good", "revoked"), revoked_keys=("revoked",))
    for path in ("/indexes", "/analyze/tasks"):
        reply = caller.http.get(path)
        assert reply.status_code == status
        if status == 401:
            assert reply.json()["code"] == "api_key_invalid"


def test_any_key_is_taken_by_default_but_none_is_refused(start):
    """Without configured keys only the missing one is wrong."""
    assert start(key="anything").http.get("/indexes").status_code == 200
    assert start(key="").http.get("/indexes").status_code == 401


def test_an_unknown_path_is_404_in_the_flat_form(plain):
    """Also paths of the old API, of other versions, and paths with a slash too many."""
    for path in ("/classify", "/indexes/", "/analyze/nothing/here"):
        reply = plain.http.get(path)
        assert (reply.status_code, reply.json()["code"]) == (404, "endpoint_not_exists")
    reply = plain.http.get(f"{plain.emulator.base_url}/v1.2/indexes")
    assert reply.status_code == 404


def test_a_wrong_method_is_405(plain):
    """A path that exists says which method it does not take."""
    reply = plain.http.get("/analyze")
    assert (reply.status_code, reply.json()["code"]) == (405, "method_not_allowed")


def test_every_answer_tells_the_rate_limit(plain, request_body):
    """The four headers stand on answers and refusals alike."""
    for reply in (plain.http.get("/indexes"), plain.http.post("/analyze", json={})):
        for name in ("Limit", "Remaining", "Used", "Reset"):
            assert reply.headers[f"X-Ratelimit-{name}"].isdigit()


def test_a_shorter_minimum_can_be_chosen(start, request_body):
    """The newer client library speaks of one second; the setting follows it."""
    caller = start(min_seconds=1.0)
    short = LIBRARY.named("three-seconds.mp4")
    assert short is not None
    assert caller.analyze("c1: Dog", short.id).status_code == 200
    assert caller.analyze("c1: Dog", start_time=1, end_time=2).status_code == 200
