"""A policy is checked whole, and what is wrong is named by line and field."""

from __future__ import annotations

import pytest

from pegasus_classify.errors import SettingsError
from pegasus_classify.rollout.policy import Policy, Route, evidence_hash, policy_from, policy_hash

OLD = {"url": "https://old.example"}

TEXT = """\
name = "spring"
otherwise = "shadow"

[old]
url = "https://old.example"

[[route]]
to = "pegasus"
classes = ["Dog"]

[[route]]
to = "pegasus"
percent = 250

[shadow]
concurency = 3
"""
VALUES = {
    "name": "spring",
    "otherwise": "shadow",
    "old": OLD,
    "route": [{"to": "pegasus", "classes": ["Dog"]}, {"to": "pegasus", "percent": 250}],
    "shadow": {"concurency": 3},
}


def test_every_fault_is_named_with_its_line_and_field():
    """Two faults in one file are two complaints; the value's own line is named."""
    with pytest.raises(SettingsError) as caught:
        policy_from(VALUES, TEXT, "rollout.toml")
    first, second = str(caught.value).splitlines()
    assert first.startswith("rollout.toml line 13: routes[2].percent: Input should be less than or equal to 100")
    assert second.startswith("rollout.toml line 16: shadow.concurency: Extra inputs")


def test_a_missing_field_is_named_with_the_line_of_its_table():
    """What is not there has no line of its own."""
    text = '[old]\nurl = "https://old.example"\n[[route]] # first\npercent = 5\n'
    with pytest.raises(SettingsError, match=r"^p line 3: routes\[1\]\.to: Field required$"):
        policy_from({"old": OLD, "route": [{"percent": 5}]}, text, "p")


def test_values_from_code_have_no_line():
    """The field alone is named."""
    with pytest.raises(SettingsError, match=r"^policy: otherwise: "):
        policy_from({"otherwise": "both", "old": OLD})


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        ({}, "something goes to the old side"),
        ({"otherwise": "pegasus", "kill": {"to": "pegasus"}, "fallback": True}, "something goes to the old side"),
        ({"old": OLD, "routes": [{"to": "pegasus", "ladder": True, "percent": 1}]}, "not both"),
        ({"old": OLD, "routes": [{"to": "legacy", "name": "stop"}]}, "are taken"),
        ({"old": OLD, "routes": [{"to": "legacy", "ladder": True}]}, "moves traffic to pegasus"),
        ({"old": OLD, "routes": [{"to": "pegasus", "ladder": True}] * 2}, "one route at most"),
        ({"old": OLD, "breaker": {"failures": 9, "of": 3}}, "cannot be above"),
        ({"old": OLD, "ladder": {"steps": [5, 1]}}, "steps rise"),
        ({"old": OLD, "ladder": {"steps": [0, 1]}}, "steps rise"),
        ({"old": {"url": "old.example"}}, "old.url"),
    ],
)
def test_what_does_not_go_together_is_refused(values, complaint):
    """A policy that cannot mean anything is no policy."""
    with pytest.raises(SettingsError, match=complaint):
        policy_from(values)


def test_a_policy_without_an_old_side_sends_everything_to_pegasus():
    """Where Classify is gone nothing may go there, not even by the kill switch."""
    assert policy_from({"otherwise": "pegasus", "kill": {"to": "pegasus"}}).old is None


def test_equal_policies_have_equal_hashes_however_they_were_made():
    """From TOML's values or from objects: the same policy; another value is another."""
    read = policy_from({"old": OLD, "route": [{"to": "pegasus", "classes": ["Dog"]}]})
    made = Policy(old=OLD, routes=(Route(to="pegasus", classes=("Dog",)),))
    assert read == made
    assert policy_hash(read) == policy_hash(made) != policy_hash(Policy(old=OLD))


def test_the_old_side_is_a_url_or_recordings_and_not_both():
    """One file may stand alone, without a list around it."""
    one = policy_from({"old": {"recording": "old.jsonl"}})
    assert one == policy_from({"old": {"recording": ["old.jsonl"]}})
    for wrong in ({}, {"url": "https://old.example", "recording": "old.jsonl"}, {"recording": []}):
        with pytest.raises(SettingsError):
            policy_from({"old": wrong})


def test_evidence_lasts_over_what_it_does_not_depend_on():
    """Another name, budget or log is the same evidence; another route, step or model is not."""
    plain = {"old": OLD, "routes": [{"to": "pegasus", "ladder": True}]}
    before = evidence_hash(policy_from(plain), {"model": "auto"})
    for more in ({"name": "x"}, {"log": "y"}, {"shadow": {"usd_per_day": 1}}, {"kill": {"file": "S"}}, {"split": True}):
        assert evidence_hash(policy_from({**plain, **more}), {"model": "auto"}) == before
    for more in ({"salt": "x"}, {"ladder": {"steps": [2, 100]}}, {"routes": []}, {"old": {"url": "https://b.example"}}):
        assert evidence_hash(policy_from({**plain, **more}), {"model": "auto"}) != before
    assert evidence_hash(policy_from(plain), {"model": "other"}) != before
