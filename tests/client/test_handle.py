"""A legacy call is answered by a generator whose needs the test performs: no socket, no clock, no store."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from pegasus_classify import errors
from pegasus_classify.client.handle import answer_call, answer_result, handle, handle_page, read_call
from pegasus_classify.client.needs import EXPIRED, Classify, FetchPage, KeepPages, Now, RandomBytes
from pegasus_classify.client.performing import perform_all
from pegasus_classify.contract.result import ClassifyResult, ClassResult, Clip, Cost, Dropped, Failure, VideoResult
from pegasus_classify.settings import Settings

BAD_CALLS = [
    json.loads(line) for line in (Path(__file__).parent / "bad_calls.jsonl").read_text(encoding="utf-8").splitlines()
]
BODY = {
    "video_ids": ["a", "b", "c"],
    "options": ["visual"],
    "classes": [{"name": "Dog", "prompts": ["a dog"]}],
    "page_limit": 2,
}
CLIP = Clip(1.0, 9.5, 84.567, "a dog", "visual")


def video(name: str) -> VideoResult:
    """A video in which one class was found."""
    found = ClassResult("Dog", 91.239, 0.8571, 84.567, 84.567, 100.0, 8.5, None, (CLIP,))
    return VideoResult(name, (found,), cost=Cost(calls=1, video_seconds=10))


def failure(name: str, **more: Any) -> Failure:
    """A video that failed after all retries."""
    return Failure(name, "unavailable", "The platform failed.", 503, "service_unavailable", **more)


def result(*names: str, failed: tuple[Failure, ...] = (), answered: int | None = None, **more: Any) -> ClassifyResult:
    """An answer with these videos."""
    videos = tuple(video(name) for name in names)
    count = len(videos) if answered is None else answered
    return ClassifyResult(videos, failed, answered=count, cost=Cost(calls=count), model="pegasus1.5", **more)


@dataclass
class World:
    """Everything outside: one answer or error, a page store, a fixed time."""

    outcome: ClassifyResult | Exception = field(default_factory=ClassifyResult)
    asked: list[Any] = field(default_factory=list)
    pages: dict[str, Any] = field(default_factory=dict)

    def perform(self, need: Any) -> Any:
        """Perform one need."""
        if isinstance(need, Classify):
            self.asked.append(need.request)
            if isinstance(self.outcome, Exception):
                raise self.outcome
            return self.outcome
        if isinstance(need, KeepPages):
            assert need.expires_in == 300
            return self.pages.update(need.pages)
        if isinstance(need, FetchPage):
            return self.pages.get(need.token)
        if isinstance(need, RandomBytes):
            return bytes(range(need.count))
        assert isinstance(need, Now)
        return 1_700_000_000.25

    def post(self, body: Any, path: str = "/v1.2/classify", **settings: Any) -> Any:
        """Send a call."""
        return perform_all(handle("POST", path, body, settings=Settings(**settings)), self.perform)

    def get(self, token: str) -> Any:
        """Fetch a page."""
        return perform_all(handle("GET", f"/v1.2/classify/{token}"), self.perform)


def test_an_answer_has_the_old_schema_and_shows_only_what_was_asked():
    """Numbers are cut, clips and details are absent unless asked for."""
    reply = World(result("a")).post(BODY)
    assert reply.status == 200
    assert reply.body == {
        "data": [{"video_id": "a", "classes": [{"name": "Dog", "score": 91.23, "duration_ratio": 0.85}]}],
        "page_info": {
            "limit_per_page": 2,
            "total_results": 1,
            "page_expired_at": "2023-11-14T22:18:20Z",
            "next_page_token": "",
            "prev_page_token": "",
        },
    }
    assert reply.error is None


def test_clips_and_details_are_shown_when_asked_for():
    """Both flags bring their keys."""
    reply = World(result("a")).post({**BODY, "include_clips": True, "show_detailed_score": True})
    found = reply.body["data"][0]["classes"][0]
    assert found["clips"] == [{"start": 1, "end": 9.5, "score": 84.56, "option": "visual", "prompt": "a dog"}]
    assert found["detailed_scores"] == {"max_score": 84.56, "avg_score": 84.56, "normalized_score": 100}


def test_a_body_may_be_bytes_text_or_an_object():
    """All three are the same call."""
    text = json.dumps(BODY)
    answers = [World(result("a")).post(body).body for body in (BODY, text, text.encode())]
    assert answers[0] == answers[1] == answers[2]


def test_what_json_cannot_hold_is_refused_or_written_as_it_would_be_sent():
    """Tuples are lists, NaN is no number, a ring has no end."""
    tuples = {**BODY, "video_ids": ("a",), "classes": ({"name": "Dog", "prompts": ("a dog",)},)}
    assert World(result("a")).post(tuples).status == 200
    ring: dict[str, Any] = {}
    ring["ring"] = ring
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    for value in (float("nan"), {1, 2}, object(), ring, {("a",): 1}, deep, b"x"):
        world = World()
        assert world.post({**BODY, "page_limit": value}).status == 400
        assert world.asked == []


def test_pages_joined_are_the_whole_answer_and_can_be_walked_back():
    """Tokens lead forward and backward; every page is fetched without asking anything."""
    world = World(result("a", "b", "c"))
    first = world.post(BODY)
    second = world.get(first.body["page_info"]["next_page_token"])
    assert [each["video_id"] for page in (first, second) for each in page.body["data"]] == ["a", "b", "c"]
    assert second.body["page_info"]["next_page_token"] == ""
    assert world.get(second.body["page_info"]["prev_page_token"]).body == first.body
    assert len(world.asked) == 1
    assert second.headers["X-Classify-Source"] == "kept"


def test_a_single_page_is_kept_nowhere():
    """Nobody is told a token, so nothing needs to be stored."""
    world = World(result("a", "b"))
    world.post(BODY)
    assert world.pages == {}


def test_nothing_found_has_the_recorded_empty_shape():
    """The three keys that the old SDK requires are there."""
    reply = World(result(answered=3)).post(BODY)
    assert reply.body == {
        "data": [],
        "page_info": {"limit_per_page": 0, "total_results": 0, "page_expired_at": ""},
    }


def test_the_labels_dialect_is_answered_in_kind_on_either_prefix():
    """The body decides, not the address."""
    body = {"index_id": "i", "options": ["visual"], "labels": [{"name": "Dog", "prompts": ["a dog"]}]}
    for version in ("v1.1", "v1.2", "p/v1.1", "p/v1.2"):
        reply = World(result("a")).post(body, f"/{version}/classify/bulk")
        assert reply.body == {
            "data": [
                {
                    "video_id": "a",
                    "labels": [{"name": "Dog", "max_score": 84.56, "duration": 8.5, "confidence": "high"}],
                }
            ],
            "page_info": {},
        }


@pytest.mark.parametrize(("found", "labels"), [(("a",), 1), ((), 0)])
def test_the_single_video_call_of_2022_answers_that_video_alone(found: tuple[str, ...], labels: int):
    """The labels stand at the top, also when there are none."""
    body = {"video_id": "a", "options": ["visual"], "labels": [{"name": "Dog", "prompts": ["a dog"]}]}
    reply = World(result(*found, answered=1)).post(body, "/v1.1/classify")
    assert reply.body["video_id"] == "a"
    assert len(reply.body["labels"]) == labels
    assert "data" not in reply.body


def test_some_failed_videos_are_named_beside_the_answer():
    """The others are answered."""
    reply = World(result("a", failed=(failure("b"), failure("c, d\n")))).post(BODY)
    assert reply.status == 200
    assert reply.headers["X-Classify-Failed"] == "2, b, c%2C%20d%0A"
    assert [each.video_id for each in reply.notes.failed] == ["b", "c, d\n"]


def test_only_ten_failed_videos_are_named_in_the_header():
    """The count says how many there are."""
    failed = tuple(failure(str(number)) for number in range(30))
    header = World(result("a", failed=failed)).post(BODY).headers["X-Classify-Failed"]
    assert header == "30, " + ", ".join(str(number) for number in range(10))


def test_failed_videos_are_still_known_on_the_second_page():
    """The page's own headers name them."""
    world = World(result("a", "b", "c", failed=(failure("d"),)))
    token = world.post(BODY).body["page_info"]["next_page_token"]
    page = world.get(token)
    assert page.headers["X-Classify-Failed"] == "1, d"
    assert page.notes.failed == (failure("d"),)


