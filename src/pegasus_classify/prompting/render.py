"""From asked classes to the words put to the model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pegasus_classify.contract.request import EffectiveClass
from pegasus_classify.contract.vocabulary import Vocabulary
from pegasus_classify.prompting.label_data import as_json, labelled
from pegasus_classify.prompting.template_book import TemplateBook

__all__ = ["class_rows", "options_in_use", "render_question", "render_segment", "row_text"]

_SPEECH = {"semantic": "meaning", "exact_match": "exact words"}


def class_rows(vocabulary: Vocabulary) -> list[dict[str, Any]]:
    """Return the classes as the JSON data a prompt shows: id, name, evidence, speech, prompts with their ids.

    `speech` stands only where speech counts as evidence. The order is the vocabulary's.
    """
    ids = {name: class_id for class_id, name in vocabulary.class_ids.items()}
    prompts: dict[str, list[dict[str, str]]] = {name: [] for name in ids}
    for prompt_id, (name, text) in vocabulary.prompt_ids.items():
        prompts[name].append({"id": prompt_id, "text": text})
    return [_row(each, ids[each.name], prompts[each.name]) for each in vocabulary.classes]


def _row(each: EffectiveClass, class_id: str, prompts: list[dict[str, str]]) -> dict[str, Any]:
    row: dict[str, Any] = {"id": class_id, "name": each.name, "evidence": list(each.options)}
    if "conversation" in each.options:
        row["speech"] = _SPEECH[each.conversation_option]
    return {**row, "prompts": prompts}


def row_text(row: Mapping[str, Any]) -> str:
    """Return the line a prompt shows for one class."""
    return as_json(row)


def options_in_use(vocabulary: Vocabulary) -> list[str]:
    """Return every kind of evidence that some class allows, each once, sorted."""
    return sorted({option for each in vocabulary.classes for option in each.options})


def render_question(book: TemplateBook, version: str, vocabulary: Vocabulary) -> str:
    """Return the prompt that asks about all classes of a vocabulary; it depends on nothing else.

    A template may name `classes` (rows as `class_rows` makes them), `options` (kinds of evidence in use, sorted) and
    `speech` (how speech counts: `meaning`, `exact words` or both, sorted; empty when speech does not count).

    Args:
        book: The templates.
        version: Such as `classify.v1`, `schema_in_prompt.v1` or `again.v1`.
        vocabulary: Classes with ids for each of them and for each prompt that is asked.

    Raises:
        SettingsError: The version is unknown or its template fails.
    """
    return _render(book, version, class_rows(vocabulary))


def render_segment(book: TemplateBook, version: str, vocabulary: Vocabulary, class_id: str) -> str:
    """Return the description of one class's segment definition; the template sees that one class.

    Raises:
        SettingsError: The version is unknown or its template fails.
        KeyError: No class has this id.
    """
    name = vocabulary.class_ids[class_id]
    return _render(book, version, [row for row in class_rows(vocabulary) if row["name"] == name])


def _render(book: TemplateBook, version: str, rows: Sequence[Mapping[str, Any]]) -> str:
    values = {
        "classes": labelled(rows),
        "options": sorted({option for row in rows for option in row["evidence"]}),
        "speech": sorted({row["speech"] for row in rows if "speech" in row}),
    }
    return book.render(version, values)
