"""From claimed confidence to clip score."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pegasus_classify.errors import SettingsError
from pegasus_classify.package_files import packaged_prompts
from pegasus_classify.scoring.curve import DEFAULT_CURVE, ON_SCREEN_TEXT, Curve, curve_for

FITTED = [[0, 10], [100, 90]]


@pytest.mark.parametrize(
    ("confidence", "score"),
    [(0, 0), (20, 23), (40, 46), (50, 59.5), (60, 73), (70, 78), (80, 83), (90, 86), (100, 89)],
)
def test_the_default_curve_is_straight_between_its_knots(confidence: float, score: float) -> None:
    assert DEFAULT_CURVE.score(confidence) == pytest.approx(score)


def test_on_screen_text_scores_what_every_recorded_text_clip_scored() -> None:
    assert ON_SCREEN_TEXT == 92.28


def test_a_curve_is_level_beyond_its_outermost_knots() -> None:
    curve = Curve(((30, 50), (70, 80)))
    assert [curve.score(value) for value in (0, 29.9, 30, 70, 71, 100)] == [50, 50, 50, 80, 80, 80]


def test_a_single_knot_gives_everything_one_score() -> None:
    assert Curve(((50, 80),)).score(0) == Curve(((50, 80),)).score(100) == 80


def test_rounding_never_lifts_a_point_above_the_next_knot() -> None:
    curve = Curve(((0, 0.1), (99.99999999999999, 0.30000000000000004), (100, 0.30000000000000004)))
    assert curve.score(99.99999999999997) <= 0.30000000000000004


@pytest.mark.parametrize(
    ("knots", "complaint"),
    [
        ((), "at least one knot"),
        (((0, 0), (0, 10)), "confidences must rise, but 0 follows 0"),
        (((50, 0), (40, 10)), "confidences must rise, but 40 follows 50"),
        (((0, 50), (100, 40)), "scores must not fall, but 40 follows 50"),
        (((-1, 0), (100, 40)), "outside 0 to 100"),
        (((0, 0), (100, 101)), "outside 0 to 100"),
        (((0, float("nan")),), "outside 0 to 100"),
    ],
)
def test_knots_that_are_no_rising_line_are_refused(knots: Any, complaint: str) -> None:
    with pytest.raises(SettingsError, match=complaint):
        Curve(knots)


def test_the_curve_fitted_for_model_and_prompt_is_chosen() -> None:
    curves = {"default": [[0, 0], [100, 100]], "models": {"pegasus1.5": {"abc": FITTED}}}
    assert curve_for(curves, "pegasus1.5", "abc") == Curve(((0, 10), (100, 90)))


@pytest.mark.parametrize(("model", "prompt_hash"), [("pegasus1.6", "abc"), ("pegasus1.5", "other")])
def test_another_model_or_prompt_gets_the_files_default(model: str, prompt_hash: str) -> None:
    curves = {"default": [[0, 0], [100, 100]], "models": {"pegasus1.5": {"abc": FITTED}}}
    assert curve_for(curves, model, prompt_hash) == Curve(((0, 0), (100, 100)))


def test_a_file_without_a_default_gives_ours() -> None:
    assert curve_for({}, "pegasus1.5", "abc") == DEFAULT_CURVE


@pytest.mark.parametrize(
    "curves",
    [
        [],
        {"models": []},
        {"models": {"pegasus1.5": 3}},
        {"default": 3},
        {"default": [[0]]},
        {"default": [[0, "1"]]},
        {"default": [[0, True]]},
        {"default": [3]},
        {"default": [[0, 90], [100, 10]]},
    ],
)
def test_a_curves_file_of_another_form_is_refused(curves: Any) -> None:
    with pytest.raises(SettingsError, match="calibration curve"):
        curve_for(curves, "pegasus1.5", "abc")


def test_the_packaged_curves_hold_the_default_curve() -> None:
    text = packaged_prompts().get("curves.json")
    if text is None:
        pytest.skip("no curves file is packaged")
    assert curve_for(json.loads(text), "no such model", "no such prompt") == DEFAULT_CURVE
