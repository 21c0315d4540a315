"""The classifiers over real sockets, against the stand-in: blocking, asynchronous, and inside a running loop."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import pegasus_classify
from pegasus_classify import AsyncClassifier, Classifier, Failure, VideoResult
from pegasus_classify.client.handle import read_call
from pegasus_classify.client.result import AsyncClassifyPageResult, ClassifyPageResult

emulator = pytest.importorskip("pegasus_classify.emulator")

INDEX = emulator.MAIN_INDEX_ID
CAR_PARK = "63996203ce36463e0199c8c2"
USED_CARS = "63996232ce36463e0199c8c3"
GUIDE = "63a09373ce36463e0199c8de"
DANCE = "64428d88456b2dab381e7022"
CARS = [{"name": "Cars", "prompts": ["Cars", "SUV"]}]
ASKED: dict[str, Any] = {"video_ids": [CAR_PARK, USED_CARS, GUIDE, DANCE], "options": ["visual"], "classes": CARS}


@pytest.fixture
def client(stand_in: Any) -> Iterator[Classifier]:
    """A blocking classifier that has kept nothing."""
    with Classifier("key", stand_in.base_url) as made:
        yield made


def in_loop(stand_in: Any, use: Callable[[AsyncClassifier], Any], *, key: str = "key", **choices: Any) -> Any:
    """Run a coroutine with an asynchronous classifier."""

    async def whole() -> Any:
        async with AsyncClassifier(key, stand_in.base_url, **choices) as made:
            return await use(made)

    return asyncio.run(whole())


def names(page: ClassifyPageResult | AsyncClassifyPageResult) -> dict[str, list[str]]:
    """Class names by video."""
    return {video.video_id: [each.name for each in video.classes] for video in page.data}


def test_an_old_call_is_answered(client: Classifier):
    """The old SDK's line works as it stands."""
    page = client.classify.videos(**ASKED, include_clips=True, show_detailed_score=True)
    assert names(page) == {CAR_PARK: ["Cars"], USED_CARS: ["Cars"], GUIDE: ["Cars"]}
    found = page.data[0].classes[0]
    assert 75 <= found.score <= 100
    assert found.clips is not None
    assert {clip.prompt for clip in found.clips} <= {"Cars", "SUV"}
    assert found.detailed_scores is not None
    assert found.detailed_scores.normalized_score == 100
    assert (page.cost.calls, page.source, page.model) == (4, "asked", "pegasus1.5")
    assert page.failed == ()


def test_both_faces_give_the_same_answer(stand_in: Any, client: Classifier):
    """Asynchronous and blocking share everything but the waiting."""
    found = in_loop(stand_in, lambda c: c.classify.videos(**ASKED, include_clips=True))
    assert found.data.model_dump() == client.videos(**ASKED, include_clips=True).data.model_dump()
    assert found.cost == client.videos(**ASKED).cost or found.cost.calls == 4


def test_a_whole_index_is_classified(stand_in: Any, client: Classifier):
    """By `index`, in both faces."""
    page = client.index(INDEX, ["visual"], CARS)
    assert set(names(page)) == {CAR_PARK, USED_CARS, GUIDE}
    assert page.cost.calls == 13
    other = in_loop(stand_in, lambda c: c.index(INDEX, ["visual"], CARS))
    assert names(other) == names(page)


def test_only_another_threshold_is_not_asked_again(stand_in: Any, client: Classifier):
    """What was answered is kept; thresholds, clips and page size are applied to it."""
    client.videos(**ASKED)
    before = stand_in.state.analyze_calls
    page = client.videos(**ASKED, threshold={"min_video_score": 1, "min_duration_ratio": 0.01}, page_limit=1)
    assert stand_in.state.analyze_calls == before
    assert page.source == "kept"
    assert page.page_info.total_results == 3


def test_pages_are_walked_from_the_second_on(stand_in: Any, client: Classifier):
    """Joined with the first they are the unpaged answer, in both faces."""
    whole = names(client.videos(**ASKED))
    page = client.videos(**ASKED, page_limit=1)
    assert [list(names(page)), *[[video.video_id for video in rows] for rows in page]] == [[each] for each in whole]

    async def walk(made: AsyncClassifier) -> list[str]:
        first = await made.videos(**ASKED, page_limit=1)
        return [first.data[0].video_id, *[rows[0].video_id async for rows in first]]

    assert in_loop(stand_in, walk) == list(whole)


