"""A recording as a side: what is a repeat, what is asked again, and that the work grows with the answers alone."""

from __future__ import annotations

from typing import Any

import pytest
from counted_work import work_of

from pegasus_classify.cli.recorded_side import recorded_requests, recorded_side
from pegasus_classify.recordings.format import RecordedCall, Recording

PATH = "/v1.2/classify"
ASKED = {"calls": 1, "kept": 0}
KEPT = {"calls": 0, "kept": 1}


def call(request: dict[str, Any], data: Any = (), path: str = PATH, **more: Any) -> RecordedCall:
    """Return an answered call about dogs."""
    about = {"options": ["visual"], "classes": [{"name": "Dogs", "prompts": ["Dog"]}], **request}
    shown = list(data) if isinstance(data, tuple) else data
    return RecordedCall(path=path, request=about, status=200, response={"data": shown, "page_info": {}}, **more)


def video(number: int, **more: Any) -> RecordedCall:
    """Return an answer about one video."""
    return call({"video_ids": [f"v{number}"]}, **more)


def index(number: int, *videos: str) -> RecordedCall:
    """Return an answer about an index that lists videos."""
    data = [{"video_id": each, "classes": []} for each in videos]
    return call({"index_id": f"i{number}", "page_limit": number % 50 + 1}, data, path=f"{PATH}/bulk")


REPEATS = {
    "asked twice": ([video(1, cost=ASKED), video(1, cost=ASKED)], 1),
    "kept the second time": ([video(1, cost=ASKED), video(1, cost=KEPT)], 0),
    "kept, and who was asked for it is not known": ([video(1, cost=KEPT)], 0),
    "kept, of another source": ([video(1, source="a", cost=ASKED), video(1, source="b", cost=KEPT)], 1),
    "kept, of another question": ([video(2, cost=ASKED), video(1, cost=KEPT), video(1, cost=ASKED)], 1),
    "kept after two that were asked for": ([video(1), video(1), video(1, cost=KEPT)], 1),
}


@pytest.mark.parametrize(("calls", "repeats"), REPEATS.values(), ids=list(REPEATS))
def test_an_answer_is_a_repeat_unless_it_was_kept_from_the_same_source(calls: list[RecordedCall], repeats: int):
    """What was not asked for again says nothing about how the side differs from itself."""
    assert recorded_side("one", Recording(tuple(calls))).repeats == repeats


def test_an_index_is_asked_about_by_the_videos_that_any_answer_about_it_lists():
    """In the order in which they are listed first; an index whose answers list none is not asked about."""
    nothing = call({"index_id": "i9"}, None, path=f"{PATH}/bulk")
    calls = index(1, "a", "b"), index(2, "z"), index(1, "b", "c"), nothing
    asked = recorded_requests(Recording(calls), by_video=True)
    assert [(path, body["video_ids"]) for path, body in asked] == [(PATH, ["a", "b", "c"]), (PATH, ["z"])]


GROWING = {
    "one question again and again": lambda count: [video(1, cost=KEPT if number else ASKED) for number in range(count)],
    "a question each": lambda count: [video(number) for number in range(count)],
    "an index each": lambda count: [index(number, f"v{number}") for number in range(count)],
}


@pytest.mark.parametrize("calls", GROWING.values(), ids=list(GROWING))
def test_eight_times_as_many_answers_are_eight_times_the_work(calls: Any):
    """Counted in lines and calls: no answer is compared with all before it."""
    few, many = (Recording(tuple(calls(count))) for count in (50, 400))
    recorded_side("warm", few)
    assert work_of(lambda: recorded_side("many", many)) < 8.5 * work_of(lambda: recorded_side("few", few))
    asked = work_of(lambda: recorded_requests(few, by_video=True))
    assert work_of(lambda: recorded_requests(many, by_video=True)) < 8.5 * asked
