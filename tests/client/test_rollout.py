"""A migration between two sides over sockets: the old one is a Classify of ours, the new one the platform."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from tiny_server import Call, tiny_server

import pegasus_classify
from pegasus_classify import AsyncClassifier, Classifier, serve_in_thread
from pegasus_classify.client.rollout import Rollout
from pegasus_classify.client.rollout_status import status_of
from pegasus_classify.client.shadow import LeftOut, Shadow, ShadowTask
from pegasus_classify.errors import SettingsError
from pegasus_classify.package_files import packaged_prompts
from pegasus_classify.rollout.policy import Policy, ShadowRules, policy_hash
from pegasus_classify.settings import Settings

emulator = pytest.importorskip("pegasus_classify.emulator")

INDEX = emulator.MAIN_INDEX_ID
VIDEOS = [
    "63996203ce36463e0199c8c2",
    "63996232ce36463e0199c8c3",
    "63a09373ce36463e0199c8de",
    "64428d88456b2dab381e7022",
]
BODY: dict[str, Any] = {
    "video_ids": VIDEOS,
    "options": ["visual"],
    "classes": [{"name": "Cars", "prompts": ["Cars", "SUV"]}],
}


@pytest.fixture(scope="module")
def old(stand_in: Any) -> Iterator[str]:
    """A Classify that still answers."""
    with serve_in_thread(base_url=stand_in.base_url) as base_url:
        yield base_url


@pytest.fixture
def gone() -> str:
    """An address where nobody answers."""
    return "http://127.0.0.1:9"


def write(folder: Path, text: str, *, name: str = "rollout.toml") -> Path:
    """Write a policy; a name of its own for its time, so that no two looks are equal."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def answered_by(client: Classifier, body: dict[str, Any] = BODY) -> str:
    """Return what the policy's header says."""
    reply = client.reply("POST", "/v1.2/classify", body)
    assert reply.status == 200, reply.body
    return reply.headers["X-Classify-Policy"]


def test_the_same_answer_comes_from_either_side(stand_in, old):
    """The old side's answer passes through; which side it was stands in a header."""
    bodies = []
    for to in ("legacy", "pegasus"):
        with Classifier("key", stand_in.base_url, policy={"old": {"url": old}, "otherwise": to}) as client:
            reply = client.reply("POST", "/v1.2/classify", BODY)
            assert f"{to}=4" in reply.headers["X-Classify-Policy"]
            bodies.append(reply.body["data"])
    assert bodies[0] == bodies[1] != []


def test_a_policy_file_and_a_policy_object_are_the_same(stand_in, old, tmp_path):
    """Equal policies have equal names, wherever they came from."""
    text = f'name = "spring"\notherwise = "pegasus"\nfallback = true\n[old]\nurl = "{old}"\n'
    made = Policy(name="spring", otherwise="pegasus", fallback=True, old={"url": old})
    told = set()
    for policy in (write(tmp_path, text), made):
        with Classifier("key", stand_in.base_url, policy=policy) as client:
            told.add(answered_by(client))
    assert len(told) == 1
    assert told.pop().startswith(f"{policy_hash(made)} spring; percent=0; pegasus=4; route=otherwise")


def test_an_index_split_between_the_sides_is_one_answer_with_correct_pages(stand_in, old):
    """Every video on exactly one page, as one side alone would have told it."""
    body = {"index_id": INDEX, "options": ["visual"], "classes": BODY["classes"], "page_limit": 2}
    told = []
    for percent in (0, 50):
        policy = {"old": {"url": old}, "split": True, "routes": [{"to": "pegasus", "percent": percent}]}
        with Classifier("key", stand_in.base_url, policy=policy) as client:
            reply = client.reply("POST", "/v1.2/classify/bulk", body)
            assert reply.status == 200
            header, pages = reply.headers["X-Classify-Policy"], [reply.body]
            while token := pages[-1]["page_info"].get("next_page_token"):
                pages.append(client.handle("GET", f"/v1.2/classify/{token}")[1])
            told.append([video for page in pages for video in page["data"]])
            assert {page["page_info"]["total_results"] for page in pages} == {len(told[-1])}
    assert "legacy=" in header
    assert "pegasus=" in header
    assert told[0] == told[1]


def test_the_old_side_is_gone_and_the_new_one_answers(stand_in, gone):
    """After some failures it is not even tried; both is said in the header."""
    policy = {"old": {"url": gone}, "fallback": True, "breaker": {"failures": 2, "of": 2}}
    with Classifier("key", stand_in.base_url, policy=policy) as client:
        assert all("fallback" in answered_by(client) for _ in range(3))


