"""What holds inside an object: which classes it names, and what is said around it."""

from __future__ import annotations

import re
from typing import NamedTuple

from pegasus_classify.contract.request import Option
from pegasus_classify.reading.fields import Fields
from pegasus_classify.reading.keys import option_of, role_of
from pegasus_classify.reading.names import Hit, Names
from pegasus_classify.reading.timecodes import Stretch
from pegasus_classify.reading.tree import Node, Obj

__all__ = ["DESCRIBING", "Entry", "Place", "hits_of", "places_in"]


_BRACKETS = re.compile(r"[(\[]([^()\[\]]{1,40})[)\]]\s*$")
_MANY_MEANINGS = frozenset(
    {"video", "image", "scene", "frame", "see", "seen", "shown", "text", "title", "sound", "voice", "talk"}
)
_LONGEST = 300
_LONGEST_NAME = 120
DESCRIBING = frozenset({"description", "desc", "detail", "details", "descripci\u00f3n", "descri\u00e7\u00e3o"})
"""Keys of texts that may be a prompt to the letter."""
_QUESTIONS = frozenset({"question", "q"})
_OPEN = frozenset({"other", "weak", "inner"})
"""Roles of keys whose value may be a prompt when it is one to the letter; texts about the video are none of them."""


class Place(NamedTuple):
    """What holds for a value because of where it stands.

    Attributes:
        name: The class around it.
        prompt, option, confidence, times: Said around it; they hold unless it says its own.
        waiting: True when the entry around it was not complete and might still have given a confidence.
        unsettled: True when an object around it was not complete and might still have named a class.
        foreign: True inside an entry of a class that was not asked.
        folded: True when the class around it was named inexactly.
        listed: True where bare strings are names of classes.
        moments: True under a key for single times.
        echo: True under a key that only a request has: what tells no time there is no evidence.
    """

    name: str | None = None
    prompt: str | None = None
    option: Option | None = None
    confidence: object = None
    times: Stretch | None = None
    waiting: bool = False
    unsettled: bool = False
    foreign: bool = False
    listed: bool = True
    folded: bool = False
    echo: bool = False
    moments: bool = False


class Entry(NamedTuple):
    """An object that may be an entry.

    Attributes:
        obj: The object.
        fields: Its members, sorted.
        times: The stretch its own fields give.
        hits: The classes it names, or that its key names: None when none is named, empty when none of them was asked.
    """

    obj: Obj
    fields: Fields
    times: Stretch | None
    hits: list[Hit] | None


def hits_of(fields: Fields, names: Names) -> list[Hit] | None:
    """Return the classes an object names: None when no key of it names one, empty when none was asked."""
    raw = fields.values.get("class")
    weak = fields.values.get("weak")
    if raw is None or raw == "":
        return _named_by(weak, names) or _asked_about(fields, names) or _described(fields, names) or None
    found = _named_by(raw, names)
    if not found and isinstance(raw, (int, float)):
        found = _named_by(weak, names)
    return found


def _asked_about(fields: Fields, names: Names) -> list[Hit]:
    """Return the class that is the whole value of a key without a meaning, however it is spelled."""
    values = [
        value for key, value in fields.members if key in _QUESTIONS or (role_of(key) == "other" and key[:1].isalpha())
    ]
    hits = [names.class_of(value) for value in values if isinstance(value, str) and len(value) <= _LONGEST_NAME]
    return [hit for hit in hits if hit is not None and hit.prompt is None][:1]


def _described(fields: Fields, names: Names) -> list[Hit]:
    """Return the class that is the whole description of a stretch which has no other label."""
    if not fields.timed():
        return []
    told = [value for key, value in fields.members if key.casefold() in DESCRIBING and isinstance(value, str)]
    hits = [names.class_of(value) for value in told if len(value) <= _LONGEST_NAME]
    return [hit for hit in hits if hit is not None][:1]


def _named_by(raw: Node, names: Names) -> list[Hit]:
    if isinstance(raw, str):
        return names.classes_in(raw)
    if isinstance(raw, Obj):
        found = [_named_by(value, names) for _, value in raw.pairs if isinstance(value, (str, int))]
        return next((hits for hits in found if hits), [])
    if isinstance(raw, list):
        found = [_named_by(each, names) for each in raw if isinstance(each, (str, Obj))]
        return list(dict.fromkeys(hit for hits in found for hit in hits))
    return names.classes_in(str(raw)) if isinstance(raw, int) and not isinstance(raw, bool) else []


