"""One request under way, played by a schedule in simulated time."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import pytest
from asking_world import NOTHING, a_judge, a_plan, a_request, wanted_form
from playing import json_reply
from simulated_driver import SimulatedDriver
from small_index import SmallPlatform, listed

from pegasus_classify.carrying.exchanges import carry
from pegasus_classify.carrying.pace import Pace
from pegasus_classify.carrying.schedule import Schedule
from pegasus_classify.contract.asks import Video, VideoSource
from pegasus_classify.contract.result import Failure, VideoResult
from pegasus_classify.errors import BadRequestError, ClassifyError, InternalServerError
from pegasus_classify.pegasus.batches import batch
from pegasus_classify.runs.directory import Directory
from pegasus_classify.runs.request_run import Limits, RequestRun, Round
from pegasus_classify.steps import Claim, Reply, Send


class World:
    """A small platform with a model that finds cars in every video but those told otherwise."""

    def __init__(self, platform: SmallPlatform, texts: dict[str, str | Reply] | None = None, **changes: Any) -> None:
        self.platform = platform
        self.texts = texts or {}
        self.asked: list[str] = []
        self.directory = Directory(index_ids=list(platform.indexes), retries=0)
        self.request = a_request(**changes)

    def upstream(self, send: Send, _now: float) -> tuple[Reply, float]:
        """Answer look-ups at once and questions after a second."""
        if send.path != "/v1.3/analyze":
            return self.platform(send), 0.1
        asset = send.body["video"]["asset_id"].removeprefix("asset-")
        self.asked.append(asset)
        text = self.texts.get(asset, wanted_form(Cars=(0, 60)))
        return (text if isinstance(text, Reply) else json_reply(200, {"data": text, "finish_reason": "stop"})), 1.0

    def run(self, limits: Limits = Limits(), **more: Any) -> tuple[RequestRun, list[VideoResult | Failure]]:  # noqa: B008
        """Play the request to its end."""
        run = self.begun(limits, **more)
        self.play(run)
        return run, list(run.outcomes)

    def begun(self, limits: Limits, **more: Any) -> RequestRun:
        """The request, before anything has happened."""
        return RequestRun(self.request, a_plan(self.request), a_judge(self.request), self.directory, limits, **more)

    def play(self, run: RequestRun) -> None:
        """Play a run to its end."""
        schedule = Schedule("account", partial(carry, retries=0), Pace(4), partial(batch, retries=0))
        schedule.add(run)
        self.driver = SimulatedDriver(schedule, self.upstream)
        self.driver.run()


def an_index(count: int, page_size: int = 50, **each: Any) -> SmallPlatform:
    return SmallPlatform({"i1": [listed(f"v{n}", **each) for n in range(count)]}, page_size=page_size)


def test_every_named_video_is_answered_once_in_any_order() -> None:
    world = World(an_index(5), video_ids=("v3", "v1", "v3"))
    run, outcomes = world.run()
    assert sorted(each.video_id for each in outcomes) == ["v1", "v3"]
    assert sorted(world.asked) == ["v1", "v3"]
    result = run.result(outcomes)
    assert [video.video_id for video in result.videos] == ["v3", "v1"]
    assert (result.model, result.prompt_version, result.cost.calls) == ("pegasus1.5", "classify.v1", 2)
    assert (run.found, run.total, run.done, run.failed) == (2, 2, 2, 0)


@pytest.mark.parametrize("page_size", [50, 7])
def test_every_video_of_an_index_is_answered(page_size: int) -> None:
    world = World(an_index(23, page_size), video_ids=None, index_id="i1")
    _, outcomes = world.run()
    assert sorted(each.video_id for each in outcomes) == sorted(f"v{n}" for n in range(23))


def test_an_empty_index_has_an_empty_answer() -> None:
    world = World(an_index(0), video_ids=None, index_id="i1")
    run, outcomes = world.run()
    assert run.result(outcomes).videos == ()
    assert run.finished


def test_an_unknown_video_fails_the_request_before_anything_is_paid() -> None:
    world = World(an_index(3), video_ids=("v1", "nope"))
    run, outcomes = world.run()
    assert not outcomes
    assert not world.asked
    with pytest.raises(BadRequestError, match="nope"):
        run.result(outcomes)


def test_an_unknown_index_fails_the_request() -> None:
    world = World(an_index(3), video_ids=None, index_id="i9")
    run, outcomes = world.run()
    with pytest.raises(BadRequestError, match=r'index_id.*"i9"'):
        run.result(outcomes)


def test_a_list_that_breaks_off_fails_the_request() -> None:
    platform = an_index(30, 3)
    world = World(platform, video_ids=None, index_id="i1")
    original = platform.__call__

    def upstream(send: Send, now: float) -> tuple[Reply, float]:
        if dict(send.query).get("page") == "4":
            return Reply(503), 0.1
        return world_upstream(send, now)

    world_upstream, world.upstream = world.upstream, upstream  # type: ignore[method-assign]
    assert original is not None
    run, outcomes = world.run()
    with pytest.raises(InternalServerError):
        run.result(outcomes)
    assert not world.asked


def test_too_many_hours_are_refused_with_sum_price_and_flag_before_anything_is_paid() -> None:
    world = World(an_index(12, duration=3600.0), video_ids=None, index_id="i1")
    run, outcomes = world.run()
    with pytest.raises(BadRequestError, match=r"43200.*12\.0 hours.*USD.*10 hours.*--max-hours"):
        run.result(outcomes)
    assert not world.asked


def test_a_budget_that_would_be_passed_is_refused_with_the_price() -> None:
    world = World(an_index(3, duration=600.0), video_ids=None, index_id="i1")
    run, outcomes = world.run(Limits(usd=0.5))
    with pytest.raises(BadRequestError, match=r"price of 0\.\d\d USD.*0\.50 USD.*--budget"):
        run.result(outcomes)
    assert not world.asked
    _, outcomes = world.run(Limits(usd=5.0))
    assert len(outcomes) == 3


def test_without_limits_asking_begins_before_the_list_is_read() -> None:
    world = World(an_index(40, 4), video_ids=None, index_id="i1")
    world.run(Limits(hours=float("inf")))
    paths = [send.path for _, send in world.driver.sends]
    last_list = max(place for place, path in enumerate(paths) if path.endswith("indexed-assets"))
    assert "/v1.3/analyze" in paths[:last_list]
    assert len(world.asked) == 40


def test_a_long_list_is_not_read_far_ahead_of_the_asking() -> None:
    world = World(an_index(2000, 50), video_ids=None, index_id="i1")
    run = RequestRun(
        world.request, a_plan(world.request), a_judge(world.request), world.directory, Limits(hours=float("inf"))
    )
    schedule = Schedule("account", partial(carry, retries=0), Pace(4))
    schedule.add(run)
    SimulatedDriver(schedule, world.upstream).run(until=20.0)
    assert run.found < 600


def test_with_many_slots_the_list_is_read_as_far_ahead_as_they_need() -> None:
    world = World(an_index(6000, 50), video_ids=None, index_id="i1")
    run = RequestRun(
        world.request, a_plan(world.request), a_judge(world.request), world.directory, Limits(hours=float("inf"))
    )
    schedule = Schedule("account", partial(carry, retries=0), Pace(600))
    schedule.add(run)
    driver = SimulatedDriver(schedule, lambda send, now: (world.upstream(send, now)[0], 1.0))
    driver.run()
    assert len(world.asked) == 6000
    # Ten rounds of a second, and a few until enough pages are read, each of which takes as long as an answer.
    assert driver.now < 15.0


def test_a_video_that_fails_costs_itself_alone_and_is_looked_up_anew_next_time() -> None:
    refusal = json_reply(404, {"code": "resource_not_exists", "message": "No such asset."})
    world = World(an_index(3), {"v1": refusal}, video_ids=("v0", "v1", "v2"))
    run, outcomes = world.run()
    result = run.result(outcomes)
    assert [failure.video_id for failure in result.failed] == ["v1"]
    assert len(result.videos) == 2
    assert sorted(world.directory.known) == ["v0", "v2"]


GONE = json_reply(404, {"code": "resource_not_exists", "message": "No such asset."})


def where_it_was(world: World, *names: str) -> None:
    """Let the directory remember videos at assets that are not there any more."""
    for name in names:
        world.directory.known[name] = Video(name, VideoSource("asset_id", f"asset-old-{name}"), 60.0)
        world.texts[f"old-{name}"] = GONE


def test_a_video_that_has_moved_is_looked_up_and_asked_about_in_the_same_run() -> None:
    world = World(an_index(3), video_ids=("v0", "v1", "v2"))
    where_it_was(world, "v0", "v1")
    run, outcomes = world.run()
    assert not run.result(outcomes).failed
    assert (run.found, run.done, run.failed) == (3, 3, 0)
    assert sorted(world.asked) == ["old-v0", "old-v1", "v0", "v1", "v2"]
    assert world.directory.known["v0"].source.value == "asset-v0"


def test_a_video_that_is_nowhere_else_fails_with_the_platforms_words() -> None:
    world = World(an_index(1), {"v0": GONE}, video_ids=("v0",))
    world.directory.known["v0"] = Video("v0", VideoSource("asset_id", "asset-v0"), 60.0)
    run, outcomes = world.run()
    (failure,) = run.result(outcomes).failed
    assert (failure.reason, world.asked) == ("No such asset.", ["v0"])
    world = World(an_index(1), video_ids=("v0", "lost"))
    where_it_was(world, "lost")
    run, outcomes = world.run()
    (failure,) = run.result(outcomes).failed
    assert (failure.video_id, failure.reason, run.error) == ("lost", "No such asset.", None)
    assert "lost" not in world.directory.known


def test_a_video_whose_new_place_fails_too_is_not_looked_up_a_third_time() -> None:
    world = World(an_index(1), {"v0": GONE}, video_ids=("v0",))
    where_it_was(world, "v0")
    run, outcomes = world.run()
    assert (len(run.result(outcomes).failed), world.asked) == (1, ["old-v0", "v0"])


@pytest.mark.parametrize(
    ("text", "waits", "closed"),
    [
        (wanted_form(Cars=(0, 60)), True, True),
        (wanted_form(Cars=(0, 60)), False, False),
        (GONE, True, True),
        (Reply(503), True, False),
        (Reply(401), True, False),
    ],
)
def test_a_round_is_over_when_nothing_is_left_to_be_tried_and_somebody_took_the_answer(
    text: str | Reply, waits: bool, closed: bool
) -> None:
    world = World(an_index(2), {"v0": text}, video_ids=("v0", "v1"))
    run = world.begun(Limits())
    assert run.name == ""
    run.round = Round("id", 3)
    if not waits:
        run.waited_for = lambda: False
    run.taken()
    world.play(run)
    assert not run.round.closed
    run.taken()
    assert (run.name, run.round.closed) == ("id.3", closed)
    assert {step.run for _, step in world.driver.log if isinstance(step, Claim)} == {"id.3"}


def test_a_failure_of_another_sort_keeps_the_place_in_the_directory() -> None:
    world = World(an_index(1), {"v0": Reply(503)}, video_ids=("v0",))
    run, _ = world.run()
    assert (run.failed, sorted(world.directory.known)) == (1, ["v0"])


def test_a_video_that_cannot_be_located_is_reported_beside_the_others() -> None:
    platform = SmallPlatform({"i1": [listed("v0"), listed("v1", status="indexing")]})
    world = World(platform, {"v0": NOTHING}, video_ids=None, index_id="i1")
    run, outcomes = world.run()
    assert {type(each) for each in outcomes} == {VideoResult, Failure}
    assert run.result(outcomes).failed[0].kind == "not_ready"


def test_only_locating_asks_the_model_nothing() -> None:
    world = World(an_index(12, 5), video_ids=None, index_id="i1")
    run, outcomes = world.run(only_locate=True)
    assert (len(run.located), outcomes, world.asked) == (12, [], [])


def test_what_arrives_after_the_end_is_ignored() -> None:
    world = World(an_index(1), video_ids=("v0",))
    run, _ = world.run()
    run.job_done("ids", [])
    assert run.next_job() is None
    assert run.found == 1


def test_an_error_of_one_page_is_the_requests_error() -> None:
    run = RequestRun(a_request(), a_plan(), a_judge(), Directory(), Limits())
    run.job_done("ids", ClassifyError("no"))
    assert run.finished
    with pytest.raises(ClassifyError, match="no"):
        run.result([])
    assert json.dumps(str(run.error)) == '"no"'


@pytest.mark.parametrize(("batch_from", "batches"), [(None, 0), (12, 1), (13, 0)])
def test_a_request_of_enough_videos_travels_in_a_batch(batch_from: int | None, batches: int) -> None:
    world = World(an_index(12, 5), video_ids=None, index_id="i1")
    made: list[Send] = []

    def upstream(send: Send, now: float) -> tuple[Reply, float]:
        if send.path.endswith("/batches"):
            made.append(send)
            return Reply(400), 0.1
        return world_upstream(send, now)

    world_upstream, world.upstream = world.upstream, upstream  # type: ignore[method-assign]
    _, outcomes = world.run(Limits(batch_from=batch_from))
    assert (len(made), len(outcomes)) == (batches, 12)


@pytest.mark.parametrize(("told", "early"), [(None, False), (2400.0, True), (1e9, False)])
def test_an_index_that_tells_its_sum_is_asked_about_before_its_list_is_read(told: float | None, early: bool) -> None:
    platform = an_index(40, 4)
    platform.total_duration = told
    world = World(platform, video_ids=None, index_id="i1")
    _, outcomes = world.run()
    paths = [send.path for _, send in world.driver.sends]
    last_list = max(place for place, path in enumerate(paths) if path.endswith("indexed-assets"))
    assert ("/v1.3/analyze" in paths[:last_list]) is early
    assert len(outcomes) == 40


def test_hours_are_counted_as_often_as_they_are_billed() -> None:
    world = World(an_index(2, duration=3600.0), video_ids=None, index_id="i1")
    plan = a_plan(world.request, samples=3)
    run = RequestRun(world.request, plan, a_judge(world.request), world.directory, Limits(hours=5.0))
    schedule = Schedule("account", partial(carry, retries=0), Pace(4))
    schedule.add(run)
    SimulatedDriver(schedule, world.upstream).run()
    with pytest.raises(BadRequestError, match=r"21600.*6\.0 hours"):
        run.result([])
