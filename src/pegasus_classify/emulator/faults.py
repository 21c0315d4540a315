"""What goes wrong on purpose: limits, every Nth call, single videos.

Law of this file: it decides and counts, with the time as an argument; what a fault looks like on the wire is
decided by the endpoints.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from .api_error import ApiError, too_many_requests
from .library import Video
from .settings import FAIL_KINDS, EmulatorSettings

__all__ = ["UNLIMITED", "FaultBook"]

UNLIMITED = 1_000_000
"""What `X-Ratelimit-Limit` says when no limit is set, so that nobody slows down for it."""

_DAY = 86_400.0


@dataclass
class _Account:
    """What one key has used: a bucket of calls that refills evenly, and the calls of the day."""

    calls: float
    filled_at: float
    used: int = 0
    day: int = -1
    today: int = 0


@dataclass
class FaultBook:
    """Which call fails, and how.

    Attributes:
        settings: The limits and faults.
        refusals: How many 429 were given.
    """

    settings: EmulatorSettings
    refusals: int = 0
    _accounts: dict[str, _Account] = field(default_factory=dict)
    _calls: int = 0
    _failures: int = 0
    _played: Counter[str] = field(default_factory=Counter)

    def admit(self, key: str, now: float) -> None:
        """Take one analyze call from the account of a key.

        Raises:
            ApiError: 429 with `Retry-After`; every third one has an empty body, as some real ones had.
        """
        account = self._refilled(key, now)
        limit, quota = self.settings.rate_limit, self.settings.day_quota
        if quota is not None and account.today >= quota:
            self.refusals += 1
            # A day that is used up always lasts longer than callers should sleep.
            raise self._refused(f"{quota} requests per day", max(301.0, _DAY - now % _DAY))
        if limit is not None and account.calls < 1:
            self.refusals += 1
            raise self._refused(f"{limit} requests per minute", (1 - account.calls) * 60 / limit)
        account.calls -= 1
        account.used += 1
        account.today += 1

    def headers(self, key: str, now: float) -> dict[str, str]:
        """Return the `X-Ratelimit-*` headers for a key; `Reset` is the second in which a call is free again."""
        account = self._refilled(key, now)
        limit, quota = self.settings.rate_limit, self.settings.day_quota
        remaining = int(account.calls) if limit is not None else UNLIMITED - account.used
        reset = now + (0 if account.calls >= 1 or limit is None else (1 - account.calls) * 60 / limit)
        if quota is not None and account.today >= quota:
            remaining, reset = 0, now + max(301.0, _DAY - now % _DAY)
        return {
            "X-Ratelimit-Limit": str(limit if limit is not None else UNLIMITED),
            "X-Ratelimit-Remaining": str(max(0, remaining)),
            "X-Ratelimit-Used": str(account.used),
            "X-Ratelimit-Reset": str(int(reset) + 1),
            "X-Ratelimit-Request-Remaining": str(max(0, remaining)),
        }

    def next_failure(self) -> str | None:
        """Count an analyze call and return the kind of its failure, None when it is to succeed."""
        self._calls += 1
        every = self.settings.fail_every
        if every is None or self._calls % every:
            return None
        self._failures += 1
        kind = self.settings.fail_kind or FAIL_KINDS[(self._failures - 1) % len(FAIL_KINDS)]
        # Of a video, `empty` is an empty text; of a call, it is an empty body.
        return "empty_body" if kind == "empty" else kind

    def of(self, video: Video | None, *, count: bool = True) -> str | None:
        """Return the fault of a video, None when it has none (left)."""
        if video is None or not self.settings.faults:
            return None
        names = [name for name in (video.asset_id, video.id, video.filename) if name in self.settings.faults]
        if not names or names[0] is None:
            return None
        kind, _, times = self.settings.faults[names[0]].partition("*")
        if times and self._played[names[0]] >= int(times):
            return None
        if count:
            self._played[names[0]] += 1
        return kind

    def _refilled(self, key: str, now: float) -> _Account:
        limit = self.settings.rate_limit
        burst = float(self.settings.rate_burst or max(1, (limit or UNLIMITED) // 10))
        account = self._accounts.get(key)
        if account is None:
            account = self._accounts[key] = _Account(burst, now)
        if limit is not None:
            account.calls = min(burst, account.calls + max(0.0, now - account.filled_at) * limit / 60)
        else:
            account.calls = burst
        account.filled_at = now
        today = int(now // _DAY)
        if account.day != today:
            account.day, account.today = today, 0
        return account

    def _refused(self, what: str, wait: float) -> ApiError:
        error = too_many_requests(what, wait)
        return ApiError(429, "", "", error.headers) if self.refusals % 3 == 0 else error
