"""One writer at a time for a file, where the system can do that."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

from pegasus_classify.contract.quantities import Seconds

try:
    import fcntl
except ImportError:  # pragma: no cover - Windows has none; what is written there is still whole
    fcntl = None  # type: ignore[assignment]

__all__ = ["locked"]

_PATIENCE: Seconds = 1.0
_PAUSE: Seconds = 0.005


@contextlib.contextmanager
def locked(file: int) -> Iterator[None]:
    """Keep other processes from writing to an open file while the block runs; the lock ends with its process.

    A lock that somebody keeps for a second, and a file system without locks, are passed over: each write is whole all
    the same.
    """
    if fcntl is None:  # pragma: no cover
        yield
        return
    held = _taken(file)
    try:
        yield
    finally:
        if held:
            with contextlib.suppress(OSError):
                fcntl.flock(file, fcntl.LOCK_UN)


def _taken(file: int) -> bool:
    ends = time.monotonic() + _PATIENCE
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= ends:
                return False
            time.sleep(_PAUSE)
        except OSError:
            return False
        else:
            return True