def test_the_new_side_is_gone_and_the_old_one_answers(old, gone):
    """A caller notices nothing but the header."""
    policy = {"old": {"url": old}, "fallback": True, "otherwise": "pegasus"}
    with Classifier("key", gone, policy=policy, retries=0) as client:
        assert "legacy=4" in answered_by(client)


def test_both_sides_gone_is_the_old_apis_own_error(gone):
    """Status and body are such as the old API gave."""
    with Classifier("key", gone, policy={"old": {"url": gone}, "fallback": True}, retries=0) as client:
        status, body = client.handle("POST", "/v1.2/classify", BODY)
    assert status in (502, 503)
    assert set(body) == {"code", "message"}


def test_an_asynchronous_caller_is_routed_alike(stand_in, old):
    """The same policy, split between the sides, in an event loop."""

    async def ask() -> Any:
        policy = {
            "old": {"url": old},
            "split": True,
            "routes": [{"to": "pegasus", "percent": 50, "model": "pegasus1.5"}],
        }
        async with AsyncClassifier("key", stand_in.base_url, policy=policy) as client:
            whole = await client.reply("POST", "/v1.2/classify", BODY)
            body = {"index_id": INDEX, "options": ["visual"], "classes": BODY["classes"]}
            return whole, await client.reply("POST", "/v1.2/classify/bulk", body)

    whole, bulk = asyncio.run(ask())
    assert whole.status == bulk.status == 200
    with Classifier("key", stand_in.base_url) as plain:
        assert plain.reply("POST", "/v1.2/classify", BODY).body["data"] == whole.body["data"]


def test_the_kill_switch_acts_on_the_next_request(stand_in, old, tmp_path):
    """A file that appears, and one that goes away."""
    path = write(tmp_path, f'otherwise = "pegasus"\n[old]\nurl = "{old}"\n[kill]\nfile = "STOP"\n')
    with Classifier("key", stand_in.base_url, policy=path) as client:
        assert "pegasus=4" in answered_by(client)
        (tmp_path / "STOP").touch()
        assert "legacy=4; route=stop" in answered_by(client)
        (tmp_path / "STOP").unlink()
        assert "pegasus=4" in answered_by(client)


def test_a_file_that_is_broken_deleted_or_half_written_changes_nothing_and_says_so(stand_in, old, tmp_path, caplog):
    """The last good policy stays until there is a better one."""
    good = f'otherwise = "pegasus"\n[old]\nurl = "{old}"\n'
    path = write(tmp_path, good)
    with Classifier("key", stand_in.base_url, policy=path) as client:
        first = answered_by(client)
        for wrong in (good[:-4], "otherwise = 'nobody'\n", ""):
            caplog.clear()
            with caplog.at_level(logging.ERROR, "pegasus_classify.rollout"):
                write(tmp_path, wrong)
                assert answered_by(client) == first
            assert "the last good policy" in caplog.text
        path.unlink()
        assert answered_by(client) == first
        write(tmp_path, good.replace("pegasus", "legacy", 1))
        assert "legacy=4" in answered_by(client)


def test_a_file_that_was_never_good_is_refused_at_once(tmp_path):
    """With line and field; there is no last good one to stay with."""
    with pytest.raises(SettingsError, match=r"rollout.toml line 1: otherwise"):
        Classifier("key", policy=write(tmp_path, 'otherwise = "nobody"\n'))
    with pytest.raises(SettingsError, match="cannot be read"):
        Classifier("key", policy=tmp_path / "nowhere.toml")
    with pytest.raises(SettingsError, match="at line 2"):
        Classifier("key", policy=write(tmp_path, "name = 'x'\n= 5\n"))


def test_two_servers_with_different_policies_say_which_one_decided(stand_in, old):
    """Also pages and errors are signed; a header moves a request where the policy allows it."""
    signed = []
    for to in ("legacy", "pegasus"):
        policy = {
            "old": {"url": old},
            "otherwise": to,
            "routes": [{"to": "pegasus", "header": "canary", "name": "canary"}],
        }
        with serve_in_thread(base_url=stand_in.base_url, policy=policy) as url, httpx.Client(base_url=url) as client:
            asked = client.post("/v1.2/classify", json=BODY, headers={"x-api-key": "key"})
            assert f"{to}=4; route=otherwise" in asked.headers["x-classify-policy"]
            moved = client.post("/v1.2/classify", json=BODY, headers={"x-api-key": "key", "X-Classify-Route": "canary"})
            assert "pegasus=4; route=canary" in moved.headers["x-classify-policy"]
            wrong = client.post("/v1.2/classify", json={}, headers={"x-api-key": "key"})
            page = client.get("/v1.2/classify/unknown", headers={"x-api-key": "key"})
            signed.append({each.headers["x-classify-policy"].split(";")[0] for each in (asked, moved, wrong, page)})
            metrics = client.get("/metrics").text
            assert f'classify_routed_total{{route="otherwise",reason="otherwise",side="{to}"}} 1' in metrics
            assert 'classify_routed_total{route="canary",reason="header",side="pegasus"} 1' in metrics
            assert f'classify_routed_seconds_count{{route="otherwise",side="{to}"}} 1' in metrics
            assert "classify_rollout_percent 0" in metrics
    assert [len(each) for each in signed] == [1, 1]
    assert signed[0] != signed[1]


