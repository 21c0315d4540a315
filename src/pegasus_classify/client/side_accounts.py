"""Accounts for what the caller's own account is not asked for: shadows, lists, models that a route chooses."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pegasus_classify.client.account import Account
from pegasus_classify.client.rollout_needs import Choice
from pegasus_classify.errors import ClassifyError, SettingsError
from pegasus_classify.settings import Settings

__all__ = ["SideAccounts"]

_MOST_UNUSED = 20


@dataclass
class _InUse:
    account: Account
    users: int = 0


class SideAccounts:
    """Blocking accounts by key and choice, opened when needed. Safe from several threads; close it when done.

    Args:
        settings: Everything but key, model, prompt and calibration.
        folder: What the paths of calibrations are relative to.
    """

    def __init__(self, settings: Settings, folder: Path = Path()) -> None:
        self._settings = settings
        self._folder = folder
        self._open: dict[tuple[str, Choice, int | None], _InUse] = {}
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def use(self, key: str, choice: Choice, concurrency: int | None = None) -> Iterator[Account]:
        """Lend an account.

        Args:
            key: The platform's key.
            choice: What a route chooses.
            concurrency: Requests in flight of the account; None: as the settings say.

        Raises:
            SettingsError: The choice does not exist.
        """
        name = (key, choice, concurrency)
        with self._lock:
            entry = self._open.pop(name, None) or _InUse(self._opened(key, choice, concurrency))
            entry.users += 1
            self._open[name] = entry
            unused = [each for each, other in self._open.items() if not other.users]
            old = [self._open.pop(each) for each in unused[: max(0, len(unused) - _MOST_UNUSED)]]
        for each in old:
            each.account.close()
        try:
            yield entry.account
        finally:
            with self._lock:
                entry.users -= 1

    def close(self) -> None:
        """Close them all."""
        with self._lock:
            entries = list(self._open.values())
            self._open.clear()
        for entry in entries:
            with contextlib.suppress(ClassifyError):
                entry.account.close()

    def _opened(self, key: str, choice: Choice, concurrency: int | None) -> Account:
        calibration = None if choice.calibration is None else self._folder / choice.calibration
        chosen = {"model": choice.model, "prompt": choice.prompt, "calibration": calibration}
        given: dict[str, object] = {name: value for name, value in chosen.items() if value is not None}
        if concurrency is not None:
            given["concurrency"] = concurrency
        try:
            settings = Settings.model_validate(
                {**dict(self._settings), "policy": None, "api_key": key or None, **given}
            )
        except ValueError as error:
            raise SettingsError(f"a route's choice: {error}") from None
        return Account(settings)
