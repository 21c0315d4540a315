"""A run of the ledger as something to compare: its request, asked again of what is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pegasus_classify.cli.wrong_usage import UsageProblem
from pegasus_classify.client.account import account_hash
from pegasus_classify.client.request_body import address_of
from pegasus_classify.client.run_log import read_asked
from pegasus_classify.errors import api_key_invalid
from pegasus_classify.legacy.wire import write_request
from pegasus_classify.settings import Settings
from pegasus_classify.stores.opening import open_store

__all__ = ["KeptRun", "kept_run"]


@dataclass(frozen=True)
class KeptRun:
    """What a run was asked, and how.

    Attributes:
        path: Where the request belongs.
        body: The request as it was spelled.
        settings: Those of the run, with those given now before them.
    """

    path: str
    body: Mapping[str, Any]
    settings: Settings


def kept_run(beginning: str, settings: Settings) -> KeptRun:
    """Find a run by the beginning of its id.

    Args:
        beginning: As much of the id as tells it from all others of this key and upstream.
        settings: Name store, upstream and key.

    Raises:
        UsageProblem: There is no such run, more than one, or no lasting store.
        AuthenticationError: No key was given.
    """
    if settings.store == "memory:":
        raise UsageProblem("memory: keeps no runs; name a lasting --store")
    key = settings.api_key.get_secret_value() if settings.api_key else ""
    if not key:
        raise api_key_invalid()
    store = open_store(settings.store, keep_texts=settings.keep_texts)
    try:
        notes = store.runs.find(account_hash(settings.upstream.rstrip("/"), key), beginning.lower())
    finally:
        store.close()
    if len(notes) != 1:
        many = "more than one run begins" if notes else "no run of this key and upstream begins"
        raise UsageProblem(f"run:{beginning}: {many} so; `pegasus-classify runs list` shows them")
    asked = read_asked(notes[0].asked)
    body = write_request(asked.request, asked.spelling)
    chosen = {name: getattr(settings, name) for name in settings.model_fields_set}
    return KeptRun(address_of(body), body, Settings.model_validate({**asked.settings, **chosen}))
