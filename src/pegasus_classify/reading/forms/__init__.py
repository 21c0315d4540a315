"""One module per form of answer; each turns text into trees or claims and knows nothing of the others."""

from __future__ import annotations

__all__: list[str] = []
