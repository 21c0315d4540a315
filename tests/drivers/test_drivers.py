"""The two loops perform the same schedule."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Callable, Generator, Sequence
from functools import partial
from typing import Any

import pytest
from sample_asks import an_ask
from simulated_driver import ListedRun
from tiny_server import Call, tiny_server

from pegasus_classify.carrying.exchanges import carry
from pegasus_classify.carrying.pace import Pace
from pegasus_classify.carrying.schedule import Schedule
from pegasus_classify.drivers.asynchronous import AsyncDriver
from pegasus_classify.drivers.blocking import BlockingDriver
from pegasus_classify.drivers.http import Endpoint
from pegasus_classify.errors import ClassifyError
from pegasus_classify.steps import Claim, Claimed, Outcome, Record

OURS = "pegasus-classify"


class Told(ListedRun):
    """A run that tells when it has ended."""

    def __init__(self, assets: list[str]) -> None:
        super().__init__((name, self._job(name)) for name in assets)
        self.ended = threading.Event()

    @staticmethod
    def _job(name: str) -> Generator[Any, Any, Any]:
        return (yield (an_ask(name),))

    def job_done(self, name: Any, value: Any) -> None:
        super().job_done(name, value)
        if self.finished:
            self.ended.set()


class Watched(Schedule):
    """A schedule that keeps the error its loop ended with."""

    error: BaseException | None = None

    def __init__(self, slots: int) -> None:
        super().__init__("account", partial(carry, retries=1), Pace(slots))
        self.given_up: list[str] = []

    def broken(self, error: BaseException) -> None:
        self.error = error

    def give_up(self, error: ClassifyError) -> None:
        self.given_up.append(str(error))


class OwnLedger:
    """Everything is ours to ask."""

    inline = True

    def __init__(self) -> None:
        self.states: list[str] = []

    def perform_all(self, steps: Sequence[Claim | Record]) -> list[Outcome]:
        self.states += [step.state for step in steps if isinstance(step, Record)]
        return [Claimed("mine") if isinstance(step, Claim) else None for step in steps]


class SlowLedger(OwnLedger):
    """Takes its time for every transaction, as a disk does."""

    inline = False

    def __init__(self, seconds: float = 0.02) -> None:
        super().__init__()
        self.seconds = seconds
        self.sizes: list[int] = []
        self.threads: set[str] = set()

    def perform_all(self, steps: Sequence[Claim | Record]) -> list[Outcome]:
        time.sleep(self.seconds)
        self.sizes.append(len(steps))
        self.threads.add(threading.current_thread().name)
        return super().perform_all(steps)


def a_schedule(slots: int) -> Watched:
    return Watched(slots)


def echo(call: Call) -> None:
    asset = json.loads(call.sent)["video"]["asset_id"]
    call.reply(200, json.dumps({"data": asset}).encode())


def our_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith(OURS)]


def run_blocking(url: str, run: Told, slots: int, ledger: Any) -> Watched:
    schedule = a_schedule(slots)
    driver = BlockingDriver(schedule, ledger, Endpoint(url, "k"), slots)
    driver.call(lambda: schedule.add(run))
    assert run.ended.wait(20)
    driver.close()
    return schedule


def run_asynchronous(url: str, run: Told, slots: int, ledger: Any) -> Watched:
    async def go() -> Watched:
        schedule = a_schedule(slots)
        driver = AsyncDriver(schedule, ledger, Endpoint(url, "k"))
        driver.call(lambda: schedule.add(run))
        while not run.ended.is_set():
            await asyncio.sleep(0.005)
        await driver.close()
        return schedule

    return asyncio.run(go())


both = pytest.mark.parametrize("drive", [run_blocking, run_asynchronous])
Drive = Callable[[str, Told, int, Any], Watched]


@both
def test_every_ask_is_answered_and_nothing_is_left_running(drive: Drive) -> None:
    run, ledger = Told([f"v{n}" for n in range(50)]), OwnLedger()
    with tiny_server(echo) as server:
        schedule = drive(server.url, run, 6, ledger)
    assert {name: answers[0].text for name, answers in run.results.items()} == {f"v{n}": f"v{n}" for n in range(50)}
    assert ledger.states == ["answered"] * 50
    assert schedule.idle
    assert not our_threads()


@both
def test_pauses_are_kept_in_real_time(drive: Drive) -> None:
    times: list[float] = []

    def answer(call: Call) -> None:
        times.append(time.monotonic())
        call.reply(503, b"") if len(times) == 1 else echo(call)

    run = Told(["v1"])
    with tiny_server(answer) as server:
        drive(server.url, run, 1, OwnLedger())
    assert run.results["v1"][0].text == "v1"
    assert times[1] - times[0] >= 0.45


def test_no_more_connections_than_slots_are_opened() -> None:
    ports: set[int] = set()

    def answer(call: Call) -> None:
        ports.add(call.client_address[1])
        time.sleep(0.005)
        echo(call)

    with tiny_server(answer) as server:
        run_blocking(server.url, Told([f"v{n}" for n in range(40)]), 3, OwnLedger())
        assert len(ports) == 3
        ports.clear()
        run_asynchronous(server.url, Told([f"v{n}" for n in range(40)]), 3, OwnLedger())
        assert len(ports) == 3


def test_closing_a_blocking_driver_wakes_threads_that_wait_for_bytes() -> None:
    arrived, held = threading.Event(), threading.Event()

    def answer(call: Call) -> None:
        arrived.set()
        held.wait(30)

    run, ledger = Told(["v1", "v2"]), OwnLedger()
    with tiny_server(answer) as server:
        schedule = a_schedule(1)
        driver = BlockingDriver(schedule, ledger, Endpoint(server.url, "k"), 1)
        driver.call(lambda: schedule.add(run))
        assert arrived.wait(5)
        driver.close()
        held.set()
    assert schedule.idle
    assert set(ledger.states) == {"released"}
    assert not our_threads()
    driver.close()


def test_closing_an_asynchronous_driver_awaits_what_it_cancels() -> None:
    arrived, held = threading.Event(), threading.Event()

    def answer(call: Call) -> None:
        arrived.set()
        held.wait(30)

    async def go(url: str, ledger: OwnLedger) -> Watched:
        schedule = a_schedule(2)
        driver = AsyncDriver(schedule, ledger, Endpoint(url, "k"))
        driver.call(lambda: schedule.add(Told(["v1", "v2", "v3"])))
        while not arrived.is_set():
            await asyncio.sleep(0.005)
        await driver.close()
        assert len(asyncio.all_tasks()) == 1
        return schedule

    ledger = OwnLedger()
    with tiny_server(answer) as server:
        schedule = asyncio.run(go(server.url, ledger))
        held.set()
    assert schedule.idle
    assert set(ledger.states) == {"released"}


def test_a_driver_closed_before_its_first_use_has_nothing_to_end() -> None:
    BlockingDriver(a_schedule(1), OwnLedger(), Endpoint("http://127.0.0.1:9", "k"), 1).close()
    asyncio.run(AsyncDriver(a_schedule(1), OwnLedger(), Endpoint("http://127.0.0.1:9", "k")).close())
    assert not our_threads()


def test_a_closed_driver_says_so() -> None:
    driver = BlockingDriver(a_schedule(1), OwnLedger(), Endpoint("http://127.0.0.1:9", "k"), 1)
    driver.close()
    with pytest.raises(ClassifyError, match="closed"):
        driver.call(lambda: None)

    async def go() -> None:
        closed = AsyncDriver(a_schedule(1), OwnLedger(), Endpoint("http://127.0.0.1:9", "k"))
        await closed.close()
        with pytest.raises(ClassifyError, match="closed"):
            closed.call(lambda: None)

    asyncio.run(go())


class BrokenLedger:
    """A ledger that fails in a way nobody foresaw."""

    def __init__(self, *, inline: bool) -> None:
        self.inline = inline

    def perform_all(self, steps: Sequence[Claim | Record]) -> list[Outcome]:
        raise OSError("disk full")


ledgers = pytest.mark.parametrize("inline", [True, False], ids=["inline", "in a thread"])


@ledgers
def test_a_loop_that_breaks_tells_its_machine_and_ends(inline: bool) -> None:
    schedule = a_schedule(1)
    driver = BlockingDriver(schedule, BrokenLedger(inline=inline), Endpoint("http://127.0.0.1:9", "k"), 1)
    driver.call(lambda: schedule.add(Told(["v1"])))
    for _ in range(500):
        if schedule.error is not None and not our_threads():
            break
        time.sleep(0.01)
    assert isinstance(schedule.error, OSError)
    with pytest.raises(ClassifyError, match="closed"):
        driver.call(lambda: None)

    async def go() -> BaseException | None:
        broken = a_schedule(1)
        running = AsyncDriver(broken, BrokenLedger(inline=inline), Endpoint("http://127.0.0.1:9", "k"))
        running.call(lambda: broken.add(Told(["v1"])))
        while broken.error is None:
            await asyncio.sleep(0.005)
        await running.close()
        return broken.error

    assert isinstance(asyncio.run(go()), OSError)
    assert not our_threads()


@both
def test_a_slow_ledger_writes_many_asks_together_in_a_thread_of_its_own(drive: Drive) -> None:
    run, ledger = Told([f"v{n}" for n in range(60)]), SlowLedger()
    with tiny_server(echo) as server:
        schedule = drive(server.url, run, 12, ledger)
    assert len(run.results) == 60
    assert ledger.states == ["answered"] * 60
    assert sum(ledger.sizes) == 120
    assert len(ledger.sizes) < 40
    assert ledger.threads == {"pegasus-classify-ledger"}
    assert schedule.idle
    assert not our_threads()


def test_an_event_loop_goes_on_while_a_ledger_is_waited_for() -> None:
    turns: list[int] = []

    async def go(url: str) -> None:
        schedule, run = a_schedule(1), Told(["v1"])
        driver = AsyncDriver(schedule, SlowLedger(0.2), Endpoint(url, "k"))
        driver.call(lambda: schedule.add(run))
        while not run.ended.is_set():
            turns.append(1)
            await asyncio.sleep(0.005)
        await driver.close()

    with tiny_server(echo) as server:
        asyncio.run(go(server.url))
    assert len(turns) > 10


class FailingLedger(SlowLedger):
    """Fails as a store does, until it is mended."""

    def __init__(self, *, inline: bool) -> None:
        super().__init__(0.0)
        self.inline = inline
        self.fails = True

    def perform_all(self, steps: Sequence[Claim | Record]) -> list[Outcome]:
        if self.fails:
            raise ClassifyError("The store x failed: disk full.")
        return super().perform_all(steps)


@ledgers
def test_a_blocking_loop_outlives_a_ledger_that_fails(inline: bool) -> None:
    ledger, first, second = FailingLedger(inline=inline), Told(["v1"]), Told(["v2"])
    with tiny_server(echo) as server:
        schedule = a_schedule(1)
        driver = BlockingDriver(schedule, ledger, Endpoint(server.url, "k"), 1)
        driver.call(lambda: schedule.add(first))
        assert first.ended.wait(5)
        ledger.fails = False
        driver.call(lambda: schedule.add(second))
        assert second.ended.wait(5)
        driver.close()
    assert schedule.given_up == ["The store x failed: disk full."]
    assert first.results["v1"][0].failure.kind == "stopped"
    assert second.results["v2"][0].text == "v2"


@ledgers
def test_an_asynchronous_loop_outlives_a_ledger_that_fails(inline: bool) -> None:
    ledger, first, second = FailingLedger(inline=inline), Told(["v1"]), Told(["v2"])

    async def go(url: str) -> Watched:
        schedule = a_schedule(1)
        driver = AsyncDriver(schedule, ledger, Endpoint(url, "k"))
        for run in (first, second):
            driver.call(lambda run=run: schedule.add(run))
            while not run.ended.is_set():
                await asyncio.sleep(0.005)
            ledger.fails = False
        await driver.close()
        return schedule

    with tiny_server(echo) as server:
        schedule = asyncio.run(go(server.url))
    assert schedule.given_up == ["The store x failed: disk full."]
    assert first.results["v1"][0].failure.kind == "stopped"
    assert second.results["v2"][0].text == "v2"
