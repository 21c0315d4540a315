"""What nobody should send: too much, too slow, too deep, no HTTP."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from typing import Any

import pytest
import requests
from guide_calls import KEY, VIDEOS
from raw_http import connected, exchange, read_reply

from pegasus_classify import serve_in_thread
from pegasus_classify.server.connections import HEAD_WITHIN

HEAD = b"POST /v1.2/classify HTTP/1.1\r\nHost: x\r\nx-api-key: tlk_k\r\n"


def refused(got: requests.Response, status: int) -> bool:
    """An error in the old form."""
    return got.status_code == status and {"code", "message"} <= set(got.json())


def test_a_body_that_is_too_large_is_refused(served: str):
    """By its length before it is read, or in chunks when it has become too large."""
    large = json.dumps({**VIDEOS, "page_limit": " " * 1_000_001}).encode()
    assert refused(requests.post(f"{served}/v1.2/classify", data=large, headers=KEY), 413)
    assert refused(requests.post(f"{served}/v1.2/classify", data=iter([large]), headers=KEY), 413)
    told = exchange(served, HEAD + b"Content-Length: 99999999999\r\nExpect: 100-continue\r\n\r\n")
    assert told.status == 413
    fits = json.dumps({**VIDEOS, "x" * 900_000: 1}).encode()
    assert requests.post(f"{served}/v1.2/classify", data=fits, headers=KEY).status_code == 400


BODIES = {
    "nothing": b"",
    "no UTF-8": b'{"options": ["\xff"]}',
    "no object": b"[]",
    "half": b'{"options": [',
    "deep": b'{"options": ' + b"[" * 100_000,
    "deep and closed": b'{"options": ' + b"[" * 500 + b"]" * 500 + b"}",
    "no number": b'{"page_limit": NaN}',
    "a long number": b'{"page_limit": ' + b"1" * 10_000 + b"}",
    "half a pair": b'{"video_ids": ["\\ud800"], "options": ["visual"], "classes": [{"name": "a", "prompts": ["b"]}]}',
    "line ends": b'{"video_ids": ["a\\r\\nX-Evil: 1"], "options": ["visual"], "classes": [{"name": "a", '
    b'"prompts": ["b"]}]}',
}


@pytest.mark.parametrize("body", BODIES.values(), ids=list(BODIES))
def test_a_body_that_cannot_be_meant_is_refused(served: str, body: bytes):
    """400 in the old form, and no header of the caller's making."""
    got = requests.post(f"{served}/v1.2/classify", data=body, headers=KEY)
    assert refused(got, 400)
    assert "x-evil" not in got.headers


def test_an_id_with_line_ends_forges_no_header(stand_in: Any):
    """It may stand in a video map, and its failure is named in a header."""
    forged, unknown = "a\r\nX-Evil: 1", {"source": "66a50500ce36463e0199ffff", "duration": 60.0}
    with serve_in_thread(base_url=stand_in.base_url, video_map={forged: unknown}) as served:
        body = {**VIDEOS, "video_ids": [*VIDEOS["video_ids"], forged]}
        got = requests.post(f"{served}/v1.2/classify", json=body, headers=KEY)
    assert (got.status_code, got.headers["x-classify-failed"]) == (200, "1, a%0D%0AX-Evil:%201")
    assert "x-evil" not in got.headers


def test_of_a_key_sent_twice_the_last_counts(served: str):
    """As every JSON library of the old time had it."""
    text = json.dumps(VIDEOS)
    body = text[:-1] + ', "options": ["smell"]}'
    assert refused(requests.post(f"{served}/v1.2/classify", data=body, headers=KEY), 400)
    body = '{"options": ["smell"], ' + text[1:]
    assert requests.post(f"{served}/v1.2/classify", data=body, headers=KEY).status_code == 200


NO_HTTP = {
    "no request": b"hello\r\n\r\n",
    "tls": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\r\n\r\n",
    "a header in two lines": HEAD + b"X-A: 1\r\n\x00folded: 2\r\n\r\n",
    "two lengths": HEAD + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    "length and chunks": HEAD + b"Content-Length: zwei\r\n\r\n{}",
    "a broken chunk": HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
}


