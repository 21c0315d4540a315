"""Tokens allowed and expected."""

from __future__ import annotations

import json

import pytest

from pegasus_classify.models import MODELS
from pegasus_classify.planning.answer_size import likely_tokens, max_tokens
from pegasus_classify.prompting.token_count import likely

P15 = MODELS["pegasus1.5"]
BEDROCK = MODELS["twelvelabs.pegasus-1-2-v1:0"]


def test_room_grows_with_classes_prompts_and_minutes() -> None:
    start = max_tokens(P15, 10, 10, 600)
    assert max_tokens(P15, 20, 10, 600) > start
    assert max_tokens(P15, 10, 30, 600) > start
    assert max_tokens(P15, 10, 10, 1200) > start


@pytest.mark.parametrize(
    ("model", "classes", "seconds", "tokens"), [(P15, 1, 4, 512), (P15, 100, 7200, 98_304), (BEDROCK, 30, 3600, 4_096)]
)
def test_room_keeps_the_bounds_of_the_model(model, classes: int, seconds: float, tokens: int) -> None:
    assert max_tokens(model, classes, classes, seconds) == tokens


def test_three_indented_clips_a_minute_of_every_class_fit() -> None:
    clip = {"start": 1234.567, "end": 1240.123, "prompt": "c10.p10", "option": "text_in_video", "confidence": 85}
    answer = {"classes": [{"class": f"c{number}", "confidence": 85, "clips": [clip] * 30} for number in range(10)]}
    assert likely(json.dumps(answer, indent=2)) <= max_tokens(P15, 10, 10, 600)


def test_likely_tokens_stay_below_those_allowed() -> None:
    assert 0 < likely_tokens(1, 4) < max_tokens(P15, 1, 1, 4)
    assert likely_tokens(10, 600) < max_tokens(P15, 10, 10, 600)
