"""What a generator of ours may ask its driver to do, and what comes back.

A way of reaching Pegasus, a look-up and an entry in the ledger are all generators that yield steps and are sent
outcomes. They open no socket, read no clock and know no thread; a driver performs what they ask.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias, TypeVar

from pegasus_classify.contract.asks import Answer, Ask
from pegasus_classify.contract.quantities import Seconds

__all__ = [
    "STOP",
    "AskNote",
    "Claim",
    "Claimed",
    "Exchange",
    "NoReply",
    "Outcome",
    "Record",
    "Reply",
    "Send",
    "Share",
    "Shared",
    "Sleep",
    "Step",
    "Stop",
    "Stopped",
]


@dataclass(frozen=True, slots=True)
class Send:
    """Send one HTTP request to the upstream. Comes back as `Reply` or `NoReply`.

    Attributes:
        method: `GET`, `POST` or `DELETE`.
        path: From the version on, such as `/v1.3/analyze`; already escaped.
        query: Names and values, repeats allowed.
        body: JSON to send; None for no body.
        headers: Further headers; the key is the driver's business.
        read_timeout: Seconds to wait for the answer.
        paid: True when the model may bill for it; such a request is paced and counted.
    """

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    body: Any = None
    headers: tuple[tuple[str, str], ...] = ()
    read_timeout: Seconds = 60.0
    paid: bool = False


@dataclass(frozen=True, slots=True)
class Sleep:
    """Wait; comes back as None. It holds no slot meanwhile."""

    seconds: Seconds


@dataclass(frozen=True, slots=True)
class AskNote:
    """What the ledger notes about an ask beside its key, for people who look at runs.

    Attributes:
        way: How the model is reached: `analyze` or `tasks`.
        model: The platform's name of the model.
        prompt_hash: Hash of the template's text.
    """

    way: str
    model: str
    prompt_hash: str


@dataclass(frozen=True, slots=True)
class Claim:
    """Take an ask in the ledger before it is sent. Comes back as `Claimed`, or as `STOP` when the ledger fails.

    Attributes:
        key: The ask's name in the ledger.
        note: Written beside it; no part of what is claimed.
        run: Name of the run that would pay for it; an answer that was paid under the same name is used again, however
            old it is. Empty for none.
    """

    key: str
    note: AskNote | None = field(default=None, compare=False)
    run: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Record:
    """Write what is known about a claimed ask to the ledger before it is told.

    Comes back as None, or as `STOP` when the ledger fails; whoever wanted the answer has then been told why.

    Attributes:
        key: The ask's name in the ledger.
        state: `submitted` (a task runs upstream), `answered`, `failed` (may be asked again), or `released` (the
            claim is given back unused).
        task_id: The platform's task, with `submitted`.
        answer: With `answered` and `failed`.
        unsure: With `released`: it may have become a task upstream that nobody knows the id of.
        run: With `answered`: name of the run that paid for it; empty for none.
    """

    key: str
    state: Literal["submitted", "answered", "failed", "released"]
    task_id: str | None = None
    answer: Answer | None = None
    unsure: bool = False
    run: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer arrived whole.

    Attributes:
        status: 100 to 599.
        headers: Names in lower case.
        body: As received, decompressed.
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class NoReply:
    """No HTTP answer, or only a part of one.

    Attributes:
        kind: `connect` (nothing was sent), `timeout`, or `broken` (the connection ended too early).
        message: For people; holds no key.
    """

    kind: Literal["connect", "timeout", "broken"]
    message: str


@dataclass(frozen=True, slots=True)
class Claimed:
    """The ledger's word about an ask.

    Attributes:
        state: `mine` (ask it now), `kept` (here is the answer), `submitted` (a task of ours runs: poll it),
            `elsewhere` (another process has it: claim again after `wait`).
        answer: With `kept`.
        task_id: With `submitted`.
        wait: Seconds, with `elsewhere`.
        stale: With `mine`: somebody had it and was lost, perhaps between sending it and noting the task it became.
        turn: With `mine` and `submitted`: how often it was answered or failed before. It is part of the name under
            which the ask is submitted, so that what is asked anew is not taken for what was asked then.
    """

    state: Literal["mine", "kept", "submitted", "elsewhere"]
    answer: Answer | None = None
    task_id: str | None = None
    wait: Seconds = 0.0
    stale: bool = False
    turn: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Share:
    """Travel together with other asks in one request. Comes back as `Shared`. It holds no slot meanwhile.

    Attributes:
        key: The ask's name in the ledger; claimed before.
        ask: What to ask.
        batch_id: A batch that already has it; None when it is to be put into one.
        name: Its name in the batch; empty for the key.
    """

    key: str
    ask: Ask
    batch_id: str | None = None
    name: str = ""

    @property
    def custom_id(self) -> str:
        """The name by which its answer is known among those of the batch."""
        return self.name or self.key


@dataclass(frozen=True, slots=True)
class Shared:
    """What travelling together brought.

    Attributes:
        answer: None when the batch has none for this ask and bills nothing for it: it must be asked alone.
    """

    answer: Answer | None


class Stop:
    """The run ends: give back what is claimed, cancel what can be cancelled, return."""

    def __repr__(self) -> str:
        """Return `STOP`."""
        return "STOP"


STOP: Final = Stop()


class Stopped(Exception):
    """Raised inside an exchange when `STOP` comes in; never leaves the schedule."""


Step: TypeAlias = Send | Sleep | Claim | Record | Share
Outcome: TypeAlias = Reply | NoReply | Claimed | Shared | Stop | None

_R = TypeVar("_R")
Exchange: TypeAlias = Generator[Step, Outcome, _R]
"""A generator of steps that is sent outcomes and returns its result."""
