"""The command line in this process: what a process of its own would print, without the second it takes to start."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Done", "run_here"]


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    returncode: int
    stdout: str
    stderr: str


@contextlib.contextmanager
def _standing(words: list[str], environment: Mapping[str, str]) -> Iterator[None]:
    arguments, stdin, before = sys.argv, sys.stdin, dict(os.environ)
    sys.argv, sys.stdin = words, io.StringIO()
    os.environ.clear()
    os.environ.update(environment)
    try:
        yield
    finally:
        sys.argv, sys.stdin = arguments, stdin
        os.environ.clear()
        os.environ.update(before)


def run_here(*words: Any, environment: Mapping[str, str] | None = None) -> Done:
    """Run a command with an empty standard input, and in this environment instead of the process's own."""
    from pegasus_classify.cli.main import main

    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    code: Any = 0
    with (
        _standing(["pegasus-classify", *map(str, words)], os.environ.copy() if environment is None else environment),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            main()
        except SystemExit as end:
            code = end.code
    said = (stream.buffer.getvalue().decode() for stream in (out, err))  # type: ignore[attr-defined]
    return Done(code if isinstance(code, int) else 0, *said)
