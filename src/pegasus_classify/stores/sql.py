"""The store on disk: SQLite for one machine, PostgreSQL for several. One implementation for both.

Everything that several processes could do at the same moment is one transaction: SQLite lets one of them write at a
time, PostgreSQL locks the rows concerned, always in the order of their keys.
"""

from __future__ import annotations

import contextlib
import itertools
import threading
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Executable, and_, bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from pegasus_classify.contract.asks import Video
from pegasus_classify.contract.quantities import Seconds
from pegasus_classify.errors import ClassifyError
from pegasus_classify.steps import Claim, Claimed, Outcome, Record
from pegasus_classify.stores.ask_rows import Moment, Row, claimed, empty_row, given_up, recorded
from pegasus_classify.stores.databases import Database
from pegasus_classify.stores.late_records import LateRecords
from pegasus_classify.stores.page_cache import PageCache
from pegasus_classify.stores.protocol import PAGE_LIFE, TEXT_LIFE, TOMBSTONE_LIFE, ExpiredPage
from pegasus_classify.stores.schema import prepare
from pegasus_classify.stores.sql_rollouts import SqlRollouts, forgotten_rollouts
from pegasus_classify.stores.sql_runs import SqlRuns, forgotten_runs
from pegasus_classify.stores.tables import ASKS, PAGES, RUNS, VIDEOS
from pegasus_classify.stores.upkeep import ClockWatch, Upkeep
from pegasus_classify.stores.video_rows import video_of, video_row

__all__ = ["LEASE", "SqlStore"]

LEASE: Seconds = 30.0
"""How long a claim holds after the process that made it was last seen alive. Clocks of several machines on one
database must agree to well within this."""

_SWEEP_EVERY: Final[Seconds] = 60.0
_PRUNE_EVERY: Final[Seconds] = 3600.0
_AT_ONCE: Final = 500
"""Most keys in one statement; databases limit the number of values."""

_HELD_STATES: Final = ("leased", "submitted")


