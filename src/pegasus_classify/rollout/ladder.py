"""When more traffic moves, when it stays, when it moves back; and the decisions that say so.

The share that has moved is what the last change says, not a place among the policy's steps: editing the steps moves
nobody.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal, TypeAlias, get_args

from pegasus_classify.contract.quantities import Percent, Seconds
from pegasus_classify.contract.verdicts import SideWord
from pegasus_classify.rollout.policy import LadderRules
from pegasus_classify.rollout.route import Standing
from pegasus_classify.rollout.watch import Watch

__all__ = [
    "Act",
    "Change",
    "Rung",
    "change_line",
    "change_of",
    "decide_move",
    "next_share",
    "read_changes",
    "rung_after",
    "share_before",
    "waits_for",
]

Act: TypeAlias = Literal[
    "promoted",
    "rolled_back",
    "held",
    "resumed",
    "stopped",
    "started",
    # Only noted; what they tell of acts by itself.
    "policy_changed",
    "stop_file_appeared",
    "stop_file_gone",
]

_ACTS: tuple[Act, ...] = get_args(Act)


@dataclass(frozen=True, slots=True)
class Rung:
    """Where the ladder stands: nothing but the changes so far decides it.

    Attributes:
        percent: The share that has moved, 0 to 100.
        since: When it last changed, seconds since 1970; 0 when it never did.
        moves: How often it changed.
        held: Nobody but a person takes the next step.
        stopped: The kill switch is on.
        rested: It was rolled back, so that a rest comes before the next step.
    """

    percent: Percent = 0.0
    since: Seconds = 0.0
    moves: int = 0
    held: bool = False
    stopped: bool = False
    rested: bool = False

    @property
    def standing(self) -> Standing:
        """What routes look at."""
        return Standing(self.percent, self.stopped)

    @property
    def epoch(self) -> str:
        """Name of the time since the last move; what was seen in another is no evidence in this one."""
        return hashlib.sha256(f"{self.moves} {self.since!r} {self.percent!r}".encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Change:
    """One entry of the log.

    Attributes:
        act: What was done.
        at: Seconds since 1970.
        who: A person, or `ladder`.
        why: One sentence.
        before: The share of traffic before it, 0 to 100.
        percent: The share after it.
        policy: Hash of the policy.
        evidence: Numbers and words it rests on.
    """

    act: Act
    at: Seconds
    who: str
    why: str
    before: Percent
    percent: Percent
    policy: str = ""
    evidence: Mapping[str, Any] = field(default_factory=dict)


def next_share(rung: Rung, rules: LadderRules) -> Percent | None:
    """Return the share that the next step would bring; None after the last."""
    return next((each for each in rules.steps if each > rung.percent), None)


def share_before(rung: Rung, rules: LadderRules) -> Percent:
    """Return the share one step back; 0 below the first."""
    return max((each for each in rules.steps if each < rung.percent), default=0.0)


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
    if rung.percent and passed is not None:
        return "rolled_back", f"{_SHARES[passed]} pass the {getattr(rules, passed):.0%} that is allowed"
    if rung.percent and word == "different":
        return "rolled_back", "the comparison says different"
    if rung.held or rung.stopped or next_share(rung, rules) is None or passed is not None:
        return None
    waited = now - rung.since >= (rules.rest if rung.rested else rules.hold)
    if word != "same" or watch.compared < rules.videos or not waited:
        return None
    return "promoted", f"the comparison says same after {watch.compared} videos"


_SHARES = {"errors": "failures", "slow": "slow answers", "differences": "differing videos"}


def waits_for(rung: Rung, watch: Watch, word: SideWord | None, rules: LadderRules, now: Seconds) -> list[str]:
    """Return what is missing for the next step, as sentences; none when nothing is, or there is no further step.

    Args:
        rung: Where the ladder stands.
        watch: What was seen since.
        word: The comparison's latest judgement; None when there is none.
        rules: The policy's.
        now: Seconds since 1970.
    """
    if next_share(rung, rules) is None:
        return []
    left = (rules.rest if rung.rested else rules.hold) - (now - rung.since)
    passed = watch.passed(rules)
    told = {
        "it is stopped": rung.stopped,
        "it is held": rung.held,
        f"{_SHARES.get(passed or '', '')} pass what is allowed": passed is not None,
        f"{watch.compared} of {rules.videos} videos are compared": watch.compared < rules.videos,
        f"the comparison says {(word or 'nothing yet').replace('_', ' ')}": word != "same",
        f"{_duration(left)} are left of the {'rest' if rung.rested else 'time to hold'}": left > 0,
    }
    return [sentence for sentence, holds in told.items() if holds]


def _duration(seconds: Seconds) -> str:
    hours = seconds / 3600
    return (
        f"{hours / 24:.1f} days"
        if hours >= 48
        else f"{hours:.1f} hours"
        if hours >= 2
        else f"{seconds / 60:.0f} minutes"
    )


def change_of(act: Act, rung: Rung, rules: LadderRules, at: Seconds, who: str, why: str) -> Change:
    """Return the entry for what is to be done at a rung; a roll-back is one to nothing.

    Raises:
        ValueError: There is no further step to take, or nothing to take back.
    """
    percent = rung.percent
    if act == "promoted":
        further = next_share(rung, rules)
        if further is None:
            raise ValueError("every step is taken")
        percent = further
    elif act == "rolled_back":
        if not rung.percent:
            raise ValueError("nothing has moved, so nothing can move back")
        percent = 0.0
    return Change(act, at, who, why, rung.percent, percent)


def rung_after(rung: Rung, change: Change) -> Rung:
    """Return the rung after a change; the same rung when the change has no effect.

    Forward counts only from where it was decided, so that two who decide the same take one step. Back, and what a
    person does, counts wherever the ladder stands.
    """
    if change.act == "promoted":
        if change.before != rung.percent or change.percent <= rung.percent:
            return rung
        return replace(rung, percent=change.percent, since=change.at, moves=rung.moves + 1, rested=False)
    if change.act == "rolled_back":
        if change.percent >= rung.percent:
            return rung
        return replace(rung, percent=change.percent, since=change.at, moves=rung.moves + 1, rested=True)
    return replace(
        rung,
        held={"held": True, "resumed": False}.get(change.act, rung.held),
        stopped={"stopped": True, "started": False}.get(change.act, rung.stopped),
    )


def change_line(change: Change) -> str:
    """Return a log's line with its end."""
    return json.dumps(asdict(change), ensure_ascii=False, sort_keys=True) + "\n"


def read_changes(text: str) -> tuple[list[Change], list[str]]:
    """Read a log.

    A last line without an end is still being written and has no effect; one that begins with `#` never has.

    Returns:
        The changes in order, and complaints about lines that are none.
    """
    changes: list[Change] = []
    complaints: list[str] = []
    whole = text[: text.rfind("\n") + 1]
    for number, line in enumerate(whole.split("\n"), 1):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            changes.append(_change(json.loads(line)))
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            complaints.append(f"line {number}: no entry ({type(error).__name__}); passed over")
    return changes, complaints


def _change(given: Any) -> Change:
    change = Change(**given)
    if change.act not in _ACTS or not all(isinstance(each, str) for each in (change.who, change.why, change.policy)):
        raise ValueError("no entry")
    if not _are_shares((change.before, change.percent)) or not isinstance(change.evidence, Mapping):
        raise ValueError("no entry")
    if not isinstance(change.at, int | float) or not abs(change.at) < _LATEST:
        raise ValueError("no entry")
    return change


_LATEST: Seconds = 1e11
"""The year 5138; nothing later can be shown."""


def _are_shares(values: Iterable[object]) -> bool:
    return all(isinstance(each, int | float) and 0 <= each <= 100 for each in values)
