"""The stand-in reads prompts by form, not by template: any wording that names words and ids is understood."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pegasus_classify.emulator.mentions import Vocabulary
from pegasus_classify.emulator.prompt_search import PromptSearch

CASES = json.loads((Path(__file__).parent / "cases" / "templates.json").read_text(encoding="utf-8"))
WORDS = ("SUV", "Truck", "Pickup Truck", "Dog", "Cat", "Bear", "Women's Fashion", "Men's Fashion")
SEARCH = PromptSearch(Vocabulary(WORDS))


@pytest.mark.parametrize("case", [pytest.param(case, id=case["name"]) for case in CASES])
def test_words_are_found_with_the_ids_beside_them(case):
    """Class id, phrase id, phrase and modalities of every mention, in the prompt's order."""
    found = [
        [
            mention.class_id,
            mention.prompt_id,
            *sorted(mention.phrases),
            sorted(mention.modalities) if mention.modalities else None,
        ]
        for mention in SEARCH.mentions(case["text"])
    ]
    assert found == case["expect"]


def test_a_prompt_is_searched_once():
    """The same text gives the same object; the oldest text is forgotten first."""
    search = PromptSearch(Vocabulary(WORDS), keep=2)
    first = search.mentions("c1: SUV")
    search.mentions("c1: Dog")
    assert search.mentions("c1: SUV") is first
    search.mentions("c1: Cat")
    assert search.mentions("c1: SUV") is first
    search.mentions("c1: Truck")
    search.mentions("c1: Bear")
    assert search.mentions("c1: SUV") is not first


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Pets:\n- Dog\n- Cat", [("Pets", "Dog"), ("Pets", "Cat")]),
        ("## Pets\n- Dog", [("Pets", "Dog")]),
        ("Choose one of these labels:\n1. Dog", [(None, "Dog")]),
        ("Wild animals: Bear, Dog", [("Wild animals", "Bear"), ("Wild animals", "Dog")]),
        ('[{"name": "Pets", "prompts": ["Dog"]}]', [("Pets", "Dog")]),
    ],
)
def test_without_ids_a_heading_names_the_class(text, expected):
    """A list belongs to the class its heading names, unless the heading only introduces it."""
    assert [(mention.class_words, mention.words) for mention in SEARCH.mentions(text)] == expected


def test_an_empty_vocabulary_finds_nothing():
    """A library without annotations asks for nothing."""
    assert PromptSearch(Vocabulary(())).mentions("c1: SUV") == ()
