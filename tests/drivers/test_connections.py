"""What a slot's single connection does over its life, blocking and asynchronous alike."""

from __future__ import annotations

import asyncio
import gzip
import json
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

import pytest
from tiny_server import Call, tiny_server

from pegasus_classify.drivers.http import AsyncSender, Endpoint, Sender
from pegasus_classify.steps import NoReply, Reply, Send

GET = Send("GET", "/", read_timeout=10.0)
Outcomes: TypeAlias = "list[Reply | NoReply]"
Between: TypeAlias = Callable[[], bool]
InTurn: TypeAlias = Callable[..., Outcomes]


def nothing_to_wait_for() -> bool:
    return True


def blocking(endpoint: Endpoint, *sends: Send, between: Between = nothing_to_wait_for) -> Outcomes:
    """Send one after the other with one sender; go on when `between` says so."""
    sender = Sender(endpoint)
    outcomes = []
    for send in sends:
        outcomes.append(sender.perform(send))
        while not between():
            time.sleep(0.005)
    sender.close()
    return outcomes


def asynchronous(endpoint: Endpoint, *sends: Send, between: Between = nothing_to_wait_for) -> Outcomes:
    async def go() -> Outcomes:
        sender = AsyncSender(endpoint)
        outcomes = []
        for send in sends:
            outcomes.append(await sender.perform(send))
            while not between():
                await asyncio.sleep(0.005)
            # The loop hears of what arrived meanwhile.
            await asyncio.sleep(0.02)
        await sender.close()
        return outcomes

    return asyncio.run(go())


both = pytest.mark.parametrize("in_turn", [blocking, asynchronous])


def bodies(outcomes: Outcomes) -> list[object]:
    return [each.body if isinstance(each, Reply) else each for each in outcomes]


@both
def test_one_connection_serves_one_request_after_the_other(in_turn: InTurn) -> None:
    ports: list[int] = []

    def answer(call: Call) -> None:
        ports.append(call.client_address[1])
        call.reply(200, b"{}")

    with tiny_server(answer) as server:
        assert bodies(in_turn(Endpoint(server.url, "k"), GET, GET, GET)) == [b"{}"] * 3
    assert len(ports) == 3
    assert len(set(ports)) == 1


@contextmanager
def raw_server(*answers: bytes) -> Iterator[tuple[str, list[bytes], threading.Event]]:
    """Serve one connection per answer: read once, write the bytes, close. Give address, what was read, "all closed"."""
    seen: list[bytes] = []
    closed = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            for each in answers:
                connection, _ = listening.accept()
                with connection:
                    seen.append(connection.recv(1_000_000))
                    connection.sendall(each)
                closed.set()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", seen, closed
        thread.join(5)


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


@both
def test_a_connection_that_the_server_closed_is_made_anew(in_turn: InTurn) -> None:
    with raw_server(OK, OK) as (url, seen, closed):
        assert bodies(in_turn(Endpoint(url, "k"), GET, GET, between=closed.is_set)) == [b"{}", b"{}"]
    assert len(seen) == 2


@both
def test_what_a_server_says_between_two_requests_answers_neither(in_turn: InTurn) -> None:
    late = OK + b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n"
    with raw_server(late, OK) as (url, _, closed):
        outcomes = in_turn(Endpoint(url, "k"), GET, GET, between=closed.is_set)
    assert [each.status for each in outcomes if isinstance(each, Reply)] == [200, 200]


@both
def test_head_and_body_of_a_request_leave_together(in_turn: InTurn) -> None:
    with raw_server(OK) as (url, seen, _):
        in_turn(Endpoint(url, "k"), Send("POST", "/v1.3/analyze", body={"prompt": "A dog"}))
    head, _, body = seen[0].partition(b"\r\n\r\n")
    assert json.loads(body) == {"prompt": "A dog"}
    assert head.startswith(b"POST /v1.3/analyze HTTP/1.1\r\n")


