"""Segmentation: the same tasks, with one definition per thing looked for instead of a prompt."""

from __future__ import annotations

from typing import Any

from pegasus_classify.contract.asks import Ask
from pegasus_classify.pegasus.analyze import request_body

__all__ = ["asks_for_segments", "task_body"]


def asks_for_segments(ask: Ask) -> bool:
    """Tell whether an ask carries segment definitions; only tasks take those."""
    form = ask.question.response_format
    return form is not None and form.get("type") == "segment_definitions"


def task_body(ask: Ask) -> dict[str, Any]:
    """Return the JSON that creates a task; with segment definitions the platform refuses a prompt beside them."""
    body = request_body(ask)
    if asks_for_segments(ask):
        del body["prompt"]
        body["analysis_mode"] = "time_based_metadata"
    return body
