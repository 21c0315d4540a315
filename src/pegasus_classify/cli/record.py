"""`record`: a proxy in front of a Classify that still answers."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Annotated

import typer

from pegasus_classify.cli.wrong_usage import UsageProblem
from pegasus_classify.client.tape import Tape

__all__ = ["record"]


def record(
    upstream: Annotated[str, typer.Option("--upstream", help="Address of the Classify whose answers are wanted.")],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The recording; calls are added at its end.")],
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port; 0 picks a free one.")] = 8001,
) -> None:
    """Pass every call on and write down the Classify calls with their answers, without keys, cookies and signatures.

    Only the base URL of a program changes; its key goes upstream and nowhere else. The first line on standard output
    says where the proxy listens; Ctrl+C ends it.

    Example: pegasus-classify record --upstream http://127.0.0.1:8000 --out old.jsonl
    """
    if not upstream.startswith(("http://", "https://")):
        raise UsageProblem(f"--upstream {upstream}: give an address that begins with http:// or https://")
    recorder = _recorder()
    with Tape(out) as tape:
        try:
            recorder.record_until_stopped(upstream.rstrip("/"), tape.keep, host, port, _announce)
        finally:
            sys.stderr.write(f"{tape.written} calls written to {out}\n")


def _recorder() -> ModuleType:
    try:
        return import_module("pegasus_classify.server.recorder")
    except ImportError as missing:
        raise UsageProblem(str(missing)) from None


def _announce(url: str) -> None:
    sys.stdout.write(f"listening on {url}\n")
    sys.stdout.flush()
