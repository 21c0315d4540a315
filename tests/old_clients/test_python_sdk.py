"""The old Python SDKs, unchanged, against the server: one variable says where it is."""

from __future__ import annotations

from itertools import chain

import pytest

pytestmark = pytest.mark.slow

VERSIONS = ["0.1.25", "0.2.8", "0.2.10", "0.3.2"]

CODES = {
    "threshold": ("BadRequestError", 400, "parameter_invalid"),
    "option": ("BadRequestError", 400, "parameter_invalid"),
    "video": ("BadRequestError", 400, "parameter_invalid"),
    "index": ("BadRequestError", 400, "parameter_invalid"),
    "token": ("BadRequestError", 400, "classify_page_token_invalid"),
    "no key": ("AuthenticationError", 401, "api_key_invalid"),
    "wrong key": ("AuthenticationError", 401, "api_key_invalid"),
    "wrong key, page": ("BadRequestError", 400, "classify_page_token_invalid"),
}


@pytest.fixture(scope="module", params=VERSIONS)
def said(request, old_sdk, shim):
    """What the program printed, run with one of the SDKs."""
    printed = old_sdk(request.param, "python_sdk.py", shim)
    assert printed["sdk"] == request.param
    return printed


def test_named_videos_with_every_argument(said):
    """Each class with scores and clips, best first."""
    assert len(said["everything"]) == 3
    for video in said["everything"]:
        scores = [each["score"] for each in video["classes"]]
        assert scores == sorted(scores, reverse=True)
        for each in video["classes"]:
            assert each["clips"]
            assert all(start < end for start, end, *_ in each["clips"])
            assert {option for *_, option, _ in each["clips"]} <= {"visual", "conversation"}
            assert 0 < each["duration_ratio"] <= 1
    if not said["sdk"].startswith("0.1."):  # 0.1 looked for the detailed scores in the wrong place
        assert all(each["normalized_score"] is not None for video in said["everything"] for each in video["classes"])
    assert [video["video_id"] for video in said["serialised"]["data"]] == [
        video["video_id"] for video in said["everything"]
    ]


def test_defaults_leave_out_clips_and_what_is_below_the_thresholds(said):
    """Documented: score 75, half of the video."""
    classes = [each for video in said["plain"] for each in video["classes"]]
    assert classes
    assert all(each["clips"] is None and each["score"] >= 75 and each["duration_ratio"] >= 0.5 for each in classes)
    assert said["nothing"] == []


def test_an_index_comes_in_pages(said):
    """By token forward and back, and by iteration, which starts at the second page."""
    info = said["first"]["info"]
    assert (len(said["first"]["data"]), info["limit_per_page"]) == (2, 2)
    assert len(said["following"]) > 1
    assert said["following"][0] == said["second"]
    assert said["back"] == said["first"]["data"]
    everything = [*(video["video_id"] for video in said["first"]["data"]), *chain.from_iterable(said["following"])]
    assert len(everything) == len(set(everything)) == info["total_results"]
    assert not said["after_the_last"]


def test_version_1_1_is_answered_in_the_dialect_of_the_request(said):
    """`classes` under /v1.1 is what programs of 2023 sent."""
    assert said["under_1_1"] == said["plain"]


@pytest.mark.parametrize("case", CODES)
def test_an_error_arrives_as_the_class_that_old_programs_catch(said, case):
    """With status and body; the body is JSON, because the content type says so."""
    kind, status, code = CODES[case]
    error = said["errors"][case]
    assert (error["caught_as"], error["status"], error["body"]["code"]) == (kind, status, code)
    assert error["body"]["message"]
    assert "tlk_" not in str(error)


def test_other_calls_are_passed_on(said):
    """To the upstream, whose answer comes back as it is."""
    assert (said["errors"]["elsewhere"]["caught_as"], said["errors"]["elsewhere"]["status"]) == ("NotFoundError", 404)
