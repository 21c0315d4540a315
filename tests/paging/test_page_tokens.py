"""Tokens that name a page."""

from __future__ import annotations

import uuid
from urllib.parse import quote

import pytest

from pegasus_classify.paging.page_tokens import (
    TOKEN_LIFETIME,
    expires_at,
    is_well_formed,
    new_snapshot_id,
    page_token_expired,
    page_token_invalid,
    token,
)

SNAPSHOT = "1bf2f1c7-2d13-4a3e-9a43-2d0d3f0a9c11"


@pytest.mark.parametrize("random_bytes", [bytes(16), b"\xff" * 16, bytes(range(16))])
def test_a_snapshot_id_is_a_random_uuid_made_from_the_bytes_given(random_bytes: bytes) -> None:
    assert new_snapshot_id(random_bytes) == str(uuid.UUID(bytes=random_bytes, version=4))


@pytest.mark.parametrize("count", [0, 15, 17])
def test_a_snapshot_id_needs_sixteen_bytes(count: int) -> None:
    with pytest.raises(ValueError, match=f"not {count}"):
        new_snapshot_id(bytes(count))


@pytest.mark.parametrize("number", [0, 1, 10, 123456])
def test_a_token_is_well_formed_and_needs_no_escaping_in_a_path(number: int) -> None:
    made = token(SNAPSHOT, number)
    assert made == f"{SNAPSHOT}-{number}"
    assert is_well_formed(made)
    assert quote(made, safe="") == made


@pytest.mark.parametrize(
    "text",
    [
        "",
        "bulk",
        SNAPSHOT,
        f"{SNAPSHOT}-",
        f"{SNAPSHOT}-01",
        f"{SNAPSHOT}--1",
        f"{SNAPSHOT}-1\n",
        f"{SNAPSHOT}-1/../x",
        f"{SNAPSHOT}-\u0661",
        f"{SNAPSHOT.upper()}-1",
        f" {SNAPSHOT}-1",
        f"{SNAPSHOT}-1234567890",
        "846670",
    ],
)
def test_nothing_else_is_well_formed(text: str) -> None:
    assert not is_well_formed(text)


@pytest.mark.parametrize(
    ("now", "shown"),
    [
        (0, "1970-01-01T00:05:00Z"),
        (1_697_180_400.0, "2023-10-13T07:05:00Z"),
        (1_697_180_400.999, "2023-10-13T07:05:00Z"),
    ],
)
def test_a_token_expires_three_hundred_seconds_later_in_whole_seconds(now: float, shown: str) -> None:
    assert TOKEN_LIFETIME == 300
    assert expires_at(now) == shown


def test_an_unknown_and_an_expired_token_are_refused_under_their_own_codes() -> None:
    invalid, expired = page_token_invalid("abc"), page_token_expired("abc")
    assert (invalid.status_code, invalid.code) == (400, "classify_page_token_invalid")
    assert (expired.status_code, expired.code) == (400, "classify_page_token_expired")
    assert invalid.message == expired.message
    assert invalid.message == (
        "The token that identifies the page to be retrieved is expired or invalid. "
        "You must make a new classify request. Token: abc."
    )


def test_a_very_long_token_is_shown_shortened() -> None:
    assert page_token_invalid("x" * 10_000).message.endswith(f"Token: {'x' * 77}....")
    assert page_token_invalid("x" * 80).message.endswith(f"Token: {'x' * 80}.")
