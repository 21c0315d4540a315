"""Which addresses are the old Classify calls."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

from pegasus_classify.errors import APIStatusError

__all__ = ["Call", "CallKind", "WrongMethodError", "allowed_methods", "route"]

CallKind: TypeAlias = Literal["videos", "bulk", "page"]


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the old API.

    Attributes:
        kind: `videos` (POST /classify), `bulk` (POST /classify/bulk) or `page` (GET /classify/{page_token}).
        version: `v1.1` or `v1.2`; it does not decide the dialect, the body does.
        token: The page's token, only with `page`.
    """

    kind: CallKind
    version: str
    token: str | None = None


class WrongMethodError(APIStatusError):
    """The address is one of the old API's, the method is not (405).

    Attributes:
        allow: The methods the address takes.
    """

    default_status = 405
    default_code = "method_not_allowed"

    def __init__(self, method: str, path: str, allow: tuple[str, ...]) -> None:
        super().__init__(f"The method {method} is not allowed for {path}. Allowed: {', '.join(allow)}.")
        self.allow = allow


# Addresses of indexes made in the playground have /p in front of the version.
_ADDRESS = re.compile(r"(?:/p)?/(?P<version>v1\.[12])/classify(?:/(?P<rest>[^/]+))?/?", re.DOTALL)

_METHODS: dict[CallKind, tuple[str, ...]] = {"videos": ("POST",), "bulk": ("POST",), "page": ("GET", "HEAD")}


def route(method: str, path: str) -> Call | None:
    """Return the call that a method and a path mean.

    Args:
        method: In capitals. A HEAD of a page is the page's call; whoever answers leaves the body out.
        path: Percent-decoded, without host and query. `bulk` is never a token.

    Returns:
        None when the address is none of the old Classify API's.

    Raises:
        WrongMethodError: The address is, but does not take this method.
    """
    call = _call(path)
    if call is None:
        return None
    if method not in _METHODS[call.kind]:
        raise WrongMethodError(method, path, _METHODS[call.kind])
    return call


def allowed_methods(path: str) -> tuple[str, ...]:
    """Return the methods an address takes, for OPTIONS; empty when it is none of the old Classify API's."""
    call = _call(path)
    return () if call is None else _METHODS[call.kind]


def _call(path: str) -> Call | None:
    found = _ADDRESS.fullmatch(path)
    if found is None:
        return None
    rest = found["rest"]
    if rest is None:
        return Call("videos", found["version"])
    if rest == "bulk":
        return Call("bulk", found["version"])
    return Call("page", found["version"], rest)
