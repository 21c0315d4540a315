"""A stand-in, a request, and an SDK as clean as it was found."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import pegasus_classify

emulator = pytest.importorskip("pegasus_classify.emulator")

CAR_PARK = "63996203ce36463e0199c8c2"
USED_CARS = "63996232ce36463e0199c8c3"
GUIDE = "63a09373ce36463e0199c8de"

ASKED: dict[str, Any] = {
    "video_ids": [CAR_PARK, USED_CARS, GUIDE],
    "options": ["visual"],
    "classes": [{"name": "Cars", "prompts": ["Cars", "SUV"]}],
    "threshold": {"min_video_score": 1, "min_duration_ratio": 0.01},
}


@pytest.fixture
def asked() -> dict[str, Any]:
    """Three videos, one class, thresholds that keep nearly everything."""
    return dict(ASKED)


@pytest.fixture
def installed() -> Iterator[None]:
    """`classify` put back, and taken away again."""
    pegasus_classify.install()
    yield
    pegasus_classify.uninstall()
