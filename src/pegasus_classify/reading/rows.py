"""Lists of plain values that are one entry: `["Rain", 0, 40, 95]`, `[3, 9]`, `["0:10", "0:20"]`."""

from __future__ import annotations

from typing import NamedTuple

from pegasus_classify.contract.request import Option
from pegasus_classify.reading.fields import stretch_from
from pegasus_classify.reading.keys import option_of
from pegasus_classify.reading.names import Names
from pegasus_classify.reading.timecodes import Moment, Stretch
from pegasus_classify.reading.tree import Node

__all__ = ["Row", "row_of"]

_LONGEST = 8


class Row(NamedTuple):
    """One entry that was written as a list; `times` holds a stretch, or single times when no pair."""

    name: str
    prompt: str | None
    option: Option | None
    confidence: object
    times: list[Stretch]


def row_of(leaves: list[Node], names: Names, around: str | None, *, closed_to_names: bool) -> Row | None:
    """Return the entry a list of plain values is; None when it is a list of names or of ranges, or nothing known.

    Args:
        leaves: Plain values.
        names: What was asked.
        around: The class the list stands under; None when the row must name one itself.
        closed_to_names: True where no class may be named.
    """
    if len(leaves) > _LONGEST:
        return _moments(leaves, around)
    rest = list(leaves)
    name, prompt = around, None
    if around is not None and len(rest) != 2 and all(isinstance(leaf, str) for leaf in rest):
        return None
    if around is None:
        hit = names.class_of(rest[0]) if isinstance(rest[0], str) and not closed_to_names else None
        if hit is None or len(rest) < 2:
            return None
        name, prompt = hit.name, hit.prompt
        rest = rest[1:]
    assert name is not None
    times, rest = _leading_times(rest)
    if around is not None and len(times) == 1 and isinstance(leaves[0], str):
        return None
    if len(times) == 1 and times[0].end is not None:
        stretch = times[0]
    elif len(times) == 2 and times[0].end is None and times[1].end is None:
        stretch = Stretch(times[0].start, times[1].start)
    else:
        return None if around is None else _moments(leaves, around)
    numbers: list[Node] = [each for each in rest if isinstance(each, (int, float)) and not isinstance(each, bool)]
    numbers = numbers or [each for each in rest if isinstance(each, str) and each.rstrip().endswith("%")]
    if around is not None and len(numbers) > 1:
        return _moments(leaves, around)
    texts = [each for each in rest if isinstance(each, str)]
    options = [option for option in map(option_of, texts) if option is not None]
    prompts = [found for found in (names.prompt_of(text, name) for text in texts) if found is not None]
    return Row(
        name,
        prompts[0] if prompts else prompt,
        options[0] if options else None,
        numbers[0] if numbers else None,
        [stretch],
    )


def _leading_times(values: list[Node]) -> tuple[list[Stretch], list[Node]]:
    """Return the one range or up to two times among the values, and what is left."""
    times: list[Stretch] = []
    rest: list[Node] = []
    for value in values:
        full = len(times) == 2 or (bool(times) and times[0].end is not None)
        found = None if full else stretch_from(value)
        if found is None:
            rest.append(value)
        else:
            times.append(found)
    return times, rest


def _moments(leaves: list[Node], around: str | None) -> Row | None:
    """Return single times: numbers under a class that are no pair."""
    numbers = [each for each in leaves if isinstance(each, (int, float)) and not isinstance(each, bool)]
    if around is None or len(numbers) < len(leaves):
        return None
    times = [Stretch(Moment(float(each)), None) for each in numbers if abs(each) < 1e9]
    return Row(around, None, None, None, times)
