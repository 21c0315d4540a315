"""Where the names asked for stand inside running text."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from pegasus_classify.reading.names import Hit, Names, loosened, plain, remember

__all__ = ["Mention", "Mentions", "mentions_of"]

_WORD = re.compile(r"[^\W_]+(?:[+#]+(?![^\W_]))?")
_GAP = re.compile(r"[ \t'\"\u2019\u201d\u201c/&.()+_*-]{0,6}|\s?(?:and|und)\s|\n[ \t]*")
_LINKED_LEFT = re.compile(r"[^\W_][-\u2010\u2011]$")
_LINKED_RIGHT = re.compile(r"[-\u2010\u2011][^\W_]")


_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_BEFORE = frozenset(
    "\u3067\u306f\u304c\u3001\u53ea\u4e2a\u6761\u6bb5\u573a\u540d\u4f4d\u6709\u662f\u5728\u548c\u4e0e\u53ca\u7684\u4e86\u5230\u89c1\u542b\u73b0\u4e3a\u53c8\u4e5f\u306b\u306e\u3068\u3084"
)
_AFTER = frozenset(
    "\u7684\u5728\u51fa\u4ece\u4e8e\u662f\u6709\u548c\u4e0e\u53ca\u4e5f\u88ab\u6b63\u4e86\u306f\u304c\u3092\u306b\u306e\u3082\u3068\u3067"
    "\uc740\ub294\uc774\uac00\uc744\ub97c\uc758\ub3c4\uc640\uacfc\uc5d0\ub85c"
)
"""Particles and words before and behind a name in writing without spaces (Korean ones stick to it)."""


class Mention(NamedTuple):
    """A name in a text: half-open offsets, the text itself, and the class it means when that is certain."""

    start: int
    end: int
    text: str
    hit: Hit | None


@lru_cache(maxsize=8192)
def _words(name: str) -> tuple[str, ...]:
    words = (loosened(word) or plain(word) for word in _WORD.findall(plain(name)))
    return tuple(word for word in words if word != "and")


_LONGEST_WORD = 60


class Mentions:
    """Finds the longest names first, by their words; each find is checked against the names themselves."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self.by_word: dict[str, list[tuple[str, ...]]] = {}
        self.known_words: dict[str, str] = {}
        spoken = [each.name for each in names.classes]
        spoken += [prompt for each in names.classes for prompt in each.prompts]
        spoken += [*names.class_ids, *names.prompt_ids]
        for words in {_words(name) for name in spoken}:
            if words:
                self.by_word.setdefault(words[0], []).append(words)
        dense = sorted({name for name in spoken if _UNSPACED.search(name)}, key=len, reverse=True)
        self.unspaced = re.compile("|".join(map(re.escape, dense)), re.IGNORECASE) if dense else None
        for entries in self.by_word.values():
            entries.sort(key=lambda words: -len(words))

    def word(self, text: str) -> str:
        """Return a word as words are compared."""
        if len(text) >= _LONGEST_WORD:
            return text
        known = self.known_words.get(text)
        return remember(self.known_words, text, loosened(text) or text) if known is None else known

    def find(self, text: str) -> list[Mention]:
        """Return the names in a text, in its order, none inside another."""
        tokens = [(match.start(), match.end(), match.group()) for match in _WORD.finditer(text)]
        folded = [token[2].casefold() for token in tokens]
        found: list[Mention] = []
        at = 0
        while at < len(tokens):
            mention, used = self._at(text, tokens, folded, at)
            if mention is not None:
                found.append(mention)
            at += used
        if self.unspaced is not None:
            found = self._with_unspaced(text, found)
        return found

    def _with_unspaced(self, text: str, found: list[Mention]) -> list[Mention]:
        """Add names of scripts that put no spaces between words; inside a longer word they are only prompts."""
        assert self.unspaced is not None
        taken = [(each.start, each.end) for each in found]
        for match in self.unspaced.finditer(text):
            start, end = match.span()
            if any(low < end and start < high for low, high in taken):
                continue
            before, after = text[start - 1 : start], text[end : end + 1]
            alone = (not _UNSPACED.match(before) or before in _BEFORE) and (
                not _UNSPACED.match(after) or after in _AFTER
            )
            hit = self.names.class_of(match.group())
            if not alone and hit is not None and hit.prompt is None:
                hit = None
            if hit is not None or self._any_prompt(match.group()):
                found.append(Mention(start, end, match.group(), hit))
        return sorted(found)

    def _at(
        self, text: str, tokens: list[tuple[int, int, str]], folded: list[str], at: int
    ) -> tuple[Mention | None, int]:
        for words in self.by_word.get(self.word(folded[at]), ()):
            used = self._length(text, tokens, folded, at, words)
            if used == 0:
                continue
            start, end = tokens[at][0], tokens[at + used - 1][1]
            if text[end : end + 1] == ")" and "(" in text[start:end]:
                end += 1
            if _LINKED_LEFT.search(text[max(0, start - 2) : start]) or _LINKED_RIGHT.match(text, end):
                continue
            surface = text[start:end]
            hit = self.names.class_of(surface)
            if hit is not None or self._any_prompt(surface):
                return Mention(start, end, surface, hit), used
        return None, 1

    def _any_prompt(self, surface: str) -> bool:
        return any(self.names.prompt_of(surface, each.name) is not None for each in self.names.classes)

    def _length(
        self, text: str, tokens: list[tuple[int, int, str]], folded: list[str], at: int, words: tuple[str, ...]
    ) -> int:
        """Return how many tokens from `at` on are these words, 0 when they are not."""
        position = at
        for number, word in enumerate(words):
            if number and position < len(tokens) and folded[position] == "and":
                position += 1
            if position >= len(tokens):
                return 0
            if number and not _GAP.fullmatch(text, tokens[position - 1][1], tokens[position][0]):
                return 0
            if self.word(folded[position]) != word:
                return 0
            position += 1
        return position - at


@lru_cache(maxsize=64)
def mentions_of(names: Names) -> Mentions:
    """Return the finder of a question's names, made once."""
    return Mentions(names)
