"""Query strings and pages of the list calls: `page`, `page_limit` and filters, refused when they are wrong.

Law of this file: it knows query strings and sequences, not what is listed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from typing import Any, TypeVar

from starlette.requests import Request

from .api_error import invalid, unknown

__all__ = ["Query", "page_of"]

Item = TypeVar("Item")

_BRACKETS = re.compile(r"(\w+)\[(\w+)\]")


class Query:
    """The parameters of a list call.

    Args:
        request: The call.
        names: Parameters it takes beside `page` and `page_limit`; `duration` also allows `duration[gte]`.

    Raises:
        ApiError: 400 for an unknown parameter or a page out of range.
    """

    def __init__(self, request: Request, names: Collection[str] = ()) -> None:
        self._items = request.query_params.multi_items()
        for name, _ in self._items:
            if name.split("[")[0] not in (*names, "page", "page_limit"):
                raise unknown(name)
        self.page = self._integer("page", 1, 1, 1_000_000)
        self.limit = self._integer("page_limit", 10, 1, 50)

    def get(self, name: str) -> str | None:
        """Return a parameter, None when it is missing."""
        return next((value for key, value in self._items if key == name), None)

    def words(self, name: str, allowed: Collection[str]) -> list[str]:
        """Return a repeatable parameter, each value out of a fixed set."""
        values = [value for key, value in self._items if key == name]
        for value in values:
            if value not in allowed:
                raise invalid(name, f"You should use one of the following values: {', '.join(allowed)}.")
        return values

    def every(self, name: str) -> list[str]:
        """Return all values of a repeatable parameter."""
        return [value for key, value in self._items if key == name]

    def bounds(self, name: str) -> tuple[float, float] | None:
        """Return lowest and highest number of a filter: `name`, `name[gte]`, `name[lte]`; None without one."""
        low, high, given = float("-inf"), float("inf"), False
        for key, value in self._items:
            if key.split("[")[0] != name:
                continue
            given = True
            number = self._number(key, value)
            operator = key[len(name) :].strip("[]")
            if operator not in ("", "gte", "lte"):
                raise unknown(key)
            low = number if operator in ("", "gte") else low
            high = number if operator in ("", "lte") else high
        return (low, high) if given else None

    def nested(self, name: str) -> dict[str, str]:
        """Return a filter by keys, `name[key]=value`."""
        pairs = ((_BRACKETS.fullmatch(key), value) for key, value in self._items)
        return {match.group(2): value for match, value in pairs if match is not None and match.group(1) == name}

    def _integer(self, name: str, default: int, low: int, high: int) -> int:
        value = self.get(name)
        if value is None:
            return default
        if not value.isdecimal() or not low <= int(value) <= high:
            raise invalid(name, f"It must be between {low} and {high}.")
        return int(value)

    def _number(self, name: str, value: str) -> float:
        try:
            return float(value)
        except ValueError:
            raise invalid(name, "It must be a number.") from None


def page_of(items: Sequence[Item], query: Query, view: Callable[[Item], Any]) -> dict[str, Any]:
    """Return one page of a sequence with its `page_info`; only the page's items are looked at."""
    first = (query.page - 1) * query.limit
    return {
        "data": [view(item) for item in items[first : first + query.limit]],
        "page_info": {
            "page": query.page,
            "limit_per_page": query.limit,
            "total_page": -(-len(items) // query.limit),
            "total_results": len(items),
        },
    }
