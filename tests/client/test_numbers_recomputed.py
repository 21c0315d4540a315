"""Every number of an answer, worked out once more by hand from what the stand-in's videos hold.

The stand-in writes cleanly here, so what the model said is its library. Nothing of the package but the faces and the
stand-in is imported: the rules stand below in their plainest form, as the vendor's specification, the recordings of
October 2023 and the guide of December 2022 give them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise
from math import floor, fsum
from typing import Any

import pytest

from pegasus_classify import Classifier

emulator = pytest.importorskip("pegasus_classify.emulator")

OPTIONS = {"visual": "seen", "conversation": "said", "text_in_video": "written"}
KNOTS = ((0, 0), (40, 46), (60, 73), (80, 83), (100, 89))
FLOORS = {"none": 0, "low": 40, "medium": 73, "high": 83}
WORDS = ((83, "high"), (73, "medium"), (40, "low"), (0, "extremely low"))

# No name is a word of the library, so a class is there only by its prompts.
GROUPS = [
    {"name": "Group one", "prompts": ["Sedan", "SUV", "Cars", "Minivan", "Hatchback", "Pickup Truck"]},
    {"name": "Group two", "prompts": ["Lion", "Elephant", "Dog", "Cat", "Snake", "Dog"]},
    {"name": "Group three", "prompts": ["Cooking tutorial", "Recipes", "Dance tutorial", "Dance group", "Coupe"]},
    {"name": "Group four", "prompts": ["Coupe"], "options": ["visual"]},
    {"name": "Group five", "prompts": ["Truck", "Crossover", "Convertible"], "options": ["conversation"]},
]
NEARLY_NOTHING = {"min_video_score": 1, "min_clip_score": 1, "min_duration_ratio": 0.01}
THRESHOLDS: list[Any] = [
    None,
    90,
    0,
    NEARLY_NOTHING,
    {"min_video_score": 60},
    {"min_duration_ratio": 0.1},
    {"min_clip_score": 80, "min_video_score": 1, "min_duration_ratio": 0.01},
    {"min_video_score": 1, "min_clip_score": 92.28, "min_duration_ratio": 0.01},
]
ASKED = [["visual"], ["conversation", "text_in_video"], ["visual", "conversation", "text_in_video"]]


def cut(number: float) -> float | int:
    """Cut to two decimals, without a fraction when whole."""
    return plain(floor(100 * number + 1e-9) / 100)


def plain(number: float) -> float | int:
    """Whole numbers have no fraction."""
    return int(number) if number == int(number) else number


def score_of(certainty: float) -> float:
    """From the model's certainty to the old scale, along straight lines."""
    for (x0, y0), (x1, y1) in pairwise(KNOTS):
        if x0 <= certainty <= x1:
            return y0 + (y1 - y0) * (certainty - x0) / (x1 - x0)
    raise AssertionError(certainty)


def clips_of(video: Any, prompts: list[str], options: list[str], lowest: float) -> list[dict[str, Any]]:
    """What the library holds for one class, in the old words, clips under the floor left out."""
    clips: list[dict[str, Any]] = []
    for prompt in dict.fromkeys(prompts):
        for option in options:
            spans = [
                [start, end, 92.28 if option == "text_in_video" else score_of(note.certainty)]
                for note in video.annotations
                if note.modality == OPTIONS[option] and prompt.lower() in {word.lower() for word in note.words}
                for start, end in note.stretches
            ]
            for start, end, score in joined([span for span in sorted(spans) if cut(span[2]) >= lowest]):
                clips.append({"start": start, "end": end, "score": score, "option": option, "prompt": prompt})
    return clips


def joined(spans: list[list[float]]) -> list[list[float]]:
    """Stretches of one prompt and option that overlap are one, with the higher score."""
    whole: list[list[float]] = []
    for start, end, score in spans:
        if whole and start < whole[-1][1]:
            whole[-1][1:] = [max(end, whole[-1][1]), max(score, whole[-1][2])]
        else:
            whole.append([start, end, score])
    return whole


def union_of(clips: list[dict[str, Any]]) -> float:
    """Seconds covered, overlaps once."""
    spans = joined(sorted([clip["start"], clip["end"], 0] for clip in clips))
    return fsum(end - start for start, end, _ in spans)


def class_score(best: float, ratio: float) -> float:
    """The rule fitted to the recordings."""
    h = 1 - min(1, max(0, (0.97 - ratio) / 0.68)) ** 2
    return min(100, 80 * min(1, best / 90) + 20 * h)


def classes_of(video: Any, body: dict[str, Any], minima: tuple[float, float, float]) -> list[dict[str, Any]]:
    """The classes of one video as version 1.2 shows them, with clips and details."""
    found = []
    for asked in body["classes"]:
        options = [option for option in OPTIONS if option in asked.get("options", body["options"])]
        clips = clips_of(video, asked["prompts"], options, minima[1])
        if not clips:
            continue
        scores = [clip["score"] for clip in clips]
        ratio = union_of(clips) / video.duration
        score = class_score(max(scores), ratio)
        if cut(score) < minima[0] or cut(ratio) < minima[2]:
            continue
        shown = [
            {**clip, **{key: plain(clip[key]) for key in ("start", "end")}, "score": cut(clip["score"])}
            for clip in clips
        ]
        shown.sort(key=lambda clip: (-clip["score"], clip["start"], clip["end"]))
        detail = {"max_score": cut(max(scores)), "avg_score": cut(fsum(scores) / len(scores))}
        found.append(
            {
                "name": asked["name"],
                "score": cut(score),
                "duration_ratio": cut(ratio),
                "detailed_scores": detail,
                "clips": shown,
            }
        )
    found.sort(key=lambda entry: -entry["score"])
    total = fsum(entry["score"] for entry in found)
    for entry in found:
        entry["detailed_scores"]["normalized_score"] = pytest.approx(100 * entry["score"] / total, rel=1e-12)
    return found


