"""What the columns of a table without a head hold, told by what stands in them."""

from __future__ import annotations

from collections.abc import Callable

from pegasus_classify.reading.confidence import claimed
from pegasus_classify.reading.keys import option_of, truth_of
from pegasus_classify.reading.names import Names
from pegasus_classify.reading.timecodes import stretch_of

__all__ = ["columns_of", "is_missing"]


_MANY = 3
"""Rows from which on a table may have columns that say nothing known."""


def columns_of(rows: list[list[str]], names: Names) -> list[str] | None:
    """Return the field each column holds, empty for one that is not known; None without a class and times.

    Args:
        rows: Cells; rows of another length than the first make it no such table.
        names: What was asked.
    """
    width = len(rows[0])
    if any(len(row) != width for row in rows) or width < 2 or width > 12:
        return None
    columns = [[row[number] for row in rows] for number in range(width)]
    found = [""] * width

    def take(field: str, fits: Callable[[str], bool], *, share: float = 1.0) -> bool:
        for number, column in enumerate(columns):
            full = [cell for cell in column if cell and not is_missing(cell)]
            if not found[number] and full and sum(map(fits, full)) >= share * len(full):
                found[number] = field
                return True
        return False

    if not any(names.class_of(cell) for cell in rows[0]) or not any(stretch_of(cell) for cell in rows[0]):
        return None
    if not take("class", lambda cell: _is_class(cell, names), share=0.5):
        return None
    if not take("time", _is_range) and not (take("start", _is_time) and take("end", _is_time)):
        return None
    take("option", lambda cell: option_of(cell) is not None)
    take("prompt", lambda cell: any(names.prompt_of(cell, each.name) for each in names.classes), share=0.5)
    take("confidence", lambda cell: claimed(cell).scale != "none", share=0.5)
    # A few lines that are no table may look like one; in a table of few rows every column must be understood.
    known = all(
        field or not any(truth_of(cell) is not False for cell in column if cell)
        for field, column in zip(found, columns, strict=True)
    )
    return found if known or len(rows) > _MANY else None


def is_missing(cell: str) -> bool:
    """Return whether a cell says that there is nothing: "-", "n/a", "not found"; 0 is a number."""
    return truth_of(cell) is False and not cell.strip().isdigit()


def _is_class(cell: str, names: Names) -> bool:
    hit = names.class_of(cell)
    return hit is not None and (hit.prompt is None or stretch_of(cell) is None)


def _is_range(cell: str) -> bool:
    times = stretch_of(cell)
    return times is not None and times.end is not None


def _is_time(cell: str) -> bool:
    times = stretch_of(cell)
    return times is not None and times.end is None
