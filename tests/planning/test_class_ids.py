"""Ids of classes and prompts."""

from __future__ import annotations

import pytest

from pegasus_classify.contract.request import ClassDefinition, ClassifyRequest
from pegasus_classify.planning.class_ids import canonical_vocabulary, id_letters


def test_ids_follow_the_order_of_names_and_of_prompts(asked) -> None:
    vocabulary = canonical_vocabulary(asked({"Truck": ["semi", "delivery"], "Car": ["sedan"]}))
    assert vocabulary.class_ids == {"c1": "Car", "c2": "Truck"}
    assert vocabulary.prompt_ids == {
        "c1.p1": ("Car", "sedan"),
        "c2.p1": ("Truck", "delivery"),
        "c2.p2": ("Truck", "semi"),
    }
    assert [(each.name, each.prompts) for each in vocabulary.classes] == [
        ("Car", ("sedan",)),
        ("Truck", ("delivery", "semi")),
    ]


def test_two_classes_of_one_name_are_one() -> None:
    lion = ClassDefinition(name="Wild", prompts=("Lion",))
    more = ClassDefinition(name="Wild", prompts=("Bear", "Lion"))
    vocabulary = canonical_vocabulary(ClassifyRequest(classes=(lion, more)))
    assert vocabulary.class_ids == {"c1": "Wild"}
    assert list(vocabulary.prompt_ids.values()) == [("Wild", "Bear"), ("Wild", "Lion")]


@pytest.mark.parametrize(
    ("texts", "letters"),
    [
        (["Truck", "c", "p", "c.p", "version c"], ("c", "p")),
        (["Citroën C4"], ("k", "p")),
        (["C 4"], ("k", "p")),
        (["C-4"], ("k", "p")),
        (["plastic explosive (c4)"], ("k", "p")),
        (["Ｃ４"], ("k", "p")),
        (["c12s"], ("k", "p")),
        (["P1 sign"], ("c", "w")),
        (["c1.p1"], ("k", "w")),
        (["C1 K2 Q3 X4 Z5 V6"], ("cc", "p")),
        (["mp3"], ("c", "p")),
        (["2001"], ("c", "p")),
    ],
)
def test_letters_avoid_words_of_the_request(texts: list[str], letters: tuple[str, str]) -> None:
    assert id_letters(texts) == letters
