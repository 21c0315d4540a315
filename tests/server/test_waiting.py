"""How long a caller waits, what happens to work nobody waits for, and what rate limits do to callers."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
import requests
from guide_calls import KEY, VIDEOS
from raw_http import connected, exchange

from pegasus_classify import emulator, serve_in_thread

ONE = {**VIDEOS, "video_ids": VIDEOS["video_ids"][:1]}


def until(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    """Wait for something that another thread brings about."""
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends, "it did not happen"
        time.sleep(0.02)


def metric(base_url: str, name: str) -> float:
    """A number without labels from the server's metrics."""
    lines = requests.get(f"{base_url}/metrics").text.splitlines()
    return next(float(line.rpartition(" ")[2]) for line in lines if line.startswith(f"{name} "))


def test_an_answer_that_takes_too_long_is_promised_and_comes_free_the_second_time():
    """503 that says when to come back; the work goes on and the same request then costs nothing."""
    with (
        emulator.running_emulator(emulator.EmulatorSettings(latency=1.0)) as platform,
        serve_in_thread(base_url=platform.base_url, answer_within=0.3) as served,
    ):
        late = requests.post(f"{served}/v1.2/classify", json=ONE, headers=KEY)
        assert (late.status_code, late.json()["code"]) == (503, "service_unavailable")
        assert late.headers["retry-after"] == "30"
        assert "not paid again" in late.json()["message"]
        assert metric(served, "classify_under_way") == 1
        until(lambda: metric(served, "classify_under_way") == 0)
        again = requests.post(f"{served}/v1.2/classify", json=ONE, headers=KEY)
        assert (again.status_code, again.headers["x-classify-source"]) == (200, "kept")
        assert platform.state.analyze_calls == 1
        assert metric(served, "classify_too_late_total") == 1


def test_a_repeated_call_joins_work_that_still_goes_on():
    """Sent again too early, it waits for the same questions."""
    with (
        emulator.running_emulator(emulator.EmulatorSettings(latency=1.0)) as platform,
        serve_in_thread(base_url=platform.base_url, answer_within=0.7) as served,
    ):
        assert requests.post(f"{served}/v1.2/classify", json=ONE, headers=KEY).status_code == 503
        joined = requests.post(f"{served}/v1.2/classify", json=ONE, headers=KEY)
        assert (joined.status_code, joined.headers["x-classify-source"]) == (200, "joined")
        assert platform.state.analyze_calls == 1


def test_work_goes_on_for_a_caller_that_hangs_up():
    """A client's own time-out does not make it pay twice."""
    with (
        emulator.running_emulator(emulator.EmulatorSettings(latency=0.5)) as platform,
        serve_in_thread(base_url=platform.base_url) as served,
    ):
        with pytest.raises(requests.Timeout):
            requests.post(f"{served}/v1.2/classify", json=ONE, headers=KEY, timeout=0.2)
        until(lambda: metric(served, "classify_under_way") == 0)
        again = requests.post(f"{served}/v1.2/classify", json=ONE, headers=KEY)
        assert again.headers["x-classify-source"] == "kept"
        assert platform.state.analyze_calls == 1


@pytest.mark.parametrize("how", ["late", "gone"])
def test_with_nothing_kept_for_others_an_answer_nobody_took_is_the_next_calls(how: str):
    """The caller who came too late, or hung up, has paid for it."""
    with (
        emulator.running_emulator(emulator.EmulatorSettings(latency=1.0)) as platform,
        serve_in_thread(
            base_url=platform.base_url, cache_ttl=0.0, answer_within=0.3 if how == "late" else 60.0
        ) as served,
    ):
        if how == "late":
            assert requests.post(f"{served}/v1.2/classify", json=ONE, headers=KEY).status_code == 503
        else:
            with pytest.raises(requests.Timeout):
                requests.post(f"{served}/v1.2/classify", json=ONE, headers=KEY, timeout=0.3)
        until(lambda: metric(served, "classify_under_way") == 0)
        again = requests.post(f"{served}/v1.2/classify", json=ONE, headers=KEY)
        assert (again.status_code, again.headers["x-classify-source"]) == (200, "kept")
        assert platform.state.analyze_calls == 1
        requests.post(f"{served}/v1.2/classify", json=ONE, headers=KEY)
        assert platform.state.analyze_calls == 2


def test_a_busy_minute_is_waited_for():
    """A limit that passes soon enough is nobody's error."""
    settings = emulator.EmulatorSettings(rate_limit=120, rate_burst=1)
    with emulator.running_emulator(settings) as platform, serve_in_thread(base_url=platform.base_url) as served:
        got = requests.post(f"{served}/v1.2/classify", json=VIDEOS, headers=KEY)
        assert got.status_code == 200
        assert got.headers["x-ratelimit-limit"] == "120"
        assert int(got.headers["x-ratelimit-used"]) >= 4


