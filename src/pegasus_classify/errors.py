"""Every error this library raises on purpose, as one tree.

    ClassifyError
    ├── SettingsError             a setting is missing, contradictory or out of range
    ├── APIConnectionError        no answer came from the upstream at all
    │   └── APITimeoutError       … because it took too long
    └── APIStatusError            has a legacy HTTP status, code and body
        ├── BadRequestError           400
        ├── AuthenticationError       401
        ├── PermissionDeniedError     403
        ├── NotFoundError             404
        ├── ConflictError             409
        ├── UnprocessableEntityError  422
        ├── RateLimitError            429
        └── InternalServerError       500 and above

Names and statuses are those of the Python SDK 0.1–0.3, so that `except` clauses of old programs need a new import
and nothing else. Codes and sentences are those of the old API's error-code page.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

__all__ = [
    "APIConnectionError",
    "APIStatusError",
    "APITimeoutError",
    "AuthenticationError",
    "BadRequestError",
    "ClassifyError",
    "ConflictError",
    "InternalServerError",
    "NotFoundError",
    "PermissionDeniedError",
    "RateLimitError",
    "SettingsError",
    "UnprocessableEntityError",
    "api_key_invalid",
    "error_of_status",
    "parameter_invalid",
    "parameter_not_provided",
    "parameter_unknown",
]


class ClassifyError(Exception):
    """Base of every error of this library."""


class SettingsError(ClassifyError):
    """A setting is missing, contradictory or out of range; the message says which and what to do."""


class APIConnectionError(ClassifyError):
    """The upstream could not be reached, or its answer broke off, after all retries."""


class APITimeoutError(APIConnectionError):
    """The upstream did not answer in time."""


class APIStatusError(ClassifyError):
    """An error that the old API would have answered with an HTTP status and a JSON body.

    Attributes:
        status_code: The legacy HTTP status, 400 to 599.
        code: The legacy word for the case, such as `parameter_invalid`.
        message: One or more sentences for people.
        retry_after: Seconds to wait before trying again; None when nothing is known.
        docs_url: A page about the case, as some answers named one; None for none.
        body: The JSON body as the old API sent it: `code`, `message` and, when there is one, `docs_url`.
    """

    default_status = 500
    default_code = "internal_server_error"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        status_code: int | None = None,
        retry_after: float | None = None,
        docs_url: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.default_code
        self.status_code = status_code or self.default_status
        self.retry_after = retry_after
        self.docs_url = docs_url

    @property
    def body(self) -> dict[str, str]:
        """The JSON body as the old API sent it."""
        more = {"docs_url": self.docs_url} if self.docs_url is not None else {}
        return {"code": self.code, "message": self.message, **more}


class BadRequestError(APIStatusError):
    """The request is wrong and was not carried out (400)."""

    default_status = 400
    default_code = "parameter_invalid"


class AuthenticationError(APIStatusError):
    """The API key is missing, wrong or expired (401)."""

    default_status = 401
    default_code = "api_key_invalid"


class PermissionDeniedError(APIStatusError):
    """The key is valid but may not do this (403)."""

    default_status = 403
    default_code = "api_not_allowed"


class NotFoundError(APIStatusError):
    """The address or the thing it names does not exist (404)."""

    default_status = 404
    default_code = "resource_not_exists"


class ConflictError(APIStatusError):
    """The thing is in a state that does not allow this (409)."""

    default_status = 409
    default_code = "conflict"


class UnprocessableEntityError(APIStatusError):
    """The request is well formed but cannot be processed (422)."""

    default_status = 422
    default_code = "unprocessable_entity"


class RateLimitError(APIStatusError):
    """The account's rate limit or quota is used up (429)."""

    default_status = 429
    default_code = "too_many_requests"


class InternalServerError(APIStatusError):
    """The upstream, or this library, failed (500 and above)."""


_BY_STATUS: dict[int, type[APIStatusError]] = {
    kind.default_status: kind
    for kind in (
        BadRequestError,
        AuthenticationError,
        PermissionDeniedError,
        NotFoundError,
        ConflictError,
        UnprocessableEntityError,
        RateLimitError,
    )
}


def error_of_status(
    status_code: int, message: str, *, code: str | None = None, retry_after: float | None = None
) -> APIStatusError:
    """Return the error the old SDK would have raised for a status.

    Args:
        status_code: 400 to 599. A 4xx without a class of its own becomes a plain `APIStatusError`.
        message: The sentence for people.
        code: The legacy word; the class's usual one when None.
        retry_after: Seconds to wait, when known.
    """
    fallback = InternalServerError if status_code >= 500 else APIStatusError
    kind = _BY_STATUS.get(status_code, fallback)
    return kind(message, code=code, status_code=status_code, retry_after=retry_after)


def _shown(value: object) -> str:
    """Return a value as its sender spells it, in JSON; characters that cannot be seen or sent are escaped."""
    try:
        text = json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError):
        text = repr(value)
    text = text if len(text) <= 80 else f"{text[:77]}..."
    return "".join(char if char.isprintable() else json.dumps(char)[1:-1] for char in text)


def parameter_invalid(name: str, value: object, expected: str = "") -> BadRequestError:
    """Return the old API's complaint about a field's value, naming field and value.

    Args:
        name: The field as the caller spelled it, with its place: `classes[0].prompts`.
        value: What was sent; shown shortened to 80 characters.
        expected: One sentence that says what would be right, such as `It must be between 1 and 50.`
    """
    sentences = [f"The {name} parameter is invalid.", f"Received: {_shown(value)}.", expected]
    return BadRequestError(" ".join(part for part in sentences if part))


def parameter_not_provided(names: Sequence[str]) -> BadRequestError:
    """Return the old API's complaint about missing fields; `names` has at least one."""
    if len(names) == 1:
        message = f"The {names[0]} parameter is required but was not provided."
    else:
        message = f"The following required parameters were not provided: {', '.join(names)}."
    return BadRequestError(message, code="parameter_not_provided")


def parameter_unknown(names: Sequence[str]) -> BadRequestError:
    """Return the old API's complaint about fields it does not know; `names` has at least one."""
    if len(names) == 1:
        message = f"The {names[0]} parameter is unknown."
    else:
        message = f"The following parameters are unknown: {', '.join(names)}."
    return BadRequestError(message, code="parameter_unknown")


def api_key_invalid() -> AuthenticationError:
    """Return the old API's complaint about a missing or wrong key; the key itself is never part of it."""
    return AuthenticationError(
        "API Key is either invalid or expired. Please check your API key or generate a new one from the dashboard "
        "and try again."
    )
