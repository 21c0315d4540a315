"""One request answered by the sides that the policy says: split, asked, answered by the other side, merged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, TypeAlias, TypeVar

from pegasus_classify.client.needs import Now
from pegasus_classify.client.old_recording import NotRecordedError
from pegasus_classify.client.rollout_needs import AskNew, AskOld, Choice, ListVideos, RoutedNeed, Several
from pegasus_classify.contract.quantities import Seconds
from pegasus_classify.contract.request import ClassifyRequest
from pegasus_classify.contract.result import ClassifyResult, Cost, Failure, FailureKind, VideoResult
from pegasus_classify.errors import APIStatusError, ClassifyError, SettingsError, error_of_status
from pegasus_classify.legacy.spelling import Spelling
from pegasus_classify.rollout.policy import Policy, SideName
from pegasus_classify.rollout.route import STOPPED, Decision, Facts
from pegasus_classify.scoring.ordering import ordered_videos, places_of

__all__ = ["Caller", "Deciding", "Ended", "Told", "is_failure", "routed"]

_R = TypeVar("_R")
_Steps: TypeAlias = Generator[RoutedNeed, Any, _R]

_OTHER: dict[SideName, SideName] = {"legacy": "pegasus", "pegasus": "legacy"}

_MAY_BE_ANSWERED_ELSEWHERE: frozenset[FailureKind] = frozenset(
    {
        "unavailable",
        "rate_limited",
        "quota_used_up",
        "over_budget",
        "unreadable",
        "refused",
        "not_ready",
        "not_recorded",
    }
)
_FREE = Cost()

_THE_SIDE_FAILED: frozenset[FailureKind] = frozenset({"unavailable", "unreadable"})
"""What counts against a side: nothing that one caller's key or videos bring about, or one caller could close a side."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, and what the policy may know of it.

    Attributes:
        key: Goes to the old side.
        key_hash: SHA-256 of it.
        header: The request's `X-Classify-Route`; None when it has none.
    """

    key: str = field(repr=False, default="")
    key_hash: str = ""
    header: str | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """One ask of one side that ended.

    Attributes:
        side: Which.
        ticket: From `Deciding.take`.
        ok: Whether the side answered.
        seconds: How long it took, 0 or more.
        route: Which route, `otherwise` or `stop` sent it.
        because: Why, of few words; `fallback` and `left_alone` where a side stands in for the other.
        videos: How many videos it was about; 1 for an index.
        cost: What it used.
    """

    side: SideName
    ticket: int
    ok: bool
    seconds: Seconds
    route: str = ""
    because: str = ""
    videos: int = 1
    cost: Cost = _FREE


class Deciding(Protocol):
    """What routing asks of a rollout."""

    @property
    def policy(self) -> Policy:
        """Return the policy in force."""

    def deciding(self) -> Callable[[Facts], Decision]:
        """Return what decides about one request: policy and standing as they are now, for all its videos."""

    def take(self, side: SideName, now: Seconds) -> int | None:
        """Begin an ask; None when the side is to be left alone."""

    def ended(self, ended: Ended, now: Seconds) -> None:
        """End an ask."""

    def offer(self, caller: Caller, ask: AskNew, decision: Decision, answer: ClassifyResult) -> None:
        """Have an answer compared with the other side's; returns at once and raises nothing.

        Where the old side answered, Pegasus is asked beside it; where Pegasus did, a recording of the old side is
        looked at, if there is one, or the old side is asked where the decision says so.
        """


@dataclass(frozen=True, slots=True)
class Told:
    """An answer and who gave it.

    Attributes:
        result: The answer.
        decisions: One for each part of the request, with the side that answered at last.
        videos: How many videos, or requests for an index, each side answered.
        fell_back: Whether a side answered in place of the other.
    """

    result: ClassifyResult
    decisions: tuple[Decision, ...]
    videos: dict[SideName, int]
    fell_back: bool = False


@dataclass
class _Part:
    request: ClassifyRequest
    decision: Decision
    side: SideName
    ticket: int = 0
    fell_back: bool = False
    outcome: ClassifyResult | ClassifyError | None = None
    because: str = ""
    given_up: int = 0

    @property
    def videos(self) -> int:
        return len(self.request.video_ids or ("",)) - self.given_up


def routed(request: ClassifyRequest, spelling: Spelling, caller: Caller, deciding: Deciding) -> _Steps[Told]:
    """Answer a request.

    Raises:
        ClassifyError: No part of it could be answered.
    """
    ids = yield from _split_ids(request, deciding.policy)
    parts = _parts(request, ids, caller, deciding)
    yield from _ask(parts, spelling, deciding)
    parts += yield from _asked_elsewhere(parts, spelling, deciding)
    for part in parts:
        wanted = part.decision.shadow or part.side == "pegasus"
        if wanted and not part.fell_back and isinstance(part.outcome, ClassifyResult) and part.outcome.answered:
            ask = AskNew(_answered(part.request, part.outcome), spelling, _choice(part.decision))
            deciding.offer(caller, ask, part.decision, part.outcome)
    counts: Counter[SideName] = Counter()
    for part in parts:
        counts[part.side] += part.videos if part.outcome is not None else 0
    decisions = tuple(replace(part.decision, side=part.side) for part in parts)
    fell_back = any(part.fell_back for part in parts)
    return Told(_merged(request, ids, parts), decisions, dict(counts), fell_back)


def _split_ids(request: ClassifyRequest, policy: Policy) -> _Steps[tuple[str, ...]]:
    """Return the videos to decide about one by one; empty when the request is decided about as a whole."""
    if not policy.split:
        return ()
    if request.index_id is not None:
        if all(route.to == policy.otherwise for route in policy.routes):
            return ()
        listed: list[str] = yield ListVideos(request)
        return tuple(dict.fromkeys(listed))
    ids = tuple(dict.fromkeys(request.video_ids or ()))
    return ids if len(ids) > 1 else ()


def _parts(request: ClassifyRequest, ids: Sequence[str], caller: Caller, deciding: Deciding) -> list[_Part]:
    classes, decide = frozenset(each.name for each in request.classes), deciding.deciding()

    def decided(video: str | None) -> Decision:
        return decide(Facts(classes, video, request.index_id, caller.key_hash, caller.header))

    if not ids:
        # Equal requests stay together: several videos that are not split are one.
        whole = None if request.video_ids is None else "\n".join(sorted(set(request.video_ids)))
        decision = decided(whole)
        return [_Part(request, decision, decision.side)]
    groups: dict[Decision, list[str]] = {}
    firsts: dict[Decision, Decision] = {}
    for video in ids:
        decision = decided(video)
        same = replace(decision, reason="")
        firsts.setdefault(same, decision)
        groups.setdefault(same, []).append(video)
    if len(groups) == 1:
        (decision,) = firsts.values()
        return [_Part(request, decision, decision.side)]
    return [_Part(_about(request, videos), firsts[same], same.side) for same, videos in groups.items()]


def _about(request: ClassifyRequest, videos: Sequence[str]) -> ClassifyRequest:
    return request.model_copy(update={"video_ids": tuple(videos), "index_id": None})


def _answered(request: ClassifyRequest, outcome: ClassifyResult) -> ClassifyRequest:
    """Return the request about the videos that were answered: the others cannot be compared."""
    failed = {each.video_id for each in outcome.failed}
    if not failed or request.video_ids is None:
        return request
    return _about(request, [each for each in request.video_ids if each not in failed])


def _choice(decision: Decision) -> Choice:
    return Choice(decision.model, decision.prompt, decision.calibration)


def _ask(parts: Sequence[_Part], spelling: Spelling, deciding: Deciding) -> _Steps[None]:
    """Ask for every part whose side lets itself be asked, all at the same time."""
    began: Seconds = yield Now()
    asked: list[_Part] = []
    for part in parts:
        ticket = deciding.take(part.side, began)
        other = _OTHER[part.side]
        if ticket is None and _may_fall_back(part, deciding.policy):
            ticket = deciding.take(other, began)
            part.side, part.fell_back = (part.side, False) if ticket is None else (other, True)
            part.because = "left_alone"
        if ticket is None:
            part.outcome = _left_alone(part.side, deciding.policy)
        else:
            part.ticket = ticket
            asked.append(part)
    if not asked:
        return
    outcomes: list[ClassifyResult | ClassifyError] = yield Several(tuple(_ask_of(part, spelling) for part in asked))
    ended: Seconds = yield Now()
    for part, outcome in zip(asked, outcomes, strict=True):
        part.outcome = outcome
        deciding.ended(_ended(part, outcome, max(0.0, ended - began)), ended)


def _ended(part: _Part, outcome: ClassifyResult | ClassifyError, seconds: Seconds) -> Ended:
    cost = outcome.cost if isinstance(outcome, ClassifyResult) else Cost()
    because = part.because or ("fallback" if part.fell_back else part.decision.because)
    ok = not is_failure(outcome)
    return Ended(part.side, part.ticket, ok, seconds, part.decision.route, because, part.videos, cost)


def _ask_of(part: _Part, spelling: Spelling) -> AskNew | AskOld:
    if part.side == "legacy":
        return AskOld(part.request, spelling)
    return AskNew(part.request, spelling, _choice(part.decision))


def _asked_elsewhere(parts: Sequence[_Part], spelling: Spelling, deciding: Deciding) -> _Steps[list[_Part]]:
    """Have the other side answer what one could not; returns the parts that were made for single videos."""
    again: list[_Part] = []
    added: list[_Part] = []
    for part in parts:
        if part.outcome is None or not _may_fall_back(part, deciding.policy):
            continue
        if isinstance(part.outcome, ClassifyError):
            if _may_be_tried_elsewhere(part.outcome):
                again.append(_second_try(part))
        elif failed := [each for each in part.outcome.failed if each.kind in _MAY_BE_ANSWERED_ELSEWHERE]:
            videos = [each.video_id for each in failed]
            added.append(_Part(_about(part.request, videos), part.decision, _OTHER[part.side], fell_back=True))
    if again or added:
        yield from _ask([*again, *added], spelling, deciding)
    for part, tried in zip([each for each in parts if _wants_other(each, deciding.policy)], again, strict=True):
        if isinstance(tried.outcome, ClassifyResult):
            part.side, part.outcome, part.fell_back = tried.side, tried.outcome, True
    return [_taken_over(each, parts) for each in added if isinstance(each.outcome, ClassifyResult)]


def _second_try(part: _Part) -> _Part:
    """Return the same part for the other side, as a second try."""
    return _Part(part.request, part.decision, _OTHER[part.side], fell_back=True)


def _may_fall_back(part: _Part, policy: Policy) -> bool:
    """Tell whether the other side may answer; where the kill switch decided, it may not."""
    return policy.fallback and not part.fell_back and part.decision.route != STOPPED


def _wants_other(part: _Part, policy: Policy) -> bool:
    return (
        _may_fall_back(part, policy)
        and isinstance(part.outcome, ClassifyError)
        and _may_be_tried_elsewhere(part.outcome)
    )


def _taken_over(added: _Part, parts: Sequence[_Part]) -> _Part:
    """Take the videos that the other side answered out of the failures."""
    ours = set(added.request.video_ids or ()) - _failed_ids(added.outcome)
    for part in parts:
        if isinstance(part.outcome, ClassifyResult):
            left = tuple(each for each in part.outcome.failed if each.video_id not in ours)
            part.given_up += len(part.outcome.failed) - len(left)
            part.outcome = replace(part.outcome, failed=left)
    result = added.outcome
    assert isinstance(result, ClassifyResult)
    added.outcome = replace(result, failed=())
    return added


def _failed_ids(outcome: ClassifyResult | ClassifyError | None) -> set[str]:
    return {each.video_id for each in outcome.failed} if isinstance(outcome, ClassifyResult) else set()


def is_failure(outcome: ClassifyResult | ClassifyError) -> bool:
    """Tell whether a side failed; that a request was wrong says nothing about the side that found it."""
    if isinstance(outcome, ClassifyResult):
        return not outcome.answered and any(each.kind in _THE_SIDE_FAILED for each in outcome.failed)
    if isinstance(outcome, APIStatusError):
        return outcome.status_code >= 500 or outcome.status_code == 408
    return not isinstance(outcome, SettingsError)


def _may_be_tried_elsewhere(outcome: ClassifyError) -> bool:
    return (
        is_failure(outcome)
        or isinstance(outcome, NotRecordedError)
        or (isinstance(outcome, APIStatusError) and outcome.status_code == 429)
    )


def _left_alone(side: SideName, policy: Policy) -> ClassifyError:
    name = "Pegasus" if side == "pegasus" else "The old side"
    wait = policy.breaker.open_for
    return error_of_status(
        503, f"{name} failed too often and is left alone for a while.", code="service_unavailable", retry_after=wait
    )


def _merged(request: ClassifyRequest, ids: Sequence[str], parts: Sequence[_Part]) -> ClassifyResult:
    """Put the parts together as one answer; parts without one are failures of their videos.

    Raises:
        ClassifyError: No part has an answer.
    """
    results = [part.outcome for part in parts if isinstance(part.outcome, ClassifyResult)]
    if not results:
        raise next(part.outcome for part in parts if isinstance(part.outcome, ClassifyError))
    if len(parts) == 1:
        return results[0]
    order = tuple(ids) or request.video_ids or ()
    places = places_of(order)
    videos: list[VideoResult] = [each for result in results for each in result.videos]
    failed = [each for result in results for each in result.failed] + [
        each for part in parts if isinstance(part.outcome, ClassifyError) for each in _failures(part, part.outcome)
    ]
    answering = [each for each in results if each.model] or results
    return ClassifyResult(
        tuple(ordered_videos(videos, request.order, order)),
        tuple(sorted(failed, key=lambda each: places.get(each.video_id, len(order)))),
        tuple(each for result in results for each in result.dropped),
        tuple(dict.fromkeys(each for result in results for each in result.coverage)),
        sum((result.cost for result in results), Cost()),
        sum(result.answered for result in results),
        "+".join(dict.fromkeys(each.model for each in answering)),
        "+".join(dict.fromkeys(each.prompt_version for each in results if each.prompt_version)),
        "+".join(dict.fromkeys(each.prompt_hash for each in results if each.prompt_hash)),
    )


def _failures(part: _Part, error: ClassifyError) -> list[Failure]:
    status = error.status_code if isinstance(error, APIStatusError) else 503
    code = error.code if isinstance(error, APIStatusError) else "service_unavailable"
    kind: FailureKind = "unavailable" if status >= 500 else "rate_limited" if status == 429 else "rejected"
    wait = error.retry_after if isinstance(error, APIStatusError) else None
    return [
        Failure(each, kind, str(error), status, code or "service_unavailable", wait)
        for each in part.request.video_ids or ()
    ]
