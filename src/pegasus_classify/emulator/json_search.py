"""Mentions inside JSON blocks of a prompt, whatever the blocks are called and however deep they are.

Law of this file: an id belongs to the object it stands in; a phrase belongs to the nearest object around it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from json import JSONDecodeError, JSONDecoder
from typing import Any

from .mentions import ID_SHAPE, Mention, Vocabulary, class_of_id, stated_modalities

__all__ = ["json_blocks", "mentions_in_json"]

_DECODER = JSONDecoder(strict=False)
_OPENING = re.compile(r"[{\[]")
_ID_KEY = re.compile(r"(?:^|_)(?:id|key|code|ref)$", re.IGNORECASE)
_ROLE_KEY = re.compile(r"class|label|group|category|prompt|phrase", re.IGNORECASE)
_CLASS_KEY = re.compile(r"class|label|group|category", re.IGNORECASE)
_TEXT_KEY = re.compile(r"name|text|label|title|prompt|phrase|class|word|description|look", re.IGNORECASE)
_NAME_KEY = re.compile(r"name|title|class|label|category|group|topic", re.IGNORECASE)


def json_blocks(text: str) -> Iterator[tuple[int, int, Any]]:
    """Go through the outermost JSON objects and arrays of a text: start, end, decoded value."""
    position = 0
    while (opening := _OPENING.search(text, position)) is not None:
        try:
            value, end = _DECODER.raw_decode(text, opening.start())
        except (JSONDecodeError, RecursionError):
            position = opening.end()
            continue
        yield opening.start(), end, value
        position = end


@dataclass(frozen=True)
class _Place:
    """Where a value stands: ids and names of the objects around it, and the nearest stated modalities."""

    ids: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    modalities: frozenset[str] | None = None


def mentions_in_json(value: Any, vocabulary: Vocabulary) -> list[Mention]:
    """Return the mentions in a decoded JSON value, in its order."""
    return list(_walk(value, _Place(), vocabulary))


def _walk(value: Any, place: _Place, vocabulary: Vocabulary) -> Iterator[Mention]:
    if isinstance(value, Mapping):
        yield from _walk_object(value, place, vocabulary)
    elif isinstance(value, list):
        for item in value:
            if isinstance(item, str):
                yield from _element(item, place, vocabulary)
            else:
                yield from _walk(item, place, vocabulary)


def _walk_object(value: Mapping[str, Any], outer: _Place, vocabulary: Vocabulary) -> Iterator[Mention]:
    id_keys = _id_keys(value)
    ids = tuple(value[key] for key in id_keys)
    name = _name(value, id_keys)
    stated = _modalities(value, id_keys, vocabulary)
    place = _Place(outer.ids + ids, outer.names + ((name,) if name else ()), stated or outer.modalities)
    lists_phrases = any(_lists_phrases(item) for item in value.values())
    for key, item in value.items():
        if isinstance(item, str):
            if key not in id_keys:
                here = replace(place, ids=(*place.ids, key)) if ID_SHAPE.fullmatch(key) else place
                names = outer.names if item == name else here.names
                yield from _phrase(
                    item, replace(here, names=names), vocabulary, own=not (lists_phrases and item == name)
                )
        elif ID_SHAPE.fullmatch(key):
            yield from _walk(item, replace(place, ids=(*place.ids, key)), vocabulary)
        else:
            yield from _walk(item, place, vocabulary)


def _phrase(text: str, place: _Place, vocabulary: Vocabulary, *, own: bool) -> Iterator[Mention]:
    phrases = vocabulary.phrases(text)
    if not phrases:
        return
    class_id, prompt_id = _class_and_prompt(place.ids)
    words = text if len(text) <= 120 else min(phrases)
    class_words = place.names[-1] if place.names else None
    yield Mention(class_id, class_words, prompt_id, words, phrases, place.modalities, own)


def _element(text: str, place: _Place, vocabulary: Vocabulary) -> Iterator[Mention]:
    phrases = vocabulary.phrases(text)
    if not phrases:
        return
    # `["c1.p1: SUV", ...]` carries the id inside the string, plain `["SUV", ...]` only that of the class.
    inside = ID_SHAPE.match(text)
    if inside is not None and inside.end() < len(text):
        class_id, prompt_id = _class_and_prompt((*place.ids, inside.group()))
        text = text[inside.end() :].strip(" :=-\t")
    else:
        class_id, prompt_id = (place.ids[-1] if place.ids else None), None
    class_words = place.names[-1] if place.names else None
    yield Mention(class_id, class_words, prompt_id, text, phrases, place.modalities)


def _class_and_prompt(ids: tuple[str, ...]) -> tuple[str | None, str | None]:
    if not ids:
        return None, None
    head = class_of_id(ids[-1])
    if len(ids) == 1:
        return (head, ids[0]) if head else (ids[0], None)
    return (head if head in ids else ids[-2]), ids[-1]


def _id_keys(value: Mapping[str, Any]) -> list[str]:
    short = [key for key, item in value.items() if isinstance(item, str) and 0 < len(item) <= 24 and " " not in item]
    explicit = [key for key in short if _ID_KEY.search(key)]
    shaped = [key for key in short if key not in explicit and ID_SHAPE.fullmatch(value[key])]
    if explicit:
        shaped = [key for key in shaped if _ROLE_KEY.search(key)]
    keys = explicit + shaped
    # The class comes before its phrase, whichever way the object is written.
    return sorted(keys, key=lambda key: (not _CLASS_KEY.search(key), class_of_id(value[key]) is not None))


def _name(value: Mapping[str, Any], id_keys: list[str]) -> str | None:
    texts = {key: item for key, item in value.items() if isinstance(item, str) and key not in id_keys}
    named = [item for key, item in texts.items() if _NAME_KEY.search(key) and len(item) <= 120]
    return named[0] if named else None


def _modalities(value: Mapping[str, Any], id_keys: list[str], vocabulary: Vocabulary) -> frozenset[str] | None:
    found: set[str] = set()
    for key, item in value.items():
        if key in id_keys or _TEXT_KEY.search(key):
            continue
        for text in _short_texts(item):
            if not vocabulary.matches(text):
                found |= stated_modalities(text) or set()
    return frozenset(found) or None


def _short_texts(item: Any) -> list[str]:
    if isinstance(item, str):
        return [item]
    if isinstance(item, list):
        return [text for text in item if isinstance(text, str)]
    if isinstance(item, Mapping) and item and all(isinstance(flag, bool) for flag in item.values()):
        return [key for key, flag in item.items() if flag]
    return []


def _lists_phrases(item: Any) -> bool:
    if isinstance(item, str) or not isinstance(item, (list, Mapping)):
        return False
    nested = item.values() if isinstance(item, Mapping) else item
    return any((isinstance(inner, str) and not stated_modalities(inner)) or _lists_phrases(inner) for inner in nested)
