"""What holds for every request and every answer of the old API."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeVar

import jsonschema
from hypothesis import given
from hypothesis import strategies as st
from legacy_samples import cut_scores, schema_errors
from same_json import fractions_without_need, same_json
from strategies import (
    answer_calls,
    json_documents,
    json_values,
    request_calls,
    requests,
    video_results,
)

from pegasus_classify.contract.pages import Page, PageInfo
from pegasus_classify.contract.request import ClassifyRequest
from pegasus_classify.contract.result import VideoResult
from pegasus_classify.errors import BadRequestError
from pegasus_classify.legacy.answers import answer_of, read_answer, write_answer, write_video
from pegasus_classify.legacy.coverage import ENTRIES, entries_for
from pegasus_classify.legacy.detect import parse_body
from pegasus_classify.legacy.openapi import openapi_document
from pegasus_classify.legacy.routes import WrongMethodError, route
from pegasus_classify.legacy.shown import shown
from pegasus_classify.legacy.spelling import Spelling
from pegasus_classify.legacy.wire import read_request, write_request

_T = TypeVar("_T")
_E = TypeVar("_E", bound=Exception)


def attempt(expected: type[_E], step: Callable[[], _T]) -> tuple[_T | None, _E | None]:
    """Return what a step gave, or the one kind of error it may raise."""
    try:
        return step(), None
    except expected as error:
        return None, error


_PATHS = {"videos": "/classify", "bulk": "/classify/bulk"}
_PUBLISHED = {
    kind: jsonschema.Draft202012Validator(
        openapi_document()["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"]
    )
    for kind, path in _PATHS.items()
}


@given(request_calls)
def test_a_request_read_and_written_is_the_same_json(call: tuple[dict[str, Any], Any]) -> None:
    body, kind = call
    before = json.dumps(body)
    request, spelling = read_request(body, kind)
    assert same_json(write_request(request, spelling), body)
    assert json.dumps(body) == before


@given(request_calls)
def test_a_written_request_reads_the_same(call: tuple[dict[str, Any], Any]) -> None:
    body, kind = call
    once = read_request(body, kind)
    assert read_request(json.loads(json.dumps(write_request(*once))), kind) == once


@given(request_calls)
def test_a_request_reads_the_same_whether_or_not_its_call_is_known(call: tuple[dict[str, Any], Any]) -> None:
    body, kind = call
    assert read_request(body, None) == read_request(body, kind)


@given(requests)
def test_a_request_of_the_contract_survives_the_wire(request: ClassifyRequest) -> None:
    if min(request.thresholds.video_score, request.thresholds.clip_score) < 1 or (
        request.thresholds.duration_ratio < 0.01
    ):
        request = request.model_copy(update={"thresholds": ClassifyRequest.model_fields["thresholds"].default})
    body = json.loads(json.dumps(write_request(request, Spelling("classes", "video_ids"))))
    assert read_request(body, "videos")[0] == request.model_copy(update={"order": "by_score"})


@given(request_calls)
def test_a_valid_request_obeys_the_published_description(call: tuple[dict[str, Any], Any]) -> None:
    body, kind = call
    assert _PUBLISHED[kind].is_valid(body)


@given(request_calls, st.data())
def test_a_request_with_one_value_exchanged_is_read_exactly_when_it_is_described(
    call: tuple[dict[str, Any], Any], data: st.DataObject
) -> None:
    body, kind = json.loads(json.dumps(call[0])), call[1]
    held: Any = body
    while True:
        key = data.draw(st.sampled_from(sorted(held) if isinstance(held, dict) else range(len(held))))
        if not isinstance(held[key], (dict, list)) or not held[key] or data.draw(st.booleans()):
            break
        held = held[key]
    held[key] = data.draw(json_documents)
    read, error = attempt(BadRequestError, lambda: read_request(body, kind))
    assert _PUBLISHED[kind].is_valid(body) is (error is None)
    if read is not None:
        assert same_json(write_request(*read), body)


@given(st.dictionaries(st.text(max_size=8), json_values, max_size=4), st.sampled_from(["videos", "bulk", None]))
def test_any_object_is_read_or_refused(body: dict[str, Any], kind: Any) -> None:
    _, error = attempt(BadRequestError, lambda: read_request(body, kind))
    assert error is None or error.code.startswith("parameter_")


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_any_bytes_are_a_body_or_refused(raw: bytes) -> None:
    body, error = attempt(BadRequestError, lambda: parse_body(raw))
    assert isinstance(body, dict) if error is None else error.message.startswith("The request body is invalid.")


@given(request_calls)
def test_a_body_as_bytes_is_the_body(call: tuple[dict[str, Any], Any]) -> None:
    assert parse_body(json.dumps(call[0]).encode()) == call[0]
    assert parse_body(json.dumps(call[0], ensure_ascii=False)) == call[0]


@given(answer_calls)
def test_an_answer_read_and_written_is_the_same_json(call: tuple[dict[str, Any], Spelling]) -> None:
    body, spelling = call
    page = read_answer(body, spelling.dialect)
    written = write_answer(page, spelling)
    assert same_json(written, body)
    assert read_answer(written, spelling.dialect) == page
    assert fractions_without_need(written) == []


@given(answer_calls)
def test_an_answer_with_a_video_in_it_tells_its_own_dialect(call: tuple[dict[str, Any], Spelling]) -> None:
    body, spelling = call
    if body.get("data") or "labels" in body:
        assert read_answer(body) == read_answer(body, spelling.dialect)


@given(json_values)
def test_anything_is_an_answer_or_refused(value: Any) -> None:
    page, error = attempt(ValueError, lambda: read_answer(value))
    assert isinstance(page, Page) if error is None else str(error)


@given(st.lists(video_results, max_size=3), requests, st.sampled_from(["classes", "labels"]))
def test_whatever_was_judged_is_written_as_a_valid_answer(
    videos: list[VideoResult], request: ClassifyRequest, dialect: Any
) -> None:
    info = PageInfo(10, len(videos), "2024-02-29T23:59:59Z", "", "") if videos else PageInfo(0, 0, "")
    visible = [shown(video, request) for video in videos]
    answer = json.loads(json.dumps(write_answer(Page(tuple(visible), info), Spelling(dialect, "index_id"))))
    assert schema_errors(f"{dialect}_answer", answer) == []
    assert len(answer["data"]) == len(videos)
    for video in answer["data"]:
        for found in video[dialect]:
            assert ("clips" in found) is request.include_clips
            assert ("detailed_scores" in found) is (request.show_detailed_score and dialect == "classes")


@given(st.lists(video_results, max_size=3), st.sampled_from(["classes", "labels"]))
def test_reading_a_written_answer_loses_no_more_than_the_cut(videos: list[VideoResult], dialect: Any) -> None:
    spelling = Spelling(dialect, "index_id")
    info = PageInfo(10, 3, "2024-02-29T23:59:59Z", "t-1", "")
    written = write_answer(Page(tuple(videos), info), spelling)
    assert same_json(write_answer(read_answer(written, dialect), spelling), written)
    assert same_json(cut_scores(written), written)


@given(st.lists(video_results, max_size=4))
def test_videos_written_one_by_one_are_the_answer(videos: list[VideoResult]) -> None:
    spelling = Spelling("classes", "index_id")
    page = Page(tuple(videos), PageInfo(10, 4, "2024-02-29T23:59:59Z", "", ""))
    assert answer_of([write_video(video, spelling) for video in videos], page.info, spelling) == write_answer(
        page, spelling
    )


@given(video_results, requests)
def test_hiding_twice_hides_no_more(video: VideoResult, request: ClassifyRequest) -> None:
    once = shown(video, request)
    assert shown(once, request) == once


@given(request_calls)
def test_the_rows_that_apply_belong_to_the_dialect_and_are_not_exact(call: tuple[dict[str, Any], Any]) -> None:
    request, spelling = read_request(*call)
    rows = [ENTRIES[name] for name in entries_for(request, spelling)]
    assert all(spelling.dialect in row.dialects and row.fidelity != "exact" for row in rows)


@given(
    st.sampled_from(["GET", "POST", "PUT", "X"]),
    st.text(max_size=30) | st.text(max_size=9).map("/v1.2/classify{}".format),
)
def test_any_address_is_a_call_or_none_or_a_wrong_method(method: str, path: str) -> None:
    call, error = attempt(WrongMethodError, lambda: route(method, path))
    assert error is None or error.allow
    assert call is None or (call.token is not None) == (call.kind == "page")
