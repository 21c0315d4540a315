"""Several independent answers about the same."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from pegasus_classify.contract.evidence import Evidence, Reading
from pegasus_classify.judging.agreement import agreed


def found(*clips: tuple[float | None, float | None], name: str = "Cars", prompt: str | None = "SUV") -> Reading:
    return Reading(tuple(Evidence(name, prompt, "visual", start, end, 90.0) for start, end in clips), "found")


def test_a_single_answer_stays_as_it_is() -> None:
    reading = found((1.0, 2.0))
    assert agreed([reading]) is reading


def test_what_all_report_is_certain_and_what_one_reports_is_not() -> None:
    merged = agreed([found((0.0, 10.0), (50.0, 60.0)), found((2.0, 12.0)), found((1.0, 14.0))])
    assert [(each.start, each.end, each.confidence) for each in merged.evidence] == [
        (1.0, 12.0, 100.0),
        (50.0, 60.0, 100 / 3),
    ]
    assert merged.verdict == "found"


def test_two_clips_of_one_answer_count_as_one_voice() -> None:
    merged = agreed([found((0.0, 10.0), (9.0, 20.0)), Reading(verdict="none")])
    assert [each.confidence for each in merged.evidence] == [50.0]


def test_other_prompts_and_classes_are_other_findings() -> None:
    merged = agreed([found((0.0, 10.0)), found((0.0, 10.0), prompt=None), found((0.0, 10.0), name="Pets")])
    assert [each.confidence for each in merged.evidence] == [100 / 3] * 3


def test_a_class_without_times_is_agreed_upon_too() -> None:
    merged = agreed([found((None, None)), found((None, None)), found((3.0, 4.0))])
    assert [(each.start, each.confidence) for each in merged.evidence] == [(3.0, 100 / 3), (None, 200 / 3)]


def test_nothing_found_by_all_is_nothing_found() -> None:
    merged = agreed([Reading(verdict="none", finished=frozenset({"Cars"}), repairs=("code_fence",))] * 2)
    assert (merged.evidence, merged.verdict, merged.repairs) == ((), "none", ("code_fence",))
    assert merged.finished == {"Cars"}


SPANS = st.lists(
    st.tuples(st.floats(0, 100), st.floats(0, 50)).map(lambda each: (each[0], each[0] + each[1])), max_size=6
)


@given(st.lists(SPANS, min_size=2, max_size=5))
def test_agreement_invents_no_time_and_no_certainty(answers: list[list[tuple[float, float]]]) -> None:
    merged = agreed([found(*clips) for clips in answers])
    everything = [clip for clips in answers for clip in clips]
    for each in merged.evidence:
        assert each.start is not None
        assert each.end is not None
        assert min(start for start, _ in everything) <= each.start <= each.end <= max(end for _, end in everything)
        assert 0 < (each.confidence or 0) <= 100
    ordered = sorted((each.start or 0, each.end or 0) for each in merged.evidence)
    assert all(left[1] <= right[0] for left, right in pairwise(ordered))


@given(SPANS)
def test_equal_answers_agree_wholly(clips: list[tuple[float, float]]) -> None:
    merged = agreed([found(*clips)] * 3)
    assert all(each.confidence == 100.0 for each in merged.evidence)
