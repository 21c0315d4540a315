"""The old SDK's keyword arguments → the JSON body of a Classify call."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias, TypedDict

from pydantic import BaseModel

__all__ = ["ClassLike", "MoreOptions", "address_of", "call_body"]

ClassLike: TypeAlias = Any
"""A class as old programs wrote it: a dict, a pydantic model, a dataclass, or any object with the attributes `name`
and `prompts` (and perhaps `options` and `conversation_option`), such as the old SDK's `ClassifyClassParams`."""


class MoreOptions(TypedDict, total=False):
    """The keyword arguments that `videos`, `index` and `stream` share; None counts as not given.

    Attributes:
        conversation_option: `semantic` or `exact_match`; the old SDK always sent `semantic` unless told otherwise.
        page_limit: Videos per page, 1 to 50; 10 when not given.
        include_clips: Whether the answer lists clips.
        threshold: A mapping with `min_video_score`, `min_clip_score`, `min_duration_ratio`, or an object with these
            attributes; an integer (a video score, 0 to 100); in the labels dialect a word.
        show_detailed_score: Whether the answer shows maximum, mean and normalized score.
        labels: The classes in the dialect of 2022; then leave `classes` empty.
        timeout: Taken for old programs' sake and without effect: `Settings` says how long to wait.
        headers: Taken for old programs' sake and without effect: a classification is more than one request.
    """

    conversation_option: str | None
    page_limit: int | None
    include_clips: bool | None
    threshold: Any
    show_detailed_score: bool | None
    labels: Sequence[ClassLike] | None
    timeout: Any
    headers: Mapping[str, str] | None


_WITHOUT_EFFECT = frozenset({"timeout", "headers"})
_FIELDS = frozenset(MoreOptions.__annotations__) - _WITHOUT_EFFECT
_CLASS_FIELDS = ("name", "prompts", "options", "conversation_option")
_THRESHOLD_FIELDS = ("min_video_score", "min_clip_score", "min_duration_ratio")


def call_body(
    target: Mapping[str, Any],
    options: Iterable[Any],
    classes: Iterable[ClassLike] | None,
    more: Mapping[str, Any],
) -> dict[str, Any]:
    """Return the body the old SDK would have sent; nothing is checked beyond the names of the arguments.

    Args:
        target: `video_ids` or `index_id` and its value.
        options: Such as `["visual"]`; words or string enumerations.
        classes: The classes; None or empty together with `labels`.
        more: The keyword arguments of `MoreOptions`.

    Raises:
        TypeError: A keyword argument is not one of `MoreOptions`.
    """
    unknown = sorted(set(more) - _FIELDS - _WITHOUT_EFFECT)
    if unknown:
        raise TypeError(f"unexpected keyword argument: {', '.join(unknown)}")
    labels = more.get("labels")
    words = {
        **{name: _listed(value) for name, value in target.items()},
        "options": _listed(options),
        "classes": _entries(classes) if labels is None or classes else None,
        "labels": None if labels is None else _entries(labels),
        "conversation_option": "semantic",
        **{name: more[name] for name in more if name in _FIELDS - {"labels", "threshold"}},
        "threshold": _plain(more.get("threshold"), _THRESHOLD_FIELDS),
    }
    return {name: _word(value) for name, value in words.items() if value is not None}


def _entries(classes: Any) -> Any:
    return [_plain(each, _CLASS_FIELDS) for each in classes] if _is_list(classes) else classes


def _plain(value: Any, fields: Sequence[str]) -> Any:
    """Turn an object into a dict of those of its fields that are set; anything else stays as it is."""
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", exclude_none=True)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {name: item for name, item in dataclasses.asdict(value).items() if item is not None}
    found = {name: getattr(value, name, None) for name in fields}
    set_fields = {name: _word(item) for name, item in found.items() if item is not None}
    return set_fields or value


def _listed(value: Any) -> Any:
    return [_word(item) for item in value] if _is_list(value) else _word(value)


def _is_list(value: Any) -> bool:
    # A plain string is iterable too; it is passed on as it is, so that the complaint names what was really given.
    return isinstance(value, Iterable) and not isinstance(value, (str, bytes, Mapping))


def _word(value: Any) -> Any:
    """Return the text of a string enumeration, a list for a tuple, everything else unchanged."""
    if isinstance(value, str):
        return str.__str__(value)
    return list(value) if isinstance(value, (tuple, set, frozenset)) else value


def address_of(body: Any) -> str:
    """Return the path a body belongs to: it tells its own version and endpoint, as both dialects name them apart.

    Anything that is no mapping goes to `/v1.2/classify`, whose complaint is then the answer.
    """
    fields = body if isinstance(body, Mapping) else {}
    version = "v1.1" if "labels" in fields else "v1.2"
    return f"/{version}/classify/bulk" if "index_id" in fields else f"/{version}/classify"