def test_when_every_video_failed_the_call_failed():
    """Status and message are those of the failures."""
    reply = World(result(failed=(failure("a", retry_after=7.2),))).post(BODY)
    assert (reply.status, reply.body["code"]) == (503, "service_unavailable")
    assert "a: The platform failed." in reply.body["message"]
    assert reply.headers["Retry-After"] == "8"
    assert isinstance(reply.error, errors.InternalServerError)


def test_nothing_found_in_the_answered_videos_is_no_failure():
    """One video answered with nothing, one failed: an empty answer that names the failed one."""
    reply = World(result(failed=(failure("b"),), answered=1)).post(BODY)
    assert (reply.status, reply.body["data"]) == (200, [])
    assert reply.headers["X-Classify-Failed"] == "1, b"


def test_a_failed_video_can_be_made_an_error():
    """With `on_failed_video="error"` the call fails, names the video and says that the rest is kept."""
    many = tuple(failure(str(number), retry_after=number) for number in range(12))
    reply = World(result("a", failed=many)).post(BODY, on_failed_video="error")
    assert reply.status == 503
    assert reply.body["message"].startswith("12 of 13 videos could not be answered: 0: The platform failed.")
    assert "and 2 more" in reply.body["message"]
    assert reply.headers["Retry-After"] == "11"
    assert reply.headers["X-Classify-Failed"].startswith("12, ")


