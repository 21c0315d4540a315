"""The small parts: settings, limits, metrics, bytes of pages, headers."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from pegasus_classify import Settings, SettingsError
from pegasus_classify.client.notes import NO_NOTES, pack_page
from pegasus_classify.errors import error_of_status
from pegasus_classify.recordings.format import header_line
from pegasus_classify.server import accounts
from pegasus_classify.server.accounts import Accounts
from pegasus_classify.server.app import create_app
from pegasus_classify.server.headers import error_answer, json_bytes, onward_headers, returned_headers
from pegasus_classify.server.heard import Heard, RateLimits
from pegasus_classify.server.json_log import JsonLines
from pegasus_classify.server.metrics import Counter, Gauge, Histogram, Metrics
from pegasus_classify.server.page_bytes import PageBytes
from pegasus_classify.server.running import serve_until_stopped
from pegasus_classify.server.settings import (
    KEY_VARIABLE,
    ServeSettings,
    check_door,
    is_loopback,
    key_hash,
    key_hashes,
    read_key_file,
    serve_settings,
)
from pegasus_classify.steps import NoReply, Reply
from pegasus_classify.stores.memory import MemoryStore


def test_settings_come_from_words_and_the_environment_without_its_keys():
    """Both kinds of fields; an address may end in a version, as old programs wrote it."""
    environment = {"TWELVE_LABS_API_KEY": "tlk_1", KEY_VARIABLE: "tlk_2", "PEGASUS_CLASSIFY_STORE": "memory:"}
    values = {"base_url": "http://up/v1.2", "answer_within": 3, "cors_origins": ["*"], "budget": 2}
    made = serve_settings(values, environment)
    assert (made.settings.upstream, made.answer_within, made.settings.budget) == ("http://up", 3, 2)
    assert made.own_key == ""
    assert made.passes_through
    own = serve_settings({"api_key": "tlk_3", "allow_keys": ["a", "", "# no"]}, environment)
    assert own.own_key == "tlk_3"
    assert not own.passes_through
    assert own.allow_keys == {key_hash("a")}
    assert "tlk_3" not in repr(own)


@pytest.mark.parametrize(
    "values",
    [
        {"answer_within": 0},
        {"max_body": -1},
        {"body_within": float("nan")},
        {"batch_from": 3},
        {"no_such": 1},
        {"allow_keys": ["", "#"]},
        {"store": "nowhere:"},
    ],
)
def test_settings_that_cannot_be_are_refused(values: dict[str, Any]):
    """By name."""
    with pytest.raises(SettingsError):
        create_app(serve_settings(values, {}))


def test_a_list_of_keys_holds_keys_or_their_hashes(tmp_path: Path):
    """One per line; a hash is never taken for a key."""
    hashed = key_hash("tlk_b")
    path = tmp_path / "keys"
    path.write_text(f"# ours\ntlk_a\n\n  {hashed.upper()}  \n")
    assert read_key_file(path) == {key_hash("tlk_a"), hashed}
    assert key_hash(hashed) not in key_hashes([hashed])
    for bad in (tmp_path / "absent", tmp_path):
        with pytest.raises(SettingsError, match="cannot be read"):
            read_key_file(bad)
    path.write_bytes(b"\xff")
    with pytest.raises(SettingsError, match="UTF-8"):
        read_key_file(path)


@pytest.mark.parametrize(
    ("host", "here"),
    [
        *[(host, True) for host in ("127.0.0.1", "127.9.9.9", "::1", "[::1]", "localhost", "LocalHost")],
        *[(host, False) for host in ("0.0.0.0", "::", "10.0.0.1", "example.com", "localhost.evil.example", "")],
    ],
)
def test_what_means_this_machine(host: str, here: bool):
    """Only what nobody else can reach."""
    assert is_loopback(host) is here
    own = ServeSettings(Settings(api_key="tlk_own"))
    if here:
        check_door(own, host)
    else:
        with pytest.raises(SettingsError):
            check_door(own, host)
    check_door(ServeSettings(), host)
    check_door(ServeSettings(Settings(api_key="tlk_own"), allow_keys=frozenset({key_hash("a")})), host)


HOUR = 3600
LIMITS = [
    ({}, {}),
    ({"x-ratelimit-limit": "60", "x-ratelimit-remaining": "59.0"}, {"Limit": "60", "Remaining": "59", "Used": "1"}),
    ({"x-ratelimit-request-limit": "9", "x-ratelimit-used": "4"}, {"Limit": "9", "Used": "4"}),
    ({"x-ratelimit-limit": "a\r\nX-Evil: 1", "x-ratelimit-used": "nan"}, {}),
    ({"x-ratelimit-reset": "1700000000.2"}, {"Reset": "1700000001"}),
    ({"x-ratelimit-reset": "1700000000123"}, {"Reset": "1700000001"}),
]


@pytest.mark.parametrize(("told", "expected"), LIMITS)
def test_limits_are_told_on_as_numbers(told: dict[str, str], expected: dict[str, str]):
    """In either spelling; nothing that is no number."""
    limits = RateLimits()
    limits.hear(Reply(200, told))
    assert limits.headers() == {f"X-Ratelimit-{name}": value for name, value in expected.items()}
    limits.hear(NoReply("timeout", "late"))
    limits.hear(Reply(200))
    assert limits.headers() == {f"X-Ratelimit-{name}": value for name, value in expected.items()}


def test_a_reset_told_as_a_wait_becomes_a_time():
    """Counted from when it was heard."""
    limits = RateLimits()
    limits.hear(Reply(429, {"x-ratelimit-reset": str(HOUR)}))
    assert abs(int(limits.headers()["X-Ratelimit-Reset"]) - time.time() - HOUR) < 5


def test_the_upstreams_last_word_is_known():
    """Also that there was none."""
    heard = Heard()
    assert (heard.standing, heard.age) == ("unknown", None)
    words = {"answers": Reply(404), "refuses": Reply(429), "fails": Reply(500), "silent": NoReply("connect", "no")}
    for standing, outcome in words.items():
        heard.hear(outcome)
        assert heard.standing == standing
    assert heard.age is not None


def test_metrics_are_written_as_prometheus_reads_them():
    """Counters from 0 on, cumulative buckets, a sum and a count."""
    counter, histogram = Counter("c_total", "Counts.", ("a",)), Histogram("h", "Times.", ("a",))
    assert list(counter.lines()) == ["# HELP c_total Counts.", "# TYPE c_total counter"]
    counter.add("x")
    counter.add("x", by=2)
    assert list(counter.lines())[-1] == 'c_total{a="x"} 3'
    assert list(Counter("d_total", "Counts.").lines())[-1] == "d_total 0"
    histogram.observe(0.02, "x")
    histogram.observe(700.0, "x")
    lines = list(histogram.lines())
    assert 'h_bucket{a="x",le="0.01"} 0' in lines
    assert 'h_bucket{a="x",le="0.025"} 1' in lines
    assert 'h_bucket{a="x",le="+Inf"} 2' in lines
    assert lines[-2:] == ['h_sum{a="x"} 700.02', 'h_count{a="x"} 2']
    metrics = Metrics()
    metrics.gauges.append(Gauge("g", "Now.", lambda: 4.0))
    assert metrics.text().endswith("g 4\n")


def test_a_page_is_written_once_and_room_is_kept():
    """The same text gives the same object; the page not read for longest goes first."""
    texts = [pack_page({"data": [], "n": number}, NO_NOTES) for number in range(3)]
    pages = PageBytes(most=1300)
    token = "00000000-0000-4000-8000-000000000000-1"
    first = pages.of(token, texts[0])
    assert first.body == b'{"data":[],"n":0}'
    assert pages.of(token, texts[0]) is first
    pages.of(token, texts[1])
    assert pages.of(token, texts[0]) is first
    pages.of(token, texts[2])
    assert pages.of(token, texts[0]) is first


def test_json_is_written_in_any_script():
    """Escaped only where it must be."""
    assert json_bytes({"a": "é"}) == '{"a":"é"}'.encode()
    assert json_bytes({"a": "\ud800"}) == b'{"a":"\\ud800"}'


def test_headers_of_one_connection_are_taken_out():
    """In both directions; an own key takes the place of the caller's."""
    sent = [
        (b"Host", b"x"),
        (b"X-Api-Key", b"theirs"),
        (b"Connection", b"keep-alive, X-A"),
        (b"X-A", b"1"),
        (b"X-B", b"2"),
    ]
    assert onward_headers(sent) == [(b"X-Api-Key", b"theirs"), (b"X-B", b"2")]
    assert onward_headers(sent, "ours") == [(b"x-api-key", b"ours"), (b"X-B", b"2")]
    assert returned_headers([(b"Transfer-Encoding", b"chunked"), (b"Date", b"d"), (b"Set-Cookie", b"a")]) == [
        (b"Date", b"d"),
        (b"Set-Cookie", b"a"),
    ]