def test_a_limit_that_lasts_longer_than_callers_may_wait_is_told_at_once():
    """429 with the time to wait; what was asked for stays unasked, and what was answered stays kept."""
    settings = emulator.EmulatorSettings(rate_limit=1, rate_burst=1)
    with (
        emulator.running_emulator(settings) as platform,
        serve_in_thread(base_url=platform.base_url, answer_within=20) as served,
    ):
        got = requests.post(f"{served}/v1.2/classify", json=VIDEOS, headers=KEY)
        assert (got.status_code, got.json()["code"]) == (429, "too_many_requests")
        # A minute, and what both headers lose by being whole seconds.
        assert 20 < int(got.headers["retry-after"]) <= 62
        until(lambda: metric(served, "classify_under_way") == 0)
        each_alone = [{**VIDEOS, "video_ids": [video]} for video in VIDEOS["video_ids"]]
        kept = [requests.post(f"{served}/v1.2/classify", json=body, headers=KEY) for body in each_alone]
        assert sorted(each.status_code for each in kept) == [200, 429, 429, 429]


def test_a_used_up_day_is_told_at_once():
    """429 with the hours until midnight."""
    with (
        emulator.running_emulator(emulator.EmulatorSettings(day_quota=1)) as platform,
        serve_in_thread(base_url=platform.base_url) as served,
    ):
        assert requests.post(f"{served}/v1.2/classify", json=ONE, headers=KEY).status_code == 200
        other = {**VIDEOS, "video_ids": VIDEOS["video_ids"][1:2]}
        got = requests.post(f"{served}/v1.2/classify", json=other, headers=KEY)
        assert (got.status_code, got.json()["code"]) == (429, "too_many_requests")
        assert int(got.headers["retry-after"]) > 300


def test_no_part_of_an_answer_is_sent_before_it_is_whole():
    """A caller that watches sees nothing until everything is there."""
    with (
        emulator.running_emulator(emulator.EmulatorSettings(latency=0.6)) as platform,
        serve_in_thread(base_url=platform.base_url) as served,
        connected(served) as wire,
    ):
        body = requests.Request("POST", served, json=ONE).prepare().body
        assert isinstance(body, bytes)
        head = b"POST /v1.2/classify HTTP/1.1\r\nHost: x\r\nx-api-key: k\r\nContent-Length: %d\r\n\r\n" % len(body)
        wire.sendall(head + body)
        wire.settimeout(0.3)
        with pytest.raises(TimeoutError):
            wire.recv(1)
        wire.settimeout(20)
        assert wire.recv(12) == b"HTTP/1.1 200"


@pytest.mark.parametrize("fault", ["500", "503", "reset", "cut", "content_type", "empty_body", "garbage"])
def test_whatever_the_upstream_does_is_answered_in_the_old_form(fault: str):
    """One video fails in each way there is; the server lives and says what happened."""
    settings = emulator.EmulatorSettings(faults={VIDEOS["video_ids"][0]: fault})
    with (
        emulator.running_emulator(settings) as platform,
        serve_in_thread(base_url=platform.base_url, retries=0) as served,
    ):
        alone = requests.post(f"{served}/v1.2/classify", json=ONE, headers=KEY)
        assert 400 <= alone.status_code < 600
        assert {"code", "message"} <= set(alone.json())
        several = requests.post(f"{served}/v1.2/classify", json=VIDEOS, headers=KEY)
        assert several.status_code == 200
        assert several.headers["x-classify-failed"] == f"1, {VIDEOS['video_ids'][0]}"
        assert requests.get(f"{served}/healthz").status_code == 200


def test_an_upstream_that_is_down_is_a_bad_gateway_and_readiness_says_so():
    """502, and no reason to restart this server."""
    with serve_in_thread(base_url="http://127.0.0.1:9", retries=0) as served:
        got = requests.post(f"{served}/v1.2/classify", json=ONE, headers=KEY)
        assert (got.status_code, set(got.json())) == (502, {"code", "message"})
        ready = requests.get(f"{served}/readyz")
        assert (ready.status_code, ready.json()["upstream"]) == (200, "silent")
        assert exchange(served, b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").status == 200


def test_a_key_revoked_in_the_middle_is_told(stand_in: Any):
    """The platform's own words for it."""
    with (
        emulator.running_emulator(emulator.EmulatorSettings(revoked_keys=(KEY["x-api-key"],))) as platform,
        serve_in_thread(base_url=platform.base_url) as served,
    ):
        got = requests.post(f"{served}/v1.2/classify", json=ONE, headers=KEY)
        assert (got.status_code, got.json()["code"]) == (401, "api_key_invalid")
