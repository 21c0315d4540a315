"""The old API's calls over HTTP, as old programs make them."""

from __future__ import annotations

import asyncio
import json
import threading
from typing import Any

import httpx
import pytest
import requests
from guide_calls import CAR_PARK, GUIDE, INDEX, KEY, LABELS, USED_CARS, VIDEOS
from jsonschema import Draft202012Validator

from pegasus_classify import serve_in_thread

PREFIXES = ["/v1.1", "/v1.2", "/p/v1.1", "/p/v1.2"]


@pytest.mark.parametrize("prefix", PREFIXES)
def test_every_prefix_answers_every_call(served: str, prefix: str):
    """Both POSTs and the page, under each address there ever was; the body decides the dialect, not the path."""
    first = requests.post(f"{served}{prefix}/classify", json={**VIDEOS, "page_limit": 2}, headers=KEY)
    assert first.status_code == 200
    assert [len(first.json()["data"]), first.json()["page_info"]["total_results"]] == [2, 3]
    token = first.json()["page_info"]["next_page_token"]
    second = requests.get(f"{served}{prefix}/classify/{token}", headers=KEY)
    found = [*first.json()["data"], *second.json()["data"]]
    assert {each["video_id"] for each in found} == {CAR_PARK, USED_CARS, GUIDE}
    labels = requests.post(f"{served}{prefix}/classify/bulk", json=LABELS, headers=KEY)
    assert labels.status_code == 200
    assert all(set(each) == {"video_id", "labels"} for each in labels.json()["data"])


def test_an_answer_has_a_length_a_type_and_the_headers_of_the_old_api(served: str):
    """Two old SDKs take an answer in chunks for a stream, and read JSON only where the type says so."""
    got = requests.post(f"{served}/v1.2/classify", json=VIDEOS, headers=KEY)
    assert int(got.headers["content-length"]) == len(got.content)
    assert "transfer-encoding" not in got.headers
    assert got.headers["content-type"] == "application/json"
    for name in ("limit", "remaining", "used", "reset"):
        assert got.headers[f"x-ratelimit-{name}"].isdecimal()
    assert got.headers["x-classify-source"] == "asked"
    assert "score" in got.headers["x-classify-coverage"]
    again = requests.post(f"{served}/v1.2/classify", json=VIDEOS, headers=KEY)
    assert again.headers["x-classify-source"] == "kept"
    assert again.json()["data"] == got.json()["data"]


def test_answers_match_the_published_description(served: str):
    """What `/openapi.json` says about a 200 holds."""
    document = requests.get(f"{served}/openapi.json").json()
    schema = document["paths"]["/classify"]["post"]["responses"]["200"]["content"]["application/json"]["schema"]
    for body in (VIDEOS, {**VIDEOS, "include_clips": True, "show_detailed_score": True}):
        answer = requests.post(f"{served}/v1.2/classify", json=body, headers=KEY).json()
        assert list(Draft202012Validator(schema).iter_errors(answer)) == []


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "", "nonsense"])
def test_json_is_read_whatever_the_content_type_says(served: str, kind: str):
    """Old programs forgot the header or let their library choose one."""
    got = requests.post(f"{served}/v1.2/classify", data=json.dumps(VIDEOS), headers={**KEY, "content-type": kind})
    assert got.status_code == 200


def test_the_page_limit_is_read_from_the_address_too(served: str):
    """The specification has it in the body; where both have it, the body counts."""
    assert len(requests.post(f"{served}/v1.2/classify?page_limit=1", json=VIDEOS, headers=KEY).json()["data"]) == 1
    both = requests.post(f"{served}/v1.2/classify?page_limit=1", json={**VIDEOS, "page_limit": 2}, headers=KEY)
    assert len(both.json()["data"]) == 2
    wrong = requests.post(f"{served}/v1.2/classify?page_limit=many", json=VIDEOS, headers=KEY)
    assert (wrong.status_code, wrong.json()["code"]) == (400, "parameter_invalid")
    assert "page_limit" in wrong.json()["message"]
    single = {"video_id": CAR_PARK, "options": ["visual"], "labels": LABELS["labels"]}
    assert requests.post(f"{served}/v1.1/classify?page_limit=3", json=single, headers=KEY).status_code == 200


def test_doubled_slashes_of_a_base_url_do_no_harm(served: str):
    """A base URL that ends in a slash is joined with a path that begins with one."""
    assert requests.post(f"{served}//v1.2/classify", json=VIDEOS, headers=KEY).status_code == 200


def test_head_is_answered_like_get_without_a_body(served: str):
    """With the length the body would have."""
    token = requests.post(f"{served}/v1.2/classify", json={**VIDEOS, "page_limit": 1}, headers=KEY).json()
    url = f"{served}/v1.2/classify/{token['page_info']['next_page_token']}"
    got, head = requests.get(url, headers=KEY), requests.head(url, headers=KEY)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == got.headers["content-length"]


