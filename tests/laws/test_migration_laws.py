"""Two processes of one migration, driven by chance: they agree, and traffic is where the log says."""

from __future__ import annotations

import json
import tempfile
from contextlib import suppress
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import settings as how
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from pegasus_classify.client.agreement import Pair
from pegasus_classify.client.rollout import Rollout
from pegasus_classify.client.rollout_events import Event
from pegasus_classify.contract.request import ClassDefinition, ClassifyRequest
from pegasus_classify.contract.result import ClassResult, VideoResult
from pegasus_classify.rollout.route import Facts, bucket
from pegasus_classify.settings import Settings
from pegasus_classify.stores.memory import MemoryStore

pytest.importorskip("scipy")

VIDEOS = [f"video-{number}" for number in range(60)]
REQUEST = ClassifyRequest(classes=(ClassDefinition(name="Dog", prompts=("dog",)),), video_ids=("v",))
POLICY = """
name = "law"
otherwise = "shadow"
log = "changes.jsonl"
[old]
url = "https://old.example"
[[route]]
to = "pegasus"
ladder = true
[kill]
file = "STOP"
[ladder]
steps = {steps}
videos = 5
hold = 10
rest = 20
"""
TORN = '{"act": "promoted", "at": 1, "who": "x", "why": "", "before": 0, "percent": 100}'
WHICH = st.sampled_from([0, 1])


class Migration(RuleBasedStateMachine):
    """Two processes, one folder, one store; either may end and begin anew at any time."""

    def __init__(self) -> None:
        super().__init__()
        self.scratch = tempfile.TemporaryDirectory()
        self.folder = Path(self.scratch.name)
        self.store, self.now, self.compared = MemoryStore(), 1e9, 0
        self.write_policy("[10, 40, 100]")
        self.processes = [self.begun(), self.begun()]
        self.moved: set[str] = set()
        self.entries: list[dict] = []

    def teardown(self) -> None:
        """End both."""
        for each in self.processes:
            each.close()
        self.scratch.cleanup()

    def write_policy(self, steps: str) -> None:
        """Put a policy in the other's place, at once."""
        (self.folder / "new").write_text(POLICY.format(steps=steps), encoding="utf-8")
        (self.folder / "new").rename(self.folder / "rollout.toml")

    def begun(self) -> Rollout:
        """A process."""
        return Rollout(self.folder / "rollout.toml", Settings(), store=self.store, clock=lambda: self.now)

    def log(self) -> list[dict]:
        """What is on disk."""
        path = self.folder / "changes.jsonl"
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        # A line without its end is none.
        lines = text[: text.rfind("\n") + 1].splitlines()
        entries = []
        for line in lines:
            with suppress(ValueError):
                entries.append(json.loads(line))
        return entries

    def on_pegasus(self, process: Rollout) -> set[str]:
        """The videos that Pegasus answers at a process' next request."""
        process.refresh()
        decide = process.deciding()
        return {each for each in VIDEOS if decide(Facts(frozenset(), each)).side == "pegasus"}

    @rule(which=WHICH, ok=st.booleans(), times=st.integers(1, 12))
    def calls(self, which, ok, times):
        """Callers ask Pegasus."""
        self.processes[which].refresh()
        for _ in range(times):
            self.processes[which].see(Event("route-1", "ladder", "pegasus", ok=ok, seconds=1, slow=False, videos=1))

    @rule(which=WHICH, differs=st.sampled_from([False, False, False, True]), videos=st.integers(1, 30))
    def compares(self, which, differs, videos):
        """Shadows ask it."""
        process = self.processes[which]
        process.refresh()
        for _ in range(videos):
            self.compared += 1
            old = VideoResult(f"v{self.compared}", (ClassResult("Dog", 90.0, 0.8),))
            pair = Pair(REQUEST, old, VideoResult(old.video_id) if differs else old)
            event = Event("otherwise", "otherwise", "shadow", True, 1, False, 1, compared=1, differing=int(differs))
            process.see(event, [pair])

    @rule(seconds=st.sampled_from([1, 15, 30, -5]))
    def time_passes(self, seconds):
        """Or is set back."""
        self.now += seconds

    @rule(which=WHICH, act=st.sampled_from(["promoted", "rolled_back", "held", "resumed", "stopped", "started"]))
    def person_acts(self, which, act):
        """By hand, where there is such a step; the process may not have looked since the other acted."""
        with suppress(ValueError):
            self.processes[which].act(act, "me", "to see")

    @rule()
    def stop_file(self):
        """Comes or goes."""
        path = self.folder / "STOP"
        if path.exists():
            path.unlink()
        else:
            path.touch()

    @rule(steps=st.sampled_from(["[10, 40, 100]", "[25, 100]", "[5, 10, 20, 80]", "half written"]))
    def policy_edited(self, steps):
        """Also badly: then the last good one stays."""
        self.write_policy(steps)

    @rule(which=WHICH)
    def restarts(self, which):
        """Nothing but policy, log and store are left; a policy that is broken now is mended first."""
        self.processes[which].close()
        if "half" in (self.folder / "rollout.toml").read_text(encoding="utf-8"):
            self.write_policy("[10, 40, 100]")
        self.processes[which] = self.begun()

    @rule(
        torn=st.sampled_from(['{"act": "promoted", "at": 1, "who": "x", "why": "", "before": 0, "percent": 100}', "{"])
    )
    def another_process_dies_while_it_writes(self, torn):
        """Its line has no end."""
        with (self.folder / "changes.jsonl").open("a", encoding="utf-8") as file:
            file.write(torn)

    @invariant()
    def both_agree_and_traffic_is_where_the_log_says(self):
        """A step in the log is traffic that moved, and traffic that moved is a step in the log, or the switch."""
        first, second = (self.on_pegasus(each) for each in self.processes)
        assert first == second
        process = self.processes[0]
        assert process.rung == self.processes[1].rung
        share = process.rung.percent
        stopped = process.standing.stopped
        assert first == (set() if stopped else {each for each in VIDEOS if bucket("", "video", each) < share})
        entries, before = self.log(), self.entries
        new = entries[len(before) :]
        acts = [each["act"] for each in new]
        if share > self._share(before):
            assert "promoted" in acts
        elif share < self._share(before):
            assert "rolled_back" in acts
        for each in new:
            if each["act"] == "promoted":
                assert each["percent"] > each["before"]
                assert each["who"] != "ladder" or each["evidence"]["verdict"] == "same"
            if each["act"] == "rolled_back":
                assert each["percent"] < each["before"]
        assert share == self._share(entries)
        self.entries = entries

    def _share(self, entries: list[dict]) -> float:
        """The share after these entries."""
        moves = [each["percent"] for each in entries if each["act"] in ("promoted", "rolled_back")]
        return moves[-1] if moves else 0.0


TestMigration = Migration.TestCase
TestMigration.settings = how(max_examples=how().max_examples * 2 // 5, stateful_step_count=25, deadline=None)
