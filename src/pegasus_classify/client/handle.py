"""One raw call of the old API in, the raw answer out: shared by every face, blocking or not.

A generator yields what it needs from outside (`needs`) and is sent what came of it, so that the whole way from a body
to an answer can be followed without a socket, a clock or a store.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias, TypeVar

from pegasus_classify.client.coverage_log import warn_once
from pegasus_classify.client.needs import Classify, Expired, FetchPage, KeepPages, Need, Now, RandomBytes
from pegasus_classify.client.notes import NO_NOTES, Notes, headers_of, notes_of, pack_page, unpack_page
from pegasus_classify.contract.pages import Page
from pegasus_classify.contract.request import ClassifyRequest
from pegasus_classify.contract.result import ClassifyResult, VideoResult
from pegasus_classify.errors import APIStatusError, BadRequestError, ClassifyError, NotFoundError, error_of_status
from pegasus_classify.legacy.answers import write_answer
from pegasus_classify.legacy.coverage import check_coverage, entries_for
from pegasus_classify.legacy.detect import parse_body
from pegasus_classify.legacy.failures import error_of_failures, failure_answer
from pegasus_classify.legacy.routes import Call, route
from pegasus_classify.legacy.shown import shown
from pegasus_classify.legacy.spelling import Spelling
from pegasus_classify.legacy.wire import read_request
from pegasus_classify.paging.page_tokens import (
    TOKEN_LIFETIME,
    expires_at,
    is_well_formed,
    new_snapshot_id,
    page_token_expired,
    page_token_invalid,
)
from pegasus_classify.paging.pages import cut
from pegasus_classify.settings import Settings

__all__ = ["Body", "HandledReply", "ReadCall", "answer_call", "answer_result", "handle", "handle_page", "read_call"]

Body: TypeAlias = "bytes | str | Mapping[str, Any] | None"
"""A request's body as received, or as JSON already read."""

_R = TypeVar("_R")
_Steps: TypeAlias = Generator[Need, Any, _R]

_NO_SETTINGS = Settings()


@dataclass(frozen=True)
class HandledReply:
    """An answer, or an error, as the old API gave it, and what it had no place for.

    Attributes:
        status: The legacy HTTP status.
        body: JSON; None where the old API sent an empty body.
        headers: Ours, and `Retry-After` where it is known.
        notes: What stands beside the answer.
        result: The whole answer, before pages; None for a page fetched by token and when nothing was asked.
        error: What the Python faces raise; None when `status` is 200.
    """

    status: int
    body: Any
    headers: Mapping[str, str] = field(default_factory=dict)
    notes: Notes = NO_NOTES
    result: ClassifyResult | None = None
    error: ClassifyError | None = None


@dataclass(frozen=True, slots=True)
class ReadCall:
    """A legacy request, understood."""

    request: ClassifyRequest
    spelling: Spelling
    coverage: tuple[str, ...] = ()


def handle(method: str, path: str, body: Body = None, *, settings: Settings = _NO_SETTINGS) -> _Steps[HandledReply]:
    """Answer one call of the old API; whatever is wrong with it is an answer too.

    Args:
        method: `POST` or `GET`.
        path: Such as `/v1.2/classify/bulk`, percent-decoded, without host and query.
        body: As received.
        settings: Says what to do about failed videos and about fields that are not exact.
    """
    try:
        call = _called(method, path)
        if call.token is not None:
            return (yield from _page(call.token))
        return (yield from answer_call(_read(call, body), settings))
    except ClassifyError as error:
        return _refused(error)


def handle_page(token: str) -> _Steps[HandledReply]:
    """Answer the call for a page of an earlier answer; the token may be any text."""
    try:
        return (yield from _page(token))
    except ClassifyError as error:
        return _refused(error)


def read_call(method: str, path: str, body: Body, settings: Settings = _NO_SETTINGS) -> ReadCall:
    """Read a request without carrying it out; strict settings refuse one that cannot be honoured exactly.

    Raises:
        APIStatusError: It is no Classify call, or its body is wrong; the error the old API would have answered with.
    """
    call = _called(method, path)
    if call.token is not None:
        raise NotFoundError("This address is a page of an answer, not a request.", code="endpoint_not_exists")
    read = _read(call, body)
    check_coverage(read.coverage, settings.coverage)
    return read


def _called(method: str, path: str) -> Call:
    call = route(method.upper(), path)
    if call is None:
        raise NotFoundError(f"The endpoint {path[:200]} does not exist.", code="endpoint_not_exists")
    return call


