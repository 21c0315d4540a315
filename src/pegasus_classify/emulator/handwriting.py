"""Writes down what was found in the manners generated text comes in: clean, fenced, prose, messy, cut.

Law of this file: a hand changes how a finding is written, never what was found. Equal input and seed give equal text.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from random import Random
from typing import Any

from .answer_form import canonical, fill
from .findings import FoundClass, FoundClip
from .scribbles import scribble

__all__ = ["NOTHING", "Page", "Written", "cut_to_tokens", "refusal", "rubbish", "tokens", "write"]

NOTHING = "None of the listed classes appears in this video."
"""What prose says when nothing was found."""

_MIXABLE = ("clean", "clean", "fenced", "prose", "messy", "messy", "cut")
_OPENINGS = (
    "Here is the classification of the video in the requested format:",
    "Sure! I watched the whole video. This is what I found:",
    "Based on the video, the result is as follows.",
)
_CLOSINGS = (
    "Let me know if you need anything else.",
    "Note: the times are approximate.",
    "",
)
_REFUSALS = (
    "I'm sorry, but I am unable to access the video. Please provide the video so that I can help you.",
    "I cannot assist with classifying this content.",
    "It seems that no video was provided. Please provide the video you would like me to analyze.",
)
_RUBBISH = (
    'The the the the of of and and,,, ]]} "" :: \\\\n \\\\n the of',
    "The video opens on a calm morning. A gentle wind moves through the trees while the camera slowly pans.",
    '{"":{"":{"":[{"":',
)


@dataclass(frozen=True)
class Page:
    """What is to be written.

    Attributes:
        classes: What was found, in the prompt's order.
        schema: The requested JSON schema, None for free text.
        key: What the choices of the hand depend on, beside the seed: asset and prompt.
    """

    classes: Sequence[FoundClass]
    schema: Mapping[str, Any] | None
    key: str


@dataclass(frozen=True)
class Written:
    """A generated text; `cut` tells that it stops before its end."""

    text: str
    cut: bool = False


def tokens(text: str) -> int:
    """Return the number of tokens of a text, four characters each, rounded up."""
    return -(-len(text) // 4)


def cut_to_tokens(written: Written, limit: int) -> Written:
    """Cut a text at `limit` tokens; unchanged when it is not longer."""
    if tokens(written.text) <= limit:
        return written
    return Written(written.text[: limit * 4], cut=True)


def write(page: Page, style: str, seed: int) -> Written:
    """Write a page in a style of `settings.STYLES`."""
    rng = Random(_number(f"{seed}|{page.key}"))
    if style == "mixed":
        style = rng.choice(_MIXABLE)
    return _HANDS[style](page, rng)


def refusal(key: str, seed: int) -> str:
    """Return a sentence that refuses to answer, which comes with status 200."""
    return _REFUSALS[_number(f"{seed}|{key}") % len(_REFUSALS)]


def rubbish(key: str, seed: int) -> str:
    """Return a text that answers nothing."""
    return _RUBBISH[_number(f"{seed}|{key}") % len(_RUBBISH)]


def _number(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")


def _value(page: Page) -> Any:
    return canonical(page.classes) if page.schema is None else fill(page.schema, page.classes)


def _clean(page: Page, rng: Random) -> Written:
    # Real answers of pegasus1.5 often begin with two line breaks and are indented by two.
    value = _value(page)
    if rng.random() < 0.5:
        return Written("\n\n" + json.dumps(value, indent=2, ensure_ascii=False))
    return Written(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def _fenced(page: Page, rng: Random) -> Written:
    body = json.dumps(_value(page), indent=2, ensure_ascii=False)
    fence = rng.choice(("```json", "```", "```JSON"))
    text = f"{rng.choice(_OPENINGS)}\n\n{fence}\n{body}\n```\n\n{rng.choice(_CLOSINGS)}"
    return Written(text.rstrip())


def _prose(page: Page, rng: Random) -> Written:
    if not page.classes:
        return Written(NOTHING)
    line = rng.choice((_native_line, _dash_line, _sentence_line))
    paragraphs = [rng.choice(_OPENINGS)]
    for found in page.classes:
        title = found.words if found.words == found.name else f"{found.words} ({found.name})"
        lines = "\n".join(line(clip) for clip in found.clips)
        paragraphs.append(f"**{title}** — confidence {found.certainty}\n{lines}")
    return Written("\n\n".join(paragraphs))


def _named(clip: FoundClip) -> str:
    return clip.words if clip.words == clip.prompt else f"{clip.words} ({clip.prompt})"


def _native(seconds: float) -> str:
    whole = round(seconds)
    return f"{whole}s ({whole // 60:02d}:{whole % 60:02d})"


def _native_line(clip: FoundClip) -> str:
    return f"- {_named(clip)}: [{_native(clip.start)}~{_native(clip.end)}] {clip.option}, confidence {clip.certainty}"


def _dash_line(clip: FoundClip) -> str:
    return f"- {_named(clip)}: {_native(clip.start)} - {_native(clip.end)}, {clip.option}, confidence {clip.certainty}"


def _sentence_line(clip: FoundClip) -> str:
    times = f"from {round(clip.start)}s to {round(clip.end)}s"
    return f"* {_named(clip)} {times} ({clip.option}, confidence: {clip.certainty})"


def _messy(page: Page, rng: Random) -> Written:
    return Written(scribble(page.classes, page.schema, rng))


def _cut(page: Page, rng: Random) -> Written:
    text = _clean(page, rng).text
    return Written(text[: max(1, int(len(text) * rng.uniform(0.35, 0.9)))], cut=True)


_HANDS: Mapping[str, Callable[[Page, Random], Written]] = {
    "clean": _clean,
    "fenced": _fenced,
    "prose": _prose,
    "messy": _messy,
    "cut": _cut,
}
