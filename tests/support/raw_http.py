"""HTTP written by hand on a socket, for requests that no client would send."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

__all__ = ["RawReply", "connected", "exchange", "read_reply"]


@dataclass(frozen=True)
class RawReply:
    """An answer as it stood on the wire.

    Attributes:
        status: Its status; 0 when the connection ended without an answer.
        headers: Names in lower case.
        body: What came after the head.
    """

    status: int
    headers: dict[str, str]
    body: bytes


def connected(base_url: str, timeout: float = 20.0) -> socket.socket:
    """Return a connection to a server."""
    parts = urlsplit(base_url)
    return socket.create_connection((parts.hostname, parts.port), timeout)


def exchange(base_url: str, request: bytes) -> RawReply:
    """Send bytes and read one answer."""
    with connected(base_url) as wire:
        wire.sendall(request)
        return read_reply(wire)


def read_reply(wire: socket.socket) -> RawReply:
    """Read one answer by its length, or until the connection ends."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = wire.recv(65536)
        if not more:
            break
        data += more
    if not data:
        return RawReply(0, {}, b"")
    head, _, body = data.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
    length = int(headers["content-length"]) if "content-length" in headers else None
    while length is None or len(body) < length:
        more = wire.recv(65536)
        if not more:
            break
        body += more
    return RawReply(int(lines[0].split()[1]), headers, body)
