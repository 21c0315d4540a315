"""The server on a real socket in front of a stand-in, and old clients installed as people installed them."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

emulator = pytest.importorskip("pegasus_classify.emulator")
server = pytest.importorskip("pegasus_classify.server.thread")

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parents[1]
CACHE = Path(os.environ.get("PEGASUS_CLASSIFY_OLD_CLIENTS", PROJECT / ".venv-old"))
"""Where old clients are kept between runs; the variable lets several checkouts share one."""

RIGHT_KEY = "tlk_right"
NEWEST_MINOR = {"0.1.25": 12}
"""The oldest SDK pins libraries that have no wheels for newer interpreters."""


def run(*command: str, **how: Any) -> subprocess.CompletedProcess[str]:
    """Run a program and return what it said."""
    return subprocess.run(command, capture_output=True, text=True, check=False, **how)


@contextmanager
def alone(name: str) -> Iterator[Path]:
    """Hold the lock of one installation, so that two test processes do not make it at the same time."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield CACHE / name


def interpreter(version: str) -> str:
    """An interpreter that an old SDK runs on."""
    newest = NEWEST_MINOR.get(version, 99)
    fits = f"import sys, venv, ensurepip; sys.exit(not 10 <= sys.version_info[1] <= {newest})"
    named = [sys.executable, *(f"python3.{minor}" for minor in (12, 11, 10)), "python3"]
    for name in filter(None, map(shutil.which, named)):
        if run(name, "-c", fits).returncode == 0:
            return name
    pytest.skip(f"no Python from 3.10 to 3.{newest} with venv for twelvelabs=={version}")


def old_python(version: str) -> Path:
    """The interpreter of a virtual environment that holds one old SDK and `requests`."""
    with alone(f"twelvelabs-{version}") as home:
        python, ready = home / "bin" / "python", home / "ready"
        if not ready.exists():
            shutil.rmtree(home, ignore_errors=True)
            made = run(interpreter(version), "-m", "venv", str(home))
            if made.returncode == 0:
                made = run(str(python), "-m", "pip", "install", "--quiet", f"twelvelabs=={version}", "requests")
            if made.returncode != 0:
                pytest.skip(f"twelvelabs=={version} cannot be installed: {made.stderr.strip()[-300:]}")
            ready.touch()
    return python


def node_modules() -> Path:
    """The folder of the old JavaScript clients, installed with npm."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("node and npm are not installed")
    wanted = (HERE / "js" / "package.json").read_text(encoding="utf-8")
    with alone("js") as home:
        ready = home / "ready"
        if not (ready.exists() and ready.read_text(encoding="utf-8") == wanted):
            shutil.rmtree(home, ignore_errors=True)
            home.mkdir()
            (home / "package.json").write_text(wanted, encoding="utf-8")
            quiet = ("--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error")
            made = run("npm", "install", *quiet, cwd=home)
            if made.returncode != 0:
                pytest.skip(f"the old JavaScript clients cannot be installed: {made.stderr.strip()[-300:]}")
            ready.write_text(wanted, encoding="utf-8")
    return home / "node_modules"


@contextmanager
def served(**settings: Any) -> Iterator[str]:
    """A server whose upstream is a stand-in with these settings; its address."""
    with ExitStack() as stack:
        stand_in = stack.enter_context(emulator.running_emulator(emulator.EmulatorSettings(**settings)))
        yield stack.enter_context(server.serve_in_thread(base_url=stand_in.base_url))


@pytest.fixture(scope="session")
def shim() -> Iterator[str]:
    """Address of a server whose upstream takes one key."""
    with served(keys=(RIGHT_KEY,)) as address:
        yield address


@pytest.fixture(scope="session")
def any_key_shim() -> Iterator[str]:
    """Address of a server whose upstream takes every key."""
    with served() as address:
        yield address


def started(command: list[str], base_url: str, **more: str) -> str:
    """Run an old program to its end and return what it printed."""
    environment = {**clean_environment(), "TWELVELABS_BASE_URL": base_url, "KEY": RIGHT_KEY, **more}
    done = run(*command, env=environment, timeout=120)
    assert done.returncode == 0, f"{command}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="session")
def old_sdk() -> Callable[[str, str, str], Any]:
    """Run a script with an old Python SDK and return the JSON that it printed."""
    return lambda version, script, base_url: json.loads(
        started([str(old_python(version)), str(HERE / "scripts" / script)], base_url)
    )


@pytest.fixture(scope="session")
def javascript() -> Callable[[str, str], Any]:
    """Run a script with the old JavaScript clients and return the JSON that it printed."""
    return lambda script, base_url: json.loads(
        started(["node", str(HERE / "scripts" / script)], base_url, NODE_PATH=str(node_modules()))
    )


@pytest.fixture(scope="session")
def program() -> Callable[[str, Path, str], str]:
    """Run a file in Python or JavaScript with the last old SDK and return what it printed."""

    def runs(language: str, file: Path, base_url: str) -> str:
        if language == "javascript":
            return started(["node", str(file)], base_url, NODE_PATH=str(node_modules()))
        return started([str(old_python("0.3.2")), str(file)], base_url)

    return runs


def clean_environment() -> dict[str, str]:
    """This process's environment without keys, addresses and proxies, which would send the calls elsewhere."""
    gone = ("TWELVE", "PEGASUS_", "PYTHON", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
    return {name: value for name, value in os.environ.items() if not name.upper().startswith(gone)}
