"""Recordings as they lie on disk: one file, or a folder of whatever can be imported."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pegasus_classify.cli.wrong_usage import UsageProblem
from pegasus_classify.recordings.format import Complaint, RecordedCall, Recording
from pegasus_classify.recordings.importers.files import calls_in_text

__all__ = ["read_calls"]


def read_calls(path: Path) -> Recording:
    """Read a recording, anything else that holds old answers, or a folder of such files.

    Raises:
        UsageProblem: There is no such file, or it cannot be read.
    """
    calls: list[RecordedCall] = []
    complaints: list[Complaint] = []
    for name, text in _texts(path):
        found = calls_in_text(text, name)
        calls.extend(found.calls)
        complaints.extend(found.complaints)
    return Recording(tuple(calls), tuple(complaints))


def _texts(path: Path) -> Iterator[tuple[str, str]]:
    inside = sorted(path.rglob("*.json*")) if path.is_dir() else [path]
    for each in inside:
        if each.is_dir():
            continue
        try:
            # Half a character at a broken end must not take the whole file away.
            yield each.as_posix(), each.read_text(encoding="utf-8-sig", errors="replace")
        except OSError as error:
            raise UsageProblem(f"{each}: {error.strerror}") from None
