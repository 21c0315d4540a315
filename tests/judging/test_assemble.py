"""The answer to a whole request."""

from __future__ import annotations

from pegasus_classify.contract.request import ClassDefinition, ClassifyRequest, Order
from pegasus_classify.contract.result import ClassifyResult, ClassResult, Cost, Dropped, Failure, VideoResult
from pegasus_classify.judging.assemble import Provenance, assemble


def _request(order: Order = "by_score") -> ClassifyRequest:
    return ClassifyRequest(classes=(ClassDefinition(name="Pets", prompts=("cat",)),), order=order)


def _video(video_id: str, score: float | None = None, *, dropped: int = 0, calls: int = 1) -> VideoResult:
    classes = () if score is None else (ClassResult("Pets", score),)
    drops = tuple(Dropped(video_id, f"class {number}", "not_localised") for number in range(dropped))
    return VideoResult(video_id, classes, drops, Cost(calls=calls, video_seconds=10))


def test_videos_without_a_class_are_left_out_but_their_cost_and_drops_are_not() -> None:
    answer = assemble(_request(), [_video("a", dropped=2), _video("b", 90, dropped=1)], asked_order=["b", "a"])
    assert [video.video_id for video in answer.videos] == ["b"]
    assert [(each.video_id, each.class_name) for each in answer.dropped] == [
        ("b", "class 0"),
        ("a", "class 0"),
        ("a", "class 1"),
    ]
    assert answer.cost == Cost(calls=2, video_seconds=20)


def test_videos_stand_by_score_and_ties_as_asked() -> None:
    videos = [_video("a", 80), _video("b", 90), _video("c", 90)]
    answer = assemble(_request(), videos, asked_order=["c", "b", "a"])
    assert [video.video_id for video in answer.videos] == ["c", "b", "a"]


def test_videos_stand_as_asked_in_the_labels_dialect() -> None:
    answer = assemble(_request("as_asked"), [_video("a", 99), _video("b", 1)], asked_order=["b", "a"])
    assert [video.video_id for video in answer.videos] == ["b", "a"]


def test_failures_stand_as_asked() -> None:
    failed = [Failure(name, "too_long", "") for name in ("x", "a", "b")]
    answer = assemble(_request(), [], failed, asked_order=["b", "a"])
    assert [failure.video_id for failure in answer.failed] == ["b", "a", "x"]


def test_who_answered_is_passed_on() -> None:
    provenance = Provenance("pegasus1.5", "classify.v1", "abc", ("score",))
    answer = assemble(_request(), [], provenance=provenance)
    assert answer == ClassifyResult(
        model="pegasus1.5", prompt_version="classify.v1", prompt_hash="abc", coverage=("score",)
    )


def test_nothing_to_assemble_is_an_empty_answer() -> None:
    assert assemble(_request(), []) == ClassifyResult()


def test_asking_in_vain_is_not_shown_as_an_answer_kept() -> None:
    down, short = Failure("a", "unavailable", ""), Failure("b", "too_short", "")
    assert assemble(_request(), [], [down]).source == "asked"
    assert assemble(_request(), [], [short]).source == "kept"
    kept = VideoResult("c", cost=Cost(kept=1))
    assert assemble(_request(), [kept], [down]).source == "mixed"
    assert assemble(_request(), [kept], [short]).source == "kept"
