"""The best public tools in the reader's place: json_repair and BAML's parser, each with a careful user's mapping.

The mapping is generous: any usual key, names without regard to case, plural and signs, ids, prompts, times in the
usual forms, fractions scaled, clips clamped, envelopes opened. It knows nothing of the reader.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from types import ModuleType
from typing import Any

import json_repair
from baml_py import BamlRuntime
from baml_py.errors import BamlError
from corpus import Key, key_of
from pydantic import BaseModel, ConfigDict

from pegasus_classify.contract.vocabulary import Vocabulary

__all__ = ["OtherReader", "baml", "repaired"]

OtherReader = Callable[[str, Vocabulary, "float | None"], list[Key]]
"""Text, what was asked, length of the video → entries, in a fixed order."""


def _plain(name: str) -> str:
    return "".join(sign for sign in name.casefold() if sign.isalnum())


def _folded(name: str) -> str:
    return _plain(name).removesuffix("s")


class _Asked:
    """Names and ids of one request, exact ones before folded ones."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.prompts = {each.name: each.prompts for each in vocabulary.classes}
        self.options = {each.name: each.options for each in vocabulary.classes}
        self.classes = {**vocabulary.class_ids, **{each.name: each.name for each in vocabulary.classes}}
        self.prompt_ids = vocabulary.prompt_ids
        self.folded = {_folded(name): name for name in self.prompts}
        owners: dict[str, set[str]] = {}
        for name, prompts in self.prompts.items():
            for prompt in prompts:
                owners.setdefault(_folded(prompt), set()).add(name)
        self.owners = {prompt: next(iter(names)) for prompt, names in owners.items() if len(names) == 1}

    def name(self, raw: object) -> str | None:
        text = str(raw).strip().strip("\"'`*_ ")
        return self.classes.get(text) or self.folded.get(_folded(text)) or self.owners.get(_folded(text))

    def prompt(self, raw: object, name: str) -> str | None:
        text = str(raw).strip()
        if text in self.prompt_ids:
            owner, prompt = self.prompt_ids[text]
            return prompt if owner == name else None
        return next((each for each in self.prompts[name] if _folded(each) == _folded(text)), None)


_KEYS = {
    "class": "class classname label labelname category categoryname name id classid topic tag type",
    "start": "start starttime startsec startseconds from begin starts startat tstart in",
    "end": "end endtime endsec endseconds to finish ends stop until endat tend out",
    "time": "time timestamp timestamps range timerange at when",
    "confidence": "confidence conf score probability certainty likelihood confidencescore confidencelevel",
    "prompt": "prompt prompttext matchedprompt subclass promptid subject",
    "option": "option source modality",
    "present": "present found detected ispresent visible exists",
}
_ROLES = {key: role for role, keys in _KEYS.items() for key in keys.split()}
_WORDS = {"very low": 10, "low": 30, "medium": 60, "moderate": 60, "high": 80, "very high": 95, "certain": 95}
_NO = ("no", "false", "absent", "none", "not found", "not present", "not detected", "n/a", "null", "")
_DEEPEST = 40


def _confidence(raw: object) -> float | None:
    if isinstance(raw, bool) or raw is None:
        return None
    if isinstance(raw, (int, float)):
        return float(raw)
    text = str(raw).strip().casefold()
    out_of = re.fullmatch(r"(\d+(?:\.\d+)?)\s*/\s*(10{1,2})", text)
    if out_of:
        return 100 * float(out_of[1]) / float(out_of[2])
    number = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(%?)", text)
    return float(number[1]) if number else _WORDS.get(text)


def _seconds(raw: object) -> float | None:
    if isinstance(raw, bool) or raw is None:
        return None
    if isinstance(raw, (int, float)):
        return float(raw)
    text = str(raw).strip().replace(",", ".")
    if re.fullmatch(r"\d+(?::\d{1,2}){1,2}(?:\.\d+)?", text):
        return sum(float(part) * 60**power for power, part in enumerate(reversed(text.split(":"))))
    spoken = re.fullmatch(r"(?:(\d+)\s*h\w*)?\s*(?:(\d+)\s*m\w*)?\s*(?:(\d+(?:\.\d+)?)\s*(?:s\w*)?)?", text)
    if not text or spoken is None:
        return None
    return sum(float(part) * size for part, size in zip(spoken.groups(), (3600, 60, 1), strict=True) if part)


