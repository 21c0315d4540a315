"""What is not Classify: to the upstream and back, unchanged, streaming, and never looking whole when it is not."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import requests
from guide_calls import KEY
from raw_http import connected, exchange
from tiny_server import Call, tiny_server

from pegasus_classify import serve_in_thread

MEGABYTE = 1 << 20


class Upstream:
    """Notes what reaches it and answers by path."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, str, dict[str, str], bytes]] = []
        self.go_on = threading.Event()

    def __call__(self, call: Call) -> None:
        headers = {name.lower(): value for name, value in call.headers.items()}
        self.seen.append((call.command, call.path, headers, call.sent))
        path = call.path.partition("?")[0]
        getattr(self, "answer_" + path.rpartition("/")[2], self.plain)(call)

    def plain(self, call: Call) -> None:
        call.reply(207, b"\x00raw", {"Content-Type": "odd/type", "X-Odd": "yes", "Connection": "X-Hop", "X-Hop": "1"})

    def answer_moved(self, call: Call) -> None:
        call.reply(302, b"", {"Location": "https://elsewhere.example/x"})

    def answer_cookie(self, call: Call) -> None:
        call.reply(200, b"{}", {"Set-Cookie": "session=of-somebody; Path=/"})

    def answer_cut(self, call: Call) -> None:
        call.close_connection = True
        call.reply(200, b"half of it", length=20)

    def answer_cutchunks(self, call: Call) -> None:
        call.close_connection = True
        call.send_response(200)
        call.send_header("Transfer-Encoding", "chunked")
        call.end_headers()
        call.wfile.write(b"5\r\nhello\r\n")

    def answer_slowly(self, call: Call) -> None:
        call.send_response(200)
        call.send_header("Content-Length", "10")
        call.end_headers()
        call.wfile.write(b"first")
        call.wfile.flush()
        self.go_on.wait(20)
        call.wfile.write(b"later")

    def answer_gzip(self, call: Call) -> None:
        call.reply(200, b"\x1f\x8bnot really", {"Content-Encoding": "gzip"})


@pytest.fixture(scope="module")
def upstream() -> Iterator[Any]:
    """An upstream and the server in front of it: address, notes."""
    notes = Upstream()
    with tiny_server(notes) as server, serve_in_thread(base_url=server.url) as base_url:
        yield base_url, notes


def test_a_call_goes_and_comes_back_unchanged(upstream: Any):
    """Method, escapes, dots, query, headers and body one way; status, headers and bytes the other."""
    base_url, notes = upstream
    with httpx.Client(trust_env=False) as client:
        request = client.build_request("POST", base_url, content=b"\xffbody", headers={**KEY, "X-Mine": "a, b"})
        request.extensions["target"] = b"/v1.3/a%2Fb/../c?x=1&x=%20"
        got = client.send(request)
    method, path, headers, body = notes.seen[-1]
    assert (method, path, body) == ("POST", "/v1.3/a%2Fb/../c?x=1&x=%20", b"\xffbody")
    assert headers["x-mine"] == "a, b"
    assert headers["x-api-key"] == KEY["x-api-key"]
    assert headers["host"] != base_url.removeprefix("http://")
    assert (got.status_code, got.content, got.headers["x-odd"]) == (207, b"\x00raw", "yes")
    assert "x-hop" not in got.headers
    assert len(got.headers.get_list("date")) == 1


def test_nothing_is_added_to_a_call(upstream: Any):
    """No agent, no accepted types, no encoding that the caller did not send."""
    base_url, notes = upstream
    assert exchange(base_url, b"GET /v1.3/bare HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").status == 207
    assert set(notes.seen[-1][2]) == {"host"}


def test_headers_of_one_connection_stay_there(upstream: Any):
    """Those every proxy knows, and those the Connection header names; never the length."""
    base_url, notes = upstream
    lines = b"Connection: close, X-Private, Content-Length\r\nX-Private: 1\r\nTE: trailers\r\nContent-Length: 2\r\n"
    assert exchange(base_url, b"PUT /v1.3/bare HTTP/1.1\r\nHost: x\r\n" + lines + b"\r\nhi").status == 207
    headers = notes.seen[-1][2]
    assert "x-private" not in headers
    assert "te" not in headers
    assert (headers["content-length"], notes.seen[-1][3]) == ("2", b"hi")


