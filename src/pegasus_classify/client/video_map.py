"""A file that says where old video ids are now."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pegasus_classify.errors import SettingsError

__all__ = ["read_video_map", "video_map_of"]


def read_video_map(path: Path) -> dict[str, Any]:
    """Return legacy video id → source, or → `{"source": …, "duration": seconds}`.

    Args:
        path: A `.json` file with one object, or a CSV file. CSV columns are video id, source (asset id, URL or S3
            URI) and, where wanted, the duration in seconds; a first line that names them (`video_id`, …) is skipped.

    Raises:
        SettingsError: The file cannot be read or a line does not have this form; the message says where.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"video map {path}: {error}") from None
    if path.suffix.lower() != ".json":
        return _from_csv(text, path.name)
    try:
        found = json.loads(text)
    except ValueError as error:
        raise SettingsError(f"video map {path.name}: not JSON: {error}") from None
    if not isinstance(found, dict):
        raise SettingsError(f"video map {path.name}: an object is wanted, video id → source")
    return found


def video_map_of(value: Mapping[str, Any] | str | Path | None) -> Mapping[str, Any] | None:
    """Return a video map given as a mapping or as the path of a file; None stays None."""
    return read_video_map(Path(value)) if isinstance(value, (str, Path)) else value


def _from_csv(text: str, name: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for number, row in enumerate(csv.reader(io.StringIO(text)), start=1):
        cells = [cell.strip() for cell in row]
        if not any(cells) or (number == 1 and cells[0] == "video_id"):
            continue
        found[cells[0]] = _entry(cells, f"video map {name}, line {number}")
    return found


def _entry(cells: list[str], place: str) -> Any:
    if len(cells) < 2 or not cells[0] or not cells[1]:
        raise SettingsError(f"{place}: video id and source are wanted")
    if len(cells) < 3 or not cells[2]:
        return cells[1]
    try:
        return {"source": cells[1], "duration": float(cells[2])}
    except ValueError:
        raise SettingsError(f"{place}: {cells[2]!r} is not a duration in seconds") from None
