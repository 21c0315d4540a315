"""The log of decisions: many writers, broken lines, files that go away; what it says is where the ladder stands."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections import Counter

import pytest

from pegasus_classify.client.change_log import ChangeLog
from pegasus_classify.errors import SettingsError
from pegasus_classify.rollout.ladder import Act, Change, Rung, change_of
from pegasus_classify.rollout.policy import LadderRules

RULES = LadderRules(steps=(10, 50, 100))


def act(log: ChangeLog, what: Act, why: str = "") -> Change | None:
    """Make a change from wherever the ladder stands."""
    return log.add(lambda rung, _: change_of(what, rung, RULES, 1.0, "me", why))


def test_of_two_processes_that_decide_the_same_one_takes_the_step(tmp_path):
    """The second sees the first one's entry before it writes."""
    one, other = ChangeLog(tmp_path / "log"), ChangeLog(tmp_path / "log")
    stale = change_of("promoted", other.rung, RULES, 1.0, "ladder", "")
    assert act(one, "promoted") is not None
    assert other.add(lambda rung, _: stale) is None
    assert other.rung == one.rung == Rung(10, 1.0, 1)
    assert len((tmp_path / "log").read_text(encoding="utf-8").splitlines()) == 1
    assert other.add(lambda rung, changes: None) is None


def test_threads_and_processes_that_write_at_once_lose_no_line(tmp_path):
    """Twelve writers with forty entries each."""
    path = tmp_path / "log"
    program = f"""
import sys
from pathlib import Path
from pegasus_classify.client.change_log import ChangeLog
from pegasus_classify.rollout.ladder import change_of
from pegasus_classify.rollout.policy import LadderRules
log = ChangeLog(Path({str(path)!r}))
for number in range(40):
    log.add(lambda rung, _: change_of("held", rung, LadderRules(), 1.0, sys.argv[1], f"{{number}} " + "x" * 3000))
"""
    processes = [subprocess.Popen([sys.executable, "-c", program, f"p{each}"]) for each in range(4)]
    log = ChangeLog(path)

    def write(name: str) -> None:
        for _ in range(40):
            log.add(lambda rung, _: change_of("held", rung, RULES, 1.0, name, ""))

    threads = [threading.Thread(target=write, args=(f"t{each}",)) for each in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert [each.wait(120) for each in processes] == [0] * 4
    read = ChangeLog(path)
    assert read.complaints == []
    assert len(read.changes) == 12 * 40
    written = Counter(each.who for each in read.changes)
    assert set(written.values()) == {40}


@pytest.mark.parametrize("whole", [False, True])
def test_a_line_that_its_writer_did_not_end_never_becomes_an_entry(tmp_path, whole):
    """Also when nothing but its end is missing: its writer was told that it has no effect."""
    path = tmp_path / "log"
    act(ChangeLog(path), "promoted")
    first = path.read_text(encoding="utf-8")
    line = first.replace('"before": 0.0', '"before": 10').replace('"percent": 10', '"percent": 50')
    path.write_text(first + (line[:-1] if whole else line[:30]), encoding="utf-8")
    log = ChangeLog(path)
    assert log.rung.percent == 10
    act(log, "held")
    read = ChangeLog(path)
    assert (read.rung.percent, read.rung.held) == (10, True)
    assert len(read.complaints) == 1


def test_a_log_that_is_gone_is_written_again_with_all_it_held(tmp_path, caplog):
    """Whoever starts later comes to the same place as whoever was there."""
    path = tmp_path / "log"
    log = ChangeLog(path)
    act(log, "promoted")
    act(log, "promoted")
    for gone in (path.unlink, lambda: path.write_text("", encoding="utf-8")):
        gone()
        log.look()
        assert log.rung.percent == 50
        act(log, "held")
        assert "written again" in caplog.text
        assert ChangeLog(path).rung.percent == 50
        assert ChangeLog(path).rung.held


def test_a_log_in_anothers_place_is_followed(tmp_path):
    """Somebody begins anew on purpose."""
    path = tmp_path / "log"
    log = ChangeLog(path)
    act(log, "promoted")
    act(log, "promoted")
    act(ChangeLog(tmp_path / "other"), "promoted")
    (tmp_path / "other").rename(path)
    assert log.look()
    assert log.rung.percent == 10
    assert not log.look()


def test_what_cannot_be_read_or_written_is_told(tmp_path):
    """A folder in the file's place, and no folder at all."""
    (tmp_path / "folder").mkdir()
    with pytest.raises(SettingsError, match="cannot be read"):
        ChangeLog(tmp_path / "folder")
    log = ChangeLog(tmp_path / "no" / "folder")
    with pytest.raises(SettingsError, match="cannot be written"):
        act(log, "promoted")
    assert log.rung == Rung()
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(SettingsError, match="cannot be read"):
        ChangeLog(tmp_path / "file" / "log")


def test_a_full_disk_is_told_and_what_was_half_written_has_no_effect(tmp_path):
    """In a process whose files may grow by twenty bytes: the half line is ended by the next writer."""
    pytest.importorskip("resource")
    path = tmp_path / "log"
    act(ChangeLog(path), "promoted")
    program = f"""
import resource
from pathlib import Path
from pegasus_classify.client.change_log import ChangeLog
from pegasus_classify.errors import SettingsError
from pegasus_classify.rollout.ladder import change_of
from pegasus_classify.rollout.policy import LadderRules
path = Path({str(path)!r})
log = ChangeLog(path)
resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 20, resource.RLIM_INFINITY))
try:
    log.add(lambda rung, _: change_of("rolled_back", rung, LadderRules(), 2.0, "me", ""))
except SettingsError as error:
    print(error, log.rung.percent)
"""
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert "cannot be written" in told
    assert told.endswith(" 10.0\n")
    assert not path.read_text(encoding="utf-8").endswith("\n")
    log = ChangeLog(path)
    act(log, "promoted")
    assert ChangeLog(path).rung.percent == 50
    assert len(ChangeLog(path).complaints) == 1


def test_a_lock_that_somebody_keeps_is_not_waited_for_for_ever(tmp_path):
    """A process that was stopped in the middle must not keep others from moving back."""
    fcntl = pytest.importorskip("fcntl")
    path = tmp_path / "log"
    log = ChangeLog(path)
    act(log, "promoted")
    with path.open("a", encoding="utf-8") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert act(log, "rolled_back") is not None
    assert ChangeLog(path).rung.percent == 0
