"""What an account is made of: its name, its key, its ledger, what its user allows."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence

from pegasus_classify.carrying.pace import Allowance
from pegasus_classify.contract.quantities import Seconds
from pegasus_classify.settings import Settings
from pegasus_classify.steps import Claim, Outcome, Record
from pegasus_classify.stores.protocol import Store

__all__ = ["StoreLedger", "account_hash", "allowance_of", "can_be_sent"]


def account_hash(upstream: str, api_key: str) -> str:
    """Return the name of an account in stores: a hash that does not give the key away."""
    return hashlib.sha256(f"{upstream}\0{api_key}".encode("utf-8", "surrogatepass")).hexdigest()


def can_be_sent(key: str) -> bool:
    """Tell whether a header can carry a key; one that it cannot carry would be shown by the error about it."""
    return key != "" and key.isascii() and key.isprintable() and " " not in key


def allowance_of(settings: Settings) -> Allowance:
    """Return what a user allows the account in a minute."""
    return Allowance(settings.requests_per_minute, settings.tokens_per_minute, settings.video_minutes_per_minute)


class StoreLedger:
    """Performs claims and records on a store."""

    def __init__(self, store: Store, keep_for: Seconds) -> None:
        """Take over a store that others may use too.

        Args:
            store: Where asks are kept.
            keep_for: An answer recorded longer ago, seconds, is used again only by the run that paid for it.
        """
        self._store = store
        self._keep_for = keep_for
        self.inline = store.inline

    def perform_all(self, steps: Sequence[Claim | Record]) -> list[Outcome]:
        """Perform claims and records together; see `Store.perform_all`."""
        return self._store.perform_all(steps, time.time(), self._keep_for)
