"""What goes wrong on purpose goes wrong as announced, is counted, and stops when told."""

from __future__ import annotations

import httpx
import pytest

from pegasus_classify.emulator import FAIL_KINDS, EmulatorSettings, running_emulator

PROMPT = "c1: SUV"


def outcome(call):
    """A word for what a call came to."""
    try:
        reply = call()
    except httpx.ReadTimeout:
        return "timeout"
    except httpx.TransportError as error:
        return "cut" if "complete message" in str(error) else "reset"
    if reply.status_code != 200:
        return str(reply.status_code)
    if not reply.headers["content-type"].startswith("application/json"):
        return "content_type"
    if not reply.content:
        return "empty"
    return "refusal" if "provide" in reply.json()["data"] or "cannot" in reply.json()["data"] else "fine"


def test_every_nth_call_fails_and_the_kinds_take_turns(start):
    """The second, fourth, sixth … call fails, each in the next way."""
    caller = start(fail_every=2)
    outcomes = [outcome(lambda: caller.analyze(PROMPT)) for _ in range(2 * len(FAIL_KINDS))]
    assert outcomes[::2] == ["fine"] * len(FAIL_KINDS)
    assert outcomes[1::2] == list(FAIL_KINDS)
    assert sum(caller.emulator.state.faults.values()) == len(FAIL_KINDS)


@pytest.mark.parametrize("kind", FAIL_KINDS)
def test_one_kind_can_be_chosen(start, kind):
    """Also for streams, where the status is often fine."""
    caller = start(fail_every=1, fail_kind=kind)
    assert outcome(lambda: caller.analyze(PROMPT)) == kind


@pytest.mark.parametrize("kind", ["500", "reset", "cut"])
def test_streams_fail_too(start, request_body, kind):
    """A stream that is cut ends without its last event."""
    caller = start(fail_every=1, fail_kind=kind)
    assert outcome(lambda: caller.http.post("/analyze", json=request_body(PROMPT))) == kind


def test_refused_requests_do_not_count_for_every_nth(start):
    """Only requests that would be answered fail."""
    caller = start(fail_every=2, fail_kind="503")
    assert caller.analyze(PROMPT, temperature=7).status_code == 400
    assert [caller.analyze(PROMPT).status_code for _ in range(2)] == [200, 503]


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("refuse", "refusal"),
        ("500", "500"),
        ("503", "503"),
        ("429", "429"),
        ("404", "404"),
        ("timeout", "504"),
        ("never_ready", "400"),
        ("unavailable", "400"),
        ("empty_body", "empty"),
        ("reset", "reset"),
        ("cut", "cut"),
        ("hang", "timeout"),
    ],
)
def test_one_video_fails_and_the_others_do_not(start, asset, fault, expected):
    """A fault belongs to one asset."""
    other = "63996232ce36463e0199c8c3"
    caller = start(faults={asset(other): fault})
    caller.http.timeout = httpx.Timeout(0.5 if fault == "hang" else 10)
    assert outcome(lambda: caller.analyze(PROMPT, other)) == expected
    assert outcome(lambda: caller.analyze(PROMPT)) == "fine"


def test_garbage_and_an_empty_text_come_with_status_200(start, asset):
    """A text nobody can read, and none at all."""
    first, second = "63996232ce36463e0199c8c3", "639963fcce36463e0199c8cc"
    caller = start(faults={asset(first): "garbage", asset(second): "empty"})
    assert "c1" not in caller.text(PROMPT, first)
    assert caller.text(PROMPT, second) == ""


def test_a_fault_can_end_after_some_calls(start, asset):
    """`503*2` fails twice; the video id and the file name work as well as the asset."""
    for name in ("63996203ce36463e0199c8c2", "city-car-park.mp4", asset("63996203ce36463e0199c8c2")):
        caller = start(faults={name: "503*2"})
        assert [caller.analyze(PROMPT).status_code for _ in range(3)] == [503, 503, 200]


def test_a_rate_limit_refuses_what_comes_too_fast(start):
    """A burst passes, then 429 with the time to wait; time refills the allowance."""
    caller = start(rate_limit=60, rate_burst=3)
    replies = [caller.analyze(PROMPT) for _ in range(4)]
    assert [reply.status_code for reply in replies] == [200, 200, 200, 429]
    refused = replies[-1]
    assert refused.json()["code"] == "too_many_requests"
    assert refused.headers["Retry-After"] == "1"
    assert (refused.headers["X-Ratelimit-Limit"], refused.headers["X-Ratelimit-Remaining"]) == ("60", "0")
    caller.emulator.advance(1)
    assert caller.analyze(PROMPT).status_code == 200
    assert caller.http.get("/indexes").status_code == 200


