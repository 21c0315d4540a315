"""What is asked about every video of a request: rendered once, applied to each video."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from pegasus_classify.contract.asks import Ask, AskFailure, Video, Window
from pegasus_classify.contract.quantities import Seconds
from pegasus_classify.contract.request import ClassifyRequest
from pegasus_classify.contract.vocabulary import Vocabulary
from pegasus_classify.errors import SettingsError
from pegasus_classify.models import ModelCapabilities
from pegasus_classify.planning.answer_size import likely_tokens, max_tokens
from pegasus_classify.planning.class_ids import canonical_vocabulary
from pegasus_classify.planning.groups import Group, by_count, divided
from pegasus_classify.planning.way import way_for
from pegasus_classify.planning.wording import AGAIN, Asking, question, question_version, row_tokens, segment_question
from pegasus_classify.prices import PRICES
from pegasus_classify.prompting.render import render_question
from pegasus_classify.prompting.template_book import TemplateBook
from pegasus_classify.prompting.token_count import fits, upper_bound

__all__ = ["Asking", "Plan", "PlannedAsk", "plan"]

MOST_DEFINITIONS = 20
LEAST_SEGMENT_TOKENS = 2048
"""Limits of segmentation: definitions in a task, and the lowest `max_tokens` it takes."""

PlannedAsk: TypeAlias = tuple[Group, Ask]


@dataclass(frozen=True)
class Plan:
    """What is asked about each video of a request.

    Attributes:
        request: As asked.
        model: The model's row.
        groups: One question each; one group unless the classes do not fit into one prompt.
        asking: The manner.
        book: Where a follow-up takes its words from.
    """

    request: ClassifyRequest
    model: ModelCapabilities
    groups: tuple[Group, ...]
    asking: Asking
    book: TemplateBook = field(repr=False, compare=False)

    @property
    def prompt_version(self) -> str:
        """Version of the template that asks, such as `classify.v1`."""
        return self.groups[0].question.prompt_version

    @property
    def prompt_hash(self) -> str:
        """Hash of that template; a calibration is bound to it."""
        return self.groups[0].question.prompt_hash

    @property
    def times_billed(self) -> int:
        """How often the length of every video is billed: once per group or segment definition, and per sample."""
        return sum(map(self._definitions, self.groups)) * self.asking.samples

    def asks(self, video: Video) -> tuple[PlannedAsk, ...] | AskFailure:
        """Return the questions about one video, each with the group it belongs to, or why it cannot be asked about.

        One ask for every group, window and sample, in this order; usually a single one.
        """
        way = way_for(self.model, video.duration)
        if isinstance(way, AskFailure):
            return way
        return tuple(
            (group, self._ask(group, video, window, sample))
            for group in self.groups
            for window in (way.windows or (None,))
            for sample in range(self.asking.first_sample, self.asking.first_sample + self.asking.samples)
        )

    def _ask(self, group: Group, video: Video, window: Window | None, sample: int) -> Ask:
        seconds = video.duration if window is None else window.end - window.start
        asked = group.vocabulary
        return Ask(
            model=self.model.name,
            source=video.source,
            duration=seconds,
            question=group.question,
            max_tokens=max(
                max_tokens(self.model, len(asked.classes), len(asked.prompt_ids), seconds),
                LEAST_SEGMENT_TOKENS if self.asking.ask == "segments" else 0,
            ),
            temperature=self.asking.temperature,
            window=window,
            sample=sample,
            definitions=self._definitions(group),
        )

    def _definitions(self, group: Group) -> int:
        return len(group.vocabulary.classes) if self.asking.ask == "segments" else 1

    def expected_usd(self, seconds: Seconds, videos: int) -> float:
        """Return the likely price of asking about so many videos, US dollars.

        Args:
            seconds: Length of all of them together.
            videos: How many, 0 or more.
        """
        mean = seconds / videos if videos else 0.0
        tokens = sum(likely_tokens(len(group.vocabulary.classes), mean) for group in self.groups) * videos
        repeats = self.asking.samples
        return PRICES.usd(seconds * self.times_billed, tokens * repeats)


def plan(request: ClassifyRequest, model: ModelCapabilities, book: TemplateBook, asking: Asking) -> Plan:
    """Decide what is asked about every video of a request; the same whatever the order of its classes.

    Args:
        request: What the caller wants to know.
        model: Who is asked.
        book: The templates.
        asking: In which manner.

    Raises:
        SettingsError: The prompt version is unknown, its template fails or leaves no room for a class, the model
            takes no JSON schema, or no segment definitions.
        BadRequestError: A class is too long for a question of its own.
    """
    version = question_version(asking, model)
    if asking.ask == "segments":
        parts = by_count(canonical_vocabulary(request), MOST_DEFINITIONS)
        groups = tuple(Group(segment_question(book, version, part), part) for part in parts)
        return Plan(request, model, groups, asking, book)
    groups = tuple(
        Group(question(book, version, part, schema=asking.ask == "schema"), part)
        for part in _parts(canonical_vocabulary(request), version, model, book)
    )
    return Plan(request, model, groups, asking, book)


def _parts(whole: Vocabulary, version: str, model: ModelCapabilities, book: TemplateBook) -> tuple[Vocabulary, ...]:
    limit = model.prompt_tokens or model.prompt_budget
    # The follow-up about all classes of a group must fit as well.
    texts = [render_question(book, each, whole) for each in (version, AGAIN)]
    if all(fits(text, limit) for text in texts):
        return (whole,)
    overhead = max(upper_bound(text) for text in texts) - row_tokens(whole)
    if overhead >= limit:
        raise SettingsError(f"prompt {version!r} has {overhead} tokens without any class; {model.name} takes {limit}")
    parts = divided(whole, row_tokens, limit - overhead)
    for each in (version, AGAIN):
        if not all(fits(render_question(book, each, part), limit) for part in parts):
            raise SettingsError(
                f"prompt {each!r} cannot be divided for {model.name}, which takes {limit} tokens: it must write its "
                "classes as {{ classes | json }} and nothing else that grows with them"
            )
    return parts
