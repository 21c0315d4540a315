"""A platform as a function of request and time that answers by a script and keeps the bill itself.

What it works on it bills, whether its answer arrives or not. Failed and cancelled work is free.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from asking_world import NOTHING, wanted_form
from playing import json_reply
from small_index import SmallPlatform

from pegasus_classify.prices import PRICES
from pegasus_classify.steps import NoReply, Reply, Send

__all__ = ["EVENTS", "BillingPlatform"]

TEXTS = {
    "good": (wanted_form(Cars=(0, 40)), "stop"),
    "nothing": (NOTHING, "stop"),
    "unreadable": ("I would rather talk about the weather.", "stop"),
    "cut": (wanted_form(Cars=(0, 40))[:60], "length"),
}
LOST: dict[str, Reply | NoReply] = {
    "late": NoReply("timeout", "late"),
    "broken": NoReply("broken", "gone"),
    "half": Reply(200, {}, b'{"data": "cla'),
    "gateway": Reply(504),
}
FREE: dict[str, Reply | NoReply] = {
    "busy": Reply(429, {"retry-after": "1"}),
    "down": Reply(503),
    "error": Reply(500),
    "wrong": Reply(400),
    "no schema": Reply(422),
    "nobody": NoReply("connect", "nobody"),
}
EVENTS = (*TEXTS, *LOST, *FREE)


@dataclass
class _Work:
    """One thing worked on: a task or an item of a batch."""

    body: dict[str, Any]
    event: str
    ready_at: float
    batch_id: str | None = None
    billed: bool = False


class BillingPlatform:
    """Answers calls one after another as the script says, then well.

    Attributes:
        seconds: Of video, billed so far.
        usd: Billed so far.
        worked: How often something was worked on.
    """

    def __init__(self, lists: SmallPlatform, durations: dict[str, float], script: Iterable[str]) -> None:
        self._lists = lists
        self._durations = durations
        self._script = iter(script)
        self._work: dict[str, _Work] = {}
        self._batches: dict[str, list[str]] = {}
        self._numbers = itertools.count()
        self.seconds = self.usd = 0.0
        self.worked = 0

    def __call__(self, send: Send, now: float) -> tuple[Reply | NoReply, float]:
        """Answer one request and tell how long it took."""
        parts = send.path.split("/")[2:]
        if parts[0] != "analyze":
            return self._lists(send), 0.1
        if send.method == "POST":
            return self._asked(parts, send.body, now), 1.0
        if parts[1:] == ["tasks"]:
            return json_reply(200, {"data": self._listed(dict(send.query)["asset_id"])}), 0.1
        event = next(self._script, "good")
        if event in FREE and event not in {"wrong", "no schema"}:
            return FREE[event], 0.1
        return self._looked_at(parts, now), 0.1

    def _asked(self, parts: list[str], body: dict[str, Any], now: float) -> Reply | NoReply:
        event = next(self._script, "good")
        if event in FREE:
            return FREE[event]
        if parts[1:] == ["batches"] and event == "gateway":
            # The platform's own word about batches: then nothing was created.
            return LOST[event]
        if parts == ["analyze"]:
            answer = self._generated(body, event)
        elif parts[1] == "tasks":
            answer = {"task_id": self._begun(body, now), "status": "queued"}
        else:
            answer = {"batch_id": self._batched(body, now)}
        return LOST.get(event) or json_reply(200, answer)

    def _begun(self, body: dict[str, Any], now: float, batch_id: str | None = None) -> str:
        name = f"t{next(self._numbers)}"
        self._work[name] = _Work(body, next(self._script, "good"), now + 20.0, batch_id)
        return name

    def _batched(self, body: dict[str, Any], now: float) -> str:
        name = f"b{next(self._numbers)}"
        self._batches[name] = [self._begun({**body["defaults"], **each}, now, name) for each in body["requests"]]
        return name

    def _listed(self, asset_id: str) -> list[dict[str, Any]]:
        found = [(name, work) for name, work in self._work.items() if work.body["video"]["asset_id"] == asset_id]
        return [
            {"task_id": name, "batch_id": work.batch_id, "custom_id": work.body["custom_id"], "status": "queued"}
            for name, work in reversed(found)
        ]

    def _looked_at(self, parts: list[str], now: float) -> Reply:
        if parts[1] == "tasks":
            return json_reply(200, self._state(parts[2], now))
        names = self._batches[parts[2]]
        if len(parts) == 3:
            done = all(self._work[name].ready_at <= now for name in names)
            return json_reply(200, {"status": "completed" if done else "processing"})
        lines = []
        for name in names:
            state = self._state(name, now)
            custom_id = self._work[name].body["custom_id"]
            lines.append({"custom_id": custom_id, "status": state["status"], "data": state.get("result")})
        return Reply(200, {}, "\n".join(map(json.dumps, lines)).encode())

    def _state(self, name: str, now: float) -> dict[str, Any]:
        work = self._work[name]
        if now < work.ready_at:
            return {"status": "processing"}
        if work.event in FREE:
            return {"status": "failed", "error": {"code": "internal_server_error", "message": "It failed."}}
        return {"status": "ready", "result": self._generated(work.body, work.event, work)}

    def _generated(self, body: dict[str, Any], event: str, work: _Work | None = None) -> dict[str, Any]:
        text, reason = TEXTS.get(event, TEXTS["good"])
        tokens = body["max_tokens"] if reason == "length" else body["max_tokens"] // 2
        if work is None or not work.billed:
            self._bill(body, tokens)
        if work is not None:
            work.billed = True
        return {"data": text, "finish_reason": reason, "usage": {"output_tokens": tokens}}

    def _bill(self, body: dict[str, Any], tokens: int) -> None:
        length = self._durations[body["video"]["asset_id"]]
        seconds = body.get("end_time", length) - body.get("start_time", 0.0)
        form = body.get("response_format") or {}
        seconds *= len(form.get("segment_definitions", ())) or 1
        self.worked += 1
        self.seconds += seconds
        self.usd += PRICES.usd(seconds, tokens)
