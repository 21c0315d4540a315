"""Where a migration's days stand in the drawings."""

from __future__ import annotations

from pegasus_classify.report.rollout_drawing import drawing_of


def test_days_without_traffic_are_drawn_as_such():
    """A calendar has no holes, and a long one shows its latest three months."""
    day = {"legacy": 1, "pegasus": 0, "callers_usd": 0.0, "shadows_usd": 0.0, "compared": 0, "differing": 0}
    days = [{"day": each, **day} for each in ("2025-01-01", "2026-01-01", "2026-01-03")]
    drawing = drawing_of({"days": days, "changes": [], "rules": {"differences": 0.1}})
    assert drawing is not None
    assert len(drawing.days) == 92
    assert [each.legacy for each in drawing.days[-3:]] == [100, 0, 100]
    assert (drawing.lines, drawing.most_usd, len(drawing.ticks)) == ((), 0.0, 5)
