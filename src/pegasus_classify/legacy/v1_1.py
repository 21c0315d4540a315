"""The `labels` dialect of version 1.1: only what differs from version 1.2."""

from __future__ import annotations

from dataclasses import replace

from pegasus_classify.contract.quantities import Percent
from pegasus_classify.contract.request import Thresholds
from pegasus_classify.legacy.dialect import Column, ThresholdRule
from pegasus_classify.legacy.rules import one_of
from pegasus_classify.legacy.spelling import ThresholdForm
from pegasus_classify.legacy.v1_2 import CLASSES

__all__ = ["CLIP_FLOORS", "LABELS"]

CLIP_FLOORS: dict[str, Percent] = {"none": 0, "low": 40, "medium": 73, "high": 83}
"""Threshold word → lowest clip score that counts: fragments of that confidence or better are kept."""

_DEFAULT_WORD = "low"
_WORD = one_of(tuple(CLIP_FLOORS))


def _thresholds(word: str) -> Thresholds:
    return Thresholds(video_score=0, clip_score=CLIP_FLOORS[word], duration_ratio=0)


def _read_threshold(value: object, place: str) -> tuple[Thresholds, ThresholdForm]:
    word: str = _WORD.read(value, place)
    return _thresholds(word), ThresholdForm("word", word=word)


def _write_threshold(thresholds: Thresholds, form: ThresholdForm) -> str | None:
    if thresholds == _thresholds(form.word or _DEFAULT_WORD):
        return form.word
    # Changed since it was read: the strictest word that keeps every fragment the thresholds keep.
    return max((floor, word) for word, floor in CLIP_FLOORS.items() if floor <= thresholds.clip_score)[1]


_CONFIDENCE = Column("confidence", "confidence", "word", word_of="max_score")
_ANSWERED_ONCE = ("conversation_option", "include_clips")

LABELS = replace(
    CLASSES,
    name="labels",
    list_field="labels",
    options=(*CLASSES.options, "logo"),
    order="as_asked",
    targets={"videos": ("video_id",), "bulk": ("index_id",)},
    optional={"videos": _ANSWERED_ONCE, "bulk": ("conversation_option", "page_limit", "include_clips")},
    item_optional=(),
    threshold=ThresholdRule(_WORD.schema, _thresholds(_DEFAULT_WORD), _read_threshold, _write_threshold),
    item=(
        Column("name", "name", "text", required=True),
        Column("max_score", "max_score", "cut"),
        Column("duration", "duration", "exact"),
        _CONFIDENCE,
    ),
    detail=(),
    clip=(*CLASSES.clip, replace(_CONFIDENCE, word_of="score")),
    page_info=(
        Column("total_count", "total", "count"),
        Column("limit", "limit", "count"),
        Column("next_token", "next_token", "text"),
        Column("expired_at", "expires_at", "text"),
    ),
)
"""The table of version 1.1."""
