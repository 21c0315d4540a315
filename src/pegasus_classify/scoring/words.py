"""The confidence words of the labels dialect."""

from __future__ import annotations

from pegasus_classify.contract.quantities import Percent, cut2
from pegasus_classify.contract.request import CONFIDENCE_WORDS, ConfidenceWord

__all__ = ["confidence_word"]


def confidence_word(score: Percent) -> ConfidenceWord:
    """Return the word for a score of 0 to 100.

    The cut score decides, so that the word never contradicts the number beside it: 82.999 is shown as 82.99, `medium`.
    """
    shown = cut2(score)
    return next((word for lowest, word in CONFIDENCE_WORDS if shown >= lowest), CONFIDENCE_WORDS[-1][1])
