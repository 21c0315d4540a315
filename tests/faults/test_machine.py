"""The machine in trouble: a disk that fills up, a clock that is set to another time."""

from __future__ import annotations

import os
import resource
import sys
from pathlib import Path
from typing import Any

import pytest
from classify_process import answered_at, read_answer, start_classify
from fault_world import VIDEOS, request_file, settings, states, until

emulator = pytest.importorskip("pegasus_classify.emulator")

SLOTS = 4
WORDS = ["--all-pages", "--concurrency", str(SLOTS), "--max-hours", "1000"]
DAY = 86_400


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="the size of another process's files cannot be limited")
def test_a_disk_that_fills_up_ends_the_run_and_room_lets_it_go_on(tmp_path: Path, calm_body: Any) -> None:
    ledger, out, request = tmp_path / "store.db", tmp_path / "out.json", request_file(tmp_path)
    log = Path(f"{ledger}-wal")
    answered: dict[str, float] = {}
    with emulator.running_emulator(settings(latency=0.1)) as running:
        for part in (1, 2):
            goal = part * VIDEOS // 3
            process = start_classify(request, running.base_url, f"sqlite:///{ledger}", out, WORDS)
            until(lambda goal=goal: len(answered_at(ledger)) >= goal)  # type: ignore[misc]
            hard = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)[1]
            resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (log.stat().st_size, hard))
            assert process.wait(60) == 1
            assert answered.items() <= answered_at(ledger).items()
            answered = answered_at(ledger)
            assert goal <= len(answered) < VIDEOS
        process = start_classify(request, running.base_url, f"sqlite:///{ledger}", out, WORDS)
        assert process.wait(120) == 0
        # What was on the wire when the disk was full had nowhere to be written.
        assert running.state.analyze_calls - VIDEOS <= 2 * SLOTS * 2
    assert read_answer(out)["data"] == calm_body
    assert answered.items() <= answered_at(ledger).items()
    assert states(ledger) == {"answered": VIDEOS}


def jumping(clock: Path) -> list[str]:
    """The command with a clock of its own."""
    return [sys.executable, str(Path(__file__).parent.parent / "support" / "jumping_clock.py"), str(clock)]


@pytest.mark.slow
def test_a_clock_that_jumps_makes_nobody_ask_twice(tmp_path: Path, calm_body: Any) -> None:
    ledger, out, request = tmp_path / "store.db", tmp_path / "out.json", request_file(tmp_path)
    clock = tmp_path / "clock"
    clock.write_text("0")

    def set_clock(seconds: int) -> None:
        (tmp_path / "next").write_text(str(seconds))
        os.replace(tmp_path / "next", clock)

    with emulator.running_emulator(settings(latency=0.2)) as running:
        process = start_classify(request, running.base_url, f"sqlite:///{ledger}", out, WORDS, program=jumping(clock))
        for step, seconds in enumerate((3600, -3600, 40 * DAY, -2 * DAY), 1):
            until(lambda step=step: running.state.analyze_calls >= step * VIDEOS // 6)  # type: ignore[misc]
            set_clock(seconds)
        assert process.wait(120) == 0
        assert running.state.analyze_calls == VIDEOS
        assert set(running.state.asset_calls.values()) == {1}
        assert read_answer(out)["data"] == calm_body
    assert states(ledger) == {"answered": VIDEOS}


@pytest.mark.slow
@pytest.mark.parametrize("jump", [3 * DAY, -3 * DAY])
def test_a_run_killed_and_gone_on_with_in_another_time_pays_for_nothing_twice(
    jump: int, tmp_path: Path, calm_body: Any
) -> None:
    ledger, out, request = tmp_path / "store.db", tmp_path / "out.json", request_file(tmp_path)
    clock = tmp_path / "clock"
    with emulator.running_emulator(settings(latency=0.2)) as running:
        for shown in (0, jump):
            clock.write_text(str(shown))
            process = start_classify(
                request, running.base_url, f"sqlite:///{ledger}", out, WORDS, program=jumping(clock)
            )
            if shown == 0:
                until(lambda: running.state.analyze_calls >= VIDEOS // 2)
                process.kill()
                process.wait()
                answered = answered_at(ledger)
        assert process.wait(120) == 0
        assert running.state.analyze_calls <= VIDEOS + 2 * SLOTS
    assert answered.items() <= answered_at(ledger).items()
    assert read_answer(out)["data"] == calm_body
    assert states(ledger) == {"answered": VIDEOS}


@pytest.mark.slow
def test_a_used_up_day_ends_the_run_with_a_word_and_the_next_days_go_on(tmp_path: Path, calm_body: Any) -> None:
    ledger, out, request = tmp_path / "store.db", tmp_path / "out.json", request_file(tmp_path)
    clock, said = tmp_path / "clock", tmp_path / "said.txt"
    with emulator.running_emulator(settings(day_quota=VIDEOS // 4)) as running:
        codes = []
        for day in range(5):
            # Longer than kept answers serve others: what a run has paid for serves it all the same.
            clock.write_text(str(day * 2 * DAY))
            process = start_classify(
                request, running.base_url, f"sqlite:///{ledger}", out, WORDS, program=jumping(clock), said=said
            )
            codes.append(process.wait(120))
            if codes[-1] == 0:
                break
            left = VIDEOS - len(answered_at(ledger))
            assert f"quota is used up, {left} videos not answered; what is answered is kept" in said.read_text()
            running.advance(2 * DAY)
        assert codes == [1, 1, 1, 0]
        assert set(running.state.asset_calls.values()) == {1}
    assert read_answer(out)["data"] == calm_body
