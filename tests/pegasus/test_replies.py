"""What an HTTP answer of the platform means."""

from __future__ import annotations

import pytest
from playing import json_reply

from pegasus_classify.pegasus.replies import Problem, failure_of, header_seconds, quota_is_used_up, understood
from pegasus_classify.steps import NoReply, Reply


def test_a_json_object_of_a_success_is_the_answer() -> None:
    assert understood(json_reply(200, {"data": "x"})) == {"data": "x"}


@pytest.mark.parametrize(
    "reply",
    [
        Reply(200, {"content-type": "text/html"}, b"<html>busy</html>"),
        Reply(200, {}, b'{"data": "cut in the mid'),
        Reply(200, {}, b""),
        Reply(202, {}, b"[1]"),
        Reply(200, {}, b"[" * 100_000),
        Reply(200, {}, b"\xff\xfe"),
        Reply(503, {}, b""),
        Reply(408, {}, b""),
        NoReply("broken", "gone"),
        NoReply("timeout", "late"),
    ],
)
def test_what_may_succeed_the_next_time_is_transient(reply: Reply | NoReply) -> None:
    problem = understood(reply)
    assert isinstance(problem, Problem)
    assert problem.sort == "transient"
    assert problem.message


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 409, 413, 415, 422])
def test_a_client_error_is_permanent(status: int) -> None:
    problem = understood(json_reply(status, {"code": "c", "message": "m"}))
    assert problem == Problem("permanent", status, "c", "m")


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        ({"code": "video_not_ready", "message": "Wait."}, "video_not_ready", "Wait."),
        ({"error": {"code": "parameter_invalid", "message": "Bad.", "details": {}}}, "parameter_invalid", "Bad."),
        ({"error": "oops"}, "", "The platform answered with status 400."),
        ({"code": 7, "message": None}, "", "The platform answered with status 400."),
        ({}, "", "The platform answered with status 400."),
    ],
)
def test_both_shapes_of_error_bodies_are_read(body: object, code: str, message: str) -> None:
    assert understood(json_reply(400, body)) == Problem("permanent", 400, code, message)


def test_an_empty_429_is_a_rate_limit_with_a_sentence_of_ours() -> None:
    problem = understood(Reply(429, {"retry-after": "7"}, b""))
    assert problem == Problem("rate_limited", 429, "", "The platform's rate limit is reached.", 7.0)


@pytest.mark.parametrize(
    ("headers", "used_up"),
    [
        ({"retry-after": "600", "x-ratelimit-remaining": "0"}, True),
        ({"retry-after": "600", "x-ratelimit-request-remaining": "0"}, True),
        ({"retry-after": "600"}, True),
        ({"retry-after": "600", "x-ratelimit-remaining": "3"}, False),
        ({"retry-after": "300", "x-ratelimit-remaining": "0"}, False),
        ({"x-ratelimit-remaining": "0"}, False),
    ],
)
def test_a_long_wait_with_nothing_left_means_the_day_is_used_up(headers: dict[str, str], used_up: bool) -> None:
    assert quota_is_used_up(headers) is used_up
    problem = understood(Reply(429, headers, b""))
    assert isinstance(problem, Problem)
    assert problem.sort == ("quota" if used_up else "rate_limited")


@pytest.mark.parametrize("value", ["", "soon", "-1", "nan", "inf", "Wed, 21 Oct 2026 07:28:00 GMT"])
def test_a_header_that_is_no_number_of_seconds_is_absent(value: str) -> None:
    assert header_seconds({"retry-after": value}, "retry-after") is None


@pytest.mark.parametrize(
    ("problem", "kind", "status", "code"),
    [
        (Problem("permanent", 401, "", "m"), "key_rejected", 401, "api_key_invalid"),
        (Problem("permanent", 403, "read_not_allowed", "m"), "key_rejected", 403, "read_not_allowed"),
        (Problem("permanent", 400, "video_not_ready", "m"), "not_ready", 400, "video_not_ready"),
        (Problem("permanent", 400, "video_duration_too_long", "m"), "too_long", 400, "video_duration_too_long"),
        (Problem("permanent", 422, "", "m"), "rejected", 422, "parameter_invalid"),
        (Problem("transient", 503, "", "m"), "unavailable", 503, "internal_server_error"),
        (Problem("transient", 0, "", "m", timed_out=True), "unavailable", 504, "internal_server_error"),
        (Problem("transient", 0, "", "m"), "unavailable", 502, "internal_server_error"),
        (Problem("transient", 200, "", "m"), "unavailable", 502, "internal_server_error"),
        (Problem("rate_limited", 429, "", "m", 3.0), "rate_limited", 429, "too_many_requests"),
        (Problem("quota", 429, "", "m", 9000.0), "quota_used_up", 429, "too_many_requests"),
    ],
)
def test_a_problem_becomes_a_failure_with_the_platforms_message(
    problem: Problem, kind: str, status: int, code: str
) -> None:
    failure = failure_of(problem)
    assert (failure.kind, failure.status_code, failure.code) == (kind, status, code)
    assert (failure.message, failure.retry_after) == ("m", problem.retry_after)
