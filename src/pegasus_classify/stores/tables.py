"""The tables of a store on disk, and the version of their form."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    Dialect,
    Double,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    TypeDecorator,
)

__all__ = ["ASKS", "CHANGES", "METADATA", "PAGES", "RUNS", "SCHEMA", "SCHEMA_VERSION", "VIDEOS", "AnyText"]

SCHEMA_VERSION: Final = 2
"""Raised with every change of a table; a store with a higher number than this is refused, an older one is changed."""

CHANGES: Final[dict[int, tuple[str, ...]]] = {
    1: (
        "ALTER TABLE classify_asks ADD COLUMN turn INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE classify_asks ADD COLUMN paid_by VARCHAR(96)",
        "ALTER TABLE classify_runs ADD COLUMN round INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE classify_runs ADD COLUMN closed INTEGER NOT NULL DEFAULT 0",
    )
}
"""From a version to the statements that make the next one of it; its programs that run meanwhile can go on."""


class AnyText(TypeDecorator[str]):
    """Text of a model or an upstream, kept as UTF-8 bytes.

    Such text may hold zero bytes, which PostgreSQL's own text type refuses, and halves of surrogate pairs, which no
    database takes.
    """

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ARG002
        """Return the bytes to keep."""
        return None if value is None else value.encode("utf-8", "surrogatepass")

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Return the text as it was given."""
        return None if value is None else bytes(value).decode("utf-8", "surrogatepass")


METADATA: Final = MetaData()

SCHEMA: Final = Table("classify_schema", METADATA, Column("version", Integer, nullable=False))

ASKS: Final = Table(
    "classify_asks",
    METADATA,
    Column("key", String(64), primary_key=True),
    # leased (somebody asks) → submitted (a task runs upstream) → answered | failed (may be asked again)
    Column("state", String(16), nullable=False),
    # Who asks, which of its claims it was, and until when nobody else may; owner is null when nobody does.
    Column("owner", String(64)),
    Column("claim", BigInteger),
    Column("lease_until", Double),
    Column("task_id", AnyText),
    # How often it was answered or failed: part of the name under which it is submitted the next time.
    Column("turn", Integer, nullable=False, server_default="0"),
    # The run, and which of its rounds, that paid for the answer below.
    Column("paid_by", String(96)),
    Column("way", String(32)),
    Column("model", String(128)),
    Column("prompt_hash", String(128)),
    # The last answer; it stays while the ask is asked anew, so that a failure then loses nothing.
    Column("text", AnyText),
    Column("finish_reason", AnyText),
    Column("warning", AnyText),
    Column("input_tokens", BigInteger),
    Column("output_tokens", BigInteger),
    Column("billed_seconds", Double),
    Column("answered", Double),
    Column("attempts", Integer, nullable=False),
    # The last failure; null once there is an answer.
    Column("failure_kind", String(32)),
    Column("failure_message", AnyText),
    Column("failure_status", Integer),
    Column("failure_code", AnyText),
    Column("created", Double, nullable=False),
    Column("updated", Double, nullable=False),
    Index("classify_asks_updated", "updated"),
)

PAGES: Final = Table(
    "classify_pages",
    METADATA,
    Column("owner", String(64), primary_key=True),
    Column("token", String(128), primary_key=True),
    Column("body", AnyText, nullable=False),
    Column("expires_at", Double, nullable=False),
    Index("classify_pages_expires_at", "expires_at"),
)

VIDEOS: Final = Table(
    "classify_videos",
    METADATA,
    Column("account", String(64), primary_key=True),
    Column("video_id", AnyText, primary_key=True),
    Column("source_kind", String(16), nullable=False),
    Column("source", AnyText, nullable=False),
    Column("duration", Double, nullable=False),
    Column("file_name", AnyText),
    Column("updated", Double, nullable=False),
)

RUNS: Final = Table(
    "classify_runs",
    METADATA,
    Column("account", String(64), primary_key=True),
    Column("run_id", String(64), primary_key=True),
    Column("owner", String(64), nullable=False),
    Column("asked", AnyText, nullable=False),
    Column("model", String(128), nullable=False),
    Column("prompt_version", String(128), nullable=False),
    Column("started", Double, nullable=False),
    Column("updated", Double, nullable=False),
    Column("state", String(16), nullable=False),
    Column("found", Integer, nullable=False),
    Column("total", Integer),
    Column("done", Integer, nullable=False),
    Column("failed", Integer, nullable=False),
    Column("calls", Integer, nullable=False),
    Column("usd", Double, nullable=False),
    Column("video_seconds", Double, nullable=False),
    Column("reason", AnyText),
    # Which time it is carried out from the beginning, and whether that came to its end.
    Column("round", Integer, nullable=False, server_default="0"),
    Column("closed", Integer, nullable=False, server_default="0"),
    Index("classify_runs_updated", "updated"),
)