def _stretch(raw: object) -> tuple[float, float] | None:
    """Return a range, from two values or from one text; a single time is a moment."""
    if isinstance(raw, list) and len(raw) == 2:
        both = [_seconds(each) for each in raw]
    elif isinstance(raw, str):
        parts = re.split(r"\s*(?:-{1,2}>?|–|—|~|→|\bto\b)\s*", raw.strip(" []()"))
        both = [_seconds(part) for part in (parts if len(parts) == 2 else parts * 2 if len(parts) == 1 else [])]
    else:
        both = [_seconds(raw), _seconds(raw)]
    return (both[0], both[1]) if len(both) == 2 and both[0] is not None and both[1] is not None else None


@dataclass
class _Found:
    name: str
    prompt: str | None
    option: str | None
    times: tuple[float, float] | None
    confidence: float | None


class _Mapping:
    """Walks a tree of plain values and collects entries."""

    def __init__(self, asked: _Asked) -> None:
        self.asked = asked
        self.found: list[_Found] = []

    def walk(self, value: Any, name: str | None, around: dict[str, Any], depth: int = 0) -> None:
        if depth > _DEEPEST:
            return
        if isinstance(value, str) and value.strip()[:1] in ("{", "["):
            value = json_repair.loads(value)
        if isinstance(value, dict):
            self.entry(value, name, around, depth)
        elif isinstance(value, list):
            self.items(value, name, around, depth)
        elif isinstance(value, str):
            self.text(value, name, around)

    def items(self, values: list[Any], name: str | None, around: dict[str, Any], depth: int) -> None:
        pair = (
            _stretch(values)
            if name is not None and not any(isinstance(each, (dict, list)) for each in values)
            else None
        )
        if name is not None and pair is not None:
            self.add(name, around, pair)
            return
        for each in values:
            self.walk(each, name, around, depth + 1)

    def text(self, value: str, name: str | None, around: dict[str, Any]) -> None:
        if name is not None:
            times = _stretch(value)
            if times is not None:
                self.add(name, around, times)
            return
        known = self.asked.name(value)
        if known is not None:
            self.add(known, around, None)

    def entry(self, value: dict[str, Any], name: str | None, around: dict[str, Any], depth: int) -> None:
        fields: dict[str, Any] = {}
        rest: dict[str, Any] = {}
        for key, inner in value.items():
            role = _ROLES.get(_plain(str(key)))
            plain = not isinstance(inner, (dict, list)) or (role in ("time", "class") and not isinstance(inner, dict))
            if role is not None and plain and str(key) not in self.asked.prompts:
                fields[role] = inner
            else:
                rest[key] = inner
        if "class" in fields:
            known = self.asked.name(fields["class"])
            if known is None and name is None:
                return
            name = known or name
        elif name is None and "prompt" in fields:
            name = self.asked.name(fields["prompt"])
        if str(fields.get("present", True)).casefold() in _NO:
            return
        here = {
            **around,
            **{key: fields[key] for key in ("confidence", "prompt", "option") if fields.get(key) is not None},
        }
        start, end = _seconds(fields.get("start")), _seconds(fields.get("end"))
        times = (start, end) if start is not None and end is not None else _stretch(fields.get("time"))
        if name is not None and times is not None:
            self.add(name, here, times)
        before = len(self.found)
        for key, inner in rest.items():
            self.member(str(key), inner, name, here, depth)
        if name is not None and "class" in fields and times is None and len(self.found) == before:
            empty = any(isinstance(inner, list) for inner in rest.values()) and not _confidence(here.get("confidence"))
            if not empty and not {"start", "end", "time"} & fields.keys():
                self.add(name, here, None)

    def member(self, key: str, inner: Any, name: str | None, around: dict[str, Any], depth: int) -> None:
        known = self.asked.name(key) if name is None else None
        if known is None:
            prompt = self.asked.prompt(key, name) if name is not None else None
            self.walk(inner, name, {**around, "prompt": prompt} if prompt else around, depth + 1)
            return
        if isinstance(inner, (int, float)) and not isinstance(inner, bool) and inner > 0:
            self.add(known, {**around, "confidence": inner}, None)
        elif inner is True or (
            isinstance(inner, str) and inner.strip().casefold() in ("yes", "true", "present", "found")
        ):
            self.add(known, around, None)
        else:
            self.walk(inner, known, around, depth + 1)

    def add(self, name: str, around: dict[str, Any], times: tuple[float, float] | None) -> None:
        raw, option = around.get("prompt"), around.get("option")
        prompt = self.asked.prompt(raw, name) if raw is not None else None
        option = option if option in self.asked.options[name] else None
        self.found.append(_Found(name, prompt, option, times, _confidence(around.get("confidence"))))


