"""Clips of the real API judged by us give the class the real API gave (optional reference material)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pegasus_classify.contract.asks import Video, VideoSource
from pegasus_classify.contract.evidence import Evidence, Reading
from pegasus_classify.contract.intervals import covered
from pegasus_classify.contract.quantities import cut2
from pegasus_classify.contract.request import ClassDefinition, ClassifyRequest, Thresholds
from pegasus_classify.judging.judge import judge
from pegasus_classify.scoring.curve import Curve

AS_CLAIMED = Curve(((0, 0), (100, 100)))


def _request(body: dict[str, Any]) -> ClassifyRequest:
    return ClassifyRequest(
        classes=tuple(ClassDefinition(name=each["name"], prompts=tuple(each["prompts"])) for each in body["classes"]),
        options=tuple(body["options"]),
        include_clips=True,
        thresholds=Thresholds(video_score=80, clip_score=73, duration_ratio=0.5),
    )


def _video(shown: dict[str, Any]) -> Video:
    """A video of some length that gives the ratio shown; the real length is not part of an answer."""
    clips = shown["clips"]
    union = covered((clip["start"], clip["end"]) for clip in clips)
    length = max(*(clip["end"] for clip in clips), union / (shown["duration_ratio"] + 0.005))
    return Video("v", VideoSource("asset_id", "a"), length)


def _reading(shown: dict[str, Any]) -> Reading:
    """The recorded clips as evidence, in an order of our own."""
    evidence = [
        Evidence(shown["name"], clip["prompt"], clip["option"], clip["start"], clip["end"], clip["score"])
        for clip in sorted(shown["clips"], key=lambda clip: (clip["prompt"], clip["end"]))
    ]
    return Reading(tuple(evidence), "found")


@pytest.mark.parametrize("name", ["002-ads-bulk-one-class-clips.json", "006-sports-bulk-one-class-clips.json"])
def test_recorded_clips_give_the_recorded_class(shared_folder: Path, name: str) -> None:
    answer = json.loads((shared_folder / "legacy" / "recorded" / name).read_text("utf-8"))
    request = _request(answer["request"])
    for video in answer["response"]["data"]:
        (shown,) = video["classes"]
        result = judge(request, _video(shown), [_reading(shown)], AS_CLAIMED)
        (found,) = result.classes
        assert (result.dropped, result.repairs) == ((), ())
        assert cut2(found.duration_ratio or 0) == shown["duration_ratio"]
        assert found.score == pytest.approx(shown["score"], abs=2.07)
        assert [(clip.score, clip.start) for clip in found.clips or ()] == [
            (clip["score"], clip["start"]) for clip in shown["clips"]
        ]
