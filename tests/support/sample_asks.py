"""Asks for tests that do not care what is asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pegasus_classify.contract.asks import Ask, Question, VideoSource, Window

__all__ = ["an_ask"]


def an_ask(
    asset: str = "a" * 24,
    *,
    duration: float = 100.0,
    prompt: str = "What is there?",
    response_format: Mapping[str, Any] | None = None,
    window: Window | None = None,
    model: str = "pegasus1.5",
) -> Ask:
    """One question about one video of a hundred seconds."""
    question = Question(prompt, response_format, "classify.v1", "0" * 64)
    return Ask(model, VideoSource("asset_id", asset), duration, question, max_tokens=4096, window=window)
