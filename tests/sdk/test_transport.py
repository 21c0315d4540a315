"""httpx transports: old addresses answered in the process, everything else passed on."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator

import httpx
import pytest

import pegasus_classify
from pegasus_classify import AsyncClassifyTransport, ClassifyTransport, Settings
from pegasus_classify.drivers.endpoint import tls_context

PREFIXES = ["/v1.1", "/v1.2", "/p/v1.1", "/p/v1.2"]
OLD_HOST = "https://api.twelvelabs.io"
MINE = {"x-api-key": "mine"}


def elsewhere(request: httpx.Request) -> httpx.Response:
    """Whatever is passed on."""
    return httpx.Response(418, json={"path": request.url.path, "body": request.content.decode()})


@pytest.fixture
def http(stand_in) -> Iterator[httpx.Client]:
    """An httpx client with the transport around one that takes everything."""
    transport = ClassifyTransport(httpx.MockTransport(elsewhere), base_url=stand_in.base_url)
    with httpx.Client(transport=transport) as client:
        yield client


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize("host", [OLD_HOST, "http://anything.example:8080"])
def test_every_old_address_is_answered_in_the_process(http, asked, prefix, host):
    """Under each of the four prefixes, whatever the host."""
    answer = http.post(f"{host}{prefix}/classify", json=asked, headers=MINE)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert {video["video_id"] for video in answer.json()["data"]} == set(asked["video_ids"])


def test_bulk_calls_and_pages(http, asked):
    """POST /classify/bulk in the dialect of 2022, then its second page."""
    body = {
        "index_id": "639961aace36463e0199c8b0",
        "options": ["visual"],
        "labels": asked["classes"],
        "threshold": "none",
        "page_limit": 2,
    }
    first = http.post(f"{OLD_HOST}/v1.1/classify/bulk", json=body, headers=MINE).json()
    token = first["page_info"]["next_token"]
    second = http.get(f"{OLD_HOST}/v1.1/classify/{token}", headers=MINE)
    assert second.status_code == 200
    assert len(second.json()["data"]) == 2
    assert second.headers["X-Classify-Source"] == "kept"
    assert "labels" in second.json()["data"][0]


def test_the_page_limit_is_read_from_the_address_too(http, stand_in, asked):
    """As the server reads it: the body's goes before it, and what is no body is refused."""

    def pages(answer: httpx.Response) -> tuple[int, int]:
        return answer.status_code, len(answer.json()["data"])

    address = f"{OLD_HOST}/v1.2/classify?page_limit=1"
    assert pages(http.post(address, json=asked, headers=MINE)) == (200, 1)
    assert pages(http.post(address, json={**asked, "page_limit": 2}, headers=MINE)) == (200, 2)
    refused = http.post(address, content=b"{", headers=MINE)
    assert (refused.status_code, refused.json()["code"]) == (400, "parameter_invalid")
    token = http.post(address, json=asked, headers=MINE).json()["page_info"]["next_page_token"]
    assert pages(http.get(f"{OLD_HOST}/v1.2/classify/{token}?page_limit=3", headers=MINE)) == (200, 1)
    assert http.put(address, content=b"{", headers=MINE).status_code == 405

    async def twin() -> tuple[httpx.Response, httpx.Response]:
        transport = AsyncClassifyTransport(base_url=stand_in.base_url)
        async with httpx.AsyncClient(transport=transport) as client:
            return (
                await client.post(address, json=asked, headers=MINE),
                await client.post(address, content=b"[]", headers=MINE),
            )

    good, bad = asyncio.run(twin())
    assert pages(good) == (200, 1)
    assert bad.status_code == 400


def test_a_page_cannot_be_read_with_another_key(http, asked):
    """The token alone is not enough."""
    first = http.post(f"{OLD_HOST}/v1.2/classify", json={**asked, "page_limit": 1}, headers=MINE).json()
    address = f"{OLD_HOST}/v1.2/classify/{first['page_info']['next_page_token']}"
    refused = http.get(address, headers={"x-api-key": "yours"})
    assert (refused.status_code, refused.json()["code"]) == (400, "classify_page_token_invalid")
    assert http.get(address, headers=MINE).status_code == 200


