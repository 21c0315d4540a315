"""Plain values: what a list of numbers and words, a bare string or a scalar under a class says."""

from __future__ import annotations

from collections.abc import Callable

from pegasus_classify.reading.claims import Claims
from pegasus_classify.reading.fields import above_zero
from pegasus_classify.reading.forms.headless import columns_of
from pegasus_classify.reading.keys import option_of, truth_of
from pegasus_classify.reading.names import Hit, Names
from pegasus_classify.reading.places import Place
from pegasus_classify.reading.rows import row_of
from pegasus_classify.reading.timecodes import Stretch, stretch_of
from pegasus_classify.reading.tree import Node, Obj

__all__ = ["Leaves"]

_LONGEST_RANGES = 4000


class Leaves(Claims):
    """Reads plain values into claims.

    Attributes:
        spoken: Reads words behind the name of a class into entries.
    """

    def __init__(self, names: Names, spoken: Callable[[str, str], list[Obj]]) -> None:
        super().__init__(names)
        self.spoken = spoken

    def leaves(self, nodes: list[Node], leaves: list[Node], place: Place, closed: bool) -> None:
        """Read a list of plain values: a row of one entry, a pair of times, ranges, or names."""
        span = getattr(nodes, "span", None)
        texts = [leaf for leaf in leaves if isinstance(leaf, str)]
        if not closed:
            self.cut_leaves(texts, place, span, whole=len(texts) == len(nodes))
            return
        row = row_of(leaves, self.names, place.name, closed_to_names=place.foreign)
        if place.moments and len(texts) == len(leaves) == 2:
            row = None  # Two single times under a key for moments are no start and end.
        if row is not None:
            option = row.option or place.option
            confidence = place.confidence if row.confidence is None else row.confidence
            hit = Hit(row.name, row.prompt or (place.prompt if row.name == place.name else None))
            for times in row.times:
                self.claim(hit, place._replace(option=option), times, confidence, span)
            return
        for text in texts:
            self.string(text, place, span)

    def cut_leaves(self, texts: list[str], place: Place, span: tuple[int, int] | None, *, whole: bool) -> None:
        """Read what is sure in a list that was broken off: it might have become a row or a pair of times."""
        if not whole:
            return
        if place.name is None:
            named = [text for text in texts if place.listed and self.names.class_of(text)]
            texts = texts if len(named) > 1 else []
        for text in texts:
            times = stretch_of(text) if place.name is not None else None
            if place.name is None or (times is not None and times.end is not None):
                self.string(text, place, span)

    def string(self, text: str, place: Place, span: tuple[int, int] | None = None) -> None:
        """Read a bare string: a range of the class around it, one of its prompts, or the name of a class."""
        if place.name is not None:
            times = stretch_of(text)
            prompt = self.names.prompt_of(text, place.name) if times is None else None
            if times is not None:
                self.clip(place, times, span)
            elif prompt is None and text[:1].isdigit():
                self.ranges(text, place)
            elif prompt is not None and place.times is not None:
                self.clip(place._replace(prompt=prompt), place.times, span)
            return
        if place.foreign or place.unsettled or self.row_in(text, place, span) or not place.listed:
            return
        hits = self.names.classes_in(text)
        for hit in hits:
            self.claim(hit, place, place.times, place.confidence if place.times else None, span)
        head, _, tail = text.partition(":")
        named = None if hits or not tail else self.names.class_of(head)
        if named is not None:
            self.ranges(tail, place._replace(name=named.name, prompt=named.prompt, folded=named.folded))

    def row_in(self, text: str, place: Place, span: tuple[int, int] | None) -> bool:
        """Read a string that is a clip as a row of cells: `Dogs | visual | 3-9.5 | 80`; False when it is none."""
        cells = [cell.strip() for cell in text.split("|" if "|" in text else ",")]
        columns = columns_of([cells], self.names) if len(cells) > 1 else None
        if columns is None:
            return False
        told = dict(zip(columns, cells, strict=True))
        hit = self.names.class_of(told["class"])
        times = stretch_of(told["time"]) if "time" in told else None
        if times is None:
            start, end = stretch_of(told.get("start", "")), stretch_of(told.get("end", ""))
            times = Stretch(start.start, end.start) if start is not None and end is not None else None
        # `columns_of` found both.
        assert hit is not None
        assert times is not None
        prompt = self.names.prompt_of(told["prompt"], hit.name) if "prompt" in told else hit.prompt
        option = option_of(told.get("option")) or place.option
        self.claim(
            Hit(hit.name, prompt), place._replace(option=option), times, told.get("confidence", place.confidence), span
        )
        return True

    def scalar(self, value: Node, here: Place) -> None:
        """Read one plain value under the name of a class: yes or no, a confidence, times."""
        assert here.name is not None
        hit = Hit(here.name, here.prompt)
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        truth = None if number else truth_of(value)
        if value is None or truth is False or value == 0:
            self.said.absent.add(here.name)
        elif number or truth is True:
            self.claim(hit, here, here.times, value if number else here.confidence, None)
        else:
            before = len(self.said.claims)
            self.ranges(value, here)
            if len(self.said.claims) == before and above_zero(value):
                self.claim(hit, here, here.times, value, None)

    def ranges(self, text: str, here: Place) -> None:
        """Read every time in a text that can hold nothing else."""
        if here.name is None:
            return
        for told in self.spoken(text[:_LONGEST_RANGES], here.name):
            fields = dict(told.pairs)
            times = fields.get("time")
            if isinstance(times, Stretch):
                option = option_of(fields.get("option")) or here.option
                place = here._replace(
                    prompt=fields.get("prompt") or here.prompt,
                    option=option,
                    confidence=fields.get("confidence", here.confidence),
                )
                self.clip(place, times, None)
