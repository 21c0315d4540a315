"""From a store's address to the store."""

from __future__ import annotations

from pegasus_classify.contract.quantities import Seconds
from pegasus_classify.errors import SettingsError
from pegasus_classify.stores.memory import MemoryStore
from pegasus_classify.stores.protocol import TEXT_LIFE, Store

__all__ = ["open_store"]


def open_store(address: str, *, keep_texts: Seconds = TEXT_LIFE) -> Store:
    """Open the store an address names.

    Args:
        address: `memory:`, `sqlite:///path` (four slashes for a path from the root) or
            `postgresql://user:password@host/name`.
        keep_texts: How long a store on disk keeps answers, seconds.

    Raises:
        SettingsError: The address is of no known form, the store cannot be used, or its extra is not installed.
    """
    if address == "memory:":
        return MemoryStore()
    try:
        from pegasus_classify.stores.databases import open_database  # noqa: PLC0415 - an extra
        from pegasus_classify.stores.sql import SqlStore  # noqa: PLC0415 - an extra
    except ImportError as error:
        if (error.name or "").partition(".")[0] != "sqlalchemy":
            raise
        raise SettingsError("a store on disk needs SQLAlchemy: pip install 'pegasus-classify[cli]'") from None
    return SqlStore(open_database(address), keep_texts=keep_texts)
