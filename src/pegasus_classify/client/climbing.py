"""The ladder in this process: what is known, what follows from it, and the log that says so."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from pegasus_classify.client.change_log import ChangeLog
from pegasus_classify.client.evidence import Evidence
from pegasus_classify.client.in_force import InForce
from pegasus_classify.client.sight import Sight
from pegasus_classify.contract.quantities import Percent, Seconds
from pegasus_classify.errors import SettingsError
from pegasus_classify.rollout.known import Known, is_bad
from pegasus_classify.rollout.ladder import Act, Change, Rung, change_of, decide_move
from pegasus_classify.rollout.policy import evidence_hash
from pegasus_classify.settings import Settings
from pegasus_classify.stores.protocol import Store
from pegasus_classify.stores.rollout_notes import Amounts, Scope

__all__ = ["LADDER", "Climbing", "Clocks", "known_told"]

LADDER = "ladder"
"""Who makes changes that no person makes."""

_LOG = logging.getLogger("pegasus_classify.rollout")

_TRY_AGAIN: Seconds = 1.0
"""How long a change that could not be written is left before it is tried again."""

_WARN_EVERY: Seconds = 300.0
"""How often it is said at most that a side which nothing has moved to is not good enough."""

_HOW_PEGASUS_IS_ASKED = {
    "model",
    "prompt",
    "prompts_dir",
    "calibration",
    "ask",
    "temperature",
    "samples",
    "first_sample",
}


class Clocks:
    """The wall's clock, which can be set, and one that only grows.

    Args:
        now: Seconds since 1970.
        steady: Seconds since any moment.
    """

    def __init__(self, now: Callable[[], Seconds], steady: Callable[[], Seconds]) -> None:
        self.now = now
        self.steady = steady
        self._began = now() - steady()

    def careful(self) -> Seconds:
        """Return the earlier of both: a clock that jumped ahead must not end a waiting time."""
        return min(self.now(), self._began + self.steady())


class Climbing:
    """Learns, and moves traffic when it is time. Safe from several threads; close it when done.

    Args:
        force: The policy in force.
        settings: How Pegasus is asked.
        store: Keeps what is seen; left open.
        clocks: Tell the time.
        learned: Called when others' sights became known, with what shadows used today and when that was read.
        watching: Whether anything moves by itself.

    Attributes:
        log: Of decisions.

    Raises:
        SettingsError: The log cannot be read.
    """

    def __init__(
        self,
        force: InForce,
        settings: Settings,
        store: Store,
        clocks: Clocks,
        learned: Callable[[Amounts, Seconds], object],
        *,
        watching: bool = True,
    ) -> None:
        self._force = force
        self._asked = settings.model_dump(mode="json", include=_HOW_PEGASUS_IS_ASKED)
        self._about = evidence_hash(force.policy, self._asked)
        self._clocks = clocks
        self._tell = learned
        self._lock = threading.RLock()
        self._unwritten = self._closed = False
        self._watching = watching
        self._tried: Seconds = float("-inf")
        self._warned: Seconds = float("-inf")
        self._noted = False, ""
        self._scope, self._scope_of = Scope("", "", ""), ("", Rung(), "")
        log = force.policy.log
        self.log = ChangeLog(None if log is None else force.folder / log)
        self.evidence = Evidence(store, self.scope, force.policy.ladder, clocks.now, self._learned)
        self._learned()

    @property
    def rung(self) -> Rung:
        """Where the ladder stands."""
        return self.log.rung

    @property
    def percent(self) -> Percent:
        """The share of the climbing route that has moved."""
        return 0.0 if self._unwritten else self.rung.percent

    @property
    def known(self) -> Known:
        """What is known since the last move, by all processes as far as they told."""
        return self.evidence.known

    @property
    def scope(self) -> Scope:
        """What is evidence now: seen since the last move, under this policy, of Pegasus asked in this way."""
        of = self._force.migration, self.rung, self._about
        if self._scope_of != of:
            self._scope, self._scope_of = Scope(of[0], of[1].epoch, of[2]), of
        return self._scope

    @property
    def complaints(self) -> list[str]:
        """What is not as it should be: lines of the log, the store."""
        told = [f"the log of decisions, {each}" for each in self.log.complaints]
        if self.evidence.complaint:
            told.append(f"what is seen cannot be kept: {self.evidence.complaint}")
        if self._unwritten:
            told.append("a roll-back cannot be written to the log; here it holds all the same")
        return told

    def refresh(self, *, another_policy: bool) -> None:
        """Follow the policy and the log, when they changed. Raises nothing.

        Args:
            another_policy: Whether another policy is in force now.
        """
        if another_policy:
            self._about = evidence_hash(self._force.policy, self._asked)
        try:
            self.log.look()
        except SettingsError as error:
            _LOG.error("%s", error)
        self._follow()
        self._note_what_acts_by_itself()

    def _follow(self) -> bool:
        """See to it that evidence is of what is in force now; True when it was."""
        scope, rules = self.scope, self._force.policy.ladder
        is_followed = scope == self.evidence.scope and rules == self.evidence.rules
        if not is_followed:
            self.evidence.begin(scope, rules)
        return is_followed

    def see(self, sight: Sight, scope: Scope | None = None) -> None:
        """Count something, and move when it is time.

        Args:
            sight: What was seen.
            scope: What it is evidence of, when that may have ended meanwhile.
        """
        if not self._force.climbs:
            # Nothing will be judged, so the answers themselves are not kept.
            sight = replace(sight, pairs={})
        self.evidence.see(sight, scope)
        self.decide()

    def _learned(self) -> None:
        """Take in what the store told."""
        self._tell(self.evidence.today, self.evidence.kept_at)
        self.decide()

    def decide(self) -> None:
        """Move when it is time."""
        if self._closed or not self._watching or not self._force.climbs:
            return
        with self._lock:
            if not self._follow():
                return
            rules, known = self._force.policy.ladder, self.known
            move = decide_move(self.rung, known.watch, known.word, rules, self._clocks.careful())
            if move is not None:
                self._move(*move)
            elif not self.rung.percent and is_bad(known, rules):
                if self._clocks.steady() - self._warned > _WARN_EVERY:
                    self._warned = self._clocks.steady()
                    _LOG.warning("nothing has moved, so nothing moves back, and begins anew: %s", known_told(known))
                self.evidence.begin_anew()

    def _move(self, act: Act, why: str) -> None:
        if self._clocks.steady() - self._tried < _TRY_AGAIN:
            return
        try:
            self.act(act, LADDER, why, evidence=known_told(self.known))
            self._unwritten, self._tried = False, float("-inf")
        except SettingsError as error:
            _LOG.error("%s (%s) is not in the log: %s", act, why, error)
            # Back at once, also without a log; forward never.
            self._unwritten = act == "rolled_back" or self._unwritten
            self._tried = self._clocks.steady()
        except ValueError:
            # Another process was faster.
            self._tried = float("-inf")

    def act(
        self,
        act: Act,
        who: str,
        why: str,
        *,
        percent: Percent | None = None,
        evidence: Mapping[str, Any] | None = None,
    ) -> Change | None:
        """Make a change: write it to the log, then live by it.

        Args:
            act: What is done.
            who: Who does it.
            why: One sentence.
            percent: The share a roll-back ends at; None for nothing.
            evidence: What it rests on.

        Returns:
            The change; None when another process was faster.

        Raises:
            SettingsError: The log cannot be written; nothing has changed then.
            ValueError: There is no such step.
        """
        with self._lock:
            before = self.rung

            def make(rung: Rung, _: list[Change]) -> Change | None:
                if who == LADDER and act == "promoted" and rung != before:
                    return None
                made = change_of(act, rung, self._force.policy.ladder, self._clocks.now(), who, why)
                made = made if percent is None else replace(made, percent=percent)
                return replace(made, policy=self._force.hash, evidence=dict(evidence or {}))

            change = self.log.add(make)
            if change is not None:
                fields: dict[str, Any] = {
                    "event": "changed",
                    "policy": self._force.hash,
                    "act": act,
                    "who": who,
                    "why": why,
                }
                fields |= {"percent": change.percent, "evidence": change.evidence}
                _LOG.warning("%s by %s: %s; %g %% now", act, who, why, change.percent, extra=fields)
            self.evidence.begin(self.scope, self._force.policy.ladder, ended=self.rung.moves != before.moves)
            return change

    def _note_what_acts_by_itself(self) -> None:
        """Write into the log that the stop-file came or went, and that another policy is in force."""
        there = self._force.stop_file_is_there
        if (there, self._force.hash) == self._noted:
            return
        self._noted = there, self._force.hash
        acts: tuple[tuple[Act, Act], ...] = (
            ("stop_file_appeared", "stop_file_gone") if there else ("stop_file_gone", "stop_file_appeared"),
            ("policy_changed", "policy_changed"),
        )
        for act, other in acts:
            if self._noted_once(act, other, self.rung, self.log.changes) is None:
                continue
            try:
                self.log.add(partial(self._noted_once, act, other))
            except SettingsError as error:
                _LOG.error("%s is not in the log: %s", act, error)

    def _noted_once(self, act: Act, other: Act, rung: Rung, changes: list[Change]) -> Change | None:
        """Return an entry, unless the log says so already, by whatever process."""
        if act == "policy_changed":
            last = changes[-1].policy if changes else self._force.hash
            if last == self._force.hash:
                return None
        else:
            last_act = next((each.act for each in reversed(changes) if each.act in (act, other)), "stop_file_gone")
            if last_act == act:
                return None
        change = change_of(act, rung, self._force.policy.ladder, self._clocks.now(), "files", _NOTED[act])
        return replace(change, policy=self._force.hash)

    def close(self) -> None:
        """Write down what was seen; move nothing any more."""
        self._closed = True
        self.evidence.close()


_NOTED: dict[Act, str] = {
    "policy_changed": "another policy is in force",
    "stop_file_appeared": "the stop-file is there",
    "stop_file_gone": "the stop-file is gone",
}


def known_told(known: Known) -> dict[str, Any]:
    """Return what is known as JSON."""
    watch, verdict = known.watch, known.verdict
    told: dict[str, Any] = {
        "calls": watch.calls,
        "failures": watch.failures,
        "slow": watch.slow,
        "compared": watch.compared,
        "differences": watch.differences,
    }
    if verdict is not None:
        told |= {"verdict": verdict.word, "videos": verdict.videos, "reasons": list(verdict.reasons[:3])}
    return told
