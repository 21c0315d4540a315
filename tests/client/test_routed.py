"""A request is split, asked of the right sides at once, answered elsewhere where one fails, and merged into one."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest

from pegasus_classify.client.needs import Now
from pegasus_classify.client.performing import perform_all
from pegasus_classify.client.rollout_needs import AskNew, AskOld, Choice, ListVideos, Several
from pegasus_classify.client.routed import Caller, Ended, routed
from pegasus_classify.contract.request import ClassDefinition, ClassifyRequest
from pegasus_classify.contract.result import ClassifyResult, ClassResult, Cost, Failure, VideoResult
from pegasus_classify.errors import APIConnectionError, APIStatusError, BadRequestError, ClassifyError
from pegasus_classify.legacy.spelling import Spelling
from pegasus_classify.rollout.policy import Policy, policy_from
from pegasus_classify.rollout.route import Standing, bucket, decide

OLD = {"url": "https://old.example"}
DOG = (ClassDefinition(name="Dog", prompts=("dog",)),)
IDS = tuple(f"v{number}" for number in range(12))
HALF = {"old": OLD, "split": True, "routes": [{"to": "pegasus", "percent": 50}]}
NEW_IDS = {each for each in IDS if bucket("", "video", each) < 50}


def found(side: str, request: ClassifyRequest, *failed: str) -> ClassifyResult:
    """An answer in which each video has the class, with a score that tells its place."""
    videos = [each for each in request.video_ids or ("i1", "i2") if each not in failed]
    return ClassifyResult(
        tuple(VideoResult(each, (ClassResult("Dog", 90.0 - len(each), 1.0),)) for each in videos),
        tuple(Failure(each, "unavailable", "down", 503, "service_unavailable") for each in failed),
        answered=len(videos),
        model=side,
        cost=Cost(calls=len(videos)) if side == "new" else Cost(),
    )


@dataclass
class World:
    """A rollout and both sides, without files, threads and sockets."""

    values: dict[str, Any]
    old: Any = None
    new: Any = None
    closed: tuple[str, ...] = ()
    stopped: bool = False
    listed: list[str] = field(default_factory=list)
    asked: list[list[Any]] = field(default_factory=list)
    ends: list[Ended] = field(default_factory=list)
    shadows: list[AskNew] = field(default_factory=list)
    now: float = 0.0

    @property
    def policy(self) -> Policy:
        return policy_from(self.values)

    def deciding(self) -> Any:
        return partial(decide, policy=self.policy, standing=Standing(stopped=self.stopped))

    def take(self, side: str, now: float) -> int | None:
        return None if side in self.closed else 7

    def ended(self, ended: Ended, now: float) -> None:
        self.ends.append(ended)

    def offer(self, caller: Caller, ask: AskNew, answer: ClassifyResult, now: float) -> None:
        self.shadows.append(ask)

    def perform(self, need: Any) -> Any:
        if isinstance(need, Now):
            self.now += 1
            return self.now
        if isinstance(need, ListVideos):
            return self.listed
        assert isinstance(need, Several)
        self.asked.append(list(need.asks))
        return [self.answered(ask) for ask in need.asks]

    def answered(self, ask: AskNew | AskOld) -> Any:
        told = self.old if isinstance(ask, AskOld) else self.new
        name = "old" if isinstance(ask, AskOld) else "new"
        return found(name, ask.request) if told is None else told(ask.request) if callable(told) else told

    def answer(self, *ids: str, index: str | None = None) -> Any:
        request = ClassifyRequest(classes=DOG, video_ids=ids or None, index_id=index)
        return perform_all(routed(request, Spelling(), Caller("k"), self), self.perform)


def test_the_videos_of_a_request_are_split_and_both_sides_asked_at_once():
    """Every video is answered by its side; the answer is one, in one order."""
    world = World(HALF)
    told = world.answer(*IDS)
    (asks,) = world.asked
    assert {type(ask): set(ask.request.video_ids) for ask in asks} == {
        AskNew: NEW_IDS,
        AskOld: set(IDS) - NEW_IDS,
    }
    assert [each.video_id for each in told.result.videos] == sorted(IDS, key=lambda each: (len(each), IDS.index(each)))
    assert told.result.answered == 12
    assert set(told.result.model.split("+")) == {"old", "new"}
    assert told.result.cost.calls == len(NEW_IDS)
    assert told.videos == {"pegasus": len(NEW_IDS), "legacy": 12 - len(NEW_IDS)}
    assert not told.fell_back


def test_a_request_that_is_not_split_stays_whole():
    """One decision, whatever the order of its videos."""
    whole = {**HALF, "split": False}
    one, other = World(whole).answer(*IDS), World(whole).answer(*reversed(IDS))
    assert one.decisions == other.decisions
    assert len(one.decisions) == 1


def test_an_index_is_split_when_its_videos_are_known():
    """They are listed first, and then named to both sides; one part alone keeps the index."""
    world = World(HALF, listed=list(IDS))
    world.answer(index="i")
    assert all(ask.request.index_id is None for ask in world.asked[0])
    alone = World({**HALF, "routes": [{"to": "pegasus", "percent": 100}]}, listed=list(IDS))
    alone.answer(index="i")
    assert [ask.request.index_id for ask in alone.asked[0]] == ["i"]
    everything = World({"old": OLD, "split": True})
    everything.answer(index="i")
    assert everything.asked[0][0].request.index_id == "i"


def test_a_video_named_twice_is_asked_about_once():
    """And a single video is no reason to split."""
    world = World(HALF)
    told = world.answer(IDS[0], IDS[0])
    assert len(world.asked[0]) == 1
    assert told.result.answered == 2


def test_a_route_may_choose_another_model():
    """The choice travels with the question."""
    world = World({"old": OLD, "routes": [{"to": "pegasus", "model": "pegasus1.6"}]})
    world.answer("v0")
    assert world.asked[0][0].choice == Choice("pegasus1.6")


def test_a_shadow_is_offered_after_the_old_side_answered():
    """Not when it failed, not when it was Pegasus that answered in its place."""
    shadowed = {"old": OLD, "otherwise": "shadow"}
    assert len(shadows_of(World(shadowed))) == 1
    with pytest.raises(APIConnectionError):
        World(shadowed, old=APIConnectionError("gone")).answer("v0")
    assert shadows_of(World({**shadowed, "fallback": True}, old=APIConnectionError("gone"))) == []


def test_what_a_share_took_from_a_shadow_is_offered_while_pegasus_answers_it():
    """Where the old side stands in for a Pegasus that failed, there is nothing to compare its answer with."""
    moved = {"old": OLD, "otherwise": "shadow", "routes": [{"to": "pegasus", "percent": 100}], "fallback": True}
    assert len(shadows_of(World(moved))) == 1
    assert shadows_of(World(moved, new=APIConnectionError("gone"))) == []
    assert shadows_of(World(moved, closed=("pegasus",))) == []


def shadows_of(world: World) -> list[AskNew]:
    """Answer a video and return what was offered."""
    world.answer("v0")
    return world.shadows


@pytest.mark.parametrize(
    "error",
    [
        APIConnectionError("gone"),
        APIStatusError("broken", status_code=503),
        APIStatusError("slow down", status_code=429),
    ],
)
def test_the_other_side_answers_where_one_fails_and_the_policy_allows_it(error):
    """Without that, the error is the caller's."""
    allowed = {"old": OLD, "fallback": True}
    told = World(allowed, old=error).answer("v0")
    assert told.result.model == "new"
    assert told.fell_back
    assert told.videos == {"pegasus": 1}
    with pytest.raises(type(error)):
        World({"old": OLD}, old=error).answer("v0")