def _read(call: Call, body: Body) -> ReadCall:
    fields = parse_body(_raw(body))
    request, spelling = read_request(fields, "bulk" if call.kind == "bulk" else "videos")
    # The guide of December 2022 shows `next_token`, the Python client of 2023 looks for `next_page_token`.
    spelling = replace(spelling, also_next_page_token=spelling.dialect == "labels")
    return ReadCall(request, spelling, entries_for(request, spelling))


def _raw(body: Any) -> bytes | str:
    """Return a body as it would go over a wire, so that tuples, NaN and the like mean there and here the same."""
    if body is None or isinstance(body, (bytes, str)):
        return body or b""
    try:
        return json.dumps(dict(body) if isinstance(body, Mapping) else body, default=repr)
    except (TypeError, ValueError, RecursionError) as error:
        raise BadRequestError(f"The request body is invalid. It cannot be written as JSON: {error}.") from None


def answer_call(call: ReadCall, settings: Settings = _NO_SETTINGS) -> _Steps[HandledReply]:
    """Carry out a request that was read before and answer it; an error is an answer too."""
    try:
        check_coverage(call.coverage, settings.coverage)
        warn_once(call.coverage, settings.coverage)
        result: ClassifyResult = yield Classify(call.request, call.spelling)
        return (yield from answer_result(result, call, settings))
    except ClassifyError as error:
        return _refused(error)


def answer_result(result: ClassifyResult, call: ReadCall, settings: Settings = _NO_SETTINGS) -> _Steps[HandledReply]:
    """Write a finished result as the answer to a request: its first page, or the error it amounts to."""
    notes = notes_of(result, call.coverage)
    if result.failed and not result.answered:
        return _refused(error_of_failures(result.failed), notes, result)
    if result.failed and settings.on_failed_video == "error":
        return _refused(_some_failed(result), notes, result)
    pages = yield from _pages(result, call)
    kept = {token: pack_page(body, notes) for token, body in pages if token is not None}
    if kept:
        yield KeepPages(kept, TOKEN_LIFETIME)
    return HandledReply(200, pages[0][1], headers_of(notes), notes, result)


def _some_failed(result: ClassifyResult) -> APIStatusError:
    """Return the error for a request that was to be answered whole or not at all."""
    total = result.answered + len(result.failed)
    named = "; ".join(f"{each.video_id}: {each.reason}" for each in result.failed[:10])
    more = f"; and {len(result.failed) - 10} more" if len(result.failed) > 10 else ""
    return error_of_status(
        503,
        f"{len(result.failed)} of {total} videos could not be answered: {named}{more}. The answers for the others are "
        "kept and cost nothing when the request is sent again.",
        code="service_unavailable",
        retry_after=max((each.retry_after for each in result.failed if each.retry_after is not None), default=None),
    )


def _pages(result: ClassifyResult, call: ReadCall) -> _Steps[list[tuple[str | None, dict[str, Any]]]]:
    """Cut an answer into pages and write each; the token is None when there is only one."""
    visible = shown(result, call.request)
    if call.spelling.single:
        (asked,) = call.request.video_ids or ("",)
        videos = visible.videos or (VideoResult(asked),)
    else:
        videos = visible.videos
    snapshot = new_snapshot_id((yield RandomBytes(16)))
    ends = expires_at((yield Now()))
    cuts = cut(videos, call.request.page_limit, snapshot, ends)
    return [(each.token, write_answer(Page(each.items, each.info), call.spelling)) for each in cuts]


def _page(token: str) -> _Steps[HandledReply]:
    # The old SDK put whatever it was given into an address, so None is an invalid token and no TypeError.
    if not isinstance(token, str) or not is_well_formed(token):
        raise page_token_invalid(str(token))
    text: str | Expired | None = yield FetchPage(token)
    if text is None:
        raise page_token_invalid(token)
    if isinstance(text, Expired):
        raise page_token_expired(token)
    body, notes = unpack_page(text)
    return HandledReply(200, body, headers_of(notes), notes)


def _refused(error: ClassifyError, notes: Notes | None = None, result: ClassifyResult | None = None) -> HandledReply:
    answer = failure_answer(error)
    if notes is None:
        return HandledReply(answer.status, answer.body, answer.headers, error=error)
    return HandledReply(answer.status, answer.body, {**answer.headers, **headers_of(notes)}, notes, result, error)
