"""What the laws are tried on. Nothing here is made from the tables of the code under test."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from hypothesis import strategies as st

from pegasus_classify.contract.request import ClassDefinition, ClassifyRequest, Thresholds
from pegasus_classify.contract.result import ClassResult, Clip, VideoResult
from pegasus_classify.legacy.spelling import Spelling

CLASS_OPTIONS = ("visual", "conversation", "text_in_video")
LABEL_OPTIONS = (*CLASS_OPTIONS, "logo")
WORDS = ("high", "medium", "low", "extremely low")

texts = st.text(min_size=1, max_size=12) | st.sampled_from(
    ["Lion", "Pickup Truck", "R&B", "{{ 7*7 }}", '"""', "a\nb", "c1", "日本語", "🚗"]
)
"""Labels, prompts and ids as people and enemies write them; never half a surrogate pair."""

ids = st.text("0123456789abcdef", min_size=24, max_size=24) | texts
conversation_options = st.sampled_from(["semantic", "exact_match"])
two_decimals = st.integers(0, 100) | st.integers(0, 10_000).map(lambda cents: cents / 100)
ratios = st.integers(0, 100).map(lambda cents: cents / 100) | st.sampled_from([0, 1])
seconds = st.integers(0, 7200) | st.floats(0, 7200, allow_nan=False)
percents = st.floats(0, 100, allow_nan=False)
expiries = st.datetimes(datetime(2022, 1, 1), datetime(2030, 1, 1)).map(lambda at: at.strftime("%Y-%m-%dT%H:%M:%SZ"))
tokens = st.uuids().map(lambda name: f"{name}-1") | st.integers(1, 10**6).map(str)


def _nested(leaves: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
        max_leaves=12,
    )


_words = st.none() | st.booleans() | st.integers() | st.text(max_size=8)
json_documents = _nested(_words | st.floats(allow_nan=False, allow_infinity=False))
"""Any JSON."""

json_values = _nested(_words | st.floats())
"""Any JSON, and NaN and the infinities, which Python callers can send."""


def lists_of(items: st.SearchStrategy[Any], most: int = 4) -> st.SearchStrategy[list[Any]]:
    """Lists with at least one entry, repeats included."""
    return st.lists(items, min_size=1, max_size=most)