@both
def test_a_server_may_answer_before_it_has_read_everything(in_turn: InTurn) -> None:
    refusal = b"HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"
    with raw_server(refusal) as (url, _, _):
        (outcome,) = in_turn(Endpoint(url, "k"), Send("POST", "/", body="x" * 5_000_000, read_timeout=5.0))
    # The system may throw the answer away with the connection; what must not happen is that anyone waits.
    assert isinstance(outcome, Reply | NoReply)
    assert outcome.status == 413 if isinstance(outcome, Reply) else outcome.kind == "broken"


@both
@pytest.mark.parametrize(
    ("answer", "body"),
    [
        (b'Transfer-Encoding: chunked\r\n\r\n3\r\n{"a\r\n4\r\n":1}\r\n0\r\n\r\n', b'{"a":1}'),
        (b"Connection: close\r\n\r\n{}", b"{}"),
        (b"Content-Encoding: gzip\r\nConnection: close\r\n\r\n" + gzip.compress(b"{}"), b"{}"),
    ],
    ids=["chunked", "until the end", "compressed"],
)
def test_a_body_arrives_whole_however_it_is_sent(in_turn: InTurn, answer: bytes, body: bytes) -> None:
    with raw_server(b"HTTP/1.1 200 OK\r\n" + answer) as (url, _, _):
        assert bodies(in_turn(Endpoint(url, "k"), GET)) == [body]


@both
@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"no HTTP at all\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}",
    ],
    ids=["nothing", "no HTTP", "no gzip", "half"],
)
def test_an_answer_that_is_none_is_broken(in_turn: InTurn, answer: bytes) -> None:
    with raw_server(answer) as (url, _, _):
        (outcome,) = in_turn(Endpoint(url, "k"), GET)
    assert isinstance(outcome, NoReply)
    assert outcome.kind == "broken"


@both
def test_a_header_sent_twice_keeps_both_values(in_turn: InTurn) -> None:
    with raw_server(b"HTTP/1.1 200 OK\r\nX-A: 1\r\nx-a: 2\r\nContent-Length: 0\r\n\r\n") as (url, _, _):
        (outcome,) = in_turn(Endpoint(url, "k"), GET)
    assert isinstance(outcome, Reply)
    assert outcome.headers["x-a"] == "1, 2"


@both
def test_an_error_that_repeats_the_key_is_kept_without_it(in_turn: InTurn) -> None:
    with tiny_server(lambda call: call.reply(401, call.headers["x-api-key"].encode())) as server:
        (outcome,) = in_turn(Endpoint(server.url, "tlk_SECRET0OF0MINE"), GET)
    assert isinstance(outcome, Reply)
    assert outcome.body == b"[removed]"


@both
@pytest.mark.parametrize("upstream", ["http://[", "http://no-such-host.invalid"], ids=["no address", "no such host"])
def test_an_upstream_that_cannot_be_found_is_no_connection(in_turn: InTurn, upstream: str) -> None:
    (outcome,) = in_turn(Endpoint(upstream, "k"), GET)
    assert isinstance(outcome, NoReply)
    assert outcome.kind == "connect"


def test_a_request_cancelled_on_its_way_closes_its_connection() -> None:
    arrived, gone = threading.Event(), threading.Event()

    def answer(call: Call) -> None:
        arrived.set()
        if call.rfile.read(1) == b"":
            gone.set()

    async def go(url: str) -> None:
        sender = AsyncSender(Endpoint(url, "k"))
        task = asyncio.create_task(sender.perform(GET))
        while not arrived.is_set():
            await asyncio.sleep(0.005)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert task.cancelled()
        await asyncio.to_thread(gone.wait, 5)
        await sender.close()

    with tiny_server(answer) as server:
        asyncio.run(go(server.url))
    assert gone.is_set()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate and its key for this machine's own name, in one file."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    folder = tmp_path_factory.mktemp("tls")
    key, own = folder / "key.pem", folder / "own.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", str(key), "-out", str(own)],
        check=True, capture_output=True,
    )  # fmt: skip
    both_in_one = folder / "both.pem"
    both_in_one.write_bytes(own.read_bytes() + key.read_bytes())
    return both_in_one


