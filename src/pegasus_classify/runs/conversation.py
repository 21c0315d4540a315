"""What is asked about one video, what is asked once more, and what becomes of it."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from pegasus_classify.contract.asks import Answer, Ask, AskFailure, Video, Window
from pegasus_classify.contract.evidence import Reading
from pegasus_classify.contract.result import Cost, Failure, VideoResult
from pegasus_classify.judging.agreement import agreed
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
    """One question of the plan with what was read from its answer."""

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
    answers = yield tuple(replace(ask, batch=True) if in_batch else ask for _, ask in planned)
    cost = cost_of(answers)
    heard = _listen(planned, answers, video)
    if isinstance(heard, AskFailure):
        return _failed(video, heard, cost)
    further = [follow_up(plan, each.group, each.ask, each.reading) for each in heard]
    asked_again = tuple(pair for pair in further if pair is not None)
    second: list[_Heard] = []
    if asked_again:
        answers = yield tuple(ask for _, ask in asked_again)
        cost += cost_of(answers)
        listened = _listen(asked_again, answers, video)
        if isinstance(listened, AskFailure):
            return _failed(video, listened, cost)
        second = listened
    unfinished = [each for each in second if each.reading.cut or each.reading.verdict == "unreadable"]
    if unfinished:
        return _failed(video, _unreadable(unfinished[0].reading), cost)
    result = judge.judge(video, _agreed(_completed(heard, further, second)))
    return replace(result, cost=cost)


def _completed(
    heard: list[_Heard], further: list[tuple[Group, Ask] | None], second: list[_Heard]
) -> Iterator[tuple[Ask, Reading]]:
    """Put each answer together with its follow-up, which alone counts for the classes it was about."""
    following = iter(second)
    for each, again in zip(heard, further, strict=True):
        if again is None:
            yield each.ask, each.reading
        else:
            more = next(following).reading
            kept = tuple(found for found in each.reading.evidence if found.class_name in each.reading.finished)
            repairs = tuple(dict.fromkeys((*each.reading.repairs, *more.repairs)))
            yield each.ask, replace(more, evidence=(*kept, *more.evidence), repairs=repairs)


def _agreed(completed: Iterable[tuple[Ask, Reading]]) -> list[Reading]:
    """Merge the samples of each question and window; without samples every reading stands for itself."""
    samples: dict[tuple[str, Window | None], list[Reading]] = {}
    for ask, reading in completed:
        samples.setdefault((ask.question.fingerprint, ask.window), []).append(reading)
    return [agreed(readings) for readings in samples.values()]


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
                lost=answer.lost,
            )
        elif answer.lost:
            cost += Cost(lost=answer.lost)
    return cost


def _listen(asked: Sequence[tuple[Group, Ask]], answers: Sequence[Answer], video: Video) -> list[_Heard] | AskFailure:
    heard: list[_Heard] = []
    for (group, ask), answer in zip(asked, answers, strict=True):
        reading = _read(group, ask, answer, video)
        if isinstance(reading, AskFailure):
            return reading
        heard.append(_Heard(group, ask, reading))
    return heard


def _read(group: Group, ask: Ask, answer: Answer, video: Video) -> Reading | AskFailure:
    if answer.failure is not None:
        if answer.failure.status_code == 422 and ask.question.response_format is not None:
            # The platform does not take the schema: the follow-up asks the same in words.
            return Reading()
        return answer.failure
    reading = read(answer.text or "", group.vocabulary, video.duration, answer.finish_reason)
    if reading.verdict == "refused":
        return AskFailure("refused", "The model declined to look at this video.", 502)
    return placed(reading, ask.window)


def _unreadable(reading: Reading) -> AskFailure:
    what = "ended too early" if reading.cut else "could not be read as a classification"
    return AskFailure("unreadable", f"The model's text {what}, also after asking once more.", 502)


def _failed(video: Video, failure: AskFailure, cost: Cost = Cost()) -> Failure:  # noqa: B008
    return Failure(
        video.video_id, failure.kind, failure.message, failure.status_code, failure.code, failure.retry_after, cost
    )
