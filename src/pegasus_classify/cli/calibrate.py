"""`calibrate`: curves under which old thresholds select what they used to."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from pegasus_classify.cli.options import Common, settings_of, with_common
from pegasus_classify.cli.terminal import Watch, print_json, shown
from pegasus_classify.cli.wrong_usage import UsageProblem
from pegasus_classify.client.classifier import Classifier
from pegasus_classify.client.tape import Tape
from pegasus_classify.recordings.format import RecordedCall, read_recording
from pegasus_classify.scoring.calibration import Calibration

__all__ = ["calibrate"]


@with_common
def calibrate(
    recording: Annotated[Path, typer.Argument(help="Recording of old answers.", exists=True, dir_okay=False)],
    run: Annotated[
        Path | None,
        typer.Option("--run", metavar="NEW", help="A run saved before; else the old requests are asked again now."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Where to write the curves (calibration.json).")
    ] = None,
    save_run: Annotated[
        Path | None, typer.Option("--save-run", metavar="FILE", help="Keep what was asked now, for --run.")
    ] = None,
    html: Annotated[Path | None, typer.Option("--html", metavar="FILE", help="Write a page with plots.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="What was measured, as JSON on standard output.")] = False,
    *,
    common: Common,
) -> None:
    """Fit the scores of Pegasus to old answers, so that `min_video_score: 80` keeps selecting what it used to.

    Without --run the old requests are asked again, which is paid by the video minute; what is kept is free. What the
    fit is worth is measured on videos that took no part in it. Exit code 1 when there is too little to fit from: at
    least 50 pairs of class and video, 10 of them kept by the old side and 10 left out.

    Example: pegasus-classify calibrate old.jsonl --run new.jsonl --out calibration.json
    """
    fitting = _fitting()
    old = _recorded(recording)
    new = _recorded(run) if run is not None else _asked(fitting, old, common, save_run)
    paired = fitting["pairs"].pairs_of(old, new)
    for line in paired.left_out:
        sys.stderr.write(f"left out: {line}\n")
    try:
        curves = fitting["fit"].fit_curves(paired.pairs)
        worth = fitting["measure"].measure(paired.pairs)
    except fitting["fit"].TooLittle as error:
        sys.stderr.write(f"pegasus-classify: {error}\n")
        raise typer.Exit(1) from None
    made = Calibration(paired.model, paired.prompt_hash, curves.whole, curves.classes, paired.prompt_version)
    measured = fitting["told"].told(worth)
    target = out or Path("calibration.json")
    target.write_text(json.dumps({**made.as_json(), "measured": measured}, ensure_ascii=False) + "\n", encoding="utf-8")
    if html is not None:
        page = import_module("pegasus_classify.report.calibration")
        html.write_text(page.calibration_page(made, measured), encoding="utf-8")
    if as_json:
        print_json({"calibration": made.as_json(), "measured": measured})
    else:
        _show(measured)
    own = f", {len(curves.classes)} classes with curves of their own" if curves.classes else ""
    sys.stderr.write(f"written to {target}: {paired.model}, {paired.prompt_version}{own}\n")


def _fitting() -> dict[str, ModuleType]:
    names = ("pairs", "fit", "measure", "told", "live")
    try:
        return {name: import_module(f"pegasus_classify.calibrate.{name}") for name in names}
    except ImportError as missing:
        raise UsageProblem(str(missing)) from None


def _recorded(path: Path) -> tuple[RecordedCall, ...]:
    try:
        with path.open(encoding="utf-8", newline="\n") as lines:
            found = read_recording(lines)
    except UnicodeDecodeError:
        raise UsageProblem(f"{path}: is no text in UTF-8") from None
    for complaint in found.complaints:
        sys.stderr.write(f"{path}: {complaint}\n")
    if not found.calls:
        raise UsageProblem(f"{path}: holds no call that can be read; import makes a recording from other files")
    return found.calls


def _asked(
    fitting: dict[str, ModuleType], old: Sequence[RecordedCall], common: Common, save_run: Path | None
) -> list[RecordedCall]:
    """Ask the old requests again; each answer is on disk before the next is asked."""
    calls: list[RecordedCall] = []
    tape = None if save_run is None else Tape(save_run)
    try:
        with Watch() as watch, Classifier(settings=settings_of(common, lasting=True), on_progress=watch) as classifier:
            for each in fitting["live"].ask_again(old, classifier):
                if isinstance(each, RecordedCall):
                    calls.append(each)
                    if tape is not None:
                        tape.keep(each)
                else:
                    sys.stderr.write(f"{each.call.source or each.call.path}: not asked again: {each.reason}\n")
    finally:
        if tape is not None:
            tape.close()
    return calls


def _show(measured: dict[str, Any]) -> None:
    table = Table("thresholds", "pairs", "old", "before", "after", "drift after", box=None, pad_edge=False)
    for each in measured["thresholds"]:
        limits = f"{each['min_video_score']:g}, clip {each['min_clip_score']:g}, ratio {each['min_duration_ratio']:g}"
        shares = [f"{100 * each[name]:.1f} %" for name in ("old", "before", "after")]
        table.add_row(limits, str(each["pairs"]), *shares, _interval(each["drift_after"], 100, " points"))
    console = shown()
    console.print(table)
    for each in measured["thresholds"]:
        if each["why"]:
            console.print(escape(f"at {each['min_video_score']:g}: {each['why']}"))
    console.print()
    methods = Table("scores by", "kappa", "calibration error", "drift", box=None, pad_edge=False)
    for each in measured["methods"]:
        drift = _interval(each["drift"], 100, " points")
        methods.add_row(each["name"], _interval(each["kappa"], 1, ""), _interval(each["error"], 1, " points"), drift)
    console.print(methods)
    sys.stdout.flush()


def _interval(measured: dict[str, float | None], times: float, unit: str) -> str:
    if measured["value"] is None:
        return "-"
    digits = 2 if times == 1 else 1
    value, low, high = (times * (measured[name] or 0.0) for name in ("value", "low", "high"))
    return f"{value:.{digits}f}{unit} ({low:.{digits}f} to {high:.{digits}f})"
