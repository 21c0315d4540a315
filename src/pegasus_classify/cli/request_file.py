"""A file, or standard input, that holds an old request."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pegasus_classify.cli.wrong_usage import UsageProblem
from pegasus_classify.client.handle import ReadCall, read_call
from pegasus_classify.client.request_body import address_of
from pegasus_classify.settings import Settings

__all__ = ["LegacyCall", "read_call_file", "read_request_file", "text_of"]


@dataclass(frozen=True)
class LegacyCall:
    """One call of the old API.

    Attributes:
        path: Such as `/v1.2/classify/bulk`.
        body: What was sent; anything, also what is no valid request.
        method: `GET` for a page.
    """

    path: str
    body: Any = None
    method: str = "POST"


def read_call_file(source: str) -> LegacyCall:
    """Read a legacy body, or an object `{"path": …, "body": …}`, from a file; `-` is standard input.

    A body alone tells its own address: `/classify/bulk` with `index_id`, else `/classify`; `/v1.1` with `labels`,
    else `/v1.2`. A recorded call with `api`, `path` and `request` is taken too.

    Raises:
        UsageProblem: The file cannot be read. A text that is no JSON object is passed on, so that the old API's own
            complaint about it is the answer.
    """
    text = text_of(source)
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return LegacyCall(address_of(None), text)
    if isinstance(found, Mapping) and "path" in found and ("body" in found or "request" in found):
        body = found.get("body", found.get("request"))
        return LegacyCall(_versioned(found), body if isinstance(body, Mapping) else json.dumps(body))
    return LegacyCall(address_of(found), text)


def read_request_file(source: str, settings: Settings) -> ReadCall:
    """Read a request from a file and check it; strict settings refuse what cannot be honoured exactly.

    Raises:
        UsageProblem: The file cannot be read.
        BadRequestError: It is no valid request.
    """
    call = read_call_file(source)
    return read_call(call.method, call.path, call.body, settings)


def text_of(source: str) -> str:
    """Return the text of a file, or of standard input for `-`.

    Raises:
        UsageProblem: It cannot be read.
    """
    try:
        return sys.stdin.read() if source == "-" else Path(source).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageProblem(f"{source}: {getattr(error, 'strerror', None) or error}") from None


def _versioned(found: Mapping[str, Any]) -> str:
    path = "/" + str(found["path"]).lstrip("/")
    version = found.get("api", "v1.2")
    return f"/{version}{path}" if path.startswith("/classify") else path
