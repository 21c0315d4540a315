"""What each model can do: one row per model, no `if model ==` anywhere else.

Sources: the v1.3 specification of 30 July 2026, the types of the official Python SDK 1.3.5 and 1.3.6, and for
Bedrock the page "TwelveLabs Pegasus 1.2" of the Amazon Bedrock user guide.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from pegasus_classify.contract.quantities import Seconds
from pegasus_classify.errors import SettingsError

__all__ = ["DEFAULT_MODEL", "MODELS", "ModelCapabilities", "Platform", "capabilities"]

Platform: TypeAlias = Literal["twelvelabs", "bedrock"]


@dataclass(frozen=True, slots=True)
class ModelCapabilities:
    """One row of the table.

    Attributes:
        name: As sent in `model_name`.
        platform: Who runs it.
        shortest: Shortest video, seconds.
        sync_up_to: Longest video asked with the synchronous call, seconds. The platform's own limit is one hour;
            ours is lower because a read time-out grows with the video.
        longest: Longest video that can be asked whole (as a task), seconds.
        longest_with_window: Longest video of which a window can be asked, seconds; equal to `longest` without.
        longest_window: Longest window, seconds.
        prompt_tokens: Most tokens the prompt may have; None: the text only counts in the context window.
        prompt_budget: What we allow a prompt to have when the model has no limit of its own, tokens (upper bound).
        min_answer_tokens: Lowest `max_tokens` accepted.
        max_answer_tokens: Highest `max_tokens` accepted.
        response_format: Whether a JSON schema can be sent beside the prompt.
        tasks: Whether `/analyze/tasks` takes it.
        batches: Whether `/analyze/batches` takes it.
        segments: Whether segmentation takes it.
    """

    name: str
    platform: Platform
    shortest: Seconds
    sync_up_to: Seconds
    longest: Seconds
    longest_with_window: Seconds
    longest_window: Seconds
    prompt_tokens: int | None
    prompt_budget: int
    min_answer_tokens: int
    max_answer_tokens: int
    response_format: bool
    tasks: bool
    batches: bool
    segments: bool


_HOUR = 3600.0

MODELS: dict[str, ModelCapabilities] = {
    row.name: row
    for row in (
        ModelCapabilities(
            name="pegasus1.5",
            platform="twelvelabs",
            shortest=4.0,
            sync_up_to=20 * 60.0,
            longest=2 * _HOUR,
            longest_with_window=4 * _HOUR,
            longest_window=2 * _HOUR,
            prompt_tokens=None,
            prompt_budget=16_000,
            min_answer_tokens=512,
            max_answer_tokens=98_304,
            response_format=True,
            tasks=True,
            batches=True,
            segments=True,
        ),
        ModelCapabilities(
            name="pegasus1.6",
            platform="twelvelabs",
            shortest=1.0,
            sync_up_to=20 * 60.0,
            longest=2 * _HOUR,
            longest_with_window=4 * _HOUR,
            longest_window=2 * _HOUR,
            prompt_tokens=None,
            prompt_budget=16_000,
            min_answer_tokens=512,
            max_answer_tokens=98_304,
            response_format=True,
            tasks=True,
            batches=False,
            segments=True,
        ),
        ModelCapabilities(
            name="twelvelabs.pegasus-1-2-v1:0",
            platform="bedrock",
            shortest=4.0,
            sync_up_to=_HOUR,
            longest=_HOUR,
            longest_with_window=_HOUR,
            longest_window=_HOUR,
            prompt_tokens=2_000,
            prompt_budget=2_000,
            min_answer_tokens=2,
            max_answer_tokens=4_096,
            response_format=True,
            tasks=False,
            batches=False,
            segments=False,
        ),
    )
}

DEFAULT_MODEL = "pegasus1.5"
"""What `auto` means; it changes only with a release, never because the platform's default does."""


def capabilities(model: str) -> ModelCapabilities:
    """Return the row of a model; `auto` is the default row.

    Raises:
        SettingsError: No such model; the message lists those there are.
    """
    row = MODELS.get(DEFAULT_MODEL if model == "auto" else model)
    if row is None:
        raise SettingsError(f"model {model!r} is not known; use auto or one of: {', '.join(MODELS)}")
    return row
