"""The table of how faithful each field is."""

from __future__ import annotations

import re
from typing import Any

import pytest
from legacy_samples import samples

from pegasus_classify.errors import BadRequestError
from pegasus_classify.legacy.coverage import COVERAGE, ENTRIES, check_coverage, coverage_markdown, entries_for
from pegasus_classify.legacy.detect import DIALECTS
from pegasus_classify.legacy.wire import field_rules, item_rules, read_request

BODY: dict[str, Any] = {"index_id": "i", "options": ["visual"], "classes": [{"name": "a", "prompts": ["p"]}]}
LABELS: dict[str, Any] = {"index_id": "i", "options": ["visual"], "labels": [{"name": "a", "prompts": ["p"]}]}


def entries(body: dict[str, Any]) -> tuple[str, ...]:
    return entries_for(*read_request(body, "bulk"))


def test_ids_are_unique_and_safe_in_a_header() -> None:
    assert len(ENTRIES) == len(COVERAGE)
    assert [entry.id for entry in COVERAGE if not re.fullmatch(r"[a-z_.]+", entry.id)] == []


def test_every_row_says_why_and_from_where() -> None:
    assert all(entry.reason and entry.source for entry in COVERAGE)


@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=lambda each: each.name)
def test_every_field_of_both_dialects_has_a_row(dialect: Any) -> None:
    named = {
        word
        for entry in COVERAGE
        if dialect.name in entry.dialects
        for word in re.findall(r"[a-z_]+", f"{entry.id} {entry.field}")
    }
    asked = {"threshold", *field_rules(dialect, None), *item_rules(dialect)}
    answered = {
        column.key for part in (dialect.item, dialect.detail, dialect.clip, dialect.page_info) for column in part
    }
    assert {*asked, *answered, "data", "clips", "page_info"} - named == set()


@pytest.mark.parametrize(
    ("change", "applies"),
    [
        ({"options": ["visual", "text_in_video"]}, "options.text_in_video"),
        ({"conversation_option": "semantic"}, "conversation_option"),
        ({"conversation_option": "exact_match", "options": ["conversation"]}, "conversation_option.exact_match"),
        ({"threshold": {"min_video_score": 80}}, "threshold.min_video_score"),
        ({"threshold": {"min_duration_ratio": 0.3}}, "threshold.min_duration_ratio"),
        ({"threshold": {"min_clip_score": 30}}, "threshold.min_clip_score"),
        ({"threshold": 60}, "threshold.integer"),
        ({"include_clips": True}, "clips.thumbnail_url"),
        ({"include_clips": True}, "clips.times"),
        ({"show_detailed_score": True}, "detailed_scores.normalized_score"),
        ({"classes": [{"name": "a", "prompts": ["p", "p"]}]}, "prompts.repeated"),
        ({"classes": [{"name": "a", "prompts": ["p"]}] * 2}, "name.repeated"),
        ({"classes": [{"name": "a", "prompts": ["p"], "options": ["visual"]}]}, "classes.options"),
        (
            {"classes": [{"name": "a", "prompts": ["p"], "conversation_option": "semantic"}]},
            "classes.conversation_option",
        ),
    ],
)
def test_a_row_applies_when_its_field_was_sent(change: dict[str, Any], applies: str) -> None:
    assert applies not in entries(BODY)
    assert applies in entries({**BODY, **change})


def test_the_clip_floor_we_chose_is_told_unless_one_is_sent() -> None:
    assert "threshold.min_clip_score.default" in entries(BODY)
    assert "threshold.min_clip_score.default" not in entries({**BODY, "threshold": {"min_clip_score": 73}})
    assert "30" in ENTRIES["threshold.min_clip_score.default"].reason


def test_a_video_named_twice_is_told() -> None:
    body = {**BODY, "video_ids": ["v", "v"]}
    del body["index_id"]
    assert "video_ids.repeated" in entries_for(*read_request(body, "videos"))


def test_each_dialect_has_its_own_rows() -> None:
    assert "options.logo" in entries({**LABELS, "options": ["logo"]})
    assert {"max_score", "confidence", "duration", "threshold.word"} <= set(entries(LABELS))
    assert {"score", "duration_ratio"} <= set(entries(BODY))
    assert not {"score", "duration_ratio"} & set(entries(LABELS))


def test_the_gravest_stand_first_and_exact_ones_are_left_out() -> None:
    order = ["unsupported", "approximated", "derived"]
    for sample in samples():
        if isinstance(sample.request, dict) and sample.status == 200:
            found = [ENTRIES[name].fidelity for name in entries_for(*read_request(sample.request, sample.kind))]
            assert found == sorted(found, key=order.index)


def test_strict_refuses_what_was_sent_and_cannot_be_honoured() -> None:
    body = {**BODY, "options": ["conversation", "text_in_video"], "conversation_option": "exact_match"}
    with pytest.raises(BadRequestError, match=r"options: text_in_video.*conversation_option: exact_match") as caught:
        check_coverage(entries(body), "strict")
    assert caught.value.code == "parameter_invalid"
    check_coverage(entries(body), "warn")
    check_coverage(entries(body), "lenient")


def test_strict_lets_a_plain_request_pass_though_scores_come_from_a_model() -> None:
    check_coverage(entries({**BODY, "include_clips": True, "show_detailed_score": True}), "strict")


def test_the_page_for_people_has_every_row() -> None:
    page = coverage_markdown()
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    assert len(rows) == len(COVERAGE)
    assert all(row.count("|") == 6 for row in rows)
    assert page.index("Request fields") < page.index("Answer fields")
    assert page.endswith("|\n")
