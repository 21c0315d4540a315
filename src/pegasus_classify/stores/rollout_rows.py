"""What a row about a migration says."""

from __future__ import annotations

from datetime import datetime, timezone

from pegasus_classify.contract.quantities import Seconds

__all__ = ["day_of"]


def day_of(at: Seconds) -> str:
    """Return the UTC day of a moment (seconds since 1970), such as `2026-01-31`."""
    return datetime.fromtimestamp(at, timezone.utc).date().isoformat()
