"""From a store's address to the store."""

from __future__ import annotations

from pegasus_classify.errors import SettingsError
from pegasus_classify.stores.memory import MemoryStore
from pegasus_classify.stores.protocol import Store

__all__ = ["open_store"]


def open_store(address: str) -> Store:
    """Open the store an address names.

    Raises:
        SettingsError: The address is of no known form.
    """
    if address == "memory:":
        return MemoryStore()
    raise SettingsError(f"store {address.split('://', maxsplit=1)[0]!r} is not known; use memory:")
