"""The report: one file, complete in itself."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from pegasus_classify.compare.comparison import Comparison
from pegasus_classify.compare.measures import Measures
from pegasus_classify.compare.rows import CellRow, ClipRow, VideoRow, video_rows
from pegasus_classify.contract.verdicts import Estimate
from pegasus_classify.report import words
from pegasus_classify.report.filled import Filters, filled, template_text
from pegasus_classify.report.svg import balance_of, quantiles_of, scatter_of

__all__ = ["report_page"]


def report_page(comparison: Comparison, most_videos: int = 1000, made_at: str = "") -> str:
    """Return the report as HTML.

    Args:
        comparison: What is reported.
        most_videos: The videos that differ most are drawn, at most so many.
        made_at: Shown as the time of making; empty for none.
    """
    rows = video_rows(comparison, most_videos)
    prompts: dict[str, int] = {}
    return filled(
        "page.html.j2",
        _FILTERS,
        comparison=comparison,
        headline=words.headline(comparison),
        made_at=made_at,
        scatter=scatter_of(comparison),
        balances=[balance_of(each) for each in comparison.classes],
        quantiles=quantiles_of(comparison),
        measures=_measure_table(comparison),
        rows=[_shell(row) for row in rows],
        drawn=_drawn(comparison, rows, prompts),
        questions=_questions(comparison),
        styles=template_text("page.css"),
        script=template_text("page.js"),
    )


_FILTERS: Filters = {
    "percent": words.percent,
    "number": words.number,
    "signed": words.signed,
    "interval": words.interval,
    "clock": words.clock,
    "verdict": words.verdict_word,
}


def _shell(row: VideoRow) -> dict[str, Any]:
    """Return what is written of a video before its timeline is drawn."""
    return {
        "id": row.video_id,
        "length": row.length,
        "classes": len(row.cells),
        "flips": [
            {"name": cell.class_name, "way": "lost" if cell.left_kept else "gained"}
            for cell in row.cells
            if cell.left_kept != cell.right_kept
        ],
    }


def _drawn(comparison: Comparison, rows: tuple[VideoRow, ...], prompts: dict[str, int]) -> dict[str, Any]:
    """Return the timelines as short lists, so that a thousand videos stay a small file."""
    place = {name: index for index, name in enumerate(comparison.grid.classes)}

    def clip(row: ClipRow) -> list[Any]:
        prompt = -1 if row.prompt is None else prompts.setdefault(row.prompt, len(prompts))
        return [_short(row.start), _short(row.end), _short(row.score), row.option, prompt, _short(row.partner)]

    def cell(row: CellRow) -> list[Any]:
        return [
            place[row.class_name],
            int(row.left_kept),
            int(row.right_kept),
            _short(row.left_score),
            _short(row.right_score),
            [clip(each) for each in row.left_clips],
            [clip(each) for each in row.right_clips],
        ]

    videos = [[row.length, [cell(each) for each in row.cells]] for row in rows]
    return {
        "classes": list(comparison.grid.classes),
        "sides": [comparison.left.name, comparison.right.name],
        "prompts": list(prompts),
        "videos": videos,
    }


def _short(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


def _measure_table(comparison: Comparison) -> list[tuple[str, list[str]]]:
    """Return every measure as a row of text: all classes together first, then each class."""
    columns = [comparison.measures, *(each.measures for each in comparison.classes)]
    return [
        (each.name.replace("_", " "), [_told(getattr(column, each.name)) for column in columns])
        for each in fields(Measures)
        if not each.name.endswith("_quantiles")
    ]


def _told(value: Estimate | float | None) -> str:
    if isinstance(value, Estimate):
        ends = words.interval(value, digits=3)
        return words.number(value.value, 3) + (f" ({ends})" if ends else "")
    return words.number(value, 0 if isinstance(value, int) else 3)


def _questions(comparison: Comparison) -> list[dict[str, Any]]:
    """Return what was asked about each class on either side, once where both were asked the same."""
    out = []
    for name in dict.fromkeys((*comparison.left.asked, *comparison.right.asked)):
        asked = [(side, side.asked[name]) for side in (comparison.left, comparison.right) if name in side.asked]
        told = [
            {
                "side": side.name,
                "prompts": each.definition.prompts,
                "options": each.definition.options,
                "conversation": each.definition.conversation_option,
                "thresholds": each.thresholds.model_dump(),
            }
            for side, each in asked
        ]
        alike = len(told) == 2 and {**told[0], "side": ""} == {**told[1], "side": ""}
        out.append({"name": name, "asked": [{**told[0], "side": "both sides"}] if alike else told})
    return out
