"""Old answers and new evidence are put together video by video, and what cannot be known is not made up."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("sklearn")
from pegasus_classify.calibrate.pairs import asked_in, pairs_of
from pegasus_classify.errors import BadRequestError
from pegasus_classify.recordings.format import RecordedCall, RecordedEvidence

CARS = [{"name": "Cars", "prompts": ["Cars"]}]
REQUEST: dict[str, Any] = {
    "video_ids": ["v1", "v2"],
    "options": ["visual"],
    "classes": CARS,
    "threshold": {"min_video_score": 80},
}


def entry(name="Cars", score=90.0, **more):
    """A class of an answer."""
    return {"name": name, "score": score, "duration_ratio": 0.6, **more}


def answer(*videos, token=""):
    """An answer with one class per video."""
    data = [{"video_id": video, "classes": [each]} for video, each in videos]
    info = {"limit_per_page": 10, "total_results": len(data), "page_expired_at": "", "next_page_token": token}
    return {"data": data, "page_info": info}


def old(response, request=REQUEST, path="/v1.2/classify", status=200):
    """An old call."""
    return RecordedCall(path=path, status=status, request=request, response=response)


def new(*videos, request=REQUEST, **more):
    """A new call that reports one clip in some videos."""
    clip = RecordedEvidence(class_name="Cars", prompt="Cars", option="visual", start=0, end=5, confidence=90)
    evidence = {video: (clip,) if found else () for video, found in videos}
    about = {"model": "pegasus1.5", "prompt_version": "classify.v1", "prompt_hash": "abc", **more}
    durations = dict.fromkeys(evidence, 10.0)
    return RecordedCall(
        path="/x", status=200, request=request, response={}, evidence=evidence, durations=durations, **about
    )


BOTH = new(("v1", True), ("v2", False))


def test_every_video_asked_about_is_a_pair():
    """Shown means kept; not shown means under the thresholds."""
    paired = pairs_of(
        [old(answer(("v1", entry(clips=[{"start": 0, "end": 5, "score": 84.5}, {"start": 6, "end": 7}]))))], [BOTH]
    )
    first, second = paired.pairs
    assert (first.video_id, first.kept, first.score, first.best, first.ratio, first.length) == (
        "v1",
        True,
        90,
        84.5,
        0.6,
        10,
    )
    assert (second.video_id, second.kept, second.score, second.evidence) == ("v2", False, None, ())
    assert first.limits.video_score == 80
    assert [each.confidence for each in first.evidence] == [90]
    assert (paired.model, paired.prompt_version, paired.prompt_hash) == ("pegasus1.5", "classify.v1", "abc")
    assert paired.left_out == ()


def test_an_index_is_what_the_new_side_was_asked_about():
    """And what the old answer shows."""
    request = {**{name: value for name, value in REQUEST.items() if name != "video_ids"}, "index_id": "<INDEX_ID>"}
    call = old(answer(("v1", entry()), ("v9", entry())), request, "/v1.2/classify/bulk")
    paired = pairs_of([call], [new(("v1", True), ("v3", True), request=request)])
    assert [(pair.video_id, pair.kept) for pair in paired.pairs] == [("v1", True), ("v3", False)]
    assert paired.left_out == ("1 classes in videos that the new side was not asked about",)


def test_further_pages_belong_to_their_answer():
    """Found by their token."""
    page = old(answer(("v2", entry())), None, "/v1.2/classify/t-1")
    paired = pairs_of([old(answer(("v1", entry()), token="t-1")), page], [BOTH])
    assert [(pair.video_id, pair.kept) for pair in paired.pairs] == [("v1", True), ("v2", True)]
    assert paired.left_out == ()


def test_what_a_missing_page_holds_is_not_made_up():
    """A video that is not shown may stand on it."""
    paired = pairs_of([old(answer(("v1", entry()), token="t-1"))], [BOTH])
    assert [pair.video_id for pair in paired.pairs] == ["v1"]
    assert "were not recorded" in paired.left_out[0]


def test_the_same_case_is_taken_once_and_from_the_answer_that_shows_most():
    """Other thresholds make another case."""
    detailed = entry(detailed_scores={"max_score": 85.5, "avg_score": 80, "normalized_score": 100})
    other = {**REQUEST, "threshold": {"min_video_score": 70}}
    calls = [
        old(answer(("v1", entry()))),
        old(answer(("v1", detailed))),
        old(answer(("v1", entry()))),
        old(answer(), other),
    ]
    paired = pairs_of(calls, [BOTH])
    assert [(pair.video_id, pair.limits.video_score, pair.best) for pair in paired.pairs] == [
        ("v1", 80, 85.5),
        ("v2", 80, None),
        ("v1", 70, None),
        ("v2", 70, None),
    ]


def test_what_cannot_be_used_is_counted():
    """One line for each reason."""
    labels = {"video_id": "v1", "options": ["visual"], "labels": CARS}
    calls = [
        old(answer(), None),
        old({"data": 5}),
        old(answer(), {**REQUEST, "page_limit": 99}),
        old({"labels": []}, labels),
        old({"code": "x", "message": "y"}, status=429),
    ]
    paired = pairs_of(calls, [BOTH])
    assert paired.pairs == ()
    assert [line.split(" ", 1)[0] for line in paired.left_out] == ["1", "2", "1", "1"]


@pytest.mark.parametrize(
    ("calls", "complaint"),
    [
        ([old(answer())], "keeps no evidence"),
        ([BOTH, new(("v3", True), model="pegasus1.6")], "several models or prompts"),
    ],
)
def test_a_new_side_that_cannot_be_used_is_refused(calls, complaint):
    """With what to do."""
    with pytest.raises(BadRequestError, match=complaint):
        pairs_of([old(answer())], calls)


def test_each_different_request_is_asked_once():
    """Whatever else stands in the recording."""
    calls = [old(answer()), old(answer()), old(answer(), None), old(answer(), {**REQUEST, "include_clips": True})]
    assert [call.request for call, _ in asked_in(calls)] == [REQUEST, {**REQUEST, "include_clips": True}]
