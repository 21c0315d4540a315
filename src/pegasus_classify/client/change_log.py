"""The log of decisions on disk: append-only, and all that a migration's state consists of."""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from pegasus_classify.client.file_lock import locked
from pegasus_classify.errors import SettingsError
from pegasus_classify.rollout.ladder import Change, Rung, change_line, read_changes, rung_after

__all__ = ["ChangeLog"]

_LOG = logging.getLogger("pegasus_classify.rollout")

_TORN = "#broken off\n"
"""Ends a line that its writer did not: it must not become an entry because somebody else writes on."""


class ChangeLog:
    """Changes in the order in which they were made, by whatever process. Safe from several threads and processes.

    Args:
        path: Made with the first change; None: changes are kept in the process.

    Attributes:
        changes: Those that had an effect, or tell of something that acts by itself.
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
        self._mark: tuple[int, int, int] | None = None
        self._lock = threading.RLock()
        self.look()

    def look(self) -> bool:
        """Read the file again when it has changed, or was put in another's place; True when that changed anything.

        Raises:
            SettingsError: It cannot be read.
        """
        if self.path is None:
            return False
        try:
            told = os.stat(self.path)
        except FileNotFoundError:
            # Gone is not undone: what was decided stays decided until somebody decides otherwise.
            return False
        except OSError as error:
            raise SettingsError(f"the log of decisions {self.path} cannot be read: {error.strerror}") from None
        mark = told.st_size, told.st_mtime_ns, told.st_ino
        if mark == self._mark:
            return False
        with self._lock:
            before = self.rung
            self._replay(self._text())
            self._mark = mark
            return self.rung != before

    def add(self, make: Callable[[Rung, list[Change]], Change | None]) -> Change | None:
        """Write a change, then live by it.

        Args:
            make: Given where the ladder stands, with nobody else writing meanwhile, and the changes so far, returns
                the change; None for none.

        Returns:
            The change; None when there was none, or it has no effect; nothing is written then.

        Raises:
            SettingsError: It cannot be written; then it has no effect.
        """
        with self._lock:
            if self.path is None:
                return self._live_by(make(self.rung, self.changes))
            with self._opened(self.path) as file:
                self.look()
                change = make(self.rung, self.changes)
                if change is None or not _counts(self.rung, change):
                    return None
                self._write(file, change)
                return self._live_by(change)

    def _live_by(self, change: Change | None) -> Change | None:
        if change is None or not _counts(self.rung, change):
            return None
        self.changes.append(change)
        self.rung = rung_after(self.rung, change)
        return change

    @contextlib.contextmanager
    def _opened(self, path: Path) -> Iterator[int]:
        """Open the file with nobody else writing; raises `SettingsError` for whatever goes wrong inside."""
        try:
            with contextlib.ExitStack() as held:
                while True:
                    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
                    held.callback(os.close, file)
                    held.enter_context(locked(file))
                    if _is_still_there(path, file):
                        break
                yield file
        except OSError as error:
            reason = error.strerror or str(error)
            raise SettingsError(f"the log of decisions {self.path} cannot be written: {reason}") from None

    def _write(self, file: int, change: Change) -> None:
        size = os.fstat(file).st_size
        known = self.changes if not size else ()
        if known:
            # Whoever reads the new file must come to the same place.
            _LOG.error("the log of decisions was gone; its %d entries are written again", len(known))
        torn = _TORN if size and _last_byte(file) != b"\n" else ""
        data = (torn + "".join(map(change_line, (*known, change)))).encode("utf-8", "backslashreplace")
        # One write to a file opened for appending is not mixed with another process's, also where locks do nothing.
        if os.write(file, data) != len(data):
            raise OSError(errno.ENOSPC, "the disk is full")
        os.fsync(file)
        self._mark = None

    def _text(self) -> str:
        assert self.path is not None
        try:
            return self.path.read_text(encoding="utf-8", errors="replace")
        except OSError as error:
            raise SettingsError(f"the log of decisions {self.path} cannot be read: {error.strerror}") from None

    def _replay(self, text: str) -> None:
        changes, self.complaints = read_changes(text)
        rung, kept = Rung(), []
        for change in changes:
            if _counts(rung, change):
                kept.append(change)
            rung = rung_after(rung, change)
        if not changes and self.changes:
            # An emptied file is a file that is gone.
            return
        self.rung, self.changes = rung, kept


def _counts(rung: Rung, change: Change) -> bool:
    """Tell whether an entry has an effect, or needs none."""
    return change.act not in ("promoted", "rolled_back") or rung_after(rung, change) != rung


def _is_still_there(path: Path, file: int) -> bool:
    """Tell whether an open file is the one that a path names: it may have been taken away while we waited for it."""
    try:
        return os.path.samestat(os.stat(path), os.fstat(file))
    except FileNotFoundError:
        return False


def _last_byte(file: int) -> bytes:
    os.lseek(file, -1, os.SEEK_END)
    return os.read(file, 1)