def test_a_page_is_fetched_by_its_token_and_not_with_another_key(stand_in: Any, client: Classifier):
    """Pages belong to an account."""
    token = client.videos(**ASKED, page_limit=2).page_info.next_page_token
    assert token
    page = client.by_page_token(token)
    assert len(page.data) == 1
    assert page.page_info.next_page_token == ""
    with (
        Classifier("other", stand_in.base_url) as other,
        pytest.raises(pegasus_classify.BadRequestError) as caught,
    ):
        other.by_page_token(token)
    assert caught.value.code == "classify_page_token_invalid"


@pytest.mark.parametrize(
    "key", ["", "  ", "skillful-k\u00e9y", "skillful-k\r\nX: y", "skillful-\ud800", "skillful key"]
)
def test_a_key_that_no_header_can_carry_is_an_invalid_key_and_is_not_shown(stand_in: Any, key: str):
    """As the platform would say, without asking it."""
    before = stand_in.state.snapshot()["answers"]
    with Classifier(key, stand_in.base_url) as made:
        status, body = made.handle("POST", "/v1.2/classify", ASKED)
    assert (status, body["code"]) == (401, "api_key_invalid")
    assert "skillful" not in str(body)
    assert in_loop(stand_in, lambda c: c.handle("POST", "/v1.2/classify", ASKED), key=key) == (status, body)
    assert stand_in.state.snapshot()["answers"] == before


def test_a_prompt_that_does_not_exist_is_found_out_before_the_first_request(stand_in: Any):
    """Like every other setting."""
    with pytest.raises(pegasus_classify.SettingsError, match=r"classify\.v99"):
        Classifier("key", stand_in.base_url, prompt="classify.v99")


@pytest.mark.parametrize("token", [None, 5, b"token", "", "a/b"])
def test_anything_that_is_no_page_token_is_an_invalid_one(client: Classifier, token: Any):
    """Old programs hand over what an answer without pages holds."""
    with pytest.raises(pegasus_classify.BadRequestError) as caught:
        client.by_page_token(token)
    assert caught.value.code == "classify_page_token_invalid"


def test_an_asynchronous_client_in_a_second_event_loop_says_what_is_wrong(stand_in: Any):
    """A program that keeps one and calls `asyncio.run` twice learns what to do."""
    made = AsyncClassifier("key", stand_in.base_url)
    assert asyncio.run(made.handle("POST", "/v1.2/classify", ASKED))[0] == 200
    with pytest.raises(pegasus_classify.ClassifyError, match=r"event loop of its first call.*asyncio\.run"):
        asyncio.run(made.videos(**ASKED))


def test_a_raw_call_is_answered_raw(stand_in: Any, client: Classifier):
    """Status and JSON, also for the labels dialect and for a wrong call."""
    labels = {"index_id": INDEX, "options": ["visual"], "labels": [{"name": "Cars", "prompts": ["Cars"]}]}
    status, body = client.handle("POST", "/v1.1/classify/bulk", labels)
    assert status == 200
    assert all(set(each) == {"video_id", "labels"} for each in body["data"])
    assert client.handle("POST", "/v1.2/classify", b"{")[0] == 400
    assert in_loop(stand_in, lambda c: c.handle("POST", "/v1.1/classify/bulk", labels)) == (status, body)


def test_results_stream_as_they_are_finished(stand_in: Any, client: Classifier):
    """Every video once, those without a finding too."""
    found = list(client.stream(**ASKED))
    assert {each.video_id for each in found} == set(ASKED["video_ids"])
    assert all(isinstance(each, VideoResult) for each in found)

    async def gather(made: AsyncClassifier) -> set[str]:
        return {each.video_id async for each in made.stream(index_id=INDEX, options=["visual"], classes=CARS)}

    assert len(in_loop(stand_in, gather)) == 13


def test_a_stream_left_early_ends_the_request(client: Classifier):
    """The classifier can be used on and closed."""
    for each in client.stream(index_id=INDEX, options=["visual"], classes=CARS):
        assert each.video_id
        break
    assert client.videos(**ASKED).page_info.total_results == 3


