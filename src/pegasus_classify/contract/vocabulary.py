"""The words an answer may use, and what they stand for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pegasus_classify.contract.request import ClassifyRequest, EffectiveClass, effective_classes

__all__ = ["Vocabulary", "vocabulary_of"]


@dataclass(frozen=True)
class Vocabulary:
    """What one question asked for.

    Attributes:
        classes: The classes asked, names unique.
        class_ids: Short id → class name; empty when the question used none.
        prompt_ids: Short id → (class name, prompt).
    """

    classes: tuple[EffectiveClass, ...]
    class_ids: Mapping[str, str] = field(default_factory=dict)
    prompt_ids: Mapping[str, tuple[str, str]] = field(default_factory=dict)


def vocabulary_of(request: ClassifyRequest) -> Vocabulary:
    """Return the words of a request without any ids, for reading a text that was not asked by us."""
    return Vocabulary(effective_classes(request))
