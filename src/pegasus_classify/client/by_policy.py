"""A legacy call answered by the policy where there is one; without one, nothing of a migration is even loaded."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from pegasus_classify.client.handle import HandledReply
from pegasus_classify.client.needs import Need
from pegasus_classify.client.performing import perform_all, perform_all_async
from pegasus_classify.settings import Settings

if TYPE_CHECKING:
    from pegasus_classify.client.account import Account, AsyncAccount
    from pegasus_classify.client.rollout import Rollout
    from pegasus_classify.stores.protocol import Store

__all__ = ["reply_by", "reply_by_async", "rollout_of"]


def rollout_of(settings: Settings, store: Store | None = None) -> Rollout | None:
    """Return the migration that settings name; None when they name none.

    Args:
        settings: What the program was set to.
        store: Keeps what is seen, and is left open; None: the one that the settings name.
    """
    if settings.policy is None:
        return None
    from pegasus_classify.client.rollout import Rollout  # noqa: PLC0415 - loaded late

    return Rollout(settings.policy, settings, store=store)


def reply_by(rollout: Rollout | None, account: Account, steps: Generator[Need, Any, HandledReply]) -> HandledReply:
    """Answer a legacy call of the account's own, by the policy where there is one."""
    if rollout is None:
        return perform_all(steps, account.perform)
    from pegasus_classify.client.routing import RoutedCall, own_caller  # noqa: PLC0415 - loaded late

    call = RoutedCall(rollout, own_caller(rollout), account)
    return call.signed(perform_all(steps, call.perform))


async def reply_by_async(
    rollout: Rollout | None, account: AsyncAccount, steps: Generator[Need, Any, HandledReply]
) -> HandledReply:
    """Do the same for a coroutine."""
    if rollout is None:
        return await perform_all_async(steps, account.perform)
    from pegasus_classify.client.routing import AsyncRoutedCall, own_caller  # noqa: PLC0415 - loaded late

    call = AsyncRoutedCall(rollout, own_caller(rollout), account)
    return call.signed(await perform_all_async(steps, call.perform))
