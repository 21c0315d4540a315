"""Conditions under which a comparison counts as failed, such as `kappa<0.8 or flips>3%`.

::

    condition  = all { "or" all }
    all        = clause { "and" clause }
    clause     = [ scope "." ] measure operator number [ "%" ]  |  [ scope "." ] "verdict" ( "=" | "!=" ) word
    scope      = "any" (some class)  |  a class name in double quotes
    measure    = a field of `Measures`, or a short name: f1, precision, recall (at 0.5), bias, mae, map
    operator   = "<" | "<=" | ">" | ">=" | "=" | "!="
    word       = "same" | "different" | "cannot_tell"
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields

from pegasus_classify.compare.comparison import Comparison
from pegasus_classify.compare.measures import Measures
from pegasus_classify.contract.verdicts import Estimate, SideVerdict

__all__ = ["Condition", "ConditionError", "Met", "met_by", "read_condition"]


class ConditionError(ValueError):
    """The text is no condition; the message shows the place and says what would fit."""


@dataclass(frozen=True, slots=True)
class _Clause:
    text: str
    scope: str | None
    measure: str
    sign: str
    wanted: float | str


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition that was understood: met when every clause of any group is met.

    Attributes:
        text: As written.
        groups: Clauses joined by `and`, groups by `or`.
    """

    text: str
    groups: tuple[tuple[_Clause, ...], ...]


@dataclass(frozen=True, slots=True)
class Met:
    """A clause that is met, and so fails the comparison.

    Attributes:
        clause: As written.
        scope: The class; None for all together.
        value: What was measured; None when nothing was there to measure, which counts as met: a guard that cannot see
            must not wave through.
    """

    clause: str
    scope: str | None
    value: float | str | None


_SHORT = {
    "f1": "f1_50",
    "precision": "precision_50",
    "recall": "recall_50",
    "bias": "score_bias",
    "mae": "score_mae",
    "map": "mean_ap",
    "tau": "kendall",
}
_MEASURES = tuple(each.name for each in fields(Measures) if not each.name.endswith("_quantiles"))
_WORDS = ("same", "different", "cannot_tell")

_SIGNS: Mapping[str, Callable[[float, float], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "=": operator.eq,
}

_TOKEN = re.compile(
    r"""\s*(?:(?P<joint>\b(?:and|or)\b)|"(?P<quoted>[^"]*)"|(?P<sign><=|>=|!=|==|<|>|=)"""
    r"""|(?P<number>-?\d+(?:\.\d+)?)\s*(?P<percent>%)?|(?P<dot>\.)|(?P<name>[A-Za-z][A-Za-z0-9_]*))"""
)

_Token = tuple[str, str, int]


def read_condition(text: str) -> Condition:
    """Read a condition.

    Raises:
        ConditionError: It is none.
    """
    return _Reader(text, list(_tokens(text))).condition()


def _tokens(text: str) -> Iterator[_Token]:
    place = 0
    while text[place:].strip():
        found = _TOKEN.match(text, place)
        if found is None:
            raise _wrong(text, place, "this cannot be read")
        kind = next(name for name in ("joint", "quoted", "sign", "number", "dot", "name") if found[name] is not None)
        value = found[kind] + (found["percent"] or "" if kind == "number" else "")
        yield kind, value, found.end() - len(found[0].lstrip())
        place = found.end()


def _wrong(text: str, place: int, what: str) -> ConditionError:
    return ConditionError(f"{text!r}, at {text[place:][:20]!r}: {what}; an example: kappa<0.8 or flips>3%")


class _Reader:
    def __init__(self, text: str, tokens: list[_Token]) -> None:
        self._text = text
        self._tokens = tokens
        self._at = 0

    def condition(self) -> Condition:
        groups = [[self._clause()]]
        while self._at < len(self._tokens):
            if self._take("joint", "'and' or 'or' must join two clauses")[1] == "or":
                groups.append([])
            groups[-1].append(self._clause())
        return Condition(self._text, tuple(tuple(group) for group in groups))

    def _clause(self) -> _Clause:
        begin = self._place()
        scope = None
        if self._kind() == "quoted" or (self._kind() == "name" and self._kind(1) == "dot"):
            kind, scope, place = self._next()
            if kind == "name" and scope != "any":
                raise _wrong(self._text, place, "a class name stands in double quotes")
            scope = "any" if kind == "name" else f'"{scope}'
            self._take("dot", "after the class a dot is expected")
        _, measure, place = self._take("name", "a measure is expected")
        measure = _SHORT.get(measure, measure)
        if measure != "verdict" and measure not in _MEASURES:
            known = ", ".join(("verdict", *_SHORT, *_MEASURES))
            raise _wrong(self._text, place, f"{measure} is none of {known}")
        sign = self._take("sign", "one of < <= > >= = != is expected")[1].replace("==", "=")
        wanted = self._word(sign) if measure == "verdict" else self._number()
        return _Clause(self._text[begin : self._place()].strip(), scope, measure, sign, wanted)

    def _word(self, sign: str) -> str:
        _, word, place = self._take("name", f"one of {', '.join(_WORDS)} is expected")
        if word not in _WORDS or sign not in ("=", "!="):
            raise _wrong(self._text, place, f"a verdict is = or != one of {', '.join(_WORDS)}")
        return word

    def _number(self) -> float:
        number = self._take("number", "a number is expected")[1]
        return float(number[:-1]) / 100 if number.endswith("%") else float(number)

    def _take(self, kind: str, complaint: str) -> _Token:
        if self._kind() != kind:
            raise _wrong(self._text, self._place(), complaint)
        return self._next()

    def _next(self) -> _Token:
        self._at += 1
        return self._tokens[self._at - 1]

    def _kind(self, ahead: int = 0) -> str | None:
        place = self._at + ahead
        return self._tokens[place][0] if place < len(self._tokens) else None

    def _place(self) -> int:
        return self._tokens[self._at][2] if self._at < len(self._tokens) else len(self._text)


def met_by(condition: Condition, comparison: Comparison) -> tuple[Met, ...]:
    """Return the clauses that make a comparison fail; empty when it passes.

    Raises:
        ConditionError: It names a class that is not compared.
    """
    for group in condition.groups:
        met = [_met(clause, comparison) for clause in group]
        if all(met):
            return tuple(each for several in met for each in several)
    return ()


def _met(clause: _Clause, comparison: Comparison) -> list[Met]:
    found = []
    for name, measures, verdict in _scopes(clause, comparison):
        value = _value(clause.measure, measures, verdict)
        if value is None or _holds(clause, value):
            found.append(Met(clause.text, name, value))
    return found


def _scopes(clause: _Clause, comparison: Comparison) -> list[tuple[str | None, Measures, SideVerdict]]:
    if clause.scope is None:
        return [(None, comparison.measures, comparison.verdict)]
    every: list[tuple[str | None, Measures, SideVerdict]] = [
        (each.name, each.measures, each.verdict) for each in comparison.classes
    ]
    if clause.scope == "any":
        return every
    named = [each for each in every if f'"{each[0]}' == clause.scope]
    if not named:
        raise ConditionError(f"{clause.text}: the class is not compared")
    return named


def _value(measure: str, measures: Measures, verdict: SideVerdict) -> float | str | None:
    if measure == "verdict":
        return verdict.word
    value = getattr(measures, measure)
    known: float | None = value.value if isinstance(value, Estimate) else value
    return known


def _holds(clause: _Clause, value: float | str) -> bool:
    if isinstance(value, str) or isinstance(clause.wanted, str):
        return (value == clause.wanted) == (clause.sign == "=")
    return _SIGNS[clause.sign](value, clause.wanted)
