"""Whether a name in a sentence stands for itself, and whether the words around it state it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pegasus_classify.reading.forms.function_words import FUNCTION_WORDS, SUBJECTS
from pegasus_classify.reading.forms.neighbours import LEFT_OK, POSITIVE, RIGHT_OK, UNREAL
from pegasus_classify.reading.forms.sentence_parts import leads_on
from pegasus_classify.reading.forms.sentence_signs import (
    HEDGE,
    LAST_WORD,
    NEXT_WORD,
    NOTHING,
    OFFER,
    QUOTING,
    STATED_BEFORE,
    STATED_BEHIND,
    WITHDRAWN,
    WORDS,
)
from pegasus_classify.reading.mentions import Mention

__all__ = ["declares", "is_whole_name", "stated"]

_LABEL = re.compile(r",\s+not\b[^.:]{0,60}[:.]|\s?(?::|[\u2013\u2014-]\s)")
"""What stands behind a name that is the answer, before its reasons."""
_PLAIN_WORDS = frozenset({"none", "other", "both", "all", "any"})
_LATIN = 0x24F
_CYRILLIC = 0x52F
_NEAR = 80
"""Signs beside a name in which words may state it."""


def is_whole_name(text: str, mention: Mention) -> bool:
    """Return whether a name is not part of a longer one, such as "Deep Frying" or "Truck Driver".

    Args:
        text: The sentence.
        mention: A name in it that means a class.
    """
    return _stands_free_before(text, mention) and _stands_free_behind(text, mention)


def _stands_free_before(text: str, mention: Mention) -> bool:
    before = text[max(0, mention.start - 60) : mention.start]
    left = LAST_WORD.search(before)
    word = "" if left is None else left.group(1)
    known = word.casefold()
    if (
        not word
        or ord(word[0]) > _CYRILLIC
        or known in LEFT_OK
        or known in FUNCTION_WORDS
        or word[0].isdigit()
        or leads_on(left)
    ):
        return True
    if known.endswith("ly") or known in UNREAL:
        return known not in UNREAL
    # A name with a capital in the middle of a sentence is the class itself, whatever is said of it.
    if mention.text[:1].isupper() and word[0].islower():
        return True
    assert left is not None
    earlier = LAST_WORD.search(before[: left.start()])
    return earlier is not None and word[0].islower() and _takes_a_verb(earlier.group(1).casefold(), mention.text)


def _takes_a_verb(word: str, name: str) -> bool:
    """Return whether the word behind this one is a verb, so that what it stands before is no longer name.

    "They discuss inflation"; behind other words only a plural may stand without an article: "the couple exchange vows".
    """
    plural = name.endswith("s") and not (word in FUNCTION_WORDS or word in LEFT_OK or word[0].isdigit())
    return word in SUBJECTS or plural


def _stands_free_behind(text: str, mention: Mention) -> bool:
    right = NEXT_WORD.match(text, mention.end)
    if right is not None and mention.text.casefold() in _PLAIN_WORDS and right.group(1).casefold() == "of":
        return False  # "None of the hazards": the word, not a class that is called so.
    if right is None or right.group(1)[0].isdigit() or ord(right.group(1)[0]) > _LATIN:
        return True
    word = right.group(1)
    known = word.casefold()
    if mention.text[:1].isupper() and text[: mention.start].strip(" *_\"'(") and word[0].islower():
        return True  # "the NBA logo": in the middle of a sentence a capital shows that the name is meant.
    behind = NEXT_WORD.match(text, right.end())
    if mention.text.endswith("s") and behind is not None and behind.group(1).casefold() in FUNCTION_WORDS:
        return word[0].islower()  # "The end credits roll from ..."
    return (
        known in RIGHT_OK
        or (known in FUNCTION_WORDS and (word[0].islower() or word[:1] == "I"))
        or (word[0].islower() and word.endswith(("s", "ed", "ing", "ly")))
    )


def declares(rest: str) -> bool:
    """Return whether words around a name do nothing but state it."""
    if HEDGE.search(rest):
        return False
    words = [word.casefold() for word in WORDS.findall(rest.replace("\x00", " "))]
    return all(word in POSITIVE for word in words)


def stated(blank: str, spans: Sequence[tuple[int, int]]) -> list[bool]:
    """Return of which names a sentence says in passing that they are there: "The video shows a pole vault".

    Args:
        blank: The sentence, its names blanked.
        spans: Where each name, or the names that stand together, begin and end; in the order of the text.
    """
    if not spans or any(sign.search(blank) for sign in (HEDGE, WITHDRAWN, QUOTING)):
        return [False] * len(spans)
    denial, offer = NOTHING.search(blank), OFFER.search(blank)
    denied = len(blank) if denial is None else denial.start()
    offered = len(blank) if offer is None else offer.start()
    return [start <= denied and _is_stated(blank, start, end, offered=offered < start) for start, end in spans]


def _is_stated(blank: str, start: int, end: int, *, offered: bool) -> bool:
    if start <= _NEAR and not blank[:start].strip(" *_") and _LABEL.match(blank, end):
        return True
    behind = STATED_BEHIND.match(blank[end : end + _NEAR])
    if behind is not None and NOTHING.search(behind.group()) is None:
        return True
    return not offered and STATED_BEFORE.search(blank[max(0, start - _NEAR) : start]) is not None
