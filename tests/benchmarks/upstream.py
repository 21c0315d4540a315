"""An upstream that only waits: lists videos and answers every question with the same text after a fixed latency.

It does no work worth mentioning, so that what is measured is the shim and not the stand-in. Runs as a process of its
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
from typing import Any

__all__ = ["INDEX", "running_upstream"]

INDEX = "index-of-the-benchmark"
_PAGE = 50
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
_ANSWER = {"id": "a", "data": _TEXT, "finish_reason": "stop", "usage": {"output_tokens": 60}}


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


def _body(path: str, videos: int) -> dict[str, Any]:
    if path.endswith("/analyze"):
        return _ANSWER
    if "?" in path:
        return _page(int(path.partition("page=")[2].partition("&")[0] or 1), videos)
    return {"_id": INDEX, "video_count": videos, "total_duration": videos * _LENGTH}


def _page(number: int, videos: int) -> dict[str, Any]:
    first = (number - 1) * _PAGE
    listed = [
        {
            "_id": f"video-{each}",
            "asset_id": f"asset-{each}",
            "status": "ready",
            "system_metadata": {"duration": _LENGTH},
        }
        for each in range(first, min(first + _PAGE, videos))
    ]
    info = {"page": number, "limit_per_page": _PAGE, "total_page": -(-videos // _PAGE), "total_results": videos}
    return {"data": listed, "page_info": info}


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, videos: int, latency: float) -> None:
    while head := await reader.readuntil(b"\r\n\r\n"):
        lines = head.decode("latin-1").lower().split("\r\n")
        sizes = [int(line.split(":")[1]) for line in lines if line.startswith("content-length:")]
        await reader.readexactly(sum(sizes))
        path = lines[0].split()[1]
        body = json.dumps(_body(path, videos)).encode()
        await asyncio.sleep(latency)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body))
        writer.write(body)


async def _main(videos: int, latency: float) -> None:
    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await _answer(reader, writer, videos, latency)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_main(int(sys.argv[1]), float(sys.argv[2])))
