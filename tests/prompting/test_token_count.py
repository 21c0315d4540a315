"""Bounds on tokens."""

from __future__ import annotations

import pytest

from pegasus_classify.prompting.token_count import fits, likely, upper_bound


@pytest.mark.parametrize(
    ("text", "most"),
    [
        ("", 0),
        ("a", 1),
        ("prompt", 3),
        ("The prompt", 5),
        ("qzxvkj", 6),
        ("pst", 3),
        ("strengths", 9),
        ("ABC", 3),
        ("CamelCase", 5),
        ("2023", 4),
        ('{"a": 1}', 7),
        ("a\n\nb", 4),
        ("a   b", 4),
        ("猫", 3),
        ("🐈", 4),
        ("é", 2),
        ("\ud83d", 3),
    ],
)
def test_the_bound_counts_pieces(text: str, most: int) -> None:
    assert upper_bound(text) == most


@pytest.mark.parametrize(
    "text", ["The quick brown fox jumps over the lazy dog.", '{"id": "c1.p1", "text": "cat"}', "猫と犬がいる", ""]
)
def test_the_likely_number_is_under_the_bound_and_the_bound_under_the_bytes(text: str) -> None:
    assert likely(text) <= upper_bound(text) <= len(text.encode())


def test_plain_english_is_bounded_by_less_than_three_times_its_likely_number() -> None:
    text = "Watch and listen to the whole video, from its first second to its last. " * 10
    assert upper_bound(text) < 3 * likely(text)


def test_scripts_without_spaces_count_a_token_for_a_character() -> None:
    assert likely("猫と犬") == 3
    assert likely("abcd 猫") == 3


@pytest.mark.parametrize("limit", [0, 3, 4, 5, 9, 10, 11])
def test_fitting_is_comparing_with_the_bound(limit: int) -> None:
    assert fits("The prompt", limit) == (upper_bound("The prompt") <= limit)
