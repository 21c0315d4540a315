"""The work of `compare`: sides in, verdict out. Loaded only when the command runs, for it needs an extra."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

import typer

from pegasus_classify.cli.asked_side import Requests, asked_calls, fetched_calls, price_of
from pegasus_classify.cli.compare_choices import CompareChoices
from pegasus_classify.cli.comparison_view import show_comparison
from pegasus_classify.cli.kept_run import KeptRun, kept_run
from pegasus_classify.cli.options import Common, settings_of
from pegasus_classify.cli.recorded_side import recorded_requests, recorded_side
from pegasus_classify.cli.recording_files import read_calls
from pegasus_classify.cli.stand_in import stand_in
from pegasus_classify.cli.terminal import print_json, said
from pegasus_classify.cli.wrong_usage import UsageProblem
from pegasus_classify.compare.comparison import Comparison, Rules
from pegasus_classify.compare.comparison import compare as compared
from pegasus_classify.compare.conditions import Condition, ConditionError, met_by, read_condition
from pegasus_classify.compare.judgement import Judging
from pegasus_classify.compare.side import Side
from pegasus_classify.compare.telling import comparison_json, look_after
from pegasus_classify.recordings.format import RecordedCall, Recording, write_lines
from pegasus_classify.report.pages import report_page
from pegasus_classify.settings import Settings, settings_from

__all__ = ["STAND_IN", "run_comparison"]

STAND_IN = "stand-in"
"""The side that needs no key and no network."""


def run_comparison(choices: CompareChoices, common: Common) -> None:
    """Carry out the command.

    Raises:
        UsageProblem: A side, a file or an option cannot be used; exit code 2.
        typer.Exit: With 1 when the condition holds.
    """
    condition = _condition(choices.fail_if)
    rules = Rules(judging=_judging(choices))
    settings = settings_of(common, lasting=True)
    left, right = _sides(choices, settings)
    comparison = compared(left, right, rules)
    if not comparison.measures.compared:
        _complain((left, right))
        raise UsageProblem("nothing could be compared: no video and class was asked about on both sides")
    if choices.html is not None:
        choices.html.write_text(report_page(comparison, choices.show, _now()), encoding="utf-8")
    if choices.as_json:
        print_json(comparison_json(comparison))
    else:
        show_comparison(comparison)
    _complain((left, right))
    _fail(condition, comparison)


def _now() -> str:
    return datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC")


def _condition(text: str | None) -> Condition | None:
    try:
        return None if text is None else read_condition(text)
    except ConditionError as error:
        raise UsageProblem(f"--fail-if {error}") from None


def _judging(choices: CompareChoices) -> Judging:
    noise = None if choices.noise is None else _share("--noise", choices.noise)
    look = 1 if choices.after is None else _look(choices.after)
    return Judging(margin=_share("--margin", choices.margin), look=look, assumed_noise=noise)


def _share(option: str, text: str) -> float:
    try:
        value = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        value = -1.0
    if not 0 <= value < 1:
        raise UsageProblem(f"{option} {text}: give a share such as 2% or 0.02")
    return value


def _look(path: Path) -> int:
    try:
        return look_after(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise UsageProblem(f"--after {path}: {getattr(error, 'strerror', None) or error}") from None


def _sides(choices: CompareChoices, settings: Settings) -> tuple[Side, Side]:
    names = (choices.left, choices.right)
    read = {name: read_calls(Path(name)) for name in names if _kind(name) == "file"}
    runs = {name: kept_run(name.partition(":")[2], settings) for name in names if _kind(name) == "run"}
    if not read and not runs:
        raise UsageProblem("one side must be a recording or a run: it says what is asked")
    asking = _Asking(
        choices,
        settings,
        read,
        runs,
        [each for found in read.values() for each in recorded_requests(found, by_video=choices.by_video)]
        or [(run.path, run.body) for run in runs.values()],
    )
    left, right = asking.side(choices.left, times=1), asking.side(choices.right, times=2 if choices.twice else 1)
    for side in (left, right):
        if not side.videos and not (side.open and side.asked):
            _complain((side,))
            raise UsageProblem(f"{side.name}: no answer in it can be used")
    return left, right


def _kind(name: str) -> str:
    if name in ("ask", STAND_IN):
        return name
    kind = name.partition(":")[0]
    return kind if kind in ("ask", "run", "http", "https") else "file"


@dataclass(frozen=True)
class _Asking:
    choices: CompareChoices
    settings: Settings
    read: Mapping[str, Recording]
    runs: Mapping[str, KeptRun]
    requests: Requests

    def side(self, name: str, times: int) -> Side:
        if name in self.read:
            return recorded_side(Path(name).name, self.read[name])
        if not self.requests:
            raise UsageProblem(f"{name}: the other side records no request, so nothing can be asked")
        calls, label = self._calls(name, times)
        _keep(self.choices.keep, calls)
        return recorded_side(label, Recording(tuple(calls)))

    def _calls(self, name: str, times: int) -> tuple[list[RecordedCall], str]:
        if name == STAND_IN:
            return _of_stand_in(self.requests, self.settings, times), "the stand-in"
        if name in self.runs:
            run = self.runs[name]
            return self._asked([(run.path, run.body)], run.settings, times), name
        if _kind(name) == "ask":
            chosen = _chosen(name, self.settings)
            return self._asked(self.requests, chosen, times), f"{chosen.model}, {chosen.prompt}"
        key = self.settings.api_key.get_secret_value() if self.settings.api_key is not None else ""
        return fetched_calls(self.requests, name, key, times), name

    def _asked(self, requests: Requests, settings: Settings, times: int) -> list[RecordedCall]:
        _price(requests, settings, times, yes=self.choices.yes)
        return asked_calls(requests, settings, times)


def _of_stand_in(requests: Requests, settings: Settings, times: int) -> list[RecordedCall]:
    emulation = stand_in()
    with emulation.running_emulator(emulation.EmulatorSettings()) as emulator:
        here = {"upstream": emulator.base_url, "api_key": "stand-in", "store": "memory:"}
        return asked_calls(requests, settings_from({**settings.model_dump(), **here}, {}), times)


def _chosen(name: str, settings: Settings) -> Settings:
    model, _, prompt = name.partition(":")[2].partition(",")
    chosen = {"model": model, "prompt": prompt}
    return settings.model_copy(update={field: value for field, value in chosen.items() if value})


def _price(requests: Requests, settings: Settings, times: int, *, yes: bool) -> None:
    videos, seconds, usd = price_of(requests, settings)
    what = f"asking {videos} videos ({seconds / 60:.0f} minutes) costs about ${usd:.2f}"
    again = f", twice ${2 * usd:.2f}" if times > 1 else ""
    said().print(f"{what}{again}, less what is kept", markup=False)
    if not yes and sys.stdin.isatty() and not typer.confirm("Go on?", err=True):
        raise typer.Exit(1)


def _keep(path: Path | None, calls: Sequence[RecordedCall]) -> None:
    if path is not None:
        with path.open("a" if path.exists() else "w", encoding="utf-8") as lines:
            lines.writelines(write_lines(calls))


def _complain(sides: Sequence[Side]) -> None:
    for side in sides:
        for complaint in side.complaints[:20]:
            said().print(f"{side.name}: {complaint}", style="yellow", markup=False)
        if side.complaint_count > 20:
            said().print(f"{side.name}: {side.complaint_count - 20} more complaints", style="yellow", markup=False)


def _fail(condition: Condition | None, comparison: Comparison) -> None:
    if condition is None:
        return
    try:
        met = met_by(condition, comparison)
    except ConditionError as error:
        raise UsageProblem(f"--fail-if {error}") from None
    for each in met:
        where = "" if each.scope is None else f" in {each.scope}"
        value = (
            "not known" if each.value is None else f"{each.value:.4g}" if isinstance(each.value, float) else each.value
        )
        said().print(f"failed: {each.clause}{where} ({value})", style="red", markup=False)
    if met:
        raise typer.Exit(1)