def test_keys_share_no_store_even_when_they_share_a_file(stand_in, asked, tmp_path):
    """Pages in one database stay apart by key."""
    sql = pytest.importorskip("pegasus_classify.stores.sql")
    assert sql
    transport = ClassifyTransport(base_url=stand_in.base_url, store=f"sqlite:///{tmp_path / 'asks.sqlite'}")
    with httpx.Client(transport=transport) as client:
        first = client.post(f"{OLD_HOST}/v1.2/classify", json={**asked, "page_limit": 1}, headers=MINE).json()
        address = f"{OLD_HOST}/v1.2/classify/{first['page_info']['next_page_token']}"
        assert client.get(address, headers={"x-api-key": "yours"}).status_code == 400
        assert client.get(address, headers=MINE).status_code == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/v1.3/analyze"), ("GET", "/v1.2/indexes"), ("POST", "/classify"), ("POST", "/v1.2/classify/a/b")],
)
def test_everything_else_is_passed_on(http, method, path):
    """With its body, also without a key."""
    answer = http.request(method, f"{OLD_HOST}{path}", content=b"as it was")
    assert (answer.status_code, answer.json()) == (418, {"path": path, "body": "as it was"})


def test_a_body_that_is_streamed_is_read_whole(http, asked):
    """A generator of pieces is a body like any other."""
    text = json.dumps(asked).encode()
    pieces = (text[place : place + 7] for place in range(0, len(text), 7))
    answer = http.post(f"{OLD_HOST}/v1.2/classify", content=pieces, headers=MINE)
    assert answer.status_code == 200


def test_an_answer_can_be_streamed(http, asked):
    """`client.stream` reads it in pieces."""
    with http.stream("POST", f"{OLD_HOST}/v1.2/classify", json=asked, headers=MINE) as answer:
        assert len(json.loads(b"".join(answer.iter_bytes()))["data"]) == 3


@pytest.mark.parametrize(
    ("method", "path", "content", "status", "code"),
    [
        ("POST", "/v1.2/classify", b"{", 400, "parameter_invalid"),
        ("POST", "/v1.2/classify", b"\xff", 400, "parameter_invalid"),
        ("POST", "/v1.2/classify", b"{}", 400, "parameter_not_provided"),
        ("GET", "/v1.2/classify/no-such-token", b"", 400, "classify_page_token_invalid"),
        ("GET", "/v1.2/classify", b"", 405, "method_not_allowed"),
        ("DELETE", "/p/v1.1/classify/bulk", b"", 405, "method_not_allowed"),
    ],
)
def test_a_wrong_call_gets_the_old_error(http, method, path, content, status, code):
    """Status and code, nothing raised."""
    answer = http.request(method, f"{OLD_HOST}{path}", content=content, headers=MINE)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert ("allow" in answer.headers) == (status == 405)


