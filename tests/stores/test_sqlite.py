"""What is particular to a store in a file."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from pegasus_classify.errors import SettingsError
from pegasus_classify.stores.databases import open_database
from pegasus_classify.stores.opening import open_store

emulator = pytest.importorskip("pegasus_classify.emulator")

FULL_DISK = Path(__file__).parents[1] / "support" / "full_disk.py"


def test_what_was_told_to_be_written_is_on_the_disk(tmp_path: Path) -> None:
    """FULL (2) synchronises the log at every commit, so that a power cut takes nothing back."""
    address = f"sqlite:///{tmp_path}/store.db"
    open_store(address).close()
    engine = open_database(address).engine
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
        assert int(connection.exec_driver_sql("PRAGMA busy_timeout").scalar_one()) >= 5000
    engine.dispose()


def test_the_folders_of_the_file_are_made(tmp_path: Path) -> None:
    open_store(f"sqlite:///{tmp_path}/some/where/store.db").close()
    assert (tmp_path / "some" / "where" / "store.db").is_file()


def test_a_file_that_cannot_be_written_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "text.db").write_text("This is no database, however long it is read. " * 100)
    for place in (tmp_path, tmp_path / "file" / "store.db", tmp_path / "text.db", "/proc/store.db"):
        with pytest.raises(SettingsError, match="store") as caught:
            open_store(f"sqlite:///{place}")
        assert str(place) in str(caught.value)
        assert "\n" not in str(caught.value)


def test_a_full_disk_ends_requests_with_its_name_and_nothing_else(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path}/store.db"
    with emulator.running_emulator() as upstream:
        command = [sys.executable, str(FULL_DISK), address, upstream.base_url]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    told = json.loads(done.stdout)
    assert (told["with room"], told["room again"]) == ("answered", "answered")
    for when in ("full", "still full"):
        assert told[when].startswith(f"InternalServerError: The store {address} failed: ")
        assert "secret-key" not in told[when]
