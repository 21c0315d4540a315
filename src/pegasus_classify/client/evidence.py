"""What was seen since traffic moved last: counted at once, kept in the store, shared by all processes of a policy.

Whoever sees something never waits for a disk: it is counted in the process, and a thread writes it down soon, at once
when it is a failure or a comparison. What decides is always the store's latest plus what is not yet written, so a
store that is gone delays nothing; and nothing counts twice, whatever is written again.
"""

from __future__ import annotations

import logging
import threading
import uuid
from collections import deque
from collections.abc import Callable
from dataclasses import replace

from pegasus_classify.client.agreement import MOST_PAIRS, judgement, pair_of
from pegasus_classify.client.sight import Gathered, Sight
from pegasus_classify.contract.quantities import Seconds
from pegasus_classify.contract.verdicts import SideVerdict
from pegasus_classify.errors import ClassifyError
from pegasus_classify.rollout.known import Known, is_bad, judged, known_of, known_text, look_due, with_seen
from pegasus_classify.rollout.policy import LadderRules
from pegasus_classify.stores.protocol import Store
from pegasus_classify.stores.rollout_notes import Amounts, Kept, Note, Scope

__all__ = ["Evidence"]

_LOG = logging.getLogger("pegasus_classify.rollout")

_CALM_FOR: Seconds = 1.0
"""How long calls that went well may wait to be written."""

_TRY_AGAIN: Seconds = 2.0
_ENDS_WITHIN: Seconds = 10.0


