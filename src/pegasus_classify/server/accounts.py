"""The accounts behind the callers: one per upstream key, made when first needed, let go when long unused."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from pegasus_classify.client.account import AsyncAccount, account_hash
from pegasus_classify.contract.quantities import Seconds
from pegasus_classify.server.heard import RateLimits
from pegasus_classify.server.settings import ServeSettings
from pegasus_classify.settings import Settings
from pegasus_classify.steps import NoReply, Reply
from pegasus_classify.stores.protocol import Store

__all__ = ["MOST_UNUSED", "UNUSED_LIFE", "Accounts", "Tenant"]

MOST_UNUSED = 100
"""How many accounts with nothing under way are kept open."""

UNUSED_LIFE: Seconds = 900.0
"""How long an account with nothing under way is kept open."""


@dataclass(eq=False)
class Tenant:
    """An account in use.

    Attributes:
        account: All traffic with one upstream key.
        limits: What the upstream last said about its rate limits.
        users: How many calls are under way.
        unused_since: When the last one ended, monotonic seconds.
    """

    account: AsyncAccount
    limits: RateLimits
    users: int = 0
    unused_since: Seconds = field(default_factory=time.monotonic)


class Accounts:
    """Accounts by a hash of their key, all on one store. Belongs to one event loop."""

    def __init__(self, settings: ServeSettings, store: Store, on_heard: Callable[[Reply | NoReply], None]) -> None:
        """Open nothing yet.

        Args:
            settings: The server's.
            store: Shared by all accounts and left open.
            on_heard: Told of everything the upstream answers to any account.
        """
        self._settings = settings.settings
        self._store = store
        self._on_heard = on_heard
        self._tenants: OrderedDict[str, Tenant] = OrderedDict()
        self._closing: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        """Return how many are open."""
        return len(self._tenants)

    def take(self, upstream_key: str) -> Tenant:
        """Return the account of a key for one call; give it back when the call has ended."""
        name = account_hash(self._settings.upstream, upstream_key)
        tenant = self._tenants.get(name)
        if tenant is None or tenant.account.ended:
            tenant = self._tenants[name] = self._opened(upstream_key)
        self._tenants.move_to_end(name)
        tenant.users += 1
        self._let_go()
        return tenant

    def give_back(self, tenant: Tenant) -> None:
        """Count a call as ended."""
        tenant.users -= 1
        tenant.unused_since = time.monotonic()

    async def close(self) -> None:
        """Stop what is under way and close every account."""
        tenants, self._tenants = list(self._tenants.values()), OrderedDict()
        await asyncio.gather(*self._closing, *(each.account.aclose() for each in tenants), return_exceptions=True)

    def _opened(self, upstream_key: str) -> Tenant:
        limits = RateLimits()

        def heard(outcome: Reply | NoReply) -> None:
            limits.hear(outcome)
            self._on_heard(outcome)

        settings = Settings.model_validate({**dict(self._settings), "api_key": upstream_key})
        return Tenant(AsyncAccount(settings, store=self._store, on_heard=heard), limits)

    def _let_go(self) -> None:
        unused = [name for name, each in self._tenants.items() if not each.users]
        too_old = time.monotonic() - UNUSED_LIFE
        for place, name in enumerate(unused):
            if len(unused) - place > MOST_UNUSED or self._tenants[name].unused_since < too_old:
                task = asyncio.get_running_loop().create_task(_closed(self._tenants.pop(name).account))
                self._closing.add(task)
                task.add_done_callback(self._closing.discard)


async def _closed(account: AsyncAccount) -> None:
    # Its driver has told whoever waited; nobody waits any more.
    with contextlib.suppress(Exception):
        await account.aclose()
