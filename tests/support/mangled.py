"""Texts nobody would write on purpose: texts of the corpus that may be looked at, torn, and others grown from grammars.

Text number `n` of a seed is always the same, whoever makes it and in whatever order.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from corpus import cases, vocabulary_of_case

from pegasus_classify.contract.vocabulary import Vocabulary

__all__ = ["Maker", "Mangled"]

_SIGNS = [
    *"{}[]()<>\"'`:,;=|*#-_/\\&%~.!?\n\r\t \x00\x1b",
    '\\"', "\\n", "\\u", "\\ud83d", "\\u0022", "```", "```json\n", "~~~", "**", "__", "//", "/*", "*/", "<!--", "-->",
    "“", "”", "‘", "’", "«", "»", "「", "」", "：", "，", "｛", "｝", "［", "］", "＂", "\u200b", "\ufeff",
    "\u202e", "\u2028", "\u00a0",
    "&quot;", "&#34;", "&lt;", "&gt;", "&amp;", "<br>", "</", "/>", "<think>", "</think>", "<clip>", "-->", "=>", "→",
    "–", "—", "…",
    "é", "e\u0301", "\u0301", "ß", "İ", "ﬁ", "😀", "👩\u200d👩\u200d👧", "中", "の", "한", "ع", "\ud800", "\udfff",
    "\U0010ffff", "²", "½", "٣", "௧",
]  # fmt: skip
_TIMES = [
    "0:10", "0:10-0:20", "00:00:05,000 --> 00:00:07,000", "5s", "1m 5s", "12.5 seconds", "PT1M5S", "1:2:3:4", "99:99",
    "1e9",
    "from 5s to 9s", "between 1 and 2 minutes", "0-30", "-5", "1/0", "0:0", "9999999999:59", "until the end",
    "75000 ms", "NaN", "1e400",
]  # fmt: skip
_WORDS = [
    "not", "no", "none", "classes", "class", "clips", "start", "end", "confidence", "prompt", "option", "label",
    "final", "draft",
    "true", "false", "null", "NaN", "Infinity", "undefined", "None", "high", "87%", "8/10", "0.5", "1", "visual",
    "yes", "and", "or",
    "data", "message", "result", "segments", "columns", "rows", "properties", "type", "example", "I cannot", "WEBVTT",
    "---", "dict(",
]  # fmt: skip


_LONGEST = 20_000
"""Signs of a text at most: strings escaped in strings double with every level."""


@dataclass(frozen=True)
class Mangled:
    """One text to read, and what it is read for; `of` names the case it was made from."""

    number: int
    of: str
    text: str
    vocabulary: Vocabulary
    duration: float | None
    finish_reason: str | None


class Maker:
    """Makes text `n` of a seed."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.cases = cases("seen")
        self.vocabularies: dict[str, Vocabulary] = {}

    def text(self, number: int) -> Mangled:
        """Return one text; most come from the corpus, a fifth from grammars."""
        random = Random(f"{self.seed}:{number}")
        case = random.choice(self.cases)
        vocabulary = self._vocabulary(case)
        grown = random.random() < 0.2
        text = random.choice(_GROWN)(random, _spoken(vocabulary)) if grown else case["text"]
        for _ in range(random.choice((0, 1, 2)) if grown else random.choice((1, 1, 1, 2, 2, 3, 5, 9))):
            text = self._twisted(random, text)[:_LONGEST]
        duration = random.choice((case["duration"], case["duration"], None, 0.0, 0.04, 1.0, 7200.5))
        return Mangled(
            number,
            case["id"],
            text,
            vocabulary,
            duration,
            random.choice((case["finish_reason"], None, "stop", "length")),
        )

    def _vocabulary(self, case: dict[str, Any]) -> Vocabulary:
        known = self.vocabularies.get(case["id"])
        if known is None:
            known = self.vocabularies[case["id"]] = vocabulary_of_case(case)
        return known

    def _twisted(self, random: Random, text: str) -> str:
        if random.random() < 0.08:
            return _spliced(random, text, random.choice(self.cases)["text"])
        return random.choice(_TWISTS)(random, text)


def _spoken(vocabulary: Vocabulary) -> list[str]:
    prompts = [prompt for each in vocabulary.classes for prompt in each.prompts]
    return [*(each.name for each in vocabulary.classes), *prompts, *vocabulary.class_ids, *vocabulary.prompt_ids]


# -- twists: each takes a text and gives one that differs ------------------------------------------------------------


def _place(random: Random, text: str) -> int:
    return random.randint(0, len(text))


