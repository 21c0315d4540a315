"""A calibration reads back, and belongs to one model and prompt."""

from __future__ import annotations

import json

import pytest

from pegasus_classify.errors import SettingsError
from pegasus_classify.scoring.calibration import Calibration, calibration_of
from pegasus_classify.scoring.curve import Curve

FITTED = Calibration(
    "pegasus1.5", "abc", Curve(((0, 0), (100, 90))), {"Cars": Curve(((0, 10), (50, 80)))}, "classify.v1"
)


def test_a_calibration_reads_back_as_it_was_written() -> None:
    assert calibration_of(json.loads(json.dumps(FITTED.as_json()))) == FITTED


def test_it_may_be_used_with_its_own_model_and_prompt() -> None:
    FITTED.check("pegasus1.5", "abc")


@pytest.mark.parametrize(
    ("model", "prompt_hash", "told"),
    [
        ("pegasus1.6", "abc", "fitted for the model pegasus1.5 and cannot be used with pegasus1.6"),
        ("pegasus1.5", "xyz", "fitted for the prompt hash abc and cannot be used with xyz"),
    ],
)
def test_another_model_or_prompt_is_refused(model: str, prompt_hash: str, told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        FITTED.check(model, prompt_hash)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"format": "other"}, "must be a JSON object with"),
        ({"version": 2}, "its version is 2, this library reads 1"),
        ({"model": None}, "model is missing"),
        ({"prompt_hash": ""}, "prompt_hash is missing"),
        ({"knots": None}, "knots must be a list"),
        ({"knots": [[0, 50], [50, 40]]}, "scores must not fall"),
        ({"classes": []}, "classes must be an object"),
        ({"classes": {"Cars": [[0, "x"]]}}, "knots must be a list"),
    ],
)
def test_another_form_is_refused(changed: dict[str, object], told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        calibration_of({**FITTED.as_json(), **changed})


def test_what_is_no_object_is_refused() -> None:
    with pytest.raises(SettingsError, match="must be a JSON object"):
        calibration_of([1])
