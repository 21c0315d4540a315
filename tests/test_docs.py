"""README and MIGRATION say what is so: every example runs against the stand-in, every command and flag exists."""

from __future__ import annotations

import contextlib
import functools
import io
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer.main
from command_here import run_here
from coverage_table import with_table
from documents import PROGRAM, Block, blocks, code_spans, commands_in, matches, sessions

from pegasus_classify.cli.app import app
from pegasus_classify.prices import PRICES

PROJECT = Path(__file__).resolve().parents[1]
README = PROJECT / "README.md"
MIGRATION = PROJECT / "MIGRATION.md"
DOCUMENTS = [README, MIGRATION]

NEVER_ENDS = ("pegasus-classify emulate", "pegasus-classify serve")
NOT_RUN_HERE = ("make ", "pip ", "export ", "git ", *NEVER_ENDS)
"""Set-up, tried by the script that proves everything, and the servers, which run until they are stopped."""


@pytest.fixture
def workplace(stand_in, tmp_path, tmp_path_factory, monkeypatch):
    """An empty folder, and the environment of a user whose Pegasus is the stand-in."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PEGASUS_CLASSIFY_UPSTREAM", stand_in.base_url)
    monkeypatch.setenv("TWELVELABS_BASE_URL", f"{stand_in.base_url}/v1.3")
    monkeypatch.setenv("TWELVE_LABS_API_KEY", "tlk_example")
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("COLUMNS", "100")
    for name in ("XDG_DATA_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(tmp_path_factory.mktemp("data")))
    return tmp_path


def run_python(block: Block, names: dict[str, object]) -> str:
    """Run a block in the document's names and return what it printed."""
    said = io.StringIO()
    # The line numbers of a failure are those of the document.
    code = compile("\n" * block.line + block.text, "example", "exec")
    with contextlib.redirect_stdout(said):
        exec(code, names)
    return said.getvalue()


