"""Properties of routing and of the ladder, whatever happens in whatever order."""

from __future__ import annotations

from functools import cache

import hypothesis.strategies as st
from hypothesis import given
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from pegasus_classify.rollout.ladder import Rung, change_line, change_of, decide_move, read_changes, rung_after
from pegasus_classify.rollout.policy import LadderRules, Policy, Route
from pegasus_classify.rollout.route import Facts, Standing, decide
from pegasus_classify.rollout.watch import Seen, Watch, watched

RULES = LadderRules(steps=(1, 5, 25, 50, 100), videos=3, hold=10, rest=20)
POLICY = Policy(old={"url": "https://old.example"}, routes=(Route(to="pegasus", ladder=True),), ladder=RULES)
VIDEOS = [f"video-{number}" for number in range(80)]


@given(st.text(), st.floats(0, 100), st.floats(0, 100))
def test_raising_a_share_only_adds(video, one, other):
    """Whoever was moved stays moved."""
    low, high = sorted((one, other))
    facts = Facts(frozenset(), video_id=video)
    if decide(facts, POLICY, Standing(low)).side == "pegasus":
        assert decide(facts, POLICY, Standing(high)).side == "pegasus"


@cache
def on_pegasus(standing: Standing) -> frozenset[str]:
    """The videos that Pegasus answers, as the route says."""
    sides = {each: decide(Facts(frozenset(), video_id=each), POLICY, standing).side for each in VIDEOS}
    return frozenset(each for each, side in sides.items() if side == "pegasus")


class Migration(RuleBasedStateMachine):
    """A ladder driven by chance; the log is all that a restart leaves of it."""

    def __init__(self) -> None:
        super().__init__()
        self.rung, self.watch, self.log, self.now = Rung(), Watch(), "", 0.0
        self.moved = self.on_pegasus()

    def on_pegasus(self) -> set[str]:
        """The videos that Pegasus answers now."""
        return set(on_pegasus(self.rung.standing))

    def take(self, act: str, who: str) -> None:
        """Write a change, then live by it."""
        before = self.rung
        change = change_of(act, before, RULES, self.now, who, "")
        self.log += change_line(change)
        self.rung = rung_after(before, change)
        after = self.on_pegasus()
        if act == "promoted":
            assert self.rung.percent > before.percent
            assert self.moved <= after
        elif act == "rolled_back":
            assert after == set()
        if act != "promoted":
            assert not self.moved < after or act == "started"
        self.moved = after
        self.watch = Watch()

    @rule(seen=st.builds(Seen, st.booleans(), st.booleans(), st.booleans()), times=st.integers(1, 12))
    def calls(self, seen, times):
        """Some calls of one kind."""
        for _ in range(times):
            self.watch = watched(self.watch, seen, RULES)

    @rule(seconds=st.floats(-5, 30))
    def time_passes(self, seconds):
        """Or is set back."""
        self.now += seconds

    @rule(word=st.sampled_from(["same", "different", "cannot_tell", None]))
    def looks(self, word):
        """The ladder decides by itself."""
        move = decide_move(self.rung, self.watch, word, RULES, self.now)
        if move is None:
            return
        if move[0] == "promoted":
            assert word == "same"
            assert not self.rung.held
            assert not self.rung.stopped
            assert self.watch.compared >= RULES.videos
        self.take(move[0], "ladder")

    @precondition(lambda self: self.rung.percent < 100)
    @rule()
    def person_advances(self):
        """By hand."""
        self.take("promoted", "me")

    @rule(act=st.sampled_from(["held", "resumed", "stopped", "started"]))
    def person_acts(self, act):
        """By hand."""
        self.take(act, "me")

    @rule(torn=st.text(max_size=20))
    def restarts(self, torn):
        """Everything but the log is lost; its last line may be torn."""
        changes, complaints = read_changes(self.log + torn.replace("\n", " "))
        assert complaints == []
        rung = Rung()
        for change in changes:
            rung = rung_after(rung, change)
        assert rung == self.rung
        self.watch = Watch()

    @invariant()
    def traffic_is_where_the_log_says(self):
        """Stopped is nobody; else exactly the share of the last change."""
        if self.rung.stopped:
            assert self.on_pegasus() == set()
        else:
            assert (self.on_pegasus() == set(VIDEOS)) == (self.rung.percent == 100)
        assert self.on_pegasus() == self.moved


TestMigration = Migration.TestCase
