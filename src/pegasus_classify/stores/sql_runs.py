"""The runs of a store on disk."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Executable, and_, bindparam, delete, null, select, update

from pegasus_classify.contract.quantities import Seconds
from pegasus_classify.stores.databases import Database
from pegasus_classify.stores.run_notes import RunNote, RunState
from pegasus_classify.stores.tables import RUNS

__all__ = ["SqlRuns", "forgotten_runs"]

_TOLD_ONCE = frozenset({"account", "run_id", "owner", "asked", "model", "prompt_version", "started", "round"})


class SqlRuns:
    """Runs in a table of their own."""

    def __init__(self, database: Database, put: Executable) -> None:
        """Take over the database of a store.

        Args:
            database: Whose tables are there.
            put: Writes a row over one of the same account and id.
        """
        self._database = database
        self._put = put

    def begin(self, note: RunNote) -> None:
        """Keep a run that starts."""
        row = _row(note)
        self._database.write(lambda connection: connection.execute(self._put, [row]))

    def go_on(self, note: RunNote) -> None:
        """Keep where a run stands, while it is running and this process's own."""
        row = {name: value for name, value in _row(note).items() if name not in _TOLD_ONCE}
        goes_on = RUNS.c.state.in_(("running", note.state))
        mine = and_(_one(note.account, note.run_id), RUNS.c.owner == note.owner, goes_on)
        self._database.write(lambda connection: connection.execute(update(RUNS).where(mine).values(row)))

    def mark(self, account: str, run_id: str, state: RunState, now: Seconds) -> None:
        """Set a run's state."""
        statement = update(RUNS).where(_one(account, run_id)).values(state=state, updated=now)
        self._database.write(lambda connection: connection.execute(statement))

    def round_of(self, account: str, run_id: str) -> tuple[int, bool] | None:
        """Return a run's round and whether it is closed."""
        row = self._database.read(
            lambda connection: connection.execute(_ROUND, {"account": account, "run_id": run_id}).one_or_none()
        )
        return None if row is None else (row.round, bool(row.closed))

    def reopen(self, account: str, run_id: str) -> None:
        """Let a closed round go on."""
        statement = update(RUNS).where(_one(account, run_id)).values(closed=0)
        self._database.write(lambda connection: connection.execute(statement))

    def newest(self, account: str, most: int) -> Sequence[RunNote]:
        """Return the runs of an account without what they asked."""
        columns = [null().label("asked") if column.name == "asked" else column for column in RUNS.columns]
        statement = select(*columns).where(RUNS.c.account == account).order_by(RUNS.c.updated.desc()).limit(most)
        return self._database.read(lambda connection: _notes(connection.execute(statement).mappings()))

    def find(self, account: str, beginning: str) -> Sequence[RunNote]:
        """Return the runs of an account whose id begins so, at most two."""
        begins_so = and_(RUNS.c.account == account, RUNS.c.run_id.startswith(beginning, autoescape=True))
        statement = select(RUNS).where(begins_so).limit(2)
        return self._database.read(lambda connection: _notes(connection.execute(statement).mappings()))


_ROUND: Final = select(RUNS.c.round, RUNS.c.closed).where(
    RUNS.c.account == bindparam("account"), RUNS.c.run_id == bindparam("run_id")
)


def forgotten_runs(before: Seconds) -> Executable:
    """Return the statement that deletes runs noted last before a moment."""
    return delete(RUNS).where(RUNS.c.updated < before)


def _one(account: str, run_id: str) -> ColumnElement[bool]:
    return and_(RUNS.c.account == account, RUNS.c.run_id == run_id)


def _row(note: RunNote) -> dict[str, Any]:
    return {**dataclasses.asdict(note), "closed": int(note.closed)}


def _notes(rows: Any) -> list[RunNote]:
    return [_note(row) for row in rows]


def _note(row: Mapping[Any, Any]) -> RunNote:
    values = {str(name): value for name, value in row.items()}
    told = {"asked": values["asked"] or "", "reason": values["reason"] or "", "closed": bool(values["closed"])}
    return RunNote(**{**values, **told})
