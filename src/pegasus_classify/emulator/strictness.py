"""Reads the body of an analyze request as strictly as the platform describes it.

Law of this file: a body becomes an `Order` or an `ApiError`; nothing is searched, written or remembered here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from . import parameters
from .api_error import ApiError, invalid, not_provided
from .library import Video
from .schema_rules import check_schema
from .segment_rules import Segment, read_segments
from .sources import Lengths, check_length, read_window

__all__ = ["BATCH_ITEM", "SYNC", "TASK", "Endpoint", "Order", "Rules", "check_custom_id", "decode_body", "read_order"]

_CUSTOM_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_COMMON = (
    "model_name", "video", "image", "prompt", "prompt_v2", "analysis_mode", "temperature", "response_format",
    "max_tokens", "start_time", "end_time",
)  # fmt: skip
_MODES = ("general", "time_based_metadata")
_TOKENS = {"general": (512, 98_304, 4_096), "time_based_metadata": (2_048, 98_304, 32_768)}


@dataclass(frozen=True)
class Endpoint:
    """What one endpoint takes.

    Attributes:
        fields: Names of the body's members.
        asynchronous: Whether segmentation is possible.
        assets_only: Whether links and bytes are refused.
        longest: Seconds of video without a window.
        longest_with_window: Seconds of video with a window of at most `longest`.
    """

    fields: Collection[str]
    asynchronous: bool
    assets_only: bool
    longest: float
    longest_with_window: float


_ASYNC = (*_COMMON, "custom_id", "min_segment_duration", "max_segment_duration")
SYNC = Endpoint((*_COMMON, "stream"), False, False, 3_600.0, 3_600.0)
TASK = Endpoint(_ASYNC, True, False, 7_200.0, 14_400.0)
BATCH_ITEM = Endpoint(_ASYNC, True, True, 7_200.0, 14_400.0)


@dataclass(frozen=True)
class Rules:
    """What the account and the library add to an endpoint.

    Attributes:
        models: Model names that are taken.
        shortest: Seconds; shortest video and window.
        find: The video that a raw `video` member names; its second argument says whether only assets count.
        model_default: Model of a request that names none.
    """

    models: tuple[str, ...]
    shortest: float
    find: Callable[[Any, bool], Video]
    model_default: str = "pegasus1.5"


@dataclass(frozen=True)
class Order:
    """An accepted request.

    Attributes:
        video: The video; None for a request about images.
        model: Name of the model.
        mode: `general` or `time_based_metadata`.
        prompt: The text the model reads; empty for segmentation.
        schema: The JSON schema of the answer, None for free text.
        segments: Definitions, empty unless for segmentation.
        time_format: How segment times are written.
        segment_limits: Shortest and longest segment in seconds; None is no limit.
        max_tokens: Where the text is cut; None is unlimited.
        window: Start and end in seconds, None for the whole video.
        stream: Whether the answer is streamed.
        body: The request as it came.
    """

    video: Video | None
    model: str
    mode: str
    prompt: str
    schema: Mapping[str, Any] | None
    segments: tuple[Segment, ...]
    time_format: str
    segment_limits: tuple[float | None, float | None]
    max_tokens: int | None
    window: tuple[float, float] | None
    stream: bool
    body: Mapping[str, Any]

    @property
    def billed_minutes(self) -> float:
        """Minutes the platform charges: the window, once per segment definition."""
        if self.video is None:
            return 0.0
        start, end = self.window or (0.0, self.video.duration)
        return (end - start) / 60 * max(1, len(self.segments))


def decode_body(raw: bytes) -> Mapping[str, Any]:
    """Return the JSON object of a request.

    Raises:
        ApiError: 400 when it is not JSON or no object.
    """
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        raise ApiError(400, "parameter_invalid", "The request body is not valid JSON.") from None
    if not isinstance(body, Mapping):
        raise ApiError(400, "parameter_invalid", "The request body must be a JSON object.")
    return body


def read_order(body: Mapping[str, Any], endpoint: Endpoint, rules: Rules) -> Order:
    """Check a request and return it as an order.

    Raises:
        ApiError: 400, 403, 404 or 422 with the first fault.
    """
    if "video_id" in body:
        raise invalid("video_id", "It is not supported by this model. Use the video parameter with an asset instead.")
    parameters.known(body, endpoint.fields)
    model = _model(body.get("model_name"), rules)
    mode = _mode(body.get("analysis_mode"), endpoint)
    if body.get("temperature") is not None:
        parameters.number(body["temperature"], "temperature", 0, 1)
    if not isinstance(body.get("stream", True), bool):
        raise invalid("stream", "It must be a boolean.")
    check_custom_id(body)
    prompt = _prompt(body, mode)
    schema, segments, time_format = _response_format(body, mode, endpoint, model)
    limits = _segment_limits(body, mode)
    ranges = any(segment.time_ranges for segment in segments)
    if ranges and any(body.get(name) is not None for name in ("start_time", "end_time", *_LIMITS)):
        raise invalid("response_format.segment_definitions.time_ranges", "It excludes windows and segment limits.")
    max_tokens = _max_tokens(body.get("max_tokens"), mode, model, ranges)
    video = _video(body, model, endpoint, rules)
    window = None
    if video is not None:
        window = read_window(body, video, rules.shortest)
        check_length(video, window, Lengths(rules.shortest, endpoint.longest, endpoint.longest_with_window))
        _check_status(video)
    stream = bool(body.get("stream", True)) and not endpoint.asynchronous
    return Order(
        video, model, mode, prompt, schema, segments, time_format, limits, max_tokens, window, stream, body
    )  # fmt: skip


def check_custom_id(body: Mapping[str, Any]) -> None:
    """Refuse a `custom_id` that is not 1 to 64 letters, digits, hyphens and underscores."""
    value = body.get("custom_id")
    if value is not None and not (isinstance(value, str) and _CUSTOM_ID.fullmatch(value)):
        raise invalid("custom_id", "It must be 1 to 64 letters, digits, hyphens or underscores.")


def _model(value: Any, rules: Rules) -> str:
    if value is None:
        return rules.model_default
    if value == "pegasus1.2" and value not in rules.models:
        raise invalid("model_name", "pegasus1.2 has been sunset.")
    return parameters.word(value, "model_name", rules.models)


def _mode(value: Any, endpoint: Endpoint) -> str:
    # Programs send "general" to the synchronous endpoint, where it is not documented, without complaint.
    return parameters.word(value or "general", "analysis_mode", _MODES if endpoint.asynchronous else _MODES[:1])


def _prompt(body: Mapping[str, Any], mode: str) -> str:
    given = [name for name in ("prompt", "prompt_v2") if body.get(name) is not None]
    if mode == "time_based_metadata":
        if given:
            raise invalid(given[0], "It must be omitted when analysis_mode is time_based_metadata.")
        return ""
    if not given:
        raise not_provided("prompt")
    if len(given) > 1:
        raise invalid("prompt", "Use exactly one of prompt and prompt_v2.")
    if given == ["prompt"]:
        return parameters.text(body["prompt"], "prompt")
    structured = parameters.record(body["prompt_v2"], "prompt_v2")
    parameters.known(structured, ("input_text", "media_sources"), "prompt_v2.")
    if structured.get("media_sources") is not None:
        parameters.objects(structured["media_sources"], "prompt_v2.media_sources", 0, 4)
    return parameters.text(parameters.member(structured, "input_text", "prompt_v2."), "prompt_v2.input_text")


def _response_format(
    body: Mapping[str, Any], mode: str, endpoint: Endpoint, model: str
) -> tuple[Mapping[str, Any] | None, tuple[Segment, ...], str]:
    raw = body.get("response_format")
    if raw is None:
        if mode == "time_based_metadata":
            raise not_provided("response_format")
        return None, (), "seconds"
    form = parameters.record(raw, "response_format")
    kinds = ("json_schema", "segment_definitions") if endpoint.asynchronous else ("json_schema",)
    kind = parameters.word(parameters.member(form, "type", "response_format."), "response_format.type", kinds)
    if (kind == "segment_definitions") != (mode == "time_based_metadata"):
        raise invalid("response_format.type", f"{kind} cannot be used when analysis_mode is {mode}.")
    if kind == "json_schema":
        parameters.known(form, ("type", "json_schema"), "response_format.")
        schema = parameters.member(form, "json_schema", "response_format.")
        check_schema(schema, "response_format.json_schema")
        return schema, (), "seconds"
    parameters.known(form, ("type", "segment_definitions", "segment_time_format"), "response_format.")
    time_arrays = model == "pegasus1.6" and endpoint is not BATCH_ITEM
    segments = read_segments(form, "response_format", time_arrays=time_arrays)
    return None, segments, form.get("segment_time_format") or "seconds"


_LIMITS = ("min_segment_duration", "max_segment_duration")


def _segment_limits(body: Mapping[str, Any], mode: str) -> tuple[float | None, float | None]:
    given = [name for name in _LIMITS if body.get(name) is not None]
    if given and mode != "time_based_metadata":
        raise invalid(given[0], "It can be used only when analysis_mode is time_based_metadata.")
    values = [parameters.number(body[name], name, 2) if name in given else None for name in _LIMITS]
    shortest, longest = values
    if shortest is not None and longest is not None and longest < shortest:
        raise invalid("max_segment_duration", "It must not be below min_segment_duration.")
    return shortest, longest


def _max_tokens(value: Any, mode: str, model: str, ranges: bool) -> int | None:
    low, high, default = _TOKENS[mode]
    if value is None:
        return default
    if value == "unlimited" and mode == "time_based_metadata" and model == "pegasus1.6" and not ranges:
        return None
    return parameters.integer(value, "max_tokens", low, high)


def _video(body: Mapping[str, Any], model: str, endpoint: Endpoint, rules: Rules) -> Video | None:
    if body.get("image") is None:
        return rules.find(parameters.member(body, "video"), endpoint.assets_only)
    if model != "pegasus1.6":
        raise invalid("image", f"It is not supported by {model}.")
    if body.get("video") is not None or body.get("prompt_v2") is not None:
        raise invalid("image", "It cannot be used together with video or prompt_v2.")
    parameters.objects(body["image"], "image", 1, 20)
    return None


def _check_status(video: Video) -> None:
    if video.status == "processing":
        raise ApiError(400, "video_not_ready", "The video is still being processed. Please try again later.")
    if video.status == "failed":
        raise ApiError(400, "asset_unavailable", "The asset could not be processed.")
