"""Pages from the packaged templates."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from jinja2 import Environment, FunctionLoader, StrictUndefined

from pegasus_classify.package_files import read_package_file

__all__ = ["Filters", "filled", "template_text"]

Filters: TypeAlias = "dict[str, Callable[..., Any]]"
"""What a template calls, by name."""


def template_text(name: str) -> str:
    """Return a packaged template, style sheet or script as text."""
    return read_package_file("report", "templates", name)


def filled(name: str, filters: Filters, **values: Any) -> str:
    """Return a template with its values, every one of them escaped for HTML; one that is missing is an error.

    Args:
        name: The template's.
        filters: What it calls by name.
        **values: What it shows.
    """
    environment = Environment(
        loader=FunctionLoader(template_text),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(filters)
    return environment.get_template(name).render(**values)
