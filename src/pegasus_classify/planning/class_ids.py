"""Short names for classes and prompts, the same whatever the order of the request."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import count

from pegasus_classify.contract.request import ClassifyRequest, EffectiveClass, effective_classes
from pegasus_classify.contract.vocabulary import Vocabulary

__all__ = ["canonical_vocabulary", "id_letters"]

_CLASS_LETTERS = "ckqxzv"
_PROMPT_LETTERS = "pwyjhm"

_WORD = re.compile(r"[^\W_]+")
_DIGIT = re.compile(r"\d")
_NUMBERED = re.compile(r"([^\W\d]+)\d+")


def canonical_vocabulary(request: ClassifyRequest) -> Vocabulary:
    """Return the classes in canonical order, each with an id (`c1`), each prompt too (`c1.p1`).

    The order is that of the names and of the prompts inside a class, by code point. Requests that differ only in the
    order of classes, prompts or options give equal vocabularies, and so equal questions.
    """
    classes = tuple(_sorted_prompts(each) for each in sorted(effective_classes(request), key=lambda each: each.name))
    class_letter, prompt_letter = id_letters(text for each in classes for text in (each.name, *each.prompts))
    class_ids = {f"{class_letter}{number}": each.name for number, each in enumerate(classes, 1)}
    prompt_ids = {
        f"{class_id}.{prompt_letter}{number}": (each.name, prompt)
        for class_id, each in zip(class_ids, classes, strict=True)
        for number, prompt in enumerate(each.prompts, 1)
    }
    return Vocabulary(classes, class_ids, prompt_ids)


def _sorted_prompts(each: EffectiveClass) -> EffectiveClass:
    return each.model_copy(update={"prompts": tuple(sorted(each.prompts))})


def id_letters(texts: Iterable[str]) -> tuple[str, str]:
    """Return the letters that class ids and prompt ids begin with: `c` and `p` unless the texts hold such a word.

    "C4" among the texts rules out `c` altogether, since an answer that says "c4" could mean the text. Case, width,
    a plural s and signs between letters make no difference.
    """
    taken = {key for text in texts for key in _keys(text)}
    return _first_free(_CLASS_LETTERS, taken), _first_free(_PROMPT_LETTERS, taken)


def _keys(text: str) -> Iterator[str]:
    """Go through the letters in front of a number, for every word of a text and for all its words run together."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    if not _DIGIT.search(folded):
        return
    words = _WORD.findall(folded)
    for word in (*words, "".join(words)):
        for match in _NUMBERED.finditer(word):
            yield match[1]


def _first_free(letters: str, taken: set[str]) -> str:
    for times in count(1):
        for letter in letters:
            if letter * times not in taken:
                return letter * times
    raise AssertionError("count never ends")  # pragma: no cover
