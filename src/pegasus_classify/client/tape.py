"""A recording that is being written: one line per call, each on disk before the next begins."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType

from pegasus_classify.recordings.format import RecordedCall, header_line, line_of

__all__ = ["Tape"]


class Tape:
    """Writes calls to a file, after what already stands in it. Safe from several threads.

    A line that an earlier writer was broken off in is ended first, so that it alone is lost.

    Args:
        path: Made when it does not exist.

    Attributes:
        written: Calls written so far.

    Raises:
        OSError: The file cannot be written.
    """

    def __init__(self, path: str | Path) -> None:
        self.written = 0
        self._lock = threading.Lock()
        self._file = Path(path).open("ab+")  # noqa: SIM115 - closed by `close`
        size = self._file.seek(0, 2)
        if size == 0:
            self._write(header_line())
            return
        self._file.seek(size - 1)
        if self._file.read(1) != b"\n":
            self._write("\n")

    def keep(self, call: RecordedCall, secrets: Iterable[str] = ()) -> None:
        """Write one call, free of secrets.

        Args:
            call: The call.
            secrets: Texts that must not be written, beside whatever looks like a key.
        """
        line = line_of(call, secrets)
        with self._lock:
            self._write(line)
            self.written += 1

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def __enter__(self) -> Tape:
        """Return the tape."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()

    def _write(self, line: str) -> None:
        self._file.write(line.encode("utf-8"))
        self._file.flush()
