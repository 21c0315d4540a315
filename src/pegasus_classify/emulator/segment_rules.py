"""What a segmentation request may define, from the platform's description of segment definitions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from . import parameters
from .api_error import invalid

__all__ = ["TIME_FORMATS", "Segment", "read_segments"]

TIME_FORMATS = ("seconds", "hh:mm:ss", "hh:mm:ss.fff")
"""How a time may be written in a segment."""

_TYPES = ("string", "boolean", "number", "integer", "array", "timestamp", "time_array")
_ITEM_TYPES = ("string", "number", "boolean", "integer", "object")
_RESERVED = ("start_time", "end_time", "metadata")


@dataclass(frozen=True)
class Segment:
    """One segment definition.

    Attributes:
        id: Key of its segments in the answer.
        description: What the model is asked to look for.
        fields: The raw field objects.
        time_ranges: Pairs of seconds to look in; empty means everywhere.
    """

    id: str
    description: str
    fields: tuple[Mapping[str, Any], ...]
    time_ranges: tuple[tuple[float, float], ...]


def read_segments(raw: Mapping[str, Any], where: str, *, time_arrays: bool) -> tuple[Segment, ...]:
    """Read the `segment_definitions` of a response format.

    Args:
        raw: The response format.
        where: Its path, for messages.
        time_arrays: Whether fields of the type `time_array` are allowed (pegasus1.6 outside batches).

    Raises:
        ApiError: 400 with the path of the first fault.
    """
    path = f"{where}.segment_definitions"
    definitions = parameters.objects(parameters.member(raw, "segment_definitions", f"{where}."), path, 1, 20)
    if raw.get("segment_time_format") is not None:
        parameters.word(raw["segment_time_format"], f"{where}.segment_time_format", TIME_FORMATS)
    segments = tuple(_segment(item, f"{path}[{i}]", time_arrays) for i, item in enumerate(definitions))
    if len({segment.id for segment in segments}) < len(segments):
        raise invalid(f"{path}.id", "Every definition needs an id of its own.")
    return segments


def _segment(raw: Mapping[str, Any], path: str, time_arrays: bool) -> Segment:
    parameters.known(raw, ("id", "description", "fields", "media_sources", "time_ranges"), f"{path}.")
    identifier = parameters.text(parameters.member(raw, "id", f"{path}."), f"{path}.id")
    description = parameters.text(parameters.member(raw, "description", f"{path}."), f"{path}.description")
    if raw.get("media_sources") is not None:
        parameters.objects(raw["media_sources"], f"{path}.media_sources", 0, 4)
    fields = parameters.objects(raw.get("fields") or [], f"{path}.fields", 0, 1_000)
    for number, field in enumerate(fields):
        _check_field(field, f"{path}.fields[{number}]", time_arrays)
    if len({field["name"] for field in fields}) < len(fields):
        raise invalid(f"{path}.fields.name", "Every field needs a name of its own.")
    return Segment(identifier, description, tuple(fields), _ranges(raw.get("time_ranges") or [], f"{path}.time_ranges"))


def _check_field(field: Mapping[str, Any], path: str, time_arrays: bool) -> None:
    parameters.known(field, ("name", "type", "description", "format", "enum", "items"), f"{path}.")
    name = parameters.text(parameters.member(field, "name", f"{path}."), f"{path}.name")
    if name in _RESERVED:
        raise invalid(f"{path}.name", f"The name {name} is reserved.")
    allowed = _TYPES if time_arrays else _TYPES[:-1]
    kind = parameters.word(parameters.member(field, "type", f"{path}."), f"{path}.type", allowed)
    parameters.text(parameters.member(field, "description", f"{path}."), f"{path}.description")
    if (kind == "timestamp") != (field.get("format") is not None):
        raise invalid(f"{path}.format", "It is required for timestamp fields and for no others.")
    if kind == "timestamp":
        parameters.word(field["format"], f"{path}.format", TIME_FORMATS)
    if field.get("enum") is not None:
        _check_enum(field["enum"], f"{path}.enum", kind)
    if kind in ("array", "time_array"):
        items = parameters.record(parameters.member(field, "items", f"{path}."), f"{path}.items")
        parameters.word(parameters.member(items, "type", f"{path}.items."), f"{path}.items.type", _ITEM_TYPES)


def _check_enum(values: Any, path: str, kind: str) -> None:
    if kind == "timestamp":
        raise invalid(path, "A timestamp takes no enum.")
    if not isinstance(values, list) or not 1 <= len(values) <= 100 or not all(isinstance(item, str) for item in values):
        raise invalid(path, "It must be an array of 1 to 100 strings.")


def _ranges(raw: Any, path: str) -> tuple[tuple[float, float], ...]:
    ranges = []
    for number, item in enumerate(parameters.objects(raw, path, 0, 1_000)):
        here = f"{path}[{number}]"
        start = parameters.number(parameters.member(item, "start_time", f"{here}."), f"{here}.start_time", 0)
        end = parameters.number(parameters.member(item, "end_time", f"{here}."), f"{here}.end_time", 0)
        if end - start < 2:
            raise invalid(here, "A time range must be at least 2 seconds long.")
        ranges.append((start, end))
    return _not_overlapping(sorted(ranges), path)


def _not_overlapping(ranges: Sequence[tuple[float, float]], path: str) -> tuple[tuple[float, float], ...]:
    for (_, end), (start, _) in pairwise(ranges):
        if start < end:
            raise invalid(path, "Time ranges must not overlap.")
    return tuple(ranges)
