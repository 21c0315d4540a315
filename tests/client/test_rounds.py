"""A request that was broken off goes on with what it has paid for; one that came to its end begins anew."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pegasus_classify import Classifier
from pegasus_classify.client.rounds import MOST_ROUNDS, Rounds
from pegasus_classify.stores.memory_runs import MemoryRuns
from pegasus_classify.stores.run_notes import RunNote

emulator = pytest.importorskip("pegasus_classify.emulator")

VIDEOS = 13
CALL: dict[str, Any] = {
    "index_id": emulator.MAIN_INDEX_ID,
    "options": ["visual"],
    "classes": [{"name": "Cars", "prompts": ["SUV"]}],
}


@pytest.fixture
def stand_in() -> Iterator[Any]:
    with emulator.running_emulator() as running:
        yield running


def opened(store: str, stand_in: Any, **choices: Any) -> Classifier:
    return Classifier("key", stand_in.base_url, store=store, **{"cache_ttl": 0.0, "concurrency": 1, **choices})


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return "memory:" if request.param == "memory" else f"sqlite:///{tmp_path}/store.db"


def test_with_nothing_kept_for_others_a_run_that_was_broken_off_pays_for_the_rest_alone(
    store: str, stand_in: Any
) -> None:
    with opened(store, stand_in) as client:
        begun = client.stream(**CALL)
        assert len(list(itertools.islice(begun, 5))) == 5
        begun.close()  # type: ignore[attr-defined]
        page = client.index(**CALL)
    assert page.cost.kept >= 5
    assert stand_in.state.analyze_calls == VIDEOS
    assert not page.failed


def test_a_request_that_came_to_its_end_is_paid_for_again_and_so_is_another_request(store: str, stand_in: Any) -> None:
    with opened(store, stand_in) as client:
        for _ in range(2):
            assert client.index(**CALL).cost.calls == VIDEOS
        # The same questions, but another request.
        assert client.index(**CALL, threshold={"min_video_score": 90}).cost.calls == VIDEOS
    assert stand_in.state.analyze_calls == 3 * VIDEOS


def test_a_process_that_ends_in_the_middle_is_gone_on_with_by_the_next(tmp_path: Path, stand_in: Any) -> None:
    store = f"sqlite:///{tmp_path}/store.db"
    with opened(store, stand_in) as client:
        assert len(list(itertools.islice(client.stream(**CALL), 5))) == 5
    with opened(store, stand_in) as client:
        assert client.index(**CALL).cost.kept >= 5
    assert stand_in.state.analyze_calls <= VIDEOS + 1
    with opened(store, stand_in) as client:
        assert client.index(**CALL).cost.calls == VIDEOS


def test_a_run_with_a_video_that_may_yet_be_answered_goes_on(tmp_path: Path, stand_in: Any) -> None:
    store = f"sqlite:///{tmp_path}/store.db"
    video = emulator.packaged_library().indexes[0].videos[0]
    with emulator.running_emulator(emulator.EmulatorSettings(faults={video.filename: "500*1"})) as trouble:
        with opened(store, trouble, retries=0) as client:
            assert len(client.index(**CALL).failed) == 1
            page = client.index(**CALL)
        assert (page.cost.calls, page.cost.kept) == (1, VIDEOS - 1)


def a_note(**more: Any) -> RunNote:
    now = time.time()
    return RunNote("account", "run", "owner", "{}", "pegasus1.5", "classify.v1", now, now, **more)


@pytest.mark.parametrize(
    ("noted", "name"),
    [(None, "run.0"), (a_note(round=3), "run.3"), (a_note(round=3, closed=True), "run.4")],
)
def test_a_round_is_the_one_the_store_knows_or_the_next(noted: RunNote | None, name: str) -> None:
    book = MemoryRuns()
    if noted is not None:
        book.begin(noted)
    rounds = Rounds(book, "account")
    entered = rounds.enter("run")
    assert entered.name == name
    assert rounds.enter("run") is entered
    entered.closed = True
    assert rounds.enter("run").number == entered.number + 1


def test_runs_not_asked_for_longest_are_looked_up_again() -> None:
    rounds = Rounds(MemoryRuns(), "account")
    rounds.enter("first").closed = True
    for number in range(MOST_ROUNDS):
        rounds.enter(str(number))
    assert rounds.enter("first").number == 0
