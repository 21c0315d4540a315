"""The wanted form as a schema."""

from __future__ import annotations

import jsonschema
import pytest

from pegasus_classify.contract.request import ClassifyRequest
from pegasus_classify.planning.class_ids import canonical_vocabulary
from pegasus_classify.prompting.answer_schema import answer_schema, response_format, segment_definitions
from pegasus_classify.prompting.schema_rules import refused_keywords

CLIP = {"start": 1.5, "end": 4, "prompt": "c2.p1", "option": "conversation", "confidence": 80}


@pytest.fixture
def vocabulary(golden_requests: dict[str, ClassifyRequest]):
    return canonical_vocabulary(golden_requests["nested_names"])


def answers(clip: dict[str, object], name: str = "c2") -> dict[str, object]:
    return {"classes": [{"class": name, "confidence": 80, "clips": [clip]}]}


def test_the_wanted_answer_fits_and_the_empty_one_too(vocabulary) -> None:
    schema = answer_schema(vocabulary)
    validator = jsonschema.Draft202012Validator(schema)
    assert validator.is_valid(answers(CLIP))
    assert validator.is_valid({"classes": []})


@pytest.mark.parametrize(
    "answer",
    [
        answers(CLIP, name="Truck"),
        answers({**CLIP, "prompt": "semi truck"}),
        answers({**CLIP, "option": "logo"}),
        answers({**CLIP, "confidence": 101}),
        answers({**CLIP, "confidence": 0.8}),
        answers({**CLIP, "start": "00:01"}),
        answers({key: value for key, value in CLIP.items() if key != "end"}),
        {},
    ],
)
def test_another_answer_does_not_fit(answer: dict[str, object], vocabulary) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(answer, answer_schema(vocabulary))


def test_the_platform_takes_it_and_its_first_property_is_required(golden_requests: dict[str, ClassifyRequest]) -> None:
    for request in golden_requests.values():
        schema = answer_schema(canonical_vocabulary(request))
        assert refused_keywords(schema) == []
        assert schema["required"][0] == next(iter(schema["properties"]))
        assert response_format(schema) == {"type": "json_schema", "json_schema": schema}


def test_segments_are_one_definition_per_class(golden_requests: dict[str, ClassifyRequest]) -> None:
    vocabulary = canonical_vocabulary(golden_requests["every_option"])
    described = {key: f"about {name}" for key, name in vocabulary.class_ids.items()}
    definitions = segment_definitions(vocabulary, described)
    assert [(each["id"], each["description"]) for each in definitions] == [
        ("c1", "about Brand named"),
        ("c2", "about Brand shown"),
        ("c3", "about Interview"),
    ]
    prompt, option, confidence = definitions[1]["fields"]
    assert (prompt["name"], prompt["enum"]) == ("prompt", ["c2.p1"])
    assert (option["name"], option["enum"]) == ("option", ["text_in_video", "logo"])
    assert (confidence["name"], confidence["type"]) == ("confidence", "integer")
    assert all(field["description"] for each in definitions for field in each["fields"])
