"""Curves that make old thresholds keep their meaning, fitted from old answers and what the model says today.

Law of this folder: it reads recordings and writes curves; it asks nobody by itself, and no number of an answer is
decided here. scikit-learn is imported nowhere else.
"""

from __future__ import annotations

from importlib.util import find_spec

from pegasus_classify.errors import SettingsError

__all__ = ["MissingCalibrateError"]


class MissingCalibrateError(SettingsError, ImportError):
    """A package that fitting needs is not installed; the message says how to install it."""


for _needed in ("numpy", "sklearn"):
    if find_spec(_needed) is None:
        raise MissingCalibrateError(f"Fitting needs the package {_needed}: pip install 'pegasus-classify[calibrate]'")
