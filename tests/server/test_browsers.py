"""Programs in browsers, let in by their origin."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from guide_calls import KEY, VIDEOS

from pegasus_classify import SettingsError, serve_in_thread

ORIGIN = "https://app.example"


def test_a_program_of_a_named_origin_may_ask_and_read(stand_in: Any):
    """The question before, the answer, its headers, and an error."""
    with serve_in_thread(base_url=stand_in.base_url, cors_origins=[ORIGIN]) as served:
        asked = requests.options(
            f"{served}/v1.2/classify",
            headers={
                "origin": ORIGIN,
                "access-control-request-method": "POST",
                "access-control-request-headers": "x-api-key, content-type",
            },
        )
        assert asked.status_code == 200
        assert asked.headers["access-control-allow-origin"] == ORIGIN
        assert "x-api-key" in asked.headers["access-control-allow-headers"]
        for headers in (KEY, {}):
            got = requests.post(f"{served}/v1.2/classify", json=VIDEOS, headers={**headers, "origin": ORIGIN})
            assert got.headers["access-control-allow-origin"] == ORIGIN
            assert "X-Classify-Source" in got.headers["access-control-expose-headers"]
        through = requests.get(f"{served}/v1.3/indexes", headers={**KEY, "origin": ORIGIN})
        assert through.headers["access-control-allow-origin"] == ORIGIN


def test_other_origins_are_not_named(stand_in: Any):
    """And without the option nobody is."""
    with serve_in_thread(base_url=stand_in.base_url, cors_origins=[ORIGIN]) as served:
        got = requests.post(f"{served}/v1.2/classify", headers={**KEY, "origin": "https://evil.example"})
        assert "access-control-allow-origin" not in got.headers
    with serve_in_thread(base_url=stand_in.base_url) as served:
        got = requests.post(f"{served}/v1.2/classify", headers={**KEY, "origin": ORIGIN})
        assert "access-control-allow-origin" not in got.headers


def test_browsers_do_not_spend_the_servers_own_key():
    """The two do not go together."""
    with pytest.raises(SettingsError, match="own key"), serve_in_thread(api_key="tlk_own", cors_origins=["*"]):
        pass