class SqlStore:
    """Asks and pages in a database; safe from several threads and processes.

    While the process lives, a thread of the store renews the leases of all asks it holds, and deletes what is older
    than texts are kept.
    """

    inline = False

    def __init__(self, database: Database, *, lease: Seconds = LEASE, keep_texts: Seconds = TEXT_LIFE) -> None:
        """Open the database and make its tables where they are missing.

        Args:
            database: Closed with the store.
            lease: How long a claim holds unless renewed, seconds, above 0; renewed three times as often.
            keep_texts: How long answers and failures are kept, seconds.

        Raises:
            SettingsError: The database cannot be used, or was written by a newer version.
        """
        self._database = database
        self._lease = lease
        self._keep_texts = keep_texts
        self._owner = uuid.uuid4().hex
        self._numbers = itertools.count()
        self._held: set[str] = set()
        self._lock = threading.Lock()
        self._pages = PageCache()
        self._sweep_at = 0.0
        self._prune_at = 0.0
        self._late = LateRecords()
        self._clock = ClockWatch(time.time(), time.monotonic())
        self._upkeep = Upkeep(self._keep_up, lease / 3)
        try:
            prepare(database)
        except ClassifyError:
            database.engine.dispose()
            raise
        insert = postgresql.insert if database.locks_rows else sqlite.insert
        self._reserve = insert(ASKS).on_conflict_do_nothing()
        self._put_ask, self._put_page, self._put_video = (_put(insert(table)) for table in (ASKS, PAGES, VIDEOS))
        self.runs = SqlRuns(database, _put(insert(RUNS)))
        self.rollouts = SqlRollouts(database)

    def claim(self, key: str, now: Seconds, keep_for: Seconds) -> Claimed:
        """Take one ask, or learn what is known about it."""
        (outcome,) = self.perform_all([Claim(key)], now, keep_for)
        assert isinstance(outcome, Claimed)
        return outcome

    def record(self, record: Record, now: Seconds) -> None:
        """Write down what is known about one claimed ask."""
        self.perform_all([record], now, 0.0)

    def perform_all(self, steps: Sequence[Claim | Record], now: Seconds, keep_for: Seconds) -> list[Outcome]:
        """Perform claims and records in one transaction, in their order.

        Raises:
            APIStatusError: The store failed (503). None of the steps counts; what was held by them is not renewed.
        """
        self._upkeep.ensure()
        at = Moment(self._owner, next(self._numbers), now, self._lease, keep_for)
        try:
            outcomes = self._database.write(lambda connection: self._apply(connection, steps, at))
        except ClassifyError:
            self._note_held([], [step.key for step in steps])
            self._late.keep(steps)
            raise
        taken = [
            step.key
            for step, outcome in zip(steps, outcomes, strict=True)
            if isinstance(outcome, Claimed) and outcome.state in {"mine", "submitted"}
        ]
        ended = [step.key for step in steps if isinstance(step, Record) and step.state != "submitted"]
        self._note_held(taken, ended)
        return outcomes

    def keep_pages(self, owner: str, pages: Mapping[str, str], now: Seconds) -> None:
        """Keep pages; at most once a minute, delete those whose tokens need not be known any more."""
        expires_at = now + PAGE_LIFE
        rows = [
            {"owner": owner, "token": token, "body": body, "expires_at": expires_at} for token, body in pages.items()
        ]
        sweep = now >= self._sweep_at

        def work(connection: Connection) -> None:
            if rows:
                connection.execute(self._put_page, rows)
            if sweep:
                connection.execute(_gone_pages(now))

        self._database.write(work)
        if sweep:
            self._sweep_at = now + _SWEEP_EVERY
        for token, body in pages.items():
            self._pages.put(owner, token, body, expires_at)

    def fetch_page(self, owner: str, token: str, now: Seconds) -> str | ExpiredPage | None:
        """Return a page, an `ExpiredPage`, or None when this owner never had such a token or had it long ago."""
        at_hand = self._pages.get(owner, token, now)
        if at_hand is not None:
            return at_hand
        row = self._database.read(
            lambda connection: connection.execute(_ONE_PAGE, {"owner": owner, "token": token}).one_or_none()
        )
        if row is None or row.expires_at + TOMBSTONE_LIFE <= now:
            return None
        self._pages.put(owner, token, row.body, row.expires_at)
        return str(row.body) if now < row.expires_at else ExpiredPage()

    def page_at_hand(self, owner: str, token: str, now: Seconds) -> str | ExpiredPage | None:
        """Return a page that the process itself lately kept or read."""
        return self._pages.get(owner, token, now)

    def keep_videos(self, account: str, videos: Mapping[str, Video | None], now: Seconds) -> None:
        """Keep where an account's videos are."""
        known = [video_row(account, video_id, video, now) for video_id, video in videos.items() if video is not None]
        gone = [video_id for video_id, video in videos.items() if video is None]

        def work(connection: Connection) -> None:
            if known:
                connection.execute(self._put_video, known)
            for part in _parts(gone):
                connection.execute(delete(VIDEOS).where(_of(account, part)))

        self._database.write(work)

    def known_videos(self, account: str, video_ids: Sequence[str]) -> dict[str, Video]:
        """Return what was kept about some videos of an account."""

        def work(connection: Connection) -> dict[str, Video]:
            found: dict[str, Video] = {}
            for part in _parts(video_ids):
                for row in connection.execute(select(VIDEOS).where(_of(account, part))).mappings():
                    found[row["video_id"]] = video_of(row)
            return found

        return self._database.read(work)

    def submitted(self, keys: Sequence[str]) -> dict[str, str]:
        """Return the tasks and batches under way for some asks."""

        def work(connection: Connection) -> dict[str, str]:
            found: dict[str, str] = {}
            for part in _parts(keys):
                under_way = select(ASKS.c.key, ASKS.c.task_id).where(ASKS.c.key.in_(part), ASKS.c.state == "submitted")
                found.update({row.key: row.task_id for row in connection.execute(under_way)})
            return found

        return self._database.read(work)

    def cancelled(self, keys: Sequence[str], now: Seconds) -> None:
        """Note that what was submitted for some asks was cancelled upstream."""

        def work(connection: Connection) -> None:
            for part in _parts(sorted(keys)):
                mine = and_(ASKS.c.key.in_(part), ASKS.c.state == "submitted")
                connection.execute(update(ASKS).where(mine).values({**given_up(now), "turn": ASKS.c.turn + 1}))

        self._database.write(work)

    def prune(self, older_than: Seconds, now: Seconds) -> int:
        """Delete asks answered, failed or left behind longer ago, videos and runs kept longer ago, old pages."""
        old = delete(ASKS).where(ASKS.c.updated < now - older_than, _nobody_holds(now))

        def work(connection: Connection) -> int:
            connection.execute(_gone_pages(now))
            connection.execute(delete(VIDEOS).where(VIDEOS.c.updated < now - older_than))
            for statement in (forgotten_runs(now - older_than), *forgotten_rollouts(now - older_than, now)):
                connection.execute(statement)
            return connection.execute(old).rowcount

        return self._database.write(work)

    def close(self) -> None:
        """End the upkeep, give back what is still held, and let go of the connections."""
        self._upkeep.close()
        with self._lock:
            held = sorted(self._held)
            self._held.clear()
        with contextlib.suppress(ClassifyError):
            self._write_late(time.time())
            if held:
                self._lease_until(held, time.time())
        self._database.engine.dispose()

    def _note_held(self, taken: Sequence[str], ended: Sequence[str]) -> None:
        with self._lock:
            self._held.update(taken)
            self._held.difference_update(ended)

    def _apply(self, connection: Connection, steps: Sequence[Claim | Record], at: Moment) -> list[Outcome]:
        keys = sorted({step.key for step in steps})
        if self._database.locks_rows:
            # A row that is not there cannot be locked: of two who claim a new ask, the second waits here.
            new = sorted({step.key for step in steps if isinstance(step, Claim)})
            if new:
                connection.execute(self._reserve, [empty_row(key, at.now) for key in new])
        before = _rows(connection, keys)
        after: dict[str, Row | None] = dict(before)
        outcomes: list[Outcome] = []
        for step in steps:
            row = after.get(step.key)
            if isinstance(step, Claim):
                after[step.key], outcome = claimed(row, step, at)
                outcomes.append(outcome)
            else:
                after[step.key] = recorded(row, step, at)
                outcomes.append(None)
        changed = [row for key, row in sorted(after.items()) if row is not None and row is not before.get(key)]
        gone = [key for key, row in after.items() if row is None and key in before]
        if changed:
            connection.execute(self._put_ask, changed)
        for part in _parts(gone):
            connection.execute(delete(ASKS).where(ASKS.c.key.in_(part)))
        return outcomes

    def _keep_up(self) -> None:
        now = time.time()
        with self._lock:
            held = sorted(self._held)
        if held:
            self._lease_until(held, now + self._lease)
        self._write_late(now)
        if self._clock.jumped(now, time.monotonic()):
            # What looks a month old may be an hour old: nothing is deleted before the clock has proved steady.
            self._prune_at = now + _PRUNE_EVERY
        if now >= self._prune_at:
            self._prune_at = now + _PRUNE_EVERY
            self.prune(self._keep_texts, now)

    def _write_late(self, now: Seconds) -> None:
        """Write what was paid for and could not be written before."""
        records = self._late.take()
        if not records:
            return
        at = Moment(self._owner, next(self._numbers), now, self._lease, 0.0)
        try:
            replace(self._database, patience=0.0).write(lambda connection: self._apply(connection, records, at))
        except ClassifyError:
            self._late.keep(records)
            raise

    def _lease_until(self, held: Sequence[str], until: Seconds) -> None:
        """Set the end of leases, unless somebody else has taken them over."""

        def work(connection: Connection) -> None:
            for part in _parts(held):
                mine = select(ASKS.c.key).where(
                    ASKS.c.key.in_(part), ASKS.c.owner == self._owner, ASKS.c.state.in_(_HELD_STATES)
                )
                keys = connection.execute(mine.order_by(ASKS.c.key).with_for_update()).scalars().all()
                connection.execute(update(ASKS).where(ASKS.c.key.in_(keys)).values(lease_until=until))

        # Tried once: what fails now is done at the next turn, and closing must not take long.
        replace(self._database, patience=0.0).write(work)


