"""An answer for people: a table, what each score rests on, and what the old schema has no place for."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from typing import Any

from rich.markup import escape
from rich.table import Table

from pegasus_classify.cli.terminal import said, shown
from pegasus_classify.client.handle import HandledReply
from pegasus_classify.contract.quantities import cut2, whole
from pegasus_classify.contract.result import ClassifyResult, ClassResult, Cost, Dropped, VideoResult

__all__ = ["answer_table", "explain_result", "show_answer", "tell_notes"]

_COLUMNS = {
    "classes": (("name", "class"), ("score", "score"), ("duration_ratio", "ratio")),
    "labels": (
        ("name", "label"),
        ("max_score", "max score"),
        ("confidence", "confidence"),
        ("duration", "seconds"),
    ),
}


def answer_table(body: Mapping[str, Any], most_clips: int = 3) -> Table:
    """Return an answer of either dialect as a table: a row per class, clips behind it when there are any.

    Args:
        body: The answer's JSON.
        most_clips: How many clips are shown per class; the others are counted.
    """
    entries = body.get("data", [body])
    dialect = "labels" if any("labels" in entry for entry in entries) else "classes"
    with_clips = any("clips" in item for entry in entries for item in entry.get(dialect, ()))
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("video", overflow="fold", style="cyan")
    for key, title in _COLUMNS[dialect]:
        table.add_column(title, justify="left" if key in {"name", "confidence"} else "right")
    if with_clips:
        table.add_column("clips", overflow="fold")
    for entry in entries:
        for number, item in enumerate(entry.get(dialect, ())):
            cells = [
                entry.get("video_id", "") if number == 0 else "",
                *(_cell(item, key) for key, _ in _COLUMNS[dialect]),
            ]
            if with_clips:
                cells.append(_clips(item.get("clips", ()), most_clips))
            table.add_row(*(escape(cell) for cell in cells))
    return table


def _cell(item: Mapping[str, Any], key: str) -> str:
    value = item.get(key, "")
    return f"{value:.2f}" if isinstance(value, float) else str(value)


def _clips(clips: list[Mapping[str, Any]], most: int) -> str:
    lines = [
        f"{_clock(clip['start'])}–{_clock(clip['end'])} {clip.get('prompt', '')} {clip.get('score', '')}"
        for clip in clips[:most]
    ]
    if len(clips) > most:
        lines.append(f"… and {len(clips) - most} more")
    return "\n".join(lines)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}:{rest:02d}"


def show_answer(body: Mapping[str, Any]) -> None:
    """Write an answer to standard output as a table, and how much of it there is."""
    console = shown()
    entries = body.get("data", [body])
    if not any(entry.get("classes") or entry.get("labels") for entry in entries):
        console.print("nothing found")
        return
    console.print(answer_table(body))
    info = body.get("page_info", {})
    total = info.get("total_results", info.get("total_count", len(entries)))
    console.print(f"\n{len(entries)} of {total} videos with a finding")


def explain_result(result: ClassifyResult, *, aside: bool) -> None:
    """Write what every score rests on.

    Args:
        result: The whole answer, before it was cut into pages and to what was asked to be shown.
        aside: To standard error, because standard output belongs to the answer.
    """
    lines: list[str] = [f"model {result.model}, prompt {result.prompt_version} ({result.prompt_hash})"]
    dropped: dict[str, list[Dropped]] = {}
    for each in result.dropped:
        dropped.setdefault(each.video_id, []).append(each)
    for video in result.videos:
        lines += _video_lines(video, dropped.pop(video.video_id, ()))
    for video_id, left_out in dropped.items():
        lines += [video_id, "  no class left", *(f"  left out: {_dropped_words(each)}" for each in left_out)]
    (sys.stderr if aside else sys.stdout).write("\n".join(lines) + "\n")


def _video_lines(video: VideoResult, dropped: Iterable[Dropped]) -> list[str]:
    lines = [video.video_id + (f"  (mended: {', '.join(video.repairs)})" if video.repairs else "")]
    for each in video.classes:
        lines.append(f"  {each.name}: {_class_words(each)}")
        lines += [
            f"    {clip.start:.2f}–{clip.end:.2f} s  score {_number(clip.score)}  {clip.prompt or 'no prompt named'}"
            f"  [{clip.option or 'no option named'}]"
            for clip in each.clips or ()
        ]
    return lines + [f"  left out: {_dropped_words(each)}" for each in dropped]


def _class_words(each: ClassResult) -> str:
    parts = [
        ("score", each.score),
        ("best clip", each.max_score),
        ("mean", each.avg_score),
        ("covers", each.duration_ratio),
        ("seconds", each.duration),
    ]
    return ", ".join(f"{name} {_number(value)}" for name, value in parts if value is not None)


def _number(value: float | None) -> str:
    return "?" if value is None else str(whole(cut2(value)))


def _dropped_words(each: Dropped) -> str:
    what = f"{each.clips} clip{'s' if each.clips != 1 else ''} of {each.class_name}" if each.clips else each.class_name
    if each.value is None or each.limit is None:
        return f"{what}: found, but the model gave no times"
    return f"{what}: {_number(each.value)} is below {each.rule} {_number(each.limit)}"


def tell_notes(reply: HandledReply, *, quiet: bool) -> None:
    """Say on standard error which videos failed, what was left out, what is not exact, and what it cost.

    Args:
        reply: What was answered.
        quiet: Leave out what is not exact (`--coverage lenient`).
    """
    console, notes = said(), reply.notes
    for failure in notes.failed if reply.error is None else ():
        console.print(f"[red]failed[/red] {escape(failure.video_id)}: {failure.kind}: {escape(failure.reason)}")
    if notes.dropped:
        rules = sorted({each.rule for each in notes.dropped})
        console.print(f"left out: {len(notes.dropped)} findings ({', '.join(rules)}); --explain shows them")
    if notes.coverage and not quiet:
        console.print(f"not exact: {escape(', '.join(notes.coverage))}")
    if reply.result is not None:
        console.print(_cost_words(notes.cost))
    token = _next_token(reply.body)
    if token:
        console.print(f"next page: {escape(token)}")


def _cost_words(cost: Cost) -> str:
    words = f"used: {cost.calls} calls, {cost.video_seconds / 60:.1f} video minutes, ${cost.usd:.4f}"
    if cost.kept:
        words += f", {cost.kept} answers kept from before"
    return f"{words}; {cost.lost} calls brought no answer and may be billed as well" if cost.lost else words


def _next_token(body: Any) -> str:
    info = body.get("page_info", {}) if isinstance(body, Mapping) else {}
    return str(info.get("next_page_token") or info.get("next_token") or "")
