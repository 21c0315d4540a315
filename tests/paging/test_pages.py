"""An answer cut into pages."""

from __future__ import annotations

import pytest

from pegasus_classify.contract.pages import PageInfo
from pegasus_classify.paging.pages import PageCut, cut

SNAPSHOT = "1bf2f1c7-2d13-4a3e-9a43-2d0d3f0a9c11"
EXPIRES = "2023-10-13T07:05:00Z"


def test_an_answer_without_videos_has_the_recorded_empty_shape() -> None:
    assert cut([], 10, SNAPSHOT, EXPIRES) == [PageCut(None, (), PageInfo(limit=0, total=0, expires_at=""))]


@pytest.mark.parametrize("count", [1, 9, 10])
def test_an_answer_that_fits_a_page_has_two_empty_tokens(count: int) -> None:
    (page,) = cut(list(range(count)), 10, SNAPSHOT, EXPIRES)
    assert page == PageCut(None, tuple(range(count)), PageInfo(10, count, EXPIRES, next_token="", prev_token=""))


def test_every_page_names_its_neighbours_and_the_missing_ones_are_empty() -> None:
    pages = cut(["a", "b", "c", "d", "e"], 2, SNAPSHOT, EXPIRES)
    assert [page.items for page in pages] == [("a", "b"), ("c", "d"), ("e",)]
    first, second, third = (f"{SNAPSHOT}-{number}" for number in range(3))
    assert [page.token for page in pages] == [first, second, third]
    assert [(page.info.prev_token, page.info.next_token) for page in pages] == [
        ("", second),
        (first, third),
        (second, ""),
    ]
    assert {(page.info.limit, page.info.total, page.info.expires_at) for page in pages} == {(2, 5, EXPIRES)}


def test_a_page_of_no_videos_is_refused() -> None:
    with pytest.raises(ValueError, match="not 0"):
        cut([1], 0, SNAPSHOT, EXPIRES)
