"""The `calibration` of settings → curves."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pegasus_classify.errors import SettingsError
from pegasus_classify.scoring.calibration import Calibration, calibration_of

__all__ = ["read_calibration"]


def read_calibration(source: Path | Mapping[str, Any] | None) -> Calibration | None:
    """Return the calibration that settings name; None when they name none.

    Args:
        source: A file that `calibrate` wrote, or what it holds.

    Raises:
        SettingsError: The file cannot be read, or holds no calibration.
    """
    if source is None:
        return None
    if isinstance(source, Mapping):
        return calibration_of(source)
    try:
        return calibration_of(json.loads(source.read_text(encoding="utf-8-sig")))
    except (OSError, ValueError, RecursionError) as error:
        raise SettingsError(f"calibration file {source}: {getattr(error, 'strerror', None) or error}") from None
