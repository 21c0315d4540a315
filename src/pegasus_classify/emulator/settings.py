"""How a stand-in behaves: one frozen record, checked when it is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .library import Library

__all__ = ["ASSET_FAULTS", "FAIL_KINDS", "STYLES", "EmulatorSettings"]

STYLES = ("clean", "fenced", "prose", "messy", "cut", "mixed")
"""Handwritings of the generated text; `mixed` chooses one per asset and prompt."""

FAIL_KINDS = ("500", "503", "reset", "cut", "content_type", "empty", "refusal")
"""What `fail_every` may do to an analyze call; without `fail_kind` they take turns in this order."""

ASSET_FAULTS = (
    *FAIL_KINDS,
    "empty_body",
    "refuse",
    "garbage",
    "hang",
    "never_ready",
    "404",
    "429",
    "timeout",
    "unavailable",
)
"""What may be wrong with one video; `empty` is an empty text, `empty_body` an empty reply.

`500*2` means: the first two calls only.
"""


@dataclass(frozen=True)
class EmulatorSettings:
    """Everything a stand-in can be told.

    Attributes:
        style: One of `STYLES`.
        seed: Changes every choice the handwriting makes; the same seed gives the same text.
        rate_limit: Analyze calls per minute and key; None is no limit.
        rate_burst: Calls that may come at once under `rate_limit`; None is a tenth of it, at least 1.
        day_quota: Analyze calls per key until midnight UTC; None is no quota.
        fail_every: Every Nth analyze call fails; None never.
        fail_kind: One of `FAIL_KINDS`; None takes them in turn.
        latency: Seconds an analyze call takes on top of the work.
        task_seconds: Seconds from the creation of a task, or of a whole batch, until it is ready.
        batch_life: Seconds until an unfinished batch expires; the platform gives it 24 hours.
        keys: API keys that are taken; None takes every key that is not empty.
        revoked_keys: Keys that are refused whatever `keys` says.
        models: Model names that are taken.
        min_seconds: Shortest video and shortest window, in seconds (4 by the API description of July 2026, 1 by
            the vendor's client library of November 2026).
        relative_windows: Whether times inside the text count from the window's start; undocumented, absolute here.
        faults: Asset id, video id or file name → one of `ASSET_FAULTS`, optionally with `*N`.
        hang_seconds: How long a hanging call hangs.
        library: The videos; None is the packaged library.
    """

    style: str = "clean"
    seed: int = 0
    rate_limit: int | None = None
    rate_burst: int | None = None
    day_quota: int | None = None
    fail_every: int | None = None
    fail_kind: str | None = None
    latency: float = 0.0
    task_seconds: float = 0.2
    batch_life: float = 86_400.0
    keys: tuple[str, ...] | None = None
    revoked_keys: tuple[str, ...] = ()
    models: tuple[str, ...] = ("pegasus1.5", "pegasus1.6")
    min_seconds: float = 4.0
    relative_windows: bool = False
    faults: Mapping[str, str] = field(default_factory=dict)
    hang_seconds: float = 3_600.0
    library: Library | None = None

    def __post_init__(self) -> None:
        """Check every word and number.

        Raises:
            ValueError: A style, kind or fault that does not exist, or a number below its range.
        """
        _one_of("style", self.style, STYLES)
        if self.fail_kind is not None:
            _one_of("fail_kind", self.fail_kind, FAIL_KINDS)
        for name, fault in self.faults.items():
            kind, _, times = fault.partition("*")
            _one_of(f"fault of {name}", kind, ASSET_FAULTS)
            if times and not times.isdigit():
                raise ValueError(f"fault of {name}: {fault!r} must end in a number of calls")
        for option in ("rate_limit", "rate_burst", "day_quota", "fail_every"):
            value = getattr(self, option)
            if value is not None and value < 1:
                raise ValueError(f"{option} must be at least 1, not {value}")
        for option in ("latency", "task_seconds", "batch_life", "min_seconds", "hang_seconds"):
            if getattr(self, option) < 0:
                raise ValueError(f"{option} must not be negative")


def _one_of(what: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise ValueError(f"{what} must be one of {', '.join(allowed)}, not {value!r}")