def test_an_error_of_the_account_is_an_answer():
    """What the account raises comes back in the old form, and the Python faces find it in `error`."""
    reply = World(errors.api_key_invalid()).post(BODY)
    assert (reply.status, reply.body["code"]) == (401, "api_key_invalid")
    assert isinstance(reply.error, errors.AuthenticationError)


def test_a_missing_connection_is_an_answer_too():
    """The wire sees 502; Python sees what it was."""
    reply = World(errors.APIConnectionError("no route")).post(BODY)
    assert reply.status == 502
    assert isinstance(reply.error, errors.APIConnectionError)


@pytest.mark.parametrize("case", BAD_CALLS, ids=[case["name"] for case in BAD_CALLS])
def test_bad_input_gets_the_old_complaint_and_nothing_is_asked(case: dict[str, Any]):
    """Status, code and a message that names field and value."""
    world = World(result("a"))
    reply = perform_all(handle(case.get("method", "POST"), case["path"], case.get("body")), world.perform)
    assert (reply.status, reply.body["code"]) == (case["status"], case["code"])
    for word in case["says"]:
        assert word in reply.body["message"]
    assert world.asked == []
    assert isinstance(reply.error, errors.APIStatusError)


@pytest.mark.parametrize("token", ["846670", "bulk", "", "00010203-0405-4607-8809-0a0b0c0d0e0f-7", "../x", "é" * 300])
def test_an_unknown_token_is_refused(token: str):
    """Also through the face that takes a token instead of an address; the message names the token."""
    reply = perform_all(handle_page(token), World().perform)
    assert (reply.status, reply.body["code"]) == (400, "classify_page_token_invalid")
    assert token[:20] in reply.body["message"]


def test_an_expired_token_is_told_apart():
    """Its code is the one of the old front end."""
    token = "00010203-0405-4607-8809-0a0b0c0d0e0f-1"
    reply = World(pages={token: EXPIRED}).get(token)
    assert (reply.status, reply.body["code"]) == (400, "classify_page_token_expired")


def test_strict_coverage_refuses_before_anything_is_asked():
    """A field that cannot be honoured exactly is named."""
    world = World(result("a"))
    body = {**BODY, "options": ["conversation"], "conversation_option": "exact_match"}
    lenient = world.post(body)
    assert lenient.status == 200
    assert lenient.headers["X-Classify-Coverage"]
    strict = world.post(body, coverage="strict")
    assert strict.status == 400
    assert len(world.asked) == 1


def test_the_coverage_header_holds_at_most_twenty_ids():
    """All of them stand in the notes."""
    many = tuple(f"entry-{number}" for number in range(40))
    reply = World(result("a", coverage=many)).post(BODY)
    assert len(reply.headers["X-Classify-Coverage"].split(", ")) == 20
    assert set(many) <= set(reply.notes.coverage)


def test_what_was_left_out_stands_in_the_notes():
    """Together with model and cost."""
    left_out = (Dropped("a", "Dog", "min_video_score", 60, 75),)
    reply = World(result("b", dropped=left_out)).post(BODY)
    assert reply.notes.dropped == left_out
    assert reply.notes.dropped[0].by == 15
    assert (reply.notes.model, reply.notes.cost.calls, reply.notes.source) == ("pegasus1.5", 1, "asked")


def test_a_request_read_before_is_answered_alike():
    """The three entrances agree."""
    call = read_call("POST", "/v1.2/classify", BODY)
    world = World(result("a"))
    answers = [
        world.post(BODY),
        perform_all(answer_call(call), world.perform),
        perform_all(answer_result(result("a"), call), world.perform),
    ]
    assert answers[0] == answers[1] == answers[2]
    assert len(world.asked) == 2


def test_reading_a_page_address_as_a_request_is_refused():
    """A page holds no request."""
    with pytest.raises(errors.NotFoundError):
        read_call("GET", "/v1.2/classify/846670", None)


def test_a_labels_answer_on_several_pages_names_its_next_token_under_both_old_keys():
    """The guide of December 2022 shows the one, the Python client of 2023 looks for the other."""
    body = {"index_id": "i", "options": ["visual"], "labels": BODY["classes"], "page_limit": 2}
    world = World(result("a", "b", "c"))
    first = world.post(body, "/v1.1/classify/bulk").body["page_info"]
    assert first["next_token"] == first["next_page_token"] != ""
    last = world.get(first["next_token"]).body["page_info"]
    assert last["next_token"] == last["next_page_token"] == ""
