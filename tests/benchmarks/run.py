"""Prints one table of ratios with the aims beside them; nothing fails here, numbers depend on the machine.

Run it with `make bench`; words after it choose parts: `make bench ARGS="core imports"`.
"""

from __future__ import annotations

import os
import sys

from comparing import compare_rows
from growth import growth_rows, limit_rows, loop_rows, slots_rows
from ledger import ledger_rows
from measures import Row, core_rows, import_rows, wall_rows
from migrating import rollout_rows
from serving import serve_rows

from reading import reading_rows

__all__ = ["main"]

_PARTS = {
    "core": core_rows,
    "imports": import_rows,
    "reading": reading_rows,
    "wall": wall_rows,
    "ledger": ledger_rows,
    "serve": serve_rows,
    "compare": compare_rows,
    "rollout": rollout_rows,
    "slots": slots_rows,
    "loop": loop_rows,
    "growth": growth_rows,
}
_LONG = {"limit": limit_rows}
"""Measured only when named, or with `make bench SLOW=1`: takes minutes whatever the machine."""


def main(chosen: list[str]) -> None:
    """Measure the chosen parts, all when none is chosen."""
    print(_line("what", "measured", "ratio", "of", "aim"))
    parts = {**_PARTS, **_LONG}
    usual = list(parts if os.environ.get("SLOW") else _PARTS)
    for name, rows in parts.items():
        if name in (chosen or usual):
            for row in rows():
                print(_shown(row), flush=True)


def _shown(row: Row) -> str:
    mark = "" if row.reached else "  missed"
    return _line(row.what, row.measured, f"{row.ratio:.2f}", row.of, f"{row.aim:.2f}{mark}")


def _line(what: str, measured: str, ratio: str, of: str, aim: str) -> str:
    return f"{what:<52} {measured:>10} {ratio:>6} x  {of:<28} {aim}"


if __name__ == "__main__":
    main(sys.argv[1:])
