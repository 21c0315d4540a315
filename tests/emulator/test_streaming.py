"""Streaming is the default: lines of JSON whose texts have to be joined first."""

from __future__ import annotations

import json


def events(reply):
    assert reply.status_code == 200
    assert reply.headers["content-type"].startswith("application/x-ndjson")
    return [json.loads(line) for line in reply.text.splitlines()]


def test_without_stream_false_the_answer_is_a_stream(plain, request_body):
    """Start, text, end; the joined text is that of the whole reply, cut at places that mean nothing."""
    sent = request_body("c1.p1: SUV\nc1.p2: Sedan")
    first, *middle, last = events(plain.http.post("/analyze", json=sent))
    assert first["event_type"] == "stream_start"
    assert {event["event_type"] for event in middle} == {"text_generation"}
    assert "".join(event["text"] for event in middle) == plain.text("c1.p1: SUV\nc1.p2: Sedan")
    assert any(event["text"][-1:].isdigit() for event in middle)
    assert last["finish_reason"] == "stop"
    assert last["metadata"]["generation_id"] == first["metadata"]["generation_id"]
    assert last["metadata"]["usage"]["output_tokens"] > 0
    assert "error" not in last


def test_a_cut_stream_warns_at_its_end(start, request_body):
    """The last event carries `length` and the warning."""
    *_, last = events(start(style="cut").http.post("/analyze", json=request_body("c1: SUV")))
    assert (last["event_type"], last["finish_reason"]) == ("stream_end", "length")
    assert last["error"]["message"]


def test_a_refused_request_is_not_streamed(plain, request_body):
    """Errors come as one flat body."""
    reply = plain.http.post("/analyze", json={**request_body(), "temperature": 9})
    assert (reply.status_code, reply.json()["code"]) == (400, "parameter_invalid")
