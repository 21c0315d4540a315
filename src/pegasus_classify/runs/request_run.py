"""One request under way: its videos are located, asked about and judged, each on its own."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Hashable
from dataclasses import dataclass
from typing import Any, Final

from pegasus_classify.contract.asks import Video
from pegasus_classify.contract.quantities import Seconds
from pegasus_classify.contract.request import ClassifyRequest
from pegasus_classify.contract.result import ClassifyResult, Cost, Failure, FailureKind, VideoResult
from pegasus_classify.errors import APIStatusError, BadRequestError, ClassifyError
from pegasus_classify.judging.assemble import Provenance, assemble
from pegasus_classify.judging.judge import Judge
from pegasus_classify.pegasus.listing import LARGEST_PAGE
from pegasus_classify.planning.plan import Plan
from pegasus_classify.runs.conversation import conversation
from pegasus_classify.runs.directory import Directory, Located

__all__ = ["CUT_SHORT", "Limits", "RequestRun", "Round"]

AHEAD = 256
"""How many located videos wait to be asked about, at least, before the next page of an index is read."""

CUT_SHORT: Final[frozenset[FailureKind]] = frozenset({"quota_used_up", "over_budget", "key_rejected", "stopped"})
"""Failures that say nothing about their video: the same request can go on another time."""


_PASSING: Final[frozenset[FailureKind]] = CUT_SHORT | {"unavailable", "rate_limited", "not_ready"}
"""Failures after which the same request is sent again to get the rest."""


_ABSENT: Final = frozenset({404, 410})
"""What the platform answers about an asset that is not there (any more)."""


@dataclass(frozen=True, slots=True)
class _LookedUpAgain:
    """A job: looking for a video that is not where it was.

    Attributes:
        video: Where it was.
        failure: What asking about it there came to.
    """

    video: Video
    failure: Failure


@dataclass(eq=False, slots=True)
class Round:
    """One carrying out of a request, however often it is broken off and gone on with.

    Attributes:
        run_id: The request's name; the same each time.
        number: 0 for the first round.
        closed: True once all videos are answered, or failed for good, and the answer was taken: who sends the request
            again from then on begins another round.
    """

    run_id: str
    number: int = 0
    closed: bool = False

    @property
    def name(self) -> str:
        """The name under which the ledger notes what a round pays for, at most 96 characters."""
        return f"{self.run_id}.{self.number}"


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may use, and how many videos make a batch worth its wait.

    Attributes:
        hours: Hours of video, above 0; infinite for no limit.
        usd: US dollars; None for no limit.
        batch_from: From how many videos on they travel in batches; None for never.
    """

    hours: float = 10.0
    usd: float | None = None
    batch_from: int | None = None

    @property
    def any(self) -> bool:
        """True when something could be passed, so that nothing is asked before the sum is known."""
        return self.hours != float("inf") or self.usd is not None


