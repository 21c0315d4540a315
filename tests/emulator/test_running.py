"""Stand-ins on real sockets: in a thread, blocking, many calls at once; made-up libraries of any size."""

from __future__ import annotations

import ast
import asyncio
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

import pegasus_classify.emulator
from pegasus_classify.emulator import EmulatorSettings, create_app, generated, running_emulator

FOLDER = Path(pegasus_classify.emulator.__file__).parent


def test_the_stand_in_imports_nothing_of_ours():
    """Shim and stand-in cannot be wrong together: relative imports stay inside, absolute ones go elsewhere."""
    modules = sorted(FOLDER.glob("*.py"))
    assert len(modules) > 20
    for module in modules:
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                assert not any(alias.name.startswith("pegasus_classify") for alias in node.names), module
            if isinstance(node, ast.ImportFrom):
                assert node.level == 1 or not (node.module or "").startswith("pegasus_classify"), module
                assert node.level < 2, module


def test_many_calls_are_answered_at_once(request_body):
    """128 calls wait together, not one after the other."""
    settings = EmulatorSettings(latency=0.3)

    async def ask_all(base_url):
        limits = httpx.Limits(max_connections=128)
        async with httpx.AsyncClient(headers={"x-api-key": "k"}, limits=limits, timeout=30) as client:
            sent = {**request_body(), "stream": False}
            return await asyncio.gather(*(client.post(f"{base_url}/v1.3/analyze", json=sent) for _ in range(128)))

    with running_emulator(settings) as emulator:
        replies = asyncio.run(ask_all(emulator.base_url))
        assert {reply.status_code for reply in replies} == {200}
        assert emulator.state.max_in_flight > 64
        assert emulator.state.in_flight == 0


def test_two_stand_ins_run_side_by_side():
    """Each has a port and counts of its own."""
    with running_emulator() as first, running_emulator() as second:
        assert first.base_url != second.base_url
        httpx.get(f"{first.base_url}/v1.3/indexes", headers={"x-api-key": "k"})
        assert first.state.calls == {"indexes.list": 1}
        assert second.state.calls == {}
        first.reset()
        assert first.state.calls == {}


def test_the_port_is_free_again_after_the_block():
    """A stopped stand-in does not answer."""
    with running_emulator() as emulator:
        url = f"{emulator.base_url}/_emulator/state"
        assert httpx.get(url).status_code == 200
    with pytest.raises(httpx.ConnectError):
        httpx.get(url)


def test_serving_announces_itself_once_it_accepts_and_stops_when_interrupted():
    """The first line of standard output is the address; an interrupt ends it in good order and in silence."""
    code = "from pegasus_classify.emulator import serve_emulator; serve_emulator()"
    command = [sys.executable, "-W", "error", "-c", code]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("listening on http://127.0.0.1:")
        url = line.split()[-1]
        assert httpx.get(f"{url}/v1.3/indexes", headers={"x-api-key": "k"}).status_code == 200
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=20)
        assert (process.returncode, errors) == (0, "")


def test_a_taken_port_is_an_os_error():
    """The caller learns it at once."""
    with running_emulator() as emulator:
        port = int(emulator.base_url.rsplit(":", 1)[1])
        with pytest.raises(OSError, match="in use"):
            pegasus_classify.emulator.serve_emulator(port=port)


def test_the_application_works_in_any_asgi_server(request_body):
    """Without a socket everything but a reset works."""
    app = create_app(EmulatorSettings(fail_every=2, fail_kind="reset"))

    async def ask():
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test", headers={"x-api-key": "k"}) as client:
            sent = {**request_body(), "stream": False}
            first = await client.post("/v1.3/analyze", json=sent)
            with pytest.raises(ConnectionResetError):
                await client.post("/v1.3/analyze", json=sent)
            return first.status_code

    assert asyncio.run(ask()) == 200
    assert app.state.emulator.calls == {"analyze": 2}


def test_a_generated_library_is_computed_when_it_is_read():
    """100,000 videos cost nothing until one is looked at, and are equal for equal seeds."""
    library = generated(100_000, seed=7)
    (index,) = library.indexes
    assert len(index.videos) == 100_000
    video = index.videos[99_999]
    assert video.asset_id is not None
    assert library.asset(video.asset_id) == video == generated(100_000, seed=7).named(video.filename)
    assert library.video(index.id, video.id) == video
    assert video != generated(100_000, seed=8).indexes[0].videos[99_999]
    assert 60 <= video.duration <= 660
    assert all(0 <= first < last <= video.duration for note in video.annotations for first, last in note.stretches)
    assert library.holders(video.asset_id) == [(index, video)]
    assert [library.asset(wrong) for wrong in ("x", "a55e7" + "f" * 19, "a55e7" + "z" * 19)] == [None] * 3
    assert library.video("none", video.id) is None
    assert library.named("generated-100000.mp4") is None
    assert library.named("generated-7.mp4") is None
    assert library.holders("none") == []


def test_a_generated_library_can_have_many_indexes_and_is_served(request_body):
    """2,000 videos in 4 indexes: pages, assets and answers."""
    library = generated(2_000, seed=1, per_index=600)
    assert [len(index.videos) for index in library.indexes] == [600, 600, 600, 200]
    with running_emulator(EmulatorSettings(library=library)) as emulator, httpx.Client(timeout=10) as client:
        client.base_url = f"{emulator.base_url}/v1.3"
        client.headers["x-api-key"] = "k"
        last = library.indexes[-1]
        page = client.get(f"/indexes/{last.id}/videos", params={"page": 4, "page_limit": 50}).json()
        assert (len(page["data"]), page["page_info"]["total_page"]) == (50, 4)
        item = page["data"][-1]
        words = library.asset(item["asset_id"]).annotations[0].words[0]
        sent = {**request_body(f"c1.p1: {words}"), "stream": False}
        sent["video"] = {"type": "asset_id", "asset_id": item["asset_id"]}
        assert '"c1.p1"' in client.post("/analyze", json=sent).json()["data"]
        assert client.get("/assets").json()["page_info"]["total_results"] == 2_000


@pytest.mark.parametrize("arguments", [(-1,), (5, 0, 0)])
def test_an_impossible_library_is_refused(arguments):
    """A ValueError, before anything is computed."""
    with pytest.raises(ValueError, match="must"):
        generated(*arguments)
