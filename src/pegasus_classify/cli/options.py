"""The options that many commands share, written once."""

from __future__ import annotations

import dataclasses
import functools
import inspect
import os
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import typer

from pegasus_classify.cli.data_folder import lasting_store
from pegasus_classify.client.video_map import read_video_map
from pegasus_classify.settings import Settings, settings_from

__all__ = ["Common", "settings_of", "with_common"]

_UPSTREAM = "How Pegasus is reached"
_ASKING = "How Pegasus is asked"
_LIMITS = "Limits"


def _option(*names: str, panel: str, text: str, **more: Any) -> Any:
    return typer.Option(*names, help=text, rich_help_panel=panel, show_default=False, **more)


@dataclass(frozen=True)
class Common:
    """What was chosen on the command line; None: not chosen, so environment and defaults decide."""

    upstream: Annotated[
        str | None,
        _option(
            "--upstream",
            panel=_UPSTREAM,
            text="Address of the platform, without version. (env: PEGASUS_CLASSIFY_UPSTREAM)",
        ),
    ] = None
    api_key: Annotated[
        str | None,
        _option(
            "--api-key",
            panel=_UPSTREAM,
            text="The platform's key; better in the environment. (env: TWELVE_LABS_API_KEY, TWELVELABS_API_KEY)",
        ),
    ] = None
    model: Annotated[
        str | None,
        _option("--model", panel=_UPSTREAM, text="auto, pegasus1.5 or pegasus1.6. (env: PEGASUS_CLASSIFY_MODEL)"),
    ] = None
    store: Annotated[
        str | None,
        _option(
            "--store",
            panel=_UPSTREAM,
            text="Where answers are kept: memory:, sqlite:///path, postgresql://… (env: PEGASUS_CLASSIFY_STORE)",
        ),
    ] = None
    concurrency: Annotated[
        int | None, _option("--concurrency", panel=_LIMITS, text="Requests in flight at the same time (8).")
    ] = None
    budget: Annotated[
        float | None, _option("--budget", panel=_LIMITS, text="Most US dollars this request may cost.")
    ] = None
    max_hours: Annotated[
        float | None, _option("--max-hours", panel=_LIMITS, text="Most hours of video this request may ask about (10).")
    ] = None
    retries: Annotated[
        int | None, _option("--retries", panel=_LIMITS, text="How often a failed call is tried again (4).")
    ] = None
    cache_ttl: Annotated[
        float | None,
        _option(
            "--cache-ttl",
            panel=_LIMITS,
            text="Seconds that answers of other requests are used again (86400); 0: only its own.",
        ),
    ] = None
    keep_texts: Annotated[
        float | None,
        _option("--keep-texts", panel=_LIMITS, text="Seconds that the store keeps texts and runs (2592000, 30 days)."),
    ] = None
    batch_from: Annotated[
        int | None,
        _option("--batch-from", panel=_LIMITS, text="From how many videos on to send batches, which may take a day."),
    ] = None
    task_timeout: Annotated[
        float | None,
        _option("--task-timeout", panel=_LIMITS, text="Seconds that a long video's task is waited for."),
    ] = None
    requests_per_minute: Annotated[
        float | None, _option("--requests-per-minute", panel=_LIMITS, text="Most calls of the model in a minute.")
    ] = None
    tokens_per_minute: Annotated[
        float | None,
        _option("--tokens-per-minute", panel=_LIMITS, text="Most tokens of prompts and answers in a minute."),
    ] = None
    video_minutes_per_minute: Annotated[
        float | None,
        _option("--video-minutes-per-minute", panel=_LIMITS, text="Most minutes of video asked about in a minute."),
    ] = None
    prompt: Annotated[str | None, _option("--prompt", panel=_ASKING, text="Version of the prompt (classify.v1).")] = (
        None
    )
    prompts: Annotated[
        Path | None,
        _option(
            "--prompts",
            panel=_ASKING,
            text="Folder of templates used instead of the packaged ones.",
            exists=True,
            file_okay=False,
        ),
    ] = None
    calibration: Annotated[
        Path | None,
        _option(
            "--calibration",
            panel=_ASKING,
            text="Curves that calibrate wrote; they belong to one model and prompt.",
            exists=True,
            dir_okay=False,
        ),
    ] = None
    ask: Annotated[
        str | None,
        _option("--ask", panel=_ASKING, text="schema (beside the prompt), text (inside it) or segments."),
    ] = None
    index: Annotated[
        list[str] | None,
        _option("--index", panel=_ASKING, text="Index where old video ids are looked up; may be repeated."),
    ] = None
    video_map: Annotated[
        Path | None,
        _option(
            "--video-map",
            panel=_ASKING,
            text="CSV or JSON: old video id, asset id or URL, perhaps duration in seconds.",
            exists=True,
            dir_okay=False,
        ),
    ] = None
    coverage: Annotated[
        str | None,
        _option("--coverage", panel=_ASKING, text="strict, warn or lenient about fields that are not exact."),
    ] = None
    on_failed_video: Annotated[
        str | None,
        _option("--on-failed-video", panel=_ASKING, text="omit (named beside the answer) or error."),
    ] = None


def settings_of(common: Common, *, lasting: bool = False, environment: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings: options first, then the environment, then defaults.

    Args:
        common: What was chosen.
        lasting: Keep answers and pages in the user's data folder when no store was chosen.
        environment: Where to look for what was not chosen.

    Raises:
        SettingsError: A value is out of range, or the video map cannot be read.
    """
    values = dataclasses.asdict(common)
    values["prompts_dir"] = values.pop("prompts")
    values["index_ids"] = values.pop("index") or None
    values["video_map"] = None if common.video_map is None else read_video_map(common.video_map)
    settings = settings_from(values, environment)
    if lasting and "store" not in settings.model_fields_set:
        return settings.model_copy(update={"store": lasting_store(environment)})
    return settings


def with_common(command: Callable[..., None], *, without: Collection[str] = ()) -> Callable[..., None]:
    """Give a command, whose last parameter is `common: Common`, all the options of `Common`.

    Args:
        command: The command.
        without: Fields that it does not have, or declares itself because they mean something else there.
    """
    hints = get_type_hints(Common, include_extras=True)
    own = [each for each in inspect.signature(command, eval_str=True).parameters.values() if each.name != "common"]
    shared = [
        inspect.Parameter(each.name, inspect.Parameter.KEYWORD_ONLY, default=each.default, annotation=hints[each.name])
        for each in dataclasses.fields(Common)
        if each.name not in without
    ]

    @functools.wraps(command)
    def run(**given: Any) -> None:
        chosen = {each.name: given.pop(each.name) for each in shared}
        command(**given, common=Common(**chosen))

    parameters = [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in own] + shared
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {each.name: each.annotation for each in parameters}
    return run
