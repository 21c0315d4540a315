"""A classification request, with every default resolved."""

from __future__ import annotations

from typing import Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, model_validator

from pegasus_classify.contract.quantities import Percent, Ratio

__all__ = [
    "CONFIDENCE_WORDS",
    "ClassDefinition",
    "ClassifyRequest",
    "ConfidenceWord",
    "ConversationOption",
    "EffectiveClass",
    "Option",
    "Order",
    "Thresholds",
    "effective_classes",
]

Option: TypeAlias = Literal["visual", "conversation", "text_in_video", "logo"]
"""Where evidence may come from: what is seen, said, written, or (before May 2023 only) shown as a logo."""

ConversationOption: TypeAlias = Literal["semantic", "exact_match"]
"""Whether speech counts by its meaning or only by the very words."""

Order: TypeAlias = Literal["by_score", "as_asked"]
"""How classes stand in an answer: by score, high to low, or as the request lists them (clips then by start)."""

ConfidenceWord: TypeAlias = Literal["high", "medium", "low", "extremely low"]

CONFIDENCE_WORDS: tuple[tuple[Percent, ConfidenceWord], ...] = (
    (83, "high"),
    (73, "medium"),
    (40, "low"),
    (0, "extremely low"),
)
"""Each word with the lowest score that earns it, best first (measured on answers of December 2022 and October 2023;
the last border is a guess, no data shows it)."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Thresholds(_Frozen):
    """What a result must reach, all "greater than or equal".

    Attributes:
        video_score: Lowest class score kept, 0 to 100; 0 keeps all.
        clip_score: Clips below it count for nothing: not listed, not in ratio, maximum or mean.
        duration_ratio: Lowest share of the video the class's clips must cover, 0 to 1.
    """

    video_score: Percent = Field(default=75, ge=0, le=100)
    clip_score: Percent = Field(default=73, ge=0, le=100)
    duration_ratio: Ratio = Field(default=0.5, ge=0, le=1)


class ClassDefinition(_Frozen):
    """One class as asked.

    Attributes:
        name: Shown in the answer exactly as it stands here.
        prompts: 1 to 100 texts that say what belongs to the class; repeats are allowed, as they were.
        options: Replaces the request's `options` for this class; None: the request's hold.
        conversation_option: Replaces the request's for this class; None: the request's holds.
    """

    name: str = Field(min_length=1)
    prompts: tuple[str, ...] = Field(min_length=1)
    options: tuple[Option, ...] | None = Field(default=None, min_length=1)
    conversation_option: ConversationOption | None = None


class ClassifyRequest(_Frozen):
    """A classification request in no version's spelling, with every default resolved.

    Exactly one of `video_ids` and `index_id` is set when the request is to be carried out; the reader of answers
    also takes one with neither.

    Attributes:
        video_ids: The videos to classify, in the order asked; None when a whole index is meant.
        index_id: The index whose videos are classified; None when videos are named.
        classes: At least one.
        options: At least one; holds for every class without options of its own.
        conversation_option: Holds for every class without its own.
        page_limit: Videos per page, 1 to 50.
        include_clips: Whether the answer lists clips.
        show_detailed_score: Whether the answer shows maximum, mean and normalized score.
        thresholds: The effective ones: defaults of the request's dialect are already filled in.
        order: How classes and clips are ordered in the answer.
    """

    classes: tuple[ClassDefinition, ...] = Field(min_length=1)
    options: tuple[Option, ...] = Field(default=("visual", "conversation"), min_length=1)
    video_ids: tuple[str, ...] | None = Field(default=None, min_length=1)
    index_id: str | None = Field(default=None, min_length=1)
    conversation_option: ConversationOption = "semantic"
    page_limit: int = Field(default=10, ge=1, le=50)
    include_clips: bool = False
    show_detailed_score: bool = False
    thresholds: Thresholds = Thresholds()
    order: Order = "by_score"

    @model_validator(mode="after")
    def _one_target(self) -> ClassifyRequest:
        if self.video_ids is not None and self.index_id is not None:
            raise ValueError("name videos or an index, not both")
        return self


class EffectiveClass(_Frozen):
    """One class as it is asked upstream and judged: its own options resolved, equal names put together.

    Attributes:
        name: As in the request; unique among the effective classes of a request.
        prompts: Each text once, in the order of first mention.
        options: What may count as evidence, each once, in the order of the old API's list.
        conversation_option: How speech counts.
    """

    name: str
    prompts: tuple[str, ...]
    options: tuple[Option, ...]
    conversation_option: ConversationOption


_OPTION_ORDER: tuple[Option, ...] = ("visual", "conversation", "text_in_video", "logo")


def effective_classes(request: ClassifyRequest) -> tuple[EffectiveClass, ...]:
    """Return the classes as they are asked and judged, in the order of first mention.

    Two entries of one name are one class: their prompts and options add up, and speech counts by meaning as soon as
    one of them says so. The old API's rule for equal names is not known; nothing recorded shows any.
    """
    gathered: dict[str, list[ClassDefinition]] = {}
    for definition in request.classes:
        gathered.setdefault(definition.name, []).append(definition)
    return tuple(_put_together(request, definitions) for definitions in gathered.values())


def _put_together(request: ClassifyRequest, definitions: list[ClassDefinition]) -> EffectiveClass:
    wanted = {option for each in definitions for option in (each.options or request.options)}
    ways = {each.conversation_option or request.conversation_option for each in definitions}
    return EffectiveClass(
        name=definitions[0].name,
        prompts=tuple(dict.fromkeys(prompt for each in definitions for prompt in each.prompts)),
        options=tuple(option for option in _OPTION_ORDER if option in wanted),
        conversation_option="semantic" if "semantic" in ways else "exact_match",
    )
