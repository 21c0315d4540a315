"""Asking a Classify that still answers, as steps."""

from __future__ import annotations

import json
from collections.abc import Generator
from dataclasses import replace
from typing import Any, TypeAlias
from urllib.parse import quote

from pegasus_classify.contract.quantities import Seconds
from pegasus_classify.contract.request import ClassifyRequest
from pegasus_classify.contract.result import ClassifyResult, VideoResult
from pegasus_classify.errors import (
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    InternalServerError,
)
from pegasus_classify.legacy.answers import read_answer
from pegasus_classify.legacy.failures import read_failure
from pegasus_classify.legacy.spelling import IdField, Spelling
from pegasus_classify.legacy.wire import write_request
from pegasus_classify.steps import NoReply, Reply, Send

__all__ = ["OLD_MODEL", "OldAnswer", "old_answer"]

OLD_MODEL = "classify"
"""Named as the model where the old side answered."""

OldAnswer: TypeAlias = Generator[Send, "Reply | NoReply", ClassifyResult]

_MOST_PAGES = 10_000


def old_answer(
    request: ClassifyRequest, spelling: Spelling, key: str, *, version: str = "v1.2", timeout: Seconds = 60.0
) -> OldAnswer:
    """Ask the old API and read every page of its answer.

    Args:
        request: What is asked.
        spelling: How the caller spelled it. A request for videos of an index, which the caller had not named, is
            spelled with `video_ids`.
        key: The caller's key.
        version: Of the address.
        timeout: Most seconds to wait for each page.

    Returns:
        The whole answer. What it does not show is None; every video it does not list was answered with nothing.

    Raises:
        APIStatusError: The old API refused, with its own status, code and message; or what came is no answer (502).
        APIConnectionError: Nothing came.
    """
    headers = (("x-api-key", key),)
    path = f"/{version}/classify" + ("/bulk" if request.index_id is not None else "")
    body = write_request(request, _spelled(request, spelling))
    reply = yield Send("POST", path, body=body, headers=headers, read_timeout=timeout)
    videos: list[VideoResult] = []
    seen: set[str] = set()
    while True:
        page, token = _page(reply, request)
        videos += page
        if not token:
            return _result(request, videos)
        if token in seen or len(seen) >= _MOST_PAGES:
            raise _no_answer("its pages do not end")
        seen.add(token)
        address = f"/{version}/classify/{quote(token, safe='')}"
        reply = yield Send("GET", address, headers=headers, read_timeout=timeout)


def _spelled(request: ClassifyRequest, spelling: Spelling) -> Spelling:
    field: IdField = "video_ids" if request.index_id is None else "index_id"
    fits = spelling.id_field == field or (spelling.single and len(request.video_ids or ()) == 1)
    return spelling if fits else replace(spelling, id_field=field)


def _page(reply: Reply | NoReply, request: ClassifyRequest) -> tuple[list[VideoResult], str]:
    """Return the videos of a page and the token of the next; empty when it was the last."""
    if isinstance(reply, NoReply):
        kind = APITimeoutError if reply.kind == "timeout" else APIConnectionError
        raise kind(f"The old side: {reply.message}")
    body = _json(reply.body)
    if reply.status >= 400:
        raise _refused(reply, body)
    if reply.status != 200 or not isinstance(body, dict):
        raise _no_answer(f"status {reply.status} without a JSON object")
    try:
        page = read_answer(body)
    except ValueError as error:
        raise _no_answer(str(error)) from None
    alone = (request.video_ids or ("",))[0]
    named = [each if each.video_id else replace(each, video_id=alone) for each in page.videos]
    return named, page.info.next_token or ""


def _refused(reply: Reply, body: object) -> APIStatusError:
    try:
        wait = float(reply.headers.get("retry-after", ""))
    except ValueError:
        wait = None
    return read_failure(reply.status, body, wait)


def _no_answer(why: str) -> APIStatusError:
    message = f"The old side gave no Classify answer: {why[:500]}."
    return InternalServerError(message, status_code=502, code="bad_gateway")


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _result(request: ClassifyRequest, videos: list[VideoResult]) -> ClassifyResult:
    named = {each.video_id for each in videos} | set(request.video_ids or ())
    kept = tuple(each for each in videos if each.classes)
    return ClassifyResult(kept, answered=len(named), model=OLD_MODEL)
