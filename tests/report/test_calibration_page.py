"""The page about a calibration: complete in itself, and a class's name is text whatever it is."""

from __future__ import annotations

import re

import pytest

pytest.importorskip("sklearn")
from drifted_scores import LIMITS, drawn_pairs

from pegasus_classify.calibrate.fit import fit_curves
from pegasus_classify.calibrate.measure import measure
from pegasus_classify.calibrate.told import told
from pegasus_classify.contract.request import Thresholds
from pegasus_classify.report.calibration import calibration_page
from pegasus_classify.scoring.calibration import Calibration

EVIL = "<script>alert(1)</script>"
HIGH = Thresholds(video_score=90, clip_score=73, duration_ratio=0.5)


@pytest.fixture(scope="module")
def page() -> str:
    """A page about made-up pairs."""
    pairs = drawn_pairs(1, videos=150, classes=["Cars", EVIL], limits=[LIMITS, HIGH])
    curves = fit_curves(pairs)
    fitted = Calibration("pegasus1.5", "abc", curves.whole, curves.classes, "classify.v1")
    return calibration_page(fitted, told(measure(pairs)))


def test_a_classs_name_is_shown_as_text(page: str) -> None:
    assert EVIL not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_the_page_needs_nothing_from_elsewhere(page: str) -> None:
    assert "default-src 'none'" in page
    assert re.findall(r"""(?:src|href)=["'](?!data:|#)""", page) == []


def test_every_curve_and_threshold_is_drawn(page: str) -> None:
    assert page.count("<polyline") == 1 + 1 + 2
    assert re.findall(r"<title>threshold ([\d.]+)</title>", page) == ["80.0", "90.0"]
    assert {"default", "fitted", "platt", "isotonic"} == set(re.findall(r'<circle class="(\w+)"', page))


def test_numbers_without_a_value_are_a_dash() -> None:
    pairs = drawn_pairs(1, videos=150)
    measured = told(measure(pairs))
    measured["methods"][0]["kappa"] = {"value": None, "low": None, "high": None}
    curves = fit_curves(pairs)
    assert "<td>–</td>" in calibration_page(Calibration("m", "h", curves.whole), measured)
