"""A comparison on the terminal."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from pegasus_classify.cli.terminal import shown
from pegasus_classify.compare.comparison import ClassComparison, Comparison
from pegasus_classify.compare.measures import Measures
from pegasus_classify.compare.rows import flips_of
from pegasus_classify.contract.verdicts import Estimate, SideVerdict
from pegasus_classify.report.words import headline

__all__ = ["show_comparison"]

_STYLES = {"same": "green", "different": "red", "cannot_tell": "yellow"}
_MOST_FLIPS = 20
_MOST_REASONS = 5


def show_comparison(comparison: Comparison) -> None:
    """Write verdict, classes, findings and flips to standard output."""
    console, verdict = shown(), comparison.verdict
    console.print(Text(headline(comparison), style=f"bold {_STYLES[verdict.word]}"))
    for reason in verdict.reasons[:_MOST_REASONS]:
        console.print(Text(f"  {reason}"))
    console.print(_table(comparison))
    for finding in comparison.findings:
        console.print(f"[bold]•[/bold] {escape(finding.message)}")
    for note in comparison.grid.notes:
        console.print(Text(note, style="dim"))
    _alone(console, comparison)
    _flips(console, comparison)


def _table(comparison: Comparison) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("class", overflow="fold")
    table.add_column("verdict")
    for name in ("videos", "lost", "gained", "agree", "kappa", "score", "clips F1", "mAP", "beyond noise"):
        table.add_column(name, justify="right")
    for each in comparison.classes:
        _row(table, each.name, each)
    if len(comparison.classes) > 1:
        table.add_section()
        _cells(table, "all", comparison.measures, comparison.verdict)
    return table


def _row(table: Table, name: str, row: ClassComparison) -> None:
    _cells(table, name, row.measures, row.verdict)


def _cells(table: Table, name: str, measures: Measures, verdict: SideVerdict) -> None:
    table.add_row(
        Text(name),
        Text(verdict.word.replace("_", " "), style=_STYLES[verdict.word]),
        str(measures.compared),
        str(measures.left_only),
        str(measures.right_only),
        _share(measures.agreement),
        _number(measures.kappa, "{:.2f}"),
        _number(measures.score_bias, "{:+.1f}"),
        _number(measures.f1_50, "{:.2f}"),
        "–" if measures.mean_ap is None else f"{measures.mean_ap:.2f}",
        _share(verdict.beyond_noise),
    )


def _share(estimate: Estimate) -> str:
    return "–" if estimate.value is None else f"{100 * estimate.value:.1f} %"


def _number(estimate: Estimate, form: str) -> str:
    return "–" if estimate.value is None else form.format(estimate.value)


def _alone(console: Console, comparison: Comparison) -> None:
    for name, alone in (("left", comparison.grid.only_left), ("right", comparison.grid.only_right)):
        if alone.videos:
            named = ", ".join(alone.videos[:5]) + (" …" if len(alone.videos) > 5 else "")
            console.print(Text(f"{len(alone.videos)} videos only on the {name} side: {named}"))
    for side in (comparison.left, comparison.right):
        if side.failed:
            console.print(Text(f"{len(side.failed)} videos failed on {side.name}: {', '.join(list(side.failed)[:5])}"))


def _flips(console: Console, comparison: Comparison) -> None:
    flips = list(flips_of(comparison))
    if flips:
        console.print(Text("flips", style="bold"))
    for flip in flips[:_MOST_FLIPS]:
        console.print(Text(f"  {flip.video_id}  {flip.class_name}  {flip.way}"))
    if len(flips) > _MOST_FLIPS:
        console.print(Text(f"  and {len(flips) - _MOST_FLIPS} more; --json names all"))
