"""From a tree to claims: who is named, where the times stand, what holds for what is inside."""

from __future__ import annotations

from collections.abc import Callable

from pegasus_classify.reading.claims import FOLDED, Claim, Said
from pegasus_classify.reading.columns import are_entries, embedded_in, unzipped
from pegasus_classify.reading.dotted import nested
from pegasus_classify.reading.fields import (
    Fields,
    above_zero,
    denied,
    fields_of,
    joined,
    split,
    stretch_in,
)
from pegasus_classify.reading.keys import option_of, role_of, truth_of
from pegasus_classify.reading.leaves import Leaves
from pegasus_classify.reading.names import Hit, Names, remember
from pegasus_classify.reading.places import Entry, Place, hits_of, places_in
from pegasus_classify.reading.timecodes import Moment, Stretch, stretch_of
from pegasus_classify.reading.tree import Node, Obj

__all__ = ["said_by"]

_DEEPEST = 60
_MOST_TIMES_OVER = 64
"""How often one entry is read: once for each class named around it, and for each that it names."""
_ENTRY_KEYS = {"class", "confidence", "clips"}
_CLIP_KEYS = frozenset({"start", "end", "prompt", "option", "confidence"})
_WHOLE_VIDEO = frozenset({"video", "image", "images", "text", "scene", "frame", "title", "texts", "sight"})
"""Keys that name an option only beside others: an answer may stand as a whole under one of them."""
_LONGEST_TOLD = 400
"""Characters of a prompt with its option up to which what they mean is kept."""
_NOWHERE = Place()
_MOMENTS = frozenset({"timestamps", "moments", "times", "occurrences", "appearances"})
_NUMBERS = frozenset({int, float})
_TEXT = (str, type(None))
_OPEN_TEXTS = frozenset({"visual", "conversation", "text_in_video", "logo", "analysis", "speech", "audio"})
"""Keys of texts that hold data when their value is an object or a list of objects."""


def said_by(
    value: Node,
    names: Names,
    opened: Callable[[str], list[Node]],
    spoken: Callable[[str, str], list[Obj]],
    around: Place = Place(),  # noqa: B008 - frozen
    *,
    inside: int = 0,
) -> Said:
    """Return what a tree says about the classes asked.

    Args:
        value: The tree.
        names: What was asked.
        opened: Reads a string that is an answer itself.
        spoken: Reads words behind the name of a class, the second argument, into entries.
        around: What holds for all of it, such as what the heading above it says.
        inside: How many strings the tree stood in; the deeper, the fewer of its own levels are looked at.
    """
    walk = _Walk(names, opened, spoken, _DEEPEST >> inside)
    if not walk.plain_answer(value, around):
        walk.value(value, around, 0)
    return walk.said


def _is_zero(raw: Node) -> bool:
    return isinstance(raw, (int, str)) and not isinstance(raw, bool) and str(raw).strip() in ("0", "0%", "0 %", "0.0")


def _hold_data(value: Node) -> bool:
    """Return whether a value is entries, or ranges as pairs of numbers."""
    if are_entries(value):
        return not _all_texts(value)
    return isinstance(value, list) and bool(value) and all(isinstance(each, list) for each in value)


def _holds_texts(value: Node) -> bool:
    """Return whether a value is a list of nothing but texts: the names of what is seen at a time, say."""
    return isinstance(value, list) and bool(value) and all(isinstance(each, str) for each in value)


def _all_texts(value: Node) -> bool:
    """Return whether an object holds nothing but texts about the video: remarks on each class, say."""
    return isinstance(value, Obj) and all(
        isinstance(each, str) and stretch_of(each) is None and truth_of(each) is None for _, each in value.pairs
    )


