"""When more traffic moves, when it stays, when it moves back; and the decisions that say so."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal, TypeAlias

from pegasus_classify.contract.quantities import Percent, Seconds
from pegasus_classify.contract.verdicts import SideWord
from pegasus_classify.rollout.policy import LadderRules
from pegasus_classify.rollout.route import Standing
from pegasus_classify.rollout.watch import Watch

__all__ = ["Act", "Change", "Rung", "change_line", "change_of", "decide_move", "read_changes", "rung_after"]

Act: TypeAlias = Literal["promoted", "rolled_back", "held", "resumed", "stopped", "started"]


@dataclass(frozen=True, slots=True)
class Rung:
    """Where the ladder stands: nothing but the changes so far decides it.

    Attributes:
        step: How many steps are taken, 0 for none.
        since: When the last was taken or taken back, seconds since 1970.
        held: Nobody but a person takes the next one.
        stopped: The kill switch is on.
        rested: It was rolled back, so that a rest comes before the next step.
        changes: How many changes led here.
    """

    step: int = 0
    since: Seconds = 0.0
    held: bool = False
    stopped: bool = False
    rested: bool = False
    changes: int = 0

    def standing(self, rules: LadderRules) -> Standing:
        """Return what routes look at."""
        return Standing(self.percent(rules), self.stopped)

    def percent(self, rules: LadderRules) -> Percent:
        """Return the share that has moved; a ladder that lost steps ends at its last one."""
        return rules.steps[min(self.step, len(rules.steps)) - 1] if self.step else 0.0


@dataclass(frozen=True)
class Change:
    """One entry of the log.

    Attributes:
        act: What was done.
        at: Seconds since 1970.
        who: A person, or `ladder`.
        why: One sentence.
        before: Steps taken before; an entry that does not fit where the ladder stands has no effect.
        after: Steps taken after.
        percent: The share of traffic after it, 0 to 100.
        policy: Hash of the policy.
        evidence: Numbers and words it rests on.
    """

    act: Act
    at: Seconds
    who: str
    why: str
    before: int
    after: int
    percent: Percent
    policy: str = ""
    evidence: Mapping[str, Any] = field(default_factory=dict)


def decide_move(
    rung: Rung, watch: Watch, word: SideWord | None, rules: LadderRules, now: Seconds
) -> tuple[Act, str] | None:
    """Return what is to be done by itself, and why; None for nothing.

    Args:
        rung: Where the ladder stands.
        watch: What was seen since.
        word: The comparison's latest judgement on what was seen since; None when there is none.
        rules: The policy's.
        now: Seconds since 1970; before `since` when the clock was set back, then nothing is taken.
    """
    passed = watch.passed(rules)
    if rung.step and passed is not None:
        return "rolled_back", f"{_SHARES[passed]} pass the {getattr(rules, passed):.0%} that is allowed"
    if rung.step and word == "different":
        return "rolled_back", "the comparison says different"
    if rung.held or rung.stopped or rung.step >= len(rules.steps) or passed is not None:
        return None
    waited = now - rung.since >= (rules.rest if rung.rested else rules.hold)
    if word != "same" or watch.compared < rules.videos or not waited:
        return None
    return "promoted", f"the comparison says same after {watch.compared} videos"


_SHARES = {"errors": "failures", "slow": "slow answers", "differences": "differing videos"}


def change_of(act: Act, rung: Rung, rules: LadderRules, at: Seconds, who: str, why: str) -> Change:
    """Return the entry for what is to be done at a rung.

    Raises:
        ValueError: There is no further step to take.
    """
    after = {"promoted": rung.step + 1, "rolled_back": 0}.get(act, rung.step)
    if after > len(rules.steps):
        raise ValueError("every step is taken")
    percent = replace(rung, step=after).percent(rules)
    return Change(act, at, who, why, rung.step, after, percent)


def rung_after(rung: Rung, change: Change) -> Rung:
    """Return the rung after a change; the same rung when the change does not fit it."""
    if change.before != rung.step:
        return rung
    moved = change.act in ("promoted", "rolled_back")
    return Rung(
        step=change.after,
        since=change.at if moved else rung.since,
        held={"held": True, "resumed": False}.get(change.act, rung.held),
        stopped={"stopped": True, "started": False}.get(change.act, rung.stopped),
        rested=change.act == "rolled_back" if moved else rung.rested,
        changes=rung.changes + 1,
    )


def change_line(change: Change) -> str:
    """Return a log's line with its end."""
    return json.dumps(asdict(change), ensure_ascii=False, sort_keys=True) + "\n"


def read_changes(text: str) -> tuple[list[Change], list[str]]:
    """Read a log.

    A last line without an end is still being written and has no effect.

    Returns:
        The changes in order, and complaints about lines that are none.
    """
    changes: list[Change] = []
    complaints: list[str] = []
    whole = text[: text.rfind("\n") + 1]
    for number, line in enumerate(whole.split("\n"), 1):
        if not line.strip():
            continue
        try:
            changes.append(_change(json.loads(line)))
        except (ValueError, TypeError, KeyError) as error:
            complaints.append(f"line {number}: no entry ({type(error).__name__}); passed over")
    return changes, complaints


_ACTS: Iterable[Act] = ("promoted", "rolled_back", "held", "resumed", "stopped", "started")


def _change(given: Any) -> Change:
    change = Change(**given)
    numbers = (change.at, change.percent, change.before, change.after)
    if change.act not in _ACTS or not all(isinstance(each, int | float) for each in numbers):
        raise ValueError("no entry")
    if change.before < 0 or change.after < 0:
        raise ValueError("no entry")
    return change
