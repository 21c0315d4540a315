"""A month of a migration in simulated time: watching, first steps, a regression, back, and on to everything.

The old side is a recording on disk; Pegasus is a function that errs as often as it is told. Everything between, from
the first request to the log on disk, is the library's own.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest

from pegasus_classify.client.agreement import pairs_of
from pegasus_classify.client.needs import Now
from pegasus_classify.client.performing import perform_all
from pegasus_classify.client.rollout import Rollout
from pegasus_classify.client.rollout_events import Event
from pegasus_classify.client.rollout_needs import AskNew, Several
from pegasus_classify.client.routed import Caller, routed
from pegasus_classify.contract.pages import Page, PageInfo
from pegasus_classify.contract.request import ClassDefinition, ClassifyRequest
from pegasus_classify.contract.result import ClassifyResult, ClassResult, Cost, Failure, VideoResult
from pegasus_classify.errors import ClassifyError
from pegasus_classify.legacy.answers import write_answer
from pegasus_classify.legacy.spelling import Spelling
from pegasus_classify.legacy.wire import write_request
from pegasus_classify.recordings.format import RecordedCall, write_lines
from pegasus_classify.rollout.ladder import read_changes
from pegasus_classify.rollout.policy import LadderRules
from pegasus_classify.rollout.watch import noticed_within
from pegasus_classify.settings import Settings
from pegasus_classify.stores.memory import MemoryStore

pytest.importorskip("scipy")

DAY = 86_400.0
CALLS_PER_DAY = 150
VIDEOS = 20_000
CLASSES = (ClassDefinition(name="Dog", prompts=("dog",)), ClassDefinition(name="Car", prompts=("car",)))
POLICY = """
otherwise = "shadow"
log = "changes.jsonl"
[old]
recording = "old.jsonl"
[[route]]
name = "climbing"
to = "pegasus"
ladder = true
[shadow]
share = 0 # the test asks Pegasus beside the recording itself, without threads
[ladder]
steps = [5, 25, 50, 100]
videos = 100
hold = 172800
rest = 172800
"""


def recorded(video: str) -> VideoResult:
    """What Classify said about a video once."""
    dice = Random(video)
    found = [name for name in ("Dog", "Car") if dice.random() < 0.5]
    return VideoResult(video, tuple(ClassResult(name, 88.0, 0.8) for name in found))


@cache
def recording() -> str:
    """What Classify answered when it still did, fifty videos at a time."""
    calls = []
    for start in range(0, VIDEOS, 50):
        ids = tuple(f"video-{number}" for number in range(start, start + 50))
        request = ClassifyRequest(classes=CLASSES, video_ids=ids, page_limit=50)
        videos = tuple(each for each in map(recorded, ids) if each.classes)
        answer = write_answer(Page(videos, PageInfo(50, len(videos), "", "", "")), Spelling())
        body = write_request(request, Spelling("classes", "video_ids", given=("options",)))
        calls.append(RecordedCall(path="/v1.2/classify", status=200, response=answer, request=body))
    return "".join(write_lines(calls))


@dataclass
class Month:
    """The world of a migration: a clock, a recording, and a Pegasus that can get worse."""

    folder: Path
    seed: int = 7
    now: float = 0.0
    failing: float = 0.0

    def __post_init__(self) -> None:
        (self.folder / "rollout.toml").write_text(POLICY, encoding="utf-8")
        (self.folder / "old.jsonl").write_text(recording(), encoding="utf-8")
        self.store = MemoryStore()
        self.random = Random(self.seed)
        self.began = 20_000 * DAY
        self.now = self.began
        self.rollout = self.restarted()
        self.sides: list[tuple[float, str]] = []

    def restarted(self) -> Rollout:
        """A new process: nothing but policy, log and store are known to it."""
        return Rollout(self.folder / "rollout.toml", Settings(), store=self.store, clock=lambda: self.now)

    def old(self, request: ClassifyRequest) -> ClassifyResult:
        """The recording."""
        return self.rollout.old.ask(request, Spelling(), "key").result()

    def new(self, request: ClassifyRequest) -> ClassifyResult:
        """Pegasus: it says what the recording says, but for one video in fifty, and fails as often as it is told."""
        if self.random.random() < self.failing:
            failed = tuple(Failure(each, "unavailable", "down", 503) for each in request.video_ids or ())
            return ClassifyResult((), failed, model="pegasus1.5")
        result = self.old(request)
        if self.random.random() < 0.02:
            result = ClassifyResult(self.mistaken(request), answered=result.answered)
        return ClassifyResult(result.videos, answered=result.answered, cost=Cost(1, usd=0.01), model="pegasus1.5")

    def mistaken(self, request: ClassifyRequest) -> tuple[VideoResult, ...]:
        """One class too many or too few."""
        (video,) = request.video_ids or ("",)
        names = {each.name for each in recorded(video).classes} ^ {self.random.choice(["Dog", "Car"])}
        classes = tuple(ClassResult(name, 88.0, 0.8) for name in sorted(names))
        return (VideoResult(video, classes),) if classes else ()

    def perform(self, need: Any) -> Any:
        """Everything outside."""
        if isinstance(need, Now):
            return self.now
        assert isinstance(need, Several)
        return [self.new(ask.request) if isinstance(ask, AskNew) else self.old(ask.request) for ask in need.asks]

    def call(self) -> None:
        """One request for one video."""
        self.now += DAY / CALLS_PER_DAY
        self.rollout.refresh()
        request = ClassifyRequest(classes=CLASSES, video_ids=(f"video-{self.random.randrange(VIDEOS)}",))
        try:
            told = perform_all(routed(request, Spelling(), Caller("key"), self.rollout), self.perform)
        except ClassifyError:
            return
        # Where Pegasus answered, its answer is compared with the recording, in a thread.
        assert self.rollout.shadow.settle(10)
        (decision,) = told.decisions
        self.sides.append((self.now, decision.side))
        if decision.shadow:
            self.shadowed(request, told.result)

    def shadowed(self, request: ClassifyRequest, answer: ClassifyResult) -> None:
        """What a shadow does, at once and without threads."""
        outcome = self.new(request)
        pairs = list(pairs_of(request, answer, outcome))
        told = "climbing", "ladder", "shadow", bool(outcome.answered), 1.0, False, 1, outcome.cost, len(pairs)
        self.rollout.see(Event(*told, sum(each.differs for each in pairs)), pairs)

    def day(self) -> int:
        """How many days have passed."""
        return int((self.now - self.began) // DAY)


@pytest.mark.parametrize(
    ("days", "restart", "shares"),
    [(11, 5, [5]), pytest.param(31, 13, [5, 25, 50, 100], marks=pytest.mark.slow)],
    ids=["eleven days", "a month"],
)
def test_from_watching_to_everything_with_a_regression_in_the_second_week(days, restart, shares, tmp_path, capsys):
    """Promoted by evidence, back within the told number of calls, promoted again, and the log is what happened."""
    month = Month(tmp_path)
    calls_of_regression = 0
    while month.day() < days:
        month.failing = 0.5 if month.day() == 8 and calls_of_regression < 500 and month.rollout.rung.percent else 0.0
        before = month.rollout.rung
        month.call()
        calls_of_regression += month.failing > 0
        if month.day() == restart and month.now % DAY < DAY / CALLS_PER_DAY:
            seen = month.rollout.evidence()
            month.rollout.close()
            month.rollout = month.restarted()
            assert month.rollout.rung == before
            assert month.rollout.evidence() == seen
            assert seen["compared"] > 0
    with capsys.disabled():
        told(tmp_path)
    changes, complaints = read_changes((tmp_path / "changes.jsonl").read_text(encoding="utf-8"))
    assert complaints == []
    acts = [each.act for each in changes]
    back = acts.index("rolled_back")
    assert acts == ["promoted"] * back + ["rolled_back"] + ["promoted"] * len(shares)
    assert [each.percent for each in changes[back + 1 :]] == shares
    assert 2 <= back <= 4
    rolled = changes[back]
    assert rolled.why.startswith("failures pass")
    assert int((rolled.at - month.began) // DAY) == 8
    within = noticed_within(0.5, "errors", LadderRules())
    assert within is not None
    assert calls_of_regression <= within
    for each in changes:
        if each.act == "promoted":
            assert each.evidence["verdict"] == "same"
            assert each.evidence["compared"] >= 100
    traffic_moved_as_the_log_says(month, changes)
    assert month.rollout.standing.percent == shares[-1]
    month.rollout.close()


def traffic_moved_as_the_log_says(month: Month, changes: Any) -> None:
    """Between two changes the share on Pegasus is the share of the first, as nearly as chance lets it."""
    ends = [*(each.at for each in changes[1:]), month.now]
    assert all(side == "legacy" for at, side in month.sides if at < changes[0].at)
    for change, end in zip(changes, ends, strict=True):
        # The call that brought the change about was still decided before it.
        sides = [side for at, side in month.sides if change.at < at <= end]
        share = sum(side == "pegasus" for side in sides) / max(1, len(sides)) * 100
        allowed = 4 * (change.percent * (100 - change.percent) / max(1, len(sides))) ** 0.5
        assert abs(share - change.percent) <= allowed, (change, share)


def told(folder: Path) -> None:
    """Print the log of decisions."""
    print()
    for line in (folder / "changes.jsonl").read_text(encoding="utf-8").splitlines():
        change = json.loads(line)
        day = (change["at"] - 20_000 * DAY) / DAY
        print(f"  day {day:5.2f}  {change['act']:<11} {change['percent']:>3g} %  {change['who']}: {change['why']}")


def test_a_verdict_of_different_takes_everything_back(tmp_path):
    """Pegasus answers, and says something else."""
    month = Month(tmp_path)
    while not month.rollout.rung.percent:
        month.call()
    month.new = lambda request: ClassifyResult(  # type: ignore[method-assign]
        (), answered=1, model="pegasus1.5", cost=Cost(1)
    )
    calls = 0
    while month.rollout.rung.percent and calls < 300:
        month.call()
        calls += 1
    within = noticed_within(0.7, "differences", LadderRules())
    assert within is not None
    assert calls <= within
    assert month.rollout.log.changes[-1].act == "rolled_back"
    month.rollout.close()


def test_a_rollback_that_cannot_be_written_holds_all_the_same(tmp_path):
    """No disk is a reason to leave callers with a failing side; forward it never goes unwritten."""
    month = Month(tmp_path)
    month.rollout.act("promoted", "me", "to see")
    log = month.rollout.log
    assert log.path is not None
    log.path = tmp_path / "no" / "such" / "folder"
    for _ in range(60):
        month.rollout.see(Event("climbing", "ladder", "pegasus", ok=False, seconds=1.0, slow=False, videos=1))
    assert month.rollout.standing.percent == 0
    assert month.rollout.rung.percent
    assert "a roll-back cannot be written to the log; here it holds all the same" in month.rollout.complaints
    log.path = tmp_path / "changes.jsonl"
    month.now += 60
    month.rollout.see(Event("climbing", "ladder", "pegasus", ok=False, seconds=1.0, slow=False, videos=1))
    assert month.rollout.log.changes[-1].act == "rolled_back"
    assert month.rollout.complaints == []
    month.rollout.close()
