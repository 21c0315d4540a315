"""The `classes` dialect: version 1.2 and, in the same table, what 1.1.1 and 1.1.2 sent.

Version 1.1.1 named one video as `video_id` and sent the threshold as an integer; 1.1.2 brought `video_ids`, paging
and the threshold object; 1.2 changed the address. All of them occur under both addresses, so all are read.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pegasus_classify.contract.quantities import whole
from pegasus_classify.contract.request import Thresholds
from pegasus_classify.errors import parameter_invalid
from pegasus_classify.legacy.dialect import Column, Dialect, ThresholdRule
from pegasus_classify.legacy.rules import integer, members, number
from pegasus_classify.legacy.spelling import ThresholdForm

__all__ = ["CLASSES", "THRESHOLD_MEMBERS"]

THRESHOLD_MEMBERS = {
    "min_video_score": ("video_score", number(1, 100)),
    "min_clip_score": ("clip_score", number(1, 100)),
    "min_duration_ratio": ("duration_ratio", number(0.01, 1)),
}
"""Member → attribute of `Thresholds` and bounds. The specification's prose calls 10 the highest clip score, which its
own schema contradicts with 100."""

_DEFAULT = Thresholds(video_score=75, clip_score=73, duration_ratio=0.5)
# The documented clip default is 30; no answer recorded in October 2023 shows a clip under 73.86, so 73 is the floor.

_SCORE = integer(0, 100)


def _read_threshold(value: object, place: str) -> tuple[Thresholds, ThresholdForm]:
    if isinstance(value, int | float) and not isinstance(value, bool):
        score = _SCORE.read(value, place)
        return _DEFAULT.model_copy(update={"video_score": float(score)}), ThresholdForm("integer")
    if not isinstance(value, Mapping):
        raise parameter_invalid(place, value, f"It must be an object with {', '.join(THRESHOLD_MEMBERS)}.")
    given = members(value, place, THRESHOLD_MEMBERS)
    minima = {
        attribute: rule.read(given[name], f"{place}.{name}")
        for name, (attribute, rule) in THRESHOLD_MEMBERS.items()
        if name in given
    }
    form = ThresholdForm("object", members=tuple(name for name in THRESHOLD_MEMBERS if name in given))
    return _DEFAULT.model_copy(update=minima), form


def _write_threshold(thresholds: Thresholds, form: ThresholdForm) -> Any:
    if form.form == "integer":
        return whole(thresholds.video_score)
    minima = {
        name: whole(getattr(thresholds, attribute))
        for name, (attribute, _) in THRESHOLD_MEMBERS.items()
        if name in form.members or getattr(thresholds, attribute) != getattr(_DEFAULT, attribute)
    }
    return minima if minima or form.form == "object" else None


_THRESHOLD_SCHEMA = {
    "anyOf": [
        {
            "type": "object",
            "properties": {name: dict(rule.schema) for name, (_, rule) in THRESHOLD_MEMBERS.items()},
            "additionalProperties": False,
        },
        dict(_SCORE.schema),
    ]
}

_OPTIONAL = ("conversation_option", "page_limit", "include_clips", "show_detailed_score")

CLASSES = Dialect(
    name="classes",
    list_field="classes",
    options=("visual", "conversation", "text_in_video"),
    order="by_score",
    targets={"videos": ("video_ids", "video_id"), "bulk": ("index_id",)},
    optional={"videos": _OPTIONAL, "bulk": _OPTIONAL},
    item_optional=("options", "conversation_option"),
    threshold=ThresholdRule(_THRESHOLD_SCHEMA, _DEFAULT, _read_threshold, _write_threshold),
    item=(
        Column("name", "name", "text", required=True),
        Column("score", "score", "cut"),
        Column("duration_ratio", "duration_ratio", "cut"),
    ),
    detail=(
        Column("max_score", "max_score", "cut"),
        Column("avg_score", "avg_score", "cut"),
        Column("normalized_score", "normalized_score", "exact"),
        Column("duration_weighted_score", "duration_weighted_score", "cut"),
    ),
    clip=(
        Column("start", "start", "exact", required=True),
        Column("end", "end", "exact", required=True),
        Column("score", "score", "cut"),
        Column("option", "option", "option"),
        Column("prompt", "prompt", "text"),
        Column("thumbnail_url", "thumbnail_url", "text"),
    ),
    page_info=(
        Column("limit_per_page", "limit", "count"),
        Column("total_results", "total", "count"),
        Column("page_expired_at", "expires_at", "text"),
        Column("next_page_token", "next_token", "text"),
        Column("prev_page_token", "prev_token", "text"),
    ),
)
"""The table of version 1.2."""
