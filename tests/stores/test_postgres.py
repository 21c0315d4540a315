"""What is particular to a store on a server."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator

import pytest
from postgres_cluster import Cluster, programs_folder, running_cluster
from pydantic import SecretStr

from pegasus_classify.client.account import Account, AsyncAccount
from pegasus_classify.contract.asks import Answer
from pegasus_classify.contract.request import ClassifyRequest
from pegasus_classify.contract.result import ClassifyResult
from pegasus_classify.errors import InternalServerError, SettingsError
from pegasus_classify.legacy.wire import read_request
from pegasus_classify.settings import Settings
from pegasus_classify.steps import Claim, Claimed, Record
from pegasus_classify.stores.databases import open_database
from pegasus_classify.stores.opening import open_store
from pegasus_classify.stores.sql import SqlStore

emulator = pytest.importorskip("pegasus_classify.emulator")

DAY = 86_400.0


def a_request(name: str) -> ClassifyRequest:
    """A request that no other test has made."""
    body = {
        "index_id": emulator.MAIN_INDEX_ID,
        "options": ["visual"],
        "classes": [{"name": name, "prompts": [name]}],
    }
    return read_request(body, "bulk")[0]


@pytest.fixture(scope="module")
def own_cluster() -> Iterator[Cluster]:
    """A server that tests of this file stop and start as they like."""
    programs = programs_folder()
    if programs is None:
        pytest.skip("no PostgreSQL here")
    with running_cluster(programs) as running:
        yield running


def test_a_server_that_does_not_wait_for_its_disk_does_so_for_us(cluster: Cluster) -> None:
    address = cluster.address()
    engine = open_database(f"{address} -csynchronous_commit%3Doff").engine
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SHOW synchronous_commit").scalar_one() == "on"
    engine.dispose()


@pytest.mark.slow
def test_a_restart_of_the_server_is_survived(own_cluster: Cluster) -> None:
    store = open_store(own_cluster.address())
    now = time.time()
    store.claim("k", now, DAY)
    own_cluster.stop()
    starting = threading.Timer(0.5, own_cluster.start)
    starting.start()
    store.record(Record("k", "answered", answer=Answer("text")), now)
    assert store.claim("k", now, DAY).state == "kept"
    starting.join()
    own_cluster.stop()
    own_cluster.start()
    assert store.perform_all([Claim("k2")], now, DAY) == [Claimed("mine")]
    store.close()


@pytest.mark.slow
def test_a_server_that_is_gone_is_named_without_its_password(own_cluster: Cluster) -> None:
    address = own_cluster.address()
    store = SqlStore(open_database(address, patience=0.3))
    now = time.time()
    store.claim("held", now, DAY)
    own_cluster.stop()
    try:
        for use in (
            lambda: store.claim("k", now, DAY),
            lambda: store.keep_pages("owner", {"t": "one"}, now),
            lambda: store.fetch_page("owner", "t", now),
        ):
            with pytest.raises(InternalServerError, match="The store postgresql://127") as caught:
                use()
            assert caught.value.status_code == 503
            assert "secret-word" not in str(caught.value)
        with pytest.raises(SettingsError, match="The store postgresql://127") as refused:
            SqlStore(open_database(address, patience=0.1))
        assert "secret-word" not in str(refused.value)
    finally:
        own_cluster.start()
    assert store.claim("k", now, DAY).state == "mine"
    assert store.claim("held", now, DAY).state == "elsewhere"
    store.close()


@pytest.mark.slow
def test_requests_end_when_the_server_goes_and_work_again_when_it_is_back(own_cluster: Cluster) -> None:
    """The account is told why, does not hang, and needs no new client afterwards."""
    with emulator.running_emulator() as upstream:
        settings = Settings(api_key=SecretStr("key"), upstream=upstream.base_url)
        store = SqlStore(open_database(own_cluster.address(), patience=0.3))
        account = Account(settings, store=store)
        assert account.start(a_request("Cars")).result().answered > 1
        own_cluster.stop()
        try:
            with pytest.raises(InternalServerError, match="The store postgresql://127"):
                account.start(a_request("Dogs")).result()
            with pytest.raises(InternalServerError, match="The store postgresql://127"):
                asyncio.run(in_loop(settings, store, a_request("Dogs")))
        finally:
            own_cluster.start()
        assert account.start(a_request("Dogs")).result().answered > 1
        result = asyncio.run(in_loop(settings, store, a_request("Dogs")))
        assert result.cost.calls == 0
        assert result.cost.kept > 1
        account.close()
        store.close()


async def in_loop(settings: Settings, store: SqlStore, request: ClassifyRequest) -> ClassifyResult:
    """Ask with an asynchronous account."""
    account = AsyncAccount(settings, store=store)
    try:
        return await (await account.start(request)).result()
    finally:
        await account.aclose()