@contextmanager
def tls_server(certificate: Path) -> Iterator[str]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with tiny_server(lambda call: call.reply(200, b"{}")) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        yield server.url.replace("http:", "https:")


@both
def test_tls_is_spoken_with_whoever_has_the_right_certificate(in_turn: InTurn, certificate: Path) -> None:
    with tls_server(certificate) as url:
        endpoint = Endpoint(url, "k", tls=ssl.create_default_context(cafile=str(certificate)))
        assert bodies(in_turn(endpoint, GET, GET)) == [b"{}", b"{}"]


@both
def test_a_certificate_nobody_vouches_for_is_no_connection(in_turn: InTurn, certificate: Path) -> None:
    with tls_server(certificate) as url:
        (outcome,) = in_turn(Endpoint(url, "k"), GET)
    assert isinstance(outcome, NoReply)
    assert outcome.kind == "connect"


@contextmanager
def silent_server() -> Iterator[tuple[str, threading.Event]]:
    """Accept connections and say nothing; give the address after the scheme, and "somebody came"."""
    came = threading.Event()
    held: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def accept() -> None:
            held.append(listening.accept()[0])
            came.set()

        threading.Thread(target=accept, daemon=True).start()
        yield f"127.0.0.1:{listening.getsockname()[1]}", came
        for each in held:
            each.close()


@both
def test_a_handshake_that_does_not_end_is_no_connection(in_turn: InTurn) -> None:
    with silent_server() as (place, _):
        (outcome,) = in_turn(Endpoint(f"https://{place}", "k", longest_wait=0.2), GET)
    assert isinstance(outcome, NoReply)
    assert outcome.kind == "connect"


def aborted_under_way(sender: Sender, came: threading.Event) -> Reply | NoReply:
    outcomes: Outcomes = []
    thread = threading.Thread(target=lambda: outcomes.append(sender.perform(GET)))
    thread.start()
    assert came.wait(5)
    while not outcomes:
        # The handshake begins a moment after the server has accepted.
        sender.abort()
        thread.join(0.05)
    sender.close()
    return outcomes[0]


def test_an_abort_during_the_handshake_ends_the_request_too() -> None:
    with silent_server() as (place, came):
        outcome = aborted_under_way(Sender(Endpoint(f"https://{place}", "k")), came)
    assert isinstance(outcome, NoReply)
    assert outcome.kind == "connect"


@pytest.fixture
def only_proxy(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Set the proxy of the environment, and no exceptions."""

    def choose(url: str) -> None:
        for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
            monkeypatch.delenv(name, raising=False)
            monkeypatch.delenv(name.upper(), raising=False)
        monkeypatch.setenv("http_proxy", url)

    return choose


@both
def test_the_environments_proxy_is_used(in_turn: InTurn, only_proxy: Callable[[str], None]) -> None:
    asked: list[str] = []

    def answer(call: Call) -> None:
        asked.append(call.path)
        call.reply(200, b"{}")

    with tiny_server(answer) as proxy:
        only_proxy(proxy.url.removeprefix("http://"))
        outcomes = in_turn(Endpoint("http://upstream.invalid", "k"), Send("GET", "/v1.3/indexes"))
    assert bodies(outcomes) == [b"{}"]
    assert asked == ["http://upstream.invalid/v1.3/indexes"]


@both
def test_a_proxy_is_left_out_where_the_environment_says_so(
    in_turn: InTurn, only_proxy: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    only_proxy("http://proxy.invalid")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with tiny_server(lambda call: call.reply(200, b"{}")) as server:
        assert bodies(in_turn(Endpoint(server.url, "k"), GET)) == [b"{}"]


def test_an_abort_ends_a_request_by_way_of_a_proxy_too(only_proxy: Callable[[str], None]) -> None:
    with silent_server() as (place, came):
        only_proxy(f"http://{place}")
        outcome = aborted_under_way(Sender(Endpoint("http://upstream.invalid", "k")), came)
    assert isinstance(outcome, NoReply)
    assert outcome.kind == "broken"
