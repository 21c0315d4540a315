"""Dividing classes over questions."""

from __future__ import annotations

import pytest

from pegasus_classify.errors import BadRequestError
from pegasus_classify.planning.class_ids import canonical_vocabulary
from pegasus_classify.planning.groups import divided, narrowed
from pegasus_classify.planning.wording import row_tokens


@pytest.fixture
def vehicles(asked):
    return canonical_vocabulary(asked({"Bus": ["coach"], "Car": ["sedan", "coupe", "kei car"], "Truck": ["semi"]}))


def test_classes_that_fit_together_stay_together(vehicles) -> None:
    assert divided(vehicles, row_tokens, row_tokens(vehicles)) == (vehicles,)


def test_one_token_less_makes_two_questions_with_the_same_ids(vehicles) -> None:
    parts = divided(vehicles, row_tokens, row_tokens(vehicles) - 1)
    assert len(parts) == 2
    assert {key: name for part in parts for key, name in part.class_ids.items()} == vehicles.class_ids
    assert {key: value for part in parts for key, value in part.prompt_ids.items()} == vehicles.prompt_ids


def test_a_class_too_big_for_a_question_is_divided_by_its_prompts(vehicles) -> None:
    car = narrowed(vehicles, [vehicles.classes[1]])
    parts = divided(car, row_tokens, row_tokens(car) - 1)
    assert [part.classes[0].prompts for part in parts] == [("coupe", "kei car"), ("sedan",)]
    assert [list(part.class_ids) for part in parts] == [["c2"], ["c2"]]
    assert [list(part.prompt_ids) for part in parts] == [["c2.p1", "c2.p2"], ["c2.p3"]]


def test_pieces_of_one_class_that_meet_again_are_one_class(asked) -> None:
    # Pieces are filled in order, 2 and 1; with something small beside them they may be packed otherwise.
    whole = canonical_vocabulary(asked({"A": ["x" * 30, "y" * 30, "z"], "B": ["q"]}))
    room = max(row_tokens(narrowed(whole, [each])) for each in whole.classes) - 1
    parts = divided(whole, row_tokens, room)
    assert all(row_tokens(part) <= room for part in parts)
    assert all(len({each.name for each in part.classes}) == len(part.classes) for part in parts)


def test_a_prompt_too_long_for_any_question_is_refused_by_the_name_of_its_class(vehicles) -> None:
    with pytest.raises(BadRequestError, match=r'classes.*"Car".*shorten'):
        divided(narrowed(vehicles, [vehicles.classes[1]]), row_tokens, 40)
