"""Sentences and numbers as people read them."""

from __future__ import annotations

from pegasus_classify.compare.comparison import Comparison
from pegasus_classify.contract.verdicts import Estimate

__all__ = ["clock", "headline", "interval", "number", "percent", "signed", "verdict_word"]

_MINUS = "\N{MINUS SIGN}"
_NOTHING = "\N{EN DASH}"


def headline(comparison: Comparison) -> str:
    """Return the verdict in one sentence."""
    verdict = comparison.verdict
    if verdict.word == "different":
        return f"Different: {_what_differs(comparison)}."
    if verdict.word == "same":
        classes = _classes(len(comparison.classes))
        return f"The same: in {classes}, no difference beyond the noise is large enough to matter."
    if verdict.more_videos is not None:
        return f"Cannot tell yet: about {verdict.more_videos:,} more videos would settle it."
    if not comparison.right.repeats:
        return "Cannot tell: ask the new side a second time, so that its own noise is known."
    return "Cannot tell, and more videos like these would not settle it."


def _what_differs(comparison: Comparison) -> str:
    different = sorted(
        (each for each in comparison.classes if each.verdict.word == "different"),
        key=lambda each: each.verdict.p_value,
    )
    if not different:
        renamed = [each for each in comparison.findings if each.kind in ("class_renamed", "class_case")]
        return renamed[0].message if renamed else "taken together, though no single class shows it alone"
    if len(different) == 1:
        return f"{different[0].name} is answered differently" + _of(comparison)
    if len(different) == len(comparison.classes):
        return f"all {len(different)} classes are answered differently"
    some = f"{len(different)} of {len(comparison.classes)} classes"
    return f"{some} are answered differently, most of all {different[0].name}"


def _of(comparison: Comparison) -> str:
    others = len(comparison.classes) - 1
    return f", one of {_classes(others + 1)}" if others else ""


def _classes(count: int) -> str:
    return "the one class" if count == 1 else f"{count} classes"


def verdict_word(word: str) -> str:
    """Return a verdict's word as it is written in a sentence."""
    return word.replace("_", " ")


def percent(value: float | None, digits: int = 1) -> str:
    """Return a share of 1 in percent; a dash for nothing."""
    return _NOTHING if value is None else f"{_written(100 * value, digits)} %"


def number(value: float | None, digits: int = 2) -> str:
    """Return a number with so many decimals; a dash for nothing."""
    return _NOTHING if value is None else _written(value, digits)


def signed(value: float | None, digits: int = 1) -> str:
    """Return a number with its sign, none for what is written as zero; a dash for nothing."""
    if value is None:
        return _NOTHING
    written = _written(value, digits)
    return f"+{written}" if value > 0 and any(digit in written for digit in "123456789") else written


def _written(value: float, digits: int) -> str:
    # Adding zero to a rounded number takes the sign away from minus zero.
    return f"{round(value, digits) + 0.0:,.{digits}f}".replace("-", _MINUS)


def interval(estimate: Estimate, *, share: bool = False, digits: int = 2) -> str:
    """Return the interval of an estimate, in percent when it is a share; empty when there is none."""
    if estimate.low is None or estimate.high is None:
        return ""
    ends = [100 * end if share else end for end in (estimate.low, estimate.high)]
    low, high = (_written(end, digits) for end in ends)
    return f"{low} to {high}" + (" %" if share else "")


def clock(seconds: float | None) -> str:
    """Return seconds as minutes and seconds, with hours when there are any."""
    if seconds is None:
        return _NOTHING
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
