"""From asked classes to words."""

from __future__ import annotations

import json

import pytest

from pegasus_classify.contract.request import ClassifyRequest
from pegasus_classify.planning.class_ids import canonical_vocabulary
from pegasus_classify.prompting.render import class_rows, options_in_use, render_question, render_segment, row_text
from pegasus_classify.prompting.template_book import TemplateBook


def test_rows_hold_ids_names_evidence_and_prompts(golden_requests: dict[str, ClassifyRequest]) -> None:
    vocabulary = canonical_vocabulary(golden_requests["every_option"])
    rows = class_rows(vocabulary)
    assert rows[0] == {
        "id": "c1",
        "name": "Brand named",
        "evidence": ["conversation"],
        "speech": "exact words",
        "prompts": [{"id": "c1.p1", "text": "Acme"}],
    }
    assert "speech" not in rows[1]
    assert options_in_use(vocabulary) == ["conversation", "logo", "text_in_video", "visual"]


@pytest.mark.parametrize("version", ["classify.v1", "schema_in_prompt.v1", "again.v1"])
@pytest.mark.parametrize("name", ["one_class", "every_option", "hostile"])
def test_every_row_stands_in_the_prompt_on_a_line_of_its_own(
    name: str, version: str, book: TemplateBook, golden_requests: dict[str, ClassifyRequest]
) -> None:
    vocabulary = canonical_vocabulary(golden_requests[name])
    lines = render_question(book, version, vocabulary).splitlines()
    for row in class_rows(vocabulary):
        assert row_text(row) in [line.removesuffix(",") for line in lines]
        assert json.loads(row_text(row)) == row


def test_only_kinds_of_evidence_in_use_are_explained(
    book: TemplateBook, golden_requests: dict[str, ClassifyRequest]
) -> None:
    seen = render_question(book, "classify.v1", canonical_vocabulary(golden_requests["one_class"]))
    assert '"visual": what' in seen
    assert "conversation" not in seen
    assert "logo" not in seen
    said = render_question(book, "classify.v1", canonical_vocabulary(golden_requests["exact_words"]))
    assert "the very words of the prompt are spoken" in said
    assert '"visual"' not in said


def test_a_segment_description_shows_its_class_alone(
    book: TemplateBook, golden_requests: dict[str, ClassifyRequest]
) -> None:
    vocabulary = canonical_vocabulary(golden_requests["nested_names"])
    described = render_segment(book, "segments.v1", vocabulary, "c1")
    assert '"Pickup Truck"' in described
    assert '"c2"' not in described
    with pytest.raises(KeyError):
        render_segment(book, "segments.v1", vocabulary, "c9")


def test_labels_that_look_like_templates_are_not_run(
    book: TemplateBook, golden_requests: dict[str, ClassifyRequest]
) -> None:
    prompt = render_question(book, "classify.v1", canonical_vocabulary(golden_requests["hostile"]))
    assert '"{{ 7*7 }}"' in prompt
    assert "49" not in prompt
    assert '"name": "R&B"' in prompt
