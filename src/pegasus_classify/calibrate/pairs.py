"""Video by video and class by class: what the old API answered, and what the model says now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from pegasus_classify.contract.evidence import Evidence
from pegasus_classify.contract.quantities import Percent, Ratio, Seconds
from pegasus_classify.contract.request import ClassifyRequest, EffectiveClass, Thresholds, effective_classes
from pegasus_classify.contract.result import ClassResult
from pegasus_classify.errors import BadRequestError
from pegasus_classify.legacy.answers import read_answer
from pegasus_classify.legacy.wire import read_request
from pegasus_classify.recordings.format import RecordedCall

__all__ = ["Counted", "Pair", "Paired", "asked_in", "pairs_of"]

_Question: TypeAlias = EffectiveClass


@dataclass(frozen=True, slots=True)
class Pair:
    """One class in one video, on both sides.

    Attributes:
        video_id: As asked.
        asked: The class with its prompts and options.
        limits: The thresholds of the old request.
        kept: Whether the old answer shows the class.
        score: The old class score, 0 to 100; None when the answer shows none.
        best: The old best clip score, 0 to 100; None when neither clips nor details tell.
        ratio: The old covered share, 0 to 1; None when the answer shows none.
        evidence: What the model says of this class now; empty when it says nothing.
        length: Of the video, seconds, above 0.
    """

    video_id: str
    asked: EffectiveClass
    limits: Thresholds
    kept: bool
    score: Percent | None
    best: Percent | None
    ratio: Ratio | None
    evidence: tuple[Evidence, ...]
    length: Seconds


@dataclass
class Counted:
    """Why old calls, or parts of them, could not be used; each a number of calls or pairs."""

    without_request: int = 0
    unreadable: int = 0
    labels: int = 0
    refused: int = 0
    unfinished: int = 0
    not_asked_now: int = 0

    def told(self) -> list[str]:
        """Return one line for each reason that occurred."""
        lines = (
            (self.without_request, "old calls without their request: their thresholds are not known"),
            (self.unreadable, "old calls whose request or answer cannot be read"),
            (self.labels, "old calls in the labels dialect, which has no class scores"),
            (self.refused, "old calls that were answered with an error"),
            (
                self.unfinished,
                "old answers with further pages that were not recorded: what they leave out is not known",
            ),
            (self.not_asked_now, "classes in videos that the new side was not asked about"),
        )
        return [f"{count} {what}" for count, what in lines if count]


@dataclass(frozen=True, slots=True)
class Paired:
    """All pairs, and whose answers the new side holds.

    Attributes:
        pairs: Each class and video once for each set of thresholds it was asked with.
        model: The new side's.
        prompt_version: The new side's.
        prompt_hash: The new side's.
        left_out: Lines for people.
    """

    pairs: tuple[Pair, ...]
    model: str
    prompt_version: str
    prompt_hash: str
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Said:
    evidence: tuple[Evidence, ...]
    length: Seconds


_New: TypeAlias = dict[tuple[_Question, str], _Said]


def asked_in(calls: Iterable[RecordedCall]) -> Iterator[tuple[RecordedCall, ClassifyRequest]]:
    """Yield each call that holds a request which can be read, with that request; equal requests once."""
    seen: set[ClassifyRequest] = set()
    for call in calls:
        request = _request_of(call)
        if request is not None and request not in seen:
            seen.add(request)
            yield call, request


def pairs_of(old: Sequence[RecordedCall], new: Sequence[RecordedCall]) -> Paired:
    """Put old answers and new evidence together.

    A class that an old answer does not show was below its thresholds there, if the call was about the video: named in
    the request, or, for a call about an index, asked about on the new side with the same class.

    Args:
        old: Answers of the old API, in the classes dialect.
        new: Calls that keep `evidence`.

    Raises:
        BadRequestError: The new side keeps no evidence, or answers of several models or prompts.
    """
    said, about = _said(new)
    counted = Counted()
    found: dict[tuple[str, _Question, Thresholds], Pair] = {}
    by_index: dict[_Question, list[str]] = {}
    for question, video_id in said:
        by_index.setdefault(question, []).append(video_id)
    for request, shown in _answered(old, counted):
        for pair in _pairs(request, shown, said, by_index, counted):
            key = (pair.video_id, pair.asked, pair.limits)
            # The same case asked twice gave the same score; the answer that shows more is worth more.
            if key not in found or (found[key].best is None and pair.best is not None):
                found[key] = pair
    return Paired(tuple(found.values()), *about, tuple(counted.told()))


def _said(new: Sequence[RecordedCall]) -> tuple[_New, tuple[str, str, str]]:
    about = {(call.model or "", call.prompt_version or "", call.prompt_hash or "") for call in new if call.evidence}
    if not about:
        raise BadRequestError(
            "the new side keeps no evidence, so the model's confidences are not known: make it with calibrate "
            "--save-run, or leave --run out to ask now"
        )
    if len(about) > 1:
        raise BadRequestError("the new side mixes answers of several models or prompts; a curve belongs to one")
    said: _New = {}
    for call in new:
        request = _request_of(call)
        for question in effective_classes(request) if request else ():
            for video_id, pieces in (call.evidence or {}).items():
                length = (call.durations or {}).get(video_id)
                mine = tuple(
                    Evidence(each.class_name, each.prompt, _option(each.option), each.start, each.end, each.confidence)
                    for each in pieces
                    if each.class_name == question.name
                )
                if length is not None:
                    said.setdefault((question, video_id), _Said(mine, length))
    return said, about.pop()


def _option(name: str | None) -> Any:
    return name


def _request_of(call: RecordedCall) -> ClassifyRequest | None:
    if call.request is None:
        return None
    try:
        return read_request(call.request, "bulk" if "index_id" in call.request else "videos")[0]
    except BadRequestError:
        return None


_Shown: TypeAlias = Mapping[tuple[str, str], ClassResult]


def _answered(old: Sequence[RecordedCall], counted: Counted) -> Iterator[tuple[ClassifyRequest, tuple[_Shown, bool]]]:
    """Yield old calls with everything their answers show, further pages included, and whether that is all."""
    pages = {call.path.rpartition("/")[2]: call for call in old if call.request is None and call.status == 200}
    for call in old:
        if call.request is None:
            counted.without_request += call.status == 200 and call.path.rpartition("/")[2] not in _tokens(old)
        elif call.status != 200:
            counted.refused += 1
        elif "labels" in call.request:
            counted.labels += 1
        else:
            request, shown = _request_of(call), _shown(call, pages)
            if request is None or shown is None:
                counted.unreadable += 1
                continue
            counted.unfinished += not shown[1]
            yield request, shown


def _tokens(old: Sequence[RecordedCall]) -> set[str]:
    return {_next_token(call.response) for call in old if call.status == 200} - {""}


def _next_token(response: Any) -> str:
    info = response.get("page_info") if isinstance(response, Mapping) else None
    return str(info.get("next_page_token") or "") if isinstance(info, Mapping) else ""


def _shown(call: RecordedCall, pages: Mapping[str, RecordedCall]) -> tuple[_Shown, bool] | None:
    shown: dict[tuple[str, str], ClassResult] = {}
    response, seen = call.response, set()
    while True:
        try:
            page = read_answer(response, "classes")
        except ValueError:
            return None
        shown.update({(video.video_id, each.name): each for video in page.videos for each in video.classes})
        token = _next_token(response)
        if not token or token in seen or token not in pages:
            return shown, not token
        seen.add(token)
        response = pages[token].response


def _pairs(
    request: ClassifyRequest,
    shown: tuple[_Shown, bool],
    said: _New,
    by_index: Mapping[_Question, Sequence[str]],
    counted: Counted,
) -> Iterator[Pair]:
    results, whole = shown
    for question in effective_classes(request):
        videos = dict.fromkeys(
            request.video_ids
            or (*by_index.get(question, ()), *(video for video, name in results if name == question.name))
        )
        for video_id in videos:
            new = said.get((question, video_id))
            result = results.get((video_id, question.name))
            if new is None:
                counted.not_asked_now += 1
            elif result is not None or whole:
                yield _pair(video_id, question, request.thresholds, result, new)


def _pair(video_id: str, question: _Question, limits: Thresholds, result: ClassResult | None, new: _Said) -> Pair:
    score = best = ratio = None
    if result is not None:
        score, best, ratio = result.score, result.max_score, result.duration_ratio
        if best is None and result.clips:
            best = max((clip.score for clip in result.clips if clip.score is not None), default=None)
    return Pair(video_id, question, limits, result is not None, score, best, ratio, new.evidence, new.length)
