"""A migration under way in this process: what decides, what is seen, and what runs beside."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from pegasus_classify.client.agreement import Pair
from pegasus_classify.client.change_log import ChangeLog
from pegasus_classify.client.climbing import Climbing, Clocks, known_told
from pegasus_classify.client.in_force import InForce, OldAnswers
from pegasus_classify.client.old_recording import OldRecording
from pegasus_classify.client.policy_file import PolicySource
from pegasus_classify.client.rollout_events import Event, event_of, sight_of
from pegasus_classify.client.rollout_needs import AskNew
from pegasus_classify.client.routed import Caller, Ended, Told
from pegasus_classify.client.shadow import Shadow, ShadowTask
from pegasus_classify.client.shadowing import Shadowing
from pegasus_classify.client.side_accounts import SideAccounts
from pegasus_classify.contract.quantities import Percent, Seconds
from pegasus_classify.contract.result import ClassifyResult
from pegasus_classify.errors import SettingsError
from pegasus_classify.rollout.known import Known
from pegasus_classify.rollout.ladder import Act, Change, Rung
from pegasus_classify.rollout.policy import Policy, SideName
from pegasus_classify.rollout.route import Decision, Facts, Standing, bucket, decide
from pegasus_classify.settings import Settings
from pegasus_classify.stores.opening import open_store
from pegasus_classify.stores.protocol import Store
from pegasus_classify.stores.rollout_notes import Amounts, Scope

__all__ = ["Rollout"]

_LOG = logging.getLogger("pegasus_classify.rollout")


class Rollout:
    """Decides, watches and moves. Safe from several threads; close it when done.

    Args:
        source: The policy, or the path of its file, which is read again when it changes.
        settings: For asking Pegasus beside the old side, and for the store.
        store: Keeps what is seen, and is left open; None: the one that the settings name.
        clock: Seconds since 1970.
        steady: Seconds that only grow; None: the same clock where it is not the system's.
        watching: Whether anything moves by itself; a command that only looks must not.

    Attributes:
        accounts: For shadows, lists and chosen models.
        listeners: Called with every `Event`, in whatever thread; must not raise or take long.
        shadow: Runs beside the old side.

    Raises:
        SettingsError: The policy is not good, its log cannot be read, or the store cannot be used.
    """

    def __init__(
        self,
        source: PolicySource,
        settings: Settings,
        *,
        store: Store | None = None,
        clock: Callable[[], Seconds] = time.time,
        steady: Callable[[], Seconds] | None = None,
        watching: bool = True,
    ) -> None:
        self.clock = clock
        self.steady = steady or (time.monotonic if clock is time.time else clock)
        self.settings = settings
        self.listeners: list[Callable[[Event], object]] = []
        self._lock = threading.RLock()
        self._closed = False
        self._force = InForce(source)
        self._owns_store = store is None
        self.store = open_store(settings.store, keep_texts=settings.keep_texts) if store is None else store
        self.accounts = SideAccounts(settings, self._force.folder)
        shadowing = Shadowing(self._force, settings, self.accounts, self.steady, self._shadowed)
        self.shadow = Shadow(self.policy.shadow, shadowing.work)
        clocks = Clocks(clock, self.steady)
        self._climbing = Climbing(self._force, settings, self.store, clocks, self._learned, watching=watching)

    # --- what is in force

    @property
    def policy(self) -> Policy:
        """The policy in force."""
        return self._force.policy

    @property
    def hash(self) -> str:
        """Name of the policy in force; equal policies have equal names."""
        return self._force.hash

    @property
    def migration(self) -> str:
        """Name under which the store keeps what is seen."""
        return self._force.migration

    @property
    def complaints(self) -> list[str]:
        """What is not as it should be: the policy's file, lines of the log, the store."""
        file = self._force.complaint
        return [*([f"the policy's file is not in force: {file}"] if file else []), *self._climbing.complaints]

    @property
    def log(self) -> ChangeLog:
        """The log of decisions."""
        return self._climbing.log

    @property
    def rung(self) -> Rung:
        """Where the ladder stands."""
        return self._climbing.rung

    @property
    def percent(self) -> Percent:
        """The share of the climbing route that has moved."""
        return self._climbing.percent

    @property
    def standing(self) -> Standing:
        """What routes look at now."""
        return Standing(self.percent, self.rung.stopped or self._force.look_for_stop_file())

    @property
    def old(self) -> OldAnswers:
        """The old side.

        Raises:
            SettingsError: The policy has none.
        """
        if self._force.old is None:
            raise SettingsError("the policy has no old side")
        return self._force.old

    def refresh(self) -> None:
        """Look whether the policy or its log changed; takes some microseconds when they did not. Raises nothing."""
        with self._lock:
            another_policy = self._force.look()
            self._force.look_for_stop_file()
            if another_policy:
                self.shadow.rules = self.policy.shadow
        self._climbing.refresh(another_policy=another_policy)

    # --- what routing asks

    def deciding(self) -> Callable[[Facts], Decision]:
        """Return what decides about one request: policy and standing as `refresh` found them."""
        standing = Standing(self.percent, self.rung.stopped or self._force.stop_file_is_there)
        return partial(decide, policy=self.policy, standing=standing)

    def take(self, side: SideName, now: Seconds) -> int | None:
        """Begin an ask; None when the side is to be left alone."""
        with self._lock:
            return self._force.breakers[side].take(now)

    def ended(self, ended: Ended, now: Seconds) -> None:
        """End an ask: the breaker and the ladder learn from it."""
        with self._lock:
            self._force.breakers[ended.side].done(ended.ticket, ended.ok, now)
        event = event_of(ended, self.policy.ladder.slow_after)
        self._tell(event, "answered" if event.ok else "not answered")
        self.see(event)

    def offer(self, caller: Caller, ask: AskNew, decision: Decision, answer: ClassifyResult) -> None:
        """Have an answer compared with the other side's; returns at once and raises nothing."""
        try:
            task = ShadowTask(caller, ask, decision.route, decision.because, self._climbing.evidence.scope)
            whole = ask.request.index_id or "\n".join(sorted(ask.request.video_ids or ()))
            is_drawn = bucket(f"{self.policy.salt}\0shadow", "video", whole) < self.policy.shadow.share
            if decision.side == "legacy":
                task = replace(task, old=answer)
            else:
                task = replace(task, new=answer)
                is_drawn = isinstance(self._force.old, OldRecording) or (decision.shadow and is_drawn)
            if is_drawn:
                self.shadow.offer(task, self.clock())
        except Exception:  # noqa: BLE001 - whatever it is, the caller has an answer
            _LOG.exception("a shadow could not be begun")

    def header(self, told: Told | None = None) -> str:
        """Return the text of `X-Classify-Policy`: hash, name, share, and who answered by which route."""
        name = f" {self.policy.name}" if self.policy.name else ""
        parts = [f"{self.hash}{name}", f"percent={self.percent:g}"]
        if told is not None:
            parts += [f"{side}={count}" for side, count in sorted(told.videos.items()) if count]
            parts.append("route=" + ",".join(dict.fromkeys(each.route for each in told.decisions)))
            if told.fell_back:
                parts.append("fallback")
        return "; ".join(parts)

    # --- what is seen

    def see(self, event: Event, pairs: list[Pair] | None = None, scope: Scope | None = None) -> None:
        """Count what happened, and move when it is time.

        Args:
            event: What happened.
            pairs: What was compared.
            scope: What it is evidence of, when that may have ended meanwhile.
        """
        if not self._closed:
            self._climbing.see(sight_of(event, pairs or [], self.clock()), scope)

    def _shadowed(self, event: Event, pairs: list[Pair], task: ShadowTask) -> None:
        if not self._closed:
            self._tell(event, "compared" if pairs else "asked beside the old side")
            self.see(event, pairs, task.scope)

    def _tell(self, event: Event, what: str) -> None:
        for listener in self.listeners:
            listener(event)
        if _LOG.isEnabledFor(logging.INFO):
            fields = {"event": what.replace(" ", "_"), "policy": self.hash, "percent": self.percent}
            _LOG.info("%s: %s by route %s", event.asked, what, event.route, extra={**fields, **event.fields()})

    def _learned(self, today: Amounts, read_at: Seconds) -> None:
        self.shadow.used(today.usd, today.video_seconds / 60, read_at)

    @property
    def known(self) -> Known:
        """What is known since the last move, by all processes as far as they told."""
        return self._climbing.known

    @property
    def unwritten(self) -> int:
        """How many sights are not yet in the store."""
        return self._climbing.evidence.unwritten

    def evidence(self) -> dict[str, Any]:
        """Return what is known since the last move, as JSON."""
        return known_told(self.known)

    def act(
        self,
        act: Act,
        who: str,
        why: str,
        *,
        percent: Percent | None = None,
        evidence: Mapping[str, Any] | None = None,
    ) -> Change | None:
        """Make a change: write it to the log, then live by it; see `Climbing.act`."""
        return self._climbing.act(act, who, why, percent=percent, evidence=evidence)

    def close(self) -> None:
        """End shadows, write down what was seen, and give back threads and connections."""
        self._closed = True  # what breaks off now is nobody's fault
        self.shadow.close()
        self._force.close()
        self.accounts.close()
        self._climbing.close()
        if self._owns_store:
            self.store.close()
