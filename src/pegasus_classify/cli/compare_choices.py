"""What was chosen for `compare`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

__all__ = ["CompareChoices"]


@dataclass(frozen=True)
class CompareChoices:
    """The command's own options, in its order; `compare` explains each."""

    left: str
    right: str
    html: Path | None
    as_json: bool
    fail_if: str | None
    twice: bool
    yes: bool
    keep: Path | None
    after: Path | None
    noise: str | None
    margin: str
    show: int
    by_video: bool
