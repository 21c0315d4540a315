"""An upstream that only waits: lists videos and answers every question with the same text after a fixed latency.

It does next to no work, so that what is measured is the client and not the stand-in; `sockets` in `one_run.py` asks it
without doing anything else, which tells how fast it can be. Runs as a process of its
own: `python upstream.py VIDEOS LATENCY`, prints its address, ends when its standard input closes.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Any, cast

__all__ = ["INDEX", "PAGE", "running_upstream"]

INDEX = "index-of-the-benchmark"
PAGE = 50
_TEXT = json.dumps(
    {
        "classes": [
            {
                "class": "c1",
                "confidence": 85,
                "clips": [{"start": 2, "end": 50, "prompt": "c1.p1", "option": "visual", "confidence": 85}],
            }
        ]
    }
)


@contextmanager
def running_upstream(videos: int, latency: float) -> Iterator[str]:
    """Run an upstream in another process while the block runs, and give its address.

    Args:
        videos: How many videos its index has, each 60 seconds long.
        latency: Seconds before each answer, lists included.
    """
    command = [sys.executable, str(Path(__file__)), str(videos), str(latency)]
    with Popen(command, stdin=PIPE, stdout=PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.communicate()


_LENGTH = 60.0


class _Connection(asyncio.Protocol):
    """One client's requests, one after the other, each answered after the latency."""

    def __init__(self, videos: int, latency: float) -> None:
        self._videos = videos
        self._latency = latency
        self._received = bytearray()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._received += data
        end = self._received.find(b"\r\n\r\n")
        if end < 0:
            return
        head = bytes(self._received[:end]).lower()
        size = int((head.partition(b"content-length:")[2].partition(b"\r")[0]) or 0)
        if len(self._received) < end + 4 + size:
            return
        self._received.clear()
        answer = self._answer(head.split(b" ", 2)[1].decode())
        if self._latency:
            asyncio.get_running_loop().call_later(self._latency, self._write, answer)
        else:
            self._write(answer)

    def _write(self, answer: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(answer)

    def _answer(self, path: str) -> bytes:
        if path.endswith("/analyze"):
            return _ANSWERED
        if "?" in path:
            return _whole(_page(int(path.partition("page=")[2].partition("&")[0] or 1), self._videos))
        return _whole({"_id": INDEX, "video_count": self._videos, "total_duration": self._videos * _LENGTH})


def _page(number: int, videos: int) -> dict[str, Any]:
    first = (number - 1) * PAGE
    listed = [
        {
            "_id": f"video-{each}",
            "asset_id": f"asset-{each}",
            "status": "ready",
            "system_metadata": {"duration": _LENGTH},
        }
        for each in range(first, min(first + PAGE, videos))
    ]
    info = {"page": number, "limit_per_page": PAGE, "total_page": -(-videos // PAGE), "total_results": videos}
    return {"data": listed, "page_info": info}


def _whole(body: dict[str, Any]) -> bytes:
    text = json.dumps(body).encode()
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(text) + text


_ANSWERED = _whole({"id": "a", "data": _TEXT, "finish_reason": "stop", "usage": {"output_tokens": 60}})


async def _main(videos: int, latency: float) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Connection(videos, latency), "127.0.0.1", 0)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_main(int(sys.argv[1]), float(sys.argv[2])))
