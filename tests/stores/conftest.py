"""Stores of every kind, each empty, and a second one on the same data where there can be one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from postgres_cluster import Cluster, programs_folder, running_cluster

from pegasus_classify.stores.databases import open_database
from pegasus_classify.stores.memory import MemoryStore
from pegasus_classify.stores.protocol import Store
from pegasus_classify.stores.sql import SqlStore

OnDisk = Callable[..., SqlStore]

SQL = ["sqlite", "postgresql"]


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL server for all tests of the session."""
    programs = programs_folder()
    if programs is None:
        pytest.skip("no PostgreSQL here")
    with running_cluster(programs) as running:
        yield running


@pytest.fixture(params=SQL)
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty store on disk."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/store.db"
    running: Cluster = request.getfixturevalue("cluster")
    return running.address()


@pytest.fixture
def opened(address: str) -> Iterator[OnDisk]:
    """Opens stores on that address, each as another process would, and closes them in the end."""
    stores: list[SqlStore] = []

    def another(**settings: Any) -> SqlStore:
        stores.append(SqlStore(open_database(address), **settings))
        return stores[-1]

    yield another
    for store in stores:
        store.close()


@pytest.fixture(params=["memory", *SQL])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty store of each kind."""
    if request.param == "memory":
        made: Store = MemoryStore()
    elif request.param == "sqlite":
        made = SqlStore(open_database(f"sqlite:///{tmp_path}/store.db"))
    else:
        made = SqlStore(open_database(request.getfixturevalue("cluster").address()))
    yield made
    made.close()
