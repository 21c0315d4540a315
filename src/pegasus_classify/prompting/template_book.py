"""The one reader of prompt templates."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from jinja2 import (
    DictLoader,
    StrictUndefined,
    Template,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
    Undefined,
)
from jinja2.meta import find_referenced_templates
from jinja2.sandbox import ImmutableSandboxedEnvironment

from pegasus_classify.errors import SettingsError
from pegasus_classify.prompting.label_data import LabelText, as_json

__all__ = ["TemplateBook"]

_VERSIONED = re.compile(r"(?P<purpose>.+)\.v(?P<number>[1-9]\d*)\.j2")

_FAULTS = (TemplateError, ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What running a template of a user can raise."""


class TemplateBook:
    """Versioned templates by name. Immutable; safe from several threads.

    Args:
        texts: File name → text, such as `classify.v1.j2`; names without `.j2` are ignored. A folder of a user's own
            is laid over the packaged texts by whoever reads it.
    """

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = {name: _unix(text) for name, text in texts.items() if name.endswith(".j2")}
        self._hashes: dict[str, str] = {}

    def versions(self) -> tuple[str, ...]:
        """Return every version there is, such as `classify.v1`: by purpose, then by number."""
        matches = [match for name in self._texts if (match := _VERSIONED.fullmatch(name))]
        ordered = sorted(matches, key=lambda match: (match["purpose"], int(match["number"])))
        return tuple(match.string.removesuffix(".j2") for match in ordered)

    def source(self, version: str) -> str:
        """Return the text of a version's own file.

        Raises:
            SettingsError: There is no such version; the message lists those there are.
        """
        text = self._texts.get(f"{version}.j2")
        if text is None:
            raise SettingsError(f"prompt {version!r} is not known; there are: {', '.join(self.versions()) or 'none'}")
        return text

    def hash(self, version: str) -> str:
        """Return 16 hexadecimal digits that stand for a version's text and all texts it is built on.

        Raises:
            SettingsError: The version, or a text it is built on, is unknown or is no valid template.
        """
        kept = self._hashes.get(version)
        if kept is None:
            self.source(version)
            parts = [self._texts[name] for name in self._family(f"{version}.j2")]
            # Lengths keep apart texts that differ only in where one ends and the next begins.
            whole = "".join(f"{len(part)}:{part}" for part in parts)
            kept = self._hashes[version] = hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()[:16]
        return kept

    def render(self, version: str, values: Mapping[str, Any]) -> str:
        """Return the text of a version with values filled in, without blank space at its ends.

        Args:
            version: Such as `classify.v1`.
            values: What the template may name; anything else it names is an error.

        Raises:
            SettingsError: The version is unknown or its template fails; one line that says which and why.
        """
        self.source(version)
        try:
            return self._template(version).render(values).strip()
        except _FAULTS as error:
            raise _fault(version, error) from None

    def _template(self, version: str) -> Template:
        return self._environment.get_template(f"{version}.j2")

    @cached_property
    def _environment(self) -> ImmutableSandboxedEnvironment:
        environment = ImmutableSandboxedEnvironment(
            loader=DictLoader(self._texts),
            undefined=StrictUndefined,
            autoescape=False,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            finalize=_printable,
        )
        environment.filters["json"] = as_json
        return environment

    def _family(self, name: str) -> list[str]:
        """Return the names of a text and of all texts it is built on, each once, in the order of first mention."""
        family = [name]
        for member in family:
            try:
                mentioned = list(find_referenced_templates(self._environment.parse(self._texts[member])))
            except TemplateSyntaxError as error:
                raise _fault(name.removesuffix(".j2"), error) from None
            for other in mentioned:
                if other not in self._texts:
                    raise SettingsError(
                        f"prompt {name.removesuffix('.j2')!r} is built on {other!r}, which is not there"
                    )
                if other not in family:
                    family.append(other)
        return family


def _unix(text: str) -> str:
    """Return the text with one kind of line end, so that its hash is the same on every system."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _printable(value: Any) -> Any:
    if isinstance(value, LabelText) or not isinstance(value, (str, int, Undefined)):
        raise TypeError("text of a request is written through the json filter alone: {{ value | json }}")
    return value


def _fault(version: str, error: Exception) -> SettingsError:
    if isinstance(error, TemplateNotFound):
        return SettingsError(f"prompt {version!r} is built on {error.name!r}, which is not there")
    line = f" in line {error.lineno}" if isinstance(error, TemplateSyntaxError) else ""
    said = str(error).split("\n", maxsplit=1)[0]
    return SettingsError(f"prompt {version!r} cannot be used: {said}{line}")
