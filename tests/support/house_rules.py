"""The house numbers and what every public name owes its reader, each a function from modules to complaints."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping

from sources import Module

__all__ = [
    "docstrings",
    "lists_of_names",
    "long_functions",
    "long_modules",
    "machine_paths",
    "many_branches",
    "many_parameters",
]

_LINES_PER_MODULE = 400
_LINES_PER_FUNCTION = 60
_BRANCHES = 15
_PARAMETERS = 6

_SIGNATURES_OF_OTHERS = (
    # Written as the old SDK wrote them, so that old calls fit.
    "client.classifier.Classifier.",
    "client.async_classifier.AsyncClassifier.",
    # The command line's parameters are its options.
    "cli.",
)

_Function = ast.FunctionDef | ast.AsyncFunctionDef

_MACHINE_PATH = re.compile(
    # Split, so that this file does not hold what it looks for.
    r"/(?:work|roo" r"t|Users|hom" r"e/[a-z]+)/[\w.-]|[A-Z]:\\\\?Users",
)


def long_modules(modules: Mapping[str, Module]) -> Iterator[str]:
    """Complain about a module of more than 400 lines."""
    for module in modules.values():
        lines = module.text.count("\n") + 1
        if lines > _LINES_PER_MODULE:
            yield f"{module.name}: {lines} lines, the ceiling is {_LINES_PER_MODULE}"


def long_functions(modules: Mapping[str, Module]) -> Iterator[str]:
    """Complain about a function of more than 60 lines of code, its docstring and blank lines left out."""
    for module in modules.values():
        for name, function in _functions(module):
            lines = _code_lines(function, module.text)
            if lines > _LINES_PER_FUNCTION:
                yield f"{name}: {lines} code lines, the ceiling is {_LINES_PER_FUNCTION}"


def many_branches(modules: Mapping[str, Module]) -> Iterator[str]:
    """Complain about a function with more than 15 branches; a table comes before that."""
    for module in modules.values():
        for name, function in _functions(module):
            count = sum(_branches(node) for node in _own_nodes(function))
            if count > _BRANCHES:
                yield f"{name}: {count} branches, the ceiling is {_BRANCHES}"


def many_parameters(modules: Mapping[str, Module]) -> Iterator[str]:
    """Complain about a function with more than six parameters beyond self; a frozen dataclass comes before that."""
    for module in modules.values():
        for name, function in _functions(module):
            count = len(_parameters(function))
            if count > _PARAMETERS and not name.startswith(_SIGNATURES_OF_OTHERS):
                yield f"{name}: {count} parameters, the ceiling is {_PARAMETERS}"


def lists_of_names(modules: Mapping[str, Module]) -> Iterator[str]:
    """Complain about a module without `__all__`, and where it and the module's public names differ."""
    for module in modules.values():
        listed = _listed(module)
        if listed is None:
            yield f"{module.name}: no __all__"
            continue
        if len(listed) != len(set(listed)):
            yield f"{module.name}: __all__ names something twice"
        defined = {node.name for node in module.tree.body if isinstance(node, ast.ClassDef | _Function)}
        for name in sorted(defined - set(listed)):
            if not name.startswith("_"):
                yield f"{module.name}: {name} is public and not in __all__"


def docstrings(modules: Mapping[str, Module]) -> Iterator[str]:
    """Complain about a module, public class, function or method that says nothing about itself."""
    for module in modules.values():
        if not ast.get_docstring(module.tree):
            yield f"{module.name}: no docstring"
        yield from _undescribed(module.tree.body, module.name)


def machine_paths(texts: Mapping[str, str]) -> Iterator[str]:
    """Complain about text that names a place on somebody's machine."""
    for name, text in texts.items():
        for number, line in enumerate(text.splitlines(), 1):
            if found := _MACHINE_PATH.search(line):
                yield f"{name}:{number} holds {found.group()!r}"


def _functions(module: Module) -> Iterator[tuple[str, _Function]]:
    def walk(nodes: list[ast.stmt], above: str) -> Iterator[tuple[str, _Function]]:
        for node in nodes:
            if isinstance(node, ast.ClassDef | _Function):
                name = f"{above}.{node.name}"
                if isinstance(node, _Function):
                    yield name, node
                yield from walk(node.body, name)

    yield from walk(module.tree.body, module.name)


def _own_nodes(function: _Function) -> Iterator[ast.AST]:
    waiting: list[ast.AST] = list(ast.iter_child_nodes(function))
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, _Function | ast.ClassDef):
            waiting.extend(ast.iter_child_nodes(node))


def _branches(node: ast.AST) -> int:
    if isinstance(node, ast.If | ast.IfExp | ast.For | ast.AsyncFor | ast.While | ast.ExceptHandler):
        return 1
    return len(node.cases) if isinstance(node, ast.Match) else 0


def _parameters(function: _Function) -> list[str]:
    given = function.args
    names = [each.arg for each in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
    return names[1:] if names[:1] in (["self"], ["cls"]) else names


def _code_lines(function: _Function, text: str) -> int:
    start, end = function.lineno, function.end_lineno or function.lineno
    first = function.body[0]
    skipped = range(0)
    if ast.get_docstring(function) is not None:
        skipped = range(first.lineno, (first.end_lineno or first.lineno) + 1)
    lines = text.splitlines()
    return sum(1 for number in range(start, end + 1) if number not in skipped and lines[number - 1].strip())


def _listed(module: Module) -> tuple[str, ...] | None:
    for node in module.tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if any(isinstance(target, ast.Name) and target.id == "__all__" for target in targets):
            value = getattr(node, "value", None)
            return tuple(ast.literal_eval(value)) if value is not None else ()
    return None


def _undescribed(nodes: list[ast.stmt], above: str) -> Iterator[str]:
    for node in nodes:
        if not isinstance(node, ast.ClassDef | _Function) or node.name.startswith("_"):
            continue
        is_overload = any(
            "overload" in ast.unparse(each) or ".setter" in ast.unparse(each) for each in node.decorator_list
        )
        if not ast.get_docstring(node) and not is_overload:
            yield f"{above}.{node.name}: no docstring"
        if isinstance(node, ast.ClassDef):
            yield from _undescribed(node.body, f"{above}.{node.name}")
