"""A migration under way in this process: the policy in force, breakers, evidence, shadows, and the ladder's moves."""

from __future__ import annotations

import contextlib
import logging
import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from pegasus_classify.client.agreement import Agreement, check_can_judge, pairs_of, seen_line
from pegasus_classify.client.change_log import ChangeLog
from pegasus_classify.client.old_asker import OldAsker
from pegasus_classify.client.policy_file import PolicyFile, PolicySource
from pegasus_classify.client.rollout_needs import AskNew
from pegasus_classify.client.routed import Caller, Ended, Told, is_failure
from pegasus_classify.client.shadow import Shadow, ShadowTask
from pegasus_classify.client.side_accounts import SideAccounts
from pegasus_classify.contract.quantities import Seconds
from pegasus_classify.contract.result import ClassifyResult
from pegasus_classify.errors import ClassifyError, SettingsError
from pegasus_classify.rollout.breaker import Breaker
from pegasus_classify.rollout.ladder import Act, Change, Rung, change_of, decide_move
from pegasus_classify.rollout.policy import Policy, SideName, policy_from, policy_hash
from pegasus_classify.rollout.route import Decision, Facts, Standing, bucket, decide
from pegasus_classify.rollout.watch import Seen, Watch, watched
from pegasus_classify.settings import Settings

__all__ = ["LADDER", "Rollout", "seen_path"]

LADDER = "ladder"
"""Who makes changes that no person makes."""

_LOG = logging.getLogger("pegasus_classify.rollout")


def seen_path(log: Path) -> Path:
    """Return where the outcomes of shadows are written, beside the log of decisions."""
    return log.with_name(log.name + ".seen")


