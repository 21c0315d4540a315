"""From evidence of one class to scored clips."""

from __future__ import annotations

from typing import Any

import pytest

from pegasus_classify.contract.evidence import Evidence
from pegasus_classify.contract.request import EffectiveClass
from pegasus_classify.scoring.clip_scores import AskedClass, ClassEvidence, ScoredClip, merged, scored
from pegasus_classify.scoring.curve import DEFAULT_CURVE, ON_SCREEN_TEXT


def _asked(prompts: tuple[str, ...] = ("cat", "dog"), options: Any = ("visual", "conversation")) -> AskedClass:
    return AskedClass.prepared(
        EffectiveClass(name="Pets", prompts=prompts, options=options, conversation_option="semantic")
    )


def _score(*evidence: Evidence, asked: AskedClass | None = None) -> ClassEvidence:
    return scored(evidence, asked or _asked(), DEFAULT_CURVE, 60.0)


def _clip(**fields: Any) -> Evidence:
    return Evidence("Pets", **{"prompt": "cat", "option": "visual", "start": 0, "end": 10, "confidence": 80, **fields})


def test_a_complete_clip_is_scored_by_the_curve_and_needs_no_repair() -> None:
    assert _score(_clip(prompt="dog", option="conversation")) == ClassEvidence(
        (ScoredClip(0, 10, 1, 1, 83.0),), said_present=False, repairs=frozenset()
    )


def test_a_clip_without_confidence_takes_the_highest_said_of_its_class() -> None:
    whole = [_clip(start=None, end=None, confidence=value) for value in (40, 100, None)]
    found = _score(_clip(confidence=None), *whole)
    assert [clip.score for clip in found.clips] == [89.0]
    assert found.repairs == {"confidence_of_class"}


def test_a_clip_of_which_nothing_is_said_counts_as_sixty() -> None:
    found = _score(_clip(confidence=None))
    assert [clip.score for clip in found.clips] == [73.0]
    assert found.repairs == {"confidence_unknown"}


@pytest.mark.parametrize("confidence", [None, 0, 50, 100])
def test_an_on_screen_text_clip_always_scores_the_same_and_needs_no_confidence(confidence: float | None) -> None:
    found = _score(
        _clip(option="text_in_video", confidence=confidence), asked=_asked(options=("visual", "text_in_video"))
    )
    assert [clip.score for clip in found.clips] == [ON_SCREEN_TEXT]
    assert found.repairs == frozenset()


def test_the_only_prompt_and_the_only_option_need_not_be_named() -> None:
    found = _score(_clip(prompt=None, option=None), asked=_asked(("cat",), ("conversation",)))
    assert found.clips == (ScoredClip(0, 10, 0, 0, 83.0),)
    assert found.repairs == frozenset()


@pytest.mark.parametrize(("prompt", "option"), [(None, None), ("lion", "logo")])
def test_what_is_not_named_among_several_is_assumed_to_be_the_first_and_reported(prompt: Any, option: Any) -> None:
    found = _score(_clip(prompt=prompt, option=option))
    assert found.clips == (ScoredClip(0, 10, 0, 0, 83.0),)
    assert found.repairs == {"prompt_assumed", "option_assumed"}


def test_times_are_cut_to_the_video() -> None:
    assert [clip[:2] for clip in _score(_clip(start=50, end=70), _clip(start=-5, end=5)).clips] == [(50, 60), (0, 5)]


def test_a_clip_wholly_beyond_the_video_only_says_that_the_class_is_present() -> None:
    assert _score(_clip(start=61, end=70)) == ClassEvidence((), said_present=True, repairs=frozenset())


def test_a_moment_stays_a_moment() -> None:
    assert _score(_clip(start=7, end=7)).clips == (ScoredClip(7, 7, 0, 0, 83.0),)


@pytest.mark.parametrize(("confidence", "present"), [(None, True), (0, False), (1, True)])
def test_a_class_without_times_is_said_present_unless_its_confidence_is_nought(
    confidence: float | None, present: bool
) -> None:
    assert _score(_clip(start=None, end=None, confidence=confidence)).said_present is present


def test_no_evidence_says_nothing() -> None:
    assert _score() == ClassEvidence((), said_present=False, repairs=frozenset())


@pytest.mark.parametrize(
    ("clips", "expected"),
    [
        pytest.param([(0, 5, 0, 0, 80), (4, 9, 0, 0, 85)], [(0, 9, 0, 0, 85)], id="overlapping"),
        pytest.param([(0, 9, 0, 0, 85), (2, 3, 0, 0, 80)], [(0, 9, 0, 0, 85)], id="one inside the other"),
        pytest.param([(0, 5, 0, 0, 80), (0, 5, 0, 0, 80)], [(0, 5, 0, 0, 80)], id="told twice"),
        pytest.param(
            [(6, 9, 0, 0, 70), (0, 5, 0, 0, 80), (4, 7, 0, 0, 75)], [(0, 9, 0, 0, 80)], id="joined by a third"
        ),
        pytest.param([(0, 5, 0, 0, 80), (5, 9, 0, 0, 85)], [(0, 5, 0, 0, 80), (5, 9, 0, 0, 85)], id="touching"),
        pytest.param([(0, 5, 0, 0, 80), (0, 5, 1, 0, 85)], [(0, 5, 0, 0, 80), (0, 5, 1, 0, 85)], id="other prompt"),
        pytest.param([(0, 5, 0, 0, 80), (0, 5, 0, 1, 85)], [(0, 5, 0, 0, 80), (0, 5, 0, 1, 85)], id="other option"),
        pytest.param([(3, 3, 0, 0, 90), (3, 3, 0, 0, 80)], [(3, 3, 0, 0, 90)], id="equal moments"),
        pytest.param([(3, 3, 0, 0, 90), (1, 5, 0, 0, 80)], [(1, 5, 0, 0, 90)], id="moment inside"),
        pytest.param([(3, 3, 0, 0, 90), (3, 5, 0, 0, 80)], [(3, 5, 0, 0, 90)], id="moment at the start"),
        pytest.param(
            [(5, 5, 0, 0, 90), (3, 5, 0, 0, 80)], [(3, 5, 0, 0, 80), (5, 5, 0, 0, 90)], id="moment at the end"
        ),
        pytest.param([], [], id="nothing"),
    ],
)
def test_overlapping_clips_of_one_prompt_and_option_become_one_with_the_higher_score(
    clips: list[tuple[Any, ...]], expected: list[tuple[Any, ...]]
) -> None:
    assert merged(ScoredClip(*clip) for clip in clips) == expected


def test_merging_sorts_by_time_although_a_merged_clip_grew() -> None:
    clips = [ScoredClip(0, 1, 0, 0, 80), ScoredClip(0, 5, 0, 0, 80), ScoredClip(0, 3, 1, 0, 80)]
    assert merged(clips) == [(0, 3, 1, 0, 80), (0, 5, 0, 0, 80)]
