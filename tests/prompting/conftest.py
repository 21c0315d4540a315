"""The packaged templates, and requests whose prompts are kept as golden files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pegasus_classify.contract.request import ClassifyRequest
from pegasus_classify.package_files import packaged_prompts
from pegasus_classify.prompting.template_book import TemplateBook

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture(scope="session")
def book() -> TemplateBook:
    return TemplateBook(packaged_prompts())


@pytest.fixture(scope="session")
def golden_requests() -> dict[str, ClassifyRequest]:
    bodies = json.loads((GOLDEN / "requests.json").read_text(encoding="utf-8"))
    return {name: ClassifyRequest.model_validate_json(json.dumps(body)) for name, body in bodies.items()}
