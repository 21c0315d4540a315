"""Fitted curves: one for a model and prompt as a whole, and one for each class that had enough to fit from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pegasus_classify.errors import SettingsError
from pegasus_classify.scoring.curve import Curve, curve_of

__all__ = ["CALIBRATION_FORMAT", "CALIBRATION_VERSION", "Calibration", "calibration_of"]

CALIBRATION_FORMAT = "pegasus-classify-calibration"
CALIBRATION_VERSION = 1


@dataclass(frozen=True, slots=True)
class Calibration:
    """Curves bound to the model and prompt whose answers they were fitted to.

    Attributes:
        model: The model's full name.
        prompt_hash: Hash of the template that asked.
        whole: For every class without a curve of its own.
        classes: Class name → curve.
        prompt_version: Such as `classify.v1`, for people.
    """

    model: str
    prompt_hash: str
    whole: Curve
    classes: Mapping[str, Curve] = field(default_factory=dict)
    prompt_version: str = ""

    def check(self, model: str, prompt_hash: str) -> None:
        """Refuse to be used with another model or prompt: the same claimed confidence means something else there.

        Raises:
            SettingsError: It belongs elsewhere; the message says where.
        """
        for what, own, other in (("model", self.model, model), ("prompt hash", self.prompt_hash, prompt_hash)):
            if own != other:
                raise SettingsError(
                    f"calibration: it was fitted for the {what} {own} and cannot be used with {other}; fit it again "
                    "with calibrate, or ask as it was asked then"
                )

    def as_json(self) -> dict[str, Any]:
        """Return the JSON form that `calibration_of` reads."""
        return {
            "format": CALIBRATION_FORMAT,
            "version": CALIBRATION_VERSION,
            "model": self.model,
            "prompt_version": self.prompt_version,
            "prompt_hash": self.prompt_hash,
            "knots": [list(knot) for knot in self.whole.knots],
            "classes": {name: [list(knot) for knot in curve.knots] for name, curve in self.classes.items()},
        }


def calibration_of(value: object) -> Calibration:
    """Read a calibration from its JSON form; members it does not know are passed over.

    Raises:
        SettingsError: It has another form or version, or holds knots that are no curve.
    """
    if not isinstance(value, Mapping) or value.get("format") != CALIBRATION_FORMAT:
        raise SettingsError(f'calibration: it must be a JSON object with "format": "{CALIBRATION_FORMAT}"')
    if value.get("version") != CALIBRATION_VERSION:
        told = value.get("version")
        raise SettingsError(f"calibration: its version is {told!r}, this library reads {CALIBRATION_VERSION}")
    texts = {name: value.get(name) for name in ("model", "prompt_hash")}
    for name, text in texts.items():
        if not isinstance(text, str) or not text:
            raise SettingsError(f"calibration: {name} is missing")
    classes = value.get("classes", {})
    if not isinstance(classes, Mapping):
        raise SettingsError("calibration: classes must be an object of class name and knots")
    return Calibration(
        str(texts["model"]),
        str(texts["prompt_hash"]),
        curve_of(value.get("knots")),
        {str(name): curve_of(knots) for name, knots in classes.items()},
        str(value.get("prompt_version", "")),
    )
