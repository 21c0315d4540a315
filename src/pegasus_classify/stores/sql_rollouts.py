"""What is known about migrations, in a store on disk.

Every note is one transaction that nobody else's runs beside, so that what one process reads, revises and puts back
holds what all others have put there before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Executable,
    Insert,
    Table,
    and_,
    delete,
    func,
    insert,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite

from pegasus_classify.contract.quantities import Seconds
from pegasus_classify.stores.databases import Database
from pegasus_classify.stores.rollout_notes import MOST_FLIPS, Amounts, CountName, DayCount, Kept, Note, Scope
from pegasus_classify.stores.rollout_rows import day_of
from pegasus_classify.stores.rollout_tables import DAYS, FLIPS, KNOWN, PAIRS, WRITERS

__all__ = ["SqlRollouts", "forgotten_rollouts"]

_ONE_AT_A_TIME: Final = text("SELECT pg_advisory_xact_lock(7239461151)")
_AMOUNTS: Final = Amounts.__slots__
_DAYS_KEPT: Final[Seconds] = 400 * 86_400.0


class SqlRollouts:
    """Migrations in tables of their own."""

    def __init__(self, database: Database) -> None:
        """Take over the database of a store, whose tables are there."""
        self._database = database
        kind = postgresql.insert if database.locks_rows else sqlite.insert
        self._new_pairs = kind(PAIRS).on_conflict_do_nothing()
        self._put_known, self._put_writer = (_put(kind(table), table) for table in (KNOWN, WRITERS))
        days = kind(DAYS)
        sums = {name: DAYS.c[name] + days.excluded[name] for name in _AMOUNTS}
        self._add_days = days.on_conflict_do_update(index_elements=list(DAYS.primary_key.columns), set_=sums)

    def note(self, note: Note) -> Kept:
        """Add a note in one transaction."""

        def work(connection: Connection) -> Kept:
            if self._database.locks_rows:
                connection.execute(_ONE_AT_A_TIME)
            written = select(WRITERS.c.number).where(WRITERS.c.writer == note.writer)
            if (connection.execute(written).scalar() or 0) < note.number:
                self._write(connection, note)
            return _kept(connection, note.scope, note.at)

        return self._database.write(work)

    def read(self, scope: Scope, now: Seconds) -> Kept:
        """Return what is kept of a scope."""
        return self._database.read(lambda connection: _kept(connection, scope, now))

    def latest(self, migration: str, epoch: str, now: Seconds) -> Kept:
        """Return what is kept of the scope of a migration's epoch that was noted last."""
        here = and_(KNOWN.c.migration == migration, KNOWN.c.epoch == epoch)
        last = select(KNOWN.c.scope).where(here).order_by(KNOWN.c.updated.desc()).limit(1)

        def work(connection: Connection) -> Kept:
            name = connection.execute(last).scalar() or ""
            return _kept_as(connection, name, migration, now)

        return self._database.read(work)

    def pairs(self, scope: Scope, most: int) -> Sequence[str]:
        """Return the compared videos' texts in the order in which they came."""
        wanted = select(PAIRS.c.body).where(PAIRS.c.scope == scope.name).order_by(PAIRS.c.place).limit(most)
        return self._database.read(lambda connection: list(connection.execute(wanted).scalars()))

    def counts(self, migration: str) -> Sequence[DayCount]:
        """Return the days' amounts."""
        named = (DAYS.c.day, DAYS.c.route, DAYS.c.reason, DAYS.c.asked)
        wanted = select(DAYS).where(DAYS.c.migration == migration).order_by(*named)
        return self._database.read(lambda connection: [_count(row) for row in connection.execute(wanted).mappings()])

    def flips(self, migration: str) -> Sequence[str]:
        """Return the latest differing videos' texts, the latest last."""
        wanted = select(FLIPS.c.body).where(FLIPS.c.migration == migration).order_by(FLIPS.c.number)
        return self._database.read(lambda connection: list(connection.execute(wanted).scalars())[-MOST_FLIPS:])

    def forget(self, scope: Scope) -> None:
        """Forget the evidence of a scope."""
        self._database.write(lambda connection: _forget(connection, scope.name))

    def _write(self, connection: Connection, note: Note) -> None:
        name = note.scope.name
        if note.pairs:
            place = connection.execute(select(func.max(PAIRS.c.place)).where(PAIRS.c.scope == name)).scalar() or 0
            rows = [
                {"scope": name, "video_id": video, "place": place + number, "body": body, "updated": note.at}
                for number, (video, body) in enumerate(note.pairs.items(), 1)
            ]
            connection.execute(self._new_pairs, rows)
        before = connection.execute(select(KNOWN.c.known).where(KNOWN.c.scope == name)).scalar() or ""
        known = note.revise(before, _pair_count(connection, name))
        if known:
            where = {"scope": name, "migration": note.scope.migration, "epoch": note.scope.epoch}
            connection.execute(self._put_known, [{**where, "known": known, "updated": note.at}])
        else:
            _forget(connection, name)
        connection.execute(self._put_writer, [{"writer": note.writer, "number": note.number, "updated": note.at}])
        if note.counts:
            connection.execute(self._add_days, _day_rows(note.scope.migration, note.counts))
        if note.flips:
            _add_flips(connection, note.scope.migration, note.flips)


