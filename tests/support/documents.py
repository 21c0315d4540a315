"""Reads the examples out of a document: what is run, what is written to a file, what must come out."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["PROGRAM", "Block", "Command", "blocks", "code_spans", "commands_in", "matches", "sessions"]

_FENCE = re.compile(r"^(?P<fence>`{3,})(?P<info>[^\n`]*)\n(?P<text>.*?)^(?P=fence)$", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")

PROGRAM = "pegasus-classify"


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, the words after it, its text, and the line it begins at."""

    language: str
    words: tuple[str, ...]
    text: str
    line: int


@dataclass(frozen=True)
class Command:
    """A command that a document names: the words after the program's name, and where."""

    words: tuple[str, ...]
    line: int

    @property
    def options(self) -> list[str]:
        """The long options, without values."""
        return [word.partition("=")[0] for word in self.words if re.match(r"--[a-z]", word)]


def blocks(path: Path) -> list[Block]:
    """Every fenced block of a document, in order."""
    text = path.read_text(encoding="utf-8")
    found = []
    for match in _FENCE.finditer(text):
        language, *words = match["info"].split() or [""]
        found.append(Block(language, tuple(words), match["text"], text.count("\n", 0, match.start()) + 1))
    return found


def code_spans(path: Path) -> Iterator[tuple[str, int]]:
    """Every piece of code inside a sentence, with its line."""
    text = _FENCE.sub(lambda match: "\n" * match[0].count("\n"), path.read_text(encoding="utf-8"))
    for number, line in enumerate(text.splitlines(), 1):
        for span in _SPAN.findall(line):
            yield span, number


def sessions(block: Block) -> Iterator[tuple[str, str]]:
    """Each command of a `console` block with the output shown under it."""
    for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
        command, _, shown = re.sub(r"\\\n\s*", "", part).partition("\n")
        yield command.strip(), shown


def commands_in(path: Path) -> list[Command]:
    """Every call of our program that a document shows, in blocks and in sentences."""
    lines = [(span, line) for span, line in code_spans(path)]
    for block in blocks(path):
        if block.language == "console":
            lines += [(command, block.line) for command, _ in sessions(block)]
    found = []
    for text, line in lines:
        if text.split()[:1] == [PROGRAM]:
            words = shlex.split(re.split(r"\s[|>]", text)[0], comments=True)
            found.append(Command(tuple(words[1:]), line))
    return found


def matches(shown: str, said: str) -> bool:
    """Whether the output is what a document shows; `…` alone on a line or inside one stands for anything."""
    lines = [line.rstrip() for line in shown.strip().splitlines()]
    parts = ["[\\s\\S]*" if line.strip() == "…" else ".*".join(map(re.escape, line.split("…"))) for line in lines]
    pattern = "\n".join(parts)
    actual = "\n".join(line.rstrip() for line in said.strip().splitlines())
    return re.fullmatch(pattern, actual) is not None
