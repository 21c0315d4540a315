"""Ways to keep a program's own client: the current SDK with its `classify` back, and httpx with the old addresses."""

from __future__ import annotations

__all__: list[str] = []
