"""Where a command writes, and how it shows that it is at work."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from pegasus_classify.carrying.progress import Progress as Standing
from pegasus_classify.cli.speed import Speed
from pegasus_classify.contract.quantities import Seconds

__all__ = ["Watch", "print_json", "said", "shown"]


_PLAIN_WIDTH = 160
"""Where lines of a table break when nobody says how wide the page is."""


def shown() -> Console:
    """Return the console of answers: standard output, plain text when it is no terminal."""
    return Console(width=None if sys.stdout.isatty() else _PLAIN_WIDTH, highlight=False)


def said() -> Console:
    """Return the console of everything said about answers: standard error."""
    return Console(stderr=True, soft_wrap=not sys.stderr.isatty(), highlight=False)


def print_json(value: Any) -> None:
    """Write one JSON value to standard output, indented, in any script's letters."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    sys.stdout.write(_writable(text) + "\n")
    sys.stdout.flush()


def _writable(text: str) -> str:
    encoding = sys.stdout.encoding or "utf-8"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        # A console of another script, or half a surrogate pair in a label: the escaped form means the same.
        return json.dumps(json.loads(text), indent=2)
    return text


_LINE_EVERY: Seconds = 60.0
"""How long at most nothing is said where there is no terminal, while videos are finished."""


class Watch:
    """Shows where a request stands: a bar on a terminal, else a line whenever a tenth is done or a minute is over.

    Give it to a classifier as `on_progress`; may be called from any thread.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Show nothing yet; `clock` gives monotonic seconds."""
        self._clock = clock
        self._speed = Speed()
        self._told_at: Seconds | None = None
        self._lock = threading.Lock()
        self._bar = _bar() if sys.stderr.isatty() else None
        self._task: TaskID | None = None
        self._told = 0

    def __call__(self, standing: Standing) -> None:
        """Take the news."""
        with self._lock:
            self._speed.see(standing.done, self._clock())
            if self._bar is None:
                self._tell(standing)
            else:
                self._draw(self._bar, standing)

    def __enter__(self) -> Watch:
        """Return the watch."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.stop()

    def _draw(self, bar: Progress, standing: Standing) -> None:
        if self._task is None:
            bar.start()
            self._task = bar.add_task("", total=None)
        bar.update(self._task, description=self._words(standing), completed=standing.done, total=standing.total)

    def _tell(self, standing: Standing) -> None:
        total = standing.total
        tenth = 0 if not total else 10 * standing.done // total
        now = self._clock()
        self._told_at = now if self._told_at is None else self._told_at
        if tenth > self._told or now - self._told_at >= _LINE_EVERY:
            self._told, self._told_at = tenth, now
            many = "" if total is None else f" of {total}"
            sys.stderr.write(f"{standing.done}{many} videos, {self._words(standing)}\n")

    def _words(self, standing: Standing) -> str:
        return ", ".join([_words(standing), *self._speed.words(standing.done, standing.total)])


def _bar() -> Progress:
    return Progress(
        SpinnerColumn(),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("videos, {task.description}"),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    )


def _words(standing: Standing) -> str:
    parts = [f"{standing.cost.calls} asked", f"${standing.cost.usd:.2f}"]
    if standing.cost.kept:
        parts.insert(1, f"{standing.cost.kept} kept")
    if standing.failed:
        parts.append(f"{standing.failed} failed")
    if standing.held_for >= 1:
        parts.append(f"rate limit: waiting {standing.held_for:.0f} s")
    return ", ".join(parts)
