"""What is particular to a store on a server."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
from postgres_cluster import Cluster, programs_folder, running_cluster

from pegasus_classify.contract.asks import Answer
from pegasus_classify.errors import InternalServerError, SettingsError
from pegasus_classify.steps import Claim, Claimed, Record
from pegasus_classify.stores.databases import open_database
from pegasus_classify.stores.opening import open_store
from pegasus_classify.stores.sql import SqlStore

DAY = 86_400.0


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
