"""What stands beside a legacy answer: the old API had no place for it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from pegasus_classify.contract.result import ClassifyResult, Cost, Dropped, Failure, Source

__all__ = ["NO_NOTES", "Notes", "headers_of", "notes_of", "pack_page", "unpack_page"]


@dataclass(frozen=True, slots=True)
class Notes:
    """What is known about an answer and not part of it.

    Attributes:
        failed: Videos that could not be answered.
        dropped: What was found and left out; empty on a page fetched by token.
        coverage: Ids of the fidelity table's entries that apply.
        cost: What was used; nothing on a page fetched by token.
        model: The model that answered.
        prompt_version: Such as `classify.v1`.
        source: Where the answer came from.
    """

    failed: tuple[Failure, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    coverage: tuple[str, ...] = ()
    cost: Cost = field(default_factory=Cost)
    model: str = ""
    prompt_version: str = ""
    source: Source = "kept"


NO_NOTES = Notes()


def notes_of(result: ClassifyResult, coverage: tuple[str, ...] = ()) -> Notes:
    """Return the notes on a result; `coverage` adds entries that the request's own spelling brings in."""
    return Notes(
        failed=result.failed,
        dropped=result.dropped,
        coverage=tuple(dict.fromkeys((*coverage, *result.coverage))),
        cost=result.cost,
        model=result.model,
        prompt_version=result.prompt_version,
        source=result.source,
    )


def headers_of(notes: Notes) -> dict[str, str]:
    """Return the answer headers that tell what the old schema has no place for.

    `X-Classify-Source`; `X-Classify-Coverage` with at most 20 ids; `X-Classify-Failed` with the count and at most ten
    video ids. The last two stand only where there is something to tell. Characters that a header cannot carry are
    percent-encoded.
    """
    headers: dict[str, str] = {"X-Classify-Source": notes.source}
    if notes.coverage:
        headers["X-Classify-Coverage"] = ", ".join(_header_safe(each) for each in notes.coverage[:20])
    if notes.failed:
        ids = [_header_safe(each.video_id) for each in notes.failed[:10]]
        headers["X-Classify-Failed"] = ", ".join([str(len(notes.failed)), *ids])
    return headers


def _header_safe(text: str) -> str:
    # A video id may be any text; commas and blanks separate our list, line ends would forge a header.
    return "".join(
        char if char.isascii() and char.isprintable() and char not in " ,%" else _percent(char) for char in text[:200]
    )


def _percent(char: str) -> str:
    return "".join(f"%{byte:02X}" for byte in char.encode("utf-8", "surrogatepass"))


def pack_page(body: Mapping[str, Any], notes: Notes) -> str:
    """Return what is kept under a page token: the page's body and the notes that hold for every page."""
    kept = {
        "failed": [_failure_json(each) for each in notes.failed],
        "coverage": notes.coverage,
        "model": notes.model,
        "prompt_version": notes.prompt_version,
    }
    return json.dumps({"body": body, "notes": kept}, ensure_ascii=True, separators=(",", ":"))


def _failure_json(failure: Failure) -> dict[str, Any]:
    fields = asdict(failure)
    del fields["cost"]  # what was paid was told with the first page
    return fields


def unpack_page(text: str) -> tuple[dict[str, Any], Notes]:
    """Return body and notes of a kept page; nothing was used to fetch it and its source is `kept`."""
    packed = json.loads(text)
    kept = packed["notes"]
    notes = Notes(
        failed=tuple(Failure(**each) for each in kept["failed"]),
        coverage=tuple(kept["coverage"]),
        model=kept["model"],
        prompt_version=kept["prompt_version"],
    )
    return packed["body"], notes
