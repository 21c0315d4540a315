"""A real HTTP server of a few lines, for tests of what happens on the wire."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

__all__ = ["TinyServer", "tiny_server"]

Handler = Callable[["Call"], None]


class Call(BaseHTTPRequestHandler):
    """One request; a test's function answers it."""

    protocol_version = "HTTP/1.1"
    answer: Handler

    def _all(self) -> None:
        self.sent = self.rfile.read(int(self.headers.get("content-length", 0)))
        type(self).answer(self)

    do_GET = do_POST = do_PUT = do_DELETE = _all  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Stay silent."""

    def reply(
        self, status: int, body: bytes, headers: dict[str, str] | None = None, *, length: int | None = None
    ) -> None:
        """Send an answer, with a false length where a test wants one."""
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body) if length is None else length), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()


class TinyServer(ThreadingHTTPServer):
    """Knows its address."""

    daemon_threads = True
    block_on_close = False

    @property
    def url(self) -> str:
        """Address without a slash at the end."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, *_: object) -> None:
        """Stay silent when a client hangs up."""


@contextmanager
def tiny_server(answer: Handler) -> Iterator[TinyServer]:
    """Run a server whose every request is answered by a function."""
    handler = type("_Call", (Call,), {"answer": staticmethod(answer)})
    with TinyServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