def test_an_error_nobody_foresaw_tells_nothing_of_itself():
    """Its text may hold anything."""
    got = error_answer(RuntimeError("tlk_secret"))
    assert got.status_code == 500
    assert b"tlk_" not in bytes(got.body)
    assert error_answer(error_of_status(429, "Wait.", retry_after=1.2)).headers["retry-after"] == "2"


def test_unused_accounts_are_let_go_and_used_ones_are_not():
    """However many keys come along."""

    async def run() -> None:
        kept = Accounts(ServeSettings(Settings(upstream="http://127.0.0.1:9")), MemoryStore(), lambda _: None)
        used = kept.take("used")
        for number in range(accounts.MOST_UNUSED + 20):
            kept.give_back(kept.take(f"key{number}"))
        assert len(kept) == accounts.MOST_UNUSED + 2
        assert kept.take("used") is used
        ended = kept.take("ended")
        await ended.account.aclose()
        assert kept.take("ended") is not ended
        await kept.close()
        assert len(kept) == 0

    asyncio.run(run())


def served_by(app: Any, method: str, path: str, headers: dict[str, str]) -> tuple[int, dict[str, Any]]:
    """Call an application in this process and return status and JSON."""

    async def call() -> httpx.Response:
        transport = httpx.ASGITransport(app, raise_app_exceptions=True)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await client.request(method, path, headers=headers)

    got = asyncio.run(call())
    return got.status_code, got.json()


