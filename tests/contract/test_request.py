"""A canonical request: what it refuses to be, and its classes as they are asked."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from pegasus_classify.contract.request import ClassDefinition, ClassifyRequest, effective_classes

DOGS = ClassDefinition(name="Dogs", prompts=("Dog",))


@pytest.mark.parametrize(
    "wrong",
    [
        {"classes": ()},
        {"classes": (DOGS,), "video_ids": ()},
        {"classes": (DOGS,), "index_id": ""},
        {"classes": (DOGS,), "options": ()},
        {"classes": (DOGS,), "page_limit": 0},
        {"classes": (DOGS,), "page_limit": 51},
        {"classes": (DOGS,), "video_ids": ("v",), "index_id": "i"},
    ],
    ids=["no class", "no video", "no index", "no option", "pages of 0", "pages of 51", "videos and an index"],
)
def test_a_request_that_means_nothing_cannot_be_made(wrong):
    """Whoever builds a request in code is told at once what is wrong with it."""
    with pytest.raises(ValidationError):
        ClassifyRequest(**wrong)


def test_a_request_cannot_be_changed():
    """What was planned for a request stays true."""
    request = ClassifyRequest(classes=(DOGS,), video_ids=("v",))
    with pytest.raises(ValidationError):
        request.page_limit = 3


def test_classes_of_one_name_are_asked_as_one():
    """Prompts and options add up, each once; a class without options of its own takes the request's."""
    request = ClassifyRequest(
        classes=(
            DOGS,
            ClassDefinition(name="Cats", prompts=("Cat",)),
            ClassDefinition(name="Dogs", prompts=("Puppy", "Dog"), options=("conversation",)),
        ),
        options=("visual",),
        video_ids=("v",),
    )
    dogs, cats = effective_classes(request)
    assert (dogs.name, dogs.prompts, dogs.options) == ("Dogs", ("Dog", "Puppy"), ("visual", "conversation"))
    assert (cats.name, cats.prompts, cats.options) == ("Cats", ("Cat",), ("visual",))
