"""Every platform has its custom."""

from __future__ import annotations

from pathlib import Path

import pytest

from pegasus_classify.cli.data_folder import data_folder, lasting_store

HOME = Path("/home/someone")


@pytest.mark.parametrize(
    ("platform", "environment", "wanted"),
    [
        ("linux", {}, HOME / ".local/share/pegasus-classify"),
        ("linux", {"XDG_DATA_HOME": "/data"}, Path("/data/pegasus-classify")),
        ("linux", {"XDG_DATA_HOME": "relative"}, HOME / ".local/share/pegasus-classify"),
        ("darwin", {"XDG_DATA_HOME": "/data"}, HOME / "Library/Application Support/pegasus-classify"),
        ("win32", {"LOCALAPPDATA": "/local"}, Path("/local/pegasus-classify")),
        ("win32", {}, HOME / "AppData/Local/pegasus-classify"),
    ],
)
def test_the_folder_is_where_the_platform_wants_it(platform: str, environment: dict[str, str], wanted: Path):
    """A relative folder in the environment is ignored, as the specification of these folders says."""
    assert data_folder(environment, platform, HOME) == wanted


def test_a_folder_that_cannot_be_made_means_that_nothing_lasts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """As in a container without a home."""
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    monkeypatch.setenv("HOME", str(in_the_way))
    assert lasting_store({"XDG_DATA_HOME": str(in_the_way), "LOCALAPPDATA": str(in_the_way)}) == "memory:"


def test_only_the_user_may_look_into_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Answers tell what somebody's videos show."""
    monkeypatch.setenv("HOME", str(tmp_path))
    assert lasting_store({"XDG_DATA_HOME": str(tmp_path)}).startswith("sqlite:///")
    (folder,) = [each for each in tmp_path.rglob("pegasus-classify") if each.is_dir()]
    assert folder.stat().st_mode & 0o077 == 0