def test_a_wrong_request_is_nobodys_failure():
    """The other side is not asked, and the breaker learns that the side is well."""
    world = World({"old": OLD, "fallback": True}, old=BadRequestError("no such video"))
    with pytest.raises(BadRequestError):
        world.answer("v0")
    assert len(world.asked) == 1
    assert [each.ok for each in world.ends] == [True]


def test_one_callers_rate_limit_or_key_does_not_close_a_side_for_everybody():
    """Only what is the side's own fault counts."""
    for status in (401, 403, 429):
        world = World({"old": OLD}, old=APIStatusError("no", status_code=status))
        with pytest.raises(APIStatusError):
            world.answer("v0")
        assert [each.ok for each in world.ends] == [True]


def test_the_other_side_answers_for_single_videos():
    """What one side left out is asked of the other; what both leave out is a failure, told once."""
    values = {"old": OLD, "fallback": True, "otherwise": "pegasus"}
    world = World(
        values, new=lambda request: found("new", request, "v1", "v2"), old=lambda request: found("old", request, "v2")
    )
    told = world.answer("v0", "v1", "v2")
    assert {each.video_id for each in told.result.videos} == {"v0", "v1"}
    assert [each.video_id for each in told.result.failed] == ["v2"]
    assert told.result.answered == 2
    assert world.asked[1][0].request.video_ids == ("v1", "v2")
    assert told.fell_back


