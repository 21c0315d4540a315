"""Ways to write evidence down, as models do: what the laws of reading render, cut and read back."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["DOCUMENTS", "STYLES", "Clip", "clips_by_class"]


@dataclass(frozen=True)
class Clip:
    """One clip to write down; times and confidence as whole numbers, so that every style can say them."""

    name: str
    start: int
    end: int
    prompt: str | None
    option: str | None
    confidence: int


def clips_by_class(clips: Sequence[Clip]) -> dict[str, list[Clip]]:
    """Return the clips of each class, classes in the order of first mention."""
    found: dict[str, list[Clip]] = {}
    for clip in clips:
        found.setdefault(clip.name, []).append(clip)
    return found


def _fields(clip: Clip) -> dict[str, Any]:
    fields = {
        "start": clip.start,
        "end": clip.end,
        "prompt": clip.prompt,
        "option": clip.option,
        "confidence": clip.confidence,
    }
    return {key: value for key, value in fields.items() if value is not None}


def tree(clips: Sequence[Clip]) -> dict[str, Any]:
    """Return the wanted form."""
    return {
        "classes": [
            {
                "class": name,
                "confidence": max(each.confidence for each in own),
                "clips": [_fields(each) for each in own],
            }
            for name, own in clips_by_class(clips).items()
        ]
    }


def _flat(clips: Sequence[Clip]) -> list[dict[str, Any]]:
    return [{"class": clip.name, **_fields(clip)} for clip in clips]


def _keyed(clips: Sequence[Clip]) -> dict[str, Any]:
    return {name: [_fields(each) for each in own] for name, own in clips_by_class(clips).items()}


def _alphabetical(clips: Sequence[Clip]) -> str:
    return json.dumps(tree(clips), sort_keys=True, ensure_ascii=False)


def _aliases(clips: Sequence[Clip]) -> str:
    rows = [
        {
            "label": clip.name,
            "from": f"{clip.start}s",
            "to": f"{clip.end // 60}:{clip.end % 60:02d}",
            "query": clip.prompt,
            "source": clip.option,
            "score": f"{clip.confidence}%",
        }
        for clip in clips
    ]
    return json.dumps({"segments": rows}, ensure_ascii=False)


def _python(clips: Sequence[Clip]) -> str:
    return repr(tree(clips))


def _trailing(clips: Sequence[Clip]) -> str:
    return json.dumps(tree(clips), ensure_ascii=False).replace("}]", "},]")


def _commented(clips: Sequence[Clip]) -> str:
    return json.dumps(tree(clips), indent=1, ensure_ascii=False).replace(",\n", ", // as seen\n")


def _envelope(clips: Sequence[Clip]) -> str:
    return json.dumps({"message": json.dumps(tree(clips)), "finishReason": "stop"})


def _table(clips: Sequence[Clip]) -> str:
    head = "| Class | Start | End | Prompt | Option | Confidence |\n|---|---|---|---|---|---|\n"
    return head + "".join(
        f"| {c.name} | {c.start} | {c.end} | {c.prompt or ''} | {c.option or ''} | {c.confidence} |\n" for c in clips
    )


def _csv(clips: Sequence[Clip]) -> str:
    head = "class,start,end,prompt,option,confidence\n"
    return head + "".join(
        f'"{c.name}",{c.start},{c.end},"{c.prompt or ""}",{c.option or ""},{c.confidence}\n' for c in clips
    )


def _yaml(clips: Sequence[Clip]) -> str:
    lines = ["classes:"]
    for name, own in clips_by_class(clips).items():
        lines += [f'- class: "{name}"', f"  confidence: {max(each.confidence for each in own)}", "  clips:"]
        for each in own:
            first, *rest = [f"{key}: {json.dumps(value)}" for key, value in _fields(each).items()]
            lines += [f"  - {first}", *(f"    {line}" for line in rest)]
    return "\n".join(lines) + "\n"


def _xml(clips: Sequence[Clip]) -> str:
    rows = [
        "<clip>"
        + "".join(f"<{key}>{value}</{key}>" for key, value in {"class": c.name, **_fields(c)}.items())
        + "</clip>"
        for c in clips
    ]
    return "<clips>\n" + "\n".join(rows) + "\n</clips>"


def _headings(clips: Sequence[Clip]) -> str:
    lines: list[str] = []
    for clip in clips:
        lines += [
            f"### {clip.name}",
            f"- Start: {clip.start}",
            f"- End: {clip.end}",
            f"- Confidence: {clip.confidence}",
        ]
        lines += [f"- Prompt: {clip.prompt}"] if clip.prompt else []
        lines += [f"- Option: {clip.option}"] if clip.option else []
        lines.append("")
    return "\n".join(lines)


def _dumped(make: Callable[[Sequence[Clip]], Any]) -> Callable[[Sequence[Clip]], str]:
    return lambda clips: json.dumps(make(clips), ensure_ascii=False)


DOCUMENTS: dict[str, Callable[[Sequence[Clip]], str]] = {
    "clean": _dumped(tree),
    "pretty": lambda clips: json.dumps(tree(clips), indent=2, ensure_ascii=True),
    "flat": _dumped(_flat),
    "keyed": _dumped(_keyed),
    "alphabetical": _alphabetical,
    "fenced": lambda clips: f"```json\n{json.dumps(tree(clips), indent=1)}\n```\n",
    "after prose": lambda clips: f"Here is what was found.\n\n{json.dumps(tree(clips))}",
}
"""Styles that are one JSON document, bare, fenced or after prose: what a prefix says of them is part of the whole."""

STYLES: dict[str, Callable[[Sequence[Clip]], str]] = {
    **DOCUMENTS,
    "aliases": _aliases,
    "python": _python,
    "trailing commas": _trailing,
    "comments": _commented,
    "envelope": _envelope,
    "windows": lambda clips: "\ufeff" + json.dumps(tree(clips), indent=2).replace("\n", "\r\n"),
    "table": _table,
    "csv": _csv,
    "yaml": _yaml,
    "xml": _xml,
    "headings": _headings,
}
"""Every style; all keep class, times, prompt, option and confidence."""
