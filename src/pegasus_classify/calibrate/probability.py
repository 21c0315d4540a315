"""The usual ways from a confidence to a probability, to hold the fitted curves against."""

from __future__ import annotations

import numpy as np
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from pegasus_classify.calibrate.field import Chosen, Floats

__all__ = ["METHODS", "isotonic", "platt"]


def platt(claims: Floats, kept: Chosen, asked: Floats) -> Floats:
    """Return the probability that the old side kept a class, by a logistic curve (Platt).

    Args:
        claims: What the model claimed, 0 to 100; -1 for nothing.
        kept: What the old side kept; both values occur.
        asked: The claims to tell the probability of.

    Returns:
        0 to 1 for each.
    """
    model = LogisticRegression(C=1e4, max_iter=1000).fit(_columns(claims), kept)
    return np.asarray(model.predict_proba(_columns(asked))[:, 1])


def isotonic(claims: Floats, kept: Chosen, asked: Floats) -> Floats:
    """Return the same by the best never falling steps; arguments are those of `platt`."""
    model = IsotonicRegression(y_min=0.0, y_max=1.0, out_of_bounds="clip").fit(claims, kept.astype(float))
    return np.asarray(model.predict(asked))


METHODS = {"platt": platt, "isotonic": isotonic}


def _columns(claims: Floats) -> Floats:
    # Claims lie mostly between 70 and 100, and fitting needs numbers around 0. Whether anything was reported at all is
    # another matter than how sure the model is.
    return np.column_stack([(np.where(claims >= 0, claims, 85.0) - 85) / 15, claims >= 0])
