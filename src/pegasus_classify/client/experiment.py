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
from datetime import date, datetime, timezone
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypedDict

from pegasus_classify.client.request_body import ClassLike, MoreOptions, address_of, call_body
from pegasus_classify.client.tape import Tape
from pegasus_classify.contract.quantities import Seconds
from pegasus_classify.recordings.format import RecordedCall

if TYPE_CHECKING:
    # Only annotations need it, and it would be a dependency of its own.
    from typing_extensions import Unpack

__all__ = ["Experiment", "ExperimentOptions", "IgnoreRule", "Observation", "Observed", "Side"]

Side: TypeAlias = Any
"""A `Classifier`, the old SDK's client, an object with the methods `videos` and `index`, or a function that takes the
legacy body and returns the legacy answer."""

Outcome: TypeAlias = Literal["same", "different", "ignored", "failed", "not_run"]


@dataclass(frozen=True, slots=True)
class Observation:
    """What one side did with a call.

    Attributes:
        answer: The legacy answer as JSON, when what it returned has such a form; else what it returned; None when it
            raised, was late, or was not asked.
        error: What it raised; None when it did not.
        seconds: How long it took; 0 when it was not asked.
        late: True when it was still at work when its time was up.
    """

    answer: Any = None
    error: Exception | None = None
    seconds: Seconds = 0.0
    late: bool = False


@dataclass(frozen=True, slots=True)
class IgnoreRule:
    """A difference that is known and accepted for a time.

    Attributes:
        applies: Given the body and both answers, tells whether the difference is this one.
        reason: Why it is accepted; not empty.
        until: The last day on which the rule holds.

    Raises:
        ValueError: There is no reason.
    """

    applies: Callable[[Mapping[str, Any], Any, Any], bool]
    reason: str
    until: date

    def __post_init__(self) -> None:
        if not self.reason.strip():
            raise ValueError("an ignore rule needs a reason")


@dataclass(frozen=True, slots=True)
class Observed:
    """One call, seen from both sides.

    Attributes:
        body: The legacy request.
        control: What the caller got.
        candidate: What the candidate did.
        outcome: `same`; `different`; `ignored` (different, and a rule accepts it); `failed` (one side has an answer and
            the other has none); `not_run` (over budget, or a late call still holds the candidate).
        because: The rule's reason with `ignored`; why it was not run with `not_run`.
        expired: Reasons of rules that would accept the difference and have run out.
    """

    body: Mapping[str, Any]
    control: Observation
    candidate: Observation
    outcome: Outcome
    because: str = ""
    expired: tuple[str, ...] = ()


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
    same: Callable[[Any, Any], bool] = field(default=lambda left, right: _kept_classes(left) == _kept_classes(right))
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
            return _ask(self._control, body)
        began = time.monotonic()
        try:
            result = _ask(self._control, body)
        except Exception as error:
            self._watch(for_candidate, Observation(error=error, seconds=time.monotonic() - began))
            raise
        seconds = time.monotonic() - began
        answer = None
        with suppress(Exception):
            # Now, because the caller may go on to the next page of it.
            answer = _as_json(result)
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

        def ask() -> None:
            try:
                told.set_result(_ask(self._candidate, body))
            except BaseException as error:  # noqa: BLE001 - it is told below, and this thread ends
                told.set_exception(error)

        thread = threading.Thread(target=ask, name="pegasus-classify-candidate", daemon=True)
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
        self._spent += _usd(result)
        return Observation(_as_json(result), seconds=seconds)

    def _record(self, seen: Observed) -> None:
        if seen.outcome == "not_run":
            return
        for tape, side in zip(self._tapes, (seen.control, seen.candidate), strict=False):
            tape.keep(_recorded(seen.body, side))

    def _close_tapes(self) -> None:
        for tape in self._tapes:
            tape.close()


def _tapes(folder: str | Path | None) -> tuple[Tape, ...]:
    if folder is None:
        return ()
    Path(folder).mkdir(parents=True, exist_ok=True)
    return Tape(Path(folder) / "control.jsonl"), Tape(Path(folder) / "candidate.jsonl")


def _ask(side: Side, body: dict[str, Any]) -> Any:
    """Give a side the call in the form that it takes."""
    place = getattr(side, "classify", side)
    method = getattr(place, "index" if "index_id" in body else "videos", None)
    if method is None:
        return side(body)
    given = dict(body)
    if "labels" in given:
        given.setdefault("classes", None)
    return method(**given)


def _as_json(result: Any) -> Any:
    """Return the legacy answer that a side's result stands for."""
    if isinstance(result, tuple) and len(result) == 2 and isinstance(result[0], int):
        return result[1]
    dump = getattr(result, "model_dump", None)
    return dump(mode="json", exclude_none=True) if callable(dump) else copy.deepcopy(result)


def _usd(result: Any) -> float:
    usd = getattr(getattr(result, "cost", None), "usd", 0.0)
    return float(usd) if isinstance(usd, int | float) else 0.0


def _kept_classes(answer: Any) -> Any:
    """Return which classes an answer keeps of each video; what is no answer stays as it is."""
    data = answer.get("data") if isinstance(answer, Mapping) else None
    if not isinstance(data, list):
        return answer
    return {
        (each.get("video_id"), entry.get("name"))
        for each in data
        for entry in each.get("classes") or each.get("labels") or ()
    }


def _recorded(body: Mapping[str, Any], side: Observation) -> RecordedCall:
    status, response = 200, side.answer
    if side.late:
        status, response = 504, None
    elif side.error is not None:
        told = getattr(side.error, "status_code", None)
        status = told if isinstance(told, int) and 400 <= told <= 599 else 500
        response = getattr(side.error, "body", None) or {"message": str(side.error)}
    return RecordedCall(
        path=address_of(body),
        request=dict(body),
        status=status,
        response=response,
        recorded_at=datetime.now(timezone.utc).isoformat(timespec="seconds").replace("+00:00", "Z"),
        source="experiment",
    )
