"""The house numbers hold, every public name is described, and nothing names a place on somebody's machine."""

from __future__ import annotations

from pathlib import Path

import pytest
from house_rules import (
    docstrings,
    lists_of_names,
    long_functions,
    long_modules,
    machine_paths,
    many_branches,
    many_parameters,
)
from sources import made_up, modules_under

import pegasus_classify

MODULES = modules_under(Path(pegasus_classify.__file__).parent)
PROJECT = Path(__file__).resolve().parents[1]
TEXTS = ("*.md", "*.toml", "Makefile", "LICENSE", ".ci/*", "src/**/*", "prompts/*", "tests/**/*")

RULES = {
    "a module has at most 400 lines": long_modules,
    "a function has at most 60 code lines": long_functions,
    "a function has at most 15 branches": many_branches,
    "a function has at most six parameters": many_parameters,
    "every module lists its public names": lists_of_names,
    "every public name is described": docstrings,
}


def project_texts() -> dict[str, str]:
    """Every text of the project, by its path from the top."""
    paths = {path for pattern in TEXTS for path in PROJECT.glob(pattern) if path.is_file()}
    found = {}
    for path in sorted(paths):
        if "__pycache__" not in path.parts:
            found[str(path.relative_to(PROJECT))] = path.read_text(encoding="utf-8", errors="replace")
    return found


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
def test_the_package_obeys(rule):
    """Every rule holds for the package as it is; the message lists every place that breaks it."""
    assert "\n".join(rule(MODULES)) == ""


def test_no_text_names_a_place_on_a_machine():
    """Nothing in the project depends on, or tells about, the machine it was written on."""
    texts = project_texts()
    assert "pyproject.toml" in texts
    assert "\n".join(machine_paths(texts)) == ""


_HEAD = '"""Says what it is."""\n__all__ = ["f"]\n'


def function(lines: int = 1, parameters: str = "", docstring: str = '    """Do it."""') -> str:
    """A module with one function."""
    return "\n".join([_HEAD, f"def f({parameters}):", docstring, *["    x = 1"] * lines])


FINE = {
    "a short module": _HEAD + "f = 1",
    "a function of 59 lines and its head": function(59),
    "a long docstring": function(50, docstring='    """Do it.\n' + "\n".join(["    More."] * 40) + '\n    """'),
    "six parameters and self": _HEAD + "class _A:\n    def g(self, a, b, c, d, e, *, h): return 1\n\nf = _A",
    "a private name without docstring": _HEAD + "def _g():\n    return 1\n\nf = _g",
    "fifteen branches": function(0) + "\n" + "    if x: y\n" * 15,
    "branches of an inner function": function(0)
    + "\n"
    + "    if x: y\n" * 10
    + "    def g():\n"
    + "        if x: y\n" * 10,
}

BROKEN = {
    "401 lines": (long_modules, "\n" * 400),
    "a function of 60 lines and its head": (long_functions, function(60)),
    "a long method": (long_functions, "class A:\n  def f(self):\n" + "    x = 1\n" * 60),
    "a long inner function": (long_functions, "def f():\n  def g():\n" + "    x = 1\n" * 60),
    "sixteen branches": (many_branches, function(0) + "\n" + "    if x: y\n" * 16),
    "sixteen cases": (many_branches, function(0) + "\n    match x:\n" + "        case 1: y\n" * 16),
    "seven parameters": (many_parameters, function(parameters="a, b, c, d, e, f, g")),
    "seven by keyword": (many_parameters, function(parameters="*, a, b, c, d, e, f, g")),
    "no list of names": (lists_of_names, "x = 1"),
    "a name listed twice": (lists_of_names, '__all__ = ["b", "b"]'),
    "a name that is left out": (lists_of_names, "__all__ = []\ndef f(): pass"),
    "a module that says nothing": (docstrings, "x = 1"),
    "a class that says nothing": (docstrings, '"""It."""\nclass A: pass'),
    "a method that says nothing": (docstrings, '"""It."""\nclass A:\n  """It."""\n  def f(self): pass'),
}


@pytest.mark.parametrize("text", FINE.values(), ids=list(FINE))
def test_no_rule_complains_about(text):
    """What the house allows passes every rule."""
    modules = made_up({"legacy.made_up": text})
    assert [complaint for rule in RULES.values() for complaint in rule(modules)] == []


@pytest.mark.parametrize(("rule", "text"), BROKEN.values(), ids=list(BROKEN))
def test_a_rule_complains_about(rule, text):
    """A made-up source that breaks a rule is found by that rule."""
    assert list(rule(made_up({"legacy.made_up": text})))


def test_signatures_of_others_may_be_long():
    """The old SDK's methods have more than six parameters, and ours must take them all."""
    text = _HEAD + "class Classifier:\n    def videos(self, a, b, c, d, e, f, g): return 1\n"
    assert list(many_parameters(made_up({"client.classifier": text}))) == []
    assert list(many_parameters(made_up({"client.account": text})))


@pytest.mark.parametrize("place", ["/ro" + "ot/x", "/wor" + "k/main", "/hom" + "e/anna/code", "/User" + "s/anna/code"])
def test_a_place_on_a_machine_is_found(place):
    """A path into somebody's home or into a build machine is found wherever it stands."""
    assert len(list(machine_paths({"README.md": f"First line.\nSee {place}."}))) == 1


def test_a_path_inside_the_project_is_no_place_on_a_machine():
    """Paths of an API, of the project and of the system's own folders are nobody's."""
    text = "POST /v1.2/classify, tests/support, /usr/bin/env, https://example.com/workers"
    assert list(machine_paths({"README.md": text})) == []
