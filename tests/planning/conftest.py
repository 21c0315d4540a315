"""What the tests of planning start from: the packaged templates and small requests."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pegasus_classify.contract.asks import Video, VideoSource
from pegasus_classify.contract.request import ClassDefinition, ClassifyRequest
from pegasus_classify.package_files import packaged_prompts
from pegasus_classify.prompting.template_book import TemplateBook


@pytest.fixture(scope="session")
def book() -> TemplateBook:
    return TemplateBook(packaged_prompts())


@pytest.fixture(scope="session")
def texts() -> dict[str, str]:
    """The packaged templates by file name, to lay a template of a test's own over them."""
    return packaged_prompts()


@pytest.fixture(scope="session")
def asked() -> Callable[..., ClassifyRequest]:
    """Make a request from classes given as name → prompts."""

    def make(classes: dict[str, list[str]], **fields: object) -> ClassifyRequest:
        definitions = tuple(ClassDefinition(name=name, prompts=tuple(prompts)) for name, prompts in classes.items())
        return ClassifyRequest.model_validate({"classes": definitions, "video_ids": ("v",), **fields})

    return make


@pytest.fixture(scope="session")
def video() -> Callable[[float], Video]:
    """Make a video of so many seconds."""
    return lambda seconds: Video("v", VideoSource("asset_id", "a"), seconds)
