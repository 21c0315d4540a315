"""Who calls: the key a caller brings, whether it is taken, and which key goes upstream instead."""

from __future__ import annotations

from dataclasses import dataclass, field

from starlette.datastructures import Headers

from pegasus_classify.client.account import account_hash
from pegasus_classify.errors import PermissionDeniedError, api_key_invalid
from pegasus_classify.server.settings import ServeSettings, is_loopback, key_hash

__all__ = ["Caller", "Callers"]

_LONGEST_KEY = 512


@dataclass(frozen=True)
class Caller:
    """Somebody who may call.

    Attributes:
        upstream_key: What is sent upstream for this caller.
        owner: Hash of the key the caller came with; its pages are kept under this name.
    """

    upstream_key: str = field(repr=False)
    owner: str


class Callers:
    """Admits callers by their `x-api-key`."""

    def __init__(self, settings: ServeSettings) -> None:
        """Take over the list of keys and the server's own, if it has them."""
        self._upstream = settings.settings.upstream.rstrip("/")
        self._own_key = settings.own_key
        self._allowed = settings.allow_keys

    def admit(self, headers: Headers) -> Caller:
        """Return who calls.

        Raises:
            AuthenticationError: No key, several, one that can be none, or one that is not on the list.
            PermissionDeniedError: The server has a key of its own and no list, and is not addressed as this machine.
        """
        keys = headers.getlist("x-api-key")
        # Also asked of callers on this machine: a web page cannot send this header without asking first.
        if len(keys) != 1 or not _can_be_a_key(keys[0]):
            raise api_key_invalid()
        if self._allowed is not None and key_hash(keys[0]) not in self._allowed:
            raise api_key_invalid()
        if self._own_key and self._allowed is None and not is_loopback(_host_name(headers.get("host", ""))):
            # A web page whose name was made to lead to this machine would be of the same origin as the server.
            raise PermissionDeniedError("With a key of its own and no list of callers the server is for this machine.")
        return Caller(self._own_key or keys[0], account_hash(self._upstream, keys[0]))


def _can_be_a_key(text: str) -> bool:
    return 0 < len(text) <= _LONGEST_KEY and text.isascii() and text.isprintable() and " " not in text


def _host_name(host: str) -> str:
    return host.rpartition(":")[0] if not host.endswith("]") and ":" in host else host