@pytest.mark.parametrize(
    ("path", "allow"),
    [("classify", "POST, OPTIONS"), ("classify/bulk", "POST, OPTIONS"), ("classify/token", "GET, HEAD, OPTIONS")],
)
def test_other_methods_are_refused_and_the_right_ones_named(served: str, path: str, allow: str):
    """405 with Allow, and OPTIONS without a key."""
    for method in ("PUT", "DELETE", "PATCH", "TRACE"):
        got = requests.request(method, f"{served}/v1.2/{path}", headers=KEY)
        assert (got.status_code, got.headers["allow"], got.json()["code"]) == (405, allow, "method_not_allowed")
    options = requests.options(f"{served}/v1.2/{path}")
    assert (options.status_code, options.headers["allow"], options.content) == (204, allow, b"")


@pytest.mark.parametrize(
    "path",
    [
        "/v1.2/classify/%2e%2e%2fv1.3%2findexes",
        "/v1.2/classify/a%2Fb",
        "/v1.2/classify/a/b",
        "/v1.2/classify/%00",
        "/v1.2/classify/a%0d%0aX-Evil:%201",
        "/v1.2/classify/..",
        "/v1.2/classify/" + "x" * 9000,
        "/v1.2/classify/%F0%9F%92%A9",
        "/v1.2/classify/00000000-0000-4000-8000-000000000000-1",
        "/v1.2/classify/-1",
    ],
)
def test_tricks_in_a_token_reach_nobody(stand_in: Any, served: str, path: str):
    """They are answered here with 400 or 404, and the upstream never hears of them."""
    before = dict(stand_in.state.calls)
    with httpx.Client() as client:
        request = client.build_request("GET", served, headers=KEY)
        request.extensions["target"] = path.encode()
        got = client.send(request)
    assert got.status_code in {400, 404}
    assert set(got.json()) == {"code", "message"}
    assert len(got.content) < 500
    assert "x-evil" not in got.headers
    assert dict(stand_in.state.calls) == before


def test_what_is_wrong_with_a_call_is_told_in_the_old_form(served: str):
    """Status, code and sentence."""
    got = requests.post(f"{served}/v1.2/classify", json={**VIDEOS, "options": ["smell"]}, headers=KEY)
    assert (got.status_code, got.json()["code"]) == (400, "parameter_invalid")
    got = requests.post(f"{served}/v1.2/classify", json={**VIDEOS, "video_ids": ["nobody"]}, headers=KEY)
    assert (got.status_code, got.json()["code"]) == (400, "parameter_invalid")
    assert "nobody" in got.json()["message"]
    got = requests.post(f"{served}/v1.2/classify/bulk", json={**LABELS, "index_id": "none"}, headers=KEY)
    assert got.status_code == 400


def test_a_token_nobody_was_given_is_refused_with_its_own_code(served: str):
    """Well formed, but the name of no page."""
    got = requests.get(f"{served}/v1.2/classify/00000000-0000-4000-8000-000000000000-1", headers=KEY)
    assert (got.status_code, got.json()["code"]) == (400, "classify_page_token_invalid")


def test_two_equal_calls_at_once_are_paid_once(stand_in: Any, served: str):
    """Joined in the process, also when one comes with the classes the other way round."""
    classes = [{"name": "Dogs", "prompts": ["Dogs"]}, {"name": "Trees", "prompts": ["Trees"]}]
    bodies = [{**VIDEOS, "classes": classes}, {**VIDEOS, "classes": classes[::-1]}] * 3
    before = stand_in.state.analyze_calls
    got: list[requests.Response] = []
    threads = [
        threading.Thread(
            target=lambda body=body: got.append(requests.post(f"{served}/v1.2/classify", json=body, headers=KEY))
        )
        for body in bodies
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [each.status_code for each in got] == [200] * 6
    assert stand_in.state.analyze_calls - before == len(VIDEOS["video_ids"])


def test_the_old_address_of_an_index_is_answered_whole(served: str):
    """A bulk call without a page limit gives up to ten videos a page."""
    body = {key: value for key, value in VIDEOS.items() if key != "video_ids"}
    got = requests.post(f"{served}/v1.2/classify/bulk", json={**body, "index_id": INDEX}, headers=KEY)
    assert {each["video_id"] for each in got.json()["data"]} == {CAR_PARK, USED_CARS, GUIDE}


def test_a_server_runs_inside_a_running_loop(stand_in: Any):
    """As in a notebook: synchronous and asynchronous clients beside it."""

    async def inside() -> int:
        with serve_in_thread(upstream=stand_in.base_url) as base_url:
            async with httpx.AsyncClient(timeout=30) as client:
                return (await client.post(f"{base_url}/v1.2/classify", json=VIDEOS, headers=KEY)).status_code

    assert asyncio.run(inside()) == 200
