"""What a version's table says: the fields of its requests and of its answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from pegasus_classify.contract.request import Option, Order, Thresholds
from pegasus_classify.legacy.spelling import DialectName, IdField, Kind, ThresholdForm

__all__ = ["Column", "ColumnForm", "Dialect", "ThresholdRule"]

ColumnForm: TypeAlias = Literal["text", "option", "word", "cut", "exact", "count"]
"""How a value of an answer is written: as text, as one of the options, as a confidence word, as a number cut to two
decimals, as a number left whole, as an integer."""


@dataclass(frozen=True, slots=True)
class Column:
    """One key of an answer and the attribute behind it.

    Attributes:
        key: As the answer spells it.
        attribute: As the contract's dataclass spells it.
        form: How the value is written.
        required: Whether an answer without it cannot be read.
        word_of: For a confidence word: the attribute whose score gives the word when none is known.
    """

    key: str
    attribute: str
    form: ColumnForm
    required: bool = False
    word_of: str | None = None


@dataclass(frozen=True, slots=True)
class ThresholdRule:
    """How a dialect spells thresholds.

    Attributes:
        schema: As JSON Schema.
        default: The effective thresholds of a request that sends none.
        read: Wire value and place → effective thresholds and the form that was used.
        write: The way back; None when nothing needs to be sent.
    """

    schema: Mapping[str, Any]
    default: Thresholds
    read: Callable[[object, str], tuple[Thresholds, ThresholdForm]]
    write: Callable[[Thresholds, ThresholdForm], Any]


@dataclass(frozen=True, slots=True)
class Dialect:
    """Everything in which one dialect differs from another.

    Attributes:
        name: `classes` or `labels`.
        list_field: The field that lists what is searched, in request and answer.
        options: The words `options` may hold.
        order: How classes stand in an answer.
        targets: Per call, the fields that may name what is classified, the documented one first.
        optional: Per call, the fields with a default, threshold apart.
        item_optional: What an entry of the list may have besides `name` and `prompts`.
        threshold: How thresholds are spelled.
        item: Keys of a class in an answer.
        detail: Keys of `detailed_scores`; empty when the dialect has no such object.
        clip: Keys of a clip.
        page_info: Keys of `page_info`.
    """

    name: DialectName
    list_field: str
    options: tuple[Option, ...]
    order: Order
    targets: Mapping[Kind, tuple[IdField, ...]]
    optional: Mapping[Kind, tuple[str, ...]]
    item_optional: tuple[str, ...]
    threshold: ThresholdRule
    item: tuple[Column, ...]
    detail: tuple[Column, ...]
    clip: tuple[Column, ...]
    page_info: tuple[Column, ...]
