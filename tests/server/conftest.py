"""A stand-in for the platform and the old API in front of it, each on a socket."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

emulator = pytest.importorskip("pegasus_classify.emulator")

VARIABLES = (
    "PEGASUS_CLASSIFY_API_KEY",
    "TWELVE_LABS_API_KEY",
    "TWELVELABS_API_KEY",
    "PEGASUS_CLASSIFY_UPSTREAM",
    "PEGASUS_CLASSIFY_STORE",
)


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tester's own key, address and store take no part."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def stand_in() -> Iterator[Any]:
    """A stand-in in good handwriting that knows every key."""
    with emulator.running_emulator() as running:
        yield running


@pytest.fixture
def served(stand_in: Any) -> Iterator[str]:
    """The base URL of a server that has kept nothing."""
    from pegasus_classify import serve_in_thread

    with serve_in_thread(base_url=stand_in.base_url) as base_url:
        yield base_url
