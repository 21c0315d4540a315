"""Answers, read from and written to the old API's JSON, column by column."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from pegasus_classify.contract.pages import Page, PageInfo
from pegasus_classify.contract.quantities import cut2, whole
from pegasus_classify.contract.request import CONFIDENCE_WORDS, ConfidenceWord
from pegasus_classify.contract.result import ClassResult, Clip, VideoResult
from pegasus_classify.legacy.detect import DIALECTS
from pegasus_classify.legacy.dialect import Column, ColumnForm, Dialect
from pegasus_classify.legacy.spelling import DialectName, Spelling

__all__ = ["answer_of", "confidence_word", "read_answer", "write_answer", "write_page_info", "write_video"]


def confidence_word(score: float) -> ConfidenceWord:
    """Return the labels dialect's word for a score of 0 to 100."""
    return next((word for floor, word in CONFIDENCE_WORDS if score >= floor), CONFIDENCE_WORDS[-1][1])


# --- writing


def write_video(video: VideoResult, spelling: Spelling) -> dict[str, Any]:
    """Write one video's entry of an answer; a field that is None has no key.

    Args:
        video: `detailed_scores` is written when a class has its mean or normalized score, `clips` when it has clips,
            an empty list included.
        spelling: Of the request that is answered.
    """
    dialect = DIALECTS[spelling.dialect]
    return {
        "video_id": video.video_id,
        dialect.list_field: [_write_class(each, dialect) for each in video.classes],
    }


def write_page_info(info: PageInfo, spelling: Spelling) -> dict[str, Any]:
    """Write where a page stands; a field that is None has no key.

    The labels dialect shows an empty object when everything stands on one page, as the guide of December 2022 does.
    """
    if spelling.dialect == "labels" and _stands_alone(info):
        return {}
    written = _write(DIALECTS[spelling.dialect].page_info, info)
    if spelling.dialect == "labels" and spelling.also_next_page_token and info.next_token is not None:
        written["next_page_token"] = info.next_token
    return written


def answer_of(videos: Iterable[dict[str, Any]], info: PageInfo, spelling: Spelling) -> dict[str, Any]:
    """Put written videos and the page's place together.

    The labels dialect's call for a single video answers that video alone: its id and `labels` at the top. Give it the
    video also when nothing was found, or the answer has no `video_id`.
    """
    entries = list(videos)
    if not spelling.single:
        return {"data": entries, "page_info": write_page_info(info, spelling)}
    alone = entries[0] if entries else {"video_id": "", "labels": []}
    return {key: value for key, value in alone.items() if key != "video_id" or value}


def write_answer(page: Page, spelling: Spelling) -> dict[str, Any]:
    """Write a page in the dialect of the request that is answered.

    Scores and ratios are cut to two decimals, `normalized_score` and all times stay whole, and whole numbers have no
    fraction (measured on the answers of October 2023).
    """
    return answer_of((write_video(video, spelling) for video in page.videos), page.info, spelling)


_WRITERS: Mapping[ColumnForm, Callable[[Any], Any]] = {
    "text": str,
    "option": str,
    "word": str,
    "cut": lambda value: whole(cut2(value)),
    "exact": whole,
    "count": int,
}


def _stands_alone(info: PageInfo) -> bool:
    return (info.next_token == "" and info.prev_token == "") or (info.total == 0 and info.limit == 0)


def _write(columns: Sequence[Column], thing: object) -> dict[str, Any]:
    written = {}
    for column in columns:
        value = getattr(thing, column.attribute)
        if value is None and column.word_of is not None:
            score = getattr(thing, column.word_of)
            value = None if score is None else confidence_word(cut2(score))
        if value is not None:
            written[column.key] = _WRITERS[column.form](value)
    return written


def _write_class(result: ClassResult, dialect: Dialect) -> dict[str, Any]:
    written = _write(dialect.item, result)
    if dialect.detail and (result.avg_score is not None or result.normalized_score is not None):
        written["detailed_scores"] = _write(dialect.detail, result)
    if result.clips is not None:
        written["clips"] = [_write(dialect.clip, clip) for clip in result.clips]
    return written


# --- reading