def _keys(found: list[_Found], duration: float | None) -> list[Key]:
    """Scale, clamp, swap, drop; classes with clips keep their clips only; equal entries count once."""
    given = [each.confidence for each in found if each.confidence is not None]
    fractions = bool(given) and max(given) <= 1
    located = {each.name for each in found if each.times is not None}
    keys: dict[Key, None] = {}
    for each in found:
        confidence = each.confidence * 100 if fractions and each.confidence is not None else each.confidence
        if confidence == 0 or (each.times is None and each.name in located):
            continue
        start = end = None
        if each.times is not None:
            start, end = sorted(each.times)
            last = end if duration is None else duration
            if start > last or end < 0:
                continue
            start, end = max(0.0, start), min(end, last)
        keys[key_of(each.name, each.prompt, each.option, start, end, confidence)] = None
    return sorted(keys, key=str)


def _mapped(value: Any, vocabulary: Vocabulary, duration: float | None) -> list[Key]:
    mapping = _Mapping(_Asked(vocabulary))
    mapping.walk(value, None, {})
    return _keys(mapping.found, duration)


def repaired(text: str, vocabulary: Vocabulary, duration: float | None) -> list[Key]:
    """Read a text with json_repair."""
    return _mapped(json_repair.loads(text), vocabulary, duration)


# -- BAML ------------------------------------------------------------------------------------------------------------

_TYPES = """
client<llm> Nobody {
  provider openai
  options {
    model "none"
    api_key "none"
  }
}
class Clip {
  start float | string
  end float | string
  prompt string?
  option string?
  confidence float | string | null
}
class Moment {
  class_name Label @alias("class")
  start float | string
  end float | string
  prompt string?
  option string?
  confidence float | string | null
}
class Entry {
  class_name Label @alias("class")
  confidence float | string | null
  clips Clip[]
}
class Answer {
  classes Entry[]
}
function Read(text: string) -> Answer | Moment[] | Entry[] | Label[] {
  client Nobody
  prompt #"{{ text }} {{ ctx.output_format }}"#
}
"""
"""The best of eight schemas tried on the corpus: more usual keys as further fields made it read less."""


class _Object(BaseModel):
    """What BAML fills for each of its classes."""

    model_config = ConfigDict(extra="allow")


class _Baml:
    """One compiled schema: the names and ids of a request as an enum; nothing is asked of any model."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        # With it set, every text that cannot be read costs half a second of walking the stack.
        os.environ.pop("RUST_BACKTRACE", None)
        self.spoken = [*(each.name for each in vocabulary.classes), *vocabulary.class_ids]
        members = "\n".join(f"  L{at} @alias({json.dumps(name)})" for at, name in enumerate(self.spoken))
        source = f"enum Label {{\n{members}\n}}\n{_TYPES}"
        self.runtime = BamlRuntime.from_files("schema", {"answer.baml": source}, {})
        self.context: Any = self.runtime.create_context_manager()
        label = Enum("Label", {f"L{at}": f"L{at}" for at in range(len(self.spoken))}, type=str)
        self.types = ModuleType("answer_types")
        objects = {name: type(name, (_Object,), {}) for name in ("Answer", "Clip", "Entry", "Moment")}
        vars(self.types).update(Label=label, **objects)

    def parsed(self, text: str) -> Any:
        """Return the answer as plain values; None when BAML finds none."""
        try:
            return self._plain(
                self.runtime.parse_llm_response(
                    "Read", text, self.types, self.types, self.types, False, self.context, None, None, {}
                )
            )
        except BamlError:
            return None

    def _plain(self, value: Any) -> Any:
        if isinstance(value, Enum):
            return self.spoken[int(value.value[1:])]
        if isinstance(value, list):
            return [self._plain(each) for each in value]
        if isinstance(value, BaseModel):
            members = ((key.removesuffix("_name"), inner) for key, inner in (value.model_extra or {}).items())
            return {key: self._plain(inner) for key, inner in members if inner is not None}
        return value


_COMPILED: dict[str, _Baml] = {}


def baml(text: str, vocabulary: Vocabulary, duration: float | None) -> list[Key]:
    """Read a text with BAML's schema-aligned parser."""
    key = repr((vocabulary.classes, sorted(vocabulary.class_ids.items())))
    compiled = _COMPILED.get(key) or _COMPILED.setdefault(key, _Baml(vocabulary))
    value = compiled.parsed(text)
    return [] if value is None else _mapped(value, vocabulary, duration)
