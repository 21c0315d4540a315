"""What can be set about the server, checked once."""

from __future__ import annotations

import hashlib
import ipaddress
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal

from pegasus_classify.client.choices import chosen_settings
from pegasus_classify.client.policy_file import policy_of
from pegasus_classify.contract.quantities import Seconds
from pegasus_classify.errors import SettingsError
from pegasus_classify.settings import KEY_VARIABLES, Settings

__all__ = [
    "KEY_VARIABLE",
    "ServeSettings",
    "check_door",
    "is_loopback",
    "key_hash",
    "key_hashes",
    "read_key_file",
    "serve_settings",
]

KEY_VARIABLE = "PEGASUS_CLASSIFY_API_KEY"
"""The only variable `serve` reads a key of its own from: one that was set for the SDK was not set for strangers."""


@dataclass(frozen=True)
class ServeSettings:
    """Everything that shapes the server. Immutable.

    Attributes:
        settings: How classifications are made. Its key is the server's own: with one, every caller's calls are paid
            by it; without, each caller's own key goes upstream.
        allow_keys: Hashes (`key_hash`) of the keys callers may come with; None for any key.
        pass_through: Whether calls that are not Classify reach the upstream; None: only without a key of the
            server's own.
        cors_origins: Origins whose programs may call from a browser, `*` for all; only without a key of its own.
        answer_within: After so many seconds a call is answered with 503 while its work goes on, above 0. Clients of
            the old SDKs wait 600.
        max_body: Most bytes of a Classify call's body.
        body_within: Most seconds until such a body has arrived, above 0.
        log: `text`: warnings as lines; `json`: one object a line, with each ask of a migration. Only a server that runs
            by itself sets up logging.
    """

    settings: Settings = field(default_factory=Settings)
    allow_keys: frozenset[str] | None = None
    pass_through: bool | None = None
    cors_origins: tuple[str, ...] = ()
    answer_within: Seconds = 540.0
    max_body: int = 1_000_000
    body_within: Seconds = 30.0
    log: Literal["text", "json"] = "text"

    def __post_init__(self) -> None:
        """Check what does not go together.

        Raises:
            SettingsError: A number is out of range, or browsers would be let in with the server's own key.
        """
        for name in ("answer_within", "max_body", "body_within"):
            if not getattr(self, name) > 0:
                raise SettingsError(f"setting {name}: must be above 0")
        if self.own_key and self.cors_origins:
            raise SettingsError(
                "browser programs can be let in (cors_origins) only when each caller brings its own key, not with a "
                "key of the server's own"
            )

    @property
    def own_key(self) -> str:
        """The server's own key; empty when it has none."""
        key = self.settings.api_key
        return key.get_secret_value() if key else ""

    @property
    def passes_through(self) -> bool:
        """Whether calls that are not Classify reach the upstream."""
        return not self.own_key if self.pass_through is None else self.pass_through


def serve_settings(values: Mapping[str, Any], environment: Mapping[str, str]) -> ServeSettings:
    """Make settings from keyword arguments: fields of `ServeSettings`, and everything a `Classifier` takes.

    Args:
        values: Name → value; None counts as silent. `allow_keys` may hold keys or their hashes, `base_url` is the
            upstream, `settings` a `Settings`.
        environment: Usually `os.environ`. Keys in it are not looked at.

    Raises:
        SettingsError: A name is unknown or a value out of range.
    """
    own = {each.name for each in fields(ServeSettings)} - {"settings"}
    about_server = {name: value for name, value in values.items() if name in own and value is not None}
    choices = {name: value for name, value in values.items() if name not in own and value is not None}
    if "allow_keys" in about_server:
        about_server["allow_keys"] = key_hashes(about_server["allow_keys"])
    if "cors_origins" in about_server:
        about_server["cors_origins"] = tuple(about_server["cors_origins"])
    without_keys = {name: value for name, value in environment.items() if name not in KEY_VARIABLES}
    # A batch may take a day, and whoever calls a server waits.
    if choices.pop("batch_from", None) is not None:
        raise SettingsError("setting batch_from: a server does not send its questions in batches")
    settings = chosen_settings(
        choices.pop("api_key", None),
        choices.pop("base_url", choices.pop("upstream", None)),
        choices.pop("settings", None),
        choices,
        without_keys,
    )
    return ServeSettings(settings=settings, **about_server)


_HASH = re.compile(r"[0-9a-fA-F]{64}")


def key_hash(key: str) -> str:
    """Return the SHA-256 of a key, in hexadecimal digits."""
    return hashlib.sha256(key.encode()).hexdigest()


def key_hashes(listed: Iterable[str]) -> frozenset[str]:
    """Return the hashes of the keys a list names.

    Args:
        listed: Keys, or their SHA-256 as 64 hexadecimal digits (never a key, so that a stolen list opens nothing);
            blank entries and those that begin with `#` are passed over.

    Raises:
        SettingsError: The list names no key.
    """
    entries = [entry.strip() for entry in listed]
    hashes = frozenset(
        entry.lower() if _HASH.fullmatch(entry) else key_hash(entry)
        for entry in entries
        if entry and not entry.startswith("#")
    )
    if not hashes:
        raise SettingsError("the list of allowed keys names no key")
    return hashes


def read_key_file(path: Path) -> frozenset[str]:
    """Read a file of allowed keys, one per line; see `key_hashes`.

    Raises:
        SettingsError: It cannot be read, or names no key.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise SettingsError(f"the list of allowed keys {path} cannot be read: {reason}") from None
    return key_hashes(lines)


def is_loopback(host: str) -> bool:
    """Tell whether an address, or a name, means this machine and nobody else can reach it."""
    try:
        return ipaddress.ip_address(host.strip("[]").partition("%")[0]).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def check_door(settings: ServeSettings, host: str) -> None:
    """Refuse to listen where strangers could spend the server's own key.

    Raises:
        SettingsError: The server has a key of its own or recorded answers, no list of callers, and `host` is no
            loopback address.
    """
    if settings.own_key and settings.allow_keys is None and not is_loopback(host):
        raise SettingsError(
            f"with a key of its own the server would let anybody who can reach {host} spend it: list the callers' "
            "keys with --allow-key FILE, or listen on 127.0.0.1"
        )
    if settings.allow_keys is None and not is_loopback(host) and _answers_from_recordings(settings.settings):
        raise SettingsError(
            f"recorded answers are given without asking anybody whether a key is good, so whoever can reach {host} "
            "could read them: list the callers' keys with --allow-key FILE, or listen on 127.0.0.1"
        )


def _answers_from_recordings(settings: Settings) -> bool:
    policy = None if settings.policy is None else policy_of(settings.policy)
    return policy is not None and policy.old is not None and policy.old.recording is not None
