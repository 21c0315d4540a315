"""How a video is asked about, by its length."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pegasus_classify.contract.asks import AskFailure, Window
from pegasus_classify.models import MODELS
from pegasus_classify.planning.way import Way, way_for

P15 = MODELS["pegasus1.5"]
BEDROCK = MODELS["twelvelabs.pegasus-1-2-v1:0"]


@pytest.mark.parametrize(
    ("model", "seconds", "way"),
    [
        (P15, 4, Way("analyze")),
        (P15, 1200, Way("analyze")),
        (P15, 1200.5, Way("task")),
        (P15, 7200, Way("task")),
        (P15, 7201, Way("task", (Window(0, 3600.5), Window(3600.5, 7201)))),
        (P15, 14400, Way("task", (Window(0, 7200), Window(7200, 14400)))),
        (replace(P15, longest=600, longest_window=600), 1000, Way("analyze", (Window(0, 500), Window(500, 1000)))),
        (MODELS["pegasus1.6"], 1, Way("analyze")),
        (BEDROCK, 3600, Way("analyze")),
        (replace(BEDROCK, sync_up_to=60), 3600, Way("analyze")),
    ],
)
def test_length_decides_the_way(model, seconds: float, way: Way) -> None:
    assert way_for(model, seconds) == way


@pytest.mark.parametrize(
    ("model", "seconds", "kind", "words"),
    [
        (P15, 3.9, "too_short", "at least 4 seconds"),
        (P15, 0, "too_short", "0 seconds long"),
        (P15, float("nan"), "too_short", "at least 4 seconds"),
        (P15, 14400.1, "too_long", "at most 4 hours"),
        (BEDROCK, 3601, "too_long", "at most 1 hours"),
    ],
)
def test_a_length_nobody_takes_is_a_failure_that_says_what_to_do(model, seconds, kind, words) -> None:
    failure = way_for(model, seconds)
    assert isinstance(failure, AskFailure)
    assert (failure.kind, failure.status_code, failure.code) == (kind, 400, "parameter_invalid")
    assert words in failure.message
