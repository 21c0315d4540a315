"""What is in force in this process: the policy, its old side, the breakers of both sides, the stop-file."""

from __future__ import annotations

import logging
import os
import threading
from pathlib import Path
from typing import TypeAlias

from pegasus_classify.client.agreement import check_can_judge
from pegasus_classify.client.old_asker import OldAsker
from pegasus_classify.client.old_recording import OldRecording
from pegasus_classify.client.policy_file import PolicyFile, PolicySource, policy_of
from pegasus_classify.errors import SettingsError
from pegasus_classify.rollout.breaker import Breaker
from pegasus_classify.rollout.policy import OldSide, Policy, SideName, policy_hash

__all__ = ["InForce", "OldAnswers"]

_LOG = logging.getLogger("pegasus_classify.rollout")

OldAnswers: TypeAlias = "OldAsker | OldRecording"


class InForce:
    """The last good policy and what belongs to it.

    Args:
        source: The policy, or the path of its file.

    Attributes:
        policy: In force.
        hash: Its name; equal policies have equal names.
        old: The old side; None when the policy has none.
        breakers: One for each side.
        shadow_breakers: Likewise for what is asked beside an answer: its failures are no caller's.
        climbs: Whether a route climbs the ladder.
        migration: What the store keeps what was seen under.
        stop_file_is_there: Whether the kill switch's file existed when it was last looked for.

    Raises:
        SettingsError: The policy is not good to begin with.
    """

    def __init__(self, source: PolicySource) -> None:
        self._file = PolicyFile(Path(source)) if isinstance(source, str | Path) else None
        self.folder = self._file.path.parent if self._file is not None else Path()
        self.old: OldAnswers | None = None
        self._refused = ""
        self._take_on(self._file.policy if self._file is not None else policy_of(source))

    @property
    def complaint(self) -> str:
        """Why the policy's file as it is now is not in force; empty when it is."""
        return "" if self._file is None else self._file.complaint or self._refused

    def look_for_stop_file(self) -> bool:
        """Look whether the kill switch's file exists, remember it, and return it."""
        self.stop_file_is_there = self._stop_file is not None and os.path.exists(self._stop_file)
        return self.stop_file_is_there

    def look(self) -> bool:
        """Read the file again when it has changed; True when another policy is in force now. Raises nothing."""
        if self._file is None or not self._file.look():
            return False
        if self._file.complaint:
            _LOG.error("the last good policy %s stays in force: %s", self.hash, self._file.complaint)
            return False
        self._refused, before = "", self.policy
        if self._file.policy == before:
            return False
        try:
            self._take_on(self._file.policy)
        except SettingsError as error:
            self._refused = str(error)
            _LOG.error("the last good policy %s stays in force: %s", self.hash, error)
            return False
        if self.policy.log != before.log:
            _LOG.warning("the policy names another log; it is used after a restart")
        _LOG.warning("policy %s is in force", self.hash)
        return True

    def _take_on(self, policy: Policy) -> None:
        climbs = any(route.ladder for route in policy.routes)
        if climbs:
            check_can_judge()
        before = self.old
        if before is None or before.side != policy.old:
            self.old = None if policy.old is None else _old_of(policy.old, self.folder)
        self.policy, self.hash, self.climbs = policy, policy_hash(policy), climbs
        self.migration = policy.name or (self.hash if self._file is None else str(self._file.path.resolve()))
        self._stop_file = None if policy.kill.file is None else os.fspath(self.folder / policy.kill.file)
        self.look_for_stop_file()
        self.breakers = _breakers(policy)
        self.shadow_breakers = _breakers(policy)
        if before is not None and before is not self.old:
            threading.Thread(target=before.close, daemon=True).start()

    def close(self) -> None:
        """Close the old side."""
        if self.old is not None:
            self.old.close()


def _breakers(policy: Policy) -> dict[SideName, Breaker]:
    return {"legacy": Breaker(policy.breaker), "pegasus": Breaker(policy.breaker)}


def _old_of(side: OldSide, folder: Path) -> OldAnswers:
    return OldAsker(side) if side.recording is None else OldRecording(side, folder)
