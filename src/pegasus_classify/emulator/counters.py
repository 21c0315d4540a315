"""What a stand-in has been asked so far; readable from any thread while it runs."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping
from typing import Any

__all__ = ["EmulatorState"]


class EmulatorState:
    """Counts of one stand-in since its start or the last reset.

    Attributes:
        calls: Calls by kind, such as `analyze`, `tasks.create`, `indexes.videos.list`.
        answers: Answers by status, as text.
        faults: Faults that were played, by name.
        asset_calls: Analyze calls, task creations and batch items by asset id.
        prompts: How often each prompt was seen.
        bodies: The last 200 accepted or refused analyze, task and batch bodies, oldest first.
        billed_minutes: Minutes of video that would be charged; a task counts when it is ready.
        in_flight: Analyze calls being answered now.
        max_in_flight: Most of them at once.
    """

    def __init__(self) -> None:
        self.in_flight = 0
        self.reset()

    def reset(self) -> None:
        """Start counting anew; what is in flight stays so."""
        self.calls: Counter[str] = Counter()
        self.answers: Counter[str] = Counter()
        self.faults: Counter[str] = Counter()
        self.asset_calls: Counter[str] = Counter()
        self.prompts: Counter[str] = Counter()
        self.bodies: deque[Mapping[str, Any]] = deque(maxlen=200)
        self.billed_minutes = 0.0
        self.max_in_flight = self.in_flight

    def enter(self) -> None:
        """Note that an analyze call begins to be answered."""
        self.in_flight += 1
        self.max_in_flight = max(self.max_in_flight, self.in_flight)

    def leave(self) -> None:
        """Note that an analyze call is answered."""
        self.in_flight -= 1

    @property
    def analyze_calls(self) -> int:
        """Analyze calls and task creations, batch items not included."""
        return self.calls["analyze"] + self.calls["tasks.create"]

    def snapshot(self) -> dict[str, Any]:
        """Return everything as JSON."""
        return {
            "calls": dict(self.calls),
            "answers": dict(self.answers),
            "faults": dict(self.faults),
            "asset_calls": dict(self.asset_calls),
            "prompts": [{"prompt": prompt, "times": times} for prompt, times in self.prompts.items()],
            "billed_minutes": round(self.billed_minutes, 4),
            "in_flight": self.in_flight,
            "max_in_flight": self.max_in_flight,
        }
