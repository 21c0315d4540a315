"""Into how many questions the classes of a request must be divided."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pegasus_classify.contract.asks import Question
from pegasus_classify.contract.request import EffectiveClass
from pegasus_classify.contract.vocabulary import Vocabulary
from pegasus_classify.errors import parameter_invalid
from pegasus_classify.planning.packing import pack

__all__ = ["Group", "by_count", "divided", "narrowed"]


@dataclass(frozen=True)
class Group:
    """Classes that are asked about together.

    Attributes:
        question: The words put to the model.
        vocabulary: The classes, prompts and ids that stand in them.
    """

    question: Question
    vocabulary: Vocabulary


def divided(vocabulary: Vocabulary, cost: Callable[[Vocabulary], int], room: int) -> tuple[Vocabulary, ...]:
    """Divide classes into the fewest parts that fit a prompt each; one part when all fit together.

    A class is divided only when it is too big for a part of its own; then some of its prompts stand in one part and
    some in another. Every class and prompt stands in exactly one place, with the id it had.

    Args:
        vocabulary: In canonical order; the parts depend on nothing else.
        cost: Tokens that the lines of a vocabulary's classes have; adds up over classes.
        room: Most tokens such lines may have in one prompt, above 0.

    Raises:
        BadRequestError: A single prompt is too long; the message names its class.
    """
    if cost(vocabulary) <= room:
        return (vocabulary,)
    pieces = [piece for each in vocabulary.classes for piece in _pieces(narrowed(vocabulary, [each]), cost, room)]
    bins = pack([cost(piece) for piece in pieces], room)
    return tuple(_joined([pieces[number] for number in numbers]) for numbers in bins)


def by_count(vocabulary: Vocabulary, most: int) -> tuple[Vocabulary, ...]:
    """Divide classes into parts of at most so many, in canonical order, as even as can be.

    Args:
        vocabulary: In canonical order.
        most: 1 or more.
    """
    classes = vocabulary.classes
    parts = -(-len(classes) // most)
    borders = [len(classes) * part // parts for part in range(parts + 1)]
    return tuple(narrowed(vocabulary, classes[start:end]) for start, end in pairwise(borders))


def narrowed(vocabulary: Vocabulary, classes: Sequence[EffectiveClass]) -> Vocabulary:
    """Return the part of a vocabulary that belongs to some of its classes, ids unchanged.

    Args:
        vocabulary: What there is.
        classes: Classes of it, possibly with fewer prompts.
    """
    prompts = {each.name: frozenset(each.prompts) for each in classes}
    return Vocabulary(
        tuple(classes),
        {class_id: name for class_id, name in vocabulary.class_ids.items() if name in prompts},
        {key: (name, text) for key, (name, text) in vocabulary.prompt_ids.items() if text in prompts.get(name, ())},
    )


def _pieces(one: Vocabulary, cost: Callable[[Vocabulary], int], room: int) -> list[Vocabulary]:
    """Divide the vocabulary of one class by its prompts, filling each piece before the next is begun."""
    if cost(one) <= room:
        return [one]
    (whole,) = one.classes
    pieces: list[Vocabulary] = []
    for prompt in whole.prompts:
        if pieces:
            wider = _with_prompts(one, (*pieces[-1].classes[0].prompts, prompt))
            if cost(wider) <= room:
                pieces[-1] = wider
                continue
        single = _with_prompts(one, (prompt,))
        if cost(single) > room:
            reason = "The class with this prompt is too long for one question to the model; shorten its texts."
            raise parameter_invalid("classes", {"name": whole.name, "prompt": prompt}, reason)
        pieces.append(single)
    return pieces


def _with_prompts(one: Vocabulary, prompts: tuple[str, ...]) -> Vocabulary:
    return narrowed(one, [one.classes[0].model_copy(update={"prompts": prompts})])


def _joined(parts: Sequence[Vocabulary]) -> Vocabulary:
    classes: dict[str, EffectiveClass] = {}
    for part in parts:
        for each in part.classes:
            known = classes.get(each.name)
            prompts = each.prompts if known is None else (*known.prompts, *each.prompts)
            classes[each.name] = each.model_copy(update={"prompts": prompts})
    return Vocabulary(
        tuple(classes.values()),
        {key: name for part in parts for key, name in part.class_ids.items()},
        {key: value for part in parts for key, value in part.prompt_ids.items()},
    )
