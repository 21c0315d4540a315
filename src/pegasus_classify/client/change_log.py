"""The log of decisions on disk: append-only, and all that a migration's state consists of."""

from __future__ import annotations

import contextlib
import os
import threading
from pathlib import Path

from pegasus_classify.errors import SettingsError
from pegasus_classify.rollout.ladder import Change, Rung, change_line, read_changes, rung_after

__all__ = ["ChangeLog"]


class ChangeLog:
    """Changes in the order in which they were made, by whatever process. Safe from several threads.

    Args:
        path: Made with the first change; None: changes are kept in the process.

    Attributes:
        changes: Those that had an effect.
        rung: Where they lead.
        complaints: Lines that are no changes.

    Raises:
        SettingsError: The file cannot be read.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.changes: list[Change] = []
        self.rung = Rung()
        self.complaints: list[str] = []
        self._size = -1
        self._lock = threading.RLock()
        self.look()

    def look(self) -> bool:
        """Read the file again when it has grown, or was put in another's place; True when that changed anything."""
        if self.path is None:
            return False
        try:
            size = os.stat(self.path).st_size
        except FileNotFoundError:
            # Gone is not undone: what was decided stays decided until somebody decides otherwise.
            return False
        if size == self._size:
            return False
        with self._lock:
            before = self.rung
            self._replay(self._text(), size)
            return self.rung != before

    def add(self, change: Change) -> bool:
        """Write a change, then live by it.

        Returns:
            False when it does not fit where the ladder stands, because another process was faster; nothing is written.

        Raises:
            SettingsError: It cannot be written; then it has no effect.
        """
        with self._lock:
            self.look()
            after = rung_after(self.rung, change)
            if after == self.rung:
                return False
            self._write(change_line(change))
            self.changes.append(change)
            self.rung = after
            return True

    def _write(self, line: str) -> None:
        if self.path is None:
            return
        try:
            # One write to a file opened for appending is not mixed with another process's.
            handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
            try:
                os.write(handle, (self._end_of_torn_line() + line).encode("utf-8"))
                os.fsync(handle)
                self._size = -1
            finally:
                os.close(handle)
        except OSError as error:
            raise SettingsError(f"the log of decisions {self.path} cannot be written: {error.strerror}") from None

    def _end_of_torn_line(self) -> str:
        text = b""
        with contextlib.suppress(OSError):
            text = Path(self.path or "").read_bytes()
        return "\n" if text and not text.endswith(b"\n") else ""

    def _text(self) -> str:
        assert self.path is not None
        try:
            return self.path.read_text(encoding="utf-8", errors="replace")
        except OSError as error:
            raise SettingsError(f"the log of decisions {self.path} cannot be read: {error.strerror}") from None

    def _replay(self, text: str, size: int) -> None:
        changes, self.complaints = read_changes(text)
        rung, fitting = Rung(), []
        for change in changes:
            after = rung_after(rung, change)
            if after != rung:
                fitting.append(change)
            rung = after
        self.rung, self.changes, self._size = rung, fitting, size