def test_a_store_that_fails_makes_the_server_not_ready(tmp_path: Path):
    """Pages are then answered with 503 as well; the server itself lives."""
    database = tmp_path / "store.db"
    app = create_app(serve_settings({"store": f"sqlite:///{database}"}, {}))
    assert served_by(app, "GET", "/readyz", {})[0] == 200
    page = "/v1.2/classify/00000000-0000-4000-8000-000000000000-1"
    assert served_by(app, "GET", page, {"x-api-key": "tlk_k"})[0] == 400
    for path in tmp_path.iterdir():
        path.write_bytes(b"this is no database" * 1000)
    status, told = served_by(app, "GET", "/readyz", {})
    assert (status, told["status"], told["store"]) == (503, "not ready", "failing")
    assert served_by(app, "GET", page, {"x-api-key": "tlk_k"})[0] == 503
    assert served_by(app, "GET", "/healthz", {})[0] == 200


def test_an_error_nobody_foresaw_is_logged_without_its_text(caplog: pytest.LogCaptureFixture):
    """Where it happened is told, what it said is not: that may hold a key."""

    app = create_app(ServeSettings())
    key = "tlk_IN0A0TRACEBACK"

    async def call() -> list[Any]:
        sent: list[Any] = []

        async def receive() -> Any:
            raise ValueError(key)

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {
            "type": "http",
            "method": "POST",
            "path": "/v1.2/classify",
            "raw_path": b"/v1.2/classify",
            "query_string": b"",
            "headers": [(b"x-api-key", key.encode())],
        }
        await app(scope, receive, send)
        return sent

    sent = asyncio.run(call())
    assert sent[0]["status"] == 500
    assert b"internal_server_error" in sent[1]["body"]
    assert "ValueError while answering a POST" in caplog.text
    assert "bodies.py" in caplog.text
    assert key not in caplog.text


def test_a_websocket_is_closed():
    """The old API had none."""
    app = create_app(ServeSettings())
    sent: list[Any] = []

    async def call() -> None:
        async def receive() -> Any:
            return {"type": "websocket.connect"}

        async def send(message: Any) -> None:
            sent.append(message)

        await app({"type": "websocket", "path": "/v1.2/classify", "headers": []}, receive, send)

    asyncio.run(call())
    assert sent == [{"type": "websocket.close"}]


def test_a_wrong_method_for_an_own_route_is_refused_in_the_old_form():
    """405 as everywhere."""
    assert served_by(create_app(), "POST", "/healthz", {}) == (
        405,
        {"code": "method_not_allowed", "message": "Method Not Allowed."},
    )


def test_recorded_answers_are_not_given_to_strangers(tmp_path: Path) -> None:
    """Nobody is asked whether a key is good, so off this machine it must be on a list."""
    (tmp_path / "old.jsonl").write_text(header_line(), encoding="utf-8")
    (tmp_path / "rollout.toml").write_text('[old]\nrecording = "old.jsonl"\n', encoding="utf-8")
    listed = frozenset({key_hash("a")})
    for policy in (tmp_path / "rollout.toml", {"old": {"recording": str(tmp_path / "old.jsonl")}}):
        settings = Settings(policy=policy)
        with pytest.raises(SettingsError, match="recorded answers"):
            check_door(ServeSettings(settings), "0.0.0.0")
        check_door(ServeSettings(settings), "127.0.0.1")
        check_door(ServeSettings(settings, allow_keys=listed), "0.0.0.0")
    check_door(ServeSettings(Settings(policy={"old": {"url": "https://old.example"}})), "0.0.0.0")


def test_several_processes_do_not_climb_each_by_itself() -> None:
    """They need a log that they share."""
    pytest.importorskip("scipy")
    policy = {"old": {"url": "https://old.example"}, "routes": [{"to": "pegasus", "ladder": True}]}
    settings = ServeSettings(Settings(policy=policy, store="sqlite:///nowhere.db"))
    with pytest.raises(SettingsError, match="a log they share"):
        serve_until_stopped(settings, "127.0.0.1", 0, 2, print)


def test_a_log_record_is_one_line_of_json_with_its_own_fields() -> None:
    """Whatever they are; an error brings its traceback."""
    record = logging.makeLogRecord(
        {"msg": "%s moved", "args": ("all",), "name": "n", "levelname": "INFO", "created": 0.5}
    )
    record.percent, record.odd = 5.0, Path("x")
    try:
        raise ValueError("broken\nin two")
    except ValueError:
        record.exc_info = sys.exc_info()
    line = JsonLines().format(record)
    assert "\n" not in line
    told = json.loads(line)
    assert told.pop("error").endswith("ValueError: broken\nin two")
    head = {"at": "1970-01-01T00:00:00.500Z", "level": "info", "logger": "n", "message": "all moved"}
    assert told == {**head, "percent": 5.0, "odd": "x"}
