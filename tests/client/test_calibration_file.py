"""A classifier loads a calibration and refuses one that belongs elsewhere."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pegasus_classify import Classifier, SettingsError

emulator = pytest.importorskip("pegasus_classify.emulator")

VIDEO = "63996246ce36463e0199c8c4"
ASKED: dict[str, Any] = {
    "video_ids": [VIDEO],
    "options": ["visual"],
    "classes": [{"name": "Big cats", "prompts": ["Lion", "Tiger", "Leopard"]}],
    "threshold": {"min_video_score": 1, "min_clip_score": 1, "min_duration_ratio": 0.01},
    "include_clips": True,
}


@pytest.fixture(scope="module")
def upstream():
    """A stand-in in good handwriting."""
    with emulator.running_emulator() as running:
        yield running.base_url


@pytest.fixture(scope="module")
def prompt_hash(upstream: str) -> str:
    """The hash of the packaged prompt."""
    with Classifier("key", upstream) as classifier:
        return classifier.reply("POST", "/v1.2/classify", ASKED).result.prompt_hash


def calibration(prompt_hash: str, **more: Any) -> dict[str, Any]:
    """A calibration in its JSON form that gives every clip the score 55.5."""
    knots = [[0, 55.5], [100, 55.5]]
    head = {"format": "pegasus-classify-calibration", "version": 1, "model": "pegasus1.5"}
    return {**head, "prompt_hash": prompt_hash, "knots": knots, **more}


def scores(upstream: str, value: Any) -> set[float]:
    """The scores of all clips with a calibration."""
    with Classifier("key", upstream, calibration=value) as classifier:
        page = classifier.videos(**ASKED)
        return {clip.score for video in page.data for each in video.classes for clip in each.clips}


def test_a_calibration_decides_the_scores(upstream: str, prompt_hash: str, tmp_path: Path) -> None:
    """As a mapping, as a path and as the name of a file."""
    value = calibration(prompt_hash)
    path = tmp_path / "fitted.json"
    path.write_text(json.dumps(value), encoding="utf-8")
    for given in (value, path, str(path)):
        assert scores(upstream, given) == {55.5}


def test_a_class_with_a_curve_of_its_own_uses_it(upstream: str, prompt_hash: str) -> None:
    """By its name."""
    own = {"Big cats": [[0, 66], [100, 66]], "Small cats": [[0, 1], [100, 1]]}
    assert scores(upstream, calibration(prompt_hash, classes=own)) == {66}


@pytest.mark.parametrize(
    ("change", "choices", "told"),
    [
        ({"prompt_hash": "other"}, {}, "prompt hash other"),
        ({"model": "pegasus1.6"}, {}, "model pegasus1.6 and cannot be used with pegasus1.5"),
        ({}, {"model": "pegasus1.6"}, "model pegasus1.5 and cannot be used with pegasus1.6"),
        ({}, {"ask": "text"}, "fitted for the prompt hash"),
        ({"version": 7}, {}, "version is 7"),
    ],
)
def test_a_calibration_of_something_else_is_refused_at_once(
    upstream: str, prompt_hash: str, change: dict[str, Any], choices: dict[str, Any], told: str
) -> None:
    """Before anything is asked."""
    with pytest.raises(SettingsError, match=told):
        Classifier("key", upstream, calibration={**calibration(prompt_hash), **change}, **choices)


def test_a_file_that_is_none_is_named(upstream: str, tmp_path: Path) -> None:
    """With what is wrong."""
    with pytest.raises(SettingsError, match=r"calibration file .*none\.json: No such file"):
        Classifier("key", upstream, calibration=tmp_path / "none.json")
    (tmp_path / "bad.json").write_text("{", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"calibration file .*bad\.json: Expecting"):
        Classifier("key", upstream, calibration=str(tmp_path / "bad.json"))
