"""A stand-in for the platform and the old API in front of it, each on a socket."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

emulator = pytest.importorskip("pegasus_classify.emulator")


@pytest.fixture
def served(stand_in: Any) -> Iterator[str]:
    """The base URL of a server that has kept nothing."""
    from pegasus_classify import serve_in_thread

    with serve_in_thread(base_url=stand_in.base_url) as base_url:
        yield base_url