def test_some_refusals_have_no_body(start, request_body):
    """Every third 429 is empty; on tasks the others are nested."""
    caller = start(rate_limit=1, rate_burst=1)
    caller.analyze(PROMPT)
    bodies = [caller.http.post("/analyze/tasks", json=request_body(PROMPT)).content for _ in range(3)]
    assert [bool(body) for body in bodies] == [True, True, False]
    assert b'{"error":{"code":"too_many_requests"' in bodies[0]


def test_limits_are_per_key(start):
    """One key's calls do not use up another's."""
    caller = start(rate_limit=60, rate_burst=1)
    assert [caller.analyze(PROMPT).status_code for _ in range(2)] == [200, 429]
    caller.http.headers["x-api-key"] = "another"
    assert caller.analyze(PROMPT).status_code == 200


def test_a_day_quota_is_used_up_until_the_next_day(start):
    """The wait is longer than anyone should sleep, and nothing remains."""
    caller = start(day_quota=2)
    assert [caller.analyze(PROMPT).status_code for _ in range(3)] == [200, 200, 429]
    refused = caller.analyze(PROMPT)
    assert int(refused.headers["Retry-After"]) > 300
    assert refused.headers["X-Ratelimit-Request-Remaining"] == "0"
    caller.emulator.advance(86_400)
    assert caller.analyze(PROMPT).status_code == 200


def test_everything_is_counted_and_can_be_reset(start, asset):
    """In the process and over HTTP, which needs no key."""
    caller = start()
    caller.analyze(PROMPT)
    caller.analyze(PROMPT, start_time=0, end_time=60)
    caller.analyze("c1: Dog", temperature=7)
    state = caller.emulator.state
    assert state.analyze_calls == 3
    assert state.asset_calls == {asset("63996203ce36463e0199c8c2"): 2}
    assert state.prompts == {PROMPT: 2}
    assert state.answers == {"200": 2, "400": 1}
    assert state.billed_minutes == pytest.approx(571.5 / 60 + 1)
    assert state.bodies[-1]["temperature"] == 7
    own = f"{caller.emulator.base_url}/_emulator"
    told = caller.http.get(f"{own}/state").json()
    assert told["calls"] == {"analyze": 3}
    assert told["prompts"] == [{"prompt": PROMPT, "times": 2}]
    assert caller.http.post(f"{own}/reset").json() == {"reset": True}
    assert caller.http.get(f"{own}/state").json()["calls"] == {}
    before = caller.emulator.core.now()
    assert caller.http.post(f"{own}/advance", json={"seconds": 500}).json()["now"] >= before + 500


def test_failed_calls_are_not_billed(start):
    """A 500 costs nothing; an answer that got lost on the way was paid for."""
    caller = start(fail_every=1, fail_kind="500")
    outcome(lambda: caller.analyze(PROMPT))
    assert caller.emulator.state.billed_minutes == 0
    lost = start(fail_every=1, fail_kind="cut")
    outcome(lambda: lost.analyze(PROMPT))
    assert lost.emulator.state.billed_minutes > 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"style": "neat"},
        {"fail_kind": "418"},
        {"faults": {"a": "explode"}},
        {"faults": {"a": "500*x"}},
        {"rate_limit": 0},
        {"fail_every": -1},
        {"latency": -0.1},
    ],
)
def test_wrong_settings_are_refused(wrong):
    """A ValueError names the setting."""
    with pytest.raises(ValueError, match=next(iter(wrong)).removesuffix("s")):
        EmulatorSettings(**wrong)


def test_a_hanging_call_does_not_keep_the_server(asset, request_body):
    """Leaving the block ends calls that would never end."""
    settings = EmulatorSettings(faults={asset("63996203ce36463e0199c8c2"): "hang"})
    with running_emulator(settings) as emulator, pytest.raises(httpx.ReadTimeout):
        httpx.post(f"{emulator.base_url}/v1.3/analyze", json=request_body(), headers={"x-api-key": "k"}, timeout=0.2)
