"""Pages held in the process stay within bounds."""

from __future__ import annotations

from pegasus_classify.stores.page_cache import PageCache
from pegasus_classify.stores.protocol import ExpiredPage


def test_the_page_not_read_for_longest_goes_first() -> None:
    cache = PageCache(most=3 * 1300)
    for token in ("a", "b", "c"):
        cache.put("owner", token, "x" * 1000, 300.0)
    cache.get("owner", "a", 0.0)
    cache.put("owner", "d", "x" * 1000, 300.0)
    held = [token for token in ("a", "b", "c", "d") if cache.get("owner", token, 0.0) is not None]
    assert held == ["a", "c", "d"]


def test_a_page_put_again_counts_once() -> None:
    cache = PageCache(most=2 * 1300)
    for _ in range(5):
        cache.put("owner", "a", "x" * 1000, 300.0)
    cache.put("owner", "b", "x" * 1000, 300.0)
    assert cache.get("owner", "a", 0.0) is not None
    assert cache.get("owner", "b", 0.0) is not None


def test_a_page_larger_than_the_cache_is_not_held_and_drives_nothing_out() -> None:
    cache = PageCache(most=2000)
    cache.put("owner", "a", "x" * 1000, 300.0)
    cache.put("owner", "b", "x" * 5000, 300.0)
    assert cache.get("owner", "a", 0.0) is not None
    assert cache.get("owner", "b", 0.0) is None


def test_an_expired_page_is_known_as_such_for_a_while() -> None:
    cache = PageCache()
    cache.put("owner", "a", "x", 300.0)
    assert cache.get("owner", "a", 299.9) == "x"
    assert isinstance(cache.get("owner", "a", 300.0), ExpiredPage)
    assert cache.get("owner", "a", 900.0) is None
