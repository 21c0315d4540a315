"""Conditions are read or refused with a sentence, and hold exactly when the numbers say so."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from two_sides import World

from pegasus_classify.compare.comparison import Rules, compare
from pegasus_classify.compare.conditions import ConditionError, met_by, read_condition
from pegasus_classify.compare.side import side_of

CASES = json.loads(Path(__file__).with_name("conditions.json").read_text(encoding="utf-8"))


def lowered(found):
    """Score Cars five points lower."""
    return replace(found, score=found.score - 5) if found.name == "Cars" else found


@pytest.fixture(scope="module")
def comparison():
    """Two sides with one class lowered."""
    world = World(8, videos=300)
    return compare(world.side("a", world.answers(0)), world.side("b", world.answers(1, plant=lowered)), Rules(draws=0))


@pytest.mark.parametrize(("text", "clauses"), CASES["met"], ids=[text for text, _ in CASES["met"]])
def test_a_condition_names_the_clauses_that_hold(comparison, text, clauses):
    """`and` binds closer than `or`; nothing is named when the whole does not hold."""
    assert list(dict.fromkeys(each.clause for each in met_by(read_condition(text), comparison))) == clauses


@pytest.mark.parametrize(("text", "complaint"), CASES["wrong"], ids=[text for text, _ in CASES["wrong"]])
def test_what_is_no_condition_is_refused(text, complaint):
    """The error shows the place, says what would fit, and gives an example."""
    with pytest.raises(ConditionError) as refused:
        read_condition(text)
    assert complaint in str(refused.value)
    assert "kappa<0.8 or flips>3%" in str(refused.value)


def test_a_class_that_is_not_compared_is_refused(comparison):
    """A misspelled class must not wave everything through."""
    with pytest.raises(ConditionError, match="not compared"):
        met_by(read_condition('"Boats".kappa<0.8'), comparison)


def test_any_names_the_class(comparison):
    """So that the reader of a build log knows where to look."""
    met = met_by(read_condition("any.bias<-2"), comparison)
    assert [each.scope for each in met] == ["Cars"]
    assert met[0].value < -2


def test_a_number_that_is_not_known_counts_as_met():
    """A guard that cannot see must not wave through."""
    empty = compare(side_of("a", []), side_of("b", []), Rules(draws=0))
    met = met_by(read_condition("kappa<0.8"), empty)
    assert met[0].value is None
