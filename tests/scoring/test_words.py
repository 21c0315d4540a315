"""The confidence words."""

from __future__ import annotations

import pytest

from pegasus_classify.scoring.words import confidence_word


@pytest.mark.parametrize(
    ("score", "word"),
    [
        (100, "high"),
        (83, "high"),
        (82.999, "medium"),
        (73, "medium"),
        (72.999, "low"),
        (40, "low"),
        (39.99, "extremely low"),
        (0, "extremely low"),
    ],
)
def test_the_word_follows_the_score_as_it_is_shown(score: float, word: str) -> None:
    assert confidence_word(score) == word


@pytest.mark.parametrize(
    ("score", "word"), [(58.02, "low"), (65.84, "low"), (72.45, "low"), (83.23, "high"), (87.4, "high")]
)
def test_the_words_agree_with_the_printed_answers_of_december_2022(score: float, word: str) -> None:
    assert confidence_word(score) == word
