"""A policy from a file, read again when it changes."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, TypeAlias

from pegasus_classify.errors import SettingsError
from pegasus_classify.rollout.policy import Policy, policy_from

__all__ = ["PolicyFile", "PolicySource", "policy_of", "read_policy"]

PolicySource: TypeAlias = "Policy | Mapping[str, Any] | str | Path"
"""A policy, its values, or the path of a TOML file."""


def read_policy(path: Path) -> Policy:
    """Read a policy from TOML.

    Raises:
        SettingsError: It cannot be read, is no TOML, or says something that is no policy; with line and field.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise SettingsError(f"the policy {path} cannot be read: {reason}") from None
    return policy_from(_toml(text, path.name), text, path.name)


def _toml(text: str, name: str) -> dict[str, Any]:
    try:
        toml = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    except ImportError:
        raise SettingsError("to read TOML before Python 3.11, install pegasus-classify[cli]") from None
    try:
        read: dict[str, Any] = toml.loads(text)
    except toml.TOMLDecodeError as error:
        raise SettingsError(f"{name}: {error}") from None
    return read


def policy_of(source: PolicySource) -> Policy:
    """Return a policy from wherever it is; raises as `read_policy` does."""
    if isinstance(source, str | Path):
        return read_policy(Path(source))
    return source if isinstance(source, Policy) else policy_from(source)


class PolicyFile:
    """The last good policy of a file.

    Args:
        path: Of the TOML file.

    Attributes:
        policy: The last good one.
        complaint: Why the file as it is now is not in force; empty when it is.

    Raises:
        SettingsError: The file is not good to begin with.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._mark = _mark(path)
        self.policy = read_policy(path)
        self.complaint = ""

    def look(self) -> bool:
        """Read the file again when it has changed; True when the policy or the complaint did."""
        mark = _mark(self.path)
        if mark == self._mark:
            return False
        self._mark = mark
        before = self.policy, self.complaint
        try:
            self.policy, self.complaint = read_policy(self.path), ""
        except SettingsError as error:
            self.complaint = str(error)
        return (self.policy, self.complaint) != before


def _mark(path: Path) -> tuple[int, int, int] | None:
    """Return what changes with a file; None when it is not there."""
    try:
        told = os.stat(path)
    except OSError:
        return None
    return told.st_mtime_ns, told.st_size, told.st_ino
