"""The model itself: an accepted order goes in, generated text comes out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zlib import crc32

from .findings import find
from .handwriting import Page, Written, cut_to_tokens, refusal, rubbish, tokens, write
from .library import Library
from .mentions import Vocabulary
from .prompt_search import PromptSearch
from .segmentation import segment_answer
from .settings import EmulatorSettings
from .strictness import Order

__all__ = ["CUT_WARNING", "Generated", "PretendModel"]

CUT_WARNING: Mapping[str, str] = {
    "code": "max_tokens_reached",
    "message": "The response was truncated because it reached the maximum response length.",
}
"""What stands under `error` in a reply with status 200 whose text was cut."""


@dataclass(frozen=True)
class Generated:
    """A generated text.

    Attributes:
        text: The text.
        finish_reason: `stop` or `length`.
        output_tokens: Its length, four characters to a token.
        input_tokens: Made up from the prompt and the seconds of video.
        overflow: Whether a segmentation did not fit; the platform then fails the task.
    """

    text: str
    finish_reason: str
    output_tokens: int
    input_tokens: int
    overflow: bool = False

    @property
    def warning(self) -> Mapping[str, str] | None:
        """The warning that goes with a cut text."""
        return CUT_WARNING if self.finish_reason == "length" else None


class PretendModel:
    """Reads prompts and looks into the library, deterministically for one seed."""

    def __init__(self, settings: EmulatorSettings, library: Library) -> None:
        self._settings = settings
        self._search = PromptSearch(Vocabulary(library.vocabulary))

    def generate(self, order: Order, fault: str | None = None) -> Generated:
        """Return what the model writes for an order; `fault` may be `refuse`, `refusal`, `garbage` or `empty`."""
        key = f"{order.video.asset_id or order.video.filename if order.video else ''}|{crc32(order.prompt.encode())}"
        if fault in ("refuse", "refusal"):
            written = Written(refusal(key, self._settings.seed))
        elif fault == "garbage":
            written = Written(rubbish(key, self._settings.seed))
        elif fault == "empty":
            written = Written("")
        elif order.segments:
            return self._segmented(order)
        else:
            written = self._written(order, key)
        if order.max_tokens is not None:
            written = cut_to_tokens(written, order.max_tokens)
        return _generated(written, order)

    def _written(self, order: Order, key: str) -> Written:
        if order.video is None:
            return write(Page([], order.schema, key), self._settings.style, self._settings.seed)
        shift = order.window[0] if order.window and self._settings.relative_windows else 0.0
        classes = find(order.video, self._search.mentions(order.prompt), order.window, shift)
        return write(Page(classes, order.schema, key), self._settings.style, self._settings.seed)

    def _segmented(self, order: Order) -> Generated:
        # Segments always come as compact JSON with sorted keys, whatever the hand.
        answer: Any = segment_answer(order, self._search)
        text = json.dumps(answer, ensure_ascii=False, separators=(",", ":"))
        overflow = order.max_tokens is not None and tokens(text) > order.max_tokens
        return Generated(text, "stop", tokens(text), _input_tokens(order), overflow)


def _generated(written: Written, order: Order) -> Generated:
    reason = "length" if written.cut else "stop"
    return Generated(written.text, reason, tokens(written.text), _input_tokens(order))


def _input_tokens(order: Order) -> int:
    seconds = order.billed_minutes * 60 / max(1, len(order.segments))
    return int(3_000 + 150 * seconds) + tokens(order.prompt)