_ONE_PAGE: Final = select(PAGES.c.body, PAGES.c.expires_at).where(
    PAGES.c.owner == bindparam("owner"), PAGES.c.token == bindparam("token")
)


def _put(insert: postgresql.Insert | sqlite.Insert) -> Executable:
    """Return the statement that writes rows over those of the same primary key."""
    columns = insert.table.columns
    return insert.on_conflict_do_update(
        index_elements=[column for column in columns if column.primary_key],
        set_={column.name: insert.excluded[column.name] for column in columns if not column.primary_key},
    )


def _of(account: str, video_ids: Sequence[str]) -> ColumnElement[bool]:
    return and_(VIDEOS.c.account == account, VIDEOS.c.video_id.in_(video_ids))


def _gone_pages(now: Seconds) -> Any:
    return delete(PAGES).where(PAGES.c.expires_at < now - TOMBSTONE_LIFE)


def _nobody_holds(now: Seconds) -> Any:
    return ASKS.c.state.not_in(_HELD_STATES) | ASKS.c.lease_until.is_(None) | (ASKS.c.lease_until < now)


def _rows(connection: Connection, keys: Sequence[str]) -> dict[str, Row]:
    found: dict[str, Row] = {}
    for part in _parts(keys):
        statement = select(ASKS).where(ASKS.c.key.in_(part)).order_by(ASKS.c.key).with_for_update()
        found.update({row["key"]: dict(row) for row in connection.execute(statement).mappings()})
    return found


def _parts(keys: Sequence[str]) -> list[Sequence[str]]:
    return [keys[start : start + _AT_ONCE] for start in range(0, len(keys), _AT_ONCE)]
