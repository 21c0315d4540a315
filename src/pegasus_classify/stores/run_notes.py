"""What a store keeps about runs: requests under way and ended ones, so that they can be seen and gone on with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

from pegasus_classify.contract.quantities import Seconds

__all__ = ["SEEN_ALIVE_FOR", "RunBook", "RunNote", "RunState", "state_seen"]

RunState: TypeAlias = Literal["running", "done", "failed", "stopped", "cancelled"]
"""`done`: every video was answered or failed for good. `failed`: the whole request was not possible. `stopped`: it can
go on later. `cancelled`: what it had submitted was cancelled upstream."""

SEEN_ALIVE_FOR: Seconds = 60.0
"""A running run that was not noted for longer has lost its process."""


@dataclass(frozen=True, slots=True)
class RunNote:
    """One run.

    Attributes:
        account: Hash of upstream and key; who does not know the key sees none of its runs.
        run_id: Hash of the request and of the way it is asked: the same request is the same run.
        owner: Name of the process that carries it out.
        asked: JSON: request, spelling and settings; empty in a list of runs.
        model: The platform's name of the model.
        prompt_version: Such as `classify.v1`.
        started: Seconds since 1970, of its latest start.
        updated: Seconds since 1970.
        state: As last noted.
        found: Videos known to belong to it.
        total: Videos it has; None while lists are still being read.
        done: Videos answered or failed.
        failed: Videos failed.
        calls: Calls paid since its latest start.
        usd: Their price, US dollars.
        video_seconds: Seconds of video billed for them.
        reason: Why it failed or stopped; empty otherwise.
        round: Which time the request is carried out from its beginning, 0 for the first: what a round has paid for is
            its own, until it is closed.
        closed: True once the round is over: every video was answered, or failed in a way that will not change, and
            somebody took the answer. The same request begins the next round then.
    """

    account: str
    run_id: str
    owner: str
    asked: str
    model: str
    prompt_version: str
    started: Seconds
    updated: Seconds
    state: RunState = "running"
    found: int = 0
    total: int | None = None
    done: int = 0
    failed: int = 0
    calls: int = 0
    usd: float = 0.0
    video_seconds: Seconds = 0.0
    reason: str = ""
    round: int = 0
    closed: bool = False


def state_seen(note: RunNote, now: Seconds) -> str:
    """Return a run's state for people: `interrupted` when its process was not heard of for a minute."""
    lost = note.state == "running" and now - note.updated > SEEN_ALIVE_FOR
    return "interrupted" if lost else note.state


class RunBook(Protocol):
    """The runs of a store; safe from several threads, raises as the store does."""

    def begin(self, note: RunNote) -> None:
        """Keep a run that starts, over an earlier run of the same request."""

    def go_on(self, note: RunNote) -> None:
        """Keep where a run stands, or how it ended.

        Nothing happens when another process has started it anew, or when it has ended in another way.
        """

    def mark(self, account: str, run_id: str, state: RunState, now: Seconds) -> None:
        """Set a run's state, whoever carries it out."""

    def round_of(self, account: str, run_id: str) -> tuple[int, bool] | None:
        """Return the `round` of a run and whether it is `closed`; None for an unknown run."""

    def reopen(self, account: str, run_id: str) -> None:
        """Let a closed round go on, so that what it paid for is its own again."""

    def newest(self, account: str, most: int) -> Sequence[RunNote]:
        """Return the runs of an account without what they asked, the one noted last first."""

    def find(self, account: str, beginning: str) -> Sequence[RunNote]:
        """Return the runs of an account whose id begins so; at most two, for more than one is too many."""
