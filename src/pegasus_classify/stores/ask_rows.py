"""What a claim or a record does to an ask's row: pure, the same for every database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from pegasus_classify.contract.asks import Answer, AskFailure
from pegasus_classify.contract.quantities import Seconds
from pegasus_classify.steps import Claim, Claimed, Record

__all__ = ["LONGEST_WAIT", "Moment", "Row", "claimed", "empty_row", "given_up", "recorded"]

Row: TypeAlias = dict[str, Any]
"""A row of the table of asks: column → value, every column present."""

LONGEST_WAIT: Seconds = 1.5
"""How long somebody else's ask is left alone before it is looked at again."""

_LARGEST: Final = 2**62


@dataclass(frozen=True, slots=True)
class Moment:
    """Who works on the ledger, when, and on what terms.

    Attributes:
        owner: Name of the store object; nobody else's.
        claim: Number of this transaction, the same when it is tried again, so that a claim which did get through
            although the database broke off is recognised.
        now: Seconds since 1970.
        lease: How long a claim holds unless it is renewed, seconds.
        keep_for: An answer recorded longer ago is not used again, seconds.
    """

    owner: str
    claim: int
    now: Seconds
    lease: Seconds
    keep_for: Seconds


_EMPTY: Final[Row] = {
    "state": "failed",
    "owner": None,
    "claim": None,
    "lease_until": None,
    "task_id": None,
    "turn": 0,
    "paid_by": None,
    "way": None,
    "model": None,
    "prompt_hash": None,
    "text": None,
    "finish_reason": None,
    "warning": None,
    "input_tokens": None,
    "output_tokens": None,
    "billed_seconds": None,
    "answered": None,
    "attempts": 0,
    "failure_kind": None,
    "failure_message": None,
    "failure_status": None,
    "failure_code": None,
}

_FREE: Final[Row] = {"owner": None, "claim": None, "lease_until": None}
_NO_FAILURE: Final[Row] = {"failure_kind": None, "failure_message": None, "failure_status": None, "failure_code": None}


def empty_row(key: str, now: Seconds) -> Row:
    """Return the row of an ask nobody has asked yet; it counts as one that may be asked."""
    return {"key": key, **_EMPTY, "created": now, "updated": now}


def claimed(row: Row | None, step: Claim, at: Moment) -> tuple[Row | None, Claimed]:
    """Return the row after a claim, and the ledger's word to the one who claims.

    Args:
        row: As it stands; None for an unknown ask.
        step: The claim.
        at: Who claims, when.

    Returns:
        The row itself when nothing changes.
    """
    if row is not None and row["text"] is not None and (_is_own(row, step) or _is_young(row, at)):
        return row, Claimed("kept", answer=_answer(row))
    if row is not None and row["state"] in {"leased", "submitted"} and not _may_take(row, at):
        left = row["lease_until"] - at.now
        return row, Claimed("elsewhere", wait=min(LONGEST_WAIT, max(0.1, left)))
    lease = {"owner": at.owner, "claim": at.claim, "lease_until": at.now + at.lease, "updated": at.now}
    if row is not None and row["state"] == "submitted":
        return {**row, **lease}, Claimed("submitted", task_id=row["task_id"], turn=row["turn"])
    # Whoever held it may have died between the platform's answer and its own note of it.
    stale = row is not None and row["state"] == "leased" and row["owner"] is not None and not _took(row, at)
    taken = {**(row or empty_row(step.key, at.now)), **lease, "state": "leased", "task_id": None}
    if step.note is not None:
        taken |= {"way": step.note.way, "model": step.note.model, "prompt_hash": step.note.prompt_hash}
    return taken, Claimed("mine", stale=stale, turn=taken["turn"])


def _is_young(row: Row, at: Moment) -> bool:
    return bool(at.now - row["answered"] < at.keep_for)


def _is_own(row: Row, step: Claim) -> bool:
    """Tell whether the run that asks has paid for the answer: then it is not too old, however old it is."""
    return bool(step.run) and row["paid_by"] == step.run


def _may_take(row: Row, at: Moment) -> bool:
    # A lease that ends later than any can was written while a clock was wrong; its writer would have renewed it.
    impossible = row["lease_until"] is not None and row["lease_until"] > at.now + 2 * at.lease
    return _took(row, at) or row["owner"] is None or row["lease_until"] <= at.now or impossible


def _took(row: Row, at: Moment) -> bool:
    """Tell whether this very claim got through before."""
    return bool(row["owner"] == at.owner and row["claim"] == at.claim)


def recorded(row: Row | None, step: Record, at: Moment) -> Row | None:
    """Return the row after a record, None when it goes.

    An answer was paid for and is always written, also when the lease was lost meanwhile; everything else changes only
    what is still held by the one who records.

    Args:
        row: As it stands; None for an unknown ask.
        step: The record.
        at: Who records, when.
    """
    if step.state == "answered" and step.answer is not None:
        known = row or empty_row(step.key, at.now)
        answer = {**_answer_columns(step.answer, at.now), "paid_by": step.run or None}
        return {**known, **_FREE, **_NO_FAILURE, **answer, "task_id": None, "turn": known["turn"] + 1}
    if row is None or row["owner"] != at.owner:
        return row
    if step.state == "submitted":
        return {**row, "state": "submitted", "task_id": step.task_id, "updated": at.now}
    if step.state == "failed" and step.answer is not None:
        failed = {**_failure_columns(step.answer), "task_id": None, "turn": row["turn"] + 1}
        return {**row, **_FREE, **failed, "updated": at.now}
    if step.unsure and row["state"] == "leased":
        # Left as if the process had been lost: whoever takes it next looks for the task first.
        return {**row, "lease_until": at.now, "updated": at.now}
    return _released(row, at.now)


def _released(row: Row, now: Seconds) -> Row | None:
    """Give a claim back: a task that runs can be taken by the next one, what was there before stands as it stood."""
    if row["state"] == "submitted":
        return {**row, **_FREE, "updated": now}
    if row["turn"] == 0 and row["text"] is None:
        return None
    return {**row, **_FREE, "state": "failed" if row["text"] is None else "answered", "updated": now}


def given_up(now: Seconds) -> Row:
    """Return what changes in the row of an ask that was cancelled upstream."""
    cancelled = AskFailure("stopped", "It was cancelled.", 503)
    return {**_FREE, **_failure_of(cancelled), "state": "failed", "task_id": None, "updated": now}


def _answer_columns(answer: Answer, now: Seconds) -> Row:
    return {
        "state": "answered",
        "text": answer.text,
        "finish_reason": answer.finish_reason,
        "warning": answer.warning,
        "input_tokens": min(answer.input_tokens, _LARGEST),
        "output_tokens": min(answer.output_tokens, _LARGEST),
        "billed_seconds": answer.billed_seconds,
        "attempts": answer.attempts,
        "answered": now,
        "updated": now,
    }


def _failure_columns(answer: Answer) -> Row:
    failure = {} if answer.failure is None else _failure_of(answer.failure)
    return {"state": "failed", "attempts": answer.attempts, **failure}


def _failure_of(failure: AskFailure) -> Row:
    return {
        "failure_kind": failure.kind,
        "failure_message": failure.message,
        "failure_status": failure.status_code,
        "failure_code": failure.code,
    }


def _answer(row: Row) -> Answer:
    return Answer(
        text=row["text"],
        finish_reason=row["finish_reason"],
        warning=row["warning"],
        input_tokens=row["input_tokens"],
        output_tokens=row["output_tokens"],
        billed_seconds=row["billed_seconds"],
        attempts=row["attempts"],
    )
