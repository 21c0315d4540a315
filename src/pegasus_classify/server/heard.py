"""What the upstream was heard to say about itself: its rate limits, and whether it answers."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from typing import Literal, TypeAlias

from pegasus_classify.contract.quantities import Seconds
from pegasus_classify.pegasus.replies import header_seconds
from pegasus_classify.steps import NoReply, Reply

__all__ = ["Heard", "RateLimits", "Standing"]

Standing: TypeAlias = Literal["unknown", "answers", "refuses", "fails", "silent"]
"""What the last word was: none yet, a success or a client's error, a 429, a 5xx, or no answer at all."""

_YEAR: Seconds = 365 * 86_400.0


class RateLimits:
    """The four `X-Ratelimit-*` headers of the old API, from what the upstream last told one account."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._headers: dict[str, str] = {}

    def hear(self, outcome: Reply | NoReply) -> None:
        """Take note of an answer that says something about limits."""
        if isinstance(outcome, Reply):
            self._headers = _four(outcome.headers, time.time()) or self._headers

    def headers(self) -> dict[str, str]:
        """Return what is known; empty before the upstream has said anything."""
        return self._headers


def _four(headers: Mapping[str, str], now: Seconds) -> dict[str, str]:
    """Read the limits in either spelling; numbers only, so nothing of the upstream's is repeated unread."""
    told = {
        name: value for name in ("limit", "remaining", "used", "reset") if (value := _either(headers, name)) is not None
    }
    if "used" not in told and {"limit", "remaining"} <= set(told):
        told["used"] = max(0.0, told["limit"] - told["remaining"])
    if "reset" in told:
        told["reset"] = _epoch(told["reset"], now)
    return {f"X-Ratelimit-{name.capitalize()}": str(math.ceil(value)) for name, value in told.items()}


def _either(headers: Mapping[str, str], name: str) -> float | None:
    plain = header_seconds(headers, f"x-ratelimit-{name}")
    return plain if plain is not None else header_seconds(headers, f"x-ratelimit-request-{name}")


def _epoch(reset: float, now: Seconds) -> float:
    """Return a reset as seconds since 1970, as the v1.2 specification has it; plain waits and milliseconds occur."""
    if reset < _YEAR:
        return now + reset
    return reset / 1000 if reset > 1000 * _YEAR else reset


class Heard:
    """What all accounts together last heard from the upstream."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self.standing: Standing = "unknown"
        self._at: Seconds | None = None

    def hear(self, outcome: Reply | NoReply) -> None:
        """Take note of an answer, or of none."""
        self.standing = _standing(outcome)
        self._at = time.monotonic()

    @property
    def age(self) -> Seconds | None:
        """Seconds since then; None when nothing was heard."""
        return None if self._at is None else time.monotonic() - self._at


def _standing(outcome: Reply | NoReply) -> Standing:
    if isinstance(outcome, NoReply):
        return "silent"
    if outcome.status == 429:
        return "refuses"
    return "fails" if outcome.status >= 500 else "answers"
