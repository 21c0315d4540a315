"""The arguments of a classifier → its settings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypedDict

from pegasus_classify.client.video_map import video_map_of
from pegasus_classify.errors import SettingsError
from pegasus_classify.settings import AskAs, OnFailedVideo, Settings, settings_from

if TYPE_CHECKING:
    from pegasus_classify.rollout.policy import Policy

__all__ = ["Choices", "chosen_settings"]


class Choices(TypedDict, total=False):
    """What a classifier takes beside key and address; meanings and ranges stand at `Settings`.

    `video_map` may also be the path of a CSV or JSON file; `calibration` is the path of what `calibrate` wrote;
    `policy` may also be a `Policy`.
    """

    model: str | None
    index_ids: Iterable[str] | None
    video_map: Mapping[str, Any] | str | Path | None
    store: str | None
    calibration: str | Path | Mapping[str, Any] | None
    prompt: str | None
    prompts_dir: str | Path | None
    ask: AskAs | None
    concurrency: int | None
    budget: float | None
    max_hours: float | None
    retries: int | None
    on_failed_video: OnFailedVideo | None
    coverage: Literal["strict", "warn", "lenient"] | None
    cache_ttl: float | None
    keep_texts: float | None
    timeout: float | None
    task_timeout: float | None
    requests_per_minute: float | None
    video_minutes_per_minute: float | None
    tokens_per_minute: float | None
    temperature: float | None
    samples: int | None
    first_sample: int | None
    batch_from: int | None
    policy: Policy | Mapping[str, Any] | str | Path | None


def chosen_settings(
    api_key: str | None,
    base_url: str | None,
    settings: Settings | None,
    choices: Mapping[str, Any],
    environment: Mapping[str, str],
) -> Settings:
    """Return the settings: arguments first, then what `settings` sets, then the environment, then defaults.

    Args:
        api_key: The platform's key.
        base_url: The platform's address.
        settings: Only fields that were set explicitly count.
        choices: See `Choices`; None counts as silent.
        environment: Usually `os.environ`.

    Raises:
        SettingsError: A value is unknown or out of range.
    """
    index_ids, policy = choices.get("index_ids"), choices.get("policy")
    if isinstance(index_ids, str):
        # It would be taken apart letter by letter, and every letter looked up.
        raise SettingsError("setting index_ids: it must be a list of ids, not one text")
    given = {
        **choices,
        "api_key": api_key,
        "upstream": base_url,
        "index_ids": None if index_ids is None else tuple(index_ids),
        "video_map": video_map_of(choices.get("video_map")),
        "policy": _written(policy),
    }
    before = {} if settings is None else {name: getattr(settings, name) for name in settings.model_fields_set}
    chosen = {name: value for name, value in given.items() if value is not None}
    return settings_from({**before, **chosen}, environment)


def _written(policy: Any) -> Any:
    # A `Policy` knows how to write itself down; asking for its class would load everything about migrations.
    write = getattr(policy, "model_dump", None)
    return policy if write is None else write(exclude_defaults=True)
