"""What could open an account is taken out of everything that is recorded.

Removed: values under the names of headers and settings that hold keys or cookies; words that look like keys of the
platform, of Amazon or like a signed token; `Bearer …`, `x-api-key: …` and `Cookie: a=b` inside texts; the query of a
signed link (the path stays) and the user and password in an address; and every text the caller names.

Labels are data: a class called "Cookies" or a prompt "Pass the key" stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

__all__ = ["MARK", "SHORTEST_SECRET", "scrubbed", "scrubbed_text"]

MARK = "***"
"""Stands where something was removed."""

SHORTEST_SECRET = 6
"""Shorter texts a caller names are not looked for: they would be found everywhere."""

_SECRET_NAMES = frozenset(
    {
        "xapikey", "apikey", "twelvelabsapikey", "pegasusclassifyapikey", "authorization", "proxyauthorization",
        "cookie", "cookies", "setcookie", "xamzsecuritytoken", "awssecretaccesskey", "awssessiontoken",
        "awsaccesskeyid", "clientsecret", "password", "accesstoken", "refreshtoken", "xcsrftoken", "secretkey",
    }
)  # fmt: skip

_QUOTE = r"\\?[\"']?"

_KEYS = re.compile(
    r"\btlk_[A-Za-z0-9_-]+"
    r"|\b(?:AKIA|ASIA)[A-Z0-9]{12,}\b"
    r"|\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)?"
)

_NAMED = re.compile(
    rf"(?P<name>\b(?:x-api-key|api[_-]?key|(?:proxy-)?authorization|set-cookie){_QUOTE}\s*[:=]\s*{_QUOTE}"
    rf"|\bcookie{_QUOTE}\s*[:=]\s*{_QUOTE}(?=[\w.-]+=))"
    r"(?P<value>(?:(?:bearer|basic|token)\s+)?[^\s\"'\\,;}]+(?:;\s*[\w.-]+=[^\s\"'\\,;}]*)*)",
    re.IGNORECASE,
)

_BEARER = re.compile(r"(?P<name>\bbearer\s+)(?P<value>[A-Za-z0-9._~+/=-]{8,})", re.IGNORECASE)

_LINK = re.compile(r"(?P<scheme>https?://)(?:[^\s/@\"'<>]*@)?(?P<rest>[^\s\"'<>?#]*)(?P<query>[?#][^\s\"'<>]*)?")

_SIGNED = re.compile(
    r"(?:^|[?#&;])(?:x-(?:amz|goog)-|signature|sig|policy|expires|key-pair-id|awsaccesskeyid|googleaccessid"
    r"|token|access_token|api_?key|se|sp|sv|st)[^=&]*=",
    re.IGNORECASE,
)


def scrubbed(value: Any, secrets: Iterable[str] = ()) -> Any:
    """Return a JSON value without secrets; everything else is equal to what was given.

    Args:
        value: JSON, also header names and values as pairs in a list.
        secrets: Texts that must not stay, in names and in values, as they are or percent-encoded; those shorter than
            `SHORTEST_SECRET` are not looked for.
    """
    return _clean(value, _needles(secrets))


def scrubbed_text(text: str, secrets: Iterable[str] = ()) -> str:
    """Return a text without secrets; see `scrubbed`."""
    return _clean_text(text, _needles(secrets))


def _needles(secrets: Iterable[str]) -> tuple[str, ...]:
    long = {secret for secret in secrets if len(secret) >= SHORTEST_SECRET and any(map(str.isalnum, secret))}
    forms = long | {quote(secret, safe="", errors="replace") for secret in long}
    return tuple(sorted(forms, key=lambda form: (-len(form), form)))


def _clean(value: Any, needles: tuple[str, ...]) -> Any:
    if isinstance(value, str):
        return _clean_text(value, needles)
    if isinstance(value, Mapping):
        return {
            _clean_text(name, needles): _clean(each, needles)
            for name, each in value.items()
            if not (_names_secret(name) and _may_be_secret(each))
        }
    if isinstance(value, list | tuple):
        if _is_secret_header(value):
            return [_clean_text(value[0], needles), MARK]
        return [_clean(each, needles) for each in value]
    return value


def _names_secret(name: object) -> bool:
    return isinstance(name, str) and re.sub(r"[^a-z0-9]", "", name.lower()) in _SECRET_NAMES


def _is_secret_header(pair: list[Any] | tuple[Any, ...]) -> bool:
    """Tell a header kept as a pair of name and value from two prompts, such as "Cookies" and "Cakes"."""
    if len(pair) != 2 or not _names_secret(pair[0]) or not isinstance(pair[1], str):
        return False
    return any(mark in pair[0] for mark in "-_") or pair[0].lower() == "authorization" or "=" in pair[1]


def _may_be_secret(value: object) -> bool:
    """Tell a secret from a number that stands under a video's or a class's name, such as a length."""
    return isinstance(value, str | Mapping) or (isinstance(value, list | tuple) and bool(value))


def _clean_text(text: str, needles: tuple[str, ...]) -> str:
    cleaned = _once(text, needles)
    while cleaned != text:
        # What closes up around a removed piece could be one itself; each round makes the text shorter or ends.
        text, cleaned = cleaned, _once(cleaned, needles)
    return cleaned


def _once(text: str, needles: tuple[str, ...]) -> str:
    for needle in needles:
        text = text.replace(needle, MARK)
    if "//" in text:
        text = _LINK.sub(_plain_link, text)
    text = _KEYS.sub(MARK, text)
    text = _NAMED.sub(_without_value, text)
    return _BEARER.sub(_without_value, text)


def _without_value(found: re.Match[str]) -> str:
    return f"{found['name']}{MARK}"


def _plain_link(found: re.Match[str]) -> str:
    query = found["query"] or ""
    return f"{found['scheme']}{found['rest']}{'' if _SIGNED.search(query) else query}"