# --- shadows


def test_a_shadow_that_hangs_or_fails_neither_holds_up_nor_changes_the_answer(old):
    """The caller has its answer while the shadow still waits for a platform that says nothing."""
    release, reached = threading.Event(), threading.Event()

    def hang(call: Call) -> None:
        reached.set()
        release.wait(30)
        call.reply(500, b"{}")

    with tiny_server(hang) as silent:
        policy = {"old": {"url": old}, "otherwise": "shadow", "shadow": {"concurrency": 1, "waiting": 1}}
        with Classifier("key", silent.url, policy=policy, retries=0) as client:
            for _ in range(4):
                assert "legacy=4" in answered_by(client)
            assert reached.wait(10)
            assert client._rollout is not None
            assert client._rollout.shadow.counts["dropped"] == 2
            release.set()
            assert client._rollout.shadow.settle(20)


def test_what_a_shadow_saw_is_kept_in_the_store(stand_in, old, tmp_path):
    """How many videos it compared, what it cost, and whose requests they were."""
    store = f"sqlite:///{tmp_path}/store.db"
    path = write(tmp_path, f'otherwise = "shadow"\nlog = "changes.jsonl"\n[old]\nurl = "{old}"\n')
    with Classifier("key", stand_in.base_url, policy=path, store=store) as client:
        answered_by(client)
        rollout = client._rollout
        assert rollout is not None
        assert rollout.shadow.settle(20)
        spent = rollout.shadow.usd
    with closing(Rollout(path, Settings(store=store), watching=False)) as looked:
        told = status_of(looked)
    (day,) = told["days"]
    assert (day["compared"], day["differing"], day["legacy"], day["shadow"]) == (4, 0, 4, 4)
    assert told["cost"]["shadows_usd"] == pytest.approx(spent) != 0
    assert {(each["route"], each["reason"], each["side"]) for each in told["traffic"]} == {
        ("otherwise", "otherwise", "legacy"),
        ("otherwise", "otherwise", "shadow"),
    }


def task(**more: Any) -> ShadowTask:
    """Something for a shadow to do."""
    nothing: Any = None
    return ShadowTask(nothing, nothing, "route", "always", nothing, **more)


def test_a_days_budget_ends_shadows_until_the_next_day():
    """Money and minutes are counted by the UTC day; a clock set back does not open an old day again."""
    shadow = Shadow(ShadowRules(usd_per_day=1.0, concurrency=1), lambda _: (0.6, 1.0))
    told = []
    for now in (0.0, 10.0, 20.0, 86_400.0, 30.0):
        told.append(shadow.offer(task(), now))
        assert shadow.settle(10)
    assert told == [True, True, False, True, True]
    free: Any = "what Pegasus answered costs nothing to compare"
    assert shadow.offer(task(new=free), 86_410.0)
    assert shadow.settle(10)
    shadow.close()
    assert not shadow.offer(task(), 86_500.0)
    assert shadow.counts == {"run": 5, "over_budget": 1, "dropped": 1}


def test_what_others_used_today_counts_and_what_they_used_yesterday_does_not():
    """All processes of a migration have one budget."""
    shadow = Shadow(ShadowRules(usd_per_day=1.0), lambda _: (0.1, 1.0))
    shadow.used(2.0, 5.0, 86_400.0)
    assert not shadow.offer(task(), 86_410.0)
    assert shadow.offer(task(), 2 * 86_400.0)
    assert shadow.settle(10)
    shadow.used(2.0, 5.0, 86_420.0)
    assert shadow.usd == pytest.approx(0.1)
    shadow.close()


def test_a_budget_that_is_used_up_while_tasks_wait_ends_them_too():
    """A queue of a hundred must not pass the budget a hundredfold."""
    held = threading.Event()

    def work(_: Any) -> tuple[float, float]:
        held.wait(10)
        return 1.0, 1.0

    shadow = Shadow(ShadowRules(usd_per_day=1.0, concurrency=1), work)
    for _ in range(5):
        assert shadow.offer(task(), 0.0)
    held.set()
    assert shadow.settle(10)
    shadow.close()
    assert shadow.counts == {"run": 1, "over_budget": 4}