@pytest.mark.parametrize("request_bytes", NO_HTTP.values(), ids=list(NO_HTTP))
def test_what_is_no_http_is_refused_in_the_old_form(served: str, request_bytes: bytes):
    """400 with a JSON body and a closed connection."""
    got = exchange(served, request_bytes)
    assert got.status == 400
    assert set(json.loads(got.body)) == {"code", "message"}
    assert got.headers["connection"] == "close"
    assert requests.get(f"{served}/healthz").status_code == 200


def test_a_head_without_end_is_refused(served: str):
    """A connection that only ever sends headers does not fill the memory."""
    with connected(served) as wire:
        wire.sendall(HEAD + b"X-Long: " + b"x" * 70_000)
        got = read_reply(wire)
    assert (got.status, got.headers["connection"]) == (400, "close")


def test_a_body_that_does_not_arrive_in_time_is_refused(stand_in: Any):
    """408, and the connection serves nobody else's answer afterwards."""
    with (
        serve_in_thread(base_url=stand_in.base_url, body_within=0.2) as served,
        connected(served) as wire,
    ):
        wire.sendall(HEAD + b"Content-Length: 100\r\n\r\n{")
        got = read_reply(wire)
        assert (got.status, json.loads(got.body)["code"]) == (408, "request_timeout")


def drip(wire: socket.socket, data: bytes, pause: float) -> None:
    """Send byte by byte until everything is sent or the other side has had enough."""
    with contextlib.suppress(OSError):
        for number in range(len(data)):
            wire.sendall(data[number : number + 1])
            time.sleep(pause)


def test_a_body_that_comes_byte_by_byte_is_given_up(stand_in: Any):
    """Each byte in time does not make the whole in time; others are answered meanwhile."""
    with (
        serve_in_thread(base_url=stand_in.base_url, body_within=0.5) as served,
        connected(served) as wire,
    ):
        wire.sendall(HEAD + b"Content-Length: 1000\r\n\r\n")
        sending = threading.Thread(target=drip, args=(wire, b"{" + b" " * 60, 0.05))
        sending.start()
        assert requests.post(f"{served}/v1.2/classify", json=VIDEOS, headers=KEY).status_code == 200
        got = read_reply(wire)
        assert (got.status, json.loads(got.body)["code"]) == (408, "request_timeout")
        sending.join()


@pytest.mark.slow
def test_a_head_that_comes_byte_by_byte_is_given_up(served: str):
    """The connection is closed after the time a head may take, however many bytes still come."""
    with connected(served, timeout=HEAD_WITHIN + 30) as wire:
        endless = HEAD + b"X-More: " + b"x" * 10_000
        sending = threading.Thread(target=drip, args=(wire, endless, 0.05), daemon=True)
        sending.start()
        assert requests.post(f"{served}/v1.2/classify", json=VIDEOS, headers=KEY).status_code == 200
        with contextlib.suppress(ConnectionResetError):
            assert wire.recv(1) == b""
        sending.join(10)
        assert not sending.is_alive()


def test_a_caller_that_leaves_while_sending_is_not_answered(served: str):
    """Nor is anything logged as an error of ours."""
    for _ in range(20):
        with connected(served) as wire:
            wire.sendall(HEAD + b"Content-Length: 100\r\n\r\n{")
    assert requests.get(f"{served}/healthz").status_code == 200


def test_two_requests_in_one_piece_are_answered_in_order(served: str):
    """Pipelined, as HTTP allows."""
    with connected(served) as wire:
        first, last = b"GET /healthz HTTP/1.1\r\nHost: x\r\n", b"GET /readyz HTTP/1.1\r\nHost: x\r\n"
        wire.sendall(first + b"\r\n" + last + b"Connection: close\r\n\r\n")
        data = b""
        while more := wire.recv(65536):
            data += more
    assert data.count(b"HTTP/1.1 200") == 2
    assert data.index(b'"ok"') < data.index(b'"ready"')
