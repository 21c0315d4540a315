"""The rules against answers of the real API, recorded in October 2023 (optional reference material)."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from pegasus_classify.contract.intervals import covered
from pegasus_classify.contract.quantities import cut2
from pegasus_classify.scoring.class_scores import class_score, normalized_scores

IGNORED_TEXT_HIT = {("6527947943e8c47e4eb47d73", 87.27), ("6527947d43e8c47e4eb47ded", 88.8)}
"""Video and score of the two cases whose detail names a text clip that the class score plainly ignores."""


@dataclass
class Case:
    """One class in one video as several answers show it."""

    video_id: str
    score: float
    ratio: float
    details: dict[str, float] = field(default_factory=dict)
    clips: list[dict[str, Any]] = field(default_factory=list)

    @property
    def best(self) -> float | None:
        if self.details:
            return self.details["max_score"]
        return max((clip["score"] for clip in self.clips), default=None)

    @property
    def odd(self) -> bool:
        return any(self.video_id[-4:] == known[-4:] and self.score == score for known, score in IGNORED_TEXT_HIT)


def _answers(folder: Path, names: str = "00*.json") -> list[dict[str, Any]]:
    texts = [json.loads(path.read_text("utf-8")) for path in sorted((folder / "legacy" / "recorded").glob(names))]
    return [text for text in texts if text["response"]["data"]]


@pytest.fixture(scope="module")
def cases(shared_folder: Path) -> list[Case]:
    found: dict[tuple[Any, ...], Case] = {}
    for answer in _answers(shared_folder):
        prompts = {each["name"]: tuple(each["prompts"]) for each in answer["request"]["classes"]}
        for video in answer["response"]["data"]:
            for shown in video["classes"]:
                key = (video["video_id"], shown["name"], prompts[shown["name"]])
                case = found.setdefault(key, Case(video["video_id"], shown["score"], shown["duration_ratio"]))
                assert (case.score, case.ratio) == (shown["score"], shown["duration_ratio"])
                case.details = shown.get("detailed_scores", case.details)
                case.clips = shown.get("clips", case.clips)
    return list(found.values())


def test_the_fitted_rule_errs_by_no_more_than_was_measured(cases: list[Case]) -> None:
    errors = [abs(class_score(case.best, case.ratio) - case.score) for case in cases if case.best and not case.odd]
    assert len(errors) == 21
    assert sum(errors) / len(errors) == pytest.approx(0.35, abs=0.005)
    assert max(errors) == pytest.approx(1.27, abs=0.005)


def test_full_coverage_is_met_exactly(cases: list[Case]) -> None:
    full = [case for case in cases if case.best and case.ratio >= 0.99]
    assert len(full) == 7
    for case in full:
        assert cut2(class_score(case.best or 0, case.ratio)) == pytest.approx(case.score, abs=0.011)


def test_the_average_is_the_plain_mean_of_the_clips(cases: list[Case]) -> None:
    both = [case for case in cases if case.details and case.clips and not case.odd]
    assert len(both) == 5
    for case in both:
        scores = [clip["score"] for clip in case.clips]
        assert cut2(sum(scores) / len(scores)) == case.details["avg_score"]
        assert max(scores) == case.details["max_score"]


def test_normalized_scores_are_the_recorded_ones(shared_folder: Path) -> None:
    compared = 0
    for answer in _answers(shared_folder, "*detailed.json"):
        for video in answer["response"]["data"]:
            details = [shown.get("detailed_scores") for shown in video["classes"]]
            if details[0]:
                shares = normalized_scores([shown["score"] for shown in video["classes"]])
                assert shares == pytest.approx([each["normalized_score"] for each in details], abs=1e-12)
                compared += len(shares)
    assert compared == 24


def test_the_ratio_is_that_of_the_union_and_cannot_be_that_of_the_sum(cases: list[Case]) -> None:
    """The video's length is not in an answer; some length that holds all clips must give the ratio shown."""
    listed = [case for case in cases if case.clips]
    impossible = 0
    for case in listed:
        end = max(clip["end"] for clip in case.clips)
        union = covered((clip["start"], clip["end"]) for clip in case.clips)
        total = sum(clip["end"] - clip["start"] for clip in case.clips)
        assert cut2(union / max(end, union / (case.ratio + 0.005))) == case.ratio
        impossible += total / end > 1 and case.ratio < 1
    assert len(listed) == 9
    assert impossible >= 3
