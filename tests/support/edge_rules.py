"""The rule that clock, environment, randomness, files, threads and sockets stay at the edges."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from layers import LAYERS, PURE_BELOW, READS_FILES
from sources import Module

__all__ = ["edges_in_pure_layers"]

_MODULES = frozenset(
    {
        "asyncio", "concurrent", "fcntl", "getpass", "glob", "multiprocessing", "os", "queue", "sched", "secrets",
        "select", "selectors", "shutil", "signal", "socket", "socketserver", "sqlite3", "ssl", "subprocess",
        "tempfile", "threading", "time", "uuid",
    }
)  # fmt: skip

_NAMES = {
    "random": frozenset({"Random"}),
    "sys": frozenset({"intern", "maxsize", "float_info", "maxunicode", "version_info"}),
}
"""Module → the names of it that touch no edge."""

_CALLS = frozenset({"open", "input", "print", "breakpoint"})

_NOW = frozenset({"now", "utcnow", "today"})

_PATH_METHODS = frozenset(
    {
        "exists", "expanduser", "glob", "is_dir", "is_file", "iterdir", "mkdir", "open", "read_bytes", "read_text",
        "resolve", "rglob", "stat", "touch", "unlink", "write_bytes", "write_text",
    }
)  # fmt: skip

_LOG_HANDLING = frozenset({"basicConfig", "addHandler", "StreamHandler", "FileHandler"})


def edges_in_pure_layers(modules: Mapping[str, Module]) -> Iterator[str]:
    """Complain about each use of an edge in the layers that do no IO."""
    for module in modules.values():
        number = LAYERS.get(module.top, (PURE_BELOW, 0))[0]
        if number < PURE_BELOW and module.name not in READS_FILES:
            for line, what in _edges(module):
                yield f"{module.name}:{line} touches {what}"


def _edges(module: Module) -> Iterator[tuple[int, str]]:
    for each in module.imports:
        wanted = _NAMES.get(each.target)
        if each.library in _MODULES or (wanted is not None and each.names and not wanted.issuperset(each.names)):
            yield each.line, each.target
    plain = {each.target for each in module.imports if each.target in _NAMES and not each.names}
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call):
            yield from _edge_of_call(node)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            owner = node.value.id
            if owner in plain and node.attr not in _NAMES[owner]:
                yield node.lineno, f"{owner}.{node.attr}"


def _edge_of_call(node: ast.Call) -> Iterator[tuple[int, str]]:
    called = node.func
    if isinstance(called, ast.Name):
        if called.id in _CALLS:
            yield node.lineno, f"{called.id}()"
        if called.id == "Random" and not node.args:
            yield node.lineno, "Random() without a seed"
    elif isinstance(called, ast.Attribute):
        owner = ast.unparse(called.value)
        if called.attr in _NOW and owner.rpartition(".")[2] in {"datetime", "date"}:
            yield node.lineno, f"{owner}.{called.attr}()"
        if called.attr in _PATH_METHODS | _LOG_HANDLING:
            yield node.lineno, f"{owner}.{called.attr}()"
        if called.attr == "Random" and not node.args:
            yield node.lineno, "Random() without a seed"
