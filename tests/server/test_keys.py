"""Keys: whose goes upstream, who may call, who sees which page, and that no key is ever seen anywhere."""

from __future__ import annotations

import logging
import sqlite3
from pathlib import Path
from typing import Any

import httpx
import pytest
import requests
from guide_calls import KEY, VIDEOS
from tiny_server import Call, tiny_server

from pegasus_classify import SettingsError, emulator, serve_in_thread
from pegasus_classify.server.settings import key_hash

OTHER = {"x-api-key": "tlk_ANOTHER0SECRET"}
OWN = "tlk_SERVERS0OWN0SECRET"


def post(base_url: str, headers: dict[str, str], **more: Any) -> requests.Response:
    """Classify some videos."""
    return requests.post(f"{base_url}/v1.2/classify", json={**VIDEOS, "page_limit": 1, **more}, headers=headers)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-api-key": ""},
        {"x-api-key": "two words"},
        {"x-api-key": "k" * 600},
        {"x-api-key": "schl\u00fcssel".encode()},
        [("x-api-key", "one"), ("x-api-key", "two")],
    ],
    ids=["none", "empty", "blank", "long", "umlaut", "two"],
)
@pytest.mark.parametrize(("method", "path"), [("POST", "classify"), ("POST", "classify/bulk"), ("GET", "classify/t")])
def test_a_call_without_a_usable_key_is_refused(stand_in: Any, served: str, headers: Any, method: str, path: str):
    """With the old API's code and sentence, without asking anybody, and without repeating the key."""
    before = dict(stand_in.state.calls)
    got = httpx.request(method, f"{served}/v1.2/{path}", json=VIDEOS if method == "POST" else None, headers=headers)
    assert (got.status_code, got.json()["code"]) == (401, "api_key_invalid")
    assert "API Key is either invalid or expired" in got.json()["message"]
    assert dict(stand_in.state.calls) == before


def test_the_callers_key_goes_upstream():
    """A key the platform does not know is refused by the platform, with its own word."""
    settings = emulator.EmulatorSettings(keys=(KEY["x-api-key"],))
    with emulator.running_emulator(settings) as platform, serve_in_thread(base_url=platform.base_url) as served:
        assert post(served, KEY).status_code == 200
        refused = post(served, OTHER)
        assert (refused.status_code, refused.json()["code"]) == (401, "api_key_invalid")


def test_pages_are_their_callers_own(served: str):
    """With another key a token is unknown."""
    token = post(served, KEY).json()["page_info"]["next_page_token"]
    assert (
        requests.get(f"{served}/v1.2/classify/{token}", headers=OTHER).json()["code"] == "classify_page_token_invalid"
    )
    assert requests.get(f"{served}/v1.2/classify/{token}", headers=KEY).status_code == 200


def test_a_key_of_its_own_pays_for_everybody_and_keeps_pages_apart():
    """One account upstream: what one caller asked is kept for the other, but pages are not shared."""
    settings = emulator.EmulatorSettings(keys=(OWN,))
    allowed = [KEY["x-api-key"], key_hash(OTHER["x-api-key"])]
    with (
        emulator.running_emulator(settings) as platform,
        serve_in_thread(base_url=platform.base_url, api_key=OWN, allow_keys=allowed) as served,
    ):
        first, second = post(served, KEY), post(served, OTHER)
        assert [first.headers["x-classify-source"], second.headers["x-classify-source"]] == ["asked", "kept"]
        token = first.json()["page_info"]["next_page_token"]
        assert requests.get(f"{served}/v1.2/classify/{token}", headers=OTHER).status_code == 400
        assert requests.get(f"{served}/v1.2/classify/{token}", headers=KEY).status_code == 200
        assert post(served, {"x-api-key": "tlk_STRANGER"}).status_code == 401
        assert post(served, {"x-api-key": key_hash(OTHER["x-api-key"])}).status_code == 401
        assert requests.get(f"{served}/v1.3/indexes", headers=KEY).status_code == 404


