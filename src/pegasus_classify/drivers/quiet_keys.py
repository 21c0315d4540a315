"""Keys kept out of the debug lines that httpx and httpcore write.

They write down what an upstream answered, header by header, and an upstream may repeat the key it was sent.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

__all__ = ["WATCHED", "key_kept_out", "watch_loggers"]

WATCHED: Final = (
    "httpx",
    # A filter does not see what the loggers below its own write, so each is named.
    "httpcore",
    "httpcore.connection",
    "httpcore.http11",
    "httpcore.http2",
    "httpcore.proxy",
    "httpcore.socks",
)
"""The loggers whose lines are looked through."""

# The key of the request under way, so that lines of a program's own requests are left as they are.
_UNDER_WAY: ContextVar[str] = ContextVar("pegasus_classify_key_under_way", default="")


class _WithoutKey(logging.Filter):
    """Takes the key of the request under way out of a line; lets every line pass."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Look through a line."""
        key = _UNDER_WAY.get()
        if key:
            text = record.getMessage()
            # Headers are written as Python shows bytes, where some characters stand escaped.
            shown = {key, repr(key)[1:-1], repr(key.encode())[2:-1]}
            if any(each in text for each in shown):
                for each in sorted(shown, key=len, reverse=True):
                    text = text.replace(each, "[removed]")
                record.msg, record.args = text, ()
        return True


_FILTER: Final = _WithoutKey()


def watch_loggers() -> None:
    """Put the filter on the loggers, once however often this is called."""
    for name in WATCHED:
        logging.getLogger(name).addFilter(_FILTER)


@contextmanager
def key_kept_out(key: str) -> Iterator[None]:
    """Keep a key out of the lines that are written while the block runs, in its thread or task.

    Args:
        key: Empty for none.
    """
    before = _UNDER_WAY.set(key)
    try:
        yield
    finally:
        _UNDER_WAY.reset(before)
