"""The layers hold: who imports whom, who may use which library, and where the edges are."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from edge_rules import edges_in_pure_layers
from layer_rules import (
    cycles,
    file_names,
    imports_inside_functions,
    libraries,
    strangers,
    unknown_places,
    wrong_arrows,
)
from layers import LAYERS, PURE_BELOW, READS_FILES
from sources import made_up, modules_under

import pegasus_classify

MODULES = modules_under(Path(pegasus_classify.__file__).parent)

RULES = {
    "every folder and file has a number": unknown_places,
    "imports point to a lower number": wrong_arrows,
    "no modules import each other in a ring": cycles,
    "imports inside functions are for extras only": imports_inside_functions,
    "each library is used in its places only": libraries,
    "no folder knows what it must not know": strangers,
    "the layers without IO touch no edge": edges_in_pure_layers,
    "no file name says nothing": file_names,
}


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
def test_the_package_obeys(rule):
    """Every rule holds for the package as it is; the message lists every place that breaks it."""
    assert "\n".join(rule(MODULES)) == ""


def test_the_rules_see_the_whole_package():
    """The reader finds modules and their imports; otherwise every rule would hold for nothing."""
    assert {"", "errors", "contract.request", "cli.main"} <= set(MODULES)
    assert sum(len(list(module.ours(MODULES))) for module in MODULES.values()) > 30


def test_every_layer_without_io_must_be_covered_whole():
    """The list by which `make coverage` asks for every branch names exactly the layers that do no IO."""
    makefile = (Path(__file__).resolve().parents[1] / "Makefile").read_text(encoding="utf-8")
    listed = re.findall(r"^PURE(?:_FILES)? := (.+)$", makefile, re.MULTILINE)
    pure = {top for top, (number, _) in LAYERS.items() if number < PURE_BELOW} - set(READS_FILES)
    assert {name for each in listed for name in each.split()} == pure


FINE: dict[str, dict[str, str]] = {
    "a lower number": {"contract.request": "", "legacy.v1_2": "from pegasus_classify.contract.request import X"},
    "errors from the contract": {"errors": "", "contract.request": "from pegasus_classify.errors import SettingsError"},
    "one's own folder": {"legacy.detect": "", "legacy.v1_2": "from pegasus_classify.legacy import detect"},
    "a relative import of one's own folder": {"emulator.library": "", "emulator.app": "from .library import Library"},
    "the command line and the stand-in": {"emulator.app": "", "cli.emulate": "import pegasus_classify.emulator.app"},
    "a library in its place": {"drivers.http": "import httpx"},
    "a part of a library": {"stores.sql": "from sqlalchemy.orm import Session"},
    "a library for types alone": {
        "client.classifier": "import typing\nif typing.TYPE_CHECKING:\n  from typing_extensions import Unpack"
    },
    "an extra inside a function": {"cli.main": "def main():\n    import typer"},
    "a module of ours that needs an extra": {
        "cli.app": "import typer",
        "cli.main": "def main():\n    from pegasus_classify.cli.app import app",
    },
    "randomness as an argument": {"pegasus.retrying": "from random import Random\ndef f(seed): return Random(seed)"},
    "a time that is given": {"paging.pages": "from datetime import datetime\ndatetime.fromtimestamp(5)"},
    "a clock at the edge": {"drivers.blocking": "import time\ntime.monotonic()"},
    "the one reader of packaged files": {"package_files": "from pathlib import Path\nPath('x').read_text()"},
}

BROKEN: dict[str, tuple[Callable[..., Iterator[str]], dict[str, str]]] = {
    "a folder without a number": (unknown_places, {"extras.new": ""}),
    "a higher number": (
        wrong_arrows,
        {"planning.plan": "", "legacy.v1_2": "from pegasus_classify.planning.plan import plan"},
    ),
    "the same number": (wrong_arrows, {"reading.read": "", "legacy.v1_2": "import pegasus_classify.reading.read"}),
    "a folder named as a part": (wrong_arrows, {"runs.directory": "", "carrying.pace": "from ..runs import directory"}),
    "steps from the contract": (
        wrong_arrows,
        {"steps": "", "contract.asks": "from pegasus_classify.steps import Send"},
    ),
    "the package's own face": (wrong_arrows, {"": "", "client.classifier": "from pegasus_classify import Classifier"}),
    "the stand-in from the client": (
        wrong_arrows,
        {"emulator.app": "", "client.handle": "import pegasus_classify.emulator.app"},
    ),
    "ours from the stand-in": (
        wrong_arrows,
        {"errors": "", "emulator.app": "from pegasus_classify.errors import ClassifyError"},
    ),
    "an arrow inside a function": (
        wrong_arrows,
        {"cli.main": "", "client.handle": "def f():\n    import pegasus_classify.cli.main"},
    ),
    "a ring of two": (
        cycles,
        {"legacy.a": "from pegasus_classify.legacy import b", "legacy.b": "from pegasus_classify.legacy.a import x"},
    ),
    "a ring of three": (
        cycles,
        {"legacy.a": "from . import b", "legacy.b": "from . import c", "legacy.c": "from . import a"},
    ),
    "an import inside a function": (imports_inside_functions, {"client.handle": "def f():\n    import json"}),
    "an import inside a method": (
        imports_inside_functions,
        {
            "errors": "",
            "client.handle": "class A:\n  def f(self):\n    from pegasus_classify.errors import ClassifyError",
        },
    ),
    "httpx in a way": (libraries, {"pegasus.analyze": "import httpx"}),
    "pydantic in evidence": (libraries, {"contract.evidence": "from pydantic import BaseModel"}),
    "a library nobody listed": (libraries, {"drivers.http": "import aiohttp"}),
    "a library for types that runs": (libraries, {"client.classifier": "from typing_extensions import Unpack"}),
    "classes in carrying": (
        strangers,
        {"contract.request": "", "carrying.schedule": "from pegasus_classify.contract.request import ClassifyRequest"},
    ),
    "the clock": (edges_in_pure_layers, {"carrying.pace": "from time import monotonic"}),
    "now": (edges_in_pure_layers, {"paging.pages": "import datetime\ndatetime.datetime.now()"}),
    "today": (edges_in_pure_layers, {"paging.pages": "from datetime import date\ndate.today()"}),
    "the environment": (edges_in_pure_layers, {"settings": "import os\nos.environ"}),
    "randomness": (edges_in_pure_layers, {"pegasus.retrying": "import random\nrandom.random()"}),
    "randomness by name": (edges_in_pure_layers, {"pegasus.retrying": "from random import random"}),
    "randomness without a seed": (edges_in_pure_layers, {"scoring.curve": "from random import Random\nRandom()"}),
    "a made-up id": (edges_in_pure_layers, {"paging.page_tokens": "from uuid import uuid4"}),
    "a secret": (edges_in_pure_layers, {"paging.page_tokens": "import secrets"}),
    "a thread": (edges_in_pure_layers, {"runs.conversation": "import threading"}),
    "a socket": (edges_in_pure_layers, {"pegasus.analyze": "import socket"}),
    "a file": (edges_in_pure_layers, {"prompting.template_book": "open('x')"}),
    "a path that is read": (edges_in_pure_layers, {"prompting.template_book": "def f(p): return p.read_text()"}),
    "standard output": (edges_in_pure_layers, {"reading.read": "import sys\nsys.stdout.write('x')"}),
    "log handlers": (edges_in_pure_layers, {"reading.read": "import logging\nlogging.basicConfig()"}),
    "utils": (file_names, {"legacy.utils": ""}),
    "types": (file_names, {"client.types": ""}),
}


@pytest.mark.parametrize("sources", FINE.values(), ids=list(FINE))
def test_no_rule_complains_about(sources):
    """What the layers allow passes every rule."""
    assert [complaint for rule in RULES.values() for complaint in rule(made_up(sources))] == []


@pytest.mark.parametrize(("rule", "sources"), BROKEN.values(), ids=list(BROKEN))
def test_a_rule_complains_about(rule, sources):
    """A made-up source that breaks a rule is found by that rule."""
    assert list(rule(made_up(sources)))
