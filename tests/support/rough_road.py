"""A road to an upstream on which connections are reset and replies cut in half, at places drawn beforehand."""

from __future__ import annotations

import random
import socket
import struct
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress

__all__ = ["RoughRoad", "rough_road"]

_ENDLESS = 2**62
_LINGER_ZERO = struct.pack("ii", 1, 0)


class RoughRoad:
    """Carries bytes between clients and an upstream.

    Each connection breaks off after a drawn number of bytes of replies, in the middle of one or before it begins: half
    of them within the first few, half after some dozen. One time in two it is reset, else it ends quietly.

    Attributes:
        base_url: What clients are told instead of the upstream's address.
        breaks: How many connections broke off.
    """

    def __init__(self, upstream: str, seed: int | None, once: Iterable[str]) -> None:
        """Begin to listen.

        Args:
            upstream: `http://host:port`.
            seed: Of the draw; None: only what is named breaks off.
            once: Beginnings of request lines, such as `POST /v1.3/analyze/batches `: the first reply to each is cut.
        """
        host, _, port = upstream.removeprefix("http://").rpartition(":")
        self._upstream = (host, int(port))
        self._chance = random.Random(seed)
        self._smooth = seed is None
        self._once = [each.encode() for each in once]
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.base_url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.breaks = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Take no more connections."""
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(self._upstream)
                room = [self._drawn()]
                threading.Thread(target=self._carry, args=(client, server, room), daemon=True).start()
                threading.Thread(target=self._bring, args=(server, client, room), daemon=True).start()

    def _drawn(self) -> int:
        if self._smooth:
            return _ENDLESS
        return self._chance.choice((self._chance.randrange(2_500), self._chance.randrange(25_000, 50_000)))

    def _carry(self, client: socket.socket, server: socket.socket, room: list[int]) -> None:
        with suppress(OSError):
            while data := client.recv(65536):
                for beginning in [each for each in self._once if data.startswith(each)]:
                    self._once.remove(beginning)
                    room[0] = 40
                server.sendall(data)
        with suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)

    def _bring(self, server: socket.socket, client: socket.socket, room: list[int]) -> None:
        with suppress(OSError):
            while data := server.recv(65536):
                if len(data) > room[0]:
                    client.sendall(data[: room[0]])
                    self._break(client)
                    break
                room[0] -= len(data)
                client.sendall(data)
        for each in (server, client):
            with suppress(OSError):
                each.close()

    def _break(self, client: socket.socket) -> None:
        self.breaks += 1
        if self._chance.random() < 0.5:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_ZERO)
        with suppress(OSError):
            client.shutdown(socket.SHUT_RD)


@contextmanager
def rough_road(upstream: str, seed: int | None = None, once: Iterable[str] = ()) -> Iterator[RoughRoad]:
    """Open such a road while the block runs."""
    road = RoughRoad(upstream, seed, once)
    try:
        yield road
    finally:
        road.close()
