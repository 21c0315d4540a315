"""The wanted form of an answer, in the subset of JSON Schema that the platform takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pegasus_classify.contract.vocabulary import Vocabulary
from pegasus_classify.prompting.render import options_in_use

__all__ = ["answer_schema", "response_format", "segment_definitions"]

_CONFIDENCE = {"type": "integer", "minimum": 0, "maximum": 100}


def answer_schema(vocabulary: Vocabulary) -> dict[str, Any]:
    """Return the schema of `{"classes": [{"class", "confidence", "clips": [...]}]}` for the ids of a vocabulary.

    Only integers can be bounded, so confidence is one. Times are called `start` and `end`: the platform rewrites
    values named `start_time` and `end_time`. Every property is required, since optional ones come back as `""` or
    `":"`.
    """
    clip = _object(
        {
            "start": {"type": "number"},
            "end": {"type": "number"},
            "prompt": {"type": "string", "enum": list(vocabulary.prompt_ids)},
            "option": {"type": "string", "enum": options_in_use(vocabulary)},
            "confidence": dict(_CONFIDENCE),
        }
    )
    found = _object(
        {
            "class": {"type": "string", "enum": list(vocabulary.class_ids)},
            "confidence": dict(_CONFIDENCE),
            "clips": {"type": "array", "items": clip},
        }
    )
    return _object({"classes": {"type": "array", "items": found}})


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}


def response_format(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return a schema as the platform takes it beside a prompt."""
    return {"type": "json_schema", "json_schema": dict(schema)}


def segment_definitions(vocabulary: Vocabulary, descriptions: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return one segment definition per class, so that classes may overlap in time.

    Args:
        vocabulary: Classes and prompts with their ids; the platform takes 1 to 20 definitions.
        descriptions: Class id → description, as `render_segment` makes them.
    """
    return [
        {"id": class_id, "description": descriptions[class_id], "fields": _fields(vocabulary, name)}
        for class_id, name in vocabulary.class_ids.items()
    ]


def _fields(vocabulary: Vocabulary, name: str) -> list[dict[str, Any]]:
    prompts = [prompt_id for prompt_id, (owner, _) in vocabulary.prompt_ids.items() if owner == name]
    options = next(each.options for each in vocabulary.classes if each.name == name)
    return [
        {"name": "prompt", "type": "string", "enum": prompts, "description": "Id of the prompt that fits."},
        {"name": "option", "type": "string", "enum": list(options), "description": "The kind of evidence."},
        {"name": "confidence", "type": "integer", "description": "0 to 100, as described above."},
    ]
