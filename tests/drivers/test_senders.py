"""One request over a real socket, blocking and asynchronous alike."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from tiny_server import Call, tiny_server

from pegasus_classify.drivers.http import AsyncSender, Endpoint, Sender, no_reply
from pegasus_classify.steps import NoReply, Reply, Send

Performed = Callable[[Endpoint, Send], "Reply | NoReply"]


def blocking(endpoint: Endpoint, send: Send) -> Reply | NoReply:
    sender = Sender(endpoint)
    try:
        return sender.perform(send)
    finally:
        sender.close()


def asynchronous(endpoint: Endpoint, send: Send) -> Reply | NoReply:
    async def perform() -> Reply | NoReply:
        sender = AsyncSender(endpoint)
        try:
            return await sender.perform(send)
        finally:
            await sender.close()

    return asyncio.run(perform())


both = pytest.mark.parametrize("perform", [blocking, asynchronous])


@both
def test_a_request_arrives_with_key_query_headers_and_json(perform: Performed) -> None:
    seen: dict[str, Any] = {}

    def answer(call: Call) -> None:
        seen.update(path=call.path, headers=dict(call.headers), body=json.loads(call.sent))
        call.reply(200, b'{"ok":1}', {"X-Ratelimit-Limit": "5"})

    with tiny_server(answer) as server:
        send = Send("POST", "/v1.3/x", query=(("page", "1"),), body={"a": "R&B ü"}, headers=(("Idempotency-Key", "k"),))
        reply = perform(Endpoint(server.url, "secret-key"), send)
    assert isinstance(reply, Reply)
    assert (reply.status, reply.body, reply.headers["x-ratelimit-limit"]) == (200, b'{"ok":1}', "5")
    assert seen["path"] == "/v1.3/x?page=1"
    assert seen["body"] == {"a": "R&B ü"}
    headers = {name.lower(): value for name, value in seen["headers"].items()}
    assert (headers["x-api-key"], headers["idempotency-key"]) == ("secret-key", "k")
    assert headers["content-type"] == "application/json"


@both
def test_half_a_surrogate_pair_is_carried_as_json_carries_it(perform: Performed) -> None:
    bodies: list[bytes] = []

    def answer(call: Call) -> None:
        bodies.append(call.sent)
        call.reply(200, b"{}")

    with tiny_server(answer) as server:
        perform(Endpoint(server.url, "k"), Send("POST", "/", body={"label": "\ud83d"}))
    assert json.loads(bodies[0]) == {"label": "\ud83d"}


@both
def test_an_error_status_is_a_reply_like_any_other(perform: Performed) -> None:
    with tiny_server(lambda call: call.reply(429, b"", {"Retry-After": "3"})) as server:
        reply = perform(Endpoint(server.url, "k"), Send("GET", "/"))
    assert isinstance(reply, Reply)
    assert (reply.status, reply.headers["retry-after"]) == (429, "3")


@both
def test_nobody_listening_is_no_connection(perform: Performed) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    outcome = perform(Endpoint(f"http://127.0.0.1:{port}", "secret-key"), Send("GET", "/"))
    assert isinstance(outcome, NoReply)
    assert outcome.kind == "connect"
    assert "secret-key" not in outcome.message


@both
@pytest.mark.parametrize(("read_timeout", "longest_wait"), [(0.1, None), (60.0, 0.1)], ids=["its own", "the cap"])
def test_an_answer_that_does_not_come_is_a_timeout(
    perform: Performed, read_timeout: float, longest_wait: float | None
) -> None:
    held = threading.Event()
    with tiny_server(lambda call: held.wait(5) and None) as server:  # type: ignore[arg-type, return-value]
        outcome = perform(Endpoint(server.url, "k", longest_wait), Send("GET", "/", read_timeout=read_timeout))
        held.set()
    assert isinstance(outcome, NoReply)
    assert outcome.kind == "timeout"


@both
def test_an_answer_cut_in_the_middle_is_broken(perform: Performed) -> None:
    def answer(call: Call) -> None:
        call.reply(200, b'{"data": "ha', length=500)
        call.close_connection = True

    with tiny_server(answer) as server:
        outcome = perform(Endpoint(server.url, "k"), Send("GET", "/"))
    assert isinstance(outcome, NoReply)
    assert outcome.kind == "broken"


@both
def test_an_address_that_is_none_is_no_connection(perform: Performed) -> None:
    outcome = perform(Endpoint("ftp://example.invalid", "k"), Send("GET", "/"))
    assert isinstance(outcome, NoReply)
    assert outcome.kind == "connect"


def test_an_aborted_sender_wakes_at_once_and_sends_nothing_more() -> None:
    arrived, held = threading.Event(), threading.Event()

    def answer(call: Call) -> None:
        arrived.set()
        held.wait(20)

    with tiny_server(answer) as server:
        sender = Sender(Endpoint(server.url, "k"))
        outcomes: list[Reply | NoReply] = []
        thread = threading.Thread(target=lambda: outcomes.append(sender.perform(Send("GET", "/"))))
        thread.start()
        assert arrived.wait(5)
        sender.abort()
        thread.join(5)
        sender.abort()
        outcomes.append(sender.perform(Send("GET", "/")))
        held.set()
        sender.close()
    assert [outcome.kind for outcome in outcomes if isinstance(outcome, NoReply)] == ["broken", "broken"]


def test_aborting_a_sender_that_never_sent_does_no_harm() -> None:
    sender = Sender(Endpoint("http://127.0.0.1:9", "k"))
    sender.abort()
    assert sender.perform(Send("GET", "/")) == NoReply("broken", "The connection was closed by us.")
    sender.close()


def test_the_key_is_in_no_repr() -> None:
    assert "secret-key" not in repr(Endpoint("http://x", "secret-key"))


def test_every_error_of_the_wire_has_a_kind() -> None:
    kinds = {
        httpx.ConnectTimeout("x"): "connect",
        httpx.ReadTimeout("x"): "timeout",
        httpx.PoolTimeout("x"): "timeout",
        httpx.ReadError("x"): "broken",
        httpx.RemoteProtocolError("x"): "broken",
        httpx.DecodingError("x"): "broken",
    }
    assert {error: no_reply(error).kind for error in kinds} == kinds
