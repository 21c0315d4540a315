"""Two sides in code: the control answers, the candidate is only watched."""

from __future__ import annotations

import copy
import queue
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TookTooLong
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypedDict

from pegasus_classify.client.observed import IgnoreRule, Observation, Observed
from pegasus_classify.client.request_body import ClassLike, MoreOptions, call_body
from pegasus_classify.client.sides import Side, as_answer, ask, kept_classes, recorded_side, usd_of
from pegasus_classify.client.tape import Tape
from pegasus_classify.contract.quantities import Seconds

if TYPE_CHECKING:
    # Only annotations need it, and it would be a dependency of its own.
    from typing_extensions import Unpack

__all__ = ["Experiment", "ExperimentOptions"]


class ExperimentOptions(TypedDict, total=False):
    """How far the candidate may go, and what counts as a difference.

    Attributes:
        time_limit: Seconds after which the candidate counts as late, above 0; 540 when not given. It cannot be
            stopped: until it ends, further calls are `not_run`.
        budget: Most US dollars the candidate may use, as its results tell with `cost.usd`; None for no limit.
        waiting: Most calls that wait for the candidate, at least 1; 100 when not given. Further ones are counted as
            `dropped` and not watched.
        ignore: Differences that are accepted for a time.
        same: Given both answers, tells whether they are the same; when not given, the classes kept of each video count.
        today: Tells the day, for rules that end.
    """

    time_limit: Seconds
    budget: float | None
    waiting: int
    ignore: Sequence[IgnoreRule]
    same: Callable[[Any, Any], bool]
    today: Callable[[], date]


@dataclass(frozen=True, slots=True)
class _Limits:
    time_limit: Seconds = 540.0
    budget: float | None = None
    waiting: int = 100
    ignore: Sequence[IgnoreRule] = ()
    same: Callable[[Any, Any], bool] = field(default=lambda left, right: kept_classes(left) == kept_classes(right))
    today: Callable[[], date] = date.today

    def __post_init__(self) -> None:
        if not self.time_limit > 0 or self.waiting < 1:
            raise ValueError("time_limit must be above 0 and waiting at least 1")


