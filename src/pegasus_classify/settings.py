"""What a user can set, checked once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, TypeAlias
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

from pegasus_classify.errors import SettingsError

__all__ = ["DEFAULT_UPSTREAM", "KEY_VARIABLES", "AskAs", "OnFailedVideo", "Settings", "settings_from"]

DEFAULT_UPSTREAM = "https://api.twelvelabs.io"

KEY_VARIABLES = ("PEGASUS_CLASSIFY_API_KEY", "TWELVE_LABS_API_KEY", "TWELVELABS_API_KEY")
"""Environment variables that may hold the key, the first that is set wins: ours, the current SDK's, the old SDK's."""

AskAs: TypeAlias = Literal["schema", "text", "segments"]
"""How Pegasus is asked: with a JSON schema beside the prompt, with the form described in the prompt, by segments."""

OnFailedVideo: TypeAlias = Literal["omit", "error"]

_VERSION_AT_END = re.compile(r"/(p/)?v\d+(\.\d+)?/*$")


class Settings(BaseModel):
    """Everything that shapes a classification and is not part of the request. Immutable.

    Attributes:
        api_key: The platform's key; never shown in a repr, log or error. Blanks around it, such as the line end of a
            file it was read from, are left out.
        upstream: Address of the platform, `http` or `https`. A version at its end, as old programs wrote it, is left
            out.
        model: `auto` or a name of the capability table.
        prompt: Version of the template that asks, such as `classify.v1`.
        prompts_dir: Folder whose templates are used instead of the packaged ones; None for the packaged.
        calibration: A file that `calibrate` wrote, or what it holds; None: the packaged curve.
        ask: How the model is asked.
        index_ids: Where legacy video ids are looked up first.
        video_map: Legacy video id → asset id, URL or S3 URI, or a mapping with `source` and `duration` (seconds).
        store: `memory:`, `sqlite:///path` or `postgresql://…`.
        concurrency: Requests in flight at the same time, 1 to 512.
        budget: Most US dollars one request may cost; None for no limit.
        max_hours: Most hours of video one request may ask about, above 0.
        retries: How often a failed call of the model is tried again, 0 to 10.
        on_failed_video: Leave failed videos out of the answer and name them, or fail the request.
        coverage: What to do about request fields that are not exact.
        cache_ttl: Seconds that a kept answer is used again by other requests; 0: not at all. What a request has paid
            for itself is always used when it is broken off and sent again, however long ago that was.
        keep_texts: Seconds that a store on disk keeps generated texts and runs, above 0; 30 days.
        timeout: Most seconds to wait for one answer of the platform, above 0; None: as long as each call may take.
        task_timeout: Most seconds to wait for the task of a long video, above 0; None: 15 minutes and three times the
            video. A task that is not done by then goes on and is looked at again by the next request for it.
        temperature: 0 to 1; 0 is the most repeatable.
        samples: Independent answers per question, 1 to 5; each pays the video again.
        first_sample: Number of the first of them; another number is another independent answer to the same question.
        requests_per_minute: Most calls of the model in a minute; None: only what the platform says.
        tokens_per_minute: Most tokens of prompts and answers in a minute; None for no limit of ours.
        video_minutes_per_minute: Most minutes of video asked about in a minute; None for no limit of ours.
        batch_from: From how many videos on a request travels in batches, which may take a day; None for never.
        policy: Which side answers, while a Classify still does: path of a policy file, or what it holds; None: Pegasus.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    api_key: SecretStr | None = None
    upstream: str = DEFAULT_UPSTREAM
    model: str = "auto"
    prompt: str = "classify.v1"
    prompts_dir: Path | None = None
    calibration: Path | Mapping[str, Any] | None = None
    ask: AskAs = "schema"
    index_ids: tuple[str, ...] = ()
    video_map: Mapping[str, Any] = Field(default_factory=dict)
    store: str = "memory:"
    concurrency: int = Field(default=8, ge=1, le=512)
    budget: float | None = Field(default=None, ge=0)
    max_hours: float = Field(default=10.0, gt=0)
    retries: int = Field(default=4, ge=0, le=10)
    on_failed_video: OnFailedVideo = "omit"
    coverage: Literal["strict", "warn", "lenient"] = "warn"
    cache_ttl: float = Field(default=86_400.0, ge=0)
    keep_texts: float = Field(default=30 * 86_400.0, gt=0)
    timeout: float | None = Field(default=None, gt=0)
    task_timeout: float | None = Field(default=None, gt=0)
    temperature: float = Field(default=0.0, ge=0, le=1)
    samples: int = Field(default=1, ge=1, le=5)
    first_sample: int = Field(default=0, ge=0)
    requests_per_minute: float | None = Field(default=None, gt=0)
    tokens_per_minute: float | None = Field(default=None, gt=0)
    video_minutes_per_minute: float | None = Field(default=None, gt=0)
    batch_from: int | None = Field(default=None, ge=1)
    policy: Path | Mapping[str, Any] | None = None

    @field_validator("api_key")
    @classmethod
    def _without_blanks(cls, key: SecretStr | None) -> SecretStr | None:
        return None if key is None else SecretStr(key.get_secret_value().strip())

    @field_validator("upstream")
    @classmethod
    def _an_address(cls, address: str) -> str:
        bare = _VERSION_AT_END.sub("", address.strip()).rstrip("/")
        if not _is_address(bare):
            raise ValueError(f"{address[:200]!r} is no address such as {DEFAULT_UPSTREAM}")
        return bare


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        # Reading the port is what finds one that is no number.
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0 and " " not in text
    except ValueError:
        return False


def settings_from(values: Mapping[str, Any], environment: Mapping[str, str]) -> Settings:
    """Make settings from explicit values and, where those are silent, from environment variables.

    Args:
        values: Field name → value; None counts as silent.
        environment: Usually `os.environ`, read by the caller. `PEGASUS_CLASSIFY_UPSTREAM`, `_MODEL` and `_STORE` are
            looked at, and the key variables.

    Raises:
        SettingsError: A value is unknown or out of range; the message names it, never the key.
    """
    chosen: dict[str, Any] = {
        name: environment[variable]
        for name, variable in (
            ("upstream", "PEGASUS_CLASSIFY_UPSTREAM"),
            ("model", "PEGASUS_CLASSIFY_MODEL"),
            ("store", "PEGASUS_CLASSIFY_STORE"),
        )
        if environment.get(variable)
    }
    key = next((environment[name] for name in KEY_VARIABLES if environment.get(name)), None)
    if key:
        chosen["api_key"] = key
    chosen.update({name: value for name, value in values.items() if value is not None})
    try:
        return Settings.model_validate(chosen)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        name = ".".join(str(part) for part in first["loc"])
        raise SettingsError(f"setting {name}: {first['msg']}") from None
