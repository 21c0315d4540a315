"""The rules about imports, each a function from modules to complaints."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping

from layers import (
    APART,
    FOR_TYPES_ONLY,
    FORBIDDEN_FILE_NAMES,
    LAYERS,
    LIBRARIES,
    LOADED_LATE,
    MAY_IMPORT_THE_APART,
    OPTIONAL,
    PACKAGE,
    STRANGERS,
)
from sources import Imported, Module

__all__ = [
    "cycles",
    "file_names",
    "imports_inside_functions",
    "libraries",
    "strangers",
    "unknown_places",
    "wrong_arrows",
]

Modules = Mapping[str, Module]


def _stands_in(name: str, places: tuple[str, ...]) -> bool:
    return any(name == place or name.startswith(f"{place}.") for place in places)


def unknown_places(modules: Modules) -> Iterator[str]:
    """Complain about a folder or file that has no number."""
    for top in sorted({module.top for module in modules.values()}):
        if top not in LAYERS and top not in APART:
            yield f"{top} has no place among the layers"


def wrong_arrows(modules: Modules) -> Iterator[str]:
    """Complain about each import that does not point to a lower number."""
    for module in modules.values():
        for target, imported in module.ours(modules):
            if reason := _wrong(module, target):
                yield f"{module.name}:{imported.line} imports {target or PACKAGE}: {reason}"


def _wrong(module: Module, target: str) -> str:
    top = target.partition(".")[0]
    if top == module.top:
        return ""
    if module.top in APART:
        return "it stands apart and imports nothing of ours"
    if top in APART:
        return "" if module.top in MAY_IMPORT_THE_APART else "only testing and cli import what stands apart"
    if LAYERS.get(top, (0, 0)) < LAYERS.get(module.top, (99, 0)):
        return ""
    return "an import points to a lower number"


def cycles(modules: Modules) -> Iterator[str]:
    """Complain once about each set of modules that import each other in a ring."""
    arrows = {name: {to for to, _ in module.ours(modules)} & set(modules) for name, module in modules.items()}
    for ring in _rings(arrows):
        yield "ring: " + " -> ".join(name or PACKAGE for name in ring)


def _rings(arrows: Mapping[str, set[str]]) -> Iterator[tuple[str, ...]]:
    done: set[str] = set()
    for start in arrows:
        path: list[str] = []
        stack = [(start, iter(sorted(arrows[start])))] if start not in done else []
        path.extend(name for name, _ in stack)
        while stack:
            following = next(stack[-1][1], None)
            if following is None:
                done.add(stack.pop()[0])
                path.pop()
            elif following in path:
                yield (*path[path.index(following) :], following)
            elif following not in done:
                stack.append((following, iter(sorted(arrows[following]))))
                path.append(following)


def imports_inside_functions(modules: Modules) -> Iterator[str]:
    """Complain about imports inside functions, unless an extra is needed for what they bring, or they are listed."""
    for module in modules.values():
        if module.name == "":
            # The package's face loads each name when it is first used, so that importing it stays cheap.
            continue
        for each in module.imports:
            if each.in_function and not _needs_extra(each, module, modules):
                yield f"{module.name}:{each.line} imports {each.target} inside a function"


def _needs_extra(imported: Imported, module: Module, modules: Modules) -> bool:
    if imported.library in OPTIONAL:
        return True
    ours = [target for target, each in module.ours(modules) if each is imported]
    return bool(ours) and all(target in LOADED_LATE or _reaches_extra(target, modules, set()) for target in ours)


def _reaches_extra(name: str, modules: Modules, seen: set[str]) -> bool:
    if name in seen or name not in modules:
        return False
    seen.add(name)
    at_top = [each for each in modules[name].imports if not each.in_function]
    further = [target for target, each in modules[name].ours(modules) if not each.in_function]
    return any(each.library in OPTIONAL for each in at_top) or any(
        _reaches_extra(target, modules, seen) for target in further
    )


def libraries(modules: Modules) -> Iterator[str]:
    """Complain about a library outside the places that may use it."""
    for module in modules.values():
        for each in module.imports:
            if each.library in sys.stdlib_module_names or each.library == PACKAGE:
                continue
            if each.for_types and each.library in FOR_TYPES_ONLY:
                continue
            if not _stands_in(module.name, LIBRARIES.get(each.library, ())):
                yield f"{module.name}:{each.line} may not import {each.library}"


def strangers(modules: Modules) -> Iterator[str]:
    """Complain about an import of what a folder must not know."""
    for module in modules.values():
        for target, each in module.ours(modules):
            if _stands_in(target, STRANGERS.get(module.top, ())):
                yield f"{module.name}:{each.line} must not know {target}"


def file_names(modules: Modules) -> Iterator[str]:
    """Complain about file names that say nothing."""
    for name in modules:
        if FORBIDDEN_FILE_NAMES & set(name.split(".")):
            yield f"{name}: the name says nothing about what is inside"