def test_passing_through_with_an_own_key_is_for_listed_callers_only():
    """When it is switched on, the own key takes the place of theirs."""
    settings = emulator.EmulatorSettings(keys=(OWN,))
    with (
        emulator.running_emulator(settings) as platform,
        serve_in_thread(
            base_url=platform.base_url, api_key=OWN, allow_keys=[KEY["x-api-key"]], pass_through=True
        ) as served,
    ):
        assert requests.get(f"{served}/v1.3/indexes", headers=KEY).status_code == 200
        assert requests.get(f"{served}/v1.3/indexes", headers=OTHER).status_code == 401
        assert requests.get(f"{served}/v1.3/indexes").status_code == 401


def test_an_own_key_without_a_list_is_for_this_machine(stand_in: Any):
    """A web page whose name leads here says another host, and a page without the header is refused anyway."""
    with serve_in_thread(base_url=stand_in.base_url, api_key=OWN) as served:
        assert post(served, KEY).status_code == 200
        assert post(served, {**KEY, "host": "evil.example:80"}).status_code == 403
        assert requests.post(f"{served}/v1.2/classify", json=VIDEOS).status_code == 401
    with pytest.raises(SettingsError, match="--allow-key"), serve_in_thread(api_key=OWN, host="0.0.0.0"):
        pass


def test_keys_in_the_environment_are_not_taken(stand_in: Any, monkeypatch: pytest.MonkeyPatch):
    """They were set for the SDK, not for whoever can reach the server."""
    for name in ("TWELVE_LABS_API_KEY", "TWELVELABS_API_KEY", "PEGASUS_CLASSIFY_API_KEY"):
        monkeypatch.setenv(name, OWN)
    with serve_in_thread(base_url=stand_in.base_url) as served:
        assert requests.get(f"{served}/v1.3/indexes", headers=KEY).status_code == 200
        assert requests.post(f"{served}/v1.2/classify", json=VIDEOS).status_code == 401


def _echo_the_key(call: Call) -> None:
    """A platform that repeats the key in everything it says."""
    key = call.headers.get("x-api-key", "")
    body = b'{"code": "api_key_invalid", "message": "x-api-key: %s is wrong"}' % key.encode()
    call.reply(401, body, {"Content-Type": "application/json", "X-Ratelimit-Limit": key})


def test_no_key_is_seen_anywhere(
    stand_in: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
):
    """Not in an answer, header, metric, log line or store, whatever goes wrong."""
    caplog.set_level(logging.DEBUG)
    key, database = "tlk_GREP0ME0EVERYWHERE", tmp_path / "store.db"
    headers = {"x-api-key": key}
    seen: list[str] = []

    def note(got: requests.Response) -> None:
        seen.extend([got.text, str(got.headers)])

    with (
        tiny_server(_echo_the_key) as rude,
        serve_in_thread(base_url=stand_in.base_url, store=f"sqlite:///{database}") as good,
        serve_in_thread(base_url=rude.url) as bad,
        serve_in_thread(base_url="http://127.0.0.1:9", retries=0) as down,
    ):
        for base_url in (good, bad, down):
            note(post(base_url, headers))
            note(requests.post(f"{base_url}/v1.2/classify", data=b"{", headers=headers))
            note(requests.get(f"{base_url}/v1.2/classify/nothing", headers=headers))
            note(requests.put(f"{base_url}/v1.2/classify", headers=headers))
            for path in ("healthz", "readyz", "metrics", "openapi.json"):
                note(requests.get(f"{base_url}/{path}", headers=headers))
        # Passed back as it came, to the key's owner.
        assert key in requests.get(f"{bad}/v1.3/indexes", headers=headers).text
        note(requests.get(f"{down}/v1.3/indexes", headers=headers))
        note(requests.get(f"{good}/v1.3/indexes", headers=headers))
        stored = "\n".join(sqlite3.connect(database).iterdump()).encode()
    out, err = capfd.readouterr()
    files = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"classify_asks" in stored
    haystack = "\n".join([*seen, out, err, caplog.text])
    assert len(seen) > 40
    # The lines that would have held it were written.
    assert caplog.text.count("[removed]") >= 2
    assert key not in haystack
    assert key.encode() not in stored + files