def _stretch(random: Random, text: str, longest: int = 40) -> tuple[int, int]:
    start = _place(random, text)
    return start, min(len(text), start + random.randint(1, longest))


def _cut(random: Random, text: str) -> str:
    return text[: _place(random, text)]


def _beheaded(random: Random, text: str) -> str:
    return text[_place(random, text) :]


def _without(random: Random, text: str) -> str:
    start, end = _stretch(random, text)
    return text[:start] + text[end:]


def _doubled(random: Random, text: str) -> str:
    start, end = _stretch(random, text, 120)
    at = random.choice((end, _place(random, text)))
    return text[:at] + text[start:end] * random.randint(1, 3) + text[at:]


def _repeated(random: Random, text: str) -> str:
    start, end = _stretch(random, text, 12)
    return text[:end] + text[start:end] * random.choice((5, 20, 80, 300)) + text[end:]


def _swapped(random: Random, text: str) -> str:
    letters = list(text)
    for _ in range(random.randint(1, 6)):
        if len(letters) > 1:
            one, two = random.randrange(len(letters)), random.randrange(len(letters))
            letters[one], letters[two] = letters[two], letters[one]
    return "".join(letters)


def _exchanged(random: Random, text: str) -> str:
    """Exchange two lines, or two stretches where there is one line only."""
    lines = text.split("\n")
    if len(lines) > 2:
        one, two = random.sample(range(len(lines)), 2)
        lines[one], lines[two] = lines[two], lines[one]
        return "\n".join(lines)
    middle = _place(random, text)
    return text[middle:] + text[:middle]


def _sprinkled(random: Random, text: str) -> str:
    for _ in range(random.choice((1, 1, 2, 4, 8))):
        at = _place(random, text)
        text = text[:at] + random.choice(random.choice((_SIGNS, _SIGNS, _WORDS, _TIMES))) + text[at:]
    return text


def _replaced(random: Random, text: str) -> str:
    """Write another sign wherever one sign stands, or in one place."""
    if not text:
        return random.choice(_SIGNS)
    old = random.choice(text)
    return text.replace(old, random.choice(_SIGNS), random.choice((1, -1, 3)))


def _numbered(random: Random, text: str) -> str:
    digits = [at for at, sign in enumerate(text) if sign.isdigit()]
    if not digits:
        return text
    at = random.choice(digits)
    return (
        text[:at]
        + random.choice((*_TIMES, "0", "00", "1.", ".5", "1e5", "9" * 400, "-", "1_000", "1,5"))
        + text[at + 1 :]
    )


def _embedded(random: Random, text: str) -> str:
    for _ in range(random.choice((1, 1, 2, 3, 7))):
        key = random.choice(("data", "message", "result", "content", "note", "arguments", "x"))
        text = random.choice((json.dumps({key: text}), json.dumps(text), json.dumps([text]), f"<{key}>{text}</{key}>"))
    return text


