"""The reader alone: a text and what was asked, in; evidence, out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pegasus_classify.contract.evidence import Evidence, Reading
from pegasus_classify.contract.quantities import Seconds
from pegasus_classify.contract.request import ClassifyRequest
from pegasus_classify.contract.vocabulary import vocabulary_of
from pegasus_classify.legacy.detect import parse_body
from pegasus_classify.legacy.wire import read_request
from pegasus_classify.reading.read import read

__all__ = ["read_answer", "read_text"]


def read_answer(
    text: str,
    request: ClassifyRequest | Mapping[str, Any] | str | bytes,
    *,
    duration: Seconds | None = None,
    finish_reason: str | None = None,
) -> list[Evidence]:
    """Read a generated text as the answer to a request; pure, and never an error because of the text.

    Args:
        text: What a model wrote, in whatever state.
        request: What was asked: a `ClassifyRequest`, or a legacy body (JSON text or object) of either dialect. Only
            its classes and options matter; videos may be missing.
        duration: Length of the video, seconds; None when unknown, then nothing is clipped to it.
        finish_reason: `length` when the model was cut off; a number at the cut end is then not trusted.

    Returns:
        One entry per clip, or per class without times, in the order of the text. Empty when the text says nothing
        about the classes asked, and when it cannot be read.

    Raises:
        BadRequestError: `request` is no valid legacy body.
    """
    return list(read_text(text, request, duration=duration, finish_reason=finish_reason).evidence)


def read_text(
    text: str,
    request: ClassifyRequest | Mapping[str, Any] | str | bytes,
    *,
    duration: Seconds | None = None,
    finish_reason: str | None = None,
) -> Reading:
    """Read a text as `read_answer` does and return everything known about it: verdict, cut, repairs."""
    asked = request if isinstance(request, ClassifyRequest) else _asked(request)
    return read(text, vocabulary_of(asked), duration, finish_reason)


def _asked(body: Mapping[str, Any] | str | bytes) -> ClassifyRequest:
    fields = body if isinstance(body, Mapping) else parse_body(body)
    request, _ = read_request(fields)
    return request
