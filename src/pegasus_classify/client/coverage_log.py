"""Tells the log, once per field, that a request asks for something that cannot be honoured exactly."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Literal

from pegasus_classify.legacy.coverage import ENTRIES

__all__ = ["LOGGER_NAME", "warn_once"]

LOGGER_NAME = "pegasus_classify"

_logger = logging.getLogger(LOGGER_NAME)
_TOLD: set[str] = set()


def warn_once(entries: Iterable[str], mode: Literal["strict", "warn", "lenient"], told: set[str] = _TOLD) -> None:
    """Log a warning for each field that was not told of before; nothing unless the mode is `warn`.

    Only what the caller sent counts, as in strict mode: that scores come from a model is true of every answer.

    Args:
        entries: Ids of the fidelity table's entries that apply to a request.
        mode: The setting `coverage`.
        told: Ids told already, added to; those of this process when left out.
    """
    if mode != "warn":
        return
    for entry in (ENTRIES[name] for name in entries if name not in told):
        if entry.where == "request" and entry.fidelity in ("approximated", "unsupported"):
            told.add(entry.id)
            _logger.warning("%s is %s: %s (told once; entry %s)", entry.field, entry.fidelity, entry.reason, entry.id)
