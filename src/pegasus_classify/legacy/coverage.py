"""How faithful an answer is: the rows that apply to a request, the page for people, and the strict mode."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from pegasus_classify.contract.request import ClassifyRequest
from pegasus_classify.errors import BadRequestError
from pegasus_classify.legacy.coverage_entries import COVERAGE, Entry, Fidelity
from pegasus_classify.legacy.spelling import Spelling

__all__ = ["COVERAGE", "ENTRIES", "Entry", "Fidelity", "check_coverage", "coverage_markdown", "entries_for"]

ENTRIES: Mapping[str, Entry] = {entry.id: entry for entry in COVERAGE}
"""Every row by its id."""

_GRAVEST_FIRST: tuple[Fidelity, ...] = ("unsupported", "approximated", "derived", "exact")


def entries_for(request: ClassifyRequest, spelling: Spelling) -> tuple[str, ...]:
    """Return the ids of the rows that apply to a request and are not exact, the gravest first.

    Args:
        request: With every default resolved.
        spelling: Which dialect is answered and which fields were sent.
    """
    applying = [
        entry
        for entry in COVERAGE
        if entry.fidelity != "exact" and spelling.dialect in entry.dialects and entry.when(request, spelling)
    ]
    applying.sort(key=lambda entry: _GRAVEST_FIRST.index(entry.fidelity))
    return tuple(entry.id for entry in applying)


def check_coverage(entries: Iterable[str], mode: Literal["strict", "warn", "lenient"]) -> None:
    """Refuse, in strict mode, a request with a field that cannot be honoured exactly or by an exact rule.

    Only what the caller sent counts: that scores come from a model is true of every answer and no ground to refuse.

    Args:
        entries: Ids, as `entries_for` returns them.
        mode: `strict`, or anything else to let all pass; to warn is the business of whoever has a log.

    Raises:
        BadRequestError: `parameter_invalid`, naming each such field with the reason.
    """
    if mode != "strict":
        return
    rows = [ENTRIES[name] for name in entries]
    refused = [row for row in rows if row.where == "request" and row.fidelity in ("approximated", "unsupported")]
    if refused:
        told = " ".join(f"{row.field} is {row.fidelity}: {row.reason}" for row in refused)
        fields = ", ".join(row.field for row in refused)
        raise BadRequestError(
            f"The following parameters are invalid: {fields}. {told} Coverage is set to strict; warn lets this pass."
        )


def coverage_markdown() -> str:
    """Return the table as Markdown, request fields first; it ends with a line break."""
    head = "| Field | Dialect | Fidelity | What is done | Known from |\n| --- | --- | --- | --- | --- |"
    sections = []
    for where, title in (("request", "Request fields"), ("response", "Answer fields")):
        rows = "\n".join(_row(entry) for entry in COVERAGE if entry.where == where)
        sections.append(f"### {title}\n\n{head}\n{rows}\n")
    return "\n".join(sections)


def _row(entry: Entry) -> str:
    cells = (f"`{entry.id}`: {entry.field}", ", ".join(entry.dialects), entry.fidelity, entry.reason, entry.source)
    return f"| {' | '.join(cells)} |"
