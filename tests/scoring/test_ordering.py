"""The order of clips, classes and videos."""

from __future__ import annotations

from pegasus_classify.contract.result import ClassResult, VideoResult
from pegasus_classify.scoring.clip_scores import ScoredClip
from pegasus_classify.scoring.ordering import ordered_classes, ordered_clips, ordered_videos, places_of


def _video(video_id: str, *scores: float) -> VideoResult:
    return VideoResult(video_id, tuple(ClassResult(str(place), score) for place, score in enumerate(scores)))


def test_clips_stand_by_shown_score_and_equal_ones_by_start() -> None:
    late, early, best = ScoredClip(9, 10, 0, 0, 80.004), ScoredClip(1, 2, 0, 0, 80.001), ScoredClip(5, 6, 0, 0, 90.0)
    assert ordered_clips([late, early, best], "by_score") == [best, early, late]


def test_clips_stand_by_start_in_the_labels_dialect() -> None:
    late, early = ScoredClip(9, 10, 0, 0, 90.0), ScoredClip(1, 2, 0, 0, 80.0)
    assert ordered_clips([late, early], "as_asked") == [early, late]


def test_classes_stand_by_score_and_ties_as_asked() -> None:
    low, tie, best, tie_too = (
        ClassResult(name, score) for name, score in zip("abcd", (1, 2.001, 3, 2.004), strict=True)
    )
    assert ordered_classes([low, tie, best, tie_too], "by_score") == [best, tie, tie_too, low]
    assert ordered_classes([low, tie, best, tie_too], "as_asked") == [low, tie, best, tie_too]


def test_videos_stand_by_their_best_class_and_ties_as_asked() -> None:
    videos = [_video("a", 80, 90), _video("b", 95), _video("c", 90.001), _video("d")]
    assert [video.video_id for video in ordered_videos(videos, "by_score", ["c", "a", "d", "b"])] == [
        "b",
        "c",
        "a",
        "d",
    ]


def test_videos_stand_as_asked_in_the_labels_dialect_and_unknown_ones_last() -> None:
    videos = [_video("x", 99), _video("a", 1), _video("b", 2)]
    assert [video.video_id for video in ordered_videos(videos, "as_asked", ["b", "a", "b", "a"])] == ["b", "a", "x"]


def test_a_video_named_twice_stands_where_it_was_named_first() -> None:
    assert places_of(["b", "a", "b"]) == {"a": 1, "b": 0}


def test_a_class_without_a_score_counts_as_nought() -> None:
    unknown, known = ClassResult("a"), ClassResult("b", 1)
    assert ordered_classes([unknown, known], "by_score") == [known, unknown]
