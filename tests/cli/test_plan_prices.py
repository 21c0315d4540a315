"""`plan` tells both prices, which way each video goes, and of what day the prices are."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from pegasus_classify.cli.main import main
from pegasus_classify.prices import PRICES

BODY = {
    "video_ids": ["short", "long"],
    "options": ["visual"],
    "classes": [{"name": "Cars", "prompts": ["Cars"]}, {"name": "Pets", "prompts": ["Cat"]}],
}


@pytest.fixture
def planned(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Any:
    """What `plan --offline` writes about a short and a long video."""
    for name in os.environ:
        if "PEGASUS" in name or "TWELVE" in name:
            monkeypatch.delenv(name)
    request, table = tmp_path / "request.json", tmp_path / "videos.csv"
    request.write_text(json.dumps(BODY), encoding="utf-8")
    table.write_text("short,6298d673f1090f1100476d4c,600\nlong,6298d673f1090f1100476d4d,3000\n", encoding="utf-8")

    def plan(*words: str) -> str:
        given = ["plan", str(request), "--offline", "--video-map", str(table), *words]
        monkeypatch.setattr(sys, "argv", ["pegasus-classify", *given])
        with pytest.raises(SystemExit) as end:
            main()
        assert end.value.code in {0, None}
        return capsys.readouterr().out

    return plan


def test_both_prices_and_their_day(planned: Any) -> None:
    told = json.loads(planned("--json"))
    assert told["prices_as_of"] == PRICES.as_of
    assert told["ways"] == {"analyze": 1, "tasks": 1}
    one, other = told["expected"], told["by_segments"]["expected"]
    assert other["video_minutes"] == 2 * one["video_minutes"] == 120
    assert other["usd"] < told["by_segments"]["upper_bound"]["usd"]
    assert json.loads(planned("--json", "--ask", "segments"))["expected"] == other


def test_people_are_told_the_same(planned: Any) -> None:
    shown = " ".join(planned().split())
    assert "1 videos by the synchronous call, 1 by tasks; batches cost the same." in shown
    assert "With --ask segments, billed per class: $" in shown
    assert f"Prices as of {PRICES.as_of}" in shown
    assert "With --ask segments" not in planned("--ask", "segments")
