"""The one object behind a running stand-in: its settings, library, model, clock and everything it remembers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from starlette.requests import Request

from .api_error import ApiError, not_found
from .counters import EmulatorState
from .faults import FaultBook
from .library import Library, Video, packaged_library
from .model import Generated, PretendModel
from .settings import EmulatorSettings
from .sources import find_source
from .strictness import Endpoint, Order, Rules, read_order
from .work import Batch, Task

__all__ = ["Core"]

_BAD_KEY = (
    "API Key is either invalid or expired. Please check your API key or generate a new one from the dashboard "
    "and try again."
)


@dataclass
class Core:
    """Everything the endpoints share.

    Attributes:
        settings: How the stand-in behaves.
        state: What it was asked.
        library: Its videos.
        faults: What goes wrong.
        model: What writes the texts.
        tasks: Tasks by id, oldest first.
        batches: Batches by id, oldest first.
        idempotent: Task id by API key and `Idempotency-Key`.
        closing: Set when the server stops, so that hanging calls end.
    """

    settings: EmulatorSettings
    state: EmulatorState
    library: Library
    faults: FaultBook
    model: PretendModel
    tasks: dict[str, Task] = field(default_factory=dict)
    batches: dict[str, Batch] = field(default_factory=dict)
    idempotent: dict[tuple[str, str], str] = field(default_factory=dict)
    closing: asyncio.Event = field(default_factory=asyncio.Event)
    _advanced: float = 0.0
    _ids: count[int] = field(default_factory=lambda: count(1))

    @classmethod
    def of(cls, settings: EmulatorSettings) -> Core:
        """Make the core of a stand-in that has seen nothing."""
        library = settings.library or packaged_library()
        return cls(settings, EmulatorState(), library, FaultBook(settings), PretendModel(settings, library))

    def now(self) -> float:
        """Return the stand-in's time: seconds of the epoch, moved forward by `advance`."""
        return time.time() + self._advanced

    def advance(self, seconds: float) -> None:
        """Move the stand-in's time forward, so that tasks get ready and limits refill without waiting."""
        self._advanced += seconds

    def reset(self) -> None:
        """Forget tasks, batches, limits and counts."""
        self.tasks.clear()
        self.batches.clear()
        self.idempotent.clear()
        self.faults = FaultBook(self.settings)
        self.state.reset()

    def authenticate(self, request: Request) -> str:
        """Return the key of a request.

        Raises:
            ApiError: 401 `api_key_invalid` without a key or with one that is not taken.
        """
        key = request.headers.get("x-api-key", "").strip()
        known = self.settings.keys
        if not key or key in self.settings.revoked_keys or (known is not None and key not in known):
            raise ApiError(401, "api_key_invalid", _BAD_KEY)
        return key

    def new_id(self, kind: str) -> str:
        """Return an id never given before: 24 hexadecimal digits of which the first name the kind."""
        return f"{kind}{next(self._ids):0{24 - len(kind)}x}"

    def read(self, body: Mapping[str, Any], endpoint: Endpoint) -> Order:
        """Check a request and note the prompt and the asset it asks about."""
        self.state.bodies.append(body)
        order = read_order(body, endpoint, Rules(self.settings.models, self.settings.min_seconds, self._find))
        if order.prompt:
            self.state.prompts[order.prompt] += 1
        if order.video is not None and order.video.asset_id:
            self.state.asset_calls[order.video.asset_id] += 1
        return order

    def task(self, task_id: str, key: str) -> Task:
        """Return a task of a key.

        Raises:
            ApiError: 404 when it has none of that id.
        """
        task = self.tasks.get(task_id)
        if task is None or task.owner != key:
            raise not_found("task", task_id)
        return task

    def start_task(self, order: Order, key: str, now: float, batch: Batch | None = None, share: float = 0.0) -> Task:
        """Make a task.

        Args:
            order: What is asked.
            key: Whose task it is.
            now: Time of creation.
            batch: The batch it belongs to.
            share: 0 to 1, how far back it stands in its batch's queue.
        """
        fault = self.faults.of(order.video)
        if fault is not None:
            self.state.faults[fault] += 1
        whole = self.settings.task_seconds
        wait = (0.1 + 0.4 * share) * whole
        length = 0.9 * whole if batch is None else 0.5 * whole
        task = Task(
            id=self.new_id("7a5c"),
            owner=key,
            order=order,
            created=now,
            starts=now + wait,
            ends=now + wait + length,
            generate=lambda: self.generate(order, fault),
            fault=fault,
            batch_id=batch.id if batch else None,
        )
        self.tasks[task.id] = task
        return task

    def settle(self) -> None:
        """Let every task that is due make its result, so that its minutes are counted."""
        now = self.now()
        for task in list(self.tasks.values()):
            task.status(now)

    def generate(self, order: Order, fault: str | None) -> Generated:
        """Let the model write, and count the minutes of what did not fail."""
        generated = self.model.generate(order, fault)
        if not generated.overflow:
            self.state.billed_minutes += order.billed_minutes
        return generated

    def _find(self, raw: Any, assets_only: bool) -> Video:
        video = find_source(raw, self.library, assets_only=assets_only)
        fault = self.faults.of(video, count=False)
        if fault == "404":
            self.faults.of(video)
            raise not_found("asset", video.asset_id or video.filename)
        return video
