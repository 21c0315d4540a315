"""The command `serve` as a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["bare_environment", "serving"]


def bare_environment(**more: str) -> dict[str, str]:
    """The tester's environment without what the package reads, and more."""
    kept = {name: value for name, value in os.environ.items() if "TWELVE" not in name and "PEGASUS" not in name}
    return {**kept, **more}


@contextmanager
def serving(*words: str, **environment: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Run the command on a free port and give its address and process."""
    command = [sys.executable, "-m", "pegasus_classify.cli.main", "serve", "--port", "0", *words]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=bare_environment(**environment)) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line.startswith("listening on http://127.0.0.1:"), process.stderr and process.stderr.read()
            yield line.split()[-1], process
        finally:
            process.kill()
