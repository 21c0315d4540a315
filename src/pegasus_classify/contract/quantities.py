"""The numbers of a classification and how the old API cut them."""

from __future__ import annotations

import math
from typing import TypeAlias

__all__ = ["Percent", "Ratio", "Seconds", "cut2", "whole"]

Percent: TypeAlias = float
"""0 to 100."""

Ratio: TypeAlias = float
"""0 to 1."""

Seconds: TypeAlias = float
"""Seconds from the start of the video, or a length; 0 or more."""


def cut2(value: float) -> float:
    """Cut a number of 0 or more to two decimals, as the old API did: 82.669 becomes 82.66.

    Measured on the answers recorded in October 2023: means and ratios were cut, never rounded. The small addend
    keeps 0.29 at 0.29 although its binary form lies a hair below.
    """
    return math.floor(100 * value + 1e-9) / 100


def whole(value: float) -> float | int:
    """Return a whole number as an `int`, so that JSON shows `100` and not `100.0`, as in every recorded answer."""
    return int(value) if float(value).is_integer() else value