class Evidence:
    """What is known. Safe from several threads; close it when done.

    Args:
        store: Where it is kept; left open.
        scope: What it belongs to.
        rules: The ladder's.
        clock: Seconds since 1970.
        changed: Called when others' sights or a judgement became known, in a thread of its own with a store on disk.

    Attributes:
        kept_at: When the store was last heard, seconds since 1970.
    """

    def __init__(
        self,
        store: Store,
        scope: Scope,
        rules: LadderRules,
        clock: Callable[[], Seconds],
        changed: Callable[[], object],
    ) -> None:
        self._book = store.rollouts
        self._inline = store.inline
        self._clock = clock
        self._changed = changed
        self._writer = uuid.uuid4().hex
        self._numbers = 0
        self._lock = threading.RLock()
        self._wake = threading.Condition(self._lock)
        self._writing = threading.Lock()
        self._gathered = Gathered(scope, rules)
        self._queue: deque[Gathered] = deque()
        self._urgent = self._closed = self._unread = self._gathers = False
        self._due: list[tuple[Scope, LadderRules, int]] = []
        self._complaint = ""
        self._thread: threading.Thread | None = None
        self._kept, self.kept_at, self._view = Kept(), clock(), Known()
        try:
            self._take(self._book.read(scope, self.kept_at))
        except ClassifyError as error:
            self._unread, self._complaint = True, str(error)
            _LOG.error("what was seen of the migration cannot be read: %s", error)

    # --- what is known

    @property
    def known(self) -> Known:
        """What is known now, what is not yet written included."""
        return self._view

    @property
    def pairs(self) -> int:
        """How many different videos were compared, as far as it is written."""
        return self._kept.pairs

    @property
    def today(self) -> Amounts:
        """What shadows of all processes used today, as far as it is written."""
        return self._kept.today

    @property
    def complaint(self) -> str:
        """Why the store cannot be written; empty when it can."""
        return self._complaint

    @property
    def unwritten(self) -> int:
        """How many sights are not yet written."""
        with self._lock:
            waiting = [*self._queue, self._gathered]
            return sum(len(each.seen) + len(each.pairs) for each in waiting)

    # --- what is seen

    def see(self, sight: Sight, scope: Scope | None = None) -> None:
        """Count something; returns at once with a store on disk, and raises nothing.

        Args:
            sight: What was seen.
            scope: What it belongs to, when that may have ended meanwhile: then it is no evidence any more, and only
                its amounts count.
        """
        with self._lock:
            if scope is not None and scope != self._gathered.scope:
                sight = Sight(counts=sight.counts, flips=sight.flips)
            elif self._kept.pairs >= MOST_PAIRS:
                sight = replace(sight, pairs={})
            self._gathered.add(sight)
            self._view = with_seen(self._view, sight.seen, self._gathered.rules)
            if not self._inline:
                self._begin(sight.is_urgent)
                return
            waits = not sight.is_urgent and 0 <= self._clock() - self.kept_at < _CALM_FOR
        if not waits:
            self.write()

    @property
    def scope(self) -> Scope:
        """What evidence belongs to now."""
        return self._gathered.scope

    @property
    def rules(self) -> LadderRules:
        """The ladder's."""
        return self._gathered.rules

    def begin(self, scope: Scope, rules: LadderRules, *, ended: bool = False) -> None:
        """Go on with another scope: what it already holds is known soon, with the process's own store at once.

        Args:
            scope: The new one.
            rules: The ladder's.
            ended: Nobody needs what was known of the former scope any more.
        """
        with self._lock:
            if scope == self._gathered.scope and rules == self._gathered.rules:
                return
            self._gathered.ended = ended and scope != self._gathered.scope
            if self._gathered.any:
                self._queue.append(self._gathered)
            self._gathered = Gathered(scope, rules)
            self._kept, self._view, self._unread = Kept(), Known(), True
            if not self._inline:
                self._begin(urgent=True)
                return
        self.write()

    def begin_anew(self) -> None:
        """Forget what is known, if it still is bad: where nothing has moved, nothing can move back."""
        with self._lock:
            self._gathered.anew = True
            self._gathered.seen.clear()
            self._gathered.pairs.clear()
            self._view = Known()
            if not self._inline:
                self._begin(urgent=True)
                return
        self.write()

    # --- writing

    def write(self) -> bool:
        """Write everything now; False when the store failed, then it is kept for later."""
        with self._writing:
            try:
                while (batch := self._next()) is not None:
                    self._write(batch)
                if self._unread:
                    self._read()
            except ClassifyError as error:
                if not self._complaint:
                    _LOG.error("what is seen of the migration cannot be kept, and is counted in the process: %s", error)
                self._complaint = str(error)
                return False
            if self._complaint:
                _LOG.warning("what is seen of the migration is kept again")
                self._complaint = ""
            due, self._due = self._due, []
        # From here on nobody is kept waiting.
        for scope, rules, look in due:
            self._judge(scope, rules, look)
        self._changed()
        return True

    def close(self) -> None:
        """Write what is left and end."""
        with self._lock:
            self._closed = True
            thread = self._thread
            self._wake.notify_all()
        if thread is not None:
            thread.join(_ENDS_WITHIN)
        elif self._gathered.any or self._queue:
            self.write()

    def _begin(self, urgent: bool) -> None:
        """Have the thread write; called with the lock."""
        self._urgent = self._urgent or urgent
        if self._closed:
            return
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="pegasus-classify-evidence", daemon=True)
            self._thread.start()
        if urgent or not self._gathers:
            self._wake.notify_all()

    def _run(self) -> None:
        while True:
            with self._lock:
                self._gathers = False
                self._wake.wait_for(lambda: self._waits or self._closed)
                # What is not urgent gathers for a while.
                self._gathers = True
                self._wake.wait_for(lambda: self._urgent or self._closed, _CALM_FOR)
                self._urgent, closed = False, self._closed
            written = self.write()
            with self._lock:
                if closed:
                    return
                if not written:
                    self._wake.wait_for(lambda: self._closed, _TRY_AGAIN)

    @property
    def _waits(self) -> bool:
        return bool(self._gathered.any or self._queue or self._unread)

    def _next(self) -> Gathered | None:
        """Return what is to be written next; it stays in the queue until it is."""
        with self._lock:
            if not self._queue:
                if not self._gathered.any:
                    return None
                self._queue.append(self._gathered)
                self._gathered = Gathered(self._gathered.scope, self._gathered.rules)
            batch = self._queue[0]
            if not batch.number:
                self._numbers += 1
                batch.number = self._numbers
            return batch

    def _write(self, batch: Gathered) -> None:
        looks: list[int] = []
        now = self._clock()

        def revise(text: str, videos: int) -> str:
            looks.clear()
            known = known_of(text)
            if batch.ended or (batch.anew and is_bad(known, batch.rules)):
                return ""
            known = with_seen(known, batch.seen, batch.rules)
            due = look_due(known, videos, batch.rules, now)
            if due is not None:
                looks.append(due.looks)
                known = due
            return known_text(known)

        note = Note(self._writer, batch.number, now, batch.scope, revise, batch.pairs, batch.counts, tuple(batch.flips))
        kept = self._book.note(note)
        with self._lock:
            self._queue.popleft()
            if batch.scope == self._gathered.scope:
                self._unread = False
                self._take(kept)
        if looks:
            self._due.append((batch.scope, batch.rules, looks[0]))

    def _read(self) -> None:
        scope = self._gathered.scope
        kept = self._book.read(scope, self._clock())
        with self._lock:
            if scope == self._gathered.scope:
                self._unread = False
                self._take(kept)

    def _take(self, kept: Kept) -> None:
        """Take over what the store has; what is not yet written is seen on top of it."""
        self._kept, self.kept_at = kept, self._clock()
        view = known_of(kept.known)
        for batch in (*self._queue, self._gathered):
            if batch.scope == self._gathered.scope:
                view = Known() if batch.anew else view
                view = with_seen(view, batch.seen, batch.rules)
        self._view = view

    # --- judging

    def _judge(self, scope: Scope, rules: LadderRules, look: int) -> None:
        """Have a look at the comparison, in a thread of its own where the store is on disk."""
        if self._inline:
            self._look(scope, rules, look)
            return
        threading.Thread(
            target=self._look, args=(scope, rules, look), name="pegasus-classify-judging", daemon=True
        ).start()

    def _look(self, scope: Scope, rules: LadderRules, look: int) -> None:
        try:
            pairs = [pair for text in self._book.pairs(scope, MOST_PAIRS) if (pair := pair_of(text)) is not None]
            self._keep_judgement(scope, judgement(pairs, rules, look))
        except ClassifyError as error:
            _LOG.error("a judgement cannot be kept; it is made again: %s", error)
            return
        except Exception:  # noqa: BLE001 - whatever it is, callers are answered
            _LOG.exception("the sides could not be compared")
            return
        self._changed()

    def _keep_judgement(self, scope: Scope, verdict: SideVerdict) -> None:
        def revise(text: str, _: int) -> str:
            return known_text(judged(known_of(text), verdict)) if text else ""

        # Not while something else is on its way: it would be seen twice, in the store and on top of it.
        with self._writing:
            with self._lock:
                self._numbers += 1
                number = self._numbers
            kept = self._book.note(Note(f"{self._writer}-judging", number, self._clock(), scope, revise))
            with self._lock:
                if scope == self._gathered.scope:
                    self._take(kept)