def test_redirects_and_compressed_bodies_are_the_callers_business(upstream: Any):
    """Neither followed nor unpacked."""
    base_url, _ = upstream
    moved = requests.get(f"{base_url}/v1.3/moved", allow_redirects=False)
    assert (moved.status_code, moved.headers["location"]) == (302, "https://elsewhere.example/x")
    raw = exchange(base_url, b"GET /v1.3/gzip HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert (raw.headers["content-encoding"], raw.body) == ("gzip", b"\x1f\x8bnot really")


def test_one_callers_cookie_is_not_sent_for_another(upstream: Any):
    """The server keeps none."""
    base_url, notes = upstream
    assert "session" in requests.get(f"{base_url}/v1.3/cookie").headers["set-cookie"]
    requests.get(f"{base_url}/v1.3/bare")
    assert "cookie" not in notes.seen[-1][2]


def test_an_answer_is_passed_on_while_it_arrives(upstream: Any):
    """The first half is here before the second is sent."""
    base_url, notes = upstream
    with httpx.Client(timeout=20) as client, client.stream("GET", f"{base_url}/v1.3/slowly") as got:
        pieces = got.iter_raw()
        assert next(pieces) == b"first"
        notes.go_on.set()
        assert b"".join(pieces) == b"later"


@pytest.mark.parametrize("version", ["1.1", "1.0"])
@pytest.mark.parametrize("path", ["cut", "cutchunks"])
def test_an_answer_that_breaks_off_does_not_look_whole(upstream: Any, path: str, version: str):
    """Too short for its length, without the last chunk, or, where a client knows neither, with a broken connection."""
    base_url, _ = upstream
    request = f"GET /v1.3/{path} HTTP/{version}\r\nHost: x\r\n\r\n".encode()
    try:
        got = exchange(base_url, request)
    except ConnectionResetError:
        return
    assert got.status in {0, 200}
    if "content-length" in got.headers:
        assert len(got.body) < int(got.headers["content-length"])
    else:
        assert got.headers.get("transfer-encoding") == "chunked" or got.status == 0
        assert not got.body.endswith(b"\r\n0\r\n\r\n")


def test_an_upstream_that_is_not_there_is_a_bad_gateway():
    """502 in the old form."""
    with serve_in_thread(base_url="http://127.0.0.1:9") as base_url:
        got = requests.get(f"{base_url}/v1.3/indexes", headers=KEY)
    assert (got.status_code, got.json()["code"]) == (502, "bad_gateway")
    assert got.headers["content-type"] == "application/json"


def test_an_address_that_is_no_path_is_refused(upstream: Any):
    """A proxy's form of a request names another host."""
    base_url, notes = upstream
    before = len(notes.seen)
    got = exchange(base_url, b"GET http://evil.example/v1.3/x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert got.status == 400
    assert len(notes.seen) == before


def test_an_upload_that_breaks_off_does_not_look_whole_upstream(upstream: Any):
    """The caller hangs up in the middle; the upstream must not take what came for everything."""
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        serve_in_thread(base_url=f"http://127.0.0.1:{listener.getsockname()[1]}") as base_url,
    ):
        with connected(base_url) as wire:
            wire.sendall(b"POST /v1.3/up HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
            taken, _ = listener.accept()
            received = b""
            while b"hello" not in received:
                received += taken.recv(1000)
        while more := taken.recv(1000):
            received += more
        taken.close()
    assert received.endswith(b"5\r\nhello\r\n")


def test_a_large_answer_streams_through_in_little_memory():
    """Two hundred megabytes leave the process about as small as it was."""
    size = 200 * MEGABYTE
    received = 0

    class Big(Upstream):
        def __call__(self, call: Call) -> None:
            call.send_response(200)
            call.send_header("Content-Length", str(size))
            call.end_headers()
            for _ in range(size // MEGABYTE):
                call.wfile.write(b"x" * MEGABYTE)

    with (
        tiny_server(Big()) as server,
        serve_in_thread(base_url=server.url) as base_url,
        httpx.Client(timeout=60) as client,
        client.stream("GET", f"{base_url}/v1.3/big") as got,
    ):
        started = _resident()
        for piece in got.iter_raw():
            received += len(piece)
        assert received == size
        assert _resident() - started < 60 * MEGABYTE


def test_a_large_upload_streams_through_in_little_memory():
    """With a length or in chunks, the upstream reads it while the caller still sends."""
    size, received = 100 * MEGABYTE, 0

    def pieces() -> Iterator[bytes]:
        for _ in range(100):
            yield b"\xfe" * MEGABYTE

    def taking(listener: socket.socket) -> None:
        nonlocal received
        wire, _ = listener.accept()
        with wire:
            end = b""
            while not end.endswith(b"0\r\n\r\n"):
                data = wire.recv(1 << 20)
                received += data.count(b"\xfe")
                end = (end + data)[-8:]
            wire.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        serve_in_thread(base_url=f"http://127.0.0.1:{listener.getsockname()[1]}") as base_url,
    ):
        thread = threading.Thread(target=taking, args=(listener,))
        thread.start()
        before = _resident()
        assert requests.post(f"{base_url}/v1.3/up", data=pieces(), timeout=60).status_code == 200
        assert _resident() - before < 60 * MEGABYTE
        thread.join()
    assert received == size


def _resident() -> int:
    with open("/proc/self/statm", encoding="ascii") as text:
        return int(text.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_a_caller_that_leaves_ends_the_upstreams_sending(upstream: Any):
    """An endless answer is not read on for nobody."""
    ended = threading.Event()

    def endless(call: Call) -> None:
        call.send_response(200)
        call.send_header("Transfer-Encoding", "chunked")
        call.end_headers()
        try:
            while True:
                call.wfile.write(b"4000\r\n" + b"x" * 0x4000 + b"\r\n")
        except OSError:
            ended.set()

    with tiny_server(endless) as server, serve_in_thread(base_url=server.url) as base_url:
        with connected(base_url) as wire:
            wire.sendall(b"GET /v1.3/endless HTTP/1.1\r\nHost: x\r\n\r\n")
            assert wire.recv(1000)
        assert ended.wait(20)


def test_an_own_route_is_never_passed_through(upstream: Any):
    """Health and metrics are the server's."""
    base_url, notes = upstream
    before = len(notes.seen)
    for path in ("healthz", "readyz", "metrics", "openapi.json"):
        assert requests.get(f"{base_url}/{path}").status_code == 200
    assert len(notes.seen) == before
