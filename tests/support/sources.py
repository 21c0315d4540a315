"""Reads Python sources into modules and their imports, without running them."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from layers import PACKAGE

__all__ = ["Imported", "Module", "made_up", "modules_under"]


@dataclass(frozen=True)
class Imported:
    """One import as it stands in a source.

    Attributes:
        target: The full dotted name; of ours it starts with the package's name.
        names: What is taken out of it, empty for a plain `import`.
        line: Where, counted from 1.
        in_function: Whether it runs only when a function is called.
        for_types: Whether it never runs and only a type checker reads it.
    """

    target: str
    names: tuple[str, ...]
    line: int
    in_function: bool
    for_types: bool = False

    @property
    def library(self) -> str:
        return self.target.partition(".")[0]


@dataclass(frozen=True)
class Module:
    """A source and its dotted name below the package; the package itself has the empty name."""

    name: str
    text: str
    is_folder: bool = False

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @property
    def top(self) -> str:
        return self.name.partition(".")[0]

    @cached_property
    def imports(self) -> tuple[Imported, ...]:
        return tuple(_imports(self.tree, self))

    def ours(self, modules: Mapping[str, Module]) -> Iterator[tuple[str, Imported]]:
        """Go over the imports of our own modules, each with the name below the package."""
        for each in self.imports:
            if each.library != PACKAGE:
                continue
            below = each.target.partition(".")[2]
            parts = [f"{below}.{name}".lstrip(".") for name in each.names]
            inner = [part for part in parts if part in modules]
            for target in inner:
                yield target, each
            if len(inner) < max(1, len(parts)):
                yield below, each


def modules_under(folder: Path) -> dict[str, Module]:
    """Read every source under the package's folder, by name below the package."""
    found = {}
    for path in sorted(folder.rglob("*.py")):
        parts = list(path.relative_to(folder).with_suffix("").parts)
        is_folder = parts[-1] == "__init__"
        name = ".".join(parts[:-1] if is_folder else parts)
        found[name] = Module(name, path.read_text(encoding="utf-8"), is_folder)
    return found


def made_up(sources: Mapping[str, str]) -> dict[str, Module]:
    """Make modules out of texts, by name below the package."""
    return {name: Module(name, text) for name, text in sources.items()}


def _imports(node: ast.AST, module: Module, in_function: bool = False, for_types: bool = False) -> Iterator[Imported]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            for alias in child.names:
                yield Imported(alias.name, (), child.lineno, in_function, for_types)
        elif isinstance(child, ast.ImportFrom):
            names = tuple(alias.name for alias in child.names)
            yield Imported(_absolute(child, module), names, child.lineno, in_function, for_types)
        else:
            calls = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            types = isinstance(child, ast.If) and ast.unparse(child.test).endswith("TYPE_CHECKING")
            yield from _imports(child, module, in_function or calls, for_types or types)


def _absolute(node: ast.ImportFrom, module: Module) -> str:
    if not node.level:
        return node.module or ""
    own = [PACKAGE, *(part for part in module.name.split(".") if part)]
    folder = own if module.is_folder else own[:-1]
    start = folder[: len(folder) - node.level + 1]
    return ".".join([*start, *((node.module or "").split(".") if node.module else [])])
