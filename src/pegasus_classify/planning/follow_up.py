"""The one further question after an answer that is cut off or cannot be read."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Protocol

from pegasus_classify.contract.asks import Ask
from pegasus_classify.contract.request import EffectiveClass
from pegasus_classify.planning.answer_size import max_tokens
from pegasus_classify.planning.groups import Group, narrowed
from pegasus_classify.planning.plan import Plan, PlannedAsk
from pegasus_classify.planning.wording import AGAIN, question

__all__ = ["Completeness", "follow_up"]


class Completeness(Protocol):
    """What planning may know of an answer: how much of it is there, nothing of what it says."""

    @property
    def verdict(self) -> str:
        """`unreadable` and `refused` matter here, no other."""

    @property
    def cut(self) -> bool:
        """Whether the text ended before its own end."""

    @property
    def finished(self) -> AbstractSet[str]:
        """Names of the classes whose entries were complete."""


def follow_up(plan: Plan, group: Group, ask: Ask, reading: Completeness) -> PlannedAsk | None:
    """Return the follow-up to an answer, about nothing but what is missing; None when nothing is.

    It goes without a JSON schema, the form described in the text: a schema was the cause of many broken answers.
    A refusal is not asked again. Whoever calls this asks at most once.

    Args:
        plan: The request's plan.
        group: The group that was asked about.
        ask: The question that was answered.
        reading: How complete its answer is.
    """
    missing = _missing(group, reading)
    if not missing:
        return None
    asked = narrowed(group.vocabulary, missing)
    again = Group(question(plan.book, AGAIN, asked, schema=False), asked)
    tokens = _room(plan, again, ask, reading)
    return again, replace(ask, question=again.question, max_tokens=tokens, definitions=1)


def _missing(group: Group, reading: Completeness) -> tuple[EffectiveClass, ...]:
    if reading.verdict == "refused":
        return ()
    if reading.verdict == "unreadable":
        return group.vocabulary.classes
    if reading.cut:
        return tuple(each for each in group.vocabulary.classes if each.name not in reading.finished)
    return ()


def _room(plan: Plan, again: Group, ask: Ask, reading: Completeness) -> int:
    """Return the tokens allowed: what the missing classes need, and more than was not enough the first time."""
    asked = again.vocabulary
    planned = max_tokens(plan.model, len(asked.classes), len(asked.prompt_ids), ask.duration)
    return min(max(planned, 2 * ask.max_tokens), plan.model.max_answer_tokens) if reading.cut else planned