def places_in(entry: Entry, place: Place, names: Names) -> list[Place]:
    """Return what holds inside an object: once for each class it names, once when it names none."""
    obj, fields, times, hits = entry
    own = fields.values.get("confidence")
    option = _option_in(_first(fields.values.get("option"))) or option_of(fields.values.get("weak"))
    if option is None and fields.members:
        option = next((known for key, value in fields.members if (known := _option_told(key, value)) is not None), None)
    confidence = place.confidence if own is None else own
    # What stands around an entry's name without times ("confidence" beside "classes") is not said of the entry.
    if hits and place.name is None and place.times is None and own is None:
        confidence = None
    common = place._replace(
        option=option or place.option,
        confidence=confidence,
        times=times or place.times,
        waiting=(place.waiting and not hits) or (not obj.closed and confidence is None),
        listed=False,
    )
    if hits is None:
        return [_unnamed(common, entry, names)]
    if not hits:
        own_prompt = None if place.name is None else _prompt_as_class(fields, place.name, names)
        if own_prompt is not None:
            return [common._replace(prompt=own_prompt)]
        return [common._replace(name=None, prompt=None, foreign=True)]
    return [
        common._replace(
            name=hit.name,
            prompt=_prompt(fields, hit.name, names) or hit.prompt or (place.prompt if place.name == hit.name else None),
            foreign=False,
            unsettled=False,
            folded=hit.folded,
        )
        for hit in hits
    ]


def _prompt_as_class(fields: Fields, name: str, names: Names) -> str | None:
    """Return the prompt of the class around an entry that stands in the place of a class."""
    raw = fields.values.get("class")
    return names.prompt_of(raw, name) if isinstance(raw, str) else None


def _unnamed(common: Place, entry: Entry, names: Names) -> Place:
    """Return what holds inside an object that names no class: the one around it, or the one of its prompt."""
    if common.name is not None:
        prompt = _prompt(entry.fields, common.name, names)
        if prompt is None and common.echo:
            answers = (
                value for key, value in entry.fields.members if role_of(key) == "answer" and isinstance(value, str)
            )
            prompt = next((known for text in answers if (known := names.prompt_of(text, common.name))), None)
        return common._replace(prompt=prompt or common.prompt)
    texts = _texts(entry.fields.values.get("prompt"))
    if texts and entry.obj.closed and not common.foreign and not common.unsettled:
        hit = names.class_of(texts[0])
        if hit is not None:
            return common._replace(name=hit.name, prompt=hit.prompt, folded=hit.folded)
    return common._replace(unsettled=common.unsettled or not entry.obj.closed)


def _prompt(fields: Fields, name: str, names: Names) -> str | None:
    """Return the prompt of a class that an entry names: under a key for it, else as the whole value of another key."""
    texts = _texts(fields.values.get("prompt"))
    found = next((prompt for text in texts if (prompt := names.prompt_of(text, name))), None)
    if found is not None or (texts and names.class_of(texts[0]) is None):
        return found
    others = [value for key, value in fields.members if role_of(key) in _OPEN or key.casefold() in DESCRIBING]
    others += [fields.values.get(role) for role in ("weak", "present", "time", "option", "confidence")]
    spoken = (names.prompt_of(value, name) for value in others if isinstance(value, str))
    return next((prompt for prompt in spoken if prompt), None)


def _option_told(key: str, value: Node) -> Option | None:
    """Return the option that is the whole value of a key without a meaning: `"beweisart": "visuell"`."""
    if not isinstance(value, str) or role_of(key) != "other" or value.casefold() in _MANY_MEANINGS:
        return None
    return option_of(value)


def _option_in(raw: Node) -> Option | None:
    """Return the option a value names, as a whole or in the brackets behind other words."""
    option = option_of(raw)
    match = _BRACKETS.search(raw) if option is None and isinstance(raw, str) and len(raw) < _LONGEST else None
    return option if match is None else option_of(match.group(1))


def _first(raw: Node) -> Node:
    return raw[0] if isinstance(raw, list) and len(raw) == 1 else raw


def _texts(raw: Node) -> list[str]:
    raw = _first(raw)
    if isinstance(raw, Obj):
        return [value for _, value in raw.pairs if isinstance(value, str)]
    return [raw] if isinstance(raw, str) else []