def objects(required: dict[str, Any], optional: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """JSON objects of which some members may be missing."""
    return st.fixed_dictionaries(required, optional=optional)


# --- requests on the wire

threshold_objects = objects(
    {},
    {
        "min_video_score": st.integers(1, 100) | st.floats(1, 100),
        "min_clip_score": st.integers(1, 100) | st.floats(1, 100),
        "min_duration_ratio": st.floats(0.01, 1) | st.just(1),
    },
)
thresholds_of_classes = threshold_objects | st.integers(0, 100)
thresholds_of_labels = st.sampled_from(["none", "low", "medium", "high"])

class_entries = objects(
    {"name": texts, "prompts": lists_of(texts, 6)},
    {"options": lists_of(st.sampled_from(CLASS_OPTIONS)), "conversation_option": conversation_options},
)
label_entries = objects({"name": texts, "prompts": lists_of(texts, 6)}, {})

_class_fields = {
    "conversation_option": conversation_options,
    "page_limit": st.integers(1, 50),
    "include_clips": st.booleans(),
    "show_detailed_score": st.booleans(),
    "threshold": thresholds_of_classes,
}
_label_fields = {
    "conversation_option": conversation_options,
    "include_clips": st.booleans(),
    "threshold": thresholds_of_labels,
}


def _classes(**target: Any) -> st.SearchStrategy[dict[str, Any]]:
    words = {"options": lists_of(st.sampled_from(CLASS_OPTIONS)), "classes": lists_of(class_entries)}
    return objects({**target, **words}, _class_fields)


def _labels(more: dict[str, Any], **target: Any) -> st.SearchStrategy[dict[str, Any]]:
    words = {"options": lists_of(st.sampled_from(LABEL_OPTIONS)), "labels": lists_of(label_entries)}
    return objects({**target, **words}, {**_label_fields, **more})


classes_videos = _classes(video_ids=lists_of(ids))
classes_one_video = _classes(video_id=ids)
classes_bulk = _classes(index_id=ids)
labels_one_video = _labels({}, video_id=ids)
labels_bulk = _labels({"page_limit": st.integers(1, 50)}, index_id=ids)

request_calls = st.one_of(
    st.tuples(classes_videos | classes_one_video | labels_one_video, st.just("videos")),
    st.tuples(classes_bulk | labels_bulk, st.just("bulk")),
)
"""A valid body of any generation and the call it belongs to."""


# --- answers on the wire


def _clips(options: tuple[str, ...], more: dict[str, Any]) -> st.SearchStrategy[list[Any]]:
    clip = objects(
        {
            "start": seconds,
            "end": seconds,
            "score": two_decimals,
            "option": st.sampled_from(options),
            "prompt": texts,
            **more,
        },
        {"thumbnail_url": texts},
    )
    return st.lists(clip, max_size=3)


_detail = objects(
    {"max_score": two_decimals, "avg_score": two_decimals, "normalized_score": percents},
    {"duration_weighted_score": two_decimals},
)
_class_answers = objects(
    {"name": texts, "score": two_decimals, "duration_ratio": ratios},
    {"clips": _clips(CLASS_OPTIONS, {}), "detailed_scores": _detail},
)
_label_answers = objects(
    {"name": texts, "max_score": two_decimals, "duration": seconds, "confidence": st.sampled_from(WORDS)},
    {"clips": _clips(LABEL_OPTIONS, {"confidence": st.sampled_from(WORDS)})},
)
_class_page_info = st.just({"limit_per_page": 0, "total_results": 0, "page_expired_at": ""}) | objects(
    {"limit_per_page": st.integers(1, 50), "total_results": st.integers(1, 10**6), "page_expired_at": expiries},
    {"next_page_token": st.just("") | tokens, "prev_page_token": st.just("") | tokens},
)
_label_page_info = st.just({}) | objects(
    {"total_count": st.integers(1, 10**6), "limit": st.integers(1, 50), "expired_at": expiries},
    {"next_token": st.just("") | tokens},
)


def _paged(word: str, answers: st.SearchStrategy[Any], info: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    video = objects({"video_id": ids, word: lists_of(answers, 3)}, {})
    return objects({"data": st.lists(video, max_size=3), "page_info": info}, {})


classes_answers = _paged("classes", _class_answers, _class_page_info)
labels_answers = _paged("labels", _label_answers, _label_page_info)
labels_single_answers = objects({"labels": st.lists(_label_answers, max_size=3)}, {"video_id": ids})

answer_calls = st.one_of(
    st.tuples(classes_answers, st.just(Spelling("classes", "video_ids"))),
    st.tuples(classes_answers, st.just(Spelling("classes", "video_id"))),
    st.tuples(classes_answers, st.just(Spelling("classes", "index_id"))),
    st.tuples(labels_answers, st.just(Spelling("labels", "index_id"))),
    st.tuples(labels_single_answers, st.just(Spelling("labels", "video_id"))),
)
"""A valid answer of any generation and how its request was spelled."""


# --- the contract

class_definitions = st.builds(
    ClassDefinition,
    name=texts,
    prompts=lists_of(texts, 6).map(tuple),
    options=st.none() | lists_of(st.sampled_from(CLASS_OPTIONS)).map(tuple),
    conversation_option=st.none() | conversation_options,
)

requests = st.builds(
    ClassifyRequest,
    classes=lists_of(class_definitions).map(tuple),
    options=lists_of(st.sampled_from(CLASS_OPTIONS)).map(tuple),
    video_ids=lists_of(ids).map(tuple),
    conversation_option=conversation_options,
    page_limit=st.integers(1, 50),
    include_clips=st.booleans(),
    show_detailed_score=st.booleans(),
    thresholds=st.builds(
        Thresholds, video_score=percents, clip_score=percents, duration_ratio=st.floats(0, 1, allow_nan=False)
    ),
    order=st.sampled_from(["by_score", "as_asked"]),
)
"""Requests in the contract's own words."""

clips = st.tuples(seconds, seconds, percents, texts, st.sampled_from(CLASS_OPTIONS)).map(
    lambda parts: Clip(min(parts[:2]), max(parts[:2]), parts[2], parts[3], parts[4])  # type: ignore[arg-type]
)

class_results = st.builds(
    ClassResult,
    name=texts,
    score=percents,
    duration_ratio=st.floats(0, 1, allow_nan=False),
    max_score=percents,
    avg_score=percents,
    normalized_score=percents,
    duration=seconds,
    confidence=st.none(),
    clips=st.lists(clips, max_size=4).map(tuple),
)
"""Classes as judging leaves them: everything is filled in, nothing is cut."""

video_results = st.builds(VideoResult, video_id=ids, classes=st.lists(class_results, min_size=1, max_size=3).map(tuple))
