"""The old JavaScript SDK, unchanged, against the server: one variable says where it is."""

from __future__ import annotations

from itertools import chain

import pytest

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def said(javascript, shim):
    """What the program printed."""
    return javascript("javascript_sdk.js", shim)


def test_named_videos_in_camel_case(said):
    """Each class with scores and clips, best first."""
    assert len(said["everything"]) == 3
    for video in said["everything"]:
        assert video["videoId"]
        scores = [each["score"] for each in video["classes"]]
        assert scores == sorted(scores, reverse=True)
        for each in video["classes"]:
            assert 0 < each["durationRatio"] <= 1
            assert each["detailedScores"]["normalizedScore"] > 0
            assert set(each["clips"][0]) == {"start", "end", "score", "option", "prompt"}
    assert all("clips" not in each for video in said["plain"] for each in video["classes"])


def test_an_index_comes_in_pages(said):
    """By token, and by `next()`, which gives null at the end."""
    info = said["first"]["info"]
    assert (len(said["first"]["data"]), info["limitPerPage"]) == (2, 2)
    assert len(said["following"]) > 1
    assert said["following"][0] == said["second"]
    everything = [*(video["videoId"] for video in said["first"]["data"]), *chain.from_iterable(said["following"])]
    assert len(everything) == len(set(everything)) == info["totalResults"]
    assert said["after_the_last"] is None


def test_version_1_1_is_answered_in_the_dialect_of_the_request(said):
    """`classes` under /v1.1 is what programs of 2023 sent."""
    assert said["under_1_1"] == said["plain"] != []


@pytest.mark.parametrize(
    ("case", "kind", "status"),
    [
        ("threshold", "BadRequestError", 400),
        ("video", "BadRequestError", 400),
        ("token", "BadRequestError", 400),
        ("wrong_key", "UnauthorizedError", 401),
        ("elsewhere", "NotFoundError", 404),
    ],
)
def test_an_error_arrives_as_the_class_that_old_programs_catch(said, case, kind, status):
    """With the message of the body."""
    error = said["errors"][case]
    assert (error["caught_as"], error["status"]) == (kind, status)
    assert error["message"]
    assert "tlk_" not in str(error)
