"""From the confidence a model claims to a clip score on the old API's scale."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from pegasus_classify.contract.quantities import Percent
from pegasus_classify.errors import SettingsError

__all__ = ["DEFAULT_CURVE", "ON_SCREEN_TEXT", "Curve", "curve_for", "curve_of"]

ON_SCREEN_TEXT: Percent = 92.28
"""What every on-screen-text clip scores: all 49 in the answers recorded in October 2023 show exactly this number."""


@dataclass(frozen=True, slots=True)
class Curve:
    """A never falling line through knots, straight between them and level beyond the outermost.

    A curve belongs to one model and one prompt: the same claimed confidence means something else elsewhere.

    Attributes:
        knots: Pairs of claimed confidence and clip score, both 0 to 100; at least one pair, confidences rising,
            scores not falling.

    Raises:
        SettingsError: The knots are no such line; the message says which knot is wrong.
    """

    knots: tuple[tuple[Percent, Percent], ...]
    _confidences: tuple[Percent, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        fault = _fault(self.knots)
        if fault:
            raise SettingsError(f"calibration curve: {fault}")
        object.__setattr__(self, "_confidences", tuple(knot[0] for knot in self.knots))

    def score(self, confidence: Percent) -> Percent:
        """Return the clip score, 0 to 100, for a claimed confidence, 0 to 100."""
        right = bisect_right(self._confidences, confidence)
        if right == 0:
            return self.knots[0][1]
        x0, y0 = self.knots[right - 1]
        if right == len(self.knots) or confidence == x0:
            return y0
        x1, y1 = self.knots[right]
        # Without min, rounding could lift a point just left of a knot above the knot itself.
        return min(y1, y0 + (y1 - y0) * ((confidence - x0) / (x1 - x0)))


def _fault(knots: Sequence[tuple[Percent, Percent]]) -> str:
    if not knots:
        return "it needs at least one knot [confidence, score]"
    for knot in knots:
        # Written so that NaN, which compares as false, is refused as well.
        if not all(0 <= value <= 100 for value in knot):
            return f"knot {list(knot)} is outside 0 to 100"
    for left, right in pairwise(knots):
        if right[0] <= left[0]:
            return f"confidences must rise, but {right[0]} follows {left[0]}"
        if right[1] < left[1]:
            return f"scores must not fall, but {right[1]} follows {left[1]}"
    return ""


DEFAULT_CURVE = Curve(((0.0, 0.0), (40.0, 46.0), (60.0, 73.0), (80.0, 83.0), (100.0, 89.0)))
"""Puts the anchors of the prompt on the borders between the old API's confidence words: 40 is the lowest score of a
word ever seen, 60 becomes the low/medium border, 80 the medium/high border, 100 the highest spoken or seen clip."""


def curve_for(curves_json: Mapping[str, Any], model: str, prompt_hash: str) -> Curve:
    """Choose the curve of a model and prompt from the parsed text of a curves file.

    Args:
        curves_json: `{"default": knots, "models": {model: {prompt hash: knots}}}`, knots as `[[confidence, score], …]`;
            both members may be missing.
        model: The model that answers, by its full name.
        prompt_hash: Hash of the template that asks.

    Returns:
        The curve fitted for both; else the file's default; else `DEFAULT_CURVE`.

    Raises:
        SettingsError: The file has another form, or the chosen knots are no curve.
    """
    per_model = _member(curves_json, "models")
    knots = _member(per_model, model).get(prompt_hash, _mapping(curves_json, "curves file").get("default"))
    return DEFAULT_CURVE if knots is None else curve_of(knots)


def _mapping(value: object, name: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise SettingsError(f"calibration curve: {name} must be a JSON object, not {type(value).__name__}")
    return value


def _member(parent: object, name: str) -> Mapping[str, Any]:
    return _mapping(_mapping(parent, "curves file").get(name, {}), name)


def curve_of(knots: object) -> Curve:
    """Return the curve through knots read from JSON.

    Args:
        knots: `[[confidence, score], …]`.

    Raises:
        SettingsError: They have another form, or are no curve.
    """
    if not isinstance(knots, Sequence) or not all(_is_knot(knot) for knot in knots):
        raise SettingsError("calibration curve: knots must be a list of [confidence, score] number pairs")
    return Curve(tuple((float(confidence), float(score)) for confidence, score in knots))


def _is_knot(knot: object) -> bool:
    return (
        isinstance(knot, Sequence)
        and len(knot) == 2
        and all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in knot)
    )
