"""Errors as answers, and answers as errors."""

from __future__ import annotations

import typing

import pytest

from pegasus_classify.contract.result import Failure, FailureKind
from pegasus_classify.errors import (
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    ClassifyError,
    InternalServerError,
    NotFoundError,
    RateLimitError,
    SettingsError,
    api_key_invalid,
)
from pegasus_classify.legacy.failures import error_of_failures, failure_answer, read_failure

KINDS = typing.get_args(FailureKind)


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (api_key_invalid(), 401, "api_key_invalid"),
        (NotFoundError("gone"), 404, "resource_not_exists"),
        (InternalServerError("late", status_code=503, code="service_unavailable"), 503, "service_unavailable"),
        (APITimeoutError("too slow"), 503, "service_unavailable"),
        (APIConnectionError("no way"), 502, "bad_gateway"),
        (SettingsError("setting store: no such folder"), 500, "internal_server_error"),
        (ClassifyError("hm"), 500, "internal_server_error"),
        (KeyError("secret"), 500, "internal_server_error"),
        (APIStatusError("odd", status_code=302), 502, "internal_server_error"),
    ],
)
def test_every_error_has_a_status_and_a_word(error: BaseException, status: int, code: str) -> None:
    reply = failure_answer(error)
    assert (reply.status, reply.body["code"]) == (status, code)
    assert reply.headers["Content-Type"] == "application/json"


def test_an_unforeseen_error_shows_nothing_of_itself() -> None:
    assert "secret" not in failure_answer(KeyError("secret")).body["message"]


def test_the_wait_is_told_in_whole_seconds() -> None:
    assert failure_answer(RateLimitError("slow down", retry_after=1.2)).headers["Retry-After"] == "2"
    assert failure_answer(RateLimitError("slow down", retry_after=-1)).headers["Retry-After"] == "0"
    assert failure_answer(APITimeoutError("slow")).headers["Retry-After"] == "30"
    assert "Retry-After" not in failure_answer(RateLimitError("slow down")).headers


@pytest.mark.parametrize(
    "message",
    [
        "failed with tlk_SECRETKEY000",
        "sent x-api-key: SECRETKEY000",
        "sent {'x-api-key': 'SECRETKEY000'}",
        "Authorization: Bearer SECRETKEY000",
        "failed\nTraceback (most recent call last):\n  File SECRETKEY000",
    ],
)
def test_no_key_and_no_traceback_reaches_the_caller(message: str) -> None:
    shown = failure_answer(InternalServerError(message)).body["message"]
    assert "SECRETKEY" not in shown
    assert "Traceback" not in shown
    assert "\n" not in shown


def test_a_message_is_one_line_of_valid_text_and_ends() -> None:
    shown = failure_answer(InternalServerError("a\r\nb\ud800" + "c" * 9000)).body["message"]
    assert shown.startswith("a b\\ud800c")
    assert len(shown) == 4000


def test_the_platforms_own_message_and_page_reach_the_caller() -> None:
    body = {"code": "video_not_ready", "message": "The video  is not ready.", "docs_url": "https://docs.example/x"}
    error = read_failure(409, body)
    assert type(error).__name__ == "ConflictError"
    assert failure_answer(error).body == body


def test_an_error_without_a_body_and_a_bare_string_are_errors_too() -> None:
    empty = read_failure(429, None, retry_after=3)
    assert isinstance(empty, RateLimitError)
    assert (empty.code, empty.retry_after) == ("too_many_requests", 3)
    assert "429" in empty.message
    assert read_failure(500, "something broke").message == "something broke"
    assert read_failure(418, ["odd"]).status_code == 418


@pytest.mark.parametrize("kind", KINDS)
def test_one_failed_video_speaks_for_itself(kind: FailureKind) -> None:
    failure = Failure("v1", kind, "It went wrong.", status_code=400, code="parameter_invalid", retry_after=5)
    error = error_of_failures([failure])
    assert (error.status_code, error.code, error.retry_after) == (400, "parameter_invalid", 5)
    assert error.message == "One video could not be answered. v1: It went wrong."


def test_the_gravest_failure_gives_the_status_and_all_are_named() -> None:
    error = error_of_failures(
        [
            Failure("v1", "unknown_video", "No asset belongs to it.", 400, "parameter_invalid"),
            Failure("v2", "rate_limited", "Too many requests.", 429, "too_many_requests", retry_after=7),
            Failure("v3", "rate_limited", "Too many requests.", 429, "too_many_requests", retry_after=9),
            Failure("v4", "rate_limited", "Too many requests.", 429, "too_many_requests"),
        ]
    )
    assert (error.status_code, error.code, error.retry_after) == (429, "too_many_requests", 9)
    assert error.message == (
        "4 videos could not be answered. v2, v3, v4: Too many requests. v1: No asset belongs to it."
    )


def test_of_many_videos_ten_are_named() -> None:
    failures = [Failure(f"v{index}", "unavailable", "Down.", 503, "service_unavailable") for index in range(12)]
    assert "v9 and 2 more: Down." in error_of_failures(failures).message


def test_no_failure_is_no_error() -> None:
    with pytest.raises(ValueError, match="no failure"):
        error_of_failures([])