def test_head_and_options(http, asked):
    """A page's head has the length of its body; OPTIONS tells the methods."""
    first = http.post(f"{OLD_HOST}/v1.2/classify", json={**asked, "page_limit": 1}, headers=MINE).json()
    address = f"{OLD_HOST}/v1.2/classify/{first['page_info']['next_page_token']}"
    head, whole = http.head(address, headers=MINE), http.get(address, headers=MINE)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(whole.content))
    assert http.options(address).headers["allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize("headers", [{}, {"x-api-key": ""}, {"x-api-key": "  "}])
def test_a_call_without_a_key_is_refused_whatever_the_environment_holds(stand_in, asked, monkeypatch, headers):
    """The environment's key is not lent to whoever asks."""
    for name in ("PEGASUS_CLASSIFY_API_KEY", "TWELVE_LABS_API_KEY", "TWELVELABS_API_KEY"):
        monkeypatch.setenv(name, "mine")
    with httpx.Client(transport=ClassifyTransport(base_url=stand_in.base_url)) as client:
        answer = client.post(f"{OLD_HOST}/v1.2/classify", json=asked, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "api_key_invalid")


@pytest.mark.parametrize("given", [{"api_key": "own"}, {"settings": Settings(api_key="own")}], ids=["key", "settings"])
def test_a_key_given_here_is_used_in_place_of_the_callers(asked, given):
    """Explicitly, as argument or in the settings; the caller's is not looked at."""
    emulator = pytest.importorskip("pegasus_classify.emulator")
    with (
        emulator.running_emulator(emulator.EmulatorSettings(keys=("own",))) as stand_in,
        httpx.Client(transport=ClassifyTransport(base_url=stand_in.base_url, **given)) as client,
    ):
        for headers in ({}, {"x-api-key": "anything"}):
            assert client.post(f"{OLD_HOST}/v1.2/classify", json=asked, headers=headers).status_code == 200


def test_the_callers_key_goes_upstream(asked):
    """A key that the platform refuses is refused with the old error."""
    emulator = pytest.importorskip("pegasus_classify.emulator")
    with (
        emulator.running_emulator(emulator.EmulatorSettings(keys=("right",))) as stand_in,
        httpx.Client(transport=ClassifyTransport(base_url=stand_in.base_url)) as client,
    ):
        right, wrong = ({"x-api-key": key} for key in ("right", "wrong-key"))
        assert client.post(f"{OLD_HOST}/v1.2/classify", json=asked, headers=right).status_code == 200
        refused = client.post(f"{OLD_HOST}/v1.2/classify", json=asked, headers=wrong)
    assert (refused.status_code, refused.json()["code"]) == (401, "api_key_invalid")
    assert "wrong-key" not in refused.text


def test_the_asynchronous_twin(stand_in, asked):
    """Answers, pages, keys, streamed bodies, and what is passed on."""

    async def pieces():
        for char in json.dumps({**asked, "page_limit": 2}):
            yield char.encode()

    async def use() -> None:
        transport = AsyncClassifyTransport(httpx.MockTransport(elsewhere), base_url=stand_in.base_url)
        async with httpx.AsyncClient(transport=transport) as client:
            first = await client.post(f"{OLD_HOST}/v1.2/classify", content=pieces(), headers=MINE)
            assert (first.status_code, len(first.json()["data"])) == (200, 2)
            address = f"{OLD_HOST}/v1.2/classify/{first.json()['page_info']['next_page_token']}"
            assert len((await client.get(address, headers=MINE)).json()["data"]) == 1
            assert (await client.get(address, headers={"x-api-key": "yours"})).status_code == 400
            assert (await client.get(address)).status_code == 401
            assert (await client.options(address)).status_code == 204
            assert (await client.get(f"{OLD_HOST}/v1.3/tasks")).status_code == 418

    asyncio.run(use())


def test_the_asynchronous_twin_passes_on_by_itself(stand_in):
    """Without a wrapped transport a plain one is made."""

    async def use() -> int:
        async with httpx.AsyncClient(transport=AsyncClassifyTransport()) as client:
            return (await client.get(f"{stand_in.base_url}/v1.3/indexes", headers=MINE)).status_code

    assert asyncio.run(use()) == 200


def test_a_plain_transport_is_made_when_none_is_given(stand_in):
    """And closed with the client."""
    with httpx.Client(transport=ClassifyTransport()) as client:
        assert client.get(f"{stand_in.base_url}/v1.3/indexes", headers=MINE).status_code == 200


def test_the_certificates_of_the_world_are_read_once_for_all_transports():
    """Reading them takes longer than everything else about a transport."""
    tls_context()
    before = tls_context.cache_info()
    ClassifyTransport().close()
    asyncio.run(AsyncClassifyTransport().aclose())
    after = tls_context.cache_info()
    assert (after.misses, after.hits) == (before.misses, before.hits + 2)


def test_the_current_sdk_can_be_given_the_transport(stand_in, asked):
    """A program that calls old addresses through the SDK's own connection."""
    twelvelabs = pytest.importorskip("twelvelabs")
    with httpx.Client(transport=pegasus_classify.ClassifyTransport(base_url=stand_in.base_url)) as http:
        client = twelvelabs.TwelveLabs(api_key="mine", base_url=f"{stand_in.base_url}/v1.2", httpx_client=http)
        raw = client._client_wrapper.httpx_client.request("classify", method="POST", json=asked)
        assert len(raw.json()["data"]) == 3