def test_a_wrong_stream_is_refused_before_its_first_step(client: Classifier):
    """When it is called, not when it is iterated."""
    with pytest.raises(pegasus_classify.BadRequestError, match="options"):
        client.stream(video_ids=["a"], options=["smell"], classes=CARS)


def test_unknown_videos_and_indexes_are_refused_before_anything_is_paid(stand_in: Any, client: Classifier):
    """The message names the id."""
    before = stand_in.state.analyze_calls
    with pytest.raises(pegasus_classify.BadRequestError, match="0000000000000000000000aa") as caught:
        client.videos(["0000000000000000000000aa", CAR_PARK], ["visual"], CARS)
    assert caught.value.status_code == 400
    assert caught.value.body["code"] == "parameter_invalid"
    with pytest.raises(pegasus_classify.BadRequestError, match="0000000000000000000000bb"):
        client.index("0000000000000000000000bb", ["visual"], CARS)
    assert stand_in.state.analyze_calls == before


@pytest.mark.parametrize(
    ("choices", "flag"), [({"max_hours": 0.05}, "--max-hours"), ({"budget": 0.001}, "--budget")], ids=["hours", "price"]
)
def test_a_limit_is_kept_before_anything_is_paid(stand_in: Any, choices: dict[str, Any], flag: str):
    """The message says what lifts it."""
    before = stand_in.state.analyze_calls
    with (
        Classifier("key", stand_in.base_url, **choices) as made,
        pytest.raises(pegasus_classify.BadRequestError, match=flag),
    ):
        made.videos(**ASKED)
    assert stand_in.state.analyze_calls == before


def test_a_missing_key_is_the_old_complaint(stand_in: Any):
    """Nothing is sent."""
    with Classifier(base_url=stand_in.base_url) as made, pytest.raises(pegasus_classify.AuthenticationError):
        made.videos(**ASKED)


def test_a_refused_key_is_the_old_complaint():
    """With the status of the platform."""
    with (
        emulator.running_emulator(emulator.EmulatorSettings(keys=("right",))) as running,
        Classifier("wrong", running.base_url) as made,
        pytest.raises(pegasus_classify.AuthenticationError) as caught,
    ):
        made.videos(**ASKED)
    assert "wrong" not in str(caught.value)


def test_a_failing_video_does_not_cost_the_others():
    """It is named, with kind and reason; with `error` the whole call fails instead; in a stream it is a `Failure`."""
    faults = emulator.EmulatorSettings(faults={CAR_PARK: "refuse"})
    with emulator.running_emulator(faults) as running:
        with Classifier("key", running.base_url, retries=0) as made:
            page = made.videos(**ASKED)
            assert set(names(page)) == {USED_CARS, GUIDE}
            assert [(each.video_id, bool(each.reason)) for each in page.failed] == [(CAR_PARK, True)]
            streamed = [each for each in made.stream(**ASKED) if isinstance(each, Failure)]
            assert [each.video_id for each in streamed] == [CAR_PARK]
            with pytest.raises(pegasus_classify.APIStatusError, match=CAR_PARK):
                made.videos([CAR_PARK], ["visual"], CARS)
        with (
            Classifier("key", running.base_url, retries=0, on_failed_video="error") as made,
            pytest.raises(pegasus_classify.InternalServerError, match=CAR_PARK),
        ):
            made.videos(**ASKED)


def test_an_unreachable_platform_is_told_as_such():
    """No answer at all."""
    with (
        Classifier("key", "http://127.0.0.1:9", retries=0) as made,
        pytest.raises(pegasus_classify.ClassifyError),
    ):
        made.videos(**ASKED)


