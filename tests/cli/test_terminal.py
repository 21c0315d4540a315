"""What a command shows while it works: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator

import pytest

from pegasus_classify.carrying.progress import Progress
from pegasus_classify.cli.speed import Speed, in_words
from pegasus_classify.cli.terminal import Watch, print_json
from pegasus_classify.contract.result import Cost

pty = pytest.importorskip("pty")


def standing(done: int, total: int | None = 40, **more: float) -> Progress:
    """Where a request stands."""
    return Progress(
        found=total or done,
        total=total,
        done=done,
        failed=1,
        cost=Cost(calls=done, kept=2, usd=0.5),
        held_for=more.get("held", 0.0),
    )


def _chunks(terminal: int) -> Iterator[str]:
    """Everything written to a terminal whose other end is closed."""
    while True:
        try:
            chunk = os.read(terminal, 65_536)
        except OSError:
            chunk = b""
        if not chunk:
            os.close(terminal)
            return
        yield chunk.decode(errors="replace")


def test_plain_lines_come_once_for_every_tenth(capsys: pytest.CaptureFixture[str]):
    """And none while nobody knows how many videos there will be."""
    with Watch() as watch:
        watch(standing(3, None))
        for done in range(1, 41):
            watch(standing(done))
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 10
    assert lines[0] == "4 of 40 videos, 4 asked, 2 kept, $0.50, 1 failed"
    assert lines[-1].startswith("40 of 40")


def test_rate_and_time_left_are_told_when_they_are_known(capsys: pytest.CaptureFixture[str]):
    """By what was done lately; in units people would use."""
    now = 0.0
    with Watch(lambda: now) as watch:
        watch(standing(0, 1000))
        for second in range(1, 200):
            now = float(second)
            watch(standing(second, 1000))
        now = 260.0
        watch(standing(201, 1000))
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith("60 of 1000 videos")
    assert lines[0].endswith("1.0 videos/s, 16 min left")
    assert lines[-1].endswith("30.5 videos/min, 26 min left")
    assert [line.split()[0] for line in lines] == ["60", "100", "160", "201"]


def test_a_long_list_is_told_about_while_it_is_read(capsys: pytest.CaptureFixture[str]):
    """A line a minute, without a total."""
    now = 0.0
    with Watch(lambda: now) as watch:
        for now in (0.0, 30.0, 61.0):
            watch(standing(int(now), None))
    assert capsys.readouterr().err.splitlines() == ["61 videos, 61 asked, 2 kept, $0.50, 1 failed, 1.0 videos/s"]


@pytest.mark.parametrize(("seconds", "words"), [(3.2, "3 s"), (89, "89 s"), (600, "10 min"), (10_800, "3.0 h")])
def test_times_are_told_in_words(seconds: float, words: str):
    """Seconds, minutes or hours."""
    assert in_words(seconds) == words


def test_nothing_is_said_about_a_speed_nobody_knows():
    """Too little was seen, or nothing is done."""
    speed = Speed()
    assert speed.words(0, 10) == []
    speed.see(0, 1.0)
    speed.see(0, 50.0)
    assert speed.words(0, 10) == []
    speed.see(10, 51.0)
    assert speed.words(10, 10) == ["12.0 videos/min"]


def test_a_terminal_gets_a_bar(monkeypatch: pytest.MonkeyPatch):
    """It says what is waited for, and is taken away in the end."""
    ours, theirs = pty.openpty()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "140")
    with os.fdopen(theirs, "w") as terminal:
        monkeypatch.setattr(sys, "stderr", terminal)
        with Watch() as watch:
            watch(standing(3, None))
            watch(standing(20, held=12.4))
    drawn = "".join(_chunks(ours))
    assert "20/40" in drawn
    assert "waiting 12 s" in drawn


def test_a_watch_without_news_shows_nothing(capsys: pytest.CaptureFixture[str]):
    """A refused request has no progress."""
    with Watch():
        pass
    assert capsys.readouterr().err == ""


def test_json_keeps_its_letters_where_the_console_has_them(monkeypatch: pytest.MonkeyPatch):
    """Elsewhere, and for halves of surrogate pairs, the escaped form means the same."""
    for encoding, value, wanted in (
        ("utf-8", "é", '"é"'),
        ("ascii", "é", '"\\u00e9"'),
        ("utf-8", "\ud800", '"\\ud800"'),
    ):
        raw = io.BytesIO()
        monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding=encoding))
        print_json(value)
        assert raw.getvalue().decode(encoding).strip() == wanted
