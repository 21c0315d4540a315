"""A file, or standard input, that holds an old request."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pegasus_classify.client.request_body import address_of
from pegasus_classify.cli.wrong_usage import UsageProblem

__all__ = ["LegacyCall", "read_call"]


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


def read_call(source: str) -> LegacyCall:
    """Read a legacy body, or an object `{"path": …, "body": …}`, from a file; `-` is standard input.

    A body alone tells its own address: `/classify/bulk` with `index_id`, else `/classify`; `/v1.1` with `labels`,
    else `/v1.2`.

    Raises:
        UsageProblem: The file cannot be read. A text that is no JSON is passed on, so that the old API's own
            complaint about it is the answer.
    """
    text = _text_of(source)
    try:
        found = json.loads(text)
    except ValueError:
        return LegacyCall("/v1.2/classify", text)
    if isinstance(found, Mapping) and "path" in found and ("body" in found or "request" in found):
        return LegacyCall(_versioned(found), found.get("body", found.get("request")))
    return LegacyCall(address_of(found), found)


def _text_of(source: str) -> str:
    if source == "-":
        return sys.stdin.read()
    try:
        return Path(source).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageProblem(f"{source}: {reason}") from None


def _versioned(found: Mapping[str, Any]) -> str:
    path = "/" + str(found["path"]).lstrip("/")
    version = found.get("api")
    return f"/{version}{path}" if path.startswith("/classify") and isinstance(version, str) else path
