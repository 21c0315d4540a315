"""Which requested class or prompt a written name means: the same one or none, never one that is merely like it."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import NamedTuple, TypeVar

from pegasus_classify.contract.request import Option
from pegasus_classify.contract.vocabulary import Vocabulary

__all__ = ["Hit", "Names", "loosened", "names_of", "plain", "remember", "squeezed"]


class Hit(NamedTuple):
    """What a written name means.

    Attributes:
        name: The class, as requested.
        prompt: As requested; None when the class itself was named.
        folded: True when case, plural, punctuation or decoration had to be looked past.
    """

    name: str
    prompt: str | None = None
    folded: bool = False


_MARKUP = re.compile(r"[*_~`]{1,3}(?=\S)|(?<=\S)[*_~`]{1,3}|<[^<>]{1,40}>")
_QUOTES = str.maketrans(dict.fromkeys("‘’‛`´＇", "'") | dict.fromkeys("“”„«»＂", '"'))
_DASHES = re.compile("[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]")
_ACCENT = re.compile("[\u0300-\u036f]")
_IGNORED = re.compile("[\u00ad\u200b-\u200f\u2060\ufe00-\ufe0f\ufeff]")
_CROSSED = re.compile("[\u2717\u2718\u274c\u274e\u2716]")
_WORD = re.compile(r"[^\W_]+")
_AND = re.compile(r"(?<=\w)[\s_]+and[\s_]+(?=\w)")
_ARTICLE = re.compile(r"(?:an?|the)\s+")


def plain(text: str) -> str:
    """Return a name without regard to case, width, kind of quotes and dashes, white space and entities."""
    text = unicodedata.normalize("NFKC", html.unescape(text)).translate(_QUOTES)
    text = _IGNORED.sub("", _DASHES.sub("-", text))
    return " ".join(text.casefold().split())


def squeezed(text: str) -> str:
    """Return a plain name without punctuation, space and symbols; `+` and `#` stay, they tell languages apart."""
    return "".join(c for c in plain(text) if c.isalnum() or c in "+#" or unicodedata.category(c)[0] == "M")


def loosened(text: str) -> str:
    """Return a squeezed name without accents, articles and the plural of its words."""
    text = _ACCENT.sub("", unicodedata.normalize("NFD", plain(text)))
    text = _AND.sub(" ", _ARTICLE.sub("", text, count=1) if _ARTICLE.match(text) else text)
    return squeezed(re.sub(_WORD, lambda match: _singular(match.group()), text))


def _singular(word: str) -> str:
    if len(word) < 3 or not word.isalpha() or not word.isascii() or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "xes", "sses", "zes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") else word


_FOLDS: tuple[Callable[[str], str], ...] = (plain, squeezed, loosened)


@lru_cache(maxsize=8192)
def _folded(name: str, level: int) -> str:
    """Return a name that was asked for as one way of comparing sees it; most answers are read for the same few."""
    return _FOLDS[level](name)


_LEAD = re.compile(
    r"\A\s*(?:[-*\u2022\u00b7>+\u2013\u2014]\s+|\(?\d{1,3}[.)\]:]\s*(?=\D)|\d{1,2}(?:\.\d{1,2}){1,3}\.?\s+(?=\D)|#\d{0,3}\s+|\(?[a-zA-Z][.)]\s+|#+\s*)"
)
_LABEL = re.compile(
    r"\A(?:\s*(?:the\s+)?(?:class|label|category|answer|name|type|prompt|detected|found|final answer|"
    r"result)(?:\s*(?:is|no\.?|#)?\s*\d{0,3})?\s*[:=\u2013-]\s*|\s*(?:class|label|category)_(?:\d{1,3}_)?)",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"\s*(?:[.,:;!?]+|#\s?\d{1,3}|(?<=[^\W\d_])_\d{1,3}|\((?:\s*\d{1,3}(?:\.\d+)?\s*%?\s*|high|medium|low|present|detected|found|yes|primary|secondary|main|minor|visual|conversation|"
    r"text_in_video|text in video|logo|audio|speech|"
    r"confirmed)\))\s*\Z",
    re.IGNORECASE,
)
_WRAPPED = re.compile(
    r"""\A\s*(?:\*{1,3}|_{1,3}|`{1,3}|~~|["'\u2018\u201c\u00ab\u300c\u300e\[(<{\u3010])(.+?)(?:\*{1,3}|"
    r"_{1,3}|`{1,3}|~~|["'\u2019\u201d\u00bb\u300d\u300f\])>}\u3011])\s*\Z""",
    re.DOTALL,
)
_PARTS = re.compile(r"(?<!\s)\s*(?:[,;|/\n\u3001\uff0c]|\s&\s|\band\b|\bund\b|\by\b|\bet\b|\s\+\s)\s*")
_ID_AND_NAME = re.compile(
    r"\A\s*[\[(<]?([A-Za-z]{1,3}\d{1,4}(?:\.[A-Za-z]{1,3}\d{1,4})?)[\])>]?\s*(?:[:=|,.)]|[-\u2013\u2014]|"
    r"\s)\s*[(\[]?(.+?)[)\]]?\s*\Z",
    re.DOTALL,
)
_NAME_AND_ID = re.compile(
    r"\A\s*(.+?)\s*(?:[:=|,]|"
    r"[-\u2013\u2014])?\s*[\[(]\s*(?:id:?\s*)?([A-Za-z]{1,3}\d{1,4}(?:\.[A-Za-z]{1,3}\d{1,4})?)\s*[\])]\s*\Z",
    re.DOTALL,
)


_TWO_NAMES = re.compile(
    r"\A\s*(.{1,200}?)\s*(?:[(\[]\s*(.{1,200}?)\s*[)\]]|(?:\s[-\u2013\u2014>|\u2192]+\s|\s?[/>:\u203a\u00bb]\s?)(.{1,200}?))\s*\Z"
)


def _evened(text: str) -> str:
    """Return a text with every run of white space as one space: patterns then need not try each part of a run."""
    return " ".join(text.split())


def _peeled(text: str) -> Iterable[str]:
    """Give a name as written, then with one more piece of decoration taken off at a time."""
    yield text
    decoded = _decoded(text)
    if decoded != text:
        yield decoded
    text = _evened(decoded)
    for _ in range(6):
        wrapped = _WRAPPED.match(text)
        shorter = _TAIL.sub("", _LABEL.sub("", _LEAD.sub("", text, count=1), count=1))
        if wrapped is not None and shorter == text:
            shorter = wrapped.group(1)
        shorter = shorter.strip()
        if shorter == text or not shorter:
            return
        text = shorter
        yield text


_SHORT_ID = re.compile(r"[A-Za-z]{1,3}\d{1,3}")
_CODE = re.compile(r"\\u([0-9a-fA-F]{4})")


def _decoded(text: str) -> str:
    """Return a name whose letters were escaped once too often as it was meant."""
    return _CODE.sub(lambda match: chr(int(match.group(1), 16)), text) if "\\u" in text else text


_UNREAD = Hit("")
"""Stands for a name whose meaning is not known yet."""


class _Index:
    """Names to what they mean, looked up from the most exact to the loosest way of comparing."""

    def __init__(self, entries: Iterable[tuple[str, Hit]]) -> None:
        self.entries = list(entries)
        self.levels: dict[int, dict[str, Hit | None]] = {}

    def level(self, number: int) -> dict[str, Hit | None]:
        """Return the table of one way of comparing; None stands where two things asked become the same."""
        table = self.levels.get(number)
        if table is None:
            table = {}
            for name, hit in self.entries:
                key = _folded(name, number)
                if key:
                    table[key] = hit if table.get(key, hit) == hit else None
            self.levels[number] = table
        return table


_REMEMBERED = 500
"""Written names whose meaning one question keeps in memory; most answers write the same few."""
_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


def remember(memory: dict[_Key, _Value], key: _Key, value: _Value) -> _Value:
    """Keep a value, and start anew when there are too many; a text may hold any number of names."""
    if len(memory) >= _REMEMBERED:
        memory.clear()
    memory[key] = value
    return value


class Names:
    """The names one question asked for.

    Building costs little; the tables for inexact comparison are made when first needed. What is kept beside them is
    only memory of what pure functions gave, so that one object may serve many texts and threads.

    Attributes:
        classes: As asked, in their order.
        names: The same by their names.
        all: The names alone.
        only: The name of the class when only one was asked.
        class_ids, prompt_ids: As in the vocabulary.
        told: Memory for the reader of clips: what they give as prompt and option, and what that means.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.classes = vocabulary.classes
        self.names = {each.name: each for each in vocabulary.classes}
        self.all = frozenset(self.names)
        self.only = vocabulary.classes[0].name if len(vocabulary.classes) == 1 else None
        self.class_ids = vocabulary.class_ids
        self.prompt_ids = vocabulary.prompt_ids
        self.told: dict[tuple[str | None, ...], tuple[str | None, Option | None]] = {}
        self._memory: dict[str, Hit | None] = {}
        self._prompts: dict[tuple[str, str], str | None] = {}
        self._in_class: dict[str, _Index] = {}
        self._class_index: _Index | None = None
        self._prompt_index: _Index | None = None

    def class_of(self, text: str) -> Hit | None:
        """Return what a name in the place of a class means: a class, or a prompt of exactly one; else None."""
        if text in self.class_ids:
            return Hit(self.class_ids[text])
        if text in self.names:
            return Hit(text)
        hit = self._memory.get(text, _UNREAD)
        if hit is _UNREAD:
            hit = remember(self._memory, text, self._class_of(text)) if len(text) <= 400 else None
        return hit

    def prompt_of(self, text: str, name: str) -> str | None:
        """Return the prompt of one class that a text means; None when it means none of them."""
        known = self.prompt_ids.get(text)
        if known is None and self.prompt_ids and _SHORT_ID.fullmatch(text):
            known = next(
                (pair for short, pair in self.prompt_ids.items() if pair[0] == name and short.endswith("." + text)),
                None,
            )
        if known is not None:
            return known[1] if known[0] == name else None
        if text in self.names[name].prompts:
            return text
        prompt = self._prompts.get((text, name), "")
        if prompt == "":
            prompt = remember(self._prompts, (text, name), self._prompt_of(text, name)) if len(text) <= 1200 else None
        return prompt

    def option_of(self, option: Option | None, name: str) -> Option | None:
        """Return an option if the class was asked with it."""
        return option if option in self.names[name].options else None

    # -- the inexact ways -----------------------------------------------------------------------------------------

    def _class_of(self, text: str) -> Hit | None:
        if _CROSSED.search(text):
            return None
        for shape in _peeled(text):
            hit = self._looked_up(shape, self._classes(), self._all_prompts())
            if hit is not None:
                return hit if shape == text and not hit.folded else hit._replace(folded=True)
        text = _MARKUP.sub("", text)
        return self._with_id(text) or self._with_prompt(text)

    def _with_prompt(self, text: str) -> Hit | None:
        """Read `Pets (Dog)`, `Dog (Pets)` and `Pets / Dog`: a class and one of its prompts."""
        match = _TWO_NAMES.match(text) if len(text) <= 300 else None
        if match is None:
            return None
        one, two = match.group(1), match.group(2) or match.group(3)
        for name, prompt in ((one, two), (two, one)):
            hit = self._looked_up(name, self._classes())
            known = self.prompt_of(prompt, hit.name) if hit is not None else None
            if hit is not None and known is not None:
                return Hit(hit.name, known, folded=True)
        return None

    def _looked_up(self, text: str, *indexes: _Index) -> Hit | None:
        for number, fold in enumerate(_FOLDS):
            key = fold(text)
            for index in indexes:
                table = index.level(number)
                if key in table:
                    hit = table[key]
                    return hit and hit._replace(folded=number > 0 or hit.folded)
        return None

    def _with_id(self, text: str) -> Hit | None:
        """Read `c1: Truck` and `Truck (c1)`: the id counts when the name beside it says nothing else."""
        if not self.class_ids:
            return None
        text = _evened(text)
        for pattern, turned in ((_ID_AND_NAME, False), (_NAME_AND_ID, True)):
            match = pattern.match(text)
            if match is None:
                continue
            short, name = match.group(2, 1) if turned else match.group(1, 2)
            by_id = self._looked_up(short, self._classes(), self._all_prompts())
            by_name = self._looked_up(name, self._classes(), self._all_prompts())
            if by_id is not None and by_name is not None and by_id.name == by_name.name:
                return (by_id if by_id.prompt else by_name)._replace(folded=True)
        return None

    def _prompt_of(self, text: str, name: str) -> str | None:
        index = self._in_class.get(name)
        if index is None:
            entries = [(prompt, Hit(name, prompt)) for prompt in self.names[name].prompts]
            ids = [(short, Hit(owner, prompt)) for short, (owner, prompt) in self.prompt_ids.items() if owner == name]
            index = self._in_class[name] = _Index(entries + ids)
        for shape in _peeled(text):
            hit = self._looked_up(shape, index)
            if hit is not None:
                return hit.prompt
        hit = self._with_id(_MARKUP.sub("", text))
        return hit.prompt if hit is not None and hit.name == name else None

    def _classes(self) -> _Index:
        if self._class_index is None:
            entries = [(each.name, Hit(each.name)) for each in self.classes]
            entries += [(short, Hit(name)) for short, name in self.class_ids.items()]
            self._class_index = _Index(entries)
        return self._class_index

    def _all_prompts(self) -> _Index:
        if self._prompt_index is None:
            entries = [(prompt, Hit(each.name, prompt)) for each in self.classes for prompt in each.prompts]
            entries += [(short, Hit(name, prompt)) for short, (name, prompt) in self.prompt_ids.items()]
            self._prompt_index = _Index(entries)
        return self._prompt_index

    def classes_in(self, text: str) -> list[Hit]:
        """Return what a name in the place of a class means, or each of several joined by commas, bars or "and"."""
        hit = self.class_of(text)
        if hit is not None:
            return [hit]
        parts = _PARTS.split(text) if len(text) <= 2000 else []
        hits = [self.class_of(part) for part in parts if part] if len(parts) > 1 else []
        return _exact([hit for hit in hits if hit is not None])

    def all_in(self, text: str) -> list[Hit]:
        """Return what a list of names means when every one of them was asked; else nothing."""
        hit = self.class_of(text)
        if hit is not None:
            return [hit]
        parts = [part for part in _PARTS.split(text.strip().strip(".")) if part] if len(text) <= 2000 else []
        hits = [self.class_of(part) for part in parts]
        return _exact([hit for hit in hits if hit is not None]) if all(hits) else []


class _Asked:
    """A vocabulary as a key: only the same object is equal, for what is in it cannot be hashed."""

    __slots__ = ("vocabulary",)

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary

    def __hash__(self) -> int:
        return id(self.vocabulary)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Asked) and self.vocabulary is other.vocabulary


@lru_cache(maxsize=256)
def _kept(asked: _Asked) -> Names:
    return Names(asked.vocabulary)


def names_of(vocabulary: Vocabulary) -> Names:
    """Return the names of a question, made once: the same question is asked of many videos."""
    return _kept(_Asked(vocabulary))


def _exact(hits: list[Hit]) -> list[Hit]:
    """Return what several names mean, each once; a class beside one of its own prompts is only its heading."""
    prompted = {hit.name for hit in hits if hit.prompt is not None}
    return list(dict.fromkeys(hit for hit in hits if hit.prompt is not None or hit.name not in prompted))
