"""Sides of an experiment: how each is asked, and what its results stand for."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any, TypeAlias

from pegasus_classify.client.observed import Observation
from pegasus_classify.client.request_body import address_of
from pegasus_classify.recordings.format import RecordedCall

__all__ = ["Side", "as_answer", "ask", "kept_classes", "recorded_side", "usd_of"]

Side: TypeAlias = Any
"""A `Classifier`, the old SDK's client, an object with the methods `videos` and `index`, or a function that takes the
legacy body and returns the legacy answer."""


def ask(side: Side, body: dict[str, Any]) -> Any:
    """Give a side the call in the form that it takes."""
    place = getattr(side, "classify", side)
    method = getattr(place, "index" if "index_id" in body else "videos", None)
    if method is None:
        return side(body)
    given = dict(body)
    if "labels" in given:
        given.setdefault("classes", None)
    return method(**given)


def as_answer(result: Any) -> Any:
    """Return the legacy answer that a side's result stands for."""
    if isinstance(result, tuple) and len(result) == 2 and isinstance(result[0], int):
        return result[1]
    dump = getattr(result, "model_dump", None)
    return dump(mode="json", exclude_none=True) if callable(dump) else copy.deepcopy(result)


def usd_of(result: Any) -> float:
    """Return what a result says it cost, US dollars; 0 when it says nothing."""
    usd = getattr(getattr(result, "cost", None), "usd", 0.0)
    return float(usd) if isinstance(usd, int | float) else 0.0


def kept_classes(answer: Any) -> Any:
    """Return which classes an answer keeps of each video; what is no answer stays as it is."""
    data = answer.get("data") if isinstance(answer, Mapping) else None
    if not isinstance(data, list):
        return answer
    return {
        (each.get("video_id"), entry.get("name"))
        for each in data
        for entry in each.get("classes") or each.get("labels") or ()
    }


def recorded_side(body: Mapping[str, Any], side: Observation) -> RecordedCall:
    """Return what a side did as a recorded call: 504 for one that was late, else its error's status, or 500."""
    status, response = 200, side.answer
    if side.late:
        status, response = 504, None
    elif side.error is not None:
        told = getattr(side.error, "status_code", None)
        status = told if isinstance(told, int) and 400 <= told <= 599 else 500
        response = getattr(side.error, "body", None) or {"message": str(side.error)}
    return RecordedCall(
        path=address_of(body),
        request=dict(body),
        status=status,
        response=response,
        recorded_at=datetime.now(timezone.utc).isoformat(timespec="seconds").replace("+00:00", "Z"),
        source="experiment",
    )
