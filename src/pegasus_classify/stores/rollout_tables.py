"""The tables about migrations in a store on disk.

They came after the others and change none of them, so they are made where they are missing, and a program that does
not know them is not disturbed.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Double, Index, Integer, String, Table

from pegasus_classify.stores.tables import METADATA, AnyText

__all__ = ["DAYS", "FLIPS", "KNOWN", "PAIRS", "WRITERS"]

WRITERS: Final = Table(
    "classify_rollout_writers",
    METADATA,
    Column("writer", String(64), primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("updated", Double, nullable=False),
)

KNOWN: Final = Table(
    "classify_rollout_known",
    METADATA,
    Column("scope", AnyText, primary_key=True),
    Column("migration", AnyText, nullable=False),
    Column("epoch", String(64), nullable=False),
    Column("known", AnyText, nullable=False),
    Column("updated", Double, nullable=False),
    Index("classify_rollout_known_epoch", "migration", "epoch"),
)

PAIRS: Final = Table(
    "classify_rollout_pairs",
    METADATA,
    Column("scope", AnyText, primary_key=True),
    Column("video_id", AnyText, primary_key=True),
    Column("place", BigInteger, nullable=False),
    Column("body", AnyText, nullable=False),
    Column("updated", Double, nullable=False),
)

DAYS: Final = Table(
    "classify_rollout_days",
    METADATA,
    Column("migration", AnyText, primary_key=True),
    Column("day", String(16), primary_key=True),
    Column("route", String(64), primary_key=True),
    Column("reason", String(128), primary_key=True),
    Column("asked", String(16), primary_key=True),
    Column("calls", BigInteger, nullable=False),
    Column("videos", BigInteger, nullable=False),
    Column("failed", BigInteger, nullable=False),
    Column("slow", BigInteger, nullable=False),
    Column("seconds", Double, nullable=False),
    Column("usd", Double, nullable=False),
    Column("video_seconds", Double, nullable=False),
    Column("compared", BigInteger, nullable=False),
    Column("differing", BigInteger, nullable=False),
)

FLIPS: Final = Table(
    "classify_rollout_flips",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("migration", AnyText, nullable=False),
    Column("body", AnyText, nullable=False),
    Index("classify_rollout_flips_migration", "migration"),
)
