"""`pegasus-classify classify` as a process that can be killed, and what its ledger holds."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

__all__ = ["answered_at", "read_answer", "start_classify"]


PROGRAM = (sys.executable, "-m", "pegasus_classify.cli.main")


def start_classify(
    request: Path,
    upstream: str,
    store: str,
    out: Path,
    words: Sequence[str] = (),
    *,
    program: Sequence[str] = PROGRAM,
    said: Path = Path(os.devnull),
) -> subprocess.Popen[bytes]:
    """Start the command; its answer goes into one file, what it says into another."""
    command = [*program, "classify", str(request), "--json", *words]
    environment = {name: value for name, value in os.environ.items() if "PEGASUS" not in name and "TWELVE" not in name}
    own = {"TWELVE_LABS_API_KEY": "key", "PEGASUS_CLASSIFY_UPSTREAM": upstream, "PEGASUS_CLASSIFY_STORE": store}
    with out.open("wb") as stdout, said.open("wb") as stderr:
        return subprocess.Popen(command, stdout=stdout, stderr=stderr, env={**environment, **own})


def answered_at(store: Path) -> dict[str, float]:
    """When each answered ask of a SQLite store was answered; empty while there is no table yet."""
    try:
        with sqlite3.connect(f"file:{store}?mode=ro", uri=True) as connection:
            rows: list[Any] = connection.execute(
                "SELECT key, answered FROM classify_asks WHERE state = 'answered'"
            ).fetchall()
    except sqlite3.OperationalError:
        return {}
    finally:
        if "connection" in locals():
            connection.close()
    return dict(rows)


def read_answer(out: Path) -> Any:
    """The answer in a file."""
    return json.loads(out.read_text(encoding="utf-8"))