def test_a_shadow_that_raises_is_counted_and_the_next_one_runs():
    """A thread that ended would end all shadows."""
    outcomes = iter([ValueError("broken"), LeftOut("left_alone"), None])

    def work(_: Any) -> tuple[float, float]:
        error = next(outcomes)
        if error is not None:
            raise error
        return 0.0, 0.0

    shadow = Shadow(ShadowRules(concurrency=1), work)
    for _ in range(3):
        shadow.offer(task(), 0.0)
        assert shadow.settle(10)
    shadow.close()
    assert shadow.counts == {"failed": 1, "left_alone": 1, "run": 1}


# --- the log


def test_a_person_moves_traffic_and_a_second_process_follows(tmp_path, old):
    """What is in the log holds in every process that reads it, at its next request."""
    path = write(tmp_path, f'log = "changes.jsonl"\n[old]\nurl = "{old}"\n[[route]]\nto = "pegasus"\nladder = true\n')
    one, other = Rollout(path, Settings()), Rollout(path, Settings())
    one.act("promoted", "me", "to see")
    other.refresh()
    assert other.standing.percent == one.standing.percent == 1
    one.act("stopped", "me", "smells")
    other.refresh()
    assert other.standing.stopped
    assert [change.who for change in other.log.changes] == ["me", "me"]
    # Both decide the same at once: one step is taken.
    text = (tmp_path / "changes.jsonl").read_text(encoding="utf-8")
    (tmp_path / "changes.jsonl").write_text(text + text.splitlines()[0] + "\n", encoding="utf-8")
    other.refresh()
    assert other.rung.percent == 1
    (tmp_path / "changes.jsonl").unlink()
    other.refresh()
    assert other.rung.percent == 1
    for each in (one, other):
        each.close()


def test_a_torn_line_counts_for_nothing_and_hides_nothing(tmp_path, old):
    """A process killed while it wrote loses that line alone."""
    path = write(tmp_path, f'log = "changes.jsonl"\n[old]\nurl = "{old}"\n[[route]]\nto = "pegasus"\nladder = true\n')
    log = tmp_path / "changes.jsonl"
    first = Rollout(path, Settings())
    first.act("promoted", "me", "to see")
    log.write_text(log.read_text(encoding="utf-8") + '{"act": "promo', encoding="utf-8")
    again = Rollout(path, Settings())
    assert again.rung.percent == 1
    again.act("promoted", "me", "on")
    third = Rollout(path, Settings())
    assert third.rung.percent == 5
    assert third.complaints == ["the log of decisions, line 2: no entry (JSONDecodeError); passed over"]
    for each in (first, again, third):
        each.close()


def test_what_cannot_be_written_has_not_happened(tmp_path, old):
    """No traffic moves without its line in the log; only back it moves all the same."""
    policy = Policy(old={"url": old}, routes=({"to": "pegasus", "ladder": True},), log="no/such/folder/log")
    rollout = Rollout(policy, Settings())
    with pytest.raises(SettingsError, match="cannot be written"):
        rollout.act("promoted", "me", "to see")
    assert rollout.standing.percent == 0
    rollout.close()


def test_the_routes_of_two_callers_do_not_mix(stand_in, old):
    """Many threads on one classifier: every answer is right."""
    policy = {"old": {"url": old}, "split": True, "routes": [{"to": "pegasus", "percent": 50}]}
    with Classifier("key", stand_in.base_url, policy=policy) as client:
        expected = {each: client.handle("POST", "/v1.2/classify", {**BODY, "video_ids": [each]}) for each in VIDEOS}
        wrong: list[str] = []

        def ask(video: str) -> None:
            for _ in range(5):
                if (
                    client.handle("POST", "/v1.2/classify", {**BODY, "video_ids": [video]})[1]["data"]
                    != expected[video][1]["data"]
                ):
                    wrong.append(video)

        threads = [threading.Thread(target=ask, args=(each,)) for each in VIDEOS]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
    assert wrong == []


