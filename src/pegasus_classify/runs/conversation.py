"""One video: the asks go out, the answers come in, at most one follow-up, then a result or a failure."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import dataclass, replace

from pegasus_classify.contract.asks import Answer, Ask, AskFailure, Video
from pegasus_classify.contract.evidence import Reading
from pegasus_classify.contract.result import Cost, Failure, VideoResult
from pegasus_classify.judging.judge import Judge
from pegasus_classify.planning.follow_up import follow_up
from pegasus_classify.planning.groups import Group
from pegasus_classify.planning.plan import Plan
from pegasus_classify.prices import PRICES
from pegasus_classify.reading.read import read
from pegasus_classify.runs.windows import placed

__all__ = ["Conversation", "conversation", "cost_of"]

Conversation = Generator[tuple[Ask, ...], tuple[Answer, ...], VideoResult | Failure]


@dataclass(frozen=True, slots=True)
class _Heard:
    group: Group
    ask: Ask
    reading: Reading


def conversation(plan: Plan, judge: Judge, video: Video, *, together: bool = False) -> Conversation:
    """Classify one video.

    Args:
        plan: What is asked, the same for every video of the request.
        judge: How evidence becomes scores.
        video: Which video.
        together: Whether its questions may travel in a batch, where the model takes one; a follow-up never does.

    Returns:
        The result; or a failure when it cannot be asked, an ask failed, the model refused, or its text stayed
        unreadable after the one follow-up. A video is answered for all its classes or not at all: a class left out
        of an answer means "not found", and that would be untrue for a class nobody could ask about.
    """
    planned = plan.asks(video)
    if isinstance(planned, AskFailure):
        return _failed(video, planned)
    in_batch = together and plan.model.batches and video.source.kind == "asset_id"
    answers = yield tuple(replace(ask, batch=in_batch) for _, ask in planned)
    cost = cost_of(answers)
    heard = _listen(zip(planned, answers, strict=True), video)
    if isinstance(heard, AskFailure):
        return _failed(video, heard, cost)
    further = [follow_up(plan, each.group, each.ask, each.reading) for each in heard]
    asked_again = [pair for pair in further if pair is not None]
    second: list[_Heard] = []
    if asked_again:
        answers = yield tuple(ask for _, ask in asked_again)
        cost += cost_of(answers)
        listened = _listen(zip(asked_again, answers, strict=True), video)
        if isinstance(listened, AskFailure):
            return _failed(video, listened, cost)
        second = listened
    unfinished = [each for each in second if each.reading.cut or each.reading.verdict == "unreadable"]
    if unfinished:
        return _failed(video, _unreadable(unfinished[0].reading), cost)
    first = [
        each.reading if again is None else _finished_part(each.reading)
        for each, again in zip(heard, further, strict=True)
    ]
    result = judge.judge(video, [*first, *(each.reading for each in second)])
    return replace(result, cost=cost)


def cost_of(answers: Iterable[Answer]) -> Cost:
    """Return what some answers used; kept and joined ones are free."""
    cost = Cost()
    for answer in answers:
        if answer.origin != "asked":
            cost += Cost(kept=int(answer.origin == "kept"), joined=int(answer.origin == "joined"))
        elif answer.failure is None:
            cost += Cost(
                calls=1,
                video_seconds=answer.billed_seconds,
                input_tokens=answer.input_tokens,
                output_tokens=answer.output_tokens,
                usd=PRICES.usd(answer.billed_seconds, answer.output_tokens),
            )
    return cost


def _listen(pairs: Iterable[tuple[tuple[Group, Ask], Answer]], video: Video) -> list[_Heard] | AskFailure:
    heard: list[_Heard] = []
    for (group, ask), answer in pairs:
        if answer.failure is not None:
            return answer.failure
        text = answer.text or ""
        reading = placed(read(text, group.vocabulary, video.duration, answer.finish_reason), ask.window)
        if reading.verdict == "refused":
            return AskFailure("refused", "The model declined to look at this video.", 502)
        heard.append(_Heard(group, ask, reading))
    return heard


def _finished_part(reading: Reading) -> Reading:
    """Keep what was read about classes that are not asked again."""
    kept = tuple(evidence for evidence in reading.evidence if evidence.class_name in reading.finished)
    return replace(reading, evidence=kept)


def _unreadable(reading: Reading) -> AskFailure:
    what = "ended too early" if reading.cut else "could not be read as a classification"
    return AskFailure("unreadable", f"The model's text {what}, also after asking once more.", 502)


def _failed(video: Video, failure: AskFailure, cost: Cost = Cost()) -> Failure:  # noqa: B008
    return Failure(
        video.video_id, failure.kind, failure.message, failure.status_code, failure.code, failure.retry_after, cost
    )