def read_answer(body: Mapping[str, Any], dialect: DialectName | None = None) -> Page:
    """Read an answer of any generation; keys it does not know are passed over, as the old SDKs did.

    Args:
        body: The JSON object: `data` and `page_info`, or one video with `labels` at the top.
        dialect: None: seen from the answer itself; an answer without any video is taken for the `classes` dialect.

    Returns:
        The page. What the answer does not show is None; an answer for a single video without an id has the id "".

    Raises:
        ValueError: It is no such answer; the message names the place.
    """
    answer = _object(body, "answer")
    table = DIALECTS[dialect or _dialect_seen(answer)]
    if "data" not in answer and "labels" in answer:
        return Page((_read_video({"video_id": "", **answer}, table, "answer"),), PageInfo())
    videos = [_read_video(each, table, f"data[{index}]") for index, each in enumerate(_list(answer, "data", ""))]
    return Page(tuple(videos), _read_page_info(_object(answer.get("page_info", {}), "page_info"), table))


def _dialect_seen(answer: Mapping[str, Any]) -> DialectName:
    data = answer.get("data")
    first = data[0] if isinstance(data, list) and data else answer
    if isinstance(first, Mapping) and "labels" in first:
        return "labels"
    info = answer.get("page_info")
    return "labels" if isinstance(info, Mapping) and ("total_count" in info or "next_token" in info) else "classes"


def _read_page_info(info: Mapping[str, Any], dialect: Dialect) -> PageInfo:
    place = _read(dialect.page_info, info, "page_info")
    if dialect.name == "labels" and "next_token" not in place and "next_page_token" in info:
        place["next_token"] = _text(info["next_page_token"], "page_info.next_page_token")
    return PageInfo(**place)


def _read_video(entry: object, dialect: Dialect, place: str) -> VideoResult:
    video = _object(entry, place)
    if "video_id" not in video:
        raise ValueError(f"{place}.video_id is missing")
    classes = [
        _read_class(each, dialect, f"{place}.{dialect.list_field}[{index}]")
        for index, each in enumerate(_list(video, dialect.list_field, f"{place}."))
    ]
    return VideoResult(_text(video["video_id"], f"{place}.video_id"), tuple(classes))


def _read_class(value: object, dialect: Dialect, place: str) -> ClassResult:
    entry = _object(value, place)
    values = _read(dialect.item, entry, place)
    if dialect.detail and "detailed_scores" in entry:
        detail = _object(entry["detailed_scores"], f"{place}.detailed_scores")
        values.update(_read(dialect.detail, detail, f"{place}.detailed_scores"))
    if "clips" in entry:
        clips = _list(entry, "clips", f"{place}.")
        values["clips"] = tuple(
            Clip(**_read(dialect.clip, _object(clip, f"{place}.clips[{index}]"), f"{place}.clips[{index}]"))
            for index, clip in enumerate(clips)
        )
    return ClassResult(**values)


def _read(columns: Sequence[Column], entry: Mapping[str, Any], place: str) -> dict[str, Any]:
    values = {}
    for column in columns:
        if column.key in entry:
            values[column.attribute] = _READERS[column.form](entry[column.key], f"{place}.{column.key}")
        elif column.required:
            raise ValueError(f"{place}.{column.key} is missing")
    return values


def _object(value: object, place: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise ValueError(f"{place} is not an object")
    return value


def _list(entry: Mapping[str, Any], key: str, prefix: str) -> list[Any]:
    value = entry.get(key)
    if not isinstance(value, list):
        raise ValueError(f"{prefix}{key} is not an array")
    return value


def _text(value: object, place: str) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{place} is not a string")
    return value


def _number(value: object, place: str) -> float:
    # Comparing instead of asking `isfinite`, which fails on an integer too large for a float.
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < _BEYOND_ANY:
        raise ValueError(f"{place} is not a number")
    return value


def _count(value: object, place: str) -> int:
    number = _number(value, place)
    if number != int(number):
        raise ValueError(f"{place} is not an integer")
    return int(number)


_BEYOND_ANY = 1e15
_OPTIONS = DIALECTS["labels"].options
# A front end of the vendor's own names `none` where the specification has `extremely low`: the same rung.
_WORDS: Mapping[str, ConfidenceWord] = {**{word: word for _, word in CONFIDENCE_WORDS}, "none": "extremely low"}


def _option(value: object, place: str) -> str:
    if value not in _OPTIONS:
        raise ValueError(f"{place} is not one of {', '.join(_OPTIONS)}")
    return str(value)


def _word(value: object, place: str) -> ConfidenceWord:
    word = _WORDS.get(_text(value, place))
    if word is None:
        raise ValueError(f"{place} is not one of {', '.join(_WORDS)}")
    return word


_READERS: Mapping[ColumnForm, Callable[[object, str], Any]] = {
    "text": _text,
    "option": _option,
    "word": _word,
    "cut": _number,
    "exact": _number,
    "count": _count,
}