def minima_of(threshold: Any) -> tuple[float, float, float]:
    """The least video score, clip score and ratio that a request asks for."""
    given = {"min_video_score": threshold} if isinstance(threshold, int) else threshold or {}
    return given.get("min_video_score", 75), given.get("min_clip_score", 73), given.get("min_duration_ratio", 0.5)


@pytest.fixture(scope="module")
def videos() -> dict[str, Any]:
    """The videos of the old guide, by id, in the order of their index."""
    (index,) = [index for index in emulator.packaged_library().indexes if index.id == emulator.MAIN_INDEX_ID]
    return {video.id: video for video in index.videos}


@pytest.fixture(scope="module")
def client() -> Iterator[Classifier]:
    """One classifier for all, so that each question is asked once."""
    with emulator.running_emulator() as running, Classifier("key", running.base_url, coverage="lenient") as made:
        yield made


def same_number_types(value: Any) -> None:
    """No whole number is written with a fraction."""
    written = json.dumps(value)
    again = json.loads(written, parse_float=lambda text: pytest.fail(text) if text.endswith(".0") else float(text))
    assert again == value


@pytest.mark.parametrize("options", ASKED, ids="+".join)
@pytest.mark.parametrize("threshold", THRESHOLDS, ids=str)
def test_classes_have_the_numbers_of_the_rules(
    client: Classifier, videos: dict[str, Any], options: list[str], threshold: Any
):
    """Scores, ratios, details, clips and normalized scores, for thirteen videos and five classes."""
    body = {"options": options, "classes": GROUPS, "include_clips": True, "show_detailed_score": True, "page_limit": 50}
    sent = {"index_id": emulator.MAIN_INDEX_ID, **body, **({} if threshold is None else {"threshold": threshold})}
    status, answer = client.handle("POST", "/v1.2/classify/bulk", sent)
    assert status == 200
    expected = {key: classes_of(video, body, minima_of(threshold)) for key, video in videos.items()}
    expected = {key: classes for key, classes in expected.items() if classes}
    assert {entry["video_id"]: entry["classes"] for entry in answer["data"]} == expected
    assert answer["page_info"]["total_results"] == len(expected)
    order = sorted(expected, key=lambda key: -max(entry["score"] for entry in expected[key]))
    assert [entry["video_id"] for entry in answer["data"]] == order
    same_number_types(answer)


def test_the_thresholds_above_leave_something_and_take_something(client: Classifier, videos: dict[str, Any]):
    """The cases mean something: the loosest answers many classes, others fewer, each some."""
    body = {"options": ASKED[2], "classes": GROUPS}
    counts = [sum(len(classes_of(video, body, minima_of(each))) for video in videos.values()) for each in THRESHOLDS]
    assert max(counts) == counts[THRESHOLDS.index(NEARLY_NOTHING)] >= 15
    assert min(counts) >= 1
    assert len(set(counts)) >= 5


@pytest.mark.parametrize("options", ASKED, ids="+".join)
@pytest.mark.parametrize("word", [*FLOORS, None], ids=str)
def test_labels_have_the_numbers_of_the_rules(
    client: Classifier, videos: dict[str, Any], options: list[str], word: str | None
):
    """The dialect of 2022: best score, covered seconds, words, labels as asked and clips by start."""
    labels = [{"name": each["name"], "prompts": each["prompts"]} for each in GROUPS]
    body = {
        "index_id": emulator.MAIN_INDEX_ID,
        "options": options,
        "labels": labels,
        "include_clips": True,
        "page_limit": 50,
    }
    status, answer = client.handle("POST", "/v1.1/classify/bulk", {**body, **({"threshold": word} if word else {})})
    assert status == 200
    expected = {}
    for key, video in videos.items():
        found = []
        for label in labels:
            chosen = [option for option in OPTIONS if option in options]
            clips = clips_of(video, label["prompts"], chosen, FLOORS[word or "low"])
            if clips:
                best = cut(max(clip["score"] for clip in clips))
                shown = [{**clip, "score": cut(clip["score"])} for clip in clips]
                shown = [{**clip, "confidence": word_of(clip["score"])} for clip in shown]
                found.append(
                    {
                        "name": label["name"],
                        "max_score": best,
                        "duration": pytest.approx(union_of(clips), rel=1e-12),
                        "confidence": word_of(best),
                        "clips": sorted(shown, key=by_start(label["prompts"])),
                    }
                )
        if found:
            expected[key] = found
    assert [entry["video_id"] for entry in answer["data"]] == list(expected)
    assert {entry["video_id"]: entry["labels"] for entry in answer["data"]} == expected
    same_number_types(answer)


def by_start(prompts: list[str]) -> Any:
    """By time; what starts and ends together stands as it was asked."""
    return lambda clip: (clip["start"], clip["end"], prompts.index(clip["prompt"]), list(OPTIONS).index(clip["option"]))


def word_of(score: float) -> str:
    """The word for a score as it is shown."""
    return next(word for lowest, word in WORDS if score >= lowest)
