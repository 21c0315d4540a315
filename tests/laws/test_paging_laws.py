"""What holds for the pages of any answer."""

from __future__ import annotations

from urllib.parse import quote

from hypothesis import given
from hypothesis import strategies as st

from pegasus_classify.paging.page_tokens import is_well_formed, new_snapshot_id
from pegasus_classify.paging.pages import PageCut, cut

answers = st.lists(st.integers(), max_size=120)
limits = st.integers(min_value=1, max_value=50)
snapshots = st.binary(min_size=16, max_size=16).map(new_snapshot_id)


def _pages(items: list[int], limit: int, snapshot: str) -> list[PageCut[int]]:
    return cut(items, limit, snapshot, "2023-10-13T07:05:00Z")


@given(answers, limits, snapshots)
def test_joined_pages_equal_the_unpaged_answer(items: list[int], limit: int, snapshot: str) -> None:
    pages = _pages(items, limit, snapshot)
    assert [item for page in pages for item in page.items] == items
    assert all(len(page.items) == limit for page in pages[:-1])
    assert len(pages[-1].items) <= limit


@given(answers, limits, snapshots)
def test_following_the_tokens_forward_visits_every_page_and_backward_returns(
    items: list[int], limit: int, snapshot: str
) -> None:
    pages = _pages(items, limit, snapshot)
    by_token = {page.token: page for page in pages}
    assert len(by_token) == len(pages)
    walked = [pages[0]]
    while walked[-1].info.next_token:
        walked.append(by_token[walked[-1].info.next_token])
    assert walked == pages
    back = [walked[-1]]
    while back[-1].info.prev_token:
        back.append(by_token[back[-1].info.prev_token])
    assert back[::-1] == pages


@given(answers, limits, snapshots)
def test_every_page_tells_the_same_total_and_expiry(items: list[int], limit: int, snapshot: str) -> None:
    infos = [page.info for page in _pages(items, limit, snapshot)]
    assert {(info.limit, info.total) for info in infos} == {(limit if items else 0, len(items))}
    assert len({info.expires_at for info in infos}) == 1


@given(answers, limits, snapshots)
def test_every_token_is_well_formed_and_needs_no_escaping(items: list[int], limit: int, snapshot: str) -> None:
    for page in _pages(items, limit, snapshot):
        assert page.token is None or (is_well_formed(page.token) and quote(page.token, safe="") == page.token)
