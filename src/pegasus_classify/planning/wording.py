"""Which template asks, and the question it makes."""

from __future__ import annotations

from dataclasses import dataclass

from pegasus_classify.contract.asks import Question
from pegasus_classify.contract.vocabulary import Vocabulary
from pegasus_classify.errors import SettingsError
from pegasus_classify.models import ModelCapabilities
from pegasus_classify.prompting.answer_schema import answer_schema, response_format, segment_definitions
from pegasus_classify.prompting.render import class_rows, render_question, render_segment, row_text
from pegasus_classify.prompting.schema_rules import accepted
from pegasus_classify.prompting.template_book import TemplateBook
from pegasus_classify.prompting.token_count import upper_bound
from pegasus_classify.settings import AskAs

__all__ = ["AGAIN", "Asking", "question", "question_version", "row_tokens", "segment_question"]

AGAIN = "again.v1"
"""The template of every follow-up."""

_SEPARATOR = 2
"""Tokens between two classes of a prompt's list, a comma and a line end."""


@dataclass(frozen=True, slots=True)
class Asking:
    """In which manner a model is asked.

    Attributes:
        prompt: Version of the template, such as `classify.v1`.
        ask: With a JSON schema beside the prompt, with the form described in it (`text`), or by segment definitions,
            which bill the video once for each class.
        temperature: 0 to 1.
        samples: Independent answers per question, 1 or more.
        first_sample: Number of the first of them in the ledger.
    """

    prompt: str = "classify.v1"
    ask: AskAs = "schema"
    temperature: float = 0.0
    samples: int = 1
    first_sample: int = 0


def question_version(asking: Asking, model: ModelCapabilities) -> str:
    """Return the version of the template that asks in this manner.

    Without a schema the version of the same number that describes the form takes the place of `classify.v<N>`; a
    template under another name is used as it stands and describes the form itself.

    Raises:
        SettingsError: The model takes no schema, or no segment definitions where those are wanted.
    """
    purpose, dot, number = asking.prompt.rpartition(".")
    if asking.ask == "segments":
        if not model.segments:
            raise SettingsError(f"{model.name} takes no segment definitions; use ask: schema or text")
        return f"segments{dot}{number}" if purpose == "classify" else asking.prompt
    if asking.ask == "text":
        return f"schema_in_prompt{dot}{number}" if purpose == "classify" else asking.prompt
    if not model.response_format:
        raise SettingsError(f"{model.name} takes no JSON schema beside the prompt; use ask: text")
    return asking.prompt


def question(book: TemplateBook, version: str, vocabulary: Vocabulary, *, schema: bool) -> Question:
    """Return the question about the classes of a vocabulary.

    Args:
        book: The templates.
        version: Which one.
        vocabulary: What is asked about.
        schema: Whether a JSON schema goes with it.

    Raises:
        SettingsError: The version is unknown or its template fails.
        ValueError: Our own schema breaks a rule of the platform, which is a fault of this library.
    """
    form = response_format(accepted(answer_schema(vocabulary))) if schema else None
    return Question(render_question(book, version, vocabulary), form, version, book.hash(version))


def segment_question(book: TemplateBook, version: str, vocabulary: Vocabulary) -> Question:
    """Return the question that looks for the classes of a vocabulary by one segment definition each.

    Args:
        book: The templates.
        version: Which one describes a class.
        vocabulary: 1 to 20 classes.

    Raises:
        SettingsError: The version is unknown or its template fails.
    """
    descriptions = {each: render_segment(book, version, vocabulary, each) for each in vocabulary.class_ids}
    form = {
        "type": "segment_definitions",
        "segment_definitions": segment_definitions(vocabulary, descriptions),
        "segment_time_format": "seconds",
    }
    return Question("", form, version, book.hash(version))


def row_tokens(vocabulary: Vocabulary) -> int:
    """Return the most tokens that the lines of a vocabulary's classes have in a prompt; adds up over classes."""
    return sum(upper_bound(row_text(row)) + _SEPARATOR for row in class_rows(vocabulary))
