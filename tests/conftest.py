"""Profiles of hypothesis, the optional reference material, and what a skip means where everything must run."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # Whoever runs the tests in the background may ignore interrupts, and every program started here would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)

# `make test` draws few examples of each law, `make test-slow` and `make coverage` many; whoever wants more asks for it.
for name, examples in {"quick": 15, "full": 60, "thorough": 600}.items():
    settings.register_profile(name, max_examples=examples, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))

SHARED = Path(__file__).resolve().parents[2] / "shared"
NO_REFERENCE = "the optional reference material is not beside this checkout"
OWN_VARIABLES = (
    "PEGASUS_CLASSIFY_API_KEY",
    "PEGASUS_CLASSIFY_STORE",
    "PEGASUS_CLASSIFY_UPSTREAM",
    "TWELVELABS_API_KEY",
    "TWELVELABS_BASE_URL",
    "TWELVE_LABS_API_KEY",
)
"""What somebody who works with the library may have set."""
MUST_RUN = "PEGASUS_CLASSIFY_CI"
"""While this variable is set, a test that is skipped because a service, browser or program is missing has failed."""


def pytest_configure() -> None:
    """Leave the tester's own key, address and store out of every test."""
    for name in OWN_VARIABLES:
        os.environ.pop(name, None)


@pytest.fixture(scope="session")
def shared_folder() -> Path:
    """The reference material beside the checkout; tests that use it skip when it is absent."""
    if not SHARED.is_dir():
        pytest.skip(NO_REFERENCE)
    return SHARED


@pytest.fixture(scope="module")
def stand_in() -> Iterator[Any]:
    """A stand-in for the platform, in good handwriting, that takes every key."""
    emulator = pytest.importorskip("pegasus_classify.emulator")
    with emulator.running_emulator() as running:
        yield running


def pytest_report_header() -> str:
    """Say which package is under test: the sources, or an installed wheel."""
    import pegasus_classify

    return f"pegasus_classify: {Path(pegasus_classify.__file__).parent}"


def _without_skips(report: pytest.TestReport | pytest.CollectReport) -> None:
    if not (report.skipped and os.environ.get(MUST_RUN)) or hasattr(report, "wasxfail"):
        return
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    if NO_REFERENCE not in reason:
        report.outcome = "failed"
        report.longrepr = f"{reason}: a skip counts as a failure while {MUST_RUN} is set"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport():
    """Turn the skip of a test into a failure where everything must run."""
    report = yield
    _without_skips(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report():
    """Turn the skip of a whole file into a failure where everything must run."""
    report = yield
    _without_skips(report)
    return report
