"""Notes in the store about runs under way, written beside them: nobody who asks or answers waits for a note."""

from __future__ import annotations

import hashlib
import json
import logging
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

from pegasus_classify.contract.quantities import Seconds
from pegasus_classify.contract.request import ClassifyRequest
from pegasus_classify.contract.result import FailureKind
from pegasus_classify.errors import ClassifyError
from pegasus_classify.legacy.spelling import Spelling, ThresholdForm
from pegasus_classify.planning.plan import Plan
from pegasus_classify.runs.request_run import RequestRun
from pegasus_classify.settings import Settings
from pegasus_classify.stores.run_notes import RunBook, RunNote, RunState

__all__ = ["HEARTBEAT", "NOTED_EVERY", "Asked", "RunLog", "read_asked", "run_id_of"]

_LOG = logging.getLogger(__name__)

NOTED_EVERY: Seconds = 2.0
"""How often at most it is noted where runs stand."""

HEARTBEAT: Seconds = 15.0
"""How often it is noted that a run is alive although nothing has changed."""

_GATHERING: Seconds = 0.1
"""What begins and ends within this time is written once."""

_OF_THE_PLACE = {"api_key", "upstream", "store", "video_map", "concurrency", "keep_texts"}
"""Settings that belong to whoever asks, and are not part of a run."""

_WORDS: dict[FailureKind, str] = {
    "quota_used_up": "the account's quota is used up",
    "over_budget": "the budget is used up",
    "key_rejected": "the platform refused the key",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a run was asked, as it is kept."""

    request: ClassifyRequest
    spelling: Spelling
    settings: dict[str, Any]


def run_id_of(account: str, request: ClassifyRequest, plan: Plan) -> str:
    """Return the name of the run that a request is: the same request, asked in the same way, has the same name.

    Args:
        account: Hash of upstream and key.
        request: In canonical form.
        plan: How the model is asked about it.
    """
    way = asdict(plan.asking)
    parts = [account, request.model_dump_json(), plan.model.name, plan.prompt_version, plan.prompt_hash, way]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode("utf-8", "surrogatepass")).hexdigest()


def read_asked(text: str) -> Asked:
    """Return what was asked from what `RunNote.asked` holds."""
    kept = json.loads(text)
    spelling = kept["spelling"]
    form = spelling.pop("threshold")
    threshold = ThresholdForm(**{**form, "members": tuple(form["members"])})
    return Asked(
        ClassifyRequest.model_validate_json(json.dumps(kept["request"])),
        Spelling(**{**spelling, "threshold": threshold, "given": tuple(spelling["given"])}),
        kept["settings"],
    )


@dataclass(eq=False, slots=True)
class _Entry:
    run: RequestRun
    note: RunNote
    begun: bool = False
    stopped: bool = False
    left: bool = False

    def is_over(self, state: RunState) -> bool:
        """Tell whether nothing more can become of a run in this state: its answer was taken, or will not be."""
        to_be_taken = self.run.round is not None and not self.run.round.closed and self.run.is_settled
        return state != "running" and (self.left or not to_be_taken)


class RunLog:
    """Writes what becomes of runs into a store's book, in a thread of its own that lives while there are runs.

    A note that cannot be written is left out: the asks themselves are in the ledger.
    """

    def __init__(self, book: RunBook, account: str, settings: Settings, clock: Callable[[], float] = time.time) -> None:
        """Start nothing yet.

        Args:
            book: Where notes are kept.
            account: Whose runs they are.
            settings: How the model is asked.
            clock: Gives seconds since 1970.
        """
        self._book = book
        self._account = account
        self._owner = uuid.uuid4().hex
        self._clock = clock
        self._settings = json.loads(settings.model_dump_json(exclude=_OF_THE_PLACE, exclude_defaults=True))
        self._entries: dict[int, _Entry] = {}
        self._lock = threading.Lock()
        self._news = threading.Event()
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None

    def begin(self, run: RequestRun, spelling: Spelling) -> None:
        """Note from now on what becomes of a run."""
        now = self._clock()
        kept = {
            "request": run.request.model_dump(mode="json"),
            "spelling": asdict(spelling),
            "settings": self._settings,
        }
        plan = run.plan
        run_id = run.round.run_id if run.round is not None else run_id_of(self._account, run.request, plan)
        note = RunNote(
            account=self._account,
            run_id=run_id,
            owner=self._owner,
            asked=json.dumps(kept),
            model=plan.model.name,
            prompt_version=plan.prompt_version,
            started=now,
            updated=now,
            round=run.round.number if run.round is not None else 0,
        )
        with self._lock:
            self._entries[id(run)] = _Entry(run, note)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="pegasus-classify-runs", daemon=True)
                self._thread.start()
        self._news.set()

    def stop(self, run: RequestRun) -> None:
        """Note that nobody waits for a run any more."""
        with self._lock:
            entry = self._entries.get(id(run))
            if entry is not None:
                entry.stopped, entry.left = not run.finished, True
        self._news.set()

    def stop_all(self) -> None:
        """Note that whatever is not finished will not be: this process ends."""
        with self._lock:
            for entry in self._entries.values():
                entry.stopped, entry.left = not entry.run.finished, True

    def close(self) -> None:
        """Write what is left and end the thread."""
        self._closed.set()
        self._news.set()
        if self._thread is not None:
            self._thread.join()

    def _work(self) -> None:
        while not self._closed.is_set():
            with self._lock:
                waiting = bool(self._entries)
            self._news.wait(NOTED_EVERY if waiting else None)
            self._news.clear()
            self._closed.wait(_GATHERING)
            self._write_all()
        # What came while the last notes were being written is still missing.
        self._write_all()

    def _write_all(self) -> None:
        with self._lock:
            entries = list(self._entries.items())
        for name, entry in entries:
            note = _noted(entry, self._clock())
            try:
                self._write(entry, note)
            except ClassifyError as error:
                _LOG.warning("what became of run %s is not noted: %s", note.run_id[:12], error)
            if entry.is_over(note.state):
                with self._lock:
                    self._entries.pop(name, None)

    def _write(self, entry: _Entry, note: RunNote) -> None:
        if not entry.begun:
            self._book.begin(note)
            entry.begun = True
        elif _differ(note, entry.note):
            self._book.go_on(note)
        else:
            return
        entry.note = note


def _noted(entry: _Entry, now: Seconds) -> RunNote:
    run = entry.run
    state, reason = _state(entry)
    return replace(
        entry.note,
        updated=now,
        state=state,
        reason=reason,
        found=run.found,
        total=run.total,
        done=run.done,
        failed=run.failed,
        calls=run.cost.calls,
        usd=run.cost.usd,
        video_seconds=run.cost.video_seconds,
        closed=run.round is not None and run.round.closed,
    )


def _differ(note: RunNote, before: RunNote) -> bool:
    """Tell whether there is something to note: news, or that the run is alive. The clock may have been set back."""
    return abs(note.updated - before.updated) >= HEARTBEAT or replace(note, updated=before.updated) != before


def _state(entry: _Entry) -> tuple[RunState, str]:
    run = entry.run
    if entry.stopped:
        return "stopped", "it was ended before all videos were answered"
    if not run.finished:
        return "running", ""
    if run.error is not None:
        return "failed", str(run.error)
    if run.cut_short is not None:
        return "stopped", _WORDS.get(run.cut_short, run.cut_short)
    return "done", ""