class _Walk(Leaves):
    def __init__(
        self,
        names: Names,
        opened: Callable[[str], list[Node]],
        spoken: Callable[[str, str], list[Obj]],
        deepest: int,
    ) -> None:
        super().__init__(names, spoken)
        self.opened = opened
        self.deepest = deepest
        self.times_over = 1

    # -- any value ------------------------------------------------------------------------------------------------

    def value(self, node: Node, place: Place, depth: int) -> None:
        if depth > self.deepest:
            return
        if isinstance(node, Obj):
            self.entry(node, place, depth)
        elif isinstance(node, list):
            self.items(node, place, depth)
        elif isinstance(node, str):
            if depth == 0 or embedded_in(node):
                self.envelope(node, place, depth)
            else:
                self.string(node, place)

    def envelope(self, text: str, place: Place, depth: int) -> None:
        """Read a string that is an answer itself."""
        for node in self.opened(text):
            if isinstance(node, str):
                self.envelope(node, place, depth + 1)
            else:
                self.value(node, place._replace(listed=True), depth + 1)

    # -- lists ----------------------------------------------------------------------------------------------------

    def items(self, nodes: list[Node], place: Place, depth: int) -> None:
        closed = type(nodes) is list or getattr(nodes, "closed", True)
        if not nodes:
            self.said.empty = self.said.empty or (closed and not place.foreign)
            return
        leaves = [node for node in nodes if not isinstance(node, (Obj, list))]
        if leaves and any(isinstance(leaf, str) and embedded_in(leaf) for leaf in leaves):
            for node in nodes:
                self.value(node, place, depth + 1)
            return
        if leaves and not isinstance(nodes[0], (Obj, list)):
            self.leaves(nodes, leaves, place, closed)
        if len(leaves) == len(nodes):
            return
        # What has the wanted form is read at once; the long way leads to the same.
        plain = self.plain_entry if place.name is None else self.plain_clip
        for node in joined(nodes) if len(nodes) > 1 else nodes:
            if isinstance(node, Obj):
                if not (node.closed and plain(node, place, depth)):
                    self.entry(node, place, depth + 1)
            elif isinstance(node, list):
                self.value(node, place._replace(moments=False), depth + 1)

    # -- the wanted form ------------------------------------------------------------------------------------------

    def plain_answer(self, value: Node, place: Place) -> bool:
        """Read an object that holds nothing but the list of classes; False when it is anything else."""
        if not (isinstance(value, Obj) and value.closed and len(value.pairs) == 1 and place == _NOWHERE):
            return False
        key, entries = value.pairs[0]
        if key != "classes" or not isinstance(entries, list) or key in self.names.names:
            return False
        self.value(entries, place, 1)
        return True

    def plain_entry(self, obj: Obj, place: Place, depth: int) -> bool:
        """Read a class with its confidence and its clips; False when it is anything else."""
        values = dict(obj.pairs)
        if len(obj.pairs) != 3 or values.keys() != _ENTRY_KEYS or "clips" in self.names.names:
            return False
        name, confidence, clips = values["class"], values["confidence"], values["clips"]
        if type(name) is not str or type(confidence) not in _NUMBERS or not isinstance(clips, list) or not clips:
            return False
        hits = self.names.classes_in(name)
        if len(hits) != 1 or not all(isinstance(each, Obj) for each in clips):
            return False
        said, hit = self.said, hits[0]
        said.finished.add(hit.name)
        said.scales.append(confidence)
        before, denials = len(said.claims), len(said.absent)
        here = Place(hit.name, hit.prompt, place.option, confidence, place.times, folded=hit.folded)
        self.items(clips, here, depth + 2)
        if len(said.claims) > before or (len(said.absent) > denials and hit.name in said.absent):
            return True
        if place.times is not None:
            self.clip(here, place.times, obj.span, obj.repairs)
        else:
            self.timeless(here, fields_of(obj), True, obj)
        return True

    def plain_clip(self, obj: Obj, place: Place, depth: int) -> bool:  # noqa: ARG002 - stands where `plain_entry` may
        """Read a clip in the wanted form, which nearly all are; False when it is anything else."""
        values = dict(obj.pairs)
        name = place.name
        if name is None or len(values) != len(obj.pairs) or not _CLIP_KEYS.issuperset(values):
            return False
        start: Node = values.get("start")
        end: Node = values.get("end")
        if type(start) not in _NUMBERS or type(end) not in _NUMBERS or not (-1e9 < start < 1e9 and -1e9 < end < 1e9):
            return False
        prompt, option, confidence = values.get("prompt"), values.get("option"), values.get("confidence")
        if not (isinstance(prompt, _TEXT) and isinstance(option, _TEXT)):
            return False
        if confidence is None:
            confidence = place.confidence
        key = (name, prompt, option, place.prompt, place.option)
        meant = self.names.told.get(key)
        if meant is None:
            known = place.prompt if prompt is None else self.names.prompt_of(prompt, name) or place.prompt
            source = place.option if option is None else option_of(option) or place.option
            meant = known, None if source is None else self.names.option_of(source, name)
            if len(prompt or "") + len(option or "") <= _LONGEST_TOLD:
                remember(self.names.told, key, meant)
        times = Stretch(Moment(float(start)), Moment(float(end)))
        repairs = (*obj.repairs, *FOLDED) if place.folded else obj.repairs
        self.said.claims.append(Claim(name, meant[0], meant[1], times, confidence, obj.span, repairs))
        return True

    # -- objects --------------------------------------------------------------------------------------------------

    def entry(self, obj: Obj, place: Place, depth: int, *, whole: bool = False) -> None:
        if not obj.pairs:
            return
        deep = nested(obj) if not whole else None
        if deep is not None:
            self.entry(deep, place, depth + 1, whole=True)
            return
        fields = fields_of(obj)
        parts = split(obj) if fields.again and not whole else unzipped(obj)
        if parts:
            for part in parts:
                self.entry(part, place, depth, whole=True)
            return
        self.read_entry(Entry(obj, fields, stretch_in(fields), hits_of(fields, self.names)), place, depth)

    def read_entry(self, entry: Entry, place: Place, depth: int) -> None:
        if entry.times is not None and not entry.obj.closed:
            return  # A clip that touches the cut.
        places = places_in(entry, place, self.names)
        before = self.times_over
        if before * len(places) > _MOST_TIMES_OVER:
            places = places[:1]
        self.times_over = before * len(places)
        for here in places:
            self.inside(here, entry, place, depth)
        self.times_over = before

    def inside(self, here: Place, entry: Entry, outer: Place, depth: int) -> None:
        obj, fields, times, hits = entry
        named = hits is not None and here.name is not None
        if obj.closed and named:
            self.said.finished.add(here.name or "")
        if denied(fields):
            self.said.absent |= {here.name} if here.name else set()
            self.said.empty = self.said.empty or (here.name is None and not here.foreign)
            return
        before, denials = len(self.said.claims), len(self.said.absent)
        self.said.scales.append(fields.values.get("confidence"))
        if not named and times is None and here.name is not None and _is_zero(fields.values.get("confidence")):
            self.said.absent.add(here.name)
        if times is not None:
            self.clip(here, times, obj.span, obj.repairs)
        elif isinstance(told := fields.values.get("time"), str) and not {"start", "end"} & fields.values.keys():
            self.ranges(told, here)
        listed = fields.lists
        for key, value in fields.members:
            listed = self.member(key, value, here, depth) or listed
        if len(self.said.absent) > denials and here.name in self.said.absent:
            return
        if len(self.said.claims) > before or not named or times is not None or not obj.closed:
            return
        if outer.times is not None:
            self.clip(here, outer.times, obj.span, obj.repairs)
        else:
            self.timeless(here, fields, listed, obj)

    def timeless(self, here: Place, fields: Fields, listed: bool, obj: Obj) -> None:
        """Read an entry that names its class and gives no time."""
        assert here.name is not None
        values = fields.values
        stated = truth_of(values.get("present")) is True
        if fields.prompts or (fields.timed() and not stated):
            return
        sure = stated or above_zero(values.get("confidence"))
        if here.echo and not sure:
            return
        if listed and not sure:
            self.said.absent.add(here.name)
        else:
            self.claim(Hit(here.name, here.prompt), here, None, here.confidence, obj.span, obj.repairs)

    # -- members --------------------------------------------------------------------------------------------------

    def member(self, key: str, value: Node, here: Place, depth: int) -> bool:
        """Read a member that is no field of its object; return whether it could have held clips and held none."""
        role = "other" if key in self.names.names else role_of(key)
        if role == "text" and not (key.casefold() in _OPEN_TEXTS and _hold_data(value)):
            return False
        if role == "absent" or (role == "echo" and key != "prompts"):
            return False
        here = here._replace(echo=here.echo or role == "echo")
        times = stretch_of(key) if key[:1].isdigit() and here.times is None else None
        if times is not None and times.end is not None:
            self.value(value, here._replace(times=times, listed=True), depth + 1)
            return False
        # Inside a clip a string is something seen or said, whatever it looks like.
        embedded = isinstance(value, str) and here.times is None and embedded_in(value)
        if embedded and self.names.class_of(key) is not None:
            for node in self.opened(value):
                self.keyed(key, node, here, depth + 1)
        elif isinstance(value, str) and (role == "answer" or embedded):
            self.envelope(value, here, depth + 1)
        elif isinstance(value, str) and role == "clips":
            self.ranges(value, here)
            return truth_of(value) is False
        elif role == "names" or (role == "present" and isinstance(value, list)):
            self.value(value, here._replace(listed=True), depth + 1)
        elif not (key and role != "clips" and self.keyed(key, value, here, depth)) and isinstance(value, (Obj, list)):
            texts = here.times is not None and here.name is None and _holds_texts(value)
            here = here._replace(
                listed=here.name is not None or role == "answer" or texts, moments=key.casefold() in _MOMENTS
            )
            self.value(value, here, depth + 1)
            return isinstance(value, list)
        return value is None and role == "clips"

    def keyed(self, key: str, value: Node, here: Place, depth: int) -> bool:
        """Read a member whose key names a class, a prompt of the class around it, or an option."""
        if here.name is not None:
            prompt = self.names.prompt_of(key, here.name)
            option = option_of(key) if prompt is None else None
            if prompt is None and option is None:
                return False
            if prompt is None and isinstance(value, str) and stretch_of(value) is None and truth_of(value) is None:
                return True  # Words that were seen or heard, not times.
            self.under(value, here._replace(prompt=prompt or here.prompt, option=option or here.option), depth + 1)
            return True
        hit = None if here.foreign else self.names.class_of(key)
        option = option_of(key) if hit is None and are_entries(value) and key.casefold() not in _WHOLE_VIDEO else None
        if option is not None:
            self.value(value, here._replace(option=option, listed=False), depth + 1)
            return True
        if hit is None:
            return False
        self.under(
            value,
            here._replace(
                name=hit.name, prompt=hit.prompt, confidence=None, waiting=False, unsettled=False, folded=hit.folded
            ),
            depth + 1,
        )
        return True

    def under(self, value: Node, here: Place, depth: int) -> None:
        """Read what stands under the name of a class or a prompt."""
        name = here.name or ""
        if depth > self.deepest:
            return
        if isinstance(value, Obj) and value.closed and not value.pairs:
            self.said.finished.add(name)
            self.said.absent.add(name)
            return
        if isinstance(value, Obj):
            columns = unzipped(value)
            for part in columns:
                self.entry(part, here, depth, whole=True)
            if columns:
                return
            fields = fields_of(value)
            self.read_entry(
                Entry(value, fields, stretch_in(fields), [Hit(name, here.prompt, here.folded)]), here, depth
            )
            return
        if getattr(value, "closed", True):
            self.said.finished.add(name)
        if not isinstance(value, list):
            self.scalar(value, here)
        elif value:
            self.items(value, here._replace(listed=False), depth + 1)
        elif getattr(value, "closed", True):
            self.said.absent.add(name)
