"""Answers segmentation requests: per definition a list of stretches with the fields that were asked."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from .answer_form import clock
from .findings import FoundClip, find
from .mentions import ID_SHAPE
from .prompt_search import PromptSearch
from .segment_rules import Segment
from .strictness import Order

__all__ = ["segment_answer"]

Stretch = tuple[float, float, FoundClip]


def segment_answer(order: Order, search: PromptSearch) -> dict[str, list[dict[str, Any]]]:
    """Return the answer of a segmentation: definition id → segments, in the order of the definitions.

    Segments of one definition never overlap, lie inside the video and are rounded to a tenth of a second.
    """
    return {segment.id: _segments(order, segment, search) for segment in order.segments}


def _segments(order: Order, segment: Segment, search: PromptSearch) -> list[dict[str, Any]]:
    if order.video is None:
        return []
    mentions = search.mentions(_text(segment))
    windows = segment.time_ranges or (order.window or (0.0, order.video.duration),)
    clips = [clip for window in windows for found in find(order.video, mentions, window) for clip in found.clips]
    stretches = _apart(sorted(clips, key=lambda clip: (clip.start, clip.end)))
    return [
        {
            "end_time": clock(end, order.time_format),
            "metadata": {field["name"]: _field(field, clip, start, end) for field in sorted(segment.fields, key=_name)},
            "start_time": clock(start, order.time_format),
        }
        for start, end, clip in _within(stretches, order.segment_limits)
    ]


def _text(segment: Segment) -> str:
    """Return what the model reads of a definition, one line each so that ids keep standing beside their words."""
    lines = [segment.description]
    for field in segment.fields:
        lines.append(str(field["description"]))
        lines += [f"- {value}" for value in field.get("enum") or ()]
    return "\n".join(lines)


def _name(field: Mapping[str, Any]) -> str:
    return str(field["name"])


def _apart(clips: list[FoundClip]) -> list[Stretch]:
    """Let every stretch end where the next begins, as no real definition's segments overlap."""
    rounded = [(round(clip.start, 1), round(clip.end, 1), clip) for clip in clips]
    ends = [min(this[1], following[0]) for this, following in pairwise(rounded)]
    if rounded:
        ends.append(rounded[-1][1])
    return [(start, end, clip) for (start, _, clip), end in zip(rounded, ends, strict=True) if end > start]


def _within(stretches: list[Stretch], limits: tuple[float | None, float | None]) -> list[Stretch]:
    """Drop what is shorter than the shortest segment and cut up what is longer than the longest."""
    shortest, longest = limits
    kept: list[Stretch] = []
    for start, end, clip in stretches:
        begin = start
        while longest is not None and end - begin > longest:
            kept.append((begin, round(begin + longest, 1), clip))
            begin = round(begin + longest, 1)
        kept.append((begin, end, clip))
    return [piece for piece in kept if shortest is None or piece[1] - piece[0] >= shortest]


def _field(field: Mapping[str, Any], clip: FoundClip, start: float, end: float) -> Any:
    kind, name = field["type"], str(field["name"]).lower()
    if field.get("enum"):
        return _choice(field["enum"], clip)
    if kind == "boolean":
        return True
    if kind in ("number", "integer"):
        return clip.certainty
    if kind == "timestamp":
        return clock(end if "end" in name else start, field["format"])
    if kind == "array":
        return [clip.prompt] if field["items"]["type"] == "string" else []
    if kind == "time_array":
        return []
    return _string(name, field["description"], clip)


def _choice(values: list[str], clip: FoundClip) -> str:
    """Return the value that means the clip: its id, its words, its modality or a value that begins with its id."""
    for value in values:
        beginning = ID_SHAPE.match(value)
        if value in (clip.prompt, clip.option) or value.lower() == clip.words.lower():
            return value
        if beginning is not None and beginning.group() == clip.prompt:
            return value
    return values[0]


def _string(name: str, description: str, clip: FoundClip) -> str:
    about = f"{name} {description.lower()}"
    if any(word in name for word in ("option", "modality", "evidence")):
        return clip.option
    if any(word in about for word in ("prompt", "label", "phrase", "class", "which", " id")):
        return clip.prompt
    return f"{clip.words} can be noticed here."
