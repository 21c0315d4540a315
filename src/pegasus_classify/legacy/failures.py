"""Errors as the old API answered them, and the old API's answers as errors."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pegasus_classify.contract.result import Failure, FailureKind
from pegasus_classify.errors import (
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    ClassifyError,
    InternalServerError,
    error_of_status,
)
from pegasus_classify.legacy.routes import WrongMethodError

__all__ = ["LegacyReply", "error_of_failures", "failure_answer", "read_failure"]


@dataclass(frozen=True, slots=True)
class LegacyReply:
    """One HTTP answer of the old API.

    Attributes:
        status: 400 to 599.
        body: `code`, `message` and perhaps `docs_url`.
        headers: `Content-Type`, which the old SDKs look at before they read the body; `Retry-After` and `Allow` where
            they belong.
    """

    status: int
    body: dict[str, str]
    headers: dict[str, str] = field(default_factory=dict)


def failure_answer(error: BaseException) -> LegacyReply:
    """Return the old API's answer for an error.

    What is not a `ClassifyError` was not foreseen: its text may hold anything, so nothing of it is shown. Of the
    others the message is kept, on one line, without anything that looks like a key and without a traceback.
    """
    known = _as_status(error)
    status = known.status_code if 400 <= known.status_code <= 599 else 502
    headers = {"Content-Type": "application/json"}
    if known.retry_after is not None:
        headers["Retry-After"] = str(max(0, math.ceil(known.retry_after)))
    if isinstance(known, WrongMethodError):
        headers["Allow"] = ", ".join(known.allow)
    return LegacyReply(status, {name: _harmless(text) for name, text in known.body.items()}, headers)


def read_failure(status: int, body: object, retry_after: float | None = None) -> APIStatusError:
    """Return the error behind an answer of the old API.

    Args:
        status: 400 to 599.
        body: The parsed JSON: an object with `code` and `message`, a bare string (as an internal error once came), or
            None and anything else for an answer without a body, as the v1.2 specification draws 429.
        retry_after: Seconds, from the header.
    """
    if isinstance(body, str):
        return error_of_status(status, body, retry_after=retry_after)
    told = body if isinstance(body, Mapping) else {}
    texts = {name: told[name] for name in ("code", "message", "docs_url") if isinstance(told.get(name), str)}
    message = texts.get("message", f"The request failed with status {status}.")
    error = error_of_status(status, message, code=texts.get("code"), retry_after=retry_after)
    error.docs_url = texts.get("docs_url")
    return error


_GRAVEST_FIRST: tuple[FailureKind, ...] = (
    # First what concerns the whole account, then what passes when one waits, then what is wrong with a video.
    "key_rejected",
    "quota_used_up",
    "over_budget",
    "rate_limited",
    "unavailable",
    "stopped",
    "not_ready",
    "rejected",
    "unreadable",
    "refused",
    "unknown_video",
    "unknown_length",
    "too_long",
    "too_short",
    "not_recorded",
)


def error_of_failures(failures: Sequence[Failure]) -> APIStatusError:
    """Return the one error for a request that is not answered because videos failed.

    Status and code are those of the failure that matters most: the account's before the passing ones before those of
    a single video. The message names the videos with every reason, at most ten of each. The longest wait of the
    failures of that kind is kept.

    Args:
        failures: At least one.

    Raises:
        ValueError: There are none.
    """
    if not failures:
        raise ValueError("no failure, no error")
    ordered = sorted(failures, key=lambda failure: _GRAVEST_FIRST.index(failure.kind))
    gravest = ordered[0]
    groups: dict[str, list[str]] = {}
    for failure in ordered:
        groups.setdefault(failure.reason, []).append(failure.video_id)
    reasons = " ".join(f"{_named(videos)}: {reason}" for reason, videos in groups.items())
    waits = [each.retry_after for each in failures if each.kind == gravest.kind and each.retry_after is not None]
    opening = "One video" if len(failures) == 1 else f"{len(failures)} videos"
    return error_of_status(
        gravest.status_code,
        f"{opening} could not be answered. {reasons}",
        code=gravest.code,
        retry_after=max(waits, default=None),
    )


def _named(videos: Sequence[str]) -> str:
    more = f" and {len(videos) - 10} more" if len(videos) > 10 else ""
    return ", ".join(videos[:10]) + more


def _as_status(error: BaseException) -> APIStatusError:
    if isinstance(error, APIStatusError):
        return error
    if isinstance(error, APITimeoutError):
        return InternalServerError(str(error), status_code=503, code="service_unavailable", retry_after=30)
    if isinstance(error, APIConnectionError):
        return InternalServerError(str(error), status_code=502, code="bad_gateway")
    if isinstance(error, ClassifyError):
        return InternalServerError(str(error))
    return InternalServerError("An unexpected error occurred; the request was not answered.")


_KEY = re.compile(r"\btlk_\w+|(?i:x-api-key)['\"]?\s*[:=]\s*['\"]?[^\s'\",;]+|(?i:bearer)\s+[\w.~+/=-]{8,}")
_TRACEBACK = re.compile(r"\s*Traceback \(most recent call last\).*", re.DOTALL)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
_LONGEST = 4000


def _harmless(text: str) -> str:
    text = _TRACEBACK.sub("", text)
    text = _KEY.sub("[removed]", text)
    text = _CONTROL.sub(" ", text.encode("utf-8", "backslashreplace").decode("utf-8"))
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."
