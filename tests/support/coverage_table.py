"""Puts the table of how faithful each field is into MIGRATION.md; `make tables` runs this file."""

from __future__ import annotations

from pathlib import Path

from pegasus_classify.legacy.coverage import coverage_markdown

__all__ = ["BEGIN", "END", "with_table"]

BEGIN = "<!-- The table is made by `make tables` from the package's own; do not edit it here. -->"
END = "<!-- End of the table. -->"


def with_table(text: str) -> str:
    """Return a document with the present table between the two marks.

    Raises:
        ValueError: A mark is missing.
    """
    before, found, rest = text.partition(BEGIN)
    _, found_end, after = rest.partition(END)
    if not found or not found_end:
        raise ValueError("the marks of the table are missing")
    return f"{before}{BEGIN}\n\n{coverage_markdown().strip()}\n\n{END}{after}"


if __name__ == "__main__":
    document = Path(__file__).resolve().parents[2] / "MIGRATION.md"
    document.write_text(with_table(document.read_text(encoding="utf-8")), encoding="utf-8")
