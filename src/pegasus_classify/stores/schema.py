"""Makes a store's tables, and refuses a store that a newer version has written."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from sqlalchemy import Connection, insert, inspect, select, text, update

from pegasus_classify.contract.quantities import Seconds
from pegasus_classify.errors import InternalServerError, SettingsError
from pegasus_classify.stores.databases import Database
from pegasus_classify.stores.rollout_tables import DAYS, FLIPS, KNOWN, PAIRS, WRITERS
from pegasus_classify.stores.tables import CHANGES, METADATA, SCHEMA, SCHEMA_VERSION

__all__ = ["prepare"]

_ADDED: Final = frozenset(table.name for table in (DAYS, FLIPS, KNOWN, PAIRS, WRITERS))

_PATIENCE: Final[Seconds] = 3.0
_ONE_AT_A_TIME: Final = text("SELECT pg_advisory_xact_lock(7239461150)")


def prepare(database: Database) -> None:
    """Create what is missing, and bring an older store's tables to this version; two processes may do this at once.

    Raises:
        SettingsError: The database cannot be used, or its tables are of another version than this program's.
    """

    def work(connection: Connection) -> int:
        if database.locks_rows:
            connection.execute(_ONE_AT_A_TIME)
        there = set(inspect(connection).get_table_names())
        if SCHEMA.name not in there:
            METADATA.create_all(connection)
            connection.execute(insert(SCHEMA).values(version=SCHEMA_VERSION))
        version = int(connection.execute(select(SCHEMA.c.version)).scalar_one())
        while version in CHANGES:
            for statement in CHANGES[version]:
                connection.execute(text(statement))
            version += 1
            connection.execute(update(SCHEMA).values(version=version))
        if version == SCHEMA_VERSION and not there.issuperset(_ADDED):
            # Tables that were added without changing another: an older program does not notice them.
            METADATA.create_all(connection)
        return version

    try:
        # Somebody waits in front of a terminal: a wrong address is told sooner than a restart would take.
        version = replace(database, patience=min(database.patience, _PATIENCE)).write(work)
    except InternalServerError as error:
        raise SettingsError(error.message) from None
    if version != SCHEMA_VERSION:
        wanted = "a newer" if version > SCHEMA_VERSION else "another"
        raise SettingsError(
            f"store {database.shown} was written by {wanted} version of pegasus-classify (its tables have version "
            f"{version}, this one knows {SCHEMA_VERSION}); upgrade, or name another store"
        )