def test_several_threads_share_one_classifier(stand_in: Any, client: Classifier):
    """The same question from all of them is paid once."""
    stand_in.reset()
    found: list[Any] = []
    threads = [threading.Thread(target=lambda: found.append(client.videos(**ASKED))) for _ in range(6)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(found) == 6
    assert len({str(each.data.model_dump()) for each in found}) == 1
    assert stand_in.state.analyze_calls == 4


def test_the_blocking_classifier_works_inside_a_running_loop(stand_in: Any):
    """As in a notebook."""

    async def cell() -> dict[str, list[str]]:
        with Classifier("key", stand_in.base_url) as made:
            return names(made.videos(**ASKED))

    assert len(asyncio.run(cell())) == 3


def test_progress_is_told(stand_in: Any):
    """The last news is the end."""
    news: list[Any] = []
    with Classifier("key", stand_in.base_url, on_progress=news.append) as made:
        made.videos(**ASKED)
    assert (news[-1].done, news[-1].total, news[-1].failed) == (4, 4, 0)
    assert news[-1].cost.calls == 4


def test_a_show_of_progress_that_fails_ends_nothing(stand_in: Any, caplog: pytest.LogCaptureFixture):
    """It is said once, and not called again."""
    calls = 0

    def failing(_: Any) -> None:
        nonlocal calls
        calls += 1
        raise RuntimeError("no screen")

    with Classifier("key", stand_in.base_url, on_progress=failing) as made:
        assert not made.videos(**ASKED).failed
    assert calls == 1
    assert [record.message for record in caplog.records if record.name.startswith("pegasus_classify")] == [
        "on_progress failed; it is not called any more"
    ]


def test_videos_can_be_located_and_a_request_planned_without_asking(stand_in: Any, client: Classifier):
    """What `plan` shows beforehand."""
    before = stand_in.state.analyze_calls
    body = {"index_id": INDEX, "options": ["visual"], "classes": CARS}
    request = read_call("POST", "/v1.2/classify/bulk", body).request
    assert len(client.locate(request)) == 13
    assert len(client.plan(request).groups) == 1
    assert stand_in.state.analyze_calls == before


def test_the_asynchronous_face_does_what_the_blocking_one_does(stand_in: Any):
    """Tokens, ready-made requests, errors, a stream left early."""

    async def use(made: AsyncClassifier) -> None:
        page = await made.videos(**ASKED, page_limit=2)
        assert page.page_info.next_page_token
        second = await made.by_page_token(page.page_info.next_page_token)
        assert len(second.data) == 1
        work = await made.work(read_call("POST", "/v1.2/classify", ASKED).request)
        assert (await work.result()).answered == 4
        async for each in made.stream(index_id=INDEX, options=["visual"], classes=CARS):
            assert each.video_id
            break
        with pytest.raises(pegasus_classify.BadRequestError, match="smell"):
            await made.videos(["a"], ["smell"], CARS)
        with pytest.raises(pegasus_classify.BadRequestError, match="0000000000000000000000aa"):
            await made.videos(["0000000000000000000000aa"], ["visual"], CARS)

    in_loop(stand_in, use)


def test_a_request_in_canonical_form_can_be_worked_on(client: Classifier):
    """Iterated, waited for, answered."""
    call = read_call("POST", "/v1.2/classify", ASKED)
    result = client.work(call.request).result()
    assert result.answered == 4
    assert client.answer_with(result, call).body["data"] == client.answer(call).body["data"]


def test_a_program_that_forgets_to_close_ends_all_the_same(stand_in: Any):
    """As old programs did: their client had nothing to close."""
    program = (
        "import sys; from pegasus_classify import Classifier; "
        "page = Classifier('key', sys.argv[1]).classify.videos([sys.argv[2]], ['visual'], "
        "[{'name': 'Cars', 'prompts': ['Cars']}]); print(page.data[0].classes[0].name)"
    )
    words = [sys.executable, "-c", program, stand_in.base_url, CAR_PARK]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "Cars"
    assert done.stderr == ""


@pytest.mark.parametrize("style", emulator.STYLES)
def test_every_handwriting_is_answered_or_honestly_failed(style: str):
    """Whatever state the texts are in, nothing that was not asked for is in the answer; only `cut` may fail whole."""
    with (
        emulator.running_emulator(emulator.EmulatorSettings(style=style)) as running,
        Classifier("key", running.base_url) as made,
    ):
        body = {"index_id": INDEX, "options": ["visual"], "classes": CARS, "include_clips": True}
        reply = made.reply("POST", "/v1.2/classify/bulk", body)
    assert reply.result is not None
    assert reply.result.answered + len(reply.result.failed) == 13
    assert reply.status == 200 or style == "cut"
    clips = [clip for video in reply.result.videos for each in video.classes for clip in each.clips or ()]
    assert {each.name for video in reply.result.videos for each in video.classes} <= {"Cars"}
    assert {clip.prompt for clip in clips} <= {"Cars", "SUV", None}
    assert all(0 <= clip.start < clip.end for clip in clips)