class Experiment:
    """Runs a candidate beside a control. The control's result, or its error, is always the caller's.

    The candidate is asked after the control has answered, one call after the other, in threads of the experiment's own.
    It delays nothing, and its failures reach nobody but `publish`. Safe from several threads. Use it as a context
    manager, or call `close`.

    Args:
        control: Answers; see `Side`.
        candidate: Is watched.
        publish: Called with every `Observed`, in a thread of the experiment; what it raises is counted and forgotten.
        recording: A folder in which `control.jsonl` and `candidate.jsonl` are written, ready to be compared.
        **options: See `ExperimentOptions`.

    Raises:
        ValueError: An option is out of range.
        OSError: The recordings cannot be written.
    """

    def __init__(
        self,
        control: Side,
        candidate: Side,
        *,
        publish: Callable[[Observed], object] | None = None,
        recording: str | Path | None = None,
        **options: Unpack[ExperimentOptions],
    ) -> None:
        self._limits = _Limits(**options)
        self._control, self._candidate = control, candidate
        self._publish = publish
        self._tapes = _tapes(recording)
        self._spent = 0.0
        self._counts: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._tasks: queue.Queue[tuple[dict[str, Any], Observation] | None] = queue.Queue(self._limits.waiting)
        self._late: threading.Thread | None = None
        self._worker: threading.Thread | None = None
        self._closed = False

    @property
    def classify(self) -> Experiment:
        """The object itself, so that `client.classify.videos(...)` reads as before."""
        return self

    @property
    def counts(self) -> dict[str, int]:
        """How often each outcome occurred; also `dropped` (too many waited) and `untold` (could not be published)."""
        with self._lock:
            return dict(self._counts)

    def videos(
        self,
        video_ids: Iterable[str],
        options: Iterable[str],
        classes: Iterable[ClassLike] | None = None,
        **more: Unpack[MoreOptions],
    ) -> Any:
        """Return what the control's `videos` returns; arguments are those of `Classifier.videos`."""
        return self._both(call_body({"video_ids": video_ids}, options, classes, more))

    def index(
        self,
        index_id: str,
        options: Iterable[str],
        classes: Iterable[ClassLike] | None = None,
        **more: Unpack[MoreOptions],
    ) -> Any:
        """Return what the control's `index` returns; arguments are those of `Classifier.index`."""
        return self._both(call_body({"index_id": index_id}, options, classes, more))

    def __call__(self, body: Mapping[str, Any]) -> Any:
        """Return what the control makes of a legacy body."""
        return self._both(dict(body))

    def close(self, timeout: Seconds | None = None) -> None:
        """Take no further calls and wait until those that wait have been seen.

        Args:
            timeout: Most seconds to wait; None: as long as it takes.
        """
        with self._lock:
            already, self._closed = self._closed, True
            worker = self._worker
        if worker is not None:
            if not already:
                self._tasks.put(None)
            worker.join(timeout)
        elif not already:
            self._close_tapes()

    def __enter__(self) -> Experiment:
        """Return the experiment."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()

    def _both(self, body: dict[str, Any]) -> Any:
        try:
            # The control may change what it is given.
            for_candidate = copy.deepcopy(body)
        except Exception:  # noqa: BLE001 - a body nobody can copy is the caller's own affair
            return ask(self._control, body)
        began = time.monotonic()
        try:
            result = ask(self._control, body)
        except Exception as error:
            self._watch(for_candidate, Observation(error=error, seconds=time.monotonic() - began))
            raise
        seconds = time.monotonic() - began
        answer = None
        with suppress(Exception):
            # Now, because the caller may go on to the next page of it.
            answer = as_answer(result)
        self._watch(for_candidate, Observation(answer, seconds=seconds))
        return result

    def _watch(self, body: dict[str, Any], control: Observation) -> None:
        """Hand a call to the candidate, if there is room; nothing here waits, and nothing is raised."""
        with self._lock, suppress(RuntimeError):
            if self._closed:
                return
            try:
                self._tasks.put_nowait((body, control))
            except queue.Full:
                self._counts["dropped"] += 1
                return
            if self._worker is None:
                worker = threading.Thread(target=self._work, name="pegasus-classify-experiment", daemon=True)
                worker.start()
                self._worker = worker

    def _work(self) -> None:
        while (task := self._tasks.get()) is not None:
            body, control = task
            try:
                seen = self._seen(body, control)
            except Exception:  # noqa: BLE001 - a rule or a comparison of the user's failed
                self._count("untold")
                continue
            self._count(seen.outcome)
            try:
                if self._publish is not None:
                    self._publish(seen)
                self._record(seen)
            except Exception:  # noqa: BLE001 - whoever is told must not end the experiment
                self._count("untold")
        self._close_tapes()

    def _count(self, what: str) -> None:
        with self._lock:
            self._counts[what] += 1

    def _seen(self, body: dict[str, Any], control: Observation) -> Observed:
        budget = self._limits.budget
        if budget is not None and self._spent >= budget:
            return Observed(body, control, Observation(), "not_run", f"the budget of {budget:g} USD is used up")
        if self._late is not None and self._late.is_alive():
            return Observed(body, control, Observation(), "not_run", "a call that was late is still under way")
        candidate = self._run(copy.deepcopy(body))
        if (candidate.error is None and not candidate.late) != (control.error is None):
            return Observed(body, control, candidate, "failed")
        if control.error is not None or self._limits.same(control.answer, candidate.answer):
            return Observed(body, control, candidate, "same")
        accepted = [rule for rule in self._limits.ignore if rule.applies(body, control.answer, candidate.answer)]
        today = self._limits.today()
        expired = tuple(rule.reason for rule in accepted if rule.until < today)
        holding = next((rule.reason for rule in accepted if rule.until >= today), None)
        if holding is not None:
            return Observed(body, control, candidate, "ignored", holding, expired)
        return Observed(body, control, candidate, "different", "", expired)

    def _run(self, body: dict[str, Any]) -> Observation:
        """Ask the candidate, for as long as it may take."""
        told: Future[Any] = Future()

        def tell() -> None:
            try:
                told.set_result(ask(self._candidate, body))
            except BaseException as error:  # noqa: BLE001 - it is told below, and this thread ends
                told.set_exception(error)

        thread = threading.Thread(target=tell, name="pegasus-classify-candidate", daemon=True)
        began = time.monotonic()
        thread.start()
        try:
            error = told.exception(self._limits.time_limit)
        except TookTooLong:
            self._late = thread
            return Observation(seconds=time.monotonic() - began, late=True)
        seconds = time.monotonic() - began
        if error is not None:
            told_error = error if isinstance(error, Exception) else RuntimeError(repr(error))
            return Observation(error=told_error, seconds=seconds)
        result = told.result()
        self._spent += usd_of(result)
        return Observation(as_answer(result), seconds=seconds)

    def _record(self, seen: Observed) -> None:
        if seen.outcome == "not_run":
            return
        for tape, side in zip(self._tapes, (seen.control, seen.candidate), strict=False):
            tape.keep(recorded_side(seen.body, side))

    def _close_tapes(self) -> None:
        for tape in self._tapes:
            tape.close()


def _tapes(folder: str | Path | None) -> tuple[Tape, ...]:
    if folder is None:
        return ()
    Path(folder).mkdir(parents=True, exist_ok=True)
    return Tape(Path(folder) / "control.jsonl"), Tape(Path(folder) / "candidate.jsonl")