def forgotten_rollouts(before: Seconds, now: Seconds) -> list[Executable]:
    """Return the statements that delete what was noted last before a moment, and days of more than a year ago."""
    old = select(KNOWN.c.scope).where(KNOWN.c.updated < before)
    return [
        delete(PAIRS).where(PAIRS.c.scope.in_(old)),
        # Of a scope that has no entry left, as after a move.
        delete(PAIRS).where(PAIRS.c.updated < before, PAIRS.c.scope.not_in(select(KNOWN.c.scope))),
        delete(KNOWN).where(KNOWN.c.updated < before),
        delete(WRITERS).where(WRITERS.c.updated < before),
        delete(DAYS).where(DAYS.c.day < day_of(max(0.0, now - _DAYS_KEPT))),
    ]


def _put(statement: postgresql.Insert | sqlite.Insert, table: Table) -> Insert:
    others = {each.name: statement.excluded[each.name] for each in table.columns if not each.primary_key}
    return statement.on_conflict_do_update(index_elements=list(table.primary_key.columns), set_=others)


def _kept(connection: Connection, scope: Scope, now: Seconds) -> Kept:
    return _kept_as(connection, scope.name, scope.migration, now)


def _kept_as(connection: Connection, name: str, migration: str, now: Seconds) -> Kept:
    known = connection.execute(select(KNOWN.c.known).where(KNOWN.c.scope == name)).scalar() or ""
    sums = [func.coalesce(func.sum(DAYS.c[each]), 0).label(each) for each in _AMOUNTS]
    today = and_(DAYS.c.migration == migration, DAYS.c.day == day_of(now), DAYS.c.asked == "shadow")
    return Kept(
        known, _pair_count(connection, name), _amounts(connection.execute(select(*sums).where(today)).mappings().one())
    )


def _pair_count(connection: Connection, name: str) -> int:
    return int(connection.execute(select(func.count()).where(PAIRS.c.scope == name)).scalar_one())


def _forget(connection: Connection, name: str) -> None:
    connection.execute(delete(PAIRS).where(PAIRS.c.scope == name))
    connection.execute(delete(KNOWN).where(KNOWN.c.scope == name))


def _day_rows(migration: str, counts: Mapping[CountName, Amounts]) -> list[dict[str, Any]]:
    return [
        {
            **dict(zip(("day", "route", "reason", "asked"), name, strict=True)),
            "migration": migration,
            **{each: getattr(amounts, each) for each in _AMOUNTS},
        }
        for name, amounts in sorted(counts.items())
    ]


def _add_flips(connection: Connection, migration: str, flips: Sequence[str]) -> None:
    connection.execute(insert(FLIPS), [{"migration": migration, "body": body} for body in flips[-MOST_FLIPS:]])
    newest = (
        select(FLIPS.c.number).where(FLIPS.c.migration == migration).order_by(FLIPS.c.number.desc()).limit(MOST_FLIPS)
    )
    kept = list(connection.execute(newest).scalars())
    older: ColumnElement[bool] = and_(FLIPS.c.migration == migration, FLIPS.c.number < min(kept))
    connection.execute(delete(FLIPS).where(older))


def _count(row: Mapping[Any, Any]) -> DayCount:
    return DayCount(row["day"], row["route"], row["reason"], row["asked"], _amounts(row))


def _amounts(row: Mapping[Any, Any]) -> Amounts:
    # A sum of whole numbers is a decimal number in some databases.
    kinds = {
        name: type(value) for name, value in zip(_AMOUNTS, (getattr(Amounts(), each) for each in _AMOUNTS), strict=True)
    }
    return Amounts(**{name: kinds[name](row[name]) for name in _AMOUNTS})
