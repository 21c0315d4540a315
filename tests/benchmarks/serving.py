"""What the server adds: to a call of the model, and to reading a page, against plain routes on the same stack."""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from itertools import count
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Any
from urllib.parse import urlsplit

from measures import Row
from upstream import INDEX, running_upstream

__all__ = ["serve_rows"]

_KEY = {"x-api-key": "tlk_benchmark"}
_PLAIN = """
import sys, uvicorn
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route
from pegasus_classify.server.running import NotifyingServer, base_url_of, listening
body = open(sys.argv[1], "rb").read()
async def page(request):
    return Response(body, media_type="application/json")
app = Starlette(routes=[Route("/v1.2/classify/{token}", page)])
listener = listening("127.0.0.1", 0)
config = uvicorn.Config(app, http="h11", access_log=False, log_level="warning")
NotifyingServer(config, lambda: print("listening on", base_url_of(listener), flush=True)).run([listener])
"""


def serve_rows(reads: int = 100_000) -> Iterator[Row]:
    """Measure a server in a process of its own, in front of an upstream that answers at once."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        upstream = stack.enter_context(running_upstream(500, 0.0))
        store = f"sqlite:///{folder}/store.db"
        base_url, process = stack.enter_context(_serving(upstream, "memory:"))
        first = _page_of(base_url)
        plain_file = Path(folder, "page.json")
        plain_file.write_bytes(first[1])
        plain, _ = stack.enter_context(_process([sys.executable, "-c", _PLAIN, str(plain_file)]))
        yield _added(base_url, plain, upstream, "memory:")
        yield from _page_rows(base_url, plain, first[0], process, reads)
        with _serving(upstream, store) as (lasting, _):
            # The bulk call also makes the videos known.
            _tokens(lasting)
            yield _added(lasting, plain, upstream, "SQLite")
            tokens = _tokens(lasting)
        with _serving(upstream, store) as (restarted, _):
            rates = [_rate(plain, [first[0]], len(tokens)), _rate(restarted, tokens, len(tokens))]
            yield Row("page reads, each from the database", f"{rates[1]:.0f} /s", rates[0] / rates[1], "bare route", 10)


def _page_rows(base_url: str, plain: str, token: str, process: Popen[str], reads: int) -> Iterator[Row]:
    pairs = [(_rate(plain, [token], 3000), _rate(base_url, [token], 3000)) for _ in range(5)]
    bare, ours = (statistics.median(rates) for rates in zip(*pairs, strict=True))
    yield Row("page reads", f"{ours:.0f} /s", bare / ours, f"bare route, {bare:.0f} /s", 1 / 0.7)
    before = _resident(process.pid)
    _rate(base_url, [token], reads)
    after = _resident(process.pid)
    yield Row(f"memory after {reads} page reads", f"{after >> 20} MB", after / before, f"{before >> 20} MB", 1.05)


def _added(base_url: str, plain: str, upstream: str, store: str) -> Row:
    """Measure one-video calls that are asked anew each time, in turns with the two hops they cannot do without."""
    numbers = count()
    served = _caller(base_url, "POST", "/v1.2/classify", lambda: _body(f"Dogs {next(numbers)}"))
    hop = _caller(plain, "GET", "/v1.2/classify/x", lambda: None)
    call = _caller(upstream, "POST", "/v1.3/analyze", lambda: {"prompt": "x" * 1500})
    times: tuple[list[float], list[float], list[float]] = ([], [], [])
    for _ in range(300):
        for measured, once in zip(times, (served, hop, call), strict=True):
            measured.append(once())
    whole, first, second = (1000 * statistics.median(each[50:]) for each in times)
    added = whole - first - second
    return Row(f"serve, one video, {store}, beyond two plain hops", f"{added:.2f} ms", added / 5, "5 ms", 1.0)


def _caller(base_url: str, method: str, path: str, body: Callable[[], Any]) -> Callable[[], float]:
    wire = HTTPConnection(urlsplit(base_url).netloc)

    def once() -> float:
        content = body()
        sent = None if content is None else json.dumps(content)
        before = time.perf_counter()
        wire.request(method, path, sent, _KEY)
        got = wire.getresponse()
        got.read()
        assert got.status == 200, got.status
        return time.perf_counter() - before

    return once


def _body(name: str, **more: Any) -> dict[str, Any]:
    low = {"min_video_score": 1, "min_duration_ratio": 0.01}
    classes = [{"name": name, "prompts": ["A dog"]}]
    target = {} if "index_id" in more else {"video_ids": ["video-0"]}
    return {**target, "options": ["visual"], "classes": classes, "threshold": low, **more}


def _page_of(base_url: str) -> tuple[str, bytes]:
    """Make an answer of many pages and return a token with the page's bytes."""
    answer = _sent(base_url, "POST", "/v1.2/classify/bulk", _body("Dogs", index_id=INDEX, page_limit=10))
    token = json.loads(answer)["page_info"]["next_page_token"]
    return token, _sent(base_url, "GET", f"/v1.2/classify/{token}", None)


def _tokens(base_url: str) -> list[str]:
    answer = _sent(base_url, "POST", "/v1.2/classify/bulk", _body("Dogs", index_id=INDEX, page_limit=1))
    token = json.loads(answer)["page_info"]["next_page_token"]
    return [f"{token.rpartition('-')[0]}-{number}" for number in range(1, 500)]


def _sent(base_url: str, method: str, path: str, body: Any) -> bytes:
    wire = HTTPConnection(urlsplit(base_url).netloc)
    wire.request(method, path, None if body is None else json.dumps(body), _KEY)
    got = wire.getresponse()
    assert got.status == 200, got.read()
    return got.read()


def _rate(base_url: str, tokens: Sequence[str], reads: int, connections: int = 16) -> float:
    """Return how many pages per second are read over some connections at once."""
    parts = urlsplit(base_url)
    requests = [
        f"GET /v1.2/classify/{token} HTTP/1.1\r\nHost: x\r\nx-api-key: {_KEY['x-api-key']}\r\n\r\n" for token in tokens
    ]
    left = iter(range(reads))

    async def one() -> None:
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        for number in left:
            writer.write(requests[number % len(requests)].encode())
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200"), head
            length = head.lower().split(b"content-length:")[1].split(b"\r\n")[0]
            await reader.readexactly(int(length))
        writer.close()

    async def every() -> None:
        await asyncio.gather(*(one() for _ in range(connections)))

    before = time.perf_counter()
    asyncio.run(every())
    return reads / (time.perf_counter() - before)


@contextmanager
def _serving(upstream: str, store: str) -> Iterator[tuple[str, Popen[str]]]:
    command = [sys.executable, "-m", "pegasus_classify.cli.main", "serve", "--port", "0"]
    with _process([*command, "--upstream", upstream, "--store", store, "--index", INDEX]) as running:
        yield running


@contextmanager
def _process(command: list[str]) -> Iterator[tuple[str, Popen[str]]]:
    kept = {name: value for name, value in os.environ.items() if "PEGASUS" not in name}
    with Popen(command, stdout=PIPE, text=True, env=kept) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().split()[-1], process
        finally:
            process.terminate()


def _resident(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
