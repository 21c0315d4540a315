"""Names for the three kinds of columns."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["Bools", "Ints", "Reals"]

Bools: TypeAlias = NDArray[np.bool_]
"""Yes or no, any shape."""

Ints: TypeAlias = NDArray[np.int64]
"""Counts and places, any shape."""

Reals: TypeAlias = NDArray[np.float64]
"""Measured numbers, any shape; NaN where nothing is known."""
