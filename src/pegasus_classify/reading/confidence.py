"""How sure the model says it is, on a scale of 0 to 100."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from pegasus_classify.contract.quantities import Percent

__all__ = ["Claimed", "claimed", "fraction_scale", "percent"]

_WORDS: dict[str, float] = {
    "very low": 10, "extremely low": 10, "low": 30, "medium": 60, "moderate": 60, "mid": 60, "high": 80,
    "very high": 95, "extremely high": 95, "certain": 95,
    "baixa": 30, "baja": 30, "bassa": 30, "faible": 30, "niedrig": 30, "gering": 30, "\u4f4e": 30, "\ub0ae\uc74c": 30,
    "\u043d\u0438\u0437\u043a\u0430\u044f": 30, "m\u00e9dia": 60, "media": 60, "moyenne": 60, "mittel": 60,
    "\u4e2d": 60, "\u4e2d\u7b49": 60,
    "\uc911\uac04": 60, "\u0441\u0440\u0435\u0434\u043d\u044f\u044f": 60, "alta": 80, "\u00e9lev\u00e9e": 80,
    "\u00e9lev\u00e9": 80, "haute": 80, "hoch": 80,
    "\u9ad8": 80, "\ub192\uc74c": 80, "\u0432\u044b\u0441\u043e\u043a\u0430\u044f": 80, "sehr hoch": 95,
    "muito alta": 95, "muy alta": 95, "molto alta": 95,
    "tr\u00e8s \u00e9lev\u00e9e": 95, "\u975e\u5e38\u9ad8": 95, "sehr niedrig": 10, "muy baja": 10, "muito baixa": 10,
    "\u0639\u0627\u0644\u064a\u0629": 80, "\u0645\u062a\u0648\u0633\u0637\u0629": 60,
    "\u0645\u0646\u062e\u0641\u0636\u0629": 30,
    "\u0909\u091a\u094d\u091a": 80, "\u092e\u0927\u094d\u092f\u092e": 60, "\u9ad8\u3044": 80,
    "\u4f4e\u3044": 30, "\u5f88\u9ad8": 95,
    "sehr sicher": 95, "sicher": 80, "very certain": 95, "very confident": 95, "confident": 80, "sure": 80,
    "very sure": 95,
}  # fmt: skip
"""Bands in words; the numbers are the middle of what each word is used for."""

_OF = re.compile(
    r"(\d{1,4}(?:[.,]\d{1,6})?)\s*(?:/|out of|of|von|de)\s*(10|100|5|1|10\.0|1\.0|100\.0|5\.0)(?:\.0)?\s*%?"
)
_PERCENT = re.compile(r"(\d{1,4}(?:[.,]\d{1,6})?)\s*(?:%|percent|per cent|pct|prozent)")
_NUMBER = re.compile(r"[+]?(?:\d{1,4}(?:[.,]\d{1,9})?|[.,]\d{1,9})")
_AROUND = re.compile(
    r"^(?:about|around|approx(?:imately|\.)?|~|\u2248|confidence|score|conf\.?(?!\w)|c\.|confian[\u00e7z]a|confiance|konfidenz|sicherheit|"
    r"certainty|probability|\u7f6e\u4fe1\u5ea6|\u4fe1\u983c\u5ea6|\uc2e0\ub8b0\ub3c4|\u0443\u0432\u0435\u0440\u0435\u043d\u043d\u043e\u0441\u0442\u044c)\s*[:=]?\s*|"
    r"\s+(?:confidence|confident|certainty|sure|probability|points?)$|\s*pts\.?$|[.!]$"
)


class Claimed(NamedTuple):
    """A confidence as written: `value` is on 0..100 when `scale` is "percent", else as the answer's scale decides.

    Attributes:
        value: The number.
        scale: `percent`, `fraction` (surely on 0..1), `open` (0 or 1 without a decimal point), `none` when unreadable.
    """

    value: float
    scale: str


_UNREADABLE = Claimed(0.0, "none")
_WHOLE = tuple(Claimed(float(value), "percent") for value in range(101))


def claimed(raw: object) -> Claimed:
    """Return what a value in the place of a confidence says."""
    if type(raw) is int and 1 < raw <= 100:
        return _WHOLE[raw]
    if isinstance(raw, bool) or raw is None:
        return _UNREADABLE
    if isinstance(raw, int):
        return _of_number(raw, pointed=False)
    if isinstance(raw, float):
        return _of_number(raw, pointed=True)
    if isinstance(raw, str) and len(raw) <= 60:
        return _of_text(raw)
    return _UNREADABLE


def _of_number(value: float, *, pointed: bool) -> Claimed:
    if not 0 <= value <= 100:
        return _UNREADABLE
    if value > 1:
        return Claimed(float(value), "percent")
    if pointed and value > 0:
        return Claimed(float(value), "fraction")
    return Claimed(float(value), "open")


def _of_text(raw: str) -> Claimed:
    text = " ".join(raw.strip().strip("\"'*_()[]").casefold().replace("-", " ").replace("_", " ").split())
    for _ in range(3):
        if text in _WORDS:
            return Claimed(_WORDS[text], "percent")
        out_of = _OF.fullmatch(text)
        if out_of is not None:
            value = 100 * float(out_of.group(1).replace(",", ".")) / float(out_of.group(2))
            return Claimed(value, "percent") if value <= 100 else _UNREADABLE
        percent_sign = _PERCENT.fullmatch(text)
        if percent_sign is not None:
            value = float(percent_sign.group(1).replace(",", "."))
            return Claimed(value, "percent") if value <= 100 else _UNREADABLE
        if _NUMBER.fullmatch(text):
            return _of_number(float(text.replace(",", ".")), pointed="." in text or "," in text)
        shorter = _AROUND.sub("", text)
        if shorter == text:
            break
        text = shorter
    parts = re.fullmatch(r"(.+?)\s*[(\[,:]\s*(.+?)[)\]]?", text)
    if parts is None:
        return _UNREADABLE
    both = [each for each in (claimed(parts.group(1)), claimed(parts.group(2))) if each.scale != "none"]
    # "high (85)": the number is the exact one.
    numbers = [each for each, part in zip(both, parts.groups(), strict=False) if any(c.isdigit() for c in part)]
    return (numbers or both or [_UNREADABLE])[0]


def fraction_scale(values: Iterable[Claimed]) -> bool | None:
    """Return whether an answer's confidences lie on 0..1; None when nothing shows it.

    The first telling value in the order of the text decides, so that the beginning of an answer is read as the whole.
    """
    for each in values:
        if each.scale in ("percent", "fraction"):
            return each.scale == "fraction"
    return None


def percent(each: Claimed, *, fractions: bool | None) -> Percent | None:
    """Return a confidence on 0..100; None when it cannot be read."""
    if each.scale == "none":
        return None
    if each.scale == "fraction" or (each.scale == "open" and fractions):
        return round(each.value * 100, 6)
    return each.value
