"""How many tokens an answer may have, and how many it will probably have."""

from __future__ import annotations

import math

from pegasus_classify.contract.quantities import Seconds
from pegasus_classify.models import ModelCapabilities

__all__ = ["likely_tokens", "max_tokens"]

_FRAME = 64
_PER_CLASS = 40
_PER_CLIP = 56
"""Tokens of one entry, counted on the wanted form with two spaces of indentation, which models like to add."""

_CLIPS_PER_MINUTE = 3
_STEP = 256


def max_tokens(model: ModelCapabilities, classes: int, prompts: int, seconds: Seconds) -> int:
    """Return the most tokens an answer is allowed, from classes × minutes, inside the model's bounds.

    Room for three clips of every class in each minute, and for one clip of every prompt: generous, since a cut answer
    pays the video again, but bounded, since a runaway answer is paid too.

    Args:
        model: A row of the capability table.
        classes: Classes asked, 1 or more.
        prompts: Prompts asked, all classes together.
        seconds: Length asked about.
    """
    clips = prompts + classes * (1 + math.ceil(_CLIPS_PER_MINUTE * seconds / 60))
    wanted = _FRAME + classes * _PER_CLASS + clips * _PER_CLIP
    return min(max(math.ceil(wanted / _STEP) * _STEP, model.min_answer_tokens), model.max_answer_tokens)


def likely_tokens(classes: int, seconds: Seconds) -> int:
    """Return about how many tokens an answer has: a third of the classes occur, with a clip every two minutes.

    An assumption, no measurement; output is a small part of the price.
    """
    found = classes / 3
    return math.ceil(_FRAME / 4 + found * (_PER_CLASS + _PER_CLIP * (1 + seconds / 120)))