class RequestRun:
    """A request under way, as a state machine that a schedule moves.

    Attributes:
        finished: True when every video is answered or failed, or the whole request is.
        round: What it pays for is noted under this; None: under nothing.
        waited_for: Tells whether somebody still waits for the whole answer.
        accepted: True as soon as the request is known to be possible: videos found, limits kept.
        error: Why the whole request failed; None when it did not.
        outcomes: Results and failures not yet fetched, as they were finished.
        found: Videos known to belong to the request.
        total: Videos it will have; None while lists are still being read.
        done: Videos answered or failed.
        failed: Videos failed.
        cost: What was used so far.
        limits: What it may use.
        plan: What is asked.
        cut_short: Why videos are left that can be asked about another time, with more money or another key; None
            when there are none.
        located: With `only_locate`, the videos that would be asked about; nothing is asked then.
    """

    def __init__(
        self,
        request: ClassifyRequest,
        plan: Plan,
        judge: Judge,
        directory: Directory,
        limits: Limits,
        *,
        only_locate: bool = False,
    ) -> None:
        self.round: Round | None = None
        self.waited_for: Callable[[], bool] = _always
        self.request = request
        self.finished = False
        self.accepted = False
        self.error: ClassifyError | None = None
        self.outcomes: deque[VideoResult | Failure] = deque()
        self.found = self.done = self.failed = 0
        self.cost = Cost()
        self.located: list[Video] = []
        self.plan = plan
        self.cut_short: FailureKind | None = None
        self._judge = judge
        self._directory = directory
        self.limits = limits
        self._only_locate = only_locate
        self._waiting: deque[Video] = deque()
        self._doubted: deque[tuple[Video, Failure]] = deque()
        self._in_conversation = 0
        self._pages_read = 0
        self._next_page = 1
        self._pages: int | None = None
        self._announced = 0
        self._locating = 0
        self._listed = False
        self._unsettled = False
        self._seconds: Seconds = 0.0
        self._page_ids: dict[Any, list[str]] = {}
        self._asked_order: list[str] = list(dict.fromkeys(request.video_ids or ()))

    @property
    def name(self) -> str:
        """Under which the ledger notes what it pays for; empty for none."""
        return "" if self.round is None else self.round.name

    @property
    def total(self) -> int | None:
        """Videos the request will have; None while lists are still being read."""
        return self.found if self._listed else None

    def next_job(self) -> tuple[Hashable, Generator[Any, Any, Any]] | None:
        """Return a job to start and its name; None when nothing can be started at the moment."""
        if self.finished:
            return None
        job = self._locate_more() if self._wants_more() else None
        if job is None and self._doubted:
            video, failure = self._doubted.popleft()
            self._directory.forget(video.video_id)
            self._locating += 1
            return _LookedUpAgain(video, failure), _caught(self._directory.locate([video.video_id]))
        if job is None and self._waiting and self.accepted:
            video = self._waiting.popleft()
            self._in_conversation += 1
            return video, conversation(self.plan, self._judge, video, together=self._together())
        return job

    def job_done(self, name: Hashable, value: Any) -> None:
        """Take the result of a job: a page or list of located videos, an error, or one video's outcome."""
        if self.finished:
            return
        if isinstance(name, Video):
            self._in_conversation -= 1
            if self._may_have_moved(name, value):
                self._doubted.append((name, value))
            else:
                self._tell(value)
        elif isinstance(name, _LookedUpAgain):
            self._locating -= 1
            self._take_again(name, value)
        elif isinstance(value, ClassifyError):
            self._fail(value)
        else:
            self._locating -= 1
            self._take(name, value)
        self._check_end()

    @property
    def is_settled(self) -> bool:
        """True when it came to its end and nothing is left to be tried another time."""
        return self.finished and self.error is None and not self._unsettled

    def taken(self) -> None:
        """Learn that all outcomes were taken: whoever sends the request again wants it carried out anew."""
        if self.round is not None and self.is_settled and self.waited_for():
            self.round.closed = True

    def result(self, outcomes: list[VideoResult | Failure]) -> ClassifyResult:
        """Put the fetched outcomes of a finished run together.

        Raises:
            ClassifyError: The whole request failed.
        """
        if self.error is not None:
            raise self.error
        return assemble(
            self.request,
            [each for each in outcomes if isinstance(each, VideoResult)],
            [each for each in outcomes if isinstance(each, Failure)],
            asked_order=self._asked_order or [each for _, page in sorted(self._page_ids.items()) for each in page],
            provenance=Provenance(self.plan.model.name, self.plan.prompt_version, self.plan.prompt_hash),
        )

    def _together(self) -> bool:
        return self.limits.batch_from is not None and max(self.found, self._announced) >= self.limits.batch_from

    def _wants_more(self) -> bool:
        """Read on before the last video is asked about, so that no slot waits for a list; but not far ahead.

        With many slots as many are kept ready as are being asked about: all of them may end while a page is read.
        """
        coming = len(self._waiting) + LARGEST_PAGE * self._locating
        return not self._listed and (not self.accepted or coming < max(AHEAD, self._in_conversation))

    def _locate_more(self) -> tuple[Hashable, Generator[Any, Any, Any]] | None:
        if self.request.video_ids is not None:
            if self._locating:
                return None
            self._locating = 1
            return "ids", _caught(self._directory.locate(self._asked_order))
        return self._next_index_page()

    def _next_index_page(self) -> tuple[Hashable, Generator[Any, Any, Any]] | None:
        if self._pages is None and self._locating:
            return None
        if self._pages is not None and self._next_page > self._pages:
            return None
        number = self._next_page
        self._next_page += 1
        self._locating += 1
        return ("page", number), _caught(self._directory.page(self.request.index_id or "", number))

    def _take(self, name: Hashable, value: Any) -> None:
        if isinstance(value, list):
            located: list[Located] = value
            self._listed = True
        else:
            located = value.located
            self._page_ids[name] = [each.video_id for each in located]
            self._pages = value.pages
            self._announced = value.total
            self._pages_read += 1
            self._listed = self._pages_read >= value.pages
            self._accept_early(value.seconds)
        for each in located:
            self.found += 1
            if isinstance(each, Video):
                self._seconds += each.duration
                (self.located if self._only_locate else self._waiting).append(each)
            else:
                self._tell(each)
        if not self.accepted and (self._listed or not self.limits.any):
            self._accept()

    def _accept_early(self, seconds: Seconds | None) -> None:
        """Begin to ask when the platform's own sum keeps the limits; only a sum of our own refuses."""
        if seconds is not None and self._over_limits(seconds, self._announced) is None:
            self.accepted = True

    def _accept(self) -> None:
        complaint = self._over_limits(self._seconds, len(self._waiting))
        if complaint is not None:
            self._fail(complaint)
        else:
            self.accepted = True

    def _over_limits(self, seconds: Seconds, videos: int) -> APIStatusError | None:
        hours = seconds * self.plan.times_billed / 3600
        usd = self.plan.expected_usd(seconds, videos)
        if hours > self.limits.hours:
            return BadRequestError(
                f"The total duration(seconds) {seconds * self.plan.times_billed:.0f} of videos exceeds the limit. "
                f"These are {hours:.1f} hours for about {usd:.2f} USD; the limit is {self.limits.hours:g} hours. "
                "Raise it with --max-hours (max_hours in code)."
            )
        if self.limits.usd is None or usd <= self.limits.usd:
            return None
        return BadRequestError(
            f"The expected price of {usd:.2f} USD for {hours:.1f} hours of video exceeds the budget of "
            f"{self.limits.usd:.2f} USD. Raise it with --budget (budget in code)."
        )

    def _may_have_moved(self, video: Video, outcome: VideoResult | Failure) -> bool:
        """Tell whether a failure may come from an entry of the directory that was right once and is not any more."""
        is_absent = isinstance(outcome, Failure) and outcome.status_code in _ABSENT
        return is_absent and video.video_id in self._directory.remembered

    def _take_again(self, looked_up: _LookedUpAgain, value: Any) -> None:
        """Ask about a video where it is now; where it is not elsewhere, what failed has failed."""
        located = value[0] if isinstance(value, list) else None
        if isinstance(located, Video) and located.source != looked_up.video.source:
            self._waiting.append(located)
        else:
            self._tell(looked_up.failure)

    def _tell(self, outcome: VideoResult | Failure) -> None:
        self.outcomes.append(outcome)
        self.done += 1
        self.cost += outcome.cost
        if isinstance(outcome, VideoResult):
            return
        self.failed += 1
        if outcome.kind in CUT_SHORT:
            self.cut_short = self.cut_short or outcome.kind
        self._unsettled = self._unsettled or outcome.kind in _PASSING
        if outcome.kind in {"rejected", "unknown_video"}:
            self._directory.forget(outcome.video_id)

    def _fail(self, error: ClassifyError) -> None:
        self.error = error
        self.finished = True
        self._waiting.clear()

    def _check_end(self) -> None:
        if (
            self._listed
            and not self._waiting
            and not self._in_conversation
            and not self._locating
            and not self._doubted
        ):
            self.finished = True


def _always() -> bool:
    return True


def _caught(job: Generator[Any, Any, Any]) -> Generator[Any, Any, Any]:
    """Turn an error of a look-up into a value, so that it ends this request and nothing else."""
    try:
        return (yield from job)
    except ClassifyError as error:
        return error
