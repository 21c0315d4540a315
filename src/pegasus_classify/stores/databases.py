"""From a store's address to a database that keeps what it was told: connections, durability, trying again."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError, SQLAlchemyError

from pegasus_classify.contract.quantities import Seconds
from pegasus_classify.errors import InternalServerError, SettingsError

__all__ = ["PATIENCE", "Database", "open_database"]

PATIENCE: Seconds = 15.0
"""How long a transaction is tried again while the database is away; a restart takes a few seconds."""

_FIRST_PAUSE: Final[Seconds] = 0.1
_LONGEST_PAUSE: Final[Seconds] = 2.0
_LOCK_TIMEOUT: Final[Seconds] = 20.0
_CONNECT_TIMEOUT: Final = 5

_FORMS: Final = "use memory:, sqlite:///path or postgresql://host/name"

_R = TypeVar("_R")


@dataclass(frozen=True)
class Database:
    """An open database.

    Attributes:
        engine: Its connections.
        shown: Its address for people, without a password.
        patience: How long a transaction is tried again, seconds.
    """

    engine: Engine
    shown: str
    patience: Seconds

    @property
    def locks_rows(self) -> bool:
        """True when transactions of several processes run side by side, false when one writes at a time."""
        return self.engine.dialect.name != "sqlite"

    def write(self, work: Callable[[Connection], _R]) -> _R:
        """Do some work in one transaction, again when the database was away for a moment.

        Raises:
            APIStatusError: It failed for good (503); nothing of the work was done, or all of it just before the
                connection was lost.
        """
        return self._tried(self.engine, work)

    def read(self, work: Callable[[Connection], _R]) -> _R:
        """Do some reading, without keeping others from writing; raises as `write` does."""
        return self._tried(self.engine.execution_options(reads_only=True), work)

    def _tried(self, engine: Engine, work: Callable[[Connection], _R]) -> _R:
        give_up_at = time.monotonic() + self.patience
        pause = _FIRST_PAUSE
        while True:
            try:
                with engine.begin() as connection:
                    return work(connection)
            except SQLAlchemyError as error:
                if not self._passing(error) or time.monotonic() + pause > give_up_at:
                    raise self.failure(error) from None
            time.sleep(pause)
            pause = min(_LONGEST_PAUSE, pause * 2)

    def _passing(self, error: SQLAlchemyError) -> bool:
        """Tell what may pass: a server that restarts, a deadlock; a file that cannot be written stays so."""
        return self.locks_rows and isinstance(error, OperationalError | InterfaceError)

    def failure(self, error: SQLAlchemyError) -> InternalServerError:
        """Return what a request is told when its store failed."""
        return InternalServerError(
            f"The store {self.shown} failed: {_reason(error)}.", status_code=503, code="service_unavailable"
        )


def _reason(error: SQLAlchemyError) -> str:
    """Return the first line of the database's own words, without the statement and its values."""
    words = str(error.orig).strip() if isinstance(error, DBAPIError) else ""
    return words.partition("\n")[0].rstrip(".") or type(error).__name__


def open_database(address: str, patience: Seconds = PATIENCE) -> Database:
    """Return the database that an address names; nothing is connected yet.

    Args:
        address: `sqlite:///path` or `postgresql://user:password@host/name`.
        patience: How long a transaction is tried again while the database is away, seconds.

    Raises:
        SettingsError: The address is none of these, or the database's driver is not installed.
    """
    try:
        url = make_url(address)
    except (ArgumentError, ValueError):
        raise SettingsError(
            "the store's address cannot be read; use sqlite:///path or postgresql://host/name"
        ) from None
    kind = url.get_backend_name()
    if kind in {"postgresql", "postgres"}:
        return Database(_postgres(url.set(drivername="postgresql+psycopg")), _shown(url), patience)
    if kind == "sqlite":
        return Database(_sqlite(url), _shown(url), patience)
    raise SettingsError(f"store {kind!r} is not known; {_FORMS}")


def _shown(url: URL) -> str:
    plain = URL.create(url.get_backend_name(), host=url.host, port=url.port, database=url.database)
    return plain.render_as_string()


def _sqlite(url: URL) -> Engine:
    if not url.database or url.database == ":memory:":
        raise SettingsError("the store's address names no file; use sqlite:///path, or memory: to keep nothing")
    try:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(f"store {_shown(url)} cannot be used: {error.strerror}") from None
    engine = create_engine(url, connect_args={"timeout": _LOCK_TIMEOUT, "check_same_thread": False})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The module's own way of beginning transactions would begin them too late: after the first read.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    # FULL: a transaction that was told to be done is on the disk, also after a power cut.
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    reads_only = connection.get_execution_options().get("reads_only", False)
    connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")


def _postgres(url: URL) -> Engine:
    try:
        engine = create_engine(
            url, pool_pre_ping=True, pool_size=4, max_overflow=8, connect_args={"connect_timeout": _CONNECT_TIMEOUT}
        )
    except ImportError:
        raise SettingsError("the store postgresql needs a driver: pip install 'pegasus-classify[postgres]'") from None
    event.listen(engine, "connect", _prepare_postgres)
    return engine


_WAIT_FOR_THE_DISK = """
SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'
"""


def _prepare_postgres(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute(_WAIT_FOR_THE_DISK)
    cursor.close()
    connection.commit()
