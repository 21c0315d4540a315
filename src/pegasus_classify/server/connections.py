"""Connections that do not wait forever for a request, refuse what is no HTTP in the old API's form, and can break."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

from pegasus_classify.contract.quantities import Seconds
from pegasus_classify.errors import BadRequestError
from pegasus_classify.server.headers import error_answer

__all__ = ["HEAD_WITHIN", "PatientProtocol"]

HEAD_WITHIN: Seconds = 20.0
"""How long the head of a request may take from its first byte to its last."""


class PatientProtocol(H11Protocol):
    """uvicorn's protocol with a limit on everything it waits for before an application is called."""

    _head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Begin to wait for the first request as long as for a next one; give calls a way to break the connection."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, "abort": self._break}
        self.timeout_keep_alive_task = self.loop.call_later(self.timeout_keep_alive, self.timeout_keep_alive_handler)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing more."""
        self._stop_head_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take bytes; while they make no whole head, time runs."""
        super().data_received(data)
        if self.cycle is not None and not self.cycle.response_complete:
            self._stop_head_timer()
        elif self._head_timer is None and not self.transport.is_closing():
            self._head_timer = self.loop.call_later(HEAD_WITHIN, self.transport.close)

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP, or a head that is too large."""
        self._stop_head_timer()
        if self.cycle is not None and not self.cycle.response_complete:
            if self.cycle.response_started:
                # An answer is on its way already, and must not look whole.
                self._break()
                return
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        response = error_answer(BadRequestError(msg), {"Connection": "close"})
        head = b"".join(b"%s: %s\r\n" % pair for pair in response.raw_headers)
        self.transport.write(b"HTTP/1.1 400 Bad Request\r\n%s\r\n%s" % (head, response.body))
        self.transport.close()

    def _break(self) -> None:
        """End the connection so that the caller cannot take what came for everything."""
        with contextlib.suppress(OSError):
            # Lingering for zero seconds turns the close into a reset.
            self.transport.get_extra_info("socket").setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
            )
        self.transport.abort()

    def _stop_head_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None
