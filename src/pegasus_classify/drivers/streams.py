"""Bytes over one connection, for httpx's own engine: by a socket, and by the transport of an event loop.

What is written goes out when something is to be read: a request's head and body then leave in one packet, and the
upstream wakes once for it.
"""

from __future__ import annotations

import asyncio
import contextlib
import select
import socket
import ssl
from collections.abc import Iterator
from typing import Any, cast

import httpcore

from pegasus_classify.contract.quantities import Seconds

__all__ = ["LoopStream", "SocketStream"]

_FAMILIES_APART: Seconds = 0.25
"""After so long the next address of a name is tried beside the first one, as RFC 8305 recommends."""


class SocketStream(httpcore.NetworkStream):
    """A connection for a thread that waits."""

    def __init__(self, host: str, port: int, timeout: Seconds) -> None:
        """Connect.

        Args:
            host: Name or address.
            port: 1 to 65535.
            timeout: Seconds.

        Raises:
            httpcore.ConnectTimeout: Nobody answered in time.
            httpcore.ConnectError: There is no way to the host.
        """
        self._unsent = b""
        with _connecting():
            self._sock = socket.create_connection((host, port), timeout)
            self._sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def secure(self, tls: ssl.SSLContext, host: str) -> None:
        """Speak TLS from now on; raises as connecting does, also when the certificate is not the host's."""
        with _connecting():
            # The handshake comes after, so that whoever shuts the connection down meanwhile finds it.
            self._sock = tls.wrap_socket(self._sock, server_hostname=host, do_handshake_on_connect=False)
            self._sock.do_handshake()

    def write(self, buffer: bytes, timeout: Seconds | None = None) -> None:  # noqa: ARG002
        """Note what is to be sent; for the time-out, see `read`."""
        self._unsent += buffer

    def read(self, max_bytes: int, timeout: Seconds | None = None) -> bytes:
        """Send what was noted, then wait for bytes; empty when the other side has ended.

        Args:
            max_bytes: Most bytes to return.
            timeout: Seconds for each of the two.

        Raises:
            httpcore.ReadTimeout: Nothing came, or could be sent, in time.
            httpcore.ReadError: The connection broke.
        """
        try:
            self._sock.settimeout(timeout)
            if self._unsent:
                self._send()
            return self._sock.recv(max_bytes)
        except TimeoutError as error:
            raise httpcore.ReadTimeout(str(error)) from error
        except OSError as error:
            raise httpcore.ReadError(str(error)) from error

    def _send(self) -> None:
        unsent, self._unsent = self._unsent, b""
        try:
            self._sock.sendall(unsent)
        except TimeoutError:
            raise
        except OSError:
            # Whoever does not want the whole of a request may have answered it all the same; reading tells.
            return

    def shut_down(self) -> None:
        """Wake whoever waits in `read` of another thread, which closing would not."""
        with contextlib.suppress(OSError):
            # Not the method of a TLS socket, which forgets its keys while the other thread still reads with them.
            socket.socket.shutdown(self._sock, socket.SHUT_RDWR)

    def close(self) -> None:
        """Close the connection."""
        self._sock.close()

    def get_extra_info(self, info: str) -> Any:
        """Tell whether there is something to be read; between two requests that is only ever the end."""
        return _readable(self._sock) if info == "is_readable" else None


@contextlib.contextmanager
def _connecting() -> Iterator[None]:
    try:
        yield
    except TimeoutError as error:
        raise httpcore.ConnectTimeout(str(error)) from error
    except OSError as error:
        raise httpcore.ConnectError(str(error)) from error


def _readable(sock: socket.socket) -> bool:
    if sock.fileno() < 0:
        return True
    if not hasattr(select, "poll"):
        return bool(select.select([sock], [], [], 0)[0])
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    return bool(poll.poll(0))


class LoopStream(httpcore.AsyncNetworkStream, asyncio.Protocol):
    """A connection for a task that waits. Made by `connect`; one task at a time reads."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._received = bytearray()
        self._unsent: list[bytes] = []
        self._ended = False
        self._broken: Exception | None = None
        self._waiting: asyncio.Future[None] | None = None
        self._lost = self._loop.create_future()

    @classmethod
    async def connect(cls, host: str, port: int, tls: ssl.SSLContext | None, timeout: Seconds) -> LoopStream:
        """Connect, with TLS where there is a context, in so many seconds; raises as `SocketStream` does."""
        opening = asyncio.get_running_loop().create_connection(
            cls, host, port, ssl=tls, happy_eyeballs_delay=_FAMILIES_APART
        )
        with _connecting():
            try:
                return (await asyncio.wait_for(opening, timeout))[1]
            except asyncio.TimeoutError as error:
                # Before Python 3.11 it is no `TimeoutError` of the language.
                raise TimeoutError from error

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by the loop."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Called by the loop."""
        self._received += data
        self._wake()

    def eof_received(self) -> None:
        """Called by the loop."""
        self._ended = True
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        """Called by the loop."""
        self._ended, self._broken = True, exc
        if not self._lost.done():
            self._lost.set_result(None)
        self._wake()

    def _wake(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    async def write(self, buffer: bytes, timeout: Seconds | None = None) -> None:  # noqa: ARG002
        """Note what is to be sent."""
        self._unsent.append(buffer)

    async def read(self, max_bytes: int, timeout: Seconds | None = None) -> bytes:
        """Send what was noted and wait for bytes; see `SocketStream.read`, but the time-out is for both together."""
        if self._unsent and self._transport is not None:
            self._transport.write(b"".join(self._unsent))
            self._unsent.clear()
        if not self._received and not self._ended:
            await self._more(timeout)
        if not self._received and self._broken is not None:
            raise httpcore.ReadError(str(self._broken)) from self._broken
        piece = bytes(self._received[:max_bytes])
        del self._received[:max_bytes]
        return piece

    async def _more(self, timeout: Seconds | None) -> None:
        self._waiting = self._loop.create_future()
        # A timer that ends the wait costs a fraction of `wait_for`, which makes a task for every wait.
        timer = None if timeout is None else self._loop.call_later(timeout, self._wake)
        try:
            await self._waiting
        finally:
            self._waiting = None
            if timer is not None:
                timer.cancel()
        if not self._received and not self._ended:
            raise httpcore.ReadTimeout(f"nothing came within {timeout:g} seconds")

    async def aclose(self) -> None:
        """Close the connection and wait until the loop has let go of it."""
        if self._transport is not None:
            self._transport.abort()
            await self._lost

    def get_extra_info(self, info: str) -> Any:
        """Tell whether there is something to be read; between two requests that is only ever the end."""
        return bool(self._received) or self._ended if info == "is_readable" else None
