"""What the stand-in refuses, in the two body shapes of the v1.3 API.

Law of this file: a refusal is raised as `ApiError` and becomes bytes only here. The API answers flat
`{"code", "message"}` on most paths and nested `{"error": {...}}` below /analyze/tasks and /analyze/batches.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

__all__ = [
    "ApiError",
    "invalid",
    "not_found",
    "not_provided",
    "too_many_requests",
    "unknown",
]


class ApiError(Exception):
    """A refusal with the status, code and message the API would send.

    Attributes:
        status: HTTP status, 400 to 599.
        code: Machine-readable word; empty when the body has to be empty.
        message: One sentence for a person.
        headers: Extra headers of the answer.
    """

    def __init__(self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = dict(headers or {})

    def body(self, *, nested: bool) -> dict[str, Any]:
        """Return the JSON body, nested under `error` for tasks and batches, else flat."""
        flat = {"code": self.code, "message": self.message}
        return {"error": flat} if nested else flat


def invalid(path: str, why: str, status: int = 400) -> ApiError:
    """Return the refusal of a parameter that is there but wrong; `path` names it with dots."""
    return ApiError(status, "parameter_invalid", f"The {path} parameter is invalid. {why}")


def not_provided(path: str) -> ApiError:
    """Return the refusal of a required parameter that is missing."""
    return ApiError(400, "parameter_not_provided", f"The {path} parameter is required but was not provided.")


def unknown(path: str) -> ApiError:
    """Return the refusal of a parameter that the endpoint does not have."""
    return ApiError(400, "parameter_unknown", f"The {path} parameter is unknown.")


def not_found(kind: str, identifier: str) -> ApiError:
    """Return the 404 of an id that does not exist; `kind` is the collection, such as `asset`."""
    message = f"Resource with id '{identifier}' does not exist in {kind} collection."
    return ApiError(404, "resource_not_exist", message)


def too_many_requests(what: str, wait: float) -> ApiError:
    """Return the 429 of a limit.

    Args:
        what: The limit in words, such as `60 requests per minute`.
        wait: Seconds until another call is allowed; sent rounded up, at least 1.
    """
    seconds = max(1, math.ceil(wait))
    message = f"You have exceeded the limit of {what}. Please try again in {seconds} seconds."
    return ApiError(429, "too_many_requests", message, {"Retry-After": str(seconds)})