def _nested(random: Random, text: str) -> str:
    deep = random.choice((1, 5, 70, 450, 1500))
    opening, closing = random.choice(
        (("[", "]"), ("{", "}"), ('{"a":', "}"), ('{"classes":[', "]}"), ("(", ")"), ("<a>", "</a>"))
    )
    return opening * deep + text + closing * random.choice((deep, 0, deep // 2))


def _dressed(random: Random, text: str) -> str:
    return random.choice((
        "```json\n{}\n```", "```\n{}", "<think>{}</think>", "Draft: {}\nFinal: none", "> {}", "**{}**", "\ufeff{}",
        "| {} |",
        "- {}", '"{}"', "<!-- {} -->", "~~{}~~", "# {}", "{}\n\nHope this helps!", "data: {}\n\n", "[{}]", "({})",
        "&lt;{}&gt;",
    )).replace("{}", text)  # fmt: skip


_REWRITTEN = (
    ('"', "&quot;"), ('"', '\\"'), ('"', '""'), ('"', "'"), ("\n", "\\n"), ("\n", "\r\n"), ("\n", " "), (" ", "\u00a0"),
)  # fmt: skip


def _encoded(random: Random, text: str) -> str:
    old, new = random.choice(_REWRITTEN)
    return random.choice((
        text.replace(old, new),
        text.replace(old, new),
        "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in text),
        text.upper(),
        text.encode("utf-8", "replace").decode("latin-1"),
        "\u200b".join(text),
        text.encode("ascii", "backslashreplace").decode("ascii"),
    ))  # fmt: skip


def _spliced(random: Random, text: str, other: str) -> str:
    head, tail = text[: _place(random, text)], other[_place(random, other) :]
    return random.choice((head + tail, text + "\n" + other, other + "\n\n" + text, head + other + text[len(head) :]))


_TWISTS: tuple[Callable[[Random, str], str], ...] = (
    _cut, _beheaded, _without, _without, _doubled, _repeated, _swapped, _exchanged, _sprinkled, _sprinkled,
    _sprinkled, _replaced,
    _replaced, _numbered, _embedded, _nested, _dressed, _encoded,
)  # fmt: skip


# -- texts from grammars ---------------------------------------------------------------------------------------------


def _soup(random: Random, names: Sequence[str]) -> str:
    pools = (names, _SIGNS, _SIGNS, _TIMES, _WORDS, [" ", "\n"])
    return "".join(random.choice(random.choice(pools)) for _ in range(random.choice((3, 10, 30, 100, 400))))


def _value(random: Random, names: Sequence[str], depth: int) -> Any:
    if depth <= 0 or random.random() < 0.3:
        return random.choice((
            random.choice(names), random.choice(_TIMES), random.choice(_WORDS), random.randint(-5, 200),
            random.random(), None,
            True, False, "", [], {}, 10**30, -0.0, 1e300,
        ))  # fmt: skip
    size = random.choice((0, 1, 2, 3, 6))
    if random.random() < 0.4:
        return [_value(random, names, depth - 1) for _ in range(size)]
    keys = (*_WORDS[3:12], *names)
    return {random.choice(keys): _value(random, names, depth - 1) for _ in range(size)}


def _json(random: Random, names: Sequence[str]) -> str:
    tree = _value(random, names, random.choice((2, 4, 6)))
    written = json.dumps(tree, ensure_ascii=random.random() < 0.5, indent=random.choice((None, None, 2)))
    return random.choice((written, repr(tree), json.dumps(written), f"{written}\n{written}", written.replace('"', "")))


def _entry(random: Random, names: Sequence[str]) -> str:
    name, time = random.choice(names), random.choice(_TIMES)
    return random.choice((
        f"{name}: {time}", f"{name} ({time})", f"{time}: {name}", f"The {name} is seen {time}.",
        f"No {name} at {time}", f"{name}",
        f"class={name} start={time} end={time} confidence=80", f"<clip class='{name}' start=\"{time}\"/>",
        f"{name}\n    {time}",
        f"{name} is not there, but {random.choice(names)} is, {time} and {random.choice(_TIMES)}", f"# {name}",
        f"**{name}**: yes",
        f"[x] {name}", f"[ ] {name}", f"{name}: {{start: {time}, end: 5}}", f"start: {time}\n  end: {time}",
        f"{name}? yes, {time}",
    ))  # fmt: skip


def _lines(random: Random, names: Sequence[str]) -> str:
    marks = ("", "- ", "* ", "1. ", "  ", "    - ", "> ", "• ", "\t", "(a) ", "✅ ", "❌ ")
    found = [random.choice(marks) + _entry(random, names) for _ in range(random.choice((1, 3, 8, 20)))]
    return random.choice(("\n", "\n\n", "; ", "\r\n", ", ")).join(found)


def _table(random: Random, names: Sequence[str]) -> str:
    mark = random.choice((" | ", ",", "\t", ";", "|"))
    head = random.sample(("class", "start", "end", "confidence", "prompt", "option", "time", "x"), random.randint(1, 6))
    rows = [head]
    if random.random() < 0.5:
        rows.append(["---"] * len(head))
    for _ in range(random.choice((1, 3, 10, 40))):
        pool = (names, _TIMES, _WORDS, ("", "1", "2.5", "80"))
        rows.append([random.choice(random.choice(pool)) for _ in range(len(head) + random.choice((0, 0, 0, 1, -1)))])
    return "\n".join(mark.join(row) for row in rows)


def _elements(random: Random, names: Sequence[str]) -> str:
    tags = ("clip", "class", "start", "end", "name", "result", "tr", "td", "li", "x:y", "think")
    pieces = []
    for _ in range(random.choice((2, 8, 30))):
        tag = random.choice(tags)
        pieces.append(
            random.choice((f"<{tag}>", f"</{tag}>", f"<{tag}/>", f"<{tag} class=\"{random.choice(names)}\" start='5'>"))
        )
        pieces.append(random.choice((random.choice(names), random.choice(_TIMES), "\n", "")))
    return "".join(pieces)


_GROWN: tuple[Callable[[Random, Sequence[str]], str], ...] = (_soup, _json, _json, _lines, _lines, _table, _elements)
