"""Where everything must run, a skip is a failure."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

CONFTEST = Path(__file__).with_name("conftest.py")

SKIPS = {
    "test_service.py": "import pytest\ndef test_it(): pytest.skip('no browser here')",
    "test_mark.py": "import pytest\n@pytest.mark.skipif(True, reason='no Node here')\ndef test_it(): pass",
    "test_file.py": "import pytest\npytest.skip('no database here', allow_module_level=True)",
    "test_reference.py": "def test_it(shared_folder): pass",
    "test_expected.py": "import pytest\n@pytest.mark.xfail(reason='known')\ndef test_it(): assert False",
    "test_fine.py": "def test_it(): pass",
}


@pytest.fixture(scope="module")
def summaries(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What pytest says at its end about such tests, without and with the variable."""
    # Two folders down, so that no reference material stands beside it.
    folder = tmp_path_factory.mktemp("alone") / "project" / "tests"
    folder.mkdir(parents=True)
    (folder / "conftest.py").write_text(CONFTEST.read_text(encoding="utf-8"), encoding="utf-8")
    for name, text in SKIPS.items():
        (folder / name).write_text(text, encoding="utf-8")
    usual = {name: value for name, value in os.environ.items() if not name.startswith("PEGASUS_CLASSIFY_CI")}
    # None of the installed plugins is needed here, and loading them takes longer than the tests.
    usual["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    return {
        "usual": summary(folder, usual),
        "must run": summary(folder, usual | {"PEGASUS_CLASSIFY_CI": "1"}),
    }


def summary(folder: Path, environment: dict[str, str]) -> str:
    """Run the tests of a folder and return everything said."""
    options = ["-q", "-rs", "-p", "no:cacheprovider", "--continue-on-collection-errors", f"--rootdir={folder}"]
    command = [sys.executable, "-m", "pytest", *options, "."]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    return done.stdout


def test_a_skip_is_a_skip_usually(summaries):
    """On somebody's machine without browser or database the rest of the tests still counts."""
    assert "1 passed, 4 skipped, 1 xfailed in" in summaries["usual"]


def test_a_missing_service_is_a_failure_where_everything_must_run(summaries):
    """Skips of a test, by a mark and of a whole file all fail, with their reason."""
    said = summaries["must run"]
    for reason in ("no browser here", "no Node here", "no database here"):
        assert f"{reason}: a skip counts as a failure" in said


def test_only_the_reference_material_may_be_missing_there(summaries):
    """Nobody but the developers has it; an expected failure is no skip at all."""
    assert "1 failed, 1 passed, 1 skipped, 1 xfailed, 2 errors in" in summaries["must run"]
