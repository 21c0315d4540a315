"""What is known since the last move is kept as text, looked at seldom, and judged once a look."""

from __future__ import annotations

import pytest

from pegasus_classify.contract.verdicts import Estimate, SideVerdict
from pegasus_classify.rollout.known import (
    JUDGED_WITHIN,
    Known,
    is_bad,
    judged,
    known_of,
    known_text,
    look_due,
    with_seen,
)
from pegasus_classify.rollout.policy import LadderRules
from pegasus_classify.rollout.watch import Seen

RULES = LadderRules(videos=10)
BAD = [Seen(failed=True)] * 20


def verdict(word: str, look: int) -> SideVerdict:
    """A judgement."""
    noise = Estimate(0.1, 0.0, 0.2)
    return SideVerdict(word, None, 10, 0.5, 0.01, look, noise, None, ("because",))  # type: ignore[arg-type]


def test_it_reads_back_from_text_as_it_was():
    """With sums, looks and judgement; text that is none is nothing known."""
    known = judged(with_seen(Known(looks=2, looked_at=5.0), [Seen(True, False, True)], RULES), verdict("same", 2))
    assert known_of(known_text(known)) == known
    assert known_of(known_text(Known())) == Known()
    for text in ("", "{", "[]", '{"verdict": 1}', '{"watch": {"sums": [1]}, "verdict": null}'):
        assert known_of(text) == Known()


def test_seeing_in_parts_is_seeing_at_once():
    """Several processes, one after the other, come to what one would have come to."""
    seen = [Seen(failed=number % 7 == 0, slow=number % 5 == 0, differs=number % 3 == 0) for number in range(50)]
    whole = with_seen(Known(), seen, RULES)
    parts = Known()
    for start in range(0, 50, 8):
        parts = known_of(known_text(with_seen(parts, seen[start : start + 8], RULES)))
    assert parts == whole


def test_a_look_is_due_when_the_videos_have_doubled():
    """Ten, twenty, forty; each look is taken by one process alone."""
    known, due = Known(), []
    for videos in range(45):
        taken = look_due(known, videos, RULES, 1.0)
        if taken is not None:
            due.append(videos)
            known = judged(taken, verdict("same", taken.looks))
            assert look_due(taken, videos, RULES, 1.0) is None
    assert due == [10, 20, 40]


def test_a_look_whose_process_is_gone_is_taken_by_another():
    """Not at once, and not when it was judged."""
    taken = look_due(Known(), 10, RULES, 100.0)
    assert taken == Known(looks=1, looked_at=100.0)
    assert look_due(taken, 11, RULES, 100.0 + JUDGED_WITHIN) is None
    again = look_due(taken, 11, RULES, 101.0 + JUDGED_WITHIN)
    assert again == Known(looks=1, looked_at=101.0 + JUDGED_WITHIN)
    assert look_due(judged(taken, verdict("same", 1)), 11, RULES, 1e9) is None


@pytest.mark.parametrize(("look", "counts"), [(1, False), (2, True), (3, False)])
def test_a_judgement_counts_when_it_is_the_latest_looks(look, counts):
    """One that comes late, or of a look that was forgotten meanwhile, does not."""
    known = judged(Known(looks=2), verdict("cannot_tell", 1))
    assert (judged(known, verdict("different", look)).word == "different") is counts


def test_what_would_take_traffic_back_is_bad():
    """A share that is passed, or a difference."""
    assert not is_bad(Known(), RULES)
    assert is_bad(with_seen(Known(), BAD, RULES), RULES)
    assert is_bad(judged(Known(looks=1), verdict("different", 1)), RULES)
    assert not is_bad(judged(Known(looks=1), verdict("same", 1)), RULES)
