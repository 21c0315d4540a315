"""Processes of `serve --workers` that are held before they load anything, as on a machine that is very slow."""

from __future__ import annotations

import os
import time
from pathlib import Path

__all__ = ["HeldWorkers"]

_HELD = """
import os, sys, time
from pathlib import Path
folder = Path(__file__).parent
if "--multiprocessing-fork" in sys.orig_argv:
    (folder / f"came-{os.getpid()}").touch()
    while not ((folder / f"go-{os.getpid()}").exists() or (folder / "go-all").exists()):
        time.sleep(0.01)
"""


class HeldWorkers:
    """Holds every process that a program starts for itself until it is let go.

    Args:
        folder: An empty one.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        (folder / "sitecustomize.py").write_text(_HELD, encoding="utf-8")

    @property
    def environment(self) -> dict[str, str]:
        """What the program must find in its environment."""
        return {"PYTHONPATH": os.pathsep.join([str(self._folder), *filter(None, [os.environ.get("PYTHONPATH")])])}

    def came(self, count: int) -> list[int]:
        """Wait until so many have started; their numbers, the first one first."""
        while len(files := list(self._folder.glob("came-*"))) < count:
            time.sleep(0.01)
        return [int(each.name.partition("-")[2]) for each in sorted(files, key=lambda each: each.stat().st_mtime_ns)]

    def let_go(self, process: int) -> None:
        """Let one of them load."""
        (self._folder / f"go-{process}").touch()

    def let_all_go(self) -> None:
        """Let these and all that come later load."""
        (self._folder / "go-all").touch()