class Rollout:
    """Decides, watches and moves. Safe from several threads; close it when done.

    Args:
        source: The policy, or the path of its file, which is read again when it changes.
        settings: For asking Pegasus beside the old side.
        clock: Seconds since 1970.

    Attributes:
        counts: Asks by route and side.
        accounts: For shadows, lists and chosen models.

    Raises:
        SettingsError: The policy is not good, or its log cannot be read.
    """

    def __init__(self, source: PolicySource, settings: Settings, *, clock: Callable[[], Seconds] = time.time) -> None:
        self.clock = clock
        self.settings = settings
        self.accounts = SideAccounts(settings)
        self.counts: Counter[tuple[str, SideName]] = Counter()
        self._lock = threading.RLock()
        self._file = PolicyFile(Path(source)) if isinstance(source, str | Path) else None
        self._folder = self._file.path.parent if self._file is not None else Path()
        self._old: OldAsker | None = None
        self._unwritten = self._closed = False
        self._policy = self._file.policy if self._file is not None else _given(source)
        self._take_on(self._policy)
        self.log = ChangeLog(None if self._policy.log is None else self._folder / self._policy.log)
        self.shadow = Shadow(self._policy.shadow, self._shadowed)
        self._begin_watch()

    # --- what is in force

    @property
    def policy(self) -> Policy:
        """The policy in force."""
        return self._policy

    @property
    def hash(self) -> str:
        """Name of the policy in force; equal policies have equal names."""
        return self._hash

    @property
    def complaint(self) -> str:
        """Why the policy's file as it is now is not in force; empty when it is."""
        return "" if self._file is None else self._file.complaint

    @property
    def rung(self) -> Rung:
        """Where the ladder stands."""
        return self.log.rung

    @property
    def standing(self) -> Standing:
        """What routes look at now."""
        rung = self.log.rung
        percent = 0.0 if self._unwritten else rung.percent(self._policy.ladder)
        return Standing(percent, rung.stopped or self._stop_file())

    def refresh(self) -> None:
        """Look whether the policy or its log changed; takes some microseconds when they did not. Raises nothing."""
        if self._file is not None and self._file.look():
            with self._lock:
                self._changed_file(self._file)
        with contextlib.suppress(SettingsError):
            if self.log.look():
                self._begin_watch()

    def _changed_file(self, file: PolicyFile) -> None:
        if file.complaint:
            _LOG.error("the last good policy %s stays in force: %s", self._hash, file.complaint)
        elif file.policy != self._policy:
            if file.policy.log != self._policy.log:
                _LOG.warning("the policy names another log; it is used after a restart")
            try:
                self._take_on(file.policy)
            except SettingsError as error:
                _LOG.error("the last good policy %s stays in force: %s", self._hash, error)
                return
            self.shadow.rules = file.policy.shadow
            self._begin_watch()
            _LOG.warning("policy %s is in force", self._hash)

    def _take_on(self, policy: Policy) -> None:
        if any(route.ladder for route in policy.routes):
            check_can_judge()
        before = self._old
        if before is None or before.side != policy.old:
            self._old = None if policy.old is None else OldAsker(policy.old)
        self._policy, self._hash = policy, policy_hash(policy)
        self._breakers: dict[SideName, Breaker] = {
            "legacy": Breaker(policy.breaker),
            "pegasus": Breaker(policy.breaker),
        }
        if before is not None and before is not self._old:
            threading.Thread(target=before.close, daemon=True).start()

    def _stop_file(self) -> bool:
        name = self._policy.kill.file
        return name is not None and os.path.exists(self._folder / name)

    # --- what routing asks

    def deciding(self) -> Callable[[Facts], Decision]:
        """Return what decides about one request: policy and standing as they are now."""
        return partial(decide, policy=self._policy, standing=self.standing)

    def take(self, side: SideName, now: Seconds) -> int | None:
        """Begin an ask; None when the side is to be left alone."""
        with self._lock:
            return self._breakers[side].take(now)

    def ended(self, ended: Ended, now: Seconds) -> None:
        """End an ask: the breaker and the ladder learn from it."""
        with self._lock:
            self._breakers[ended.side].done(ended.ticket, ended.ok, now)
        if ended.side == "pegasus":
            self._see([Seen(failed=not ended.ok, slow=ended.seconds > self._policy.ladder.slow_after)], now)

    def offer(self, caller: Caller, ask: AskNew, answer: ClassifyResult, now: Seconds) -> None:
        """Have Pegasus asked beside an answer of the old side; returns at once and raises nothing."""
        try:
            whole = ask.request.index_id or "\n".join(sorted(ask.request.video_ids or ()))
            if bucket(f"{self._policy.salt}\0shadow", "video", whole) < self._policy.shadow.share:
                self.shadow.offer(ShadowTask(caller, ask, answer), now)
        except Exception:  # noqa: BLE001 - whatever it is, the caller has an answer
            _LOG.exception("a shadow could not be begun")

    @property
    def old(self) -> OldAsker:
        """The old side.

        Raises:
            SettingsError: The policy has none.
        """
        if self._old is None:
            raise SettingsError("the policy has no old side")
        return self._old

    def told(self, told: Told) -> str:
        """Count an answer, and return the text of its `X-Classify-Policy`."""
        with self._lock:
            for each in told.decisions:
                self.counts[each.route, each.side] += 1
        header = self.header(told)
        if _LOG.isEnabledFor(logging.INFO):
            fields = {"reasons": [each.reason for each in told.decisions], "usd": told.result.cost.usd}
            _LOG.info("answered: %s", header, extra={"policy": self._hash, "sides": told.videos, **fields})
        return header

    def header(self, told: Told | None = None) -> str:
        """Return the text of `X-Classify-Policy`: hash, name, share, and who answered by which route."""
        name = f" {self._policy.name}" if self._policy.name else ""
        parts = [f"{self._hash}{name}", f"percent={self.standing.percent:g}"]
        if told is not None:
            parts += [f"{side}={count}" for side, count in sorted(told.videos.items()) if count]
            parts.append("route=" + ",".join(dict.fromkeys(each.route for each in told.decisions)))
            if told.fell_back:
                parts.append("fallback")
        return "; ".join(parts)

    # --- shadows and the ladder

    def _begin_watch(self) -> None:
        with self._lock:
            self._watch = Watch()
            self._agreement = Agreement(self._policy.ladder)

    def _shadowed(self, task: ShadowTask) -> tuple[float, float]:
        began = time.monotonic()
        key = self.settings.api_key.get_secret_value() if self.settings.api_key else task.caller.key
        outcome: ClassifyResult | ClassifyError
        agreement = self._agreement
        try:
            with self.accounts.use(key, task.ask.choice, self._policy.shadow.concurrency) as account:
                outcome = account.start(task.ask.request).result()
        except ClassifyError as error:
            outcome = error
        seconds, now = time.monotonic() - began, self.clock()
        seen = [Seen(failed=is_failure(outcome), slow=seconds > self._policy.ladder.slow_after)]
        if isinstance(outcome, ClassifyError):
            self._see(seen, now)
            return 0.0, 0.0
        pairs = list(pairs_of(task.ask.request, task.answer, outcome))
        if any(route.ladder for route in self._policy.routes):
            agreement.add(pairs)
        self._write_seen(seen_line(now, pairs, outcome.cost.usd))
        self._see([*seen, *(Seen(differs=pair.differs) for pair in pairs)], now)
        return outcome.cost.usd, outcome.cost.video_seconds / 60

    def _write_seen(self, line: str) -> None:
        if self.log.path is None:
            return
        try:
            with self._lock, seen_path(self.log.path).open("a", encoding="utf-8") as file:
                file.write(line)
        except OSError as error:
            _LOG.error("what a shadow saw cannot be written: %s", error.strerror)

    def _see(self, seen: list[Seen], now: Seconds) -> None:
        """Watch, and move when it is time."""
        if self._closed or not any(route.ladder for route in self._policy.routes):
            return
        with self._lock:
            rules = self._policy.ladder
            for each in seen:
                self._watch = watched(self._watch, each, rules)
            verdict = self._agreement.verdict
            move = decide_move(self.rung, self._watch, verdict.word if verdict else None, rules, now)
            if move is not None:
                self._move(*move, now)
            elif not self.rung.step and (self._watch.passed(rules) or (verdict and verdict.word == "different")):
                # Nothing has moved, so nothing can move back: what is found out begins anew.
                self._begin_watch()

    def _move(self, act: Act, why: str, now: Seconds) -> None:
        try:
            self.act(act, LADDER, why, now, self.evidence())
            self._unwritten = False
        except SettingsError as error:
            _LOG.error("%s (%s) is not in the log: %s", act, why, error)
            # Back at once, also without a log; forward never.
            self._unwritten = act == "rolled_back" or self._unwritten

    def act(
        self, act: Act, who: str, why: str, now: Seconds | None = None, evidence: Mapping[str, Any] | None = None
    ) -> Change:
        """Make a change: write it to the log, then live by it.

        Args:
            act: What is done.
            who: Who does it.
            why: One sentence.
            now: Seconds since 1970; None for now.
            evidence: What it rests on.

        Raises:
            SettingsError: The log cannot be written; nothing has changed then.
            ValueError: There is no such step.
        """
        with self._lock:
            at = self.clock() if now is None else now
            change = change_of(act, self.rung, self._policy.ladder, at, who, why)
            change = replace(change, policy=self._hash, evidence=dict(evidence or {}))
            if self.log.add(change):
                _LOG.warning("%s by %s: %s; %g %% now", act, who, why, change.percent)
            if act in ("promoted", "rolled_back"):
                self._begin_watch()
            return change

    def evidence(self) -> dict[str, Any]:
        """Return what is known since the last change, as JSON."""
        watch, verdict = self._watch, self._agreement.verdict
        told: dict[str, Any] = {
            "calls": watch.calls,
            "failures": watch.failures,
            "slow": watch.slow,
            "compared": watch.compared,
            "differences": watch.differences,
            "shadow_usd_today": round(self.shadow.usd, 4),
        }
        if verdict is not None:
            told |= {"verdict": verdict.word, "videos": verdict.videos, "reasons": list(verdict.reasons[:3])}
        return told

    def close(self) -> None:
        """End shadows and give back threads and connections."""
        self._closed = True  # what breaks off now is nobody's fault
        self.shadow.close()
        if self._old is not None:
            self._old.close()
        self.accounts.close()


def _given(source: object) -> Policy:
    if isinstance(source, Policy):
        return source
    assert isinstance(source, Mapping)
    return policy_from(source)
