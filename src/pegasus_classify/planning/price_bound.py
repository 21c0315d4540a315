"""What a plan will cost: the likely price and the most it can come to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pegasus_classify.contract.asks import AskFailure, Video
from pegasus_classify.contract.quantities import Seconds
from pegasus_classify.planning.answer_size import likely_tokens
from pegasus_classify.planning.plan import Plan, PlannedAsk
from pegasus_classify.prices import PRICES
from pegasus_classify.prompting.token_count import likely
from pegasus_classify.prompting.token_count import upper_bound as most_tokens

__all__ = ["PriceBound", "expected", "upper_bound"]


@dataclass(frozen=True, slots=True)
class PriceBound:
    """What asking comes to. All numbers are 0 or more and add up with `+`.

    Attributes:
        calls: Calls of the model.
        video_seconds: Seconds of video billed, once per call.
        prompt_tokens: Tokens of all prompts; the price list has no price for them.
        answer_tokens: Tokens of all answers.
        usd: US dollars by the dated price list.
    """

    calls: int = 0
    video_seconds: Seconds = 0.0
    prompt_tokens: int = 0
    answer_tokens: int = 0
    usd: float = 0.0

    def __add__(self, other: PriceBound) -> PriceBound:
        """Add two prices field by field."""
        return PriceBound(
            self.calls + other.calls,
            self.video_seconds + other.video_seconds,
            self.prompt_tokens + other.prompt_tokens,
            self.answer_tokens + other.answer_tokens,
            self.usd + other.usd,
        )


def expected(plan: Plan, videos: Iterable[Video]) -> PriceBound:
    """Return the likely price: every ask answered at once. Videos that cannot be asked about cost nothing."""
    tokens = {group.question.prompt: likely(group.question.prompt) for group in plan.groups}
    return sum(
        (
            _price(
                1,
                ask.duration * ask.definitions,
                tokens[group.question.prompt],
                likely_tokens(len(group.vocabulary.classes), ask.duration),
            )
            for group, ask in _all_asks(plan, videos)
        ),
        PriceBound(),
    )


def upper_bound(plan: Plan, videos: Iterable[Video], retries: int) -> PriceBound:
    """Return a price that is never passed: every call repeated, every answer as long as allowed, every one followed up.

    Args:
        plan: What is asked.
        videos: About which videos.
        retries: How often a failed call is tried again, 0 or more; a call without an answer may have been billed.
    """
    # A follow-up asks about no more classes; its prompt keeps the same limit as every prompt.
    longest = plan.model.prompt_tokens or plan.model.prompt_budget
    tokens = {group.question.prompt: most_tokens(group.question.prompt) for group in plan.groups}
    total = PriceBound()
    for group, ask in _all_asks(plan, videos):
        follow = min(2 * ask.max_tokens, plan.model.max_answer_tokens)
        total += _price(retries + 1, ask.duration * ask.definitions, tokens[group.question.prompt], ask.max_tokens)
        total += _price(retries + 1, ask.duration, longest, follow)
    return total


def _all_asks(plan: Plan, videos: Iterable[Video]) -> Iterator[PlannedAsk]:
    for video in videos:
        asks = plan.asks(video)
        if not isinstance(asks, AskFailure):
            yield from asks


def _price(calls: int, seconds: Seconds, prompt_tokens: int, answer_tokens: int) -> PriceBound:
    usd = PRICES.usd(seconds, answer_tokens)
    return PriceBound(calls, calls * seconds, calls * prompt_tokens, calls * answer_tokens, calls * usd)