def test_both_sides_down_is_an_error_of_the_first():
    """Nobody is asked twice."""
    world = World(
        {"old": OLD, "fallback": True}, old=APIConnectionError("old gone"), new=APIConnectionError("new gone")
    )
    with pytest.raises(APIConnectionError, match="old gone"):
        world.answer("v0")
    assert len(world.asked) == 2


def test_a_side_left_alone_is_not_asked():
    """The other answers at once; where it may not, or is left alone too, the caller is told when to come back."""
    told = World({"old": OLD, "fallback": True}, closed=("legacy",)).answer("v0")
    assert told.result.model == "new"
    assert told.fell_back
    for values, closed in (({"old": OLD}, ("legacy",)), ({"old": OLD, "fallback": True}, ("legacy", "pegasus"))):
        world = World(values, closed=closed)
        with pytest.raises(APIStatusError, match="left alone") as caught:
            world.answer("v0")
        assert (caught.value.status_code, caught.value.retry_after) == (503, 30)
        assert world.asked == []


def test_a_part_without_an_answer_is_failures_of_its_videos():
    """The rest is answered."""
    told = World(HALF, new=APIConnectionError("gone")).answer(*IDS)
    assert {each.video_id for each in told.result.failed} == NEW_IDS
    assert {each.kind for each in told.result.failed} == {"unavailable"}
    limited = World(HALF, new=APIStatusError("slow", status_code=429, retry_after=4)).answer(*IDS)
    assert {(each.kind, each.retry_after) for each in limited.result.failed} == {("rate_limited", 4)}
    wrong = World(HALF, new=BadRequestError("no")).answer(*IDS)
    assert {each.kind for each in wrong.result.failed} == {"rejected"}


def test_where_the_kill_switch_decided_the_other_side_does_not_answer():
    """Whoever stopped Pegasus does not want it back because the old side fails."""
    for more in ({"old": APIConnectionError("gone")}, {"closed": ("legacy",)}):
        world = World({"old": OLD, "fallback": True}, stopped=True, **more)
        with pytest.raises(ClassifyError):
            world.answer("v0")
        assert all(isinstance(ask, AskOld) for asks in world.asked for ask in asks)


def test_a_single_video_that_failed_stays_a_failure_where_nobody_may_answer_for_it():
    """Without the policy's leave, the other side is not asked."""
    world = World({"old": OLD, "otherwise": "pegasus"}, new=lambda request: found("new", request, "v1"))
    told = world.answer("v0", "v1")
    assert [each.video_id for each in told.result.failed] == ["v1"]
    assert len(world.asked) == 1