def test_the_current_sdk_and_a_transport_are_routed_alike(stand_in, old):
    """`install()` and `ClassifyTransport` take the same policy."""
    twelvelabs = pytest.importorskip("twelvelabs")
    policy = {"old": {"url": old}, "name": "spring"}
    pegasus_classify.install(policy=policy)
    try:
        client = twelvelabs.TwelveLabs(api_key="key", base_url=stand_in.base_url + "/v1.3")
        reply = client.classify.reply("POST", "/v1.2/classify", BODY)
        assert "legacy=4" in reply.headers["X-Classify-Policy"]
        client.classify.close()
    finally:
        pegasus_classify.uninstall()
    transport = pegasus_classify.ClassifyTransport(base_url=stand_in.base_url, policy=policy)
    with httpx.Client(transport=transport) as http:
        answer = http.post(f"{stand_in.base_url}/v1.2/classify", json=BODY, headers={"x-api-key": "key"})
        assert "legacy=4" in answer.headers["x-classify-policy"]


def test_a_route_whose_model_does_not_exist_is_an_error_of_its_requests_alone(stand_in, old):
    """Others are answered."""
    policy = {"old": {"url": old}, "routes": [{"to": "pegasus", "classes": ["Cars"], "model": "pegasus9"}]}
    with Classifier("key", stand_in.base_url, policy=policy) as client:
        assert client.handle("POST", "/v1.2/classify", BODY)[0] == 500
        other = {**BODY, "classes": [{"name": "Dogs", "prompts": ["dog"]}]}
        assert "legacy=4" in answered_by(client, other)


def test_a_shadow_that_fails_is_seen_by_the_ladder(old, gone):
    """A failing Pegasus beside the old side is evidence too; nothing has moved, so nothing moves back."""
    policy = {"old": {"url": old}, "otherwise": "shadow", "routes": [{"to": "pegasus", "ladder": True}]}
    with Classifier("key", gone, policy=policy, retries=0) as client:
        assert "legacy=4" in answered_by(client)
        rollout = client._rollout
        assert rollout is not None
        assert rollout.shadow.settle(30)
        assert rollout.evidence()["failures"] == 1
        assert rollout.log.changes == []


def test_a_changed_policy_takes_effect_with_everything_in_it(stand_in, old, gone, tmp_path):
    """Another old side, other limits of shadows; another log needs a restart, and that is said."""
    path = write(tmp_path, f'log = "a.jsonl"\n[old]\nurl = "{gone}"\n')
    with Classifier("key", stand_in.base_url, policy=path) as client:
        assert client.handle("POST", "/v1.2/classify", BODY)[0] == 502
        write(tmp_path, f'log = "b.jsonl"\n[old]\nurl = "{old}"\n[shadow]\nconcurrency = 5\n')
        assert "legacy=4" in answered_by(client)
        assert client._rollout is not None
        assert client._rollout.shadow.rules.concurrency == 5
        assert client._rollout.log.path == tmp_path / "a.jsonl"


def test_a_route_may_choose_prompt_and_calibration(stand_in, old, tmp_path):
    """What Pegasus is asked, and what its answer is worth, differ by route."""
    for name, text in packaged_prompts().items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    text = (tmp_path / "classify.v1.j2").read_text(encoding="utf-8")
    (tmp_path / "classify.v9.j2").write_text(f"{text}\nLook twice.\n", encoding="utf-8")
    body = {**BODY, "include_clips": True}
    with Classifier("key", stand_in.base_url) as plain:
        hashed = plain.reply("POST", "/v1.2/classify", body).result
        assert hashed is not None
    curve = {"format": "pegasus-classify-calibration", "version": 1, "model": "pegasus1.5"}
    curve |= {"prompt_hash": hashed.prompt_hash, "knots": [[0, 77.5], [100, 77.5]]}
    (tmp_path / "fitted.json").write_text(json.dumps(curve), encoding="utf-8")
    text = f'otherwise = "pegasus"\n[old]\nurl = "{old}"\n'
    for name, choice in (("prompt", 'prompt = "classify.v9"'), ("curve", 'calibration = "fitted.json"')):
        text += f'[[route]]\nto = "pegasus"\nheader = "{name}"\n{choice}\n'
    told = {}
    with serve_in_thread(base_url=stand_in.base_url, policy=write(tmp_path, text), prompts_dir=tmp_path) as url:
        for header in ("prompt", "curve", "none"):
            headers = {"x-api-key": "key", "X-Classify-Route": header}
            told[header] = httpx.post(f"{url}/v1.2/classify", json=body, headers=headers, timeout=60).json()
    assert any("Look twice." in prompt for prompt in stand_in.state.prompts)
    scores = {header: {clip["score"] for clip in clips_of(answer)} for header, answer in told.items()}
    assert scores["curve"] == {77.5}
    assert scores["none"] != {77.5}


def clips_of(answer: dict[str, Any]) -> list[dict[str, Any]]:
    """All clips of an answer."""
    return [clip for video in answer["data"] for found in video["classes"] for clip in found["clips"]]
