"""How many tokens a text has: an upper bound to plan with, and a likely number to show.

The platform does not publish its tokenizer, so the bound holds for any byte-level or SentencePiece tokenizer that
knows English.
"""

from __future__ import annotations

import re

__all__ = ["fits", "likely", "upper_bound"]

_PIECE = re.compile(r"(?P<word>[A-Z]?[a-z]+)|(?P<space> +)|(?P<ascii>[\x00-\x7f])|(?P<other>[^\x00-\x7f]+)")

_UNUSUAL = re.compile(r"[^aeiouy]{5}|^[^aeiouy]{3,}$", re.IGNORECASE)

_WIDE = re.compile(r"[\u0e00-\u0eff\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\U00020000-\U0003ffff]")
"""Scripts that write a syllable or a word with one character."""


def upper_bound(text: str) -> int:
    """Return a number of tokens that no plausible tokenizer exceeds.

    A written word counts one token for two letters (English words have one for four or more); letters that form no
    word, capitals, digits, signs and line ends count one each; a space before something belongs to it, further
    spaces count one each; anything else counts one per UTF-8 byte, the most any tokenizer can use.
    """
    return sum(_bound(match) for match in _PIECE.finditer(text))


def fits(text: str, limit: int) -> bool:
    """Tell whether a text surely has at most `limit` tokens: the same as comparing `upper_bound`, often faster."""
    return len(text.encode("utf-8", "surrogatepass")) <= limit or upper_bound(text) <= limit


def _bound(match: re.Match[str]) -> int:
    piece = match.group()
    if match.lastgroup == "word":
        return len(piece) if _UNUSUAL.search(piece) else (len(piece) + 1) // 2
    if match.lastgroup == "space":
        return len(piece) - 1
    if match.lastgroup == "other":
        return len(piece.encode("utf-8", "surrogatepass"))
    return 1


def likely(text: str) -> int:
    """Return about how many tokens a text has: one for four bytes, or one for a character of scripts without spaces."""
    wide = len(_WIDE.findall(text))
    rest = len(_WIDE.sub("", text).encode("utf-8", "surrogatepass"))
    return wide + (rest + 3) // 4
