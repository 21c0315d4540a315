"""Keys in the debug lines of httpx and httpcore."""

from __future__ import annotations

import asyncio
import logging

import httpx
import pytest
from tiny_server import Call, tiny_server

from pegasus_classify.drivers.http import AsyncSender, Endpoint, Sender
from pegasus_classify.drivers.quiet_keys import WATCHED, key_kept_out, watch_loggers
from pegasus_classify.steps import Reply, Send

QUESTION = Send("GET", "/v1.3/indexes", read_timeout=10)


def echo(call: Call) -> None:
    """Repeat the key in a header."""
    call.reply(200, b"{}", {"X-Echo": call.headers["x-api-key"]})


@pytest.mark.parametrize("key", ["tlk_SECRET0OF0MINE", "it's\\a'key"])
def test_an_answer_that_repeats_the_key_leaves_it_in_no_line(caplog: pytest.LogCaptureFixture, key: str) -> None:
    """Blocking and not, however the lines escape it; what the answer says is not touched."""
    caplog.set_level(logging.DEBUG)
    with tiny_server(echo) as server:
        endpoint = Endpoint(server.url, key)
        blocking = Sender(endpoint)
        first = blocking.perform(QUESTION)
        blocking.close()

        async def once() -> object:
            sender = AsyncSender(endpoint)
            try:
                return await sender.perform(QUESTION)
            finally:
                await sender.close()

        second = asyncio.run(once())
    assert isinstance(first, Reply)
    assert isinstance(second, Reply)
    assert first.headers["x-echo"] == second.headers["x-echo"] == key
    assert caplog.text.count("[removed]") == 2
    for written in (key, repr(key)[1:-1], repr(key.encode())[2:-1]):
        assert written not in caplog.text


def test_a_programs_own_lines_are_left_alone(caplog: pytest.LogCaptureFixture) -> None:
    """Its debug output says what it said before."""
    caplog.set_level(logging.DEBUG)
    watch_loggers()
    with tiny_server(echo) as server:
        httpx.get(server.url, headers={"x-api-key": "tlk_A0PROGRAMS0OWN"}, trust_env=False)
        with key_kept_out("tlk_ANOTHER"):
            httpx.get(server.url, headers={"x-api-key": "tlk_A0PROGRAMS0OWN"}, trust_env=False)
    assert caplog.text.count("tlk_A0PROGRAMS0OWN") == 2
    assert "[removed]" not in caplog.text


def test_the_filter_is_put_on_once() -> None:
    """However many connections there are."""
    watch_loggers()
    before = [list(logging.getLogger(name).filters) for name in WATCHED]
    watch_loggers()
    assert [list(logging.getLogger(name).filters) for name in WATCHED] == before
