"""The store that lives and ends with the process: `memory:`."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pegasus_classify.contract.asks import Answer, Video
from pegasus_classify.contract.quantities import Seconds
from pegasus_classify.steps import Claim, Claimed, Outcome, Record
from pegasus_classify.stores.memory_rollouts import MemoryRollouts
from pegasus_classify.stores.memory_runs import MemoryRuns
from pegasus_classify.stores.protocol import PAGE_LIFE, TOMBSTONE_LIFE, ExpiredPage

__all__ = ["MOST_ANSWERS", "MOST_PAGES", "MemoryStore"]

MOST_ANSWERS = 20_000
"""How many answers are kept; the one not used for longest goes first."""

MOST_PAGES = 20_000
"""How many pages are kept, expired ones included."""


@dataclass(frozen=True, slots=True)
class _Kept:
    answer: Answer
    at: Seconds
    run: str


@dataclass(frozen=True, slots=True)
class _Page:
    body: str
    expires_at: Seconds


class MemoryStore:
    """Keeps answers and pages in the process; nobody else can have claimed anything."""

    inline = True

    def __init__(self) -> None:
        self.runs = MemoryRuns()
        self.rollouts = MemoryRollouts()
        self._lock = threading.Lock()
        self._answers: OrderedDict[str, _Kept] = OrderedDict()
        self._tasks: dict[str, str] = {}
        self._turns: OrderedDict[str, int] = OrderedDict()
        self._pages: OrderedDict[tuple[str, str], _Page] = OrderedDict()

    def perform_all(self, steps: Sequence[Claim | Record], now: Seconds, keep_for: Seconds) -> list[Outcome]:
        """Perform claims and records one after the other."""
        return [self._perform(step, now, keep_for) for step in steps]

    def _perform(self, step: Claim | Record, now: Seconds, keep_for: Seconds) -> Outcome:
        if isinstance(step, Claim):
            return self._claimed(step, now, keep_for)
        self.record(step, now)
        return None

    def claim(self, key: str, now: Seconds, keep_for: Seconds) -> Claimed:
        """Return the answer when there is one young enough, the task when one was submitted, else `mine`."""
        return self._claimed(Claim(key), now, keep_for)

    def _claimed(self, claim: Claim, now: Seconds, keep_for: Seconds) -> Claimed:
        key = claim.key
        with self._lock:
            kept = self._answers.get(key)
            if kept is not None and (now - kept.at < keep_for or (claim.run and kept.run == claim.run)):
                self._answers.move_to_end(key)
                return Claimed("kept", answer=kept.answer)
            task_id, turn = self._tasks.get(key), self._turns.get(key, 0)
            return Claimed("submitted", task_id=task_id, turn=turn) if task_id else Claimed("mine", turn=turn)

    def record(self, record: Record, now: Seconds) -> None:
        """Keep an answer or a task; a failure or a released claim leaves nothing behind."""
        with self._lock:
            if record.state == "submitted" and record.task_id:
                self._tasks[record.key] = record.task_id
            elif record.state != "released":
                self._tasks.pop(record.key, None)
                self._settle(record.key)
            if record.state == "answered" and record.answer is not None:
                self._answers[record.key] = _Kept(record.answer, now, record.run)
                self._answers.move_to_end(record.key)
                while len(self._answers) > MOST_ANSWERS:
                    self._answers.popitem(last=False)

    def _settle(self, key: str) -> None:
        self._turns[key] = self._turns.pop(key, 0) + 1
        while len(self._turns) > MOST_ANSWERS:
            self._turns.popitem(last=False)

    def keep_pages(self, owner: str, pages: Mapping[str, str], now: Seconds) -> None:
        """Keep pages for five minutes; expired ones are remembered as such until room is needed."""
        with self._lock:
            for token, body in pages.items():
                self._pages[(owner, token)] = _Page(body, now + PAGE_LIFE)
            while len(self._pages) > MOST_PAGES:
                self._pages.popitem(last=False)

    def fetch_page(self, owner: str, token: str, now: Seconds) -> str | ExpiredPage | None:
        """Return a page's JSON text, an `ExpiredPage`, or None when this owner never had such a token."""
        with self._lock:
            page = self._pages.get((owner, token))
        if page is None:
            return None
        return page.body if now < page.expires_at else ExpiredPage()

    page_at_hand = fetch_page

    def keep_videos(self, account: str, videos: Mapping[str, Video | None], now: Seconds) -> None:
        """Keep nothing: whoever asks is in the same process and knows it already."""

    def known_videos(self, account: str, video_ids: Sequence[str]) -> dict[str, Video]:  # noqa: ARG002
        """Return nothing."""
        return {}

    def submitted(self, keys: Sequence[str]) -> dict[str, str]:
        """Return the tasks and batches under way for some asks."""
        with self._lock:
            return {key: self._tasks[key] for key in keys if key in self._tasks}

    def cancelled(self, keys: Sequence[str], now: Seconds) -> None:  # noqa: ARG002
        """Forget what was submitted for some asks."""
        with self._lock:
            for key in keys:
                self._tasks.pop(key, None)
                self._settle(key)

    def prune(self, older_than: Seconds, now: Seconds) -> int:
        """Forget answers recorded longer ago, and pages long expired; return how many answers those were."""
        with self._lock:
            old = [key for key, kept in self._answers.items() if kept.at < now - older_than]
            for key in old:
                del self._answers[key]
            gone = [name for name, page in self._pages.items() if page.expires_at < now - TOMBSTONE_LIFE]
            for name in gone:
                del self._pages[name]
        self.runs.forget(now - older_than)
        return len(old)

    def close(self) -> None:
        """Forget everything."""
        with self._lock:
            self._answers.clear()
            self._tasks.clear()
            self._turns.clear()
            self._pages.clear()
