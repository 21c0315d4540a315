"""What may stand in a prompt: words of the library, short ids, and words for being seen, said or written.

Law of this file: it knows no template. It recognises things by their form, so that any wording of a prompt works.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["ID_SHAPE", "Mention", "Vocabulary", "class_of_id", "only_modalities", "stated_modalities"]

ID_SHAPE = re.compile(r"(?<![\w.])[A-Za-z]{1,4}\d{1,4}(?:[.\-_:/][A-Za-z]{0,4}\d{1,4})*(?!\w)")
"""A short token that people use as an id: `c1`, `c1.p2`, `L03`, `q4-12`."""

_MODALITIES = {
    "seen": re.compile(r"(?<![\w])(?:visual|visually|seen|visible|shown)(?![\w])", re.IGNORECASE),
    "said": re.compile(r"(?<![\w])(?:conversation|said|spoken|speech|heard|audio|dialogue)(?![\w])", re.IGNORECASE),
    "written": re.compile(
        r"(?<![\w])(?:text[_ -]in[_ -]video|on-screen text|text on (?:the )?screen|written|captions?|ocr)(?![\w])",
        re.IGNORECASE,
    ),
}

# "only when the exact words are said" restricts nothing else, so no "when", "if" or "where" may stand between.
_ONLY = re.compile(
    r"(?<!\w)only\s+(?:(?:count|use|report|accept|consider|what|things|evidence|that|which|is|are|was|can|be|the|from)\s+)"
    r"{0,6}(?=[\w-])([^.;\n]*)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Mention:
    """One place where the prompt asks for something the library knows.

    Attributes:
        class_id: Id of the class, None where the prompt uses no ids.
        class_words: Name of the class in the prompt's spelling, None when none stands near.
        prompt_id: Id of the phrase itself, None when it has no id of its own.
        words: The phrase as the prompt spells it.
        phrases: The library's spellings found in it, in lower case.
        modalities: Some of `seen`, `said`, `written`; None when the prompt does not restrict them.
        own: Whether the phrase is a thing of its own rather than the name of a class that lists its phrases.
    """

    class_id: str | None
    class_words: str | None
    prompt_id: str | None
    words: str
    phrases: frozenset[str]
    modalities: frozenset[str] | None = None
    own: bool = True


class Vocabulary:
    """Finds the library's spellings in a text: whole words, case ignored, the longest first."""

    def __init__(self, words: Iterable[str]) -> None:
        longest_first = sorted({word.lower() for word in words}, key=lambda word: (-len(word), word))
        pattern = "|".join(r"\s+".join(map(re.escape, word.split())) for word in longest_first)
        self._pattern = re.compile(rf"(?<!\w)(?:{pattern or '(?!)'})(?!\w)", re.IGNORECASE)

    def matches(self, text: str) -> list[re.Match[str]]:
        """Return the places of all spellings, which never overlap ("Pickup Truck" is not also "Truck")."""
        return list(self._pattern.finditer(text))

    def phrases(self, text: str) -> frozenset[str]:
        """Return the spellings in the text, in lower case with single spaces."""
        return frozenset(" ".join(match.group().lower().split()) for match in self.matches(text))


def stated_modalities(text: str) -> frozenset[str] | None:
    """Return the modalities that a text names, None when it names none."""
    named = frozenset(modality for modality, pattern in _MODALITIES.items() if pattern.search(text))
    return named or None


def only_modalities(prose: str) -> frozenset[str] | None:
    """Return what sentences such as "only what is seen counts" restrict the whole prompt to, None without one."""
    restricted: set[str] = set()
    for match in _ONLY.finditer(prose):
        first_words = " ".join(match.group(1).split()[:3])
        if stated_modalities(first_words):
            restricted |= stated_modalities(match.group(1)) or set()
    return frozenset(restricted) or None


def class_of_id(identifier: str) -> str | None:
    """Return the id before the last separator (`c1` of `c1.p2`), None when the id has no such part."""
    head = re.split(r"[.\-_:/](?=[^.\-_:/]*$)", identifier)[0]
    return head if head != identifier and ID_SHAPE.fullmatch(head) else None
