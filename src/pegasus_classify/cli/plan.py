"""`plan`: what a request would ask and cost, before anything is paid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from pegasus_classify.cli.options import Common, settings_of, with_common
from pegasus_classify.cli.request_file import read_request_file
from pegasus_classify.cli.terminal import print_json, said, shown
from pegasus_classify.client.asking import Asker
from pegasus_classify.client.classifier import Classifier
from pegasus_classify.contract.asks import AskFailure, Video
from pegasus_classify.contract.request import ClassifyRequest
from pegasus_classify.contract.result import Failure
from pegasus_classify.errors import SettingsError
from pegasus_classify.planning.plan import Plan
from pegasus_classify.planning.price_bound import PriceBound, expected, upper_bound
from pegasus_classify.prices import PRICES
from pegasus_classify.runs.directory import mapped_videos
from pegasus_classify.settings import Settings

__all__ = ["plan_request"]


@dataclass(frozen=True)
class _Forecast:
    """What would happen.

    Attributes:
        plan: What is asked.
        likely: If every question is answered at once.
        most: Never passed.
        videos: How many would be asked about.
        impossible: Videos that cannot be asked about, and why.
        segments: The same if it were asked by segments: the likely price and the most; None where that is not
            possible.
        tasks: How many of the videos are too long for the synchronous call and go by a task.
        unknown: Videos whose length is not known without looking them up; None when even their number is not.
    """

    plan: Plan
    likely: PriceBound
    most: PriceBound
    videos: int
    impossible: dict[str, str]
    segments: tuple[PriceBound, PriceBound] | None = None
    tasks: int = 0
    unknown: int | None = 0


@with_common
def plan_request(
    request: Annotated[str, typer.Argument(help="A file with an old request; - is standard input.")],
    offline: Annotated[
        bool, typer.Option("--offline", help="Look nothing up; lengths come from the video map alone.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    *,
    common: Common,
) -> None:
    """Say how many calls, video minutes, tokens and dollars a request would take. The model is not asked.

    Exit code 1 when the request would be refused: over --max-hours or --budget, or no video can be asked about.

    Example: pegasus-classify plan request.json --max-hours 2
    """
    settings = settings_of(common)
    asked = read_request_file(request, settings).request
    forecast = _offline(settings, asked) if offline else _looked_up(settings, asked)
    refusal = _refusal(forecast, settings)
    if as_json:
        print_json(_as_json(forecast, refusal))
    else:
        _show(forecast)
    if refusal:
        said().print(f"[red]would be refused:[/red] {escape(refusal)}")
        raise typer.Exit(1)


def _looked_up(settings: Settings, request: ClassifyRequest) -> _Forecast:
    with Classifier(settings=settings) as classifier:
        located = classifier.locate(request)
        plan = classifier.plan(request)
    failed = {each.video_id: each.reason for each in located if isinstance(each, Failure)}
    return _forecast(plan, settings, [each for each in located if isinstance(each, Video)], failed)


def _offline(settings: Settings, request: ClassifyRequest) -> _Forecast:
    plan = Asker(settings).plan_of(request)
    known = mapped_videos(settings.video_map)
    ids = list(dict.fromkeys(request.video_ids or ()))
    videos = [
        Video(video_id, known[video_id].source, known[video_id].duration or 0.0)
        for video_id in ids
        if video_id in known and known[video_id].duration
    ]
    return _forecast(plan, settings, videos, {}, None if request.index_id else len(ids) - len(videos))


def _forecast(
    plan: Plan, settings: Settings, videos: Sequence[Video], failed: dict[str, str], unknown: int | None = 0
) -> _Forecast:
    impossible = dict(failed)
    for video in videos:
        asks = plan.asks(video)
        if isinstance(asks, AskFailure):
            impossible[video.video_id] = asks.message
    possible = [video for video in videos if video.video_id not in impossible]
    return _Forecast(
        plan,
        expected(plan, possible),
        upper_bound(plan, possible, settings.retries),
        len(possible),
        impossible,
        _by_segments(plan.request, settings, possible),
        sum(video.duration > plan.model.sync_up_to for video in possible) if plan.model.tasks else 0,
        unknown,
    )


def _by_segments(
    request: ClassifyRequest, settings: Settings, videos: Sequence[Video]
) -> tuple[PriceBound, PriceBound] | None:
    """Price the other way of asking: native times, billed once per class."""
    # Curves belong to the words asked; a price needs none.
    other = settings.model_copy(update={"ask": "segments", "calibration": None, "prompt": Settings().prompt})
    try:
        plan = Asker(other).plan_of(request)
    except SettingsError:
        return None
    return expected(plan, videos), upper_bound(plan, videos, settings.retries)


def _refusal(forecast: _Forecast, settings: Settings) -> str:
    hours = forecast.likely.video_seconds / 3600
    if hours > settings.max_hours:
        return f"{hours:.2f} hours of video are more than --max-hours {settings.max_hours:g}"
    if settings.budget is not None and forecast.likely.usd > settings.budget:
        return f"${forecast.likely.usd:.2f} are more than --budget {settings.budget:g}"
    if forecast.impossible and not forecast.videos and not forecast.unknown:
        return "no video can be asked about"
    return ""


def _as_json(forecast: _Forecast, refusal: str) -> dict[str, Any]:
    return {
        "model": forecast.plan.model.name,
        "prompt_version": forecast.plan.prompt_version,
        "prompt_hash": forecast.plan.prompt_hash,
        "videos": forecast.videos,
        "calls_per_video": len(forecast.plan.groups) * forecast.plan.asking.samples,
        "expected": _bound_json(forecast.likely),
        "upper_bound": _bound_json(forecast.most),
        "by_segments": forecast.segments
        and {"expected": _bound_json(forecast.segments[0]), "upper_bound": _bound_json(forecast.segments[1])},
        "ways": {"analyze": forecast.videos - forecast.tasks, "tasks": forecast.tasks},
        "prices_as_of": PRICES.as_of,
        "prices_from": PRICES.source,
        "impossible": [{"video_id": name, "reason": reason} for name, reason in forecast.impossible.items()],
        "unknown_length": forecast.unknown,
        "refusal": refusal or None,
    }


def _bound_json(bound: PriceBound) -> dict[str, float]:
    return {
        "calls": bound.calls,
        "video_minutes": round(bound.video_seconds / 60, 2),
        "prompt_tokens": bound.prompt_tokens,
        "answer_tokens": bound.answer_tokens,
        "usd": round(bound.usd, 4),
    }


def _show(forecast: _Forecast) -> None:
    plan = forecast.plan
    console = shown()
    groups = len(plan.groups)
    calls = "one call for all classes" if groups == 1 else f"{groups} calls, the classes do not fit into one prompt"
    console.print(f"{forecast.videos} videos, {calls} of each; {plan.model.name}, prompt {plan.prompt_version}")
    table = Table("", "expected", "at most", box=None, pad_edge=False, header_style="bold")
    for name, likely in _bound_json(forecast.likely).items():
        most = _bound_json(forecast.most)[name]
        table.add_row(name.replace("_", " "), _number(name, likely), _number(name, most))
    console.print(table)
    console.print(
        f"Prices as of {PRICES.as_of}. At most: every call repeated, every answer followed up and at full length."
    )
    console.print(_ways_words(forecast))
    for video_id, reason in forecast.impossible.items():
        console.print(f"[yellow]cannot be asked about[/yellow] {escape(video_id)}: {escape(reason)}")
    if forecast.unknown is None:
        console.print("The index was not looked up (--offline): its videos are not counted.")
    elif forecast.unknown:
        console.print(f"{forecast.unknown} videos without a duration in the video map are not counted (--offline).")


def _ways_words(forecast: _Forecast) -> str:
    by_call = forecast.videos - forecast.tasks
    parts = [f"{by_call} videos by the synchronous call, {forecast.tasks} by tasks; batches cost the same."]
    if forecast.segments is not None and forecast.plan.asking.ask != "segments":
        likely, most = forecast.segments
        parts.append(f"With --ask segments, billed per class: ${likely.usd:.2f} expected, ${most.usd:.2f} at most.")
    return " ".join(parts)


def _number(name: str, value: float) -> str:
    return f"${value:,.2f}" if name == "usd" else f"{value:,.1f}" if isinstance(value, float) else f"{value:,}"
