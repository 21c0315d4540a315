"""From an address to a store, or to a sentence that says what is wrong."""

from __future__ import annotations

import subprocess
import sys

import pytest

from pegasus_classify.errors import SettingsError
from pegasus_classify.stores.memory import MemoryStore
from pegasus_classify.stores.opening import open_store

REFUSED = {
    "mysql://user:secret-word@host/name": "'mysql' is not known",
    "sqlite://": "names no file",
    "sqlite:///:memory:": "names no file",
    "no address at all": "cannot be read",
    "postgresql://user:secret-word@host:port/name": "cannot be read",
    "": "cannot be read",
}


def test_memory_is_the_store_of_the_process() -> None:
    store = open_store("memory:")
    assert isinstance(store, MemoryStore)
    assert store.inline
    store.close()


@pytest.mark.parametrize(("address", "said"), REFUSED.items(), ids=list(REFUSED))
def test_an_address_of_no_known_form_is_refused_with_what_to_use(address: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said) as caught:
        open_store(address)
    assert "sqlite:///path" in str(caught.value)
    assert "secret-word" not in str(caught.value)


@pytest.mark.parametrize(
    ("address", "missing", "extra"),
    [("sqlite:///x.db", "sqlalchemy", "cli"), ("postgresql://host/name", "psycopg", "postgres")],
)
def test_a_missing_extra_is_named(address: str, missing: str, extra: str) -> None:
    program = f"""
import sys
sys.modules[{missing!r}] = None
from pegasus_classify.errors import SettingsError
from pegasus_classify.stores.opening import open_store
try:
    open_store({address!r})
except SettingsError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert f"pip install 'pegasus-classify[{extra}]'" in done.stdout
    assert done.stdout.count("\n") == 1
