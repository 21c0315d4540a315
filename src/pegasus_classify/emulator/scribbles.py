"""The messy hand: answers that mean the same and are hard to read.

Law of this file: every scribble still names its class or phrase and gives each time once, so a careful reader can
recover what was found; none of them invents anything.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from .answer_form import canonical, fill
from .findings import FoundClass

__all__ = ["scribble"]


@dataclass(frozen=True)
class _Manner:
    """How names, times and certainties are spelled on one page."""

    by_name: bool
    time: Callable[[float], Any]
    certainty: Callable[[int], Any]


def scribble(classes: Sequence[FoundClass], schema: Mapping[str, Any] | None, rng: Random) -> str:
    """Write what was found in one of the messy ways the random generator chooses."""
    manner = _Manner(rng.random() < 0.5, rng.choice(_TIMES), rng.choice(_CERTAINTIES))
    ways = _WAYS if classes else _JSON_WAYS
    return rng.choice(ways)(classes, schema, manner)


def _colons(seconds: float) -> str:
    whole = round(seconds)
    return f"{whole // 60:02d}:{whole % 60:02d}"


def _native(seconds: float) -> str:
    return f"{round(seconds)}s ({_colons(seconds)})"


def _with_unit(seconds: float) -> str:
    return f"{seconds:g}s"


def _as_is(seconds: float) -> float:
    return seconds


def _fraction(certainty: int) -> float:
    return certainty / 100


def _percent(certainty: int) -> str:
    return f"{certainty}%"


def _word(certainty: int) -> str:
    return "high" if certainty >= 80 else "medium" if certainty >= 50 else "low"


_TIMES = (_colons, _native, _with_unit, _as_is)
_CERTAINTIES = (_fraction, _percent, _word)


def _mannered(classes: Sequence[FoundClass], schema: Mapping[str, Any] | None, manner: _Manner) -> Any:
    """Return the answer as a JSON value in the page's spelling."""
    if schema is not None:
        # A schema of another form is kept as it is: only its punctuation can be spoiled.
        value = fill(schema, classes)
        if value != canonical(classes):
            return value
    rows = []
    for found in classes:
        clips = [
            {
                "start": manner.time(clip.start),
                "end": manner.time(clip.end),
                "prompt": clip.words if manner.by_name else clip.prompt,
                "option": clip.option,
                "confidence": manner.certainty(clip.certainty),
            }
            for clip in found.clips
        ]
        name = found.words if manner.by_name else found.name
        rows.append({"class": name, "confidence": manner.certainty(found.certainty), "clips": clips})
    return {"classes": rows}


def _trailing_commas(classes: Sequence[FoundClass], schema: Mapping[str, Any] | None, manner: _Manner) -> str:
    text = json.dumps(_mannered(classes, schema, manner), indent=2, ensure_ascii=False)
    return re.sub(r"(?<=[}\]\"\w])(?=\n\s*[}\]])", ",", text)


def _single_quotes(classes: Sequence[FoundClass], schema: Mapping[str, Any] | None, manner: _Manner) -> str:
    return "Answer: " + repr(_mannered(classes, schema, manner))


def _bare_keys(classes: Sequence[FoundClass], schema: Mapping[str, Any] | None, manner: _Manner) -> str:
    text = json.dumps(_mannered(classes, schema, manner), indent=1, ensure_ascii=False)
    return "```\n" + re.sub(r'"(\w+)":', r"\1:", text) + "\n```"


def _commented(classes: Sequence[FoundClass], schema: Mapping[str, Any] | None, manner: _Manner) -> str:
    text = json.dumps(_mannered(classes, schema, manner), indent=2, ensure_ascii=False)
    return text.replace("{\n", "{ // as requested\n", 1) + "\n\nI hope this helps!"


def _json_lines(classes: Sequence[FoundClass], schema: Mapping[str, Any] | None, manner: _Manner) -> str:
    value = _mannered(classes, schema, manner)
    rows = value["classes"] if isinstance(value, dict) and set(value) == {"classes"} else [value]
    return "\n".join(json.dumps(row, ensure_ascii=False) for row in rows) or "[]"


def _bullets(classes: Sequence[FoundClass], _schema: Mapping[str, Any] | None, manner: _Manner) -> str:
    lines = ["Found in this video:"]
    for found in classes:
        lines.append(f"- **{found.words if manner.by_name else found.name}** ({manner.certainty(found.certainty)})")
        for clip in found.clips:
            name = clip.words if manner.by_name else clip.prompt
            times = f"{manner.time(clip.start)} - {manner.time(clip.end)}"
            lines.append(f"  - {name}: {times} [{clip.option}] ({manner.certainty(clip.certainty)})")
    return "\n".join(lines)


def _table(classes: Sequence[FoundClass], _schema: Mapping[str, Any] | None, manner: _Manner) -> str:
    lines = ["| Class | Prompt | Start | End | Option | Confidence |", "|---|---|---|---|---|---|"]
    for found in classes:
        for clip in found.clips:
            cells = (
                found.words if manner.by_name else found.name,
                clip.words if manner.by_name else clip.prompt,
                manner.time(clip.start),
                manner.time(clip.end),
                clip.option,
                manner.certainty(clip.certainty),
            )
            lines.append("| " + " | ".join(map(str, cells)) + " |")
    return "\n".join(lines)


_JSON_WAYS = (_trailing_commas, _single_quotes, _bare_keys, _commented, _json_lines)
_WAYS = (*_JSON_WAYS, _bullets, _table)
