"""The very words put to the model, for several requests: a change of a template shows here."""

from __future__ import annotations

from pathlib import Path

import pytest

from pegasus_classify.contract.request import ClassifyRequest
from pegasus_classify.planning.class_ids import canonical_vocabulary
from pegasus_classify.prompting.render import render_question, render_segment
from pegasus_classify.prompting.template_book import TemplateBook

GOLDEN = Path(__file__).parent / "golden"
CASES = sorted(path.name.removesuffix(".txt") for path in GOLDEN.glob("*.txt"))


@pytest.mark.parametrize("case", CASES)
def test_a_prompt_is_word_for_word_the_golden_one(
    case: str, book: TemplateBook, golden_requests: dict[str, ClassifyRequest]
) -> None:
    name, _, version = case.partition(".")
    vocabulary = canonical_vocabulary(golden_requests[name])
    if version.startswith("segments"):
        rendered = "\n\n---\n".join(render_segment(book, version, vocabulary, key) for key in vocabulary.class_ids)
    else:
        rendered = render_question(book, version, vocabulary)
    assert rendered + "\n" == (GOLDEN / f"{case}.txt").read_text(encoding="utf-8")


def test_every_request_has_a_golden_prompt_and_every_version_too(
    book: TemplateBook, golden_requests: dict[str, ClassifyRequest]
) -> None:
    assert {case.partition(".")[0] for case in CASES} == set(golden_requests)
    assert {case.partition(".")[2] for case in CASES} == set(book.versions())