def run_command(command: str) -> str:
    """Run a shell command that must succeed, and return its answer; one of ours without pipes runs in this process."""
    parts = [*shlex.shlex(command, posix=True, punctuation_chars=True)]
    done: Any
    if parts[0] == PROGRAM and not any(set(part) <= set("|<>&;") for part in parts if part):
        done = run_here(*shlex.split(command)[1:])
    else:
        done = subprocess.run(command, shell=True, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, f"{command}\n{done.stderr}{done.stdout}"
    return done.stdout


def run_block(block: Block, following: Block | None, names: dict[str, object]) -> None:
    """Write, run or skip one block, and compare what came out with what the document shows."""
    if block.language in ("json", "toml") and block.words:
        Path(block.words[0]).write_text(block.text, encoding="utf-8")
    elif block.language == "python" and block.words[:1] != ("before",):
        said = run_python(block, names)
        if following is not None and following.language == "text" and following.words == ("printed",):
            assert matches(following.text, said), f"line {following.line} shows something else than\n{said}"
    elif block.language == "console":
        for command, shown in sessions(block):
            if not command.startswith(NOT_RUN_HERE):
                said = run_command(command)
                assert not shown.strip() or matches(shown, said), f"line {block.line}: {command} said\n{said}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_example_runs(document, workplace):
    """A reader who follows the document from top to bottom gets what it shows."""
    names: dict[str, object] = {"__name__": "__main__"}
    found = blocks(document)
    assert any(block.language == "python" for block in found)
    for block, following in zip(found, [*found[1:], None], strict=True):
        run_block(block, following, names)
    for value in names.values():
        if not isinstance(value, type) and hasattr(value, "close"):
            value.close()


def test_old_program_and_new_one_differ_in_one_import():
    """What the first screen promises: nothing else changes, the call least of all."""
    programs = [block for block in blocks(README) if block.language == "python"][:2]
    assert [block.words for block in programs] == [("before",), ()]
    before, after = (block.text.splitlines() for block in programs)
    changed = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    assert changed == [("from twelvelabs import TwelveLabs", "from pegasus_classify.twelvelabs import TwelveLabs")]
    assert ".classify.videos(" in programs[0].text


@functools.cache
def command_line() -> dict[tuple[str, ...], set[str]]:
    """Every command with its options."""

    def walk(command, path):
        inner = getattr(command, "commands", None)
        if inner is None:
            yield path, {name for each in command.params for name in [*each.opts, *each.secondary_opts]} | {"--help"}
        else:
            yield (), {name for each in command.params for name in each.opts} | {"--help"}
            for name, each in inner.items():
                yield from walk(each, (*path, name))

    return dict(walk(typer.main.get_command(app), ()))


def command_of(words: tuple[str, ...]) -> tuple[str, ...]:
    """The longest command that the words begin with."""
    known = command_line()
    return next((words[:size] for size in (2, 1) if words[:size] in known), ())


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_command_and_flag_shown_exists(document):
    """Nobody copies a command that the program does not know."""
    known = command_line()
    for command in commands_in(document):
        name = command_of(command.words)
        assert name or command.words[:1] in [(), ("--help",), ("--version",)], f"line {command.line}: {command.words}"
        unknown = set(command.options) - known[name]
        assert not unknown, f"line {command.line}: {' '.join(command.words)} has no {', '.join(sorted(unknown))}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_flag_named_alone_exists(document):
    """A flag in a sentence belongs to some command."""
    known = set().union(*command_line().values())
    named = {span.split()[0].partition("=")[0] for span, _ in code_spans(document) if span.startswith("--")}
    assert named <= known


def test_every_command_is_described():
    """A command that is not in README fails the suite."""
    shown = {command_of(command.words) for command in commands_in(README)}
    assert set(command_line()) - {()} <= shown


def test_every_variable_named_is_read_somewhere():
    """An environment variable of ours that a document names is one that the sources know."""
    sources = "\n".join(path.read_text(encoding="utf-8") for path in source_files())
    for document in DOCUMENTS:
        named = set(re.findall(r"\b(?:PEGASUS_CLASSIFY|TWELVE_?LABS)_[A-Z_]+\b", document.read_text(encoding="utf-8")))
        assert {name for name in named if name not in sources} == set()


def source_files() -> list[Path]:
    """The package's sources, wherever it is installed."""
    import pegasus_classify

    return sorted(Path(pegasus_classify.__file__).parent.rglob("*.py"))


def test_make_targets_and_extras_named_exist():
    """`make demo` and `pip install '.[cli]'` name things that are there."""
    targets = set(re.findall(r"^([a-z-]+):", (PROJECT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    project = (PROJECT / "pyproject.toml").read_text(encoding="utf-8")
    extras = set(re.findall(r"^([a-z]+) = \[", project.partition("[project.optional-dependencies]")[2], re.MULTILINE))
    for document in DOCUMENTS:
        text = document.read_text(encoding="utf-8")
        assert set(re.findall(r"(?:\$ |`)make ([a-z-]+)", text)) <= targets
        named = re.findall(r"pip install [^\n`]*\[([a-z,]+)\]", text)
        assert {extra for group in named for extra in group.split(",")} <= extras


def test_the_prices_named_are_those_counted_with():
    """The page names the very list that `plan` and `cost` use, and its day."""
    text = README.read_text(encoding="utf-8")
    for part in (
        f"${PRICES.video_minute} per video minute",
        f"${PRICES.thousand_output_tokens} per 1,000",
        PRICES.as_of,
    ):
        assert part in text


def test_links_inside_the_project_lead_somewhere():
    """A link to a file or a heading of the project has a target."""
    for document in DOCUMENTS:
        for target in re.findall(r"\]\(([^)]+)\)", document.read_text(encoding="utf-8")):
            if "://" in target:
                continue
            name, _, anchor = target.partition("#")
            path = document.parent / name if name else document
            assert path.exists(), f"{document.name}: {target}"
            if anchor:
                assert anchor in anchors(path), f"{document.name}: {target}"


def anchors(path: Path) -> set[str]:
    """The names that a Markdown page gives its headings."""
    titles = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def test_the_table_of_fields_is_the_packages_own():
    """MIGRATION shows the very table that answers are described with; `make tables` writes it."""
    text = MIGRATION.read_text(encoding="utf-8")
    assert with_table(text) == text


@pytest.mark.parametrize(
    ("shown", "said", "expected"),
    [
        ("one\ntwo", "one\ntwo\n", True),
        ("one\n…", "one\ntwo\nthree\n", True),
        ("… took … s", "it took 5 s", True),
        ("one", "one\ntwo", False),
        ("score 95.2", "score 95.3", False),
    ],
)
def test_shown_output_must_be_what_came_out(shown, said, expected):
    """The comparison is exact but for what the document leaves out."""
    assert matches(shown, said) is expected
